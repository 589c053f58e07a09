"""IL2: packages, and files that hide each other."""

from __future__ import annotations

import keyword
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint import disk
from importlint.diagnostics import Finding, Location, Severity
from importlint.discovery import Module, is_regular_package, python_files_below
from importlint.finder.path_finder import opaque_reason
from importlint.finder.spec import Kind, Spec
from importlint.programs.files import is_program
from importlint.rules.by_name import imports_by_name
from importlint.rules.declaration import rule
from importlint.rules.shadowing import hidden_namespace_portion, shadows_installed, shadows_stdlib
from importlint.rules.submodules import submodule_attribute_clash
from importlint.rules.twice import two_names_one_file
from importlint.syntax.facts import Span

if TYPE_CHECKING:
    from importlint.project import Project

_WHOLE_FILE = Span(1, 1, 1, 1)


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
        listing = project.finder.files.listing(os.path.dirname(beside))
        if listing is not None and os.path.basename(beside) not in listing:
            continue
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


@rule(
    "IL207",
    "opaque-path",
    Severity.WARNING,
    "A package edits its `__path__` in a way that cannot be foreseen.",
)
def opaque_path(project: Project) -> Iterator[Finding]:
    """Modules whose submodules may be anywhere, so that no absence below them is ever reported."""
    for module in project.given_modules:
        namespace = project.namespace(module.path)
        if namespace is None or namespace.path_span is None:
            continue
        spec = Spec(
            name=module.name,
            kind=Kind.SOURCE,
            origin=module.path,
            search_locations=(os.path.dirname(module.path),) if module.is_package else None,
        )
        path = project.package_paths.locate(spec, project.search_path(module)) or ()
        if any(opaque_reason(entry) is not None for entry in path):
            yield Finding(
                location=Location(module.display, namespace.path_span),
                module=module.name,
                message=f"the `__path__` of `{module.name}` is not known: what is below it cannot be checked",
                help="use `pkgutil.extend_path`, or join its directories from `__file__`",
                subjects=(module.name,),
            )


_LOADED_BY_NAME = re.compile(r"\d\w*")
"""Files such as `0001_initial.py` are for frameworks that import them by a computed name."""


@rule(
    "IL209",
    "unimportable-name",
    Severity.WARNING,
    "A module of a package has a name that no import statement can write.",
)
def unimportable_name(project: Project) -> Iterator[Finding]:
    """Files like `my-script.py` in regular packages, unless they are programs or something imports them."""
    loaded = {load.spec.origin for link in project.every_link for load in link.loads}
    for module in project.given_modules:
        stem = os.path.basename(module.path).removesuffix(".py")
        if (stem.isidentifier() and not keyword.iskeyword(stem)) or _LOADED_BY_NAME.fullmatch(stem):
            continue
        directory = os.path.dirname(module.path)
        if not is_regular_package(directory) or "{" in stem or module.path in loaded:
            continue
        if not is_program(project, module) and not _has_loader(directory):
            reason = "is a keyword" if keyword.iskeyword(stem) else "is no identifier"
            yield Finding(
                location=Location(module.display, _WHOLE_FILE),
                module=module.name,
                message=f"`{module.display}` cannot be imported: `{stem}` {reason}",
                help=f"rename it: `{_importable(stem)}.py`",
                subjects=(stem,),
            )


def _has_loader(directory: str) -> bool:
    """Whether a module beside, or the package itself, imports by computed names."""
    files = [entry.path for entry in disk.entries(directory) if entry.name.endswith(".py")]
    return any(map(imports_by_name, files))


def _importable(stem: str) -> str:
    name = re.sub(r"\W+", "_", stem).strip("_") or "module"
    return f"{name}_" if keyword.iskeyword(name) else name


RULES = (
    shadows_stdlib,
    shadows_installed,
    module_package_twins,
    hidden_namespace_portion,
    missing_init,
    submodule_attribute_clash,
    opaque_path,
    two_names_one_file,
    unimportable_name,
)
