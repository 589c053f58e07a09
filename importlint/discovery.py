"""From the paths given to the modules to analyse: which files, which source roots, which names.

A module's name is its path below its source root. Source roots are those given, else the project's `src` and
the project's own directory. Files outside regular packages (tests, scripts) are programs to themselves: what
they import is looked for in their own directory first, as `sys.path[0]` would have it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from importlint import disk
from importlint.cache.cache import cache_directory
from importlint.errors import UsageError
from importlint.gitignore import Patterns
from importlint.paths import ancestors

if TYPE_CHECKING:
    from importlint.config import Settings

_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", "importlint.toml", ".git", ".hg")
"""What makes a directory the project's own."""

_BUILD_OUTPUT = ("build", "dist", "_build")
"""Directories of build output, unless they are packages."""


class Module(Struct, frozen=True, kw_only=True):
    """A source file with the name it is imported by."""

    name: str
    """Dotted; for a file that another one hides, its path instead."""
    package: str
    """What relative imports start from: the name itself for an `__init__`, else the parent; empty at top level."""
    path: str
    """Absolute."""
    display: str
    """As reports show it: relative to the current directory where below it, `/` separated."""
    is_package: bool
    search_path: tuple[str, ...]
    """Path entries that come before those of the environment when this module imports."""
    fallback_path: tuple[str, ...]
    """Directories that a program may have put on the path: searched after the environment, lest they hide anything."""
    given: bool
    """Whether it was asked about; others are read because a given one imports them."""

    @property
    def is_main(self) -> bool:
        """Whether it is a `__main__.py`."""
        return os.path.basename(self.path) == "__main__.py"


class Sources(Struct, frozen=True, kw_only=True):
    """The files of one check."""

    modules: tuple[Module, ...]
    """Those that were given, sorted by their path as shown."""
    project: str
    """The project's directory."""
    roots: tuple[str, ...]
    """Absolute source roots, in the order of the search."""
    flat_roots: tuple[str, ...]
    """Those that are not there for modules alone: in their directories without `__init__` are scripts and tests."""
    notes: tuple[str, ...] = ()
    """Of each given path without files to check, why it has none."""


class Layout(Struct, frozen=True, kw_only=True):
    """The project that paths lie in, whatever files it has."""

    paths: tuple[str, ...]
    """The given ones: absolute, sorted."""
    project: str
    """The project's directory."""
    roots: tuple[str, ...]
    """Absolute source roots, in the order of the search."""


def find_layout(paths: Sequence[str], settings: Settings, cwd: str) -> Layout:
    """The project and its source roots for `paths`, which are relative to `cwd`.

    Raises:
        UsageError: a path does not exist.
    """
    absolute = sorted({_absolute(path, cwd) for path in paths})
    projects = [find_project(path) for path in absolute]
    project = projects[0] if len(set(projects)) == 1 else os.path.commonpath(projects)
    roots = tuple(settings.source_roots or dict.fromkeys(root for each in projects for root in _roots(each)))
    return Layout(paths=tuple(absolute), project=project, roots=roots)


def discover(paths: Sequence[str], settings: Settings, cwd: str) -> Sources:
    """The modules below `paths`, which are relative to `cwd`; errors as in `find_layout`."""
    layout = find_layout(paths, settings, cwd)
    projects, given = {find_project(path) for path in layout.paths}, settings.source_roots or ()
    flat_roots = tuple(
        root for root in layout.roots if root not in given and root in projects and not is_site(root)
    )
    directories = tuple(_outside_packages(path) for path in layout.paths if disk.is_directory(path))
    outside = tuple(each for each in directories if not is_regular_package(os.path.dirname(each)))
    naming = Naming(layout.roots, flat_roots, outside, cwd)
    files: set[str] = set()
    notes: list[str] = []
    for path in layout.paths:
        exclusion = Exclusion(path, settings, cwd)
        found = set(_files(path, exclusion))
        files |= found
        if not found:
            notes.append(_why_empty(display_path(path, cwd), exclusion.excluded))
    return Sources(
        modules=naming.modules(sorted(files), given=True),
        project=layout.project,
        roots=layout.roots,
        flat_roots=flat_roots,
        notes=tuple(notes),
    )


def _absolute(path: str, cwd: str) -> str:
    absolute = os.path.normpath(os.path.join(cwd, path))
    if not disk.exists(absolute):
        raise UsageError(f"`{path}` does not exist: give files or directories to check")
    return absolute


# ---- projects and source roots


def find_project(path: str) -> str:
    """The directory of the project that `path` is in: the nearest with a `pyproject.toml` or its like."""
    start = _outside_packages(path)
    for directory in ancestors(start):
        if is_site(directory):
            return directory
        if any(disk.exists(os.path.join(directory, marker)) for marker in _MARKERS):
            return directory
    return start


def is_site(directory: str) -> bool:
    """Whether a directory is where distributions are installed."""
    return os.path.basename(directory) in ("site-packages", "dist-packages")


def _roots(project: str) -> Iterator[str]:
    source = os.path.join(project, "src")
    if disk.is_directory(source) and not is_regular_package(source):
        yield source
    yield project


def is_regular_package(directory: str) -> bool:
    """Whether a directory has an `__init__.py`."""
    return disk.is_file(os.path.join(directory, "__init__.py"))


def _outside_packages(path: str) -> str:
    """The nearest directory at or above `path` that is not a regular package."""
    directory = path if disk.is_directory(path) else os.path.dirname(path)
    return next(above for above in ancestors(directory) if not is_regular_package(above))


# ---- names


def is_importable(name: str) -> bool:
    """Whether an import can have a dotted name."""
    return all(part.isidentifier() for part in name.split("."))


class Place(Struct, frozen=True, kw_only=True):
    """What the modules of one directory have in common; of `Module`, the fields of the same names."""

    parents: tuple[str, ...]
    """The parts of a module's name before its own."""
    search_path: tuple[str, ...]
    fallback_path: tuple[str, ...]


class Naming:
    """Gives files their module names, below the source roots of one check."""

    def __init__(
        self,
        roots: tuple[str, ...],
        flat_roots: tuple[str, ...],
        given_directories: tuple[str, ...],
        cwd: str,
    ) -> None:
        self.roots = roots
        self.flat_roots = flat_roots
        self.given_directories = tuple(dict.fromkeys(given_directories))
        self.cwd = cwd
        self._places: dict[str, Place] = {}

    def modules(self, files: Iterable[str], *, given: bool) -> tuple[Module, ...]:
        """The modules of `files`, sorted by path; of two with one name, the earlier root's has it."""
        named = [self._module(file, given) for file in files]
        holders: dict[str, Module] = {}
        for module in sorted(named, key=lambda module: (self._root_rank(module.path), module.path)):
            holders.setdefault(module.name, module)
        unique = (
            module if holders[module.name] is module else _renamed(module, module.display) for module in named
        )
        return tuple(sorted(unique, key=lambda module: module.display))

    def _module(self, path: str, given: bool) -> Module:
        directory, file = os.path.split(path)
        stem = file.removesuffix(".py")
        is_package = stem == "__init__"
        if directory not in self._places:
            self._places[directory] = self._place(directory)
        place = self._places[directory]
        parts = place.parents if is_package and place.parents else (*place.parents, stem)
        return Module(
            name=".".join(parts),
            package=".".join(place.parents),
            path=path,
            display=display_path(path, self.cwd),
            is_package=is_package,
            search_path=place.search_path,
            fallback_path=place.fallback_path,
            given=given,
        )

    def _place(self, directory: str) -> Place:
        root = self._root(directory) or _outside_packages(directory)
        packages = [above for above in ancestors(directory) if above != root and is_below(above, root)]
        packages = [above for above in packages if is_regular_package(above)]
        outside = os.path.dirname(packages[-1]) if packages else directory
        is_script = not packages and (root not in self.roots or root in self.flat_roots)
        containing = (given for given in self.given_directories if is_below(directory, given))
        return Place(
            parents=_package_parts(directory, root),
            search_path=tuple(dict.fromkeys((*((directory,) if is_script else ()), *self.roots))),
            fallback_path=tuple(dict.fromkeys((outside, *containing))),
        )

    def _root(self, directory: str) -> str | None:
        return next((root for root in self.roots if is_below(directory, root)), None)

    def _root_rank(self, path: str) -> int:
        ranks = (rank for rank, root in enumerate(self.roots) if is_below(path, root))
        return next(ranks, len(self.roots))


def _package_parts(directory: str, root: str) -> tuple[str, ...]:
    """The dotted parts of `directory`: below a source root, as far as they are identifiers.

    Directories without `__init__` are namespace packages there, except that a path through one with a
    name that cannot be imported starts anew below it.
    """
    relative = os.path.relpath(directory, root)
    parts = () if relative == os.curdir else tuple(relative.split(os.sep))
    impossible = [index for index, part in enumerate(parts) if not part.isidentifier()]
    return parts[impossible[-1] + 1 :] if impossible else parts


def _renamed(module: Module, name: str) -> Module:
    from msgspec.structs import replace

    return replace(module, name=name)


def display_path(path: str, cwd: str) -> str:
    """A path as reports show it: relative to `cwd` where below it, `/` separated."""
    shown = os.path.relpath(path, cwd) if is_below(path, cwd) else path
    return shown.replace(os.sep, "/")


def is_below(path: str, directory: str) -> bool:
    """Whether `path` is `directory` or lies below it."""
    return path == directory or path.startswith(directory.rstrip(os.sep) + os.sep)


# ---- files


def _files(path: str, exclusion: Exclusion) -> Iterator[str]:
    """The Python files at or below `path`; a file that is named counts whatever it is called."""
    if not disk.is_directory(path):
        yield path
        return
    stack = [path]
    while stack:
        directory = stack.pop()
        try:
            entries = disk.entries(directory)
        except OSError:
            continue  # a directory that cannot be listed holds nothing that could be imported
        if directory != path and _is_environment(entries):
            continue
        exclusion.enter(directory, entries)
        for entry in entries:
            is_directory = entry.is_directory
            if not is_directory and not entry.name.endswith(".py"):
                continue
            if exclusion.excludes(entry.path, is_directory):
                continue
            if not is_directory:
                yield entry.path
            elif not entry.is_link or not is_below(disk.real_path(entry.path), disk.real_path(path)):
                stack.append(
                    entry.path
                )  # a link to what is visited anyway would be visited twice, or for ever


def _why_empty(shown: str, excluded: Mapping[str, str]) -> str:
    """Why there is nothing to check in a given path, in words."""
    origins = sorted({origin for path, origin in excluded.items() if _has_python_files(path)})
    if not origins:
        return f"nothing to check in `{shown}`: it has no Python files, environments apart"
    return f"nothing to check in `{shown}`: all its Python files are excluded, by {' and '.join(origins)}"


def _has_python_files(path: str) -> bool:
    if not disk.is_directory(path):
        return path.endswith(".py")
    return any(name.endswith(".py") for _, _, names in disk.walk(path) for name in names)


def python_files_below(directory: str) -> frozenset[str]:
    """The Python files below a directory, through directories that can be part of a module's name."""
    found: set[str] = set()
    stack = [directory]
    while stack:
        try:
            for entry in disk.entries(stack.pop()):
                if entry.name.endswith(".py"):
                    found.add(entry.path)
                elif entry.name.isidentifier() and entry.is_directory and not entry.is_link:
                    stack.append(entry.path)
        except OSError:
            continue
    return frozenset(found)


def _is_environment(entries: Iterable[disk.Entry]) -> bool:
    """Whether a directory is a virtual environment, whatever it is called."""
    return any(entry.name in ("pyvenv.cfg", "conda-meta") for entry in entries)


class PatternSource(Struct, frozen=True, kw_only=True):
    """Patterns, and where they apply."""

    patterns: Patterns
    directory: str
    """What they are relative to."""
    origin: str
    """Where they are written, as messages say it."""


class Exclusion:
    """Which files below one given path are left out: settings, `.gitignore` files, build output.

    Directories are entered from the top down, and never one that is left out.
    """

    def __init__(self, top: str, settings: Settings, cwd: str) -> None:
        self._cwd = cwd
        self._cache = cache_directory(settings)
        self._settings = _settings_patterns(settings, settings.root)
        if not is_below(top, settings.root) or _is_left_out([self._settings], top, True):
            # what is asked for by name is not excluded by where it lies
            self._settings = _settings_patterns(settings, top)
        self._respect_gitignore = settings.respect_gitignore
        self._gitignores: list[PatternSource] = []
        if self._respect_gitignore:
            self._gitignores = list(_gitignores_above(top, cwd))
            if _is_left_out(self._gitignores, top, True):
                self._gitignores = []
        self.excluded: dict[str, str] = {}
        """What was left out so far, by absolute path, and what says so."""

    def enter(self, directory: str, entries: Iterable[disk.Entry]) -> None:
        """From now on, the `.gitignore` file of `directory` counts, if it has one."""
        if self._respect_gitignore and any(entry.name == ".gitignore" for entry in entries):
            source = _read_gitignore(directory, self._cwd)
            if source is not None and all(known.directory != directory for known in self._gitignores):
                self._gitignores.append(source)

    def excludes(self, path: str, is_directory: bool) -> bool:
        """Whether a file or directory is left out."""
        origin = self._origin(path, is_directory)
        if origin is not None:
            self.excluded[path] = origin
        return origin is not None

    def _origin(self, path: str, is_directory: bool) -> str | None:
        if path == self._cache:
            return "being importlint's cache"
        if is_directory and os.path.basename(path) in _BUILD_OUTPUT and not is_regular_package(path):
            return f"its name, `{os.path.basename(path)}`, which is one of build output"
        settings = _excluded_by([self._settings], path, is_directory)
        return settings or _excluded_by(self._gitignores, path, is_directory)


def is_git_ignored(path: str, *, is_directory: bool) -> bool:
    """Whether the `.gitignore` files of a repository leave out what lies, or would lie, at `path`."""
    return _is_left_out(list(_gitignores_above(os.path.dirname(path), "")), path, is_directory)


def _is_left_out(sources: Sequence[PatternSource], path: str, is_directory: bool) -> bool:
    """Whether patterns exclude a path, or a directory that it lies in."""
    above = ((directory, True) for directory in ancestors(os.path.dirname(path)))
    return any(_excluded_by(sources, *entry) for entry in ((path, is_directory), *above))


def _excluded_by(sources: Iterable[PatternSource], path: str, is_directory: bool) -> str | None:
    """The origin of the patterns that exclude an entry; the nearest ones that speak of it decide."""
    for source in sorted(sources, key=lambda source: -len(source.directory)):
        if is_below(path, source.directory) and path != source.directory:
            relative = path[len(source.directory.rstrip(os.sep)) + 1 :].replace(os.sep, "/")
            decision = source.patterns.decide(relative, is_directory)
            if decision is not None:
                return source.origin if decision else None
    return None


def _settings_patterns(settings: Settings, directory: str) -> PatternSource:
    given = [origin for key in ("exclude", "extend-exclude") for origin in settings.origins.get(key, ())]
    return PatternSource(
        patterns=Patterns.from_lines((*settings.exclude, *settings.extend_exclude)),
        directory=directory,
        origin=" and ".join(given) or "the default of the setting `exclude`",
    )


def _gitignores_above(top: str, cwd: str) -> Iterator[PatternSource]:
    """The `.gitignore` files of the directories above `top`, up to the repository's own."""
    directories: list[str] = []
    for directory in ancestors(top):
        directories.append(directory)
        if disk.exists(os.path.join(directory, ".git")):
            break
    else:
        return  # not in a repository
    for directory in directories:
        source = _read_gitignore(directory, cwd)
        if source is not None:
            yield source


def _read_gitignore(directory: str, cwd: str) -> PatternSource | None:
    path = os.path.join(directory, ".gitignore")
    try:
        with disk.open_text(path, "utf-8-sig", "surrogateescape") as file:
            patterns = Patterns.from_lines(file.read().split("\n"))
    except OSError:
        return None
    return PatternSource(patterns=patterns, directory=directory, origin=f"`{display_path(path, cwd)}`")
