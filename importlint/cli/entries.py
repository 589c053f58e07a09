"""From what a user names to entries: modules by name or file, or all that there are below paths.

Nothing is read but what finds the names; the project that comes with the entries then reads what they import.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from importlint.discovery import Module, is_below, is_importable, python_files_below
from importlint.errors import UsageError, did_you_mean
from importlint.finder.resolve import resolve
from importlint.finder.spec import FailureKind, Kind, Resolution, Spec
from importlint.programs.program import Program, Start
from importlint.project import Project

if TYPE_CHECKING:
    from importlint.cli.projects import MakeProject
    from importlint.config import Settings


class Entries(Struct, frozen=True):
    """Modules to import first, and the project that they are followed in."""

    project: Project
    names: tuple[str, ...]


class _Entry(Struct, frozen=True):
    """A module that was named, and the files that have to be given for it to be followed."""

    name: str
    paths: tuple[str, ...]


def named_entries(settings: Settings, words: Iterable[str], make_project: MakeProject) -> Entries:
    """The modules that are named, absolutely or by their files, in the order of the words.

    Raises:
        UsageError: there is no such module, or none whose code could be followed.
    """
    here = Project(settings, (".",))
    entries = [_by_file(settings, word) if _is_file(word) else _by_name(here, word) for word in words]
    paths = tuple(path for entry in entries for path in entry.paths)
    project = make_project(_with_environment(settings, here), paths)
    return Entries(project, tuple(dict.fromkeys(entry.name for entry in entries)))


def _with_environment(settings: Settings, here: Project) -> Settings:
    """The settings for files that may lie in the environment which the current directory's project has."""
    if settings.environment is None and settings.path is None and here.environment.known:
        return replace(settings, environment=here.environment.prefix)
    return settings


def all_entries(settings: Settings, paths: tuple[str, ...], make_project: MakeProject) -> Entries:
    """Every module below the paths that an import can name, and the namespace packages among them, sorted."""
    project = make_project(settings, paths)
    modules = [module for module in project.given_modules if is_importable(module.name)]
    namespaces = {name for module in modules for name in _namespaces_above(project, module)}
    return Entries(project, tuple(sorted({module.name for module in modules} | namespaces)))


def named_programs(
    settings: Settings, words: Iterable[str], make_project: MakeProject
) -> tuple[Project, tuple[Program, ...]]:
    """The project, and the programs that are named: by a module's name for `-m`, by a file or a directory.

    Raises:
        UsageError: there is nothing that could be run, or followed.
    """
    here = Project(settings, (".",))
    found = [_program_by_path(word) if _is_file(word) else _program_by_name(here, word) for word in words]
    files = tuple(path for _, _, paths in found for path in paths)
    project = make_project(_with_environment(settings, here), files)
    return project, tuple(
        Program(module=project.modules[os.path.abspath(paths[-1])], start=start, name=name, reasons=())
        for start, name, paths in found
    )


def _program_by_path(word: str) -> tuple[Start, str, tuple[str, ...]]:
    """How a file or directory is started, what is given to Python, and the files to follow, its own last."""
    is_directory = os.path.isdir(word)
    file = os.path.join(word, "__main__.py") if is_directory else word
    if not os.path.isfile(file):
        raise UsageError(
            f"`python {word}` cannot run: there is no `__main__.py` in it"
            if is_directory
            else f"`{word}` does not exist: give a module's name or file"
        )
    return (Start.DIRECTORY if is_directory else Start.FILE), word, (file,)


def _program_by_name(here: Project, name: str) -> tuple[Start, str, tuple[str, ...]]:
    """The same for a name after `-m`."""
    entry = _by_name(here, name)
    spec = _resolve(here, name).spec
    if spec is not None and spec.is_package:
        main = f"{name}.__main__"
        if _resolve(here, main).spec is None:
            raise UsageError(f"`python -m {name}` cannot run: `{name}` is a package without a `__main__.py`")
        entry = _by_name(here, main)
    return Start.MODULE, name, entry.paths


def _namespaces_above(project: Project, module: Module) -> Iterator[str]:
    """The namespace packages of a module's name that have a directory below the given paths."""
    for search in project.resolve(module.name, module).searches:
        if search.spec is not None and search.spec.kind is Kind.NAMESPACE:
            locations = search.spec.search_locations or ()
            if any(is_below(location, path) for location in locations for path in project.layout.paths):
                yield search.name


# ---- by file


def _is_file(word: str) -> bool:
    return word.endswith(".py") or "/" in word or os.sep in word


def _by_file(settings: Settings, word: str) -> _Entry:
    """The module in a file, or of a directory's `__init__.py`."""
    file = os.path.join(word, "__init__.py") if os.path.isdir(word) else word
    if not os.path.isfile(file):
        raise UsageError(
            f"`{word}` has no `__init__.py`: `--all {word}` traces the modules in it"
            if os.path.isdir(word)
            else f"`{word}` does not exist: give a module's name or file"
        )
    project = Project(settings, (file,))
    (module,) = project.given_modules
    if not is_importable(module.name):
        raise UsageError(
            f"`{word}` cannot be imported: `{module.name}` is not a name that an import can have"
        )
    spec = project.resolve(module.name, module).spec
    if spec is None or spec.origin != module.path:
        other = f": that is `{project.shown(spec.origin)}`" if spec and spec.origin else ""
        raise UsageError(f"`{word}` is not what `import {module.name}` finds{other}")
    return _Entry(module.name, (module.path,))


# ---- by name


def _by_name(here: Project, name: str) -> _Entry:
    """The module that the current directory's project finds under an absolute name."""
    if not is_importable(name):
        raise UsageError(
            f"`{name}` is not a module's name: give an absolute one, such as `package.module`, or a file"
        )
    resolution = _resolve(here, name)
    spec = resolution.spec
    if spec is None:
        raise UsageError(_why_not_found(here, resolution))
    if spec.kind in (Kind.BUILTIN, Kind.FROZEN) or (spec.origin and here.is_library(spec.origin)):
        raise UsageError(f"`{name}` is a standard library module: only other modules are followed")
    paths = tuple(_followed_files(search.spec for search in resolution.searches))
    if not paths:
        raise UsageError(f"`{name}` has no Python source that could be followed")
    return _Entry(name, paths)


def _followed_files(specs: Iterable[Spec | None]) -> Iterator[str]:
    """The files of a module and its packages; for namespace packages alone, any one below them."""
    last: Spec | None = None
    has_file = False
    for last in specs:
        if last is not None and last.origin is not None and last.kind is Kind.SOURCE:
            has_file = True
            yield last.origin
    if last is not None and not has_file:
        files = (python_files_below(location) for location in last.search_locations or ())
        yield from sorted(frozenset().union(*files))[:1]


def _resolve(here: Project, name: str) -> Resolution:
    return resolve(here.finder, name, _top_path(here), here.package_paths.locate)


def _top_path(here: Project) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*here.layout.roots, *here.environment.path)))


def _why_not_found(here: Project, resolution: Resolution) -> str:
    """The part of a name that fails, why, and what was probably meant."""
    failure = resolution.failure
    assert failure is not None
    *parents, _ = (search.spec for search in resolution.searches)
    parent = parents[-1] if parents else None
    if parent is None:
        return f"no module is named `{failure.name}`, in the project or installed{_meant(here, resolution)}"
    bound = _binds(here, parent, failure.name)
    if bound:
        tail = failure.name.rpartition(".")[2]
        return f"`{failure.name}` is no module: `{tail}` is a name in `{parent.name}`; trace `{parent.name}`"
    if failure.kind is FailureKind.NOT_A_PACKAGE:
        return f"no module is named `{failure.name}`: `{parent.name}` is not a package"
    return f"`{parent.name}` has no submodule `{failure.name}`{_meant(here, resolution)}"


def _binds(here: Project, spec: Spec, name: str) -> bool:
    """Whether the last part of an absent module's name is a name in the module above it."""
    namespace = here.namespace(spec.origin) if spec.origin and spec.kind is Kind.SOURCE else None
    return namespace is not None and name.rpartition(".")[2] in namespace.names


def _meant(here: Project, resolution: Resolution) -> str:
    """A module of the project that ends like an absent top-level one, or the nearest beside an absent one."""
    absent = resolution.searches[-1].name
    parent = absent.rpartition(".")[0]
    path: tuple[str, ...] | None = _top_path(here)
    if not parent:
        ending = f".{resolution.name}"
        alike = sorted(each.name for each in here.given_modules if each.name.endswith(ending))
        if alike:
            return f"; did you mean `{alike[0]}`?"
        path = tuple(entry for entry in path or () if entry not in here.environment.library_path)
    for search in resolution.searches[:-1]:
        path = here.package_paths.locate(search.spec, path or ()) if search.spec else None
    finders = (here.finder.path_finder.entry_finder(entry) for entry in path or ())
    beside = {name for finder in finders if finder for name in finder.module_names()}
    return did_you_mean(absent, {f"{parent}.{name}" if parent else name for name in beside})
