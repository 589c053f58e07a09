"""By which chains of imports one module loads another."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from importlint.graph.components import shortest_path
from importlint.graph.graph import Edge, ImportGraph
from importlint.syntax.flow import Phase


def chains(
    graph: ImportGraph, start: str, goal: str, phases: Iterable[Phase], limit: int
) -> tuple[tuple[Edge, ...], ...]:
    """At most `limit` chains of edges from `start` to `goal`, the shortest first; no two share an edge.

    So whoever wants `start` to work without `goal` has at least that many imports to change. Empty if `start`
    never loads `goal` in one of the `phases`.
    """
    wanted = {phase.value for phase in phases}
    first: dict[tuple[str, str], Edge] = {}
    for edge in graph.edges:
        if edge.phase in wanted and edge.imported != edge.importer:
            kept = first.get((edge.importer, edge.imported))
            if kept is None or (kept.implicit and not edge.implicit):
                first[edge.importer, edge.imported] = edge
    found: list[tuple[Edge, ...]] = []
    while len(found) < limit:
        successors: dict[str, list[str]] = {}
        for importer, imported in first:
            successors.setdefault(importer, []).append(imported)
        path = shortest_path(successors, (start,), goal)
        if path is None:
            break
        found.append(tuple(first.pop(pair) for pair in itertools.pairwise(path)))
    return tuple(found)
