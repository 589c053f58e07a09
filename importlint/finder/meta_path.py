"""The finders that a start-up puts on `sys.meta_path` beside CPython's own: those of editable installs.

Each is what was read from its file in site-packages, and knows how its backend's finder searches.

CPython `sys.meta_path`; setuptools `editable_wheel._FINDER_TEMPLATE`, editables `RedirectingFinder`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from msgspec import Struct

from importlint import disk
from importlint.finder.built_editable import MesonFinder, ScikitBuildFinder
from importlint.finder.path_entry import PathEntryFinder
from importlint.finder.path_finder import PathFinder
from importlint.finder.spec import Kind, Spec


class MappingFinder(Struct, frozen=True, kw_only=True, tag=True):
    """The finder of a setuptools editable install; asked after the path."""

    where: str
    """The file it was read from."""
    mapping: tuple[tuple[str, str], ...]
    """Top-level (and some nested) names with the path of their package or module, without a suffix."""
    namespaces: tuple[tuple[str, tuple[str, ...]], ...]
    """Namespace packages with their portions."""
    placeholder: str
    """The path entry that stands for the namespaces, if there are any."""
    nested_namespaces: bool
    """Whether every namespace keeps the place-holder in its `__path__`, so that nested ones are found."""
    by_prefix: bool
    """Whether names below a mapped one are looked up from the mapping too, as setuptools before 69 does."""
    first: bool = False

    def find(self, name: str, path: tuple[str, ...], path_finder: PathFinder) -> Spec | None:
        """What `_EditableFinder.find_spec` answers."""
        mapping = dict(self.mapping)
        if name in mapping:
            return self._find_at(name, mapping[name], path_finder)
        if self.by_prefix:
            for mapped, place in reversed(self.mapping):
                if name.startswith(f"{mapped}."):
                    rest = name[len(mapped) + 1 :].split(".")
                    return self._find_at(name, os.path.join(place, *rest), path_finder)
            return None
        parent = name.rpartition(".")[0]
        return path_finder.find(name, (mapping[parent],)).spec if parent in mapping else None

    def top_level_names(self) -> frozenset[str]:
        """Those of the mapping; its namespaces are listed by the place-holder."""
        return frozenset(name for name, _ in self.mapping if "." not in name)

    def hooks(self) -> Mapping[str, PathEntryFinder]:
        """The place-holder, if there are namespaces."""
        return {self.placeholder: NamespacePlaceholder(self)} if self.namespaces else {}

    def find_portions(self, name: str) -> Spec | None:
        """What `_EditableNamespaceFinder.find_spec` answers for the place-holder on the path."""
        namespaces = dict(self.namespaces)
        if name not in namespaces:
            return None
        mapped = tuple(place for key, place in self.mapping if key == name)
        portions = namespaces[name] or mapped
        if self.nested_namespaces or not portions:
            portions = (*portions, self.placeholder)
        return Spec(name=name, kind=Kind.NAMESPACE, search_locations=portions)

    def _find_at(self, name: str, place: str, path_finder: PathFinder) -> Spec | None:
        init = os.path.join(place, "__init__.py")
        if disk.exists(init):
            return Spec(name=name, kind=Kind.SOURCE, origin=init, search_locations=(place,))
        stem = os.path.splitext(place)[0]
        # `importlib.machinery.all_suffixes` lists extension modules last, unlike the search of a directory.
        for suffix, kind in sorted(path_finder.suffixes, key=lambda item: item[1] is Kind.EXTENSION):
            if disk.exists(stem + suffix):
                return Spec(name=name, kind=kind, origin=stem + suffix)
        return None


class NamespacePlaceholder(PathEntryFinder):
    """The path entry finder behind the place-holder of a setuptools editable install."""

    def __init__(self, finder: MappingFinder) -> None:
        self._finder = finder

    def find(self, name: str) -> Spec | None:
        """A portion for each name that the install calls a namespace."""
        return self._finder.find_portions(name)

    def module_names(self) -> list[str]:
        """The top-level namespaces."""
        return sorted(name for name, _ in self._finder.namespaces if "." not in name)


class RedirectingFinder(Struct, frozen=True, kw_only=True, tag=True):
    """A finder that maps top-level names to exact files.

    That of editables is asked after the path, that of setuptools for its own `distutils` before everything.
    """

    where: str
    """The file it was read from."""
    modules: tuple[tuple[str, str], ...]
    first: bool = False

    def find(self, name: str, path: tuple[str, ...], path_finder: PathFinder) -> Spec | None:
        """The module of that name, if its file is there."""
        file = dict(self.modules).get(name)
        if file is None or not disk.is_file(file):
            return None
        kind = next((kind for suffix, kind in path_finder.suffixes if file.endswith(suffix)), Kind.SOURCE)
        is_package = os.path.basename(file).startswith("__init__.")
        locations = (os.path.dirname(file),) if is_package else None
        return Spec(name=name, kind=kind, origin=file, search_locations=locations)

    def top_level_names(self) -> frozenset[str]:
        """Those that it maps."""
        return frozenset(name for name, _ in self.modules)

    def hooks(self) -> Mapping[str, PathEntryFinder]:
        """No path entries of its own."""
        return {}


class PremadeNamespace(Struct, frozen=True, kw_only=True, tag=True):
    """A namespace package that the line of a `-nspkg.pth` makes before the first import.

    No `__init__` of that name runs; its `__path__` follows the search path as every namespace package's does.
    """

    where: str
    """The file that makes it."""
    name: str
    portion: str
    first: bool = True

    def find(self, name: str, path: tuple[str, ...], path_finder: PathFinder) -> Spec | None:
        """The package with the portions that the path has, its own among them: CPython `_NamespacePath`."""
        if name != self.name:
            return None
        spec = path_finder.find(name, path).spec
        found = spec.search_locations if spec and spec.kind is Kind.NAMESPACE else None
        own = (self.portion,)
        return Spec(
            name=name,
            kind=Kind.NAMESPACE,
            search_locations=own if found is None else found if self.portion in found else (*found, *own),
        )

    def top_level_names(self) -> frozenset[str]:
        """Its own."""
        return frozenset({self.name.partition(".")[0]})

    def hooks(self) -> Mapping[str, PathEntryFinder]:
        """No path entries of its own."""
        return {}


class OpaqueFinder(Struct, frozen=True, kw_only=True, tag=True):
    """Start-up code that is not run: it may find any top-level name."""

    where: str
    """The file that holds the code."""


AskedFinder = MappingFinder | RedirectingFinder | PremadeNamespace | ScikitBuildFinder | MesonFinder
"""A finder that can be asked as CPython would ask it."""

MetaPathFinder = AskedFinder | OpaqueFinder
