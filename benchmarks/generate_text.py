"""From a module's number and its imports to its text: definitions whose bodies use what was imported.

At import time a module derives classes from imported ones and calls imported functions that need nothing but their
arguments; everything else is read inside functions.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from random import Random

from msgspec import Struct


class Style(enum.Enum):
    """How a module is imported."""

    NAMES = enum.auto()
    """`from a.b.c import Name`"""
    RELATIVE = enum.auto()
    """`from .c import Name`"""
    PACKAGE = enum.auto()
    """`from a.b import Name`, which `a/b/__init__.py` has from `c`"""
    SUBMODULE = enum.auto()
    """`from a.b import c`"""
    MODULE = enum.auto()
    """`import a.b.c`, and nothing of it read before all modules have run"""
    FUNCTION = enum.auto()
    """`from a.b.c import Name` inside a function"""
    TYPING = enum.auto()
    """`from a.b.c import Name` for type checkers"""
    LATE = enum.auto()
    """`from a.b.c import Name` below what the imported module needs"""


class Import(Struct, frozen=True):
    """One module that another one imports."""

    package: str
    word: str
    number: int
    style: Style

    @property
    def names(self) -> str:
        """What is taken from it."""
        return f"{class_name(self.number)}, {function_name(self.number)}"

    @property
    def statement(self) -> str:
        """The import as written."""
        match self.style:
            case Style.MODULE:
                return f"import {self.package}.{self.word}"
            case Style.SUBMODULE:
                return f"from {self.package} import {self.word} as {self.word}_{self.number}"
            case Style.PACKAGE:
                return f"from {self.package} import {self.names}"
            case Style.RELATIVE:
                return f"from .{self.word} import {self.names}"
        return f"from {self.package}.{self.word} import {self.names}"

    @property
    def function(self) -> str:
        """An expression for its function."""
        match self.style:
            case Style.MODULE:
                return f"{self.package}.{self.word}.{function_name(self.number)}"
            case Style.SUBMODULE:
                return f"{self.word}_{self.number}.{function_name(self.number)}"
        return function_name(self.number)


_NAMES = (Style.NAMES, Style.RELATIVE, Style.PACKAGE)
_STANDARD = (
    "abc collections contextlib enum itertools json logging math operator os re string textwrap".split()
)


def class_name(number: int) -> str:
    """The class that a module defines."""
    return f"Entry{number}"


def function_name(number: int) -> str:
    """The function of a module that needs nothing but its arguments."""
    return f"scale_{number}"


def init_text(package: str, listed: Sequence[tuple[str, int]]) -> str:
    """An `__init__` that offers what some of the package's modules define."""
    if not listed:
        return ""
    imports = [
        f"from {package}.{word} import {class_name(number)}, {function_name(number)}"
        for word, number in listed
    ]
    names = [name for _, number in listed for name in (class_name(number), function_name(number))]
    return "\n".join((f'"""What {package} offers."""', "", *imports, "", f"__all__ = {names!r}", ""))


def module_text(number: int, imports: Sequence[Import], random: Random) -> str:
    """The text of the module `number`."""
    top = [each for each in imports if each.style not in (Style.FUNCTION, Style.TYPING, Style.LATE)]
    lines = [f'"""Module {number}."""', "", "from __future__ import annotations", ""]
    lines += sorted({f"import {random.choice(_STANDARD)}" for _ in range(random.randint(1, 4))})
    lines += ["from dataclasses import dataclass", "from typing import TYPE_CHECKING", ""]
    lines += [each.statement for each in top]
    lines += _typing([each for each in imports if each.style is Style.TYPING])
    if random.random() < 0.03:
        lines += ["", "try:", "    import ujson as fast_json", "except ImportError:", "    fast_json = None"]
    lines += _definitions(number, top, random)
    lines += [f"\n{each.statement}" for each in imports if each.style is Style.LATE]
    deferred = [each for each in imports if each.style in (Style.FUNCTION, Style.LATE)]
    for position in range(min(int(random.lognormvariate(1.0, 0.9)), 40)):
        lines += ["", "", *_function(position, top, deferred[position : position + 1], random)]
    lines += [
        line for each in deferred[40:] for line in ("", "", *_function(each.number, top, [each], random))
    ]
    return "\n".join((*lines, ""))


def _typing(imports: Sequence[Import]) -> list[str]:
    if not imports:
        return []
    return ["", "if TYPE_CHECKING:", *(f"    {each.statement}" for each in imports)]


def _definitions(number: int, top: Sequence[Import], random: Random) -> Iterator[str]:
    """The function and the class that other modules import, and constants."""
    taken = [each for each in top if each.style in _NAMES]
    yield from ("", f"LIMIT = {random.randint(1, 999)}", f'LABELS = {{"number": {number}, "kind": "entry"}}')
    for position, each in enumerate(taken[:2]):
        if random.random() < 0.4:
            yield f"DERIVED_{position} = {each.function}(LIMIT, {position + 2})"
    yield from ("", "", f"def {function_name(number)}(value: int, factor: int = 2) -> int:")
    yield from ('    """The value times the factor, not below zero."""', "    result = value * factor")
    yield from ("    if result < 0:", "        return 0", "    return result")
    based = next((each for each in taken if random.random() < 0.15), None)
    yield from ("", "")
    if random.random() < 0.2:
        yield "@dataclass"
    yield (
        f"class {class_name(number)}({class_name(based.number)}):"
        if based
        else f"class {class_name(number)}:"
    )
    yield f'    """Entry of module {number}."""'
    yield from ("", "    size: int = 0", f'    label: str = "entry {number}"')
    for position in range(random.randint(1, 5)):
        yield ""
        if random.random() < 0.15:
            yield "    @property"
        yield f"    def method_{position}(self) -> object:"
        yield from (f"        {line}" for line in _body(top, random))


def _function(
    position: int, top: Sequence[Import], deferred: Sequence[Import], random: Random
) -> Iterator[str]:
    yield f'def function_{position}(values: list[int], *, strict: bool = False, name: str = "{position}") -> object:'
    if random.random() < 0.5:
        yield from ('    """What becomes of the values.', "", '    A text may say "import os".', '    """')
    for each in deferred:
        if each.style is Style.FUNCTION:
            yield from (f"    {each.statement}", "")
        yield f"    values = [{each.function}(value) for value in values]"
    yield from (f"    {line}" for line in _body(top, random))


def _body(top: Sequence[Import], random: Random) -> Iterator[str]:
    """The lines of a function's body."""
    yield "total = LIMIT"
    for _ in range(min(int(random.lognormvariate(1.0, 0.8)), 30)):
        called = random.choice(top).function if top and random.random() < 0.5 else "abs"
        yield from (line.replace("CALLED", called) for line in random.choice(_STATEMENTS))
    yield "return total"


_STATEMENTS = (
    ("total += CALLED(total)",),
    ("parts = [CALLED(each) for each in range(total % 7) if each]", "total += sum(parts)"),
    ("for index in range(3):", "    total -= CALLED(index)", "    if total > 1000:", "        break"),
    (
        "try:",
        "    total = CALLED(total)",
        "except (TypeError, ValueError) as error:",
        "    raise RuntimeError(str(error)) from error",
    ),
    ('text = f"{total:>8} of {LIMIT}: {CALLED(total)}"', 'total += len(text.replace("(", "[").strip())'),
    ("while total > 100:", "    total //= 2", "else:", "    total += CALLED(1)"),
    ("found = {key: value for key, value in LABELS.items() if key != 'kind'}", "total += len(found)"),
    (
        "if total % 2 == 0 and LIMIT > 3:",
        "    total = CALLED(total)",
        "elif total:",
        "    total += 1",
        "else:",
        "    total = 0",
    ),
    ("pick = lambda each: CALLED(each)", "total = max(total, pick(2))"),
    (
        "with open('numbers.txt', encoding='utf-8') as file:",
        "    total += sum(CALLED(len(line)) for line in file)",
    ),
    ("def inner(step: int) -> int:", "    return CALLED(step) + LIMIT", "", "total += inner(total)"),
    ("query = '''select number", "    from entries where number > %s", "'''", "total += query.count('e')"),
)
