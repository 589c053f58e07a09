"""IL2: packages, and files that hide each other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint.diagnostics import Finding, Location, Severity, Step
from importlint.discovery import Module, is_regular_package, python_files_below
from importlint.finder.spec import Kind
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
        importing = [
            link
            for link in project.every_link
            if link.asked.partition(".")[0] == name
            and link.phase is not Phase.TYPING
            and link.resolution is not None
            and link.resolution.searches[0].spec is not None
            and link.resolution.searches[0].spec.origin == module.path
        ]
        spec = project.resolve(name, module).spec
        at_root = os.path.dirname(_package_directory(module)) in project.sources.roots
        if not importing and not (at_root and spec is not None and spec.origin == module.path):
            continue
        yield Finding(
            location=Location(module.display, _WHOLE_FILE),
            module=module.name,
            message=f"`{module.display}` hides the standard library's `{name}`",
            trace=tuple(
                Step(link.location, "gets this file", link.text)
                for link in sorted(importing, key=lambda link: link.location)[:5]
            ),
            help="rename it: other packages that import the standard library's module get this file too",
            severity=Severity.ERROR if importing else None,
            subjects=(name,),
        )


def _package_directory(module: Module) -> str:
    return os.path.dirname(module.path) if module.is_package else module.path


def _top_level_name(module: Module) -> str:
    """The name by which a module is found in an entry of its search path; empty if it is not there."""
    place = _package_directory(module)
    if os.path.dirname(place) not in module.search_path:
        return ""
    return os.path.basename(place).removesuffix(".py")


@rule(
    "IL203",
    "module-package-twins",
    Severity.ERROR,
    "A module and a package of the same name lie side by side, so one of them cannot be imported.",
)
def module_package_twins(project: Project) -> Iterator[Finding]:
    """`foo.py` beside a directory `foo` that has modules in it."""
    for module in project.given_modules:
        if module.is_package:
            continue
        beside = module.path.removesuffix(".py")
        inside = python_files_below(beside)
        if not inside or not os.path.basename(beside).isidentifier():
            continue
        name = os.path.basename(beside)
        shown = project.shown(beside)
        if os.path.join(beside, "__init__.py") in inside:
            message = (
                f"`{module.display}` cannot be imported: the package `{shown}/` beside it is found first"
            )
            help_text = f"rename or remove it, or move what it defines into `{shown}/__init__.py`"
        else:
            message = f"`{module.display}` hides the directory `{shown}/`: nothing in it can be imported"
            help_text = (
                f"rename one of them, or give `{shown}/` an `__init__.py` with what `{name}.py` defines"
            )
        yield Finding(
            location=Location(module.display, _WHOLE_FILE),
            module=module.name,
            message=message,
            help=help_text,
            subjects=(name,),
        )


@rule(
    "IL205",
    "missing-init",
    Severity.WARNING,
    "A directory of modules inside a regular package has no `__init__.py`.",
)
def missing_init(project: Project) -> Iterator[Finding]:
    """Implicit namespace packages inside regular packages, if something imports through them or packages lie below.

    Directories of scripts and data that nobody imports are left alone.
    """
    imported = {
        location
        for link in project.every_link
        for search in (link.resolution.searches if link.resolution else ())
        if search.spec is not None and search.spec.kind is Kind.NAMESPACE
        for location in search.spec.search_locations or ()
    }
    first_in: dict[str, Module] = {}
    for module in project.given_modules:
        directory = os.path.dirname(module.path)
        first_in.setdefault(directory, module)
        if is_regular_package(directory):
            first_in.setdefault(os.path.dirname(directory), module)
            imported.add(os.path.dirname(directory))
    for directory, module in first_in.items():
        around = os.path.dirname(directory)
        if directory in imported and not is_regular_package(directory) and is_regular_package(around):
            shown = project.shown(directory)
            yield Finding(
                location=Location(module.display, _WHOLE_FILE),
                module=module.name,
                message=f"`{shown}/` has no `__init__.py`, unlike the package around it",
                help=f"add `{shown}/__init__.py`: tools that look for packages leave the directory out without it",
                subjects=(shown,),
            )


RULES = (shadows_stdlib, module_package_twins, missing_init)
