"""Strongly connected components, and shortest ways through a graph; iterative, for graphs of any depth.

A graph is a mapping from each node to its successors. With sorted nodes and successors the answers are the
same in every run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from math import inf

Successors = Mapping[str, Collection[str]]


def strongly_connected_components(graph: Successors) -> list[tuple[str, ...]]:
    """The components of `graph`, each sorted; one comes after those that it leads to.

    Tarjan, "Depth-first search and linear graph algorithms" (1972).
    """
    index: dict[str, int] = {}
    lowest: dict[str, int] = {}
    waiting: list[str] = []
    is_waiting: set[str] = set()
    components: list[tuple[str, ...]] = []
    for start in graph:
        if start in index:
            continue
        path = [(start, iter(graph[start]))]
        index[start] = lowest[start] = len(index)
        waiting.append(start)
        is_waiting.add(start)
        while path:
            node, successors = path[-1]
            for successor in successors:
                if successor not in index:
                    index[successor] = lowest[successor] = len(index)
                    waiting.append(successor)
                    is_waiting.add(successor)
                    path.append((successor, iter(graph.get(successor, ()))))
                    break
                if successor in is_waiting:
                    lowest[node] = min(lowest[node], index[successor])
            else:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[node])
                if lowest[node] == index[node]:
                    component: list[str] = []
                    while not component or component[-1] != node:
                        component.append(waiting.pop())
                        is_waiting.discard(component[-1])
                    components.append(tuple(sorted(component)))
    return components


def shortest_path(
    graph: Successors, starts: Iterable[str], goal: str, *, most: float = inf
) -> tuple[str, ...] | None:
    """The nodes from one of `starts` to `goal` by the fewest steps, both included; None if there is no way.

    Nor if each way has more than `most` nodes.
    """
    came_from: dict[str, str | None] = dict.fromkeys(starts)
    length = dict.fromkeys(came_from, 1)
    queue = deque(came_from)
    while queue:
        node = queue.popleft()
        if node == goal:
            path = [node]
            while (before := came_from[path[-1]]) is not None:
                path.append(before)
            return tuple(reversed(path))
        for successor in graph.get(node, ()) if length[node] < most else ():
            if successor not in came_from:
                came_from[successor] = node
                length[successor] = length[node] + 1
                queue.append(successor)
    return None


def shortest_cycle(graph: Successors, component: Collection[str]) -> tuple[str, ...]:
    """The nodes of a shortest cycle inside a component, starting with its first node by name.

    Raises:
        ValueError: the component has no cycle.
    """
    members = set(component)
    inside = {node: tuple(next_ for next_ in graph[node] if next_ in members) for node in sorted(members)}
    best: tuple[str, ...] | None = None
    for node, successors in inside.items():
        if best is not None and len(best) <= 2:
            break  # no cycle of several modules is shorter
        back = shortest_path(inside, successors, node, most=len(best) - 1 if best else inf)
        best = back or best
    if best is None:
        raise ValueError("no cycle in this component")
    first = best.index(min(best))
    return (*best[first:], *best[:first])
