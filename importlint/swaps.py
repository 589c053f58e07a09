"""Lines whose order keeps a cycle from failing: which imports to exchange, and what happens then.

Candidates are found without running anything: a name is read from a module that is still running, at an import of
one block, and another import of the same block, further up, has bound it. Then the scripts of what was run tell what
happens if they are exchanged; where they do not, a few exchanges that a sorter would make are run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from importlint.crashes import is_crash
from importlint.discovery import Module
from importlint.finder.resolve import with_parents
from importlint.machine import changes
from importlint.machine.trace import Failure, Outcome, PartialRead
from importlint.sorters import would_exchange
from importlint.syntax import facts as f
from importlint.syntax.source import Source, read_source

if TYPE_CHECKING:
    from importlint.project import Project

SWAPS = 50
"""How many exchanges are tried for one project at most, those of the nearest lines first."""
RUNS = 10
"""How many of them may be run, where scripts do not tell: each takes as long as importing the project."""


class Swap(Struct, frozen=True, kw_only=True):
    """Two imports of one block, the lower of which needs a name that the upper one binds."""

    module: Module
    facts: f.ModuleFacts
    upper: f.Import | f.ImportFrom
    lower: f.Import | f.ImportFrom
    is_sorted: bool
    """A sorter of imports leaves the two as they are."""
    distance: int
    """How many statements the one stands below the other."""
    run: Outcome
    """A run that works, and the read in it from `module` while the lower import was under way."""
    read: PartialRead


def find_swaps(project: Project) -> list[Swap]:
    """The exchanges to try, each once, the nearest lines first; `SWAPS` of them."""
    entries = {part for cycle in project.cycles for entry in cycle.traces for part in with_parents(entry)}
    direct: dict[tuple[object, ...], tuple[PartialRead, Outcome]] = {}
    for run in project.runs.outcomes(sorted(entries)):
        for read in run.partial_reads if run.error is None else ():
            key = (read.location, read.from_module, read.name, read.reached)
            if key not in direct or _directness(read, run) < _directness(*direct[key]):
                direct[key] = (read, run)
    found = (swap for pair in direct.values() if (swap := _swap(project, *pair)) is not None)
    unique = {
        (swap.module.path, swap.upper.span, swap.lower.span): swap
        for swap in sorted(found, key=lambda swap: _directness(swap.read, swap.run), reverse=True)
    }
    swaps = sorted(unique.values(), key=_urgency)
    return swaps[:SWAPS]


def _urgency(swap: Swap) -> tuple[object, ...]:
    """What a sorter exchanges comes first, then what is near."""
    return (swap.is_sorted, swap.distance, swap.module.display, swap.upper.span)


def _directness(read: PartialRead, run: Outcome) -> tuple[object, ...]:
    """Of runs that show the same: the module itself comes first, on a short way."""
    return (run.entry != read.from_module, len(read.chain), run.entry, read.location)


def _swap(project: Project, read: PartialRead, run: Outcome) -> Swap | None:
    """The exchange of the import under way in the module that is read with the one that binds what is read."""
    module = project.named.get(read.from_module)
    namespace = project.namespace(module.path) if module else None
    if module is None or namespace is None:
        return None
    body = namespace.facts.body
    bound = {id(each.statement) for each in namespace.bindings if each.name == read.name}
    lower = next((i for i, each in enumerate(body) if _is_import(each) and _is_at(each, read.reached)), None)
    upper = next((i for i, each in enumerate(body) if id(each) in bound), None)
    if lower is None or upper is None or upper >= lower or not all(map(_is_import, body[upper:lower])):
        return None
    first, second = body[upper], body[lower]
    assert isinstance(first, f.Import | f.ImportFrom)
    assert isinstance(second, f.Import | f.ImportFrom)
    if not _is_own(project, module, first):
        return None  # nobody mixes imports of the project with others
    return Swap(
        module=module,
        facts=namespace.facts,
        upper=first,
        lower=second,
        is_sorted=not would_exchange(_lines(module), first, second),
        distance=lower - upper,
        run=run,
        read=read,
    )


def _lines(module: Module) -> Sequence[str]:
    source = read_source(module.path)
    return source.lines if isinstance(source, Source) else ()


def _is_own(project: Project, module: Module, statement: f.Import | f.ImportFrom) -> bool:
    """Whether an import loads a module of the project."""
    links = project.reading.links[module.path]
    loads = (load for link in links if link.statement is statement for load in link.loads)
    return any(project.is_own(load.spec) for load in loads)


def _is_import(statement: f.Statement) -> bool:
    return isinstance(statement, f.Import | f.ImportFrom)


def _is_at(statement: f.Statement, line: int) -> bool:
    return isinstance(statement, f.Import | f.ImportFrom) and statement.span.line == line


def failure_of(project: Project, swap: Swap, *, may_run: bool) -> Failure | None:
    """How the entry that works today would fail with the lines exchanged; None also if only a run could tell."""
    facts = changes.exchanged(swap.facts, swap.upper, swap.lower)
    entry = swap.run.entry
    runs = project.runs.if_edited(swap.module, facts)
    error = next(runs.failures((entry,), may_run=may_run), None)
    return error if error is not None and is_crash(project, error, entry) else None
