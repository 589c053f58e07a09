"""IL201, IL202, IL204: files that hide each other along the search path."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint import disk
from importlint.diagnostics import Finding, Location, Severity, Step
from importlint.discovery import Module, python_files_below
from importlint.finder.path_finder import opaque_reason
from importlint.finder.spec import Kind, Spec
from importlint.graph.link import Link
from importlint.installed import declared_name, distribution_of, normalised
from importlint.rules.declaration import rule
from importlint.syntax.facts import Span
from importlint.syntax.flow import Phase

if TYPE_CHECKING:
    from importlint.project import Project

_WHOLE_FILE = Span(1, 1, 1, 1)


@rule(
    "IL201",
    "shadows-stdlib",
    Severity.WARNING,
    "A module of the project is found before a standard library module of the same name.",
)
def shadows_stdlib(project: Project) -> Iterator[Finding]:
    """Top-level modules that hide one of the standard library; an error where something imports the name."""
    for module in project.given_modules:
        name = _top_level_name(module)
        library = project.finder.standard_library(name) if name else None
        if library is None or not library.covers(project.target) or project.is_library(module.path):
            continue
        importing = _importing(project, module, name)
        if not importing and not _is_found(project, module, name):
            continue
        yield Finding(
            location=Location(module.display, _WHOLE_FILE),
            module=module.name,
            message=f"`{module.display}` hides the standard library's `{name}`",
            trace=_gets_this(importing),
            help="rename it: other packages that import the standard library's module get this file too",
            severity=Severity.ERROR if importing else None,
            subjects=(name,),
        )


_COMMON = frozenset({"test", "tests", "doc", "docs", "example", "examples", "benchmarks", "scripts", "tools"})
"""Names that distributions install at the top by mistake, and that nobody imports."""


@rule(
    "IL202",
    "shadows-installed",
    Severity.WARNING,
    "A module of the project is found before an installed distribution's top-level module.",
)
def shadows_installed(project: Project) -> Iterator[Finding]:
    """Top-level modules that hide one of another distribution; not the installed copy of the project itself."""
    own_name = declared_name(project.sources.project)
    for module in project.given_modules if project.environment.known else ():
        name = _top_level_name(module)
        if not name or name in _COMMON or project.is_installed(module.path):
            continue
        hidden = project.finder.find(name, project.environment.path).spec
        if hidden is None or hidden.origin is None or not _is_in_site(project, hidden):
            continue
        importing = _importing(project, module, name)
        if not importing and not _is_found(project, module, name):
            continue
        distribution = distribution_of(hidden.origin, name)
        if (
            distribution is None
            or normalised(distribution) == own_name
            or _is_copy(module.path, hidden.origin)
        ):
            continue
        yield Finding(
            location=Location(module.display, _WHOLE_FILE),
            module=module.name,
            message=f"`{module.display}` hides `{name}` of the installed distribution `{distribution}`",
            label=f"`{project.shown(hidden.origin)}` is never found",
            trace=_gets_this(importing),
            help="rename it: installed packages that import the distribution's module get this file too",
            subjects=(name, distribution),
        )


def _is_in_site(project: Project, spec: Spec) -> bool:
    return any(os.path.dirname(_place(spec)) == site for site in project.environment.site_dirs)


def _place(spec: Spec) -> str:
    """The file or directory of a top-level module."""
    assert spec.origin is not None
    return os.path.dirname(spec.origin) if spec.is_package else spec.origin


def _is_copy(path: str, other: str) -> bool:
    """Whether two files have the same content: a build or an installed copy of the project."""
    try:
        content = disk.read(path)
        return bool(content) and content == disk.read(other)
    except OSError:
        return False


def _importing(project: Project, module: Module, name: str) -> list[Link]:
    """The imports that get `module` under its top-level `name`."""
    found = [
        link
        for link in project.every_link
        if link.asked.partition(".")[0] == name
        and link.phase is not Phase.TYPING
        and link.resolution is not None
        and link.resolution.searches[0].spec is not None
        and link.resolution.searches[0].spec.origin == module.path
    ]
    return sorted(found, key=lambda link: link.location)


def _is_found(project: Project, module: Module, name: str) -> bool:
    """Whether `module` lies directly in a source root, and wins there."""
    spec = project.resolve(name, module).spec
    at_root = os.path.dirname(_package_directory(module)) in project.sources.roots
    return at_root and spec is not None and spec.origin == module.path


def _gets_this(links: list[Link]) -> tuple[Step, ...]:
    return tuple(Step(link.location, "gets this file", link.text) for link in links[:5])


def _package_directory(module: Module) -> str:
    return os.path.dirname(module.path) if module.is_package else module.path


def _top_level_name(module: Module) -> str:
    """The name by which a module is found in an entry of its search path; empty if it is not there."""
    place = _package_directory(module)
    if os.path.dirname(place) not in module.search_path:
        return ""
    return os.path.basename(place).removesuffix(".py")


@rule(
    "IL204",
    "hidden-namespace-portion",
    Severity.ERROR,
    "A regular package or module hides portions of a namespace package elsewhere on the path.",
)
def hidden_namespace_portion(project: Project) -> Iterator[Finding]:
    """Modules that win over directories of their name which hold modules too.

    Those directories are installed, or an import in the project looks for something that only they have.
    """
    failing = {link.failure.name for link in project.every_link if link.failure is not None}
    for module in project.given_modules:
        name = _top_level_name(module)
        if not name or name in _COMMON:
            continue
        resolution = project.resolve(name, module)
        spec = resolution.spec
        if spec is None or spec.origin != module.path:
            continue
        path = project.package_paths.locate(spec, project.search_path(module)) or ()
        if any(opaque_reason(entry) is not None for entry in path):
            continue
        for portion in _portions(project, module, name):
            if portion in path or portion == _package_directory(module):
                continue
            inside = {_module_name(name, portion, file) for file in python_files_below(portion)}
            if not inside or not (inside & failing or _is_installed(project, portion)):
                continue
            example = min(inside & failing or inside)
            yield Finding(
                location=Location(module.display, _WHOLE_FILE),
                module=module.name,
                message=f"`{module.display}` hides the namespace portion `{project.shown(portion)}/`",
                label=f"`import {example}` fails",
                help=f"remove `{module.display}`, so that `{name}` is a namespace package here too"
                if module.is_package
                else "rename it",
                subjects=(name, project.shown(portion)),
            )


def _is_installed(project: Project, directory: str) -> bool:
    return project.environment.known and project.is_installed(directory)


def _portions(project: Project, module: Module, name: str) -> Iterator[str]:
    """The directories without `__init__` that the entries of a module's search path have under a name."""
    for entry in project.search_path(module):
        finder = project.finder.path_finder.entry_finder(entry)
        spec = finder.find(name) if finder else None
        if spec is not None and spec.kind is Kind.NAMESPACE:
            yield from spec.search_locations or ()


def _module_name(top: str, portion: str, file: str) -> str:
    parts = os.path.relpath(file, portion).removesuffix(".py").split(os.sep)
    return ".".join((top, *(parts[:-1] if parts[-1] == "__init__" else parts)))
