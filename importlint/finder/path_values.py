"""Values of `__path__` expressions: lists, texts and paths, and the few functions that make them of each other.

The functions are importlint's own counterparts of `os.path`, `pathlib` and list methods. They take what they know
and answer `UNKNOWN` for the rest; none depends on the current directory.
"""

from __future__ import annotations

import os
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from importlint import disk
from importlint.syntax import facts as f

_LONGEST = 10_000
"""Texts and lists beyond this are not followed: a few lines can double one for ever."""


class Unknown:
    """The value of an expression that is not followed."""


UNKNOWN: Final = Unknown()

_Paths = str | pathlib.PurePath


def attribute(owner: object, attr: str) -> object:
    """`owner.attr`, of a path."""
    if isinstance(owner, pathlib.PurePath) and attr in ("parent", "name", "stem", "parents"):
        return tuple(owner.parents) if attr == "parents" else getattr(owner, attr)
    return UNKNOWN


def element(owner: object, index: f.Expression) -> object:
    """`owner[index]`, of a list or tuple."""
    if not isinstance(owner, list | tuple):
        return UNKNOWN
    match index:
        case f.Constant(value=int(number)) if -len(owner) <= number < len(owner):
            return owner[number]
        case f.Slice(lower=None, upper=None, step=None):
            return owner[:]
    return UNKNOWN


def operate(left: object, operator: str, right: object) -> object:
    """`left + right`, or `left / right` of a path."""
    if operator == "+":
        return add(left, right)
    if operator == "/" and isinstance(left, pathlib.PurePath) and isinstance(right, _Paths):
        return left / right
    return UNKNOWN


def add(left: object, right: object) -> object:
    """`left + right`; what is added to a list and not known stays an unknown item."""
    for kind in (str, list, tuple):
        if isinstance(left, kind) and isinstance(right, kind):
            both = left + right  # type: ignore[operator]
            return both if len(both) <= _LONGEST else UNKNOWN
    return [*left, UNKNOWN] if isinstance(left, list) else UNKNOWN


def apply(function: Callable[..., object], arguments: Sequence[object]) -> object:
    """The result of one of `FUNCTIONS`; unknown for arguments that it does not take."""
    if any(isinstance(argument, Unknown) for argument in arguments):
        return UNKNOWN
    try:
        return function(*arguments)
    except (TypeError, ValueError, OSError, RuntimeError):
        return UNKNOWN


def call_method(owner: list[Any] | pathlib.PurePath, name: str, arguments: list[Any]) -> object:
    """The result of `owner.name(*arguments)`, done to the list; an unknown method leaves an unknown item."""
    if isinstance(owner, pathlib.PurePath):
        function = _PATH_METHODS.get(name)
        return apply(function, [owner, *arguments]) if function else UNKNOWN
    match name, arguments:
        case "append", [item]:
            owner.append(item)
        case "insert", [int(index), item]:
            owner.insert(index, item)
        case "extend", [list() | tuple() as items] if len(owner) + len(items) <= _LONGEST:
            owner.extend(items)
        case "remove", [item] if item in owner:
            owner.remove(item)
        case "clear", []:
            owner.clear()
        case "reverse", []:
            owner.reverse()
        case "copy", []:
            return owner.copy()
        case (("index" | "count"), _):
            return UNKNOWN
        case _:
            owner.append(UNKNOWN)
            return UNKNOWN
    return None


def _absolute(path: _Paths) -> str:
    """`os.path.abspath`, if that does not depend on the current directory."""
    if not os.path.isabs(path):
        raise ValueError(path)
    return os.path.abspath(path)


def _real(path: _Paths) -> str:
    return disk.real_path(_absolute(path))


def _as_list(*values: object) -> list[object]:
    if not all(isinstance(value, list | tuple) for value in values):
        raise TypeError(values)
    return [item for value in values for item in value]  # type: ignore[attr-defined]


def _text(value: object) -> str:
    if not isinstance(value, _Paths):
        raise TypeError(value)
    return str(value)


CONSTANTS = {"os.pardir": os.pardir, "os.path.pardir": os.pardir, "os.curdir": os.curdir, "os.sep": os.sep}
"""Attributes of modules, by their dotted names."""

FUNCTIONS: Mapping[str, Callable[..., object]] = {
    "list": _as_list,
    "os.fspath": _text,
    "os.path.abspath": _absolute,
    "os.path.basename": os.path.basename,
    "os.path.dirname": os.path.dirname,
    "os.path.exists": disk.exists,
    "os.path.isdir": disk.is_directory,
    "os.path.isfile": disk.is_file,
    "os.path.join": os.path.join,
    "os.path.normpath": os.path.normpath,
    "os.path.realpath": _real,
    "os.path.split": os.path.split,
    "pathlib.Path": pathlib.PurePath,
    "pathlib.PurePath": pathlib.PurePath,
    "str": _text,
    "tuple": lambda *values: tuple(_as_list(*values)),
}
"""Functions by their dotted names; those without a dot are built in."""

_PATH_METHODS: Mapping[str, Callable[..., object]] = {
    "absolute": lambda path: pathlib.PurePath(_absolute(path)),
    "as_posix": pathlib.PurePath.as_posix,
    "exists": disk.exists,
    "is_dir": disk.is_directory,
    "is_file": disk.is_file,
    "joinpath": pathlib.PurePath.joinpath,
    "resolve": lambda path: pathlib.PurePath(_real(path)),
}

QUESTIONS = ("os.path.exists", "os.path.isdir", "os.path.isfile")
"""Functions that conditions may ask."""

READERS = (
    *("enumerate", "isinstance", "iter", "len", "print", "repr", "set", "sorted", "str"),
    *("pkgutil.iter_modules", "pkgutil.walk_packages"),
)
"""Functions that read a list that they are given."""
