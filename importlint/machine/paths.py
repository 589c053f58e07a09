"""Functions on paths whose answers decide imports: they are worked out on the analysed tree as it lies there.

CPython `Lib/posixpath.py`; nothing is opened, only looked for.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from importlint import disk
from importlint.machine.run import Place
from importlint.machine.values import UNKNOWN, Sequence, Value

if TYPE_CHECKING:
    from importlint.machine.library import Arguments, Keywords, Library, LibraryFunction


def _of_texts(function: Callable[..., Any]) -> LibraryFunction:
    """A function of texts alone, as a call of the machine."""

    def call(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
        texts = [argument for argument in arguments if isinstance(argument, str) and "\0" not in argument]
        if not texts or len(texts) != len(arguments) or keywords:
            return UNKNOWN
        try:
            result = function(*texts)
        except (OSError, TypeError, ValueError):
            return UNKNOWN
        if isinstance(result, tuple | list):
            return Sequence("tuple" if isinstance(result, tuple) else "list", list(result))
        return result if isinstance(result, str | bool) else UNKNOWN

    return call


def _listed(directory: str) -> list[str]:
    """What `os.listdir` gives, in a stable order: CPython's is the file system's."""
    return disk.names(directory)


PATH_FUNCTIONS: dict[str, LibraryFunction] = {
    "os.path.join": _of_texts(posixpath.join),
    "os.path.dirname": _of_texts(posixpath.dirname),
    "os.path.basename": _of_texts(posixpath.basename),
    "os.path.split": _of_texts(posixpath.split),
    "os.path.splitext": _of_texts(posixpath.splitext),
    "os.path.normpath": _of_texts(posixpath.normpath),
    "os.path.abspath": _of_texts(posixpath.normpath),
    "os.path.realpath": _of_texts(disk.real_path),
    "os.path.exists": _of_texts(disk.exists),
    "os.path.isfile": _of_texts(disk.is_file),
    "os.path.isdir": _of_texts(disk.is_directory),
    "os.listdir": _of_texts(_listed),
}
