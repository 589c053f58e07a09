"""From a size and a seed to the files of a project: `python -m benchmarks.generate DIRECTORY --modules N`.

Modules are made in an order in which each one only needs earlier ones, so the project can be imported: packages two to
four deep in depth-first order, a package's own modules before its subpackages. Against that order go imports inside
functions, imports for type checkers, and cycles: harmless ones (`import a.b` on all sides, nothing read at import),
some that crash when their second module is imported first, and, if asked for, one giant component at the end.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

from msgspec import Struct

from benchmarks.generate_text import Import, Style, init_text, module_text

TOP = "acme"
"""The one package at the top."""

_WORDS = """account address article basket billing budget calendar cargo carrier catalog channel client contract
coupon courier customer deposit device dispatch document event export feature forecast gateway group image index invoice
journal label ledger letter license mailing margin market member message metric model notice offer order packet parcel
partner payment payroll permit policy price product profile project queue quota rate receipt record refund region
report request review role route rule sample schedule season sensor session shelf shipment signal source stock supply
survey tariff task tax team template ticket token trade transfer vendor voucher wallet warehouse""".split()


class Shape(Struct, frozen=True, kw_only=True):
    """What decides every byte of a project."""

    modules: int
    """How many files, `__init__` included."""
    giant: float = 0.0
    """The share of the modules that are one strongly connected component."""
    seed: int = 1


class Place(Struct, frozen=True):
    """A module to be: where it is in the order."""

    number: int
    package: str
    word: str
    first: int
    """The number of the first module in its package."""
    area: int
    """The number of the first module in its package directly below the top."""

    @property
    def name(self) -> str:
        """Dotted."""
        return f"{self.package}.{self.word}"


def generate(shape: Shape) -> Iterator[tuple[str, str]]:
    """The files of a project as pairs of relative path and text."""
    random = Random(f"{shape.seed}/{shape.modules}/{shape.giant}")
    packages = _packages(shape.modules, random)
    places = [place for package in packages.values() for place in package]
    giant = range(len(places) - round(shape.giant * len(places)), len(places))
    reexported = {
        place.number
        for package in packages.values()
        for place in package[: _tail(random, 1.2, 1, 6)]
        if place.number not in giant and random.random() < 0.7
    }
    planner = _Planner(places, reexported, giant, random)
    for name, package in packages.items():
        listed = [(place.word, place.number) for place in package if place.number in reexported]
        yield f"{name.replace('.', '/')}/__init__.py", init_text(name, listed)
    for place in places:
        path = f"{place.name.replace('.', '/')}.py"
        yield path, module_text(place.number, planner.imports(place), random)


def write(shape: Shape, directory: Path) -> None:
    """Write the project's files below `directory`, in place of those of an earlier one."""
    shutil.rmtree(directory / TOP, ignore_errors=True)
    for path, text in generate(shape):
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def _packages(files: int, random: Random) -> dict[str, list[Place]]:
    """The packages in the order of their modules, `files` files together."""
    packages: dict[str, list[Place]] = {TOP: []}
    number, left = 0, files - 1

    def grow(package: str, depth: int, area: int | None) -> None:
        nonlocal number, left
        if left < 2:
            return
        modules = packages[package] = []
        left -= 1
        area, first = number if area is None else area, number
        for word in random.sample(_WORDS, min(_tail(random, 1.5, 3, 40), left)):
            modules.append(Place(number, package, word, first, area))
            number, left = number + 1, left - 1
        taken = {place.word for place in modules}
        if depth < 4 and (depth == 1 or random.random() < 0.4):
            for word in random.sample(_WORDS, random.randint(0 if depth > 1 else 1, 4)):
                if word not in taken:
                    grow(f"{package}.{word}", depth + 1, area)

    areas = 0
    while left >= 2:
        areas += 1
        grow(f"{TOP}.{random.choice(_WORDS)}_{areas}", 1, None)
    for _ in range(left):  # one file that is too few for a package
        last = packages[next(reversed(packages))]
        last.append(Place(number, last[0].package, "rest", last[0].first, last[0].area))
    return packages


def _tail(random: Random, alpha: float, least: int, most: int) -> int:
    """A heavy-tailed number: mostly near `least`, now and then many times that, at most `most`."""
    return min(int(least * random.paretovariate(alpha)), most)


def _ancestors(position: int) -> list[int]:
    """The positions above one in a heap, the root last."""
    found = []
    while position:
        position = (position - 1) // 2
        found.append(position)
    return found


class _Planner:
    """Decides which module imports which others, and how."""

    def __init__(self, places: list[Place], reexported: set[int], giant: range, random: Random) -> None:
        self._places = places
        self._reexported = reexported
        self._giant = giant
        self._random = random
        self._rings: dict[int, range] = {}
        self._seconds: set[int] = set()
        self._draw_cycles()

    def imports(self, place: Place) -> tuple[Import, ...]:
        """The imports of a module, each target once."""
        random, number = self._random, place.number
        planned: dict[int, Import] = {}
        for target in self._cyclic(number):
            planned[target] = self._import(place, target, Style.MODULE)
        if number + 1 in self._seconds:
            planned[number + 1] = self._import(place, number + 1, Style.LATE)
        for _ in range(_tail(random, 1.3, 2, 40)):
            target, drawn = self._target(place), random.random()
            if drawn < 0.13:
                target = random.choice((target, random.randrange(place.area, len(self._places))))
                style = Style.FUNCTION if drawn < 0.09 else Style.TYPING
            else:
                style = self._style(place, target)
            if target != number and (target < number or drawn < 0.13) and target not in self._seconds:
                planned.setdefault(target, self._import(place, target, style))
        if number in self._seconds:
            planned[number - 1] = self._import(place, number - 1, Style.NAMES)
        return tuple(planned[target] for target in sorted(planned))

    def _draw_cycles(self) -> None:
        """Rings of two to four neighbours, and pairs whose second module cannot come first."""
        random, number = self._random, 0
        while number < self._giant.start:
            size = random.randint(2, 4)
            end = number + size - 1
            here = end < self._giant.start and self._places[end].package == self._places[number].package
            drawn = random.random()
            if here and drawn < 0.04:
                self._rings.update((member, range(number, end + 1)) for member in range(number, end + 1))
                number = end
            elif here and drawn < 0.043 and not self._reexported & {number, number + 1}:
                self._seconds.add(number + 1)
                number += 1
            number += 1

    def _cyclic(self, number: int) -> list[int]:
        """The modules that a module imports because it is part of a cycle."""
        if number in self._giant:
            return [self._giant[each] for each in self._in_giant(number - self._giant.start)]
        ring = self._rings.get(number)
        if ring is None:
            return []
        return [ring[(number - ring.start + 1) % len(ring)]]

    def _in_giant(self, position: int) -> list[int]:
        """A heap whose leaves import its root: one component, never deeper than CPython's stack allows.

        Further imports go to members that have started already, and from leaf to earlier leaf.
        """
        random, count = self._random, len(self._giant)
        children = [child for child in (2 * position + 1, 2 * position + 2) if child < count]
        if children:
            return [*children, random.choice(_ancestors(position))] if position else children
        leaves = range(count // 2, position)
        return [0, random.choice(leaves)] if leaves and random.random() < 0.5 else [0]

    def _target(self, place: Place) -> int:
        """An earlier module: a neighbour, one of the same area, or anyone, the earliest most often."""
        random, drawn = self._random, self._random.random()
        least = place.first if drawn < 0.45 else place.area if drawn < 0.7 else 0
        if least == 0 or place.number in self._giant:
            return int(min(place.number, self._giant.start) * random.random() ** 4)
        return random.randint(min(least, place.number), place.number)

    def _style(self, place: Place, target: int) -> Style:
        """How a module imports an earlier one at its top."""
        other = self._places[target]
        if place.number in self._rings and target in self._rings[place.number]:
            return Style.MODULE
        drawn = self._random.random()
        inside = f"{place.package}.".startswith(f"{other.package}.")
        if target in self._reexported and not inside and drawn < 0.5:
            return Style.PACKAGE
        if place.package == other.package and drawn < 0.6:
            return Style.RELATIVE
        return Style.MODULE if drawn > 0.92 else Style.SUBMODULE if drawn > 0.8 else Style.NAMES

    def _import(self, place: Place, target: int, style: Style) -> Import:
        other = self._places[target]
        return Import(package=other.package, word=other.word, number=target, style=style)


def main() -> None:
    """Write a project."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("directory", type=Path)
    parser.add_argument("--modules", type=int, default=1000)
    parser.add_argument("--giant", type=float, default=0.0, help="share of modules in one component")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write(Shape(modules=options.modules, giant=options.giant, seed=options.seed), options.directory)


if __name__ == "__main__":
    main()
