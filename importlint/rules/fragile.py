"""IL3: import cycles that do not fail as the code stands, but for reasons that will not last."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from importlint.crashes import Cycle, closing_lines, is_crash, late_module, nearest
from importlint.diagnostics import Finding, Location, Severity, Step
from importlint.machine.trace import Failure, PartialRead
from importlint.rules.declaration import rule
from importlint.swaps import RUNS, Swap, failure_of, find_swaps
from importlint.syntax import facts as f
from importlint.syntax.flow import catches, handler_kinds, swallowed
from importlint.syntax.places import around
from importlint.wording import hop_steps, listed, short_text, text_at

if TYPE_CHECKING:
    from importlint.project import Project


# ---- IL303


@rule(
    "IL303",
    "cycle-order-fragile",
    Severity.WARNING,
    "An import cycle works only as long as two import lines keep their order.",
)
def cycle_order_fragile(project: Project) -> Iterator[Finding]:
    """Imports that fail once a sorter of imports, or a person, exchanges two lines of one block.

    A line that has to keep its place against several others is reported once, with the nearest of them.
    """
    reported: set[tuple[str, f.Span]] = set()
    swaps = find_swaps(project)
    runs = RUNS
    with project.progress.phase("exchanging lines", len(swaps)) as advance:
        for swap in swaps:
            lines = {(swap.module.path, swap.upper.span), (swap.module.path, swap.lower.span)}
            if reported.isdisjoint(lines):
                may_run = runs > 0 and not swap.is_sorted
                runs -= may_run
                failure = failure_of(project, swap, may_run=may_run)
                if failure is not None:
                    reported |= lines
                    yield _order_finding(project, swap, failure)
            advance()


def _order_finding(project: Project, swap: Swap, failure: Failure) -> Finding:
    upper, lower = swap.upper.span.line, swap.lower.span.line
    missed = (failure.from_module, failure.missing_name)
    read = swap.read
    if (read.from_module, read.name) != missed:
        reads = project.runs.reads(swap.run.entry)
        read = next((each for each in reads if (each.from_module, each.name) == missed), read)
    return Finding(
        location=Location(swap.module.display, swap.upper.span),
        module=swap.module.name,
        message=f"lines {upper} and {lower} have to keep their order: exchanged, `import {swap.run.entry}` fails,"
        f" as `{failure.missing_name}` is not bound yet",
        label=f"has to stay above line {lower}, `{short_text(swap.lower)}`",
        trace=(
            *hop_steps(project, read.chain, swap.run),
            Step(
                read.location,
                f"reads `{read.name}`, which line {upper} has just bound",
                text_at(project, read.module, read.location, read.name),
            ),
        ),
        severity=Severity.INFO if swap.is_sorted else None,
        help=f"import `{read.name}` in `{read.module}` from where it is defined,"
        " or keep sorters of imports away from these lines",
        subjects=(read.from_module, read.name),
    )


# ---- IL304


@rule(
    "IL304",
    "cycle-swallowed",
    Severity.ERROR,
    "An `except` hides that an import cycle fails.",
)
def cycle_swallowed(project: Project) -> Iterator[Finding]:
    """Failures of cycles that are caught, so that a fall-back stands for what is only late."""
    for cycle in project.cycles:
        hidden: dict[frozenset[tuple[str, int]], dict[str, Failure]] = {}
        for entry, trace in cycle.traces.items():
            for failure in trace.swallowed if trace.error is None else ():
                if is_crash(project, failure, entry):
                    hidden.setdefault(closing_lines(failure, entry), {}).setdefault(entry, failure)
        findings = (_swallowed_finding(project, cycle, failures) for failures in hidden.values())
        yield from sorted(findings, key=lambda finding: finding.location)


def _swallowed_finding(project: Project, cycle: Cycle, failures: Mapping[str, Failure]) -> Finding:
    entry = nearest(failures)
    failure = failures[entry]
    late = late_module(failure, entry) or ""
    handler = _handler(project, failure)
    caught = text_at(project, *handler).strip().removesuffix(":") if handler else "a handler"
    others = _other_entries(cycle, failure.module, failures)
    return Finding(
        location=failure.location,
        module=failure.module,
        message=f"`{caught}` hides a circular import: `{failure.missing_name}` is not bound in `{late}` yet"
        + (f" if {listed(sorted(failures), 'or')} comes first" if others else ""),
        label=f"`{late}` has run only as far as its line {failure.reached}",
        trace=(
            *hop_steps(project, failure.chain, cycle.traces[entry]),
            Step(
                failure.location,
                "fails"
                + (f"; works if {listed(others, 'or')} comes first" if others else ", in every order"),
                text_at(project, failure.module, failure.location, failure.missing_name),
            ),
            *((Step(handler[1], "catches it", text_at(project, *handler)),) if handler else ()),
        ),
        help="break the cycle, so that the fall-back is for those who lack the module",
        subjects=(late, failure.missing_name or ""),
    )


def _handler(project: Project, failure: Failure) -> tuple[str, Location] | None:
    """The `except` or `with` that catches a failure, and the module in which it stands."""
    places = ((hop.module, hop.location) for hop in reversed(failure.chain))
    for name, location in ((failure.module, failure.location), *places):
        module = project.named.get(name)
        facts = project.facts(module.path) if module else None
        if not isinstance(facts, f.ModuleFacts):
            continue
        outside = around(facts, location.span)
        for outer, inner in reversed(tuple(pairwise(outside))):
            span = _catching(outer, inner, failure.type)
            if span is not None:
                return name, Location(location.path, span)
    return None


def _catching(outer: f.Statement, inner: f.Statement, kind: str) -> f.Span | None:
    """Where a statement says that it catches what the statement `inner`, in one of its blocks, raises."""
    if isinstance(outer, f.Try) and any(each is inner for each in outer.body):
        spans = (each.span for each in outer.handlers if catches(frozenset(handler_kinds(each.kinds)), kind))
        return next(spans, None)
    if isinstance(outer, f.With):
        kinds = frozenset(name for item in outer.items for name in swallowed(item.context))
        return outer.span if catches(kinds, kind) else None
    return None


# ---- IL305


@rule(
    "IL305",
    "cycle-partial-star",
    Severity.WARNING,
    "A star import takes names from a module that does not have all of them yet.",
)
def cycle_partial_star(project: Project) -> Iterator[Finding]:
    """Star imports from modules that are still running, and bind more public names afterwards."""
    for cycle in project.cycles:
        stars: dict[tuple[Location, str], dict[str, PartialRead]] = {}
        for entry, trace in cycle.traces.items():
            for read in trace.partial_reads:
                if read.name == "*" and _missed(project, read):
                    stars.setdefault((read.location, read.from_module), {}).setdefault(entry, read)
        yield from (_star_finding(project, cycle, stars[key]) for key in sorted(stars))


def _missed(project: Project, read: PartialRead) -> list[str]:
    """The names that a star import misses and that their module surely binds later; modules that it uses are none."""
    module = project.named.get(read.from_module)
    namespace = project.namespace(module.path) if module else None
    bound = [each for each in namespace.bindings if each.certain] if namespace else []
    names = {each.name for each in bound if not isinstance(each.statement, f.Import)}
    return sorted(names.intersection(read.missing))


def _star_finding(project: Project, cycle: Cycle, reads: Mapping[str, PartialRead]) -> Finding:
    entry = nearest(reads)
    read = reads[entry]
    missed = _missed(project, read)
    others = _other_entries(cycle, read.module, reads)
    return Finding(
        location=read.location,
        module=read.module,
        message=f"the star misses {listed(missed, 'and')}: `{read.from_module}` is only partially initialized"
        + (f" if {listed(sorted(reads), 'or')} comes first" if others else ""),
        label=f"`{read.from_module}` has run only as far as its line {read.reached}",
        trace=(
            *hop_steps(project, read.chain, cycle.traces[entry]),
            Step(
                read.location,
                "takes what is bound so far"
                + (f"; all if {listed(others, 'or')} comes first" if others else ", in every order"),
                text_at(project, read.module, read.location),
            ),
        ),
        help="import the names that are needed, from the modules that define them",
        subjects=(read.from_module, "*"),
    )


def _other_entries(cycle: Cycle, module: str, entries: Container[str]) -> list[str]:
    """The entries that run a module without error, and are not among those to which something happens there."""
    return [
        entry
        for entry, trace in cycle.traces.items()
        if entry not in entries and trace.error is None and trace.ends(module)
    ]


RULES = (cycle_order_fragile, cycle_swallowed, cycle_partial_star)
