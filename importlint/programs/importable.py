"""Which files are there to be imported: no programs, no tests, and nothing that is read for what it does.

A module of a regular package is, and so is every file that the project imports. What is run is not, unless it is
imported as well and has a main guard: somebody thought of both, and what stands above the guard runs on every import.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint.discovery import Module, is_below, is_importable, is_regular_package
from importlint.programs.files import MAIN_GUARD, first_guarded
from importlint.syntax.flow import Phase

if TYPE_CHECKING:
    from importlint.project import Project

_READ_FOR_WHAT_THEY_DO = frozenset(
    """
    asgi.py conf.py conftest.py fabfile.py gunicorn_config.py hubconf.py manage.py noxfile.py settings.py setup.py
    sitecustomize.py tasks.py test.py tests.py usercustomize.py wscript.py wsgi.py
    """.split()
)
"""Files that are tests, or that a tool reads so that they set something up."""
_BESIDE_THE_CODE = frozenset(
    """
    _tests bench benchmark benchmarks demo demos doc docs example examples fixtures sample samples settings templates
    test testing tests
    """.split()
)
"""Directories, below the project's own, whose files run programs, are tests, or are settings."""


def importable_modules(project: Project) -> tuple[Module, ...]:
    """The given modules that are there to be imported."""
    imported, run = frozenset(_imported(project)), frozenset(_run(project))
    return tuple(
        module
        for module in project.given_modules
        if not is_beside_the_code(project, module)
        and (module.path not in run or (module.name in imported and first_guarded(project, module)))
        and (module.name in imported or _can_be_imported(project, module))
    )


def _imported(project: Project) -> Iterator[str]:
    """The modules that others import, tests apart."""
    beside = {module.name for module in project.reading.modules if is_beside_the_code(project, module)}
    for edge in project.graph.edges:
        if (
            edge.phase != Phase.TYPING.value
            and edge.importer not in beside
            and edge.importer != edge.imported
        ):
            yield edge.imported


def _run(project: Project) -> Iterator[str]:
    """The paths of the files that are run: by a command, or as their `#!` line or name says."""
    for program in project.programs:
        if any(reason.text != MAIN_GUARD for reason in program.reasons):
            yield program.module.path


def _can_be_imported(project: Project, module: Module) -> bool:
    """Whether a file is a module of a package or of a source root, rather than a script in some directory."""
    directory, sources = os.path.dirname(module.path), project.sources
    is_root = directory in sources.roots and directory not in sources.flat_roots
    return is_importable(module.name) and (is_root or is_regular_package(directory))


def is_beside_the_code(project: Project, module: Module) -> bool:
    """Whether a file is a test, a `__main__.py`, or something that a tool reads or runs for what it does."""
    directory, name = os.path.split(module.path)
    if name in _READ_FOR_WHAT_THEY_DO or name.startswith("test_") or name.endswith("_test.py"):
        return True
    top = project.sources.project
    below = os.path.relpath(directory, top).split(os.sep) if is_below(directory, top) else ()
    return module.is_main or not _BESIDE_THE_CODE.isdisjoint(below)
