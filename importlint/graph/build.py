"""From links to the import graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from importlint.diagnostics import Location
from importlint.discovery import Module
from importlint.graph.graph import Edge, ImportGraph
from importlint.graph.link import Link


def build_graph(
    modules: Iterable[Module], links: Iterable[Link], by_path: Mapping[str, Module]
) -> ImportGraph:
    """The graph of a project's modules; `by_path` has its modules by their absolute paths."""
    own = tuple(modules)
    edges = {edge for link in links for edge in _edges(link, by_path)}
    return ImportGraph(modules=frozenset(module.name for module in own), edges=tuple(sorted(edges)))


def _edges(link: Link, by_path: Mapping[str, Module]) -> Iterator[Edge]:
    text = link.text
    for load in link.loads:
        own = by_path.get(load.spec.origin or "")
        yield Edge(
            importer=link.module.name,
            location=Location(link.module.display, load.span),
            imported=own.name if own else load.spec.name,
            phase=link.phase.value,
            statement=text,
            conditional=not link.circumstances.certain,
            dynamic=link.is_dynamic,
            implicit=load.implicit,
        )
