"""What the files of an installed package say of a name anywhere: the last look before its absence is certain.

Packages fill their modules from afar: tables of names, `setattr`, import hooks. Their text is searched, not
analysed, and only for names that seem to be missing, which is rare.
"""

from __future__ import annotations

import os
import re

from importlint import disk
from importlint.discovery import is_regular_package, python_files_below
from importlint.paths import ancestors

_BINDS = re.compile(
    rb"^(?:async )?def (\w+)\(|^class (\w+)[(:]|^(\w+) *=(?!=)|^from [\w.]+ import ((?:\w+, *)*\w+)$",
    re.MULTILINE,
)
_UNBINDS = re.compile(rb"^\s*del\b( *\([^)]*\)|.*)", re.MULTILINE)
_LONG_STRING = re.compile(rb"\"\"\".*?\"\"\"|'''.*?'''", re.DOTALL)
_NAME = re.compile(rb"\w+")
_HOOKS = re.compile(rb"meta_path|exec_module")
_FILLS = re.compile(rb"setattr|__dict__|\bglobals\b|\bvars\(|sys\.modules|_getframe")


class InstalledText:
    """The source files of installed packages, listed once per run."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[str, ...]] = {}
        self._hooked: dict[str, bool] = {}
        self._plain: dict[str, frozenset[str]] = {}

    def plain_names(self, path: str) -> frozenset[str]:
        """The names that statements at the margin of the module at `path` surely bind, and nothing in it unbinds.

        Most names that are asked of the standard library are among them: that takes a tenth of parsing it.
        """
        if path not in self._plain:
            self._plain[path] = _plain_names(_content(path))
        return self._plain[path]

    def may_bind(self, path: str, name: str) -> bool:
        """Whether a name may reach the module at `path` after all.

        So if the module mentions it in any way, or its package assigns it to something, or quotes it in a file
        that fills modules.
        """
        top = _top_level(path)
        if self._has_hooks(top):
            return True
        word = re.compile(rb"\b" + re.escape(name.encode()) + rb"\b")
        if word.search(_content(path)):
            return True
        quoted = re.compile(rb"[\"']" + re.escape(name.encode()) + rb"[\"']")
        assigned = re.compile(rb"\." + re.escape(name.encode()) + rb"\s*=[^=]")
        contents = (_content(file) for file in self._listed(top))
        return any(
            assigned.search(text) or (quoted.search(text) and _FILLS.search(text)) for text in contents
        )

    def _has_hooks(self, top: str) -> bool:
        """Whether a package speaks of import hooks."""
        if top not in self._hooked:
            self._hooked[top] = any(_HOOKS.search(_content(file)) for file in self._listed(top))
        return self._hooked[top]

    def _listed(self, top: str) -> tuple[str, ...]:
        if top not in self._files:
            self._files[top] = tuple(sorted(python_files_below(top))) if disk.is_directory(top) else (top,)
        return self._files[top]


def _top_level(path: str) -> str:
    """The directory of the outermost regular package that a module's file is in; the file itself if in none."""
    directory = os.path.dirname(path)
    if not is_regular_package(directory):
        return path
    return next(above for above in ancestors(directory) if not is_regular_package(os.path.dirname(above)))


def _plain_names(text: bytes) -> frozenset[str]:
    code = _LONG_STRING.sub(b"", text)
    bound = {name for names in _BINDS.findall(code) for part in names for name in _NAME.findall(part)}
    unbound = {name for names in _UNBINDS.findall(text) for name in _NAME.findall(names)}
    return frozenset(name.decode() for name in bound - unbound)


def _content(path: str) -> bytes:
    try:
        return disk.read(path)
    except OSError:
        return b""
