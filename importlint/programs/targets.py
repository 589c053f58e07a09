"""From what Python is told to run to the file that it finds, as `runpy` and the interpreter look for it.

CPython `runpy._get_module_details`, `runpy._run_module_as_main`; `pymain_run_python` in `Modules/main.c`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from importlint import disk
from importlint.diagnostics import Location
from importlint.discovery import Module
from importlint.finder.spec import Resolution
from importlint.programs.program import Invocation, Program, Reason, Start

if TYPE_CHECKING:
    from importlint.project import Project


def program_of(project: Project, invocation: Invocation) -> Program | None:
    """The program among the given modules that an invocation starts.

    A command in an unknown directory is taken to run in the project's.
    """
    directory = invocation.directory or project.layout.project
    if invocation.is_module:
        name = invocation.target.removesuffix(".__main__")
        spec = find_main(project, name, outside_importer(project, directory, invocation)).spec
        found, start = spec.origin if spec else None, Start.MODULE
    else:
        path = os.path.normpath(os.path.join(directory, invocation.target))
        main = os.path.join(path, "__main__.py")
        found, start = (main, Start.DIRECTORY) if disk.is_file(main) else (path, Start.FILE)
        name = project.shown(path) if path != project.cwd else "."
    module = project.modules.get(found or "")
    if module is None or not module.given:
        return None
    reason = Reason(invocation.location, f"`{invocation.written}` in {invocation.origin}")
    return Program(module=module, start=start, name=name, reasons=(reason,), is_safe=invocation.is_safe)


def is_asked_about(project: Project, name: str, location: Location) -> bool:
    """Whether what a place says of a module concerns the given modules: one has the place, or is of its package."""
    top = name.partition(".")[0]
    return any(
        module.display == location.path or module.name.partition(".")[0] == top
        for module in project.given_modules
    )


def find_main(project: Project, name: str, importer: Module) -> Resolution:
    """How `python -m name` finds the file that it runs: of a package, it is the `__main__` in it."""
    resolution = project.resolve(name, importer)
    if resolution.spec is not None and resolution.spec.is_package:
        return project.resolve(f"{name}.__main__", importer)
    return resolution


def outside_importer(project: Project, directory: str, invocation: Invocation | None = None) -> Module:
    """Code outside all modules that imports in a directory: a `-m`, or a script that an installer made."""
    is_first = invocation is not None and not invocation.is_safe
    return Module(
        name="__main__",
        package="",
        path=os.path.join(directory, "__main__.py"),
        display=project.shown(os.path.join(directory, "__main__.py")),
        is_package=False,
        search_path=tuple(dict.fromkeys((*([directory] if is_first else []), *project.layout.roots))),
        fallback_path=(),
        given=False,
    )
