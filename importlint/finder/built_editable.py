"""Editable installs of what is built: the finders that scikit-build-core and meson-python put before all others.

Their modules lie partly in the project and partly where a build leaves them, so each carries a list of what
would be installed; what the list lacks does not exist, even if its file is there.

scikit-build-core `resources/_editable_redirect.py`; meson-python `_editable.py`.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Mapping

from msgspec import Struct

from importlint import disk
from importlint.finder.path_entry import PathEntryFinder
from importlint.finder.path_finder import PathFinder
from importlint.finder.spec import Kind, Spec


class ScikitBuildFinder(Struct, frozen=True, kw_only=True, tag=True):
    """The redirecting finder of scikit-build-core: exact files, and the directories of every package."""

    where: str
    """The file it was read from."""
    modules: Mapping[str, str]
    """Absolute files by dotted name."""
    locations: Mapping[str, tuple[str, ...]]
    """The `__path__` of each package: where the build installs first, then the sources."""
    finds_directories: bool
    """Whether packages without `__init__` are found too, with the portions of the path (1.0)."""
    first: bool = True

    def find(self, name: str, path: tuple[str, ...], path_finder: PathFinder) -> Spec | None:
        """What `ScikitBuildRedirectingFinder.find_spec` answers."""
        locations = self.locations.get(name)
        file = self.modules.get(name)
        if file is not None:
            is_package = file.endswith(("__init__.py", "__init__.pyc"))
            kind = next((kind for suffix, kind in path_finder.suffixes if file.endswith(suffix)), Kind.SOURCE)
            return Spec(name=name, kind=kind, origin=file, search_locations=locations if is_package else None)
        if locations is None or not self.finds_directories:
            return None
        native = path_finder.find(name, path).spec
        portions = native.search_locations if native and native.kind is Kind.NAMESPACE else None
        merged = tuple(dict.fromkeys((*locations, *(portions or ()))))
        return Spec(name=name, kind=Kind.NAMESPACE, search_locations=merged)

    def top_level_names(self) -> frozenset[str]:
        """Those of its modules and directories."""
        return frozenset(name.partition(".")[0] for name in (*self.modules, *self.locations))

    def hooks(self) -> Mapping[str, PathEntryFinder]:
        """No path entries of its own."""
        return {}


def read_scikit_build(module: str, text: str, body: list[ast.stmt]) -> ScikitBuildFinder | None:
    """The finder that the module of a redirecting install starts; None if its call is not all literals."""
    call = next((_literals(each) for each in _calls(body, "install")), None)
    site = os.path.dirname(module)
    match call:
        case [dict() as sources, dict() as built, dict() as directories, list() as packages, *_]:
            locations = _ranked(directories, packages, site)
        case [dict() as sources, dict() as built, *_]:
            locations = _derived({**sources, **built}, site)
        case _:
            return None
    modules = {str(name): os.path.join(site, str(file)) for name, file in {**sources, **built}.items()}
    return ScikitBuildFinder(
        where=module,
        modules=modules,
        locations=locations,
        finds_directories="_ScikitBuildNamespaceLoader" in text,
    )


def _ranked(
    directories: Mapping[str, list[str]], packages: list[str], site: str
) -> dict[str, tuple[str, ...]]:
    """The directories of each package, those of the install tree first, as 1.0 orders them."""
    ranks: dict[str, dict[str, int]] = {}
    for package, places in directories.items():
        for place in places:
            ranks.setdefault(package, {}).setdefault(os.path.join(site, place), int(os.path.isabs(place)))
    for package in sorted(packages, key=lambda name: name.count(".")):
        parent, _, last = package.rpartition(".")
        for place, rank in ranks.get(parent, {}).items() if parent else ():
            inside = os.path.join(place, last)
            if disk.is_directory(inside):
                ranks.setdefault(package, {}).setdefault(inside, rank)
    return {
        package: tuple(sorted(places, key=lambda place: (places[place], place)))
        for package, places in ranks.items()
    }


def _derived(modules: Mapping[str, str], site: str) -> dict[str, tuple[str, ...]]:
    """The directories of the files of each package; before 1.0 their order is that of a set."""
    places: dict[str, set[str]] = {}
    for name, file in modules.items():
        package = name if "__init__.py" in file else name.rpartition(".")[0]
        if package:
            places.setdefault(package, set()).add(os.path.join(site, os.path.dirname(file)))
    return {package: tuple(sorted(found)) for package, found in places.items()}


class MesonFinder(Struct, frozen=True, kw_only=True, tag=True):
    """The finder of meson-python: a tree of what would be installed, read from the build's own plan."""

    where: str
    """The file it was read from."""
    names: tuple[str, ...]
    """The top-level names that it answers for."""
    tree: Mapping[str, object]
    """Files by name as absolute paths, directories as mappings of the same kind."""
    first: bool = True

    def find(self, name: str, path: tuple[str, ...], path_finder: PathFinder) -> Spec | None:
        """What `MesonpyMetaFinder.find_spec` answers, without building anything."""
        if name.partition(".")[0] not in self.names:
            return None
        *parents, tail = name.split(".")
        above = _node(self.tree, parents)
        inside = _node(above, [tail])
        location = os.path.join(self.where, name)
        for suffix, kind in path_finder.suffixes:
            file = inside.get(f"__init__{suffix}")
            if isinstance(file, str):
                return Spec(name=name, kind=kind, origin=file, search_locations=(location,))
        for suffix, kind in path_finder.suffixes:
            file = above.get(tail + suffix)
            if isinstance(file, str):
                return Spec(name=name, kind=kind, origin=file)
        if isinstance(above.get(tail), dict):
            return Spec(name=name, kind=Kind.NAMESPACE, search_locations=(location,))
        return None

    def top_level_names(self) -> frozenset[str]:
        """Those that it answers for."""
        return frozenset(self.names)

    def hooks(self) -> Mapping[str, PathEntryFinder]:
        """A path entry for each directory of the tree."""
        return {os.path.join(self.where, name): MesonEntry(node) for name, node in _directories(self.tree)}


class MesonEntry(PathEntryFinder):
    """The path entry finder for a directory of the tree; what is in it, the finder itself has found before."""

    def __init__(self, tree: Mapping[str, object]) -> None:
        self._tree = tree

    def find(self, name: str) -> Spec | None:
        """Nothing more."""
        return None

    def module_names(self) -> list[str]:
        """Directories, and files without what follows the first dot."""
        return sorted({name.partition(".")[0] for name in self._tree})


def read_meson(module: str, body: list[ast.stmt]) -> MesonFinder | None:
    """The finder that a meson-python install starts; None if its plan cannot be read."""
    import json

    for call in (*_calls(body, "MesonpyMetaFinder"), *_calls(body, "install")):
        match _literals(call):
            case [set() as names, str() as build, *_] | [str(), set() as names, str() as build, *_]:
                try:
                    plan = disk.read(os.path.join(build, "meson-info", "intro-install_plan.json"))
                    tree = _collect(json.loads(plan.decode("utf-8")))
                except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
                    return None
                return MesonFinder(where=module, names=tuple(sorted(map(str, names))), tree=tree)
    return None


def _collect(plan: Mapping[str, Mapping[str, Mapping[str, object]]]) -> dict[str, object]:
    """The tree of an install plan: what goes into site-packages."""
    tree: dict[str, object] = {}
    for section, items in plan.items():
        for source, target in items.items():
            source = os.path.normpath(source)
            root, *parts = str(target["destination"]).split("/")
            if root not in ("{py_platlib}", "{py_purelib}"):
                continue
            if section == "install_subdirs" or (section == "targets" and disk.is_directory(source)):
                for inner in _walk(source, target):
                    _put(tree, [*parts, *inner.split(os.sep)], os.path.join(source, inner))
            else:
                _put(tree, parts, source)
    return tree


def _walk(source: str, target: Mapping[str, object]) -> Iterator[str]:
    """The files below a directory, relative to it, without what the plan leaves out."""
    files, directories = (_normalized(target.get(key)) for key in ("exclude_files", "exclude_dirs"))
    for root, names, inside in disk.walk(source):
        relative = os.path.relpath(root, source)
        names[:] = sorted(
            name for name in names if os.path.normpath(os.path.join(relative, name)) not in directories
        )
        for name in sorted(inside):
            file = os.path.normpath(os.path.join(relative, name))
            if file not in files:
                yield file


def _normalized(paths: object) -> frozenset[str]:
    return (
        frozenset(os.path.normpath(str(path)) for path in paths) if isinstance(paths, list) else frozenset()
    )


def _put(tree: dict[str, object], parts: list[str], file: str) -> None:
    for part in parts[:-1]:
        inner = tree.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        tree = inner
    tree[parts[-1]] = file


def _node(tree: Mapping[str, object], parts: list[str]) -> Mapping[str, object]:
    """The directory of that path in a tree; an empty one if there is none."""
    for part in parts:
        inner = tree.get(part)
        tree = inner if isinstance(inner, dict) else {}
    return tree


def _directories(tree: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, Mapping[str, object]]]:
    for name, node in tree.items():
        if isinstance(node, dict):
            yield prefix + name, node
            yield from _directories(node, f"{prefix}{name}.")


def _calls(body: list[ast.stmt], function: str) -> Iterator[ast.Call]:
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function:
                yield node


def _literals(call: ast.Call) -> list[object]:
    """The positional arguments of a call, None for what is no literal."""
    values: list[object] = []
    for argument in call.args:
        try:
            values.append(ast.literal_eval(argument))
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            values.append(None)
    return values
