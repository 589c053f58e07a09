"""The import graph: modules, and an edge for everything that makes one of them load another. Data only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from msgspec import Struct

from importlint.diagnostics import Location
from importlint.syntax.flow import Phase


class Edge(Struct, frozen=True, kw_only=True, order=True, gc=False):
    """One module loads another."""

    importer: str
    location: Location
    imported: str
    phase: str
    """The value of a `Phase`."""
    statement: str
    """The import as it could be written on one line."""
    conditional: bool = False
    """It runs only under a condition that cannot be judged, or as a fall-back."""
    dynamic: bool = False
    """`importlib.import_module` or `__import__` with a written-out name."""
    implicit: bool = False
    """The module is not what the statement asks for, but a parent package that is loaded on the way."""


class ImportGraph(Struct, frozen=True, kw_only=True, dict=True):
    """The modules of a project and those that they load."""

    modules: frozenset[str]
    """The project's own modules; other ends of edges are modules outside it."""
    edges: tuple[Edge, ...]
    """Sorted."""

    @cached_property
    def imports(self) -> Mapping[str, tuple[Edge, ...]]:
        """The edges that leave each module."""
        return _grouped(self.edges, "importer")

    @cached_property
    def importers(self) -> Mapping[str, tuple[Edge, ...]]:
        """The edges that lead to each module."""
        return _grouped(self.edges, "imported")

    def successors(self, phases: Iterable[Phase], *, implicit: bool) -> Mapping[str, tuple[str, ...]]:
        """For each module of the project, the modules of the project that it loads in one of the `phases`, sorted."""
        wanted = {phase.value for phase in phases}
        reached: dict[str, set[str]] = {module: set() for module in self.modules}
        for edge in self.edges:
            if edge.phase in wanted and edge.imported in reached and (implicit or not edge.implicit):
                reached[edge.importer].add(edge.imported)
        return {module: tuple(sorted(reached[module])) for module in sorted(reached)}


def _grouped(edges: Iterable[Edge], end: str) -> Mapping[str, tuple[Edge, ...]]:
    groups: dict[str, list[Edge]] = {}
    for edge in edges:
        groups.setdefault(getattr(edge, end), []).append(edge)
    return {module: tuple(group) for module, group in groups.items()}
