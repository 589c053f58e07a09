"""A trace for people: the tree of what runs, each module below the one whose code loads it, and how it ends.

Language reference, "The import system"; a failure reads like CPython's traceback, the outermost import first.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from importlint.diagnostics import Certainty, Location
from importlint.effects.order import Done, with_effects
from importlint.effects.reach import Happening as Effect
from importlint.machine.trace import Event, Failure, Happening, Trace
from importlint.report.characters import Painter, padded, painter, printable, shortened, width

MAX_LABEL_WIDTH = 56
"""Columns that are kept for names; what loads a module stands behind them."""
MAX_NAMED = 3
"""How many entries that fail in the same way are named."""

_BOLD = "1"
_FAINT = "2"
_FAILS = "1;31"
_MAY_FAIL = "1;33"
_WORKS = "1;32"
_FAILURES = {Certainty.CERTAIN: ("fails", _FAILS), Certainty.POSSIBLE: ("may fail", _MAY_FAIL)}


class View(Struct, frozen=True, kw_only=True):
    """How traces are to be shown."""

    kind: Callable[[str], str]
    """What a module is if it has no source to run, such as `namespace package`; else empty."""
    line: Callable[[str, int], str]
    """A source line, by the path that locations have and its number; empty where there is none."""
    effects: Callable[[str], Sequence[Effect]] = lambda module: ()
    """What the body of a module does besides importing, in the order of its text."""
    verbose: bool = False
    """Show every import, also where it finds its module loaded, and the failures that are caught."""
    colour: bool = False


class _Row(Struct, frozen=True):
    """A line of the tree: a module that starts, one that an import finds in `sys.modules`, or an effect."""

    depth: int
    text: str
    note: str = ""
    colour: str = _BOLD
    cause: Location | None = None
    statement: str = ""


def render_tree(trace: Trace, view: View) -> str:
    """What importing one entry first runs, or a program, and how that ends."""
    paint = painter(view.colour)
    rows = list(_rows(trace, view))
    labels = [_label(row) for row in rows]
    wide = min(max(map(width, labels), default=0), MAX_LABEL_WIDTH)
    lines = [_tree_line(row, label, wide, paint) for row, label in zip(rows, labels, strict=True)]
    return "".join(f"{line}\n" for line in (*lines, "", *_ending(trace, view, paint)))


def render_outcomes(traces: Sequence[Trace], view: View) -> str:
    """How each of many entries ends: a block for each failure, which several may have, and the counts."""
    paint = painter(view.colour)
    failing: dict[tuple[object, ...], list[tuple[str, Failure]]] = {}
    works: list[str] = []
    for trace in traces:
        failure = chief_failure(trace)
        if failure is None:
            works.append(trace.entry)
        else:
            key = (failure.certainty, failure.type, failure.message, failure.location)
            failing.setdefault(key, []).append((trace.entry, failure))
    lines = [f"{printable(entry)}: {paint('ok', _WORKS)}" for entry in works if view.verbose]
    for alike in failing.values():
        entry, failure = min(alike, key=lambda each: len(each[1].chain))
        lines += _failure_lines(f"import {entry}", failure, view, paint)
        lines += [*_others([other for other, _ in alike if other != entry], view), ""]
    certain = sum(map(has_failed, traces))
    counts = {"ok": len(works), "fail": certain, "may fail": len(traces) - len(works) - certain}
    shown = ", ".join(f"{count} {word}" for word, count in counts.items() if count) or "none"
    lines.append(f"{_modules(len(traces))}, each imported first: {shown}")
    return "".join(f"{line}\n" for line in lines)


def has_failed(trace: Trace) -> bool:
    """Whether the import certainly fails."""
    return trace.error is not None and trace.error.certainty is Certainty.CERTAIN


def chief_failure(trace: Trace) -> Failure | None:
    """The failure that decides about a trace: what escapes, else the first that is possible."""
    return trace.error or next(iter(trace.possible), None)


# ---- the tree


def _rows(trace: Trace, view: View) -> Iterator[_Row]:
    left = _left_by_an_exception(trace.events)
    telling = _Telling(trace)
    running: list[str] = []
    starts = 0
    for item, depth in with_effects(trace, view.effects):
        if isinstance(item, Done):
            yield _effect_row(depth, item, view)
            continue
        match item.happening:
            case Happening.START:
                notes = [view.kind(item.module), "fails" if starts in left else ""]
                colour = _FAILS if starts in left else _BOLD
                yield _event_row(depth, item, ", ".join(filter(None, notes)), colour)
                running.append(item.module)
                starts += 1
            case Happening.FOUND if item.partial and (view.verbose or telling.tells(item, running)):
                yield _event_row(depth, item, "partially initialised", _MAY_FAIL)
            case Happening.FOUND if view.verbose and not item.partial:
                yield _event_row(depth, item, "already loaded", _FAINT)
            case Happening.END | Happening.ERROR:
                running.pop()


def _effect_row(depth: int, done: Done, view: View) -> _Row:
    happening = done.happening
    place, words = happening.location, happening.words.replace("`", "")
    return _Row(depth, words, "effect", _MAY_FAIL, place, view.line(place.path, place.span.line).strip())


def _event_row(depth: int, event: Event, note: str, colour: str) -> _Row:
    return _Row(depth, event.module, note, colour, event.cause, event.statement)


def _left_by_an_exception(events: Sequence[Event]) -> frozenset[int]:
    """The starts, by their number, of the bodies that an exception leaves."""
    left: set[int] = set()
    running: list[int] = []
    starts = itertools.count()
    for event in events:
        if event.happening is Happening.START:
            running.append(next(starts))
        elif event.happening is not Happening.FOUND:
            start = running.pop()
            if event.happening is Happening.ERROR:
                left.add(start)
    return frozenset(left)


class _Telling:
    """Which imports of partially initialised modules are worth a line.

    Modules import their own package for its submodules all the time, which works however far the package has got.
    """

    def __init__(self, trace: Trace) -> None:
        submodules = {event.module for event in trace.events}
        failures = (trace.error, *trace.possible, *trace.swallowed)
        reads = [
            (read.location, read.from_module)
            for read in trace.partial_reads
            if f"{read.from_module}.{read.name}" not in submodules
        ]
        reads += [(failure.location, failure.from_module or "") for failure in failures if failure]
        self._reads = {(location.path, location.span.line, module) for location, module in reads}

    def tells(self, event: Event, running: Sequence[str]) -> bool:
        """Whether the module is none of the running module's packages, or more than a submodule is read from it."""
        if event.cause is None or not running or not f"{running[-1]}.".startswith(f"{event.module}."):
            return True
        return (event.cause.path, event.cause.span.line, event.module) in self._reads


def _label(row: _Row) -> str:
    return "  " * row.depth + printable(row.text) + (f"  ({row.note})" if row.note else "")


def _tree_line(row: _Row, label: str, wide: int, paint: Painter) -> str:
    name = printable(row.text)
    painted = label.replace(name, paint(name, row.colour), 1)
    if row.cause is None:
        return painted
    gap = " " * max(wide - width(label), 0)
    statement = shortened(printable(row.statement))
    return f"{painted}{gap}  {paint(_place(row.cause), _FAINT)}  {statement}".rstrip()


# ---- how it ends


def _ending(trace: Trace, view: View, paint: Painter) -> Iterator[str]:
    failures = [*(trace.possible if view.verbose or not has_failed(trace) else ())]
    failures += [trace.error] if trace.error else []
    if view.verbose:
        for failure in trace.swallowed:
            yield f"caught: {_exception(failure)}  ({_place(failure.location)})"
    for failure in failures:
        yield from _failure_lines(trace.written, failure, view, paint, trace.events)
    if not failures:
        count = sum(event.happening is Happening.START for event in trace.events)
        yield f"`{printable(trace.written)}` {paint('works', _WORKS)}: {_modules(count)} run"


def _failure_lines(
    written: str, failure: Failure, view: View, paint: Painter, events: Sequence[Event] = ()
) -> Iterator[str]:
    """The imports under way, the statement that raises, and the exception: CPython's traceback, a line each."""
    verb, colour = _FAILURES[failure.certainty]
    yield f"`{printable(written)}` {paint(verb, colour)}:"
    hops = [(_place(hop.location), hop.statement, f"runs {hop.loads}") for hop in failure.chain]
    if failure.location.path:
        hops.append((_place(failure.location), _statement(failure.location, events, view), ""))
    places, codes = [place for place, _, _ in hops], [shortened(printable(code)) for _, code, _ in hops]
    wide, long = max(map(width, places), default=0), max(map(width, codes), default=0)
    for place, code, (_, _, does) in zip(places, codes, hops, strict=True):
        yield f"  {padded(place, wide)}  {padded(code, long)}  {printable(does)}".rstrip()
    yield paint(_exception(failure), colour)
    if failure.partial and failure.from_module and failure.reached:
        yield f"`{printable(failure.from_module)}` has run only as far as its line {failure.reached} there"


def _exception(failure: Failure) -> str:
    """The last line of a traceback; a message that is not known is left out."""
    return printable(f"{failure.type}: {failure.message}" if failure.message else failure.type)


def _statement(location: Location, events: Sequence[Event], view: View) -> str:
    """The import at a place on one line, else the source line."""
    for event in reversed(events):
        if event.cause == location:
            return event.statement
    return view.line(location.path, location.span.line).strip()


def _others(entries: Sequence[str], view: View) -> Iterator[str]:
    """The further entries with the same failure."""
    if entries:
        named = [printable(entry) for entry in (entries if view.verbose else entries[:MAX_NAMED])]
        more = f" and {len(entries) - len(named)} more" if len(entries) > len(named) else ""
        yield f"the same for {', '.join(named)}{more}"


def _modules(count: int) -> str:
    return "1 module" if count == 1 else f"{count} modules"


def _place(location: Location) -> str:
    return printable(f"{location.path}:{location.span.line}")
