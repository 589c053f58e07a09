"""IL413: commands that start Python with what it cannot run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint import disk
from importlint.absence import is_absent
from importlint.diagnostics import Finding, Severity
from importlint.discovery import is_below
from importlint.finder.spec import FailureKind, Kind
from importlint.programs.program import Invocation
from importlint.programs.targets import find_main, is_asked_about, outside_importer
from importlint.rules.declaration import rule

if TYPE_CHECKING:
    from importlint.project import Project


@rule(
    "IL413",
    "missing-main",
    Severity.ERROR,
    "A command runs a package, directory or module that Python cannot run.",
)
def missing_main(project: Project) -> Iterator[Finding]:
    """Command lines and calls that run the project's own modules, and fail before anything of them runs."""
    for invocation in project.invocations:
        directory = invocation.directory
        if directory is None:
            continue
        reason = (
            _why_not_module(project, invocation, directory)
            if invocation.is_module
            else _why_not_directory(project, invocation, directory)
        )
        if reason is not None:
            what, meant = reason
            yield Finding(
                location=invocation.location,
                module=invocation.target,
                message=f"`{invocation.written}` fails: {what}",
                help=meant,
                subjects=(invocation.written,),
            )


def _why_not_module(project: Project, invocation: Invocation, directory: str) -> tuple[str, str] | None:
    """Why `python -m` does not find what it should run, and what to do; None if it does, or may."""
    name = invocation.target
    importer = outside_importer(project, directory, invocation)
    stem = name.removesuffix(".py").replace("/", ".").removeprefix("..")
    if not is_asked_about(project, stem, invocation.location):
        return None
    if stem != name and _is_own_module(project, stem, directory, invocation):
        if project.resolve(name, importer).spec is None:
            return f"`{name}` is a file's name, and `-m` takes a module's", f"write `-m {stem}`"
        return None
    resolution = find_main(project, name, importer)
    failure = resolution.failure
    parent = resolution.searches[-2].spec if len(resolution.searches) > 1 else None
    if failure is None or parent is None or parent.kind is not Kind.SOURCE or not project.is_own(parent):
        return None
    if not is_absent(project, resolution, importer, own=True):
        return None
    what = f"no module named `{failure.name}`"
    if failure.name == f"{name}.__main__" and failure.kind is FailureKind.NOT_FOUND:
        place = os.path.join(os.path.dirname(parent.origin or ""), "__main__.py")
        return f"{what}, and a package cannot be executed itself", f"add `{project.shown(place)}`"
    if failure.kind is FailureKind.NOT_A_PACKAGE:
        what += f": `{parent.name}` is not a package"
    return what, ""


def _is_own_module(project: Project, name: str, directory: str, invocation: Invocation) -> bool:
    spec = find_main(project, name, outside_importer(project, directory, invocation)).spec
    return spec is not None and project.is_own(spec)


def _why_not_directory(project: Project, invocation: Invocation, directory: str) -> tuple[str, str] | None:
    """Why Python cannot run a directory of the project; None for what is no directory, or can be run."""
    path = os.path.normpath(os.path.join(directory, invocation.target))
    if not disk.is_directory(path) or _has_main(path):
        return None
    if not any(is_below(module.path, path) for module in project.given_modules):
        return None
    if project.generated.includes("__main__", None, outside_importer(project, path, invocation)):
        return None
    return f"there is no `__main__` module in `{project.shown(path)}`", "name the file to run"


def _has_main(directory: str) -> bool:
    try:
        return any(name.startswith("__main__.") for name in disk.names(directory))
    except OSError:
        return False


RULES = (missing_main,)
