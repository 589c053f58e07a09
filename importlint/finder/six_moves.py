"""From a copy of `six.py` to the modules that its finder makes up below `six.moves`.

`six` adds them while it is imported, so no file shows them; its tables of moved modules do. Vendored copies
have the same text.

six, `_SixMetaPathImporter` and `_moved_attributes`.
"""

from __future__ import annotations

import ast
import os
from functools import cached_property

from importlint import disk
from importlint.finder.path_entry import PathEntryFinder
from importlint.finder.spec import Kind, Spec


def is_moves(name: str, parent: Spec) -> bool:
    """Whether `name` is the virtual package `moves` of a copy of six."""
    file = os.path.basename(parent.origin or "")
    return name == f"{parent.name}.moves" and file == "six.py" and parent.name.rpartition(".")[2] == "six"


def moves_entry(file: str) -> str:
    """The path entry that stands for the virtual package of this copy of six."""
    return f"{file}/<moves>"


class MovesFinder(PathEntryFinder):
    """The path entry finder below `six.moves`."""

    def __init__(self, file: str) -> None:
        self._file = file

    @cached_property
    def _names(self) -> frozenset[str]:
        return _read_names(self._file)

    def find(self, name: str) -> Spec | None:
        """An assumed module for each name of the tables; what it really is depends on the version."""
        below = name.rpartition("six.moves.")[2]
        if below not in self._names:
            return None
        is_package = any(other.startswith(f"{below}.") for other in self._names)
        locations = (moves_entry(self._file),) if is_package else None
        return Spec(name=name, kind=Kind.ASSUMED, search_locations=locations)

    def module_names(self) -> list[str]:
        """The names directly below `six.moves`."""
        return sorted({name.partition(".")[0] for name in self._names})


def _read_names(file: str) -> frozenset[str]:
    """The first argument of each `MovedModule`, and what `_add_module` is told to make below `moves`."""
    try:
        with disk.open_text(file) as stream:
            tree = ast.parse(stream.read())
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
        return frozenset()
    names: set[str] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        texts = [str(argument.value) for argument in node.args if isinstance(argument, ast.Constant)]
        if isinstance(node.func, ast.Name) and node.func.id == "MovedModule":
            names.update(texts[:1])
        elif isinstance(node.func, ast.Attribute) and node.func.attr == "_add_module":
            names |= {text.removeprefix("moves.") for text in texts if text.startswith("moves.")}
    return frozenset(names)
