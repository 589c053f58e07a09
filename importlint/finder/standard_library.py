"""What each CPython brings along: standard library modules, builtin and frozen names, as tables.

The tables decide where the files of an environment cannot: for another version or platform than the
environment's, and for names that are compiled into the interpreter.

`sys.stdlib_module_names`, `sys.builtin_module_names`, `_imp._frozen_module_names`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import ClassVar

import msgspec
from msgspec import Struct

from importlint.target import Target, parse_version


class Lifetime(Struct, frozen=True, kw_only=True):
    """The versions and platforms that have a module."""

    since: str = "3.8"
    """The first modelled version that has it."""
    removed: str | None = None
    """The first version without it."""
    platform: str | None = None
    """`win32`, `linux` or `darwin` alone, or `posix` for all but Windows; None for all."""

    def covers(self, target: Target) -> bool:
        """Whether a usual build of the target has it."""
        return self.in_version(target.version) and self.platform in (None, target.platform, target.os_name)

    def in_version(self, version: tuple[int, int]) -> bool:
        """Whether this version has it, on whatever platform."""
        return parse_version(self.since) <= version and (
            self.removed is None or version < parse_version(self.removed)
        )


class LibraryModule(Lifetime, frozen=True, kw_only=True):
    """A top-level module or package of the standard library."""

    package: bool = False


class FrozenModule(Lifetime, frozen=True, kw_only=True):
    """A module whose code is part of the interpreter."""

    package: bool = False
    file: str | None = None
    """Its source below the standard library's directory if not in the usual place; empty if it has none."""

    def source(self, name: str) -> str | None:
        """Where its source lies below the standard library's directory."""
        usual = name.replace(".", os.sep) + (f"{os.sep}__init__.py" if self.package else ".py")
        return usual if self.file is None else self.file.replace("/", os.sep) or None


class Alias(Lifetime, frozen=True, kw_only=True):
    """A name that importing its parent puts into `sys.modules`, although no finder finds it."""

    target: str | None = None
    """The module it stands for, where it has a spec of its own."""


class StandardLibrary(Struct, frozen=True, kw_only=True):
    """The tables of every modelled version."""

    modules: dict[str, LibraryModule]
    builtin_posix: dict[str, Lifetime]
    builtin_windows: dict[str, Lifetime]
    frozen: dict[str, FrozenModule]
    aliases: dict[str, Alias]

    def builtin_names(self, target: Target) -> frozenset[str]:
        """The modules that every usual build of the target has compiled in."""
        table = self.builtin_windows if target.platform == "win32" else self.builtin_posix
        return frozenset(name for name, lifetime in table.items() if lifetime.covers(target))


def load_standard_library() -> StandardLibrary:
    """The tables, read from `importlint/data/standard_library.json`."""
    path = os.path.join(os.path.dirname(os.path.dirname(__file__)), "data", "standard_library.json")
    with open(path, "rb") as file:
        return msgspec.json.decode(file.read(), type=StandardLibrary)


class ModuleNames(Struct, frozen=True, kw_only=True):
    """What is bound in modules of the standard library that are compiled or fill themselves, on any platform.

    For each module, names by the versions that have them: `3.10 3.13` from the first to the last.
    """

    names: dict[str, dict[str, str]]
    star_builtins: dict[str, dict[str, str]]
    """The built-in names that a star import from a module rebinds."""

    NEWEST: ClassVar[tuple[int, int]] = (3, 13)
    """The newest version that the table knows."""

    def of_version(self, version: tuple[int, int]) -> dict[str, frozenset[str]]:
        """The names of each module; modules that the table does not know for that version are left out."""
        return _in_version(self.names, version)

    def stars_of_version(self, version: tuple[int, int]) -> dict[str, frozenset[str]]:
        """The built-in names that each module's star rebinds."""
        return _in_version(self.star_builtins, version)

    def builtins(self, version: tuple[int, int]) -> frozenset[str]:
        """The public names that every module of that version, or of the newest known one, can read."""
        names = self.of_version(min(version, self.NEWEST))["builtins"]
        return frozenset(name for name in names if not name.startswith("_"))


def _in_version(
    table: Mapping[str, Mapping[str, str]], version: tuple[int, int]
) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for module, spans in table.items():
        for span, names in spans.items():
            first, last = map(parse_version, span.split())
            if first <= version <= last:
                found[module] = found.get(module, frozenset()).union(names.split())
    return found


def load_module_names() -> ModuleNames:
    """The table, read from `importlint/data/module_names.json`."""
    path = os.path.join(os.path.dirname(os.path.dirname(__file__)), "data", "module_names.json")
    with open(path, "rb") as file:
        return msgspec.json.decode(file.read(), type=ModuleNames)


def preloaded_names(target: Target) -> frozenset[str]:
    """Modules imported before `sys.path[0]` and source roots are in place, so nothing there can hide them."""
    path_module = "ntpath" if target.platform == "win32" else "posixpath"
    usual = "_collections_abc _sitebuiltins abc codecs encodings genericpath io os site stat zipimport"
    return frozenset((*usual.split(), path_module))
