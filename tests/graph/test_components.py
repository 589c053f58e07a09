from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importlint.graph.components import (
    shortest_cycle,
    shortest_path,
    strongly_connected_components,
)

NODES = st.sampled_from("abcdefgh")


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    edges = draw(st.sets(st.tuples(NODES, NODES), max_size=20))
    return {node: tuple(sorted(to for start, to in edges if start == node)) for node in "abcdefgh"}


def distances(graph: dict[str, tuple[str, ...]], start: str) -> dict[str, int]:
    """Steps from `start` to each node that it leads to, by relaxing all edges until nothing changes."""
    found = {start: 0}
    for _ in graph:
        for node, successors in graph.items():
            for successor in successors if node in found else ():
                found[successor] = min(found.get(successor, 99), found[node] + 1)
    return found


@given(graph=graphs())
def test_components_are_the_classes_of_mutual_reachability(graph: dict[str, tuple[str, ...]]) -> None:
    reach = {node: set(distances(graph, node)) for node in graph}
    expected = {tuple(sorted(b for b in graph if b in reach[a] and a in reach[b])) for a in graph}
    components = strongly_connected_components(graph)
    assert set(components) == expected
    assert len(components) == len(expected)
    order = {node: number for number, component in enumerate(components) for node in component}
    assert all(order[to] <= order[node] for node, successors in graph.items() for to in successors)


@given(graph=graphs(), start=NODES, goal=NODES)
def test_shortest_path(graph: dict[str, tuple[str, ...]], start: str, goal: str) -> None:
    steps = distances(graph, start)
    path = shortest_path(graph, (start,), goal)
    assert (path is None) == (goal not in steps)
    if path is not None:
        assert (path[0], path[-1], len(path) - 1) == (start, goal, steps[goal])
        assert all(after in graph[before] for before, after in itertools.pairwise(path))


@given(graph=graphs(), start=NODES, goal=NODES, most=st.integers(1, 8))
def test_shortest_path_within_a_bound(
    graph: dict[str, tuple[str, ...]], start: str, goal: str, most: int
) -> None:
    path = shortest_path(graph, (start,), goal)
    bounded = shortest_path(graph, (start,), goal, most=most)
    assert bounded == (path if path is not None and len(path) <= most else None)


@given(graph=graphs())
def test_shortest_cycle(graph: dict[str, tuple[str, ...]]) -> None:
    for component in strongly_connected_components(graph):
        if len(component) > 1 or component[0] in graph[component[0]]:
            cycle = shortest_cycle(graph, component)
            assert all(
                after in graph[node] for node, after in zip(cycle, (*cycle[1:], cycle[0]), strict=True)
            )
            lengths = [1 + distances(graph, to).get(node, 99) for node in component for to in graph[node]]
            # no search beyond cycles of two modules: cycles of one are not looked for in larger components
            assert len(cycle) == min(lengths) or (len(cycle), min(lengths)) == (2, 1)
        else:
            with pytest.raises(ValueError, match="no cycle"):
                shortest_cycle(graph, component)


def test_depth_is_no_limit() -> None:
    graph = {str(number): (str(number + 1),) for number in range(50_000)} | {"50000": ("0",)}
    (component,) = strongly_connected_components(graph)
    assert len(component) == 50_001
