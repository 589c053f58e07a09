"""The cycles of a project, run: which first imports fail for want of a name that is bound too late.

A cycle is a strongly connected component of the import graph, with the parents that an import loads on the way and
the imports in functions that run at import time. Nothing else can fail for its entry alone: a module outside it
fails only as the first member does that it imports.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from importlint.diagnostics import Certainty
from importlint.discovery import is_importable
from importlint.graph.components import strongly_connected_components
from importlint.graph.graph import Edge
from importlint.machine.trace import Failure, Hop, Outcome, PartialRead
from importlint.syntax import facts as f
from importlint.syntax.flow import Phase
from importlint.syntax.namespace import Binding
from importlint.syntax.places import contains, functions
from importlint.syntax.qualified import chain
from importlint.syntax.traverse import expressions, parts, statements

if TYPE_CHECKING:
    from importlint.project import Project

_CONSTRUCTORS = frozenset({"__init__", "__new__", "__init_subclass__", "__set_name__"})


class Cycle(Struct, frozen=True, kw_only=True):
    """Modules that import each other, and what importing each of them first does."""

    traces: Mapping[str, Outcome]
    """By entry, sorted."""


class Crash(Struct, frozen=True, kw_only=True):
    """One defect: a statement that misses a name of a module which is still running."""

    cycle: Cycle
    failing: tuple[str, ...]
    """The entries that it makes fail, sorted; those of its rotations too."""
    entry: str
    """The one of them with the shortest way to the failure."""
    failure: Failure
    """That of `entry`."""


def find_cycles(project: Project) -> tuple[Cycle, ...]:
    """The cycles that have given modules, run."""
    given = {module.name for module in project.given_modules}
    components = [
        tuple(filter(is_importable, component))
        for component in strongly_connected_components(_loads(project))
        if len(component) > 1 and not given.isdisjoint(component)
    ]
    entries = sorted(entry for component in components for entry in component)
    traces = dict(zip(entries, project.runs.outcomes(entries), strict=True)) if entries else {}
    return tuple(
        Cycle(traces={entry: traces[entry] for entry in component}) for component in sorted(components)
    )


def find_crashes(project: Project, cycle: Cycle) -> Iterator[Crash]:
    """The defects of a cycle, one for all entries and rotations in which it shows, sorted by place."""
    failures: dict[frozenset[tuple[str, int]], dict[str, Failure]] = {}
    for entry, trace in cycle.traces.items():
        failure = trace.error
        if failure is not None and is_crash(project, failure, entry):
            failures.setdefault(closing_lines(failure, entry), {})[entry] = failure
    crashes = [_crash(cycle, each) for each in failures.values()]
    yield from sorted(crashes, key=lambda crash: crash.failure.location)


def _crash(cycle: Cycle, failures: Mapping[str, Failure]) -> Crash:
    entry = nearest(failures)
    return Crash(cycle=cycle, failing=tuple(sorted(failures)), entry=entry, failure=failures[entry])


def nearest(happenings: Mapping[str, Failure] | Mapping[str, PartialRead]) -> str:
    """The entry with the shortest way to what happens."""
    return min(happenings, key=lambda entry: (len(happenings[entry].chain), entry.count("."), entry))


def is_crash(project: Project, failure: Failure, entry: str) -> bool:
    """Whether a failure of `entry` is certainly due to a circular import: what is missed comes later."""
    late = late_module(failure, entry)
    if late is None or late == failure.module or failure.certainty is not Certainty.CERTAIN:
        return False  # what a module misses of itself is no matter of cycles
    if late != failure.from_module or late_binding(project, failure) is not None:
        return True
    module = project.named.get(late)
    namespace = project.namespace(module.path) if module else None
    if module is None or namespace is None or namespace.is_open:
        return True
    return project.resolve(f"{late}.{failure.missing_name}", module).spec is not None


def late_module(failure: Failure, entry: str) -> str | None:
    """The module that is still running while something of it, or itself, is missed; None if there is none."""
    if failure.missing_name is None or failure.from_module is None:
        return None
    submodule = f"{failure.from_module}.{failure.missing_name}"
    under_way = {entry, *(hop.module for hop in failure.chain), *(hop.loads for hop in failure.chain)}
    if submodule in under_way:
        return submodule
    return failure.from_module if failure.partial else None


def late_binding(project: Project, failure: Failure) -> Binding | None:
    """Where a module binds the name that was missed: best below the line that it had reached, or by a star."""
    module = project.named.get(failure.from_module or "")
    namespace = project.namespace(module.path) if module else None
    bindings = [each for each in namespace.bindings if not each.unbinds] if namespace else []
    own = [each for each in bindings if each.name == failure.missing_name]
    later = [each for each in own if each.span.line > failure.reached]
    stars = [each for each in bindings if each.name == "*" and each.span.line > failure.reached]
    return next(iter((*later, *own, *stars)), None)


def ring(failure: Failure, entry: str) -> tuple[Hop, ...]:
    """The hops from the late module to the failure: the imports that close the cycle."""
    late = late_module(failure, entry)
    starts = (index + 1 for index, hop in enumerate(failure.chain) if hop.loads == late)
    return failure.chain[max(starts, default=0) :]


def closing_lines(failure: Failure, entry: str) -> frozenset[tuple[str, int]]:
    """The lines that make a cycle; entered elsewhere, the same ones fail at another of them."""
    places = (*(hop.location for hop in ring(failure, entry)), failure.location)
    return frozenset((place.path, place.span.line) for place in places)


# ---- the graph


def _loads(project: Project) -> Mapping[str, tuple[str, ...]]:
    """For each module the modules that it may load at import time, parents and called functions included.

    So may lazy imports, if something reads their names then.
    """
    loads = project.graph.successors((Phase.IMPORT_TIME, Phase.LAZY), implicit=True)
    called = {name: set(targets) for name, targets in loads.items()}
    for edge in _called_imports(project):
        called[edge.importer].add(edge.imported)
    return {name: tuple(sorted(targets)) for name, targets in called.items()}


def _called_imports(project: Project) -> Iterator[Edge]:
    """Imports of project modules in functions that something at import time seems to call, judged by their names."""
    edges: dict[str, list[Edge]] = {}
    for edge in project.graph.edges:
        if edge.phase == Phase.DEFERRED.value and edge.imported in project.graph.modules:
            edges.setdefault(edge.location.path, []).append(edge)
    importing = [
        (edge_list, label, unit)
        for module in project.reading.modules
        if (edge_list := edges.get(module.display))
        for label, unit in _functions(project.facts(module.path))
    ]
    wanted = {label for _, label, _ in importing}
    if not wanted:
        return
    waiting = [
        situated.statement
        for module in project.reading.modules
        for situated in project.statements(module.path)
        if situated.circumstances.phase is Phase.IMPORT_TIME
    ]
    called: set[str] = set()
    while waiting:
        new = {name for statement in waiting for name in _calls(statement)} & wanted - called
        called |= new
        bodies = [unit.body for _, label, unit in importing if label in new]
        waiting = [statement for body in bodies for statement in statements(body)]
    for module_edges, label, unit in importing:
        if label in called:
            spans = [each.span for each in statements(unit.body) if not isinstance(each, _SPANLESS)]
            lines = range(
                min((span.line for span in spans), default=0),
                max((span.end_line for span in spans), default=0) + 1,
            )
            near = (edge for edge in module_edges if edge.location.span.line in lines)
            yield from (edge for edge in near if any(contains(span, edge.location.span) for span in spans))


_SPANLESS = (f.Try, f.Break, f.Continue, f.Global, f.Nonlocal)


def _functions(facts: object) -> Iterator[tuple[str, f.FunctionBody]]:
    """The functions of a file that contain imports, with the names by which they are called."""
    if not isinstance(facts, f.ModuleFacts):
        return
    units = {(unit.line, unit.column): unit for unit in facts.bodies}
    waiting = [facts.body]
    while waiting:
        for classes, definition in functions(waiting.pop()):
            unit = units.get((definition.span.line, definition.span.column))
            if unit is not None:
                is_constructor = classes and definition.name in _CONSTRUCTORS
                yield classes[-1] if is_constructor else definition.name, unit
                waiting.append(unit.body)


def _calls(statement: f.Statement) -> Iterator[str]:
    """The last names of what a statement calls, decorators included."""
    decorators = statement.decorators if isinstance(statement, f.FunctionDef | f.ClassDef) else ()
    roots = expressions(statement)
    called = (part.function for root in roots for part in parts(root) if isinstance(part, f.Call))
    for function in (*decorators, *called):
        names = chain(function)
        if names:
            yield names[-1]
