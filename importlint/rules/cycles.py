"""IL3: import cycles, one finding for each strongly connected component of the import graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import inf
from typing import TYPE_CHECKING

from importlint.crashes import find_crashes
from importlint.diagnostics import Finding, Severity, Step
from importlint.graph.components import shortest_cycle, shortest_path, strongly_connected_components
from importlint.graph.graph import Edge
from importlint.graph.link import Link
from importlint.rules.declaration import rule
from importlint.syntax import facts as f
from importlint.syntax.flow import Phase, catches

if TYPE_CHECKING:
    from importlint.project import Project

_IMPORT_TIME = (Phase.IMPORT_TIME,)
_RUN_TIME = (*_IMPORT_TIME, Phase.LAZY, Phase.DEFERRED)
_ALL = (*_RUN_TIME, Phase.TYPING)


@rule(
    "IL306",
    "import-cycle",
    Severity.WARNING,
    "Modules import each other while they are being imported.",
    default=False,
)
def import_cycle(project: Project) -> Iterator[Finding]:
    """Cycles of imports that all run at import time, unless one is reported as a crash (IL301, IL302)."""
    graph = project.graph.successors(_IMPORT_TIME, implicit=False)
    components = _cyclic(graph)
    cycles = project.cycles if components else ()
    failing = {crash.failure.module for cycle in cycles for crash in find_crashes(project, cycle)}
    for component in components:
        if not failing.isdisjoint(component):
            continue
        cycle = shortest_cycle(graph, component)
        yield _finding(project, component, cycle, _IMPORT_TIME, "import each other at import time")


@rule(
    "IL307",
    "deferred-cycle",
    Severity.WARNING,
    "Modules import each other, but only through imports that run later.",
    default=False,
)
def deferred_cycle(project: Project) -> Iterator[Finding]:
    """Cycles that need an import in a function, or a lazy one, to close."""
    yield from _closed_by(
        project, _IMPORT_TIME, _RUN_TIME, "import each other, at least once in a function or lazily"
    )


@rule(
    "IL308",
    "typing-cycle",
    Severity.WARNING,
    "Modules import each other, but only for type checkers.",
    default=False,
)
def typing_cycle(project: Project) -> Iterator[Finding]:
    """Cycles that need an import under `TYPE_CHECKING` to close."""
    yield from _closed_by(project, _RUN_TIME, _ALL, "import each other, at least once for type checkers only")


@rule("IL309", "self-import", Severity.ERROR, "A module imports itself.")
def self_import(project: Project) -> Iterator[Finding]:
    """Import-time imports of the module in which they stand."""
    for link in project.given_links:
        if link.phase is not Phase.IMPORT_TIME or catches(link.circumstances.caught, "ImportError"):
            continue
        own = [load for load in link.loads if load.spec.origin == link.module.path and not load.implicit]
        namespace = project.namespace(link.module.path)
        is_made = isinstance(link.statement, f.ImportFrom) and namespace is not None and namespace.is_open
        if own and not is_made and not _is_for_submodules(link):
            yield Finding(
                location=link.location,
                module=link.module.name,
                message=f"`{link.module.name}` imports itself",
                label="its own names need no import" if isinstance(link.statement, f.ImportFrom) else "",
                help="remove the line, or rename the file if another module of that name is meant",
                subjects=(link.module.name,),
            )


def _is_for_submodules(link: Link) -> bool:
    """Whether a package's `__init__` asks for submodules: `import pkg.sub` binds `pkg`, which it may not have."""
    return isinstance(link.statement, f.Import) and link.asked != link.module.name


def _cyclic(graph: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    return sorted(component for component in strongly_connected_components(graph) if len(component) > 1)


def _closed_by(
    project: Project, phases: tuple[Phase, ...], more: tuple[Phase, ...], what: str
) -> Iterator[Finding]:
    """Components that only the phases in `more` make cyclic."""
    inner = project.graph.successors(phases, implicit=False)
    outer = project.graph.successors(more, implicit=False)
    component_of = {
        module: number
        for number, component in enumerate(strongly_connected_components(inner))
        for module in component
    }
    for component in _cyclic(outer):
        members = set(component)
        inside = {module: tuple(sorted(members.intersection(outer[module]))) for module in component}
        closing = [
            (module, target)
            for module in component
            for target in inside[module]
            if component_of[module] != component_of[target] and target not in inner[module]
        ]
        shortest = _shortest_cycle_through(closing, inside)
        if shortest is not None:
            yield _finding(project, component, shortest, more, what)


def _shortest_cycle_through(
    edges: Iterable[tuple[str, str]], graph: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...] | None:
    """The shortest cycle that begins with one of `edges`, the first by name of those; None if there is none."""
    best: tuple[str, ...] | None = None
    for module, target in edges:
        back = shortest_path(graph, (target,), module, most=len(best) if best else inf)
        if back is not None:
            cycle = (module, *back[:-1])
            best = cycle if best is None else min(best, cycle, key=lambda each: (len(each), each))
    return best


def _finding(
    project: Project, component: tuple[str, ...], cycle: tuple[str, ...], phases: tuple[Phase, ...], what: str
) -> Finding:
    hops = [
        _edge(project, importer, imported, phases)
        for importer, imported in zip(cycle, (*cycle[1:], cycle[0]), strict=True)
    ]
    others = len(component) - len(cycle)
    names = ", ".join(f"`{module}`" for module in cycle[:4]) + (", ..." if len(cycle) > 4 else "")
    return Finding(
        location=hops[0].location,
        module=cycle[0],
        message=f"{names} {what}" + (f" ({others} more modules in the same knot)" if others else ""),
        trace=tuple(Step(hop.location, _hop(hop), hop.statement) for hop in hops),
        subjects=component,
    )


def _edge(project: Project, importer: str, imported: str, phases: tuple[Phase, ...]) -> Edge:
    """The edge that shows best how one module imports another: of the earliest phase, first in the text."""
    order = [phase.value for phase in phases]
    edges = [
        edge
        for edge in project.graph.imports[importer]
        if edge.imported == imported and edge.phase in order and not edge.implicit
    ]
    return min(edges, key=lambda edge: (order.index(edge.phase), edge.location))


def _hop(edge: Edge) -> str:
    notes = {
        Phase.DEFERRED.value: " when called",
        Phase.LAZY.value: " when used",
        Phase.TYPING.value: " for types",
    }
    return f"loads `{edge.imported}`{notes.get(edge.phase, '')}"


RULES = (import_cycle, deferred_cycle, typing_cycle, self_import)
