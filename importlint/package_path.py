"""From the spec of a module to its `__path__` once its code has run: where its submodules are searched.

Most modules leave their `__path__` alone, which their text shows at a glance; the statements of the others are
followed by `finder.path_program`, with the two helpers that merge directories of one name along the search path.

CPython `pkgutil.extend_path`; setuptools `pkg_resources.declare_namespace`.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from importlint import disk
from importlint.finder.path_finder import PathFinder, opaque_entry, opaque_reason
from importlint.finder.path_program import Surroundings, final_path, followed_lines
from importlint.finder.resolve import absolute_name, resolve
from importlint.finder.spec import Kind, Spec
from importlint.syntax.asking import found
from importlint.syntax.conditions import View
from importlint.syntax.facts import ModuleFacts
from importlint.syntax.source import SourceProblem, read_source

if TYPE_CHECKING:
    from importlint.project import Project

_SPEAKS_OF_PATH = "__path__|declare_namespace"
_CHANGES_IN_PLACE = re.compile(
    r"(?<![\w.])__path__\s*(?:\.\s*(?:append|insert|extend|remove|pop|clear)\b|\[.*\]\s*=)"
)


class PackagePaths:
    """The `__path__`s of one project's run, each found once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._texts: dict[str, str | None] = {}
        self._paths: dict[tuple[Spec, tuple[str, ...]], tuple[str, ...] | None] = {}

    def locate(self, spec: Spec, path: tuple[str, ...]) -> tuple[str, ...] | None:
        """The final `__path__` of the module of `spec`, which was found on `path`; None if it has none."""
        if spec.origin is None or spec.kind is not Kind.SOURCE:
            return spec.search_locations
        text = self._text(spec.origin)
        if text is None:
            return spec.search_locations
        key = (spec, path)
        if key not in self._paths:
            # What asks for it before its code has run finds what it starts with, and perhaps more.
            unknown = opaque_entry(f"`{spec.name}` is not through with its `__path__`")
            self._paths[key] = (*(spec.search_locations or ()), unknown)
            self._paths[key] = self._followed(spec, spec.origin, text, path)
        return self._paths[key]

    def _text(self, file: str) -> str | None:
        """The text of a file that speaks of its `__path__`; None for every other."""
        if file not in self._texts:
            self._texts[file] = _text_of(file) if found(file, _SPEAKS_OF_PATH) else None
        return self._texts[file]

    def _followed(self, spec: Spec, file: str, text: str, path: tuple[str, ...]) -> tuple[str, ...] | None:
        project = self._project
        facts = project.facts(file)
        if not isinstance(facts, ModuleFacts):
            return spec.search_locations
        path_finder = project.finder.path_finder
        surroundings = Surroundings(
            extend_path=lambda own, name: extend_path(own, name, path, path_finder),
            declare_namespace=lambda own, name: declare_namespace(own, name, path, path_finder),
            path_of=lambda name: self._path_of(name, spec),
            is_absent=self._is_absent,
        )
        view = View(target=project.target)
        final = final_path(spec, facts, view, project.known_names(file), surroundings)
        if _is_changed_by_functions(text, facts):
            return (*(final or ()), opaque_entry(f"`{spec.name}` edits its `__path__` in a function"))
        return final

    def _path_of(self, written: str, importer: Spec) -> tuple[str, ...] | None:
        """The `__path__` of the module that has a name, perhaps a relative one, in the code of another module."""
        project, tail = self._project, written.lstrip(".")
        package = importer.name if importer.is_package else importer.name.rpartition(".")[0]
        name = absolute_name(package, len(written) - len(tail), tail, project.target.version)
        path = (*project.layout.roots, *project.environment.path)
        resolution = resolve(project.finder, name, path, self.locate) if isinstance(name, str) else None
        located: tuple[str, ...] | None = path
        for search in resolution.searches if resolution else ():
            located = self.locate(search.spec, located or ()) if search.spec else None
        return located if resolution else None

    def _is_absent(self, name: str) -> bool | None:
        project = self._project
        resolution = resolve(project.finder, name, (*project.layout.roots, *project.environment.path))
        if resolution.failure is None:
            return False
        known = project.environment.known or project.finder.standard_library(name.partition(".")[0])
        return True if known and resolution.opaque is None else None


def _text_of(file: str) -> str | None:
    source = read_source(file)
    return None if isinstance(source, SourceProblem) else source.text


def _is_changed_by_functions(text: str, facts: ModuleFacts) -> bool:
    """Whether code that is not followed, that of functions, may change the `__path__`."""
    if "__path__" in facts.global_names:
        return True
    followed = followed_lines(facts)
    return any(
        _CHANGES_IN_PLACE.search(line) and number not in followed
        for number, line in enumerate(text.splitlines(), 1)
    )


def extend_path(own: list[object], name: str, path: tuple[str, ...], path_finder: PathFinder) -> list[object]:
    """What `pkgutil.extend_path(own, name)` returns, where `path` is that of the parent, or `sys.path`."""
    extended = list(own)
    for entry in path:
        if opaque_reason(entry) is not None:
            extended.append(entry)
            continue
        finder = path_finder.entry_finder(entry)
        spec = finder.find(name) if finder else None
        extended += [place for place in (spec and spec.search_locations) or () if place not in extended]
        extended += _listed(os.path.join(entry, f"{name}.pkg"))
    return extended


def _listed(file: str) -> list[str]:
    """The path entries that a `*.pkg` file lists."""
    try:
        with disk.open_text(file) as stream:
            lines = [line.rstrip("\n") for line in stream]
    except (OSError, ValueError):
        return []
    return [line for line in lines if line and not line.startswith("#")]


def declare_namespace(
    own: list[object], name: str, path: tuple[str, ...], path_finder: PathFinder
) -> list[object]:
    """The `__path__` after `pkg_resources.declare_namespace(name)`, where `path` is that of the parent, or `sys.path`.

    Directories without `__init__` are not added. What is added makes it sort all by the path, links resolved.
    """
    tail = name.rpartition(".")[2]
    known = {_normalized(item) for item in own}
    merged = list(own)
    for entry in path:
        finder = path_finder.entry_finder(entry)
        spec = finder.find(name) if finder else None
        place = os.path.join(entry, tail)
        if spec is not None and spec.kind is not Kind.NAMESPACE and _normalized(place) not in known:
            known.add(_normalized(place))
            merged.append(place)
    if len(merged) == len(own):
        return merged
    order = {_normalized(entry): position for position, entry in reversed([*enumerate(path)])}

    def position(item: object) -> float:
        return order.get(_normalized(os.path.dirname(item)), float("inf")) if isinstance(item, str) else 0

    return [_normalized(item) for item in sorted(merged, key=position)]


def _normalized(item: object) -> object:
    """CPython's side of `pkg_resources.normalize_path`; what is no path stays."""
    return os.path.normcase(disk.real_path(os.path.normpath(item))) if isinstance(item, str) else item
