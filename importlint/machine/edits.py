"""Scripts of edited bodies: imports that stand elsewhere, ask for another module, or have gone.

What a body does is written down statement by statement. Those of an edited body do the same in their new order:
who asks for an edit has made sure that no statement needs what is moved or taken away. Where a function might,
which somebody calls, nobody tells.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from itertools import pairwise

from importlint.machine.scripts import Ask, Call, Item, Look, Read, Script, Use
from importlint.machine.world import Code, ProjectWorld
from importlint.syntax import facts as f
from importlint.syntax.traverse import blocks

_Event = tuple[Item | str, int]
"""An item, or a name that is bound, and the line of the statement."""


def edited_script(
    world: ProjectWorld, name: str, code: Code, body: f.Block, known: Mapping[str, Script]
) -> Script | None:
    """The script of the module `name`, of which `known` has that of `code`, with another body; None if unsure.

    The statements of the body are those of the code, or imports that have the spans of imports there.
    """
    script, before = known[name], code.facts.body
    parts = _parts(script, before)
    if parts is None:
        return None
    old = {id(statement): part for statement, part in zip(before, parts, strict=True)}
    kept = {id(statement) for statement in body}
    gone = {each.span: each for each in before if isinstance(each, f.ImportFrom) and id(each) not in kept}
    events: list[_Event] = []
    for statement in body:
        part = old.get(id(statement))
        if part is None and isinstance(statement, f.ImportFrom) and statement.span in gone:
            was = gone[statement.span]
            part = _instead(world, code.absolute(was), was, old[id(was)], statement, known)
        if part is None:
            return None
        events += part
    edited = _script(script, events)
    lost = script.names.keys() - edited.names.keys()
    is_same = all(_lines(script, each) == _lines(edited, each) for each in edited.names)
    if not is_same or (script.calls_itself and not _exchanges_imports(before, body)):
        return None
    return None if lost and _are_used(name, lost, known) else edited


def _parts(script: Script, body: f.Block) -> list[list[_Event]] | None:
    """What each statement of a body does; None where lines do not tell whose doing it is."""
    starts = [_line(statement) for statement in body]
    if any(first >= second for first, second in pairwise(starts)):
        return None
    parts: list[list[_Event]] = [[] for _ in starts]
    last = 0
    for event in _events(script):
        index = bisect_right(starts, event[1]) - 1
        if index < last:
            return None
        last = index
        parts[index].append(event)
    return parts


def _line(statement: f.Statement) -> int:
    """The first line in a statement where something runs."""
    span: f.Span | None = getattr(statement, "span", None)
    if span is not None:
        return span.line
    return min((_line(each) for block in blocks(statement) for each in block), default=0)


def _events(script: Script) -> Iterator[_Event]:
    """What a script says, in the order in which it happens."""
    bound = ((number, line, name) for name, times in script.names.items() for number, line in times)
    waiting = sorted(bound, reverse=True)
    for item, (before, line) in zip(script.items, script.marks, strict=True):
        while waiting and waiting[-1][0] < before:
            _, where, name = waiting.pop()
            yield name, where
        yield item, line
    yield from ((name, where) for _, where, name in reversed(waiting))


def _script(script: Script, events: list[_Event]) -> Script:
    """The script of a body that does other things, in another order."""
    items: list[Item] = []
    marks: list[tuple[int, int]] = []
    names: dict[str, list[tuple[int, int]]] = {}
    bound = 0
    for event, line in events:
        if isinstance(event, str):
            names.setdefault(event, []).append((bound, line))
            bound += 1
        else:
            items.append(replace(event, bound=bound) if isinstance(event, Ask) else event)
            marks.append((bound, line))
    times = {name: tuple(each) for name, each in names.items()}
    return replace(script, items=tuple(items), marks=tuple(marks), names=times)


def _lines(script: Script, name: str) -> list[int]:
    """The lines that bind a name, in the order in which they run."""
    return [line for _, line in script.names[name]]


# ---- imports that stand for others


def _instead(
    world: ProjectWorld,
    base: str | None,
    was: f.ImportFrom,
    part: list[_Event],
    now: f.ImportFrom,
    known: Mapping[str, Script],
) -> list[_Event] | None:
    """What an import does that stands for one from `base`: it has fewer names, or is from elsewhere."""
    names = {each.name for each in was.names}
    items = [event for event, _ in part if not isinstance(event, str)]
    is_plain = len(names) == len(was.names) and all(
        isinstance(item, Ask) or (isinstance(item, Read) and item.module == base and item.name in names)
        for item in items
    )
    if base is None or not is_plain:
        return None
    if (now.module, now.level) != (was.module, was.level):
        return _from_elsewhere(world, was, part, now, known)
    others = [each for each in was.names if each not in now.names]
    bound = {each.binds for each in others}
    read = {each.name for each in others}
    asked = {f"{base}.{name}" for name in read}

    def stays(event: Item | str) -> bool:
        if isinstance(event, str):
            return event not in bound
        return event.module not in asked if isinstance(event, Ask) else getattr(event, "name", "") not in read

    return [each for each in part if stays(each[0])]


def _from_elsewhere(
    world: ProjectWorld,
    was: f.ImportFrom,
    part: list[_Event],
    now: f.ImportFrom,
    known: Mapping[str, Script],
) -> list[_Event] | None:
    """What the import of one name does from a module that surely has it."""
    (name,) = now.names
    source, spec = known.get(now.module), world.resolve(now.module).spec
    original = next(each.name for each in was.names if each.binds == name.binds)
    if spec is not None and not world.is_followed(spec) and not world.brought(spec):
        return [(name.binds, was.span.line)]
    if source is None or name.name not in source.names:
        return None
    if world.resolve(f"{now.module}.{name.name}").spec is not None:
        return None
    asks = [(event, line) for event, line in part if isinstance(event, Ask)]
    reads = [(event, line) for event, line in part if isinstance(event, Read) and event.name == original]
    if not asks or not reads:
        return None
    (ask, first), (read, line) = asks[0], reads[0]
    read = replace(read, module=now.module, name=name.name, making=0, is_submodule=False, seen=None)
    return [(replace(ask, module=now.module), first), (read, line), (name.binds, line)]


# ---- what others know of it


def _exchanges_imports(before: f.Block, after: f.Block) -> bool:
    """Whether only the order of imports is another."""
    differ = [index for index, (was, now) in enumerate(zip(before, after, strict=False)) if was is not now]
    if len(before) != len(after) or not differ:
        return False
    return all(isinstance(each, f.Import | f.ImportFrom) for each in before[differ[0] : differ[-1] + 1])


def _are_used(name: str, lost: Set[str], known: Mapping[str, Script]) -> bool:
    """Whether some body reads one of the names of a module, or calls its functions, which may do so."""
    return any(
        (isinstance(item, Read) and item.module == name and item.name in lost)
        or (isinstance(item, Use | Call | Look) and item.module == name)
        for script in known.values()
        for item in script.items
    )
