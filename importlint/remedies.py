"""What would break a cycle: one statement moved, deferred or pointed elsewhere, and proof that it does.

A change is offered only if the machine, run on the facts as they would then be, finds that every entry which
fails today works, and that no other entry of the cycle begins to fail. Changes are tried in the order in which
people who maintain code would like them, up to the first that holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from importlint.crashes import Crash, Cycle, late_binding, ring
from importlint.diagnostics import Location
from importlint.discovery import Module
from importlint.finder.resolve import absolute_name
from importlint.machine import changes
from importlint.syntax import facts as f
from importlint.syntax.namespace import written
from importlint.syntax.places import contains
from importlint.syntax.traverse import statements, target_names
from importlint.syntax.uses import Uses, defined_names, uses
from importlint.wording import short_text

if TYPE_CHECKING:
    from importlint.project import Project

TRIED = 12
"""How many changes are run for one crash at most."""
BODIES = 20_000
"""How many modules may be run for the remedies of one cycle: seconds, for cycles of a thousand of them."""
NAMED_FUNCTIONS = 3
"""How many functions a change may touch; where more of them use an import, deferring it is no small change."""
REEXPORTS = 5
"""Through how many modules a name is followed to the one that defines it."""


class Remedy(Struct, frozen=True, kw_only=True):
    """One change: what to do, and what the file at the absolute `path` would say."""

    advice: str
    path: str
    facts: f.ModuleFacts


def tries(cycle: Cycle, crashes: int) -> int:
    """How many changes may be run for each of so many crashes of a cycle."""
    return min(TRIED, BODIES // max(1, len(cycle.traces) * crashes))


def find_remedy(project: Project, crash: Crash, limit: int) -> Remedy | None:
    """The first change that cures a crash; None if none of the `limit` does that are tried."""
    remedies = islice(_remedies(project, crash), limit)
    return next((each for each in remedies if _cures(project, crash, each)), None)


def _cures(project: Project, crash: Crash, remedy: Remedy) -> bool:
    """Whether with the change no entry fails of those that the crash concerns, or that work today."""
    module = project.modules[remedy.path]
    runs = project.runs.if_edited(module, remedy.facts)
    if next(runs.failures((crash.entry,)), None) is not None:
        return False
    concerned = (
        entry
        for entry, trace in crash.cycle.traces.items()
        if trace.error is None and trace.starts(module.name)
    )
    return next(runs.failures((*crash.failing, *concerned)), None) is None


class _Import(Struct, frozen=True, kw_only=True):
    """An import on the way around a cycle, in the body of its module, and of what it binds the names to change."""

    module: Module
    facts: f.ModuleFacts
    statement: f.Import | f.ImportFrom
    names: frozenset[str]

    @property
    def text(self) -> str:
        """What a person would call it."""
        part = self.statement
        if isinstance(part, f.ImportFrom):
            part = replace(part, names=tuple(name for name in part.names if name.binds in self.names))
        return f"`{short_text(part)}` ({self.module.display}:{self.statement.span.line})"


def _remedies(project: Project, crash: Crash) -> Iterator[Remedy]:
    failure, hops = crash.failure, ring(crash.failure, crash.entry)
    around = list(_imports(project, failure.module, failure.location, failure.missing_name))
    for hop in reversed(hops):
        around += _imports(project, hop.module, hop.location, hop.loads.rpartition(".")[2])
    for each in around:
        yield from _direct(project, each)
    movable = [(each, _uses(project, each)) for each in around if _is_private(project, each)]
    yield from _for_typing(movable)
    yield from _in_functions(project, movable)
    if hops and failure.partial and hops[0].module == failure.from_module:
        first = tuple(_imports(project, hops[0].module, hops[0].location, None))
        yield from (remedy for each in first for remedy in _below(project, crash, each))


def _imports(project: Project, name: str, location: Location, leads_on: str | None) -> Iterator[_Import]:
    """The import at a place in a module's body: with the one name that leads on around the cycle, and with all."""
    module = project.named.get(name)
    facts = project.facts(module.path) if module else None
    if module is None or not isinstance(facts, f.ModuleFacts):
        return
    for statement in facts.body:
        if not isinstance(statement, f.Import | f.ImportFrom) or not contains(statement.span, location.span):
            continue
        listed = statement.names if isinstance(statement, f.ImportFrom) else ()
        one = frozenset(each.binds for each in listed if each.name == leads_on)
        for choice in dict.fromkeys((one, frozenset(defined_names(statement)))):
            if choice:
                yield _Import(module=module, facts=facts, statement=statement, names=choice)


# ---- from where it is defined


def _direct(project: Project, each: _Import) -> Iterator[Remedy]:
    """Import a name from the module that defines it, where the one that is asked only passes it on."""
    statement = each.statement
    if not isinstance(statement, f.ImportFrom) or len(each.names) != 1:
        return
    (name,) = (name for name in statement.names if name.binds in each.names)
    asked = _absolute(project, each.module, statement)
    source = asked and _passed_on_from(project, asked, name.name)
    sources: list[tuple[str, str]] = []
    while source and source not in sources and len(sources) < REEXPORTS:
        sources.append(source)
        source = _passed_on_from(project, *source)
    for origin, original in reversed(sources):
        renamed = f" as {name.binds}" if original != name.binds else ""
        place = f"{each.module.display}:{statement.span.line}"
        yield Remedy(
            advice=f"write `from {origin} import {original}{renamed}` ({place}), not through `{asked}`",
            path=each.module.path,
            facts=changes.imported_from(each.facts, statement, name.binds, origin, original),
        )


def _absolute(project: Project, module: Module, statement: f.ImportFrom) -> str | None:
    name = absolute_name(module.package, statement.level, statement.module, project.target.version)
    return name if isinstance(name, str) else None


def _passed_on_from(project: Project, name: str, bound: str) -> tuple[str, str] | None:
    """The module from which another one imports what it binds to a name, and the name there."""
    module = project.named.get(name)
    namespace = project.namespace(module.path) if module else None
    if module is None or namespace is None:
        return None
    found = [each.statement for each in namespace.bindings if each.name == bound]
    statement = found[0] if len(found) == 1 else None
    if not isinstance(statement, f.ImportFrom):
        return None
    base = _absolute(project, module, statement)
    original = next(each.name for each in statement.names if each.binds == bound)
    return (base, original) if base and base != name else None


# ---- later, or for type checkers alone


def _is_private(project: Project, each: _Import) -> bool:
    """Whether nobody gets the names of an import from its module, as far as can be seen."""
    namespace = project.namespace(each.module.path)
    if each.module.is_package or namespace is None or "*" in each.names:
        return False
    if namespace.has_all and not each.names.isdisjoint(namespace.listed or each.names):
        return False
    return not any(
        name.name in each.names or name.name == "*"
        for statement in project.from_imports.get(each.module.name, ())
        for name in statement.names
    )


def _uses(project: Project, each: _Import) -> Uses | None:
    """Who uses the names of an import; None if the file cannot be read any more."""
    bodies = project.bodies(each.module.path)
    if bodies is None:
        return None
    runs = project.target.version < (3, 14) and not each.facts.future_annotations
    try:
        return uses(each.facts, bodies, each.names, each.statement, annotations_run=runs)
    except (KeyError, RecursionError):  # the file has changed, or is nested too deeply
        return None


def _for_typing(movable: Iterable[tuple[_Import, Uses | None]]) -> Iterator[Remedy]:
    """Import for type checkers alone what annotations alone use."""
    for each, used in movable:
        if used and used.annotates and not used.at_import and not used.functions:
            yield Remedy(
                advice=f"put {each.text} under `if TYPE_CHECKING:`, as annotations alone use it",
                path=each.module.path,
                facts=changes.taken_out(each.facts, each.statement, each.names),
            )


def _in_functions(project: Project, movable: Sequence[tuple[_Import, Uses | None]]) -> Iterator[Remedy]:
    """Import in the functions that use it what only functions use; the fewest functions first."""
    found = [
        (each, used)
        for each, used in movable
        if used and not used.at_import and 0 < len(used.functions) <= NAMED_FUNCTIONS
    ]
    for each, used in sorted(found, key=lambda pair: len(pair[1].functions)):
        names = [f"`{name}`" for name, _ in used.functions]
        listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
        alone = "the only function that uses it" if len(names) == 1 else "the only functions that use it"
        for_typing = ", and put one for annotations under `if TYPE_CHECKING:`" if used.annotates else ""
        bodies = project.bodies(each.module.path)
        if bodies is not None:
            into = {definition: bodies.of(definition) for _, definition in used.functions}
            yield Remedy(
                advice=f"move {each.text} into {listed}, {alone}{for_typing}",
                path=each.module.path,
                facts=changes.deferred(each.facts, each.statement, each.names, into),
            )


# ---- further down


def _below(project: Project, crash: Crash, first: _Import) -> Iterator[Remedy]:
    """Move the late module's own import to the end, or below the statement that binds the missing name."""
    body, missing = first.facts.body, crash.failure.missing_name
    binding = late_binding(project, crash.failure)
    start = next(index for index, each in enumerate(body) if each is first.statement)
    holders = [
        index
        for index, each in enumerate(body)
        if index > start and binding and any(part is binding.statement for part in statements((each,)))
    ]
    if len(first.names) != len(defined_names(first.statement)) or not holders:
        return
    for position in dict.fromkeys((len(body) - 1, holders[0])):
        line = getattr(body[position], "span", first.statement.span).line
        is_end = position == len(body) - 1
        between = replace(first, facts=replace(first.facts, body=body[start + 1 : position + 1]))
        used = _uses(project, between)
        if used and not used.at_import and _is_complete(project, first, position):
            where = "to the end of the file" if is_end else f"below line {line}"
            yield Remedy(
                advice=f"move {first.text} {where}: `{missing}` is bound by then",
                path=first.module.path,
                facts=changes.moved_below(first.facts, first.statement, body[position]),
            )


def _is_complete(project: Project, first: _Import, position: int) -> bool:
    """Whether nothing that is defined up to a position of the body needs what is bound below it."""
    body = first.facts.body
    later = frozenset(name for each in body[position + 1 :] for name in _bound_names(each))
    above = replace(first, facts=replace(first.facts, body=body[: position + 1]), names=later)
    used = _uses(project, above)
    return not later or (used is not None and not used.at_import and not used.functions)


def _bound_names(statement: f.Statement) -> Iterator[str]:
    for each in statements((statement,)):
        yield from defined_names(each)
        yield from (name.id for target in written(each) for name in target_names(target))
