"""Who runs a module without naming it: for all modules with effects at once, in one pass over the import graph.

An import of `shop.cart.prices` runs `shop` and `shop.cart` too, and all that they import. Only what surely happens
counts: imports at import time that hang on no condition. Tests, settings and what else stands beside the code run
nothing here.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from importlint.discovery import Module
from importlint.graph.components import strongly_connected_components
from importlint.programs.importable import is_beside_the_code
from importlint.syntax.flow import Phase

if TYPE_CHECKING:
    from importlint.graph.graph import Edge
    from importlint.project import Project

Successors = Mapping[str, tuple[str, ...]]


class Trigger(Struct, frozen=True):
    """Who runs one module."""

    count: int
    """How many of the project's modules run it when they are imported, although they do not name it."""
    chain: tuple[str, ...]
    """The shortest way from an entry that is no part of it, both included; empty if it is an entry itself.

    An entry is a module that no other imports, or of a cycle that no other imports its programs, or else its top.
    """


def find_triggers(project: Project) -> Mapping[str, Trigger]:
    """Who runs each of the importable modules that have an effect."""
    programs = frozenset(program.module.name for program in project.programs)
    modules = {
        module.name
        for module in project.reading.modules
        if module.name in programs or not is_beside_the_code(project, module)
    }
    loads = _loads(modules, project.graph.edges)
    targets = [module.name for module in project.importable_modules if _acts(project, module)]
    ways = _ways(loads, programs)
    counts = _counts(loads, targets, project.graph.edges)
    return {name: Trigger(counts[name], _chain(name, ways)) for name in targets}


def _acts(project: Project, module: Module) -> bool:
    return any(each.effect.kind.rule for each in project.effects.of(module))


def _loads(modules: Iterable[str], edges: Iterable[Edge]) -> Successors:
    """The modules that an import of each surely runs next: its package, and what its body imports."""
    found: dict[str, set[str]] = {name: {name.rpartition(".")[0]} for name in modules}
    for edge in edges:
        if edge.importer in found and _is_at_import(edge) and not edge.conditional:
            found[edge.importer].add(edge.imported)
    return {name: tuple(sorted(found[name] & found.keys() - {name})) for name in sorted(found)}


def _is_at_import(edge: Edge) -> bool:
    return edge.phase == Phase.IMPORT_TIME.value


# ---- how many


def _counts(loads: Successors, targets: Iterable[str], edges: Iterable[Edge]) -> Mapping[str, int]:
    """For each target, how many modules run it that do not name it.

    A set of targets is one number with a bit for each, so that a component's set is the union of those that it
    leads to: as many steps as there are imports.
    """
    bits = {name: 1 << index for index, name in enumerate(targets)}
    reached: dict[str, int] = {}
    for component in strongly_connected_components(loads):
        union = 0
        for name in component:
            union |= bits.get(name, 0)
            for loaded in loads[name]:
                union |= reached.get(loaded, 0)
        reached.update(dict.fromkeys(component, union))
    named = {
        (edge.importer, edge.imported) for edge in edges if _is_at_import(edge) and not edge.implicit
    } | {(name, name) for name in bits}
    digits = _added(reached.values())
    all_runs = {
        name: sum((digit >> index & 1) << place for place, digit in enumerate(digits))
        for index, name in enumerate(bits)
    }
    by_name = Counter(
        imported
        for importer, imported in named
        if imported in bits and reached.get(importer, 0) & bits[imported]
    )
    return {name: all_runs[name] - by_name[name] for name in bits}


def _added(rows: Iterable[int]) -> list[int]:
    """How many of the rows have each bit: for all bits at once, in binary, the digits of ones first."""
    digits: list[int] = []
    for row in rows:
        carried, place = row, 0
        while carried:
            if place == len(digits):
                digits.append(0)
            digits[place], carried = digits[place] ^ carried, digits[place] & carried
            place += 1
    return digits


# ---- by which way


def _ways(loads: Successors, programs: frozenset[str]) -> Mapping[str, str | None]:
    """For each module, the one before it on the shortest way from an entry; None for an entry."""
    before: dict[str, str | None] = dict.fromkeys(_entries(loads, programs))
    waiting = deque(before)
    while waiting:
        name = waiting.popleft()
        for loaded in loads[name]:
            if loaded not in before:
                before[loaded] = name
                waiting.append(loaded)
    return before


def _entries(loads: Successors, programs: frozenset[str]) -> Iterator[str]:
    """The entries, programs first, then the modules nearest to the top."""
    components = strongly_connected_components(loads)
    number = {name: index for index, component in enumerate(components) for name in component}
    inner = {number[loaded] for name in loads for loaded in loads[name] if number[loaded] != number[name]}
    found: list[str] = []
    for index, component in enumerate(components):
        if index not in inner:
            run = [name for name in component if name in programs]
            found += run or [min(component, key=_depth)]
    yield from sorted(found, key=lambda name: (name not in programs, _depth(name)))


def _depth(name: str) -> tuple[int, str]:
    return name.count("."), name


def _chain(name: str, before: Mapping[str, str | None]) -> tuple[str, ...]:
    chain = [name]
    while (last := before.get(chain[-1])) is not None:
        chain.append(last)
    return tuple(reversed(chain)) if len(chain) > 1 else ()
