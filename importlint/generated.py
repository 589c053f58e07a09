"""The project's own modules that a build makes: absent from a checkout, and yet no mistake.

A build can be anything, so what says how the project is built is read as text: files that it names, extension
modules that it declares, sources of another language beside the place, and what git is told to ignore.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint import disk
from importlint.discovery import find_project, is_git_ignored
from importlint.finder.spec import Spec
from importlint.paths import ancestors

if TYPE_CHECKING:
    from importlint.discovery import Module
    from importlint.project import Project

_BUILD_FILES = (
    *("pyproject.toml", "setup.py", "setup.cfg", "hatch_build.py", "build.py", "Cargo.toml"),
    *("CMakeLists.txt", "meson.build"),
)

_SOURCES = (
    *(".pyx", ".pxd", ".pyi", ".pyf", ".c", ".cc", ".cpp", ".cxx", ".cu", ".f", ".f90", ".rs", ".go", ".nim"),
    *(".in", ".tmpl", ".template", ".jinja", ".j2", ".mako", ".proto", ".thrift", ".so", ".pyd"),
)
"""What a module of the same stem is made from, or is on another platform."""

_MADE_FROM = re.compile(r"_pb2(?:_grpc)?$")
"""What protobuf adds to the stem of its source."""


class Generated:
    """Which absent modules of one project a build would make."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._texts: dict[str, str] = {}

    def includes(self, name: str, parent: Spec | None, module: Module) -> bool:
        """Whether a build may make the module `name`, which was not found below `parent`, for imports in `module`."""
        return any(self._is_made_in(place, name) for place in self._places(parent, module))

    def _places(self, parent: Spec | None, module: Module) -> tuple[str, ...]:
        """The directories of the project in which a module would be."""
        if parent is None:
            return module.search_path
        if parent.origin is not None and not self._project.is_own(parent):
            return ()
        locations = parent.search_locations or ()
        return tuple(place for place in locations if not self._project.is_installed(place))

    def _is_made_in(self, place: str, name: str) -> bool:
        last = name.rpartition(".")[2]
        if _has_source(place, last):
            return True
        # Below a package alone: wide patterns must not explain every missing distribution.
        if "." in name and self._project.settings.respect_gitignore and _is_git_ignored(place, last):
            return True
        return any(_names(self._text(file), name) for file in _build_files(place))

    def _text(self, file: str) -> str:
        if file not in self._texts:
            try:
                with disk.open_text(file, errors="replace") as stream:
                    self._texts[file] = stream.read()
            except OSError:
                self._texts[file] = ""
        return self._texts[file]


def _has_source(place: str, stem: str) -> bool:
    """Whether a directory has a file that a module of that stem could be made from."""
    stems = (f"{stem}.", f"{_MADE_FROM.sub('', stem)}.")
    try:
        return any(name.startswith(stems) and name.endswith(_SOURCES) for name in disk.names(place))
    except OSError:
        return False


def _is_git_ignored(place: str, stem: str) -> bool:
    module = os.path.join(place, stem)
    return is_git_ignored(f"{module}.py", is_directory=False) or is_git_ignored(module, is_directory=True)


def _build_files(place: str) -> Iterator[str]:
    """Where a build may be described: the project's directory, and those between it and `place`."""
    project = find_project(place)
    for directory in ancestors(place):
        yield from (os.path.join(directory, name) for name in _BUILD_FILES)
        if directory == project:
            return


def _names(text: str, name: str) -> bool:
    """Whether a build file speaks of the file of a module, or declares an extension module of that name."""
    last = name.rpartition(".")[2]
    dashed = re.escape(last).replace("_", "[-_]")
    declared = rf"""["']?(?:{re.escape(name)}|{re.escape(last)})["'\s,)]"""
    patterns = (
        rf"(?<![\w.-]){re.escape(last)}\.py\b",
        rf"(?:[Ee]xtension|extension_module|add_module|add_library)\(\s*(?:name\s*=\s*)?{declared}",
        rf"\bmodule-name\s*=\s*{declared}",
        rf"""\b(?:name|target)\s*=\s*["']{re.escape(name)}["']""" if "." in name else "",
        rf"""^\[(?:lib|package)\]\n(?:(?!\[).*\n)*?name\s*=\s*["']{dashed}["']""",  # Cargo's
    )
    return any(re.search(pattern, text, re.MULTILINE) for pattern in patterns if pattern)
