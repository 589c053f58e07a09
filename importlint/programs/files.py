"""What a file says of itself: that it is run as a program, and how."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint import disk
from importlint.diagnostics import Location
from importlint.discovery import Module, is_regular_package
from importlint.programs.program import Program, Reason, Start
from importlint.syntax import facts as f
from importlint.syntax.conditions import View, holds
from importlint.syntax.flow import Phase, Scope

if TYPE_CHECKING:
    from importlint.project import Project

_TOP = f.Span(1, 1, 1, 1)
MAIN_GUARD = "a main guard"
"""The reason of a file that has one."""
_COMMANDS = ("manage.py",)
"""Names of files that are run by their paths, whatever they say."""


def is_program(project: Project, module: Module) -> bool:
    """Whether a file says of itself that it is run."""
    return any(True for _ in own_reasons(project, module))


def own_program(project: Project, module: Module) -> Program | None:
    """The program that a file says it is, started in the way that its place suggests."""
    reasons = tuple(sorted(own_reasons(project, module)))
    if not reasons or (module.is_package and not module.is_main):
        return None  # a guard in an `__init__` is never true for `python -m`
    start, name = usual_start(module)
    return Program(module=module, start=start, name=name, reasons=reasons)


def path_program(project: Project, module: Module) -> Program | None:
    """The program that a file of a package is besides, if it is made to be run by its path."""
    if usual_start(module)[0] is not Start.MODULE or not is_run_by_path(project, module):
        return None
    reason = Reason(Location(module.display, _TOP), "a `#!` line in an executable file")
    return Program(module=module, start=Start.FILE, name=module.display, reasons=(reason,))


def usual_start(module: Module) -> tuple[Start, str]:
    """How a file is run if nobody says otherwise, and what is given to Python then.

    A file of a package is run with `-m`, which works for it whatever it imports.
    """
    directory = os.path.dirname(module.path)
    is_packaged = is_regular_package(directory)
    if module.is_main:
        if is_packaged:
            return Start.MODULE, module.name.rpartition(".")[0]
        return Start.DIRECTORY, os.path.dirname(module.display) or "."
    if is_packaged:
        return Start.MODULE, module.name
    return Start.FILE, module.display


def own_reasons(project: Project, module: Module) -> Iterator[Reason]:
    """What in a file, or in its name, says that it is run."""
    facts = project.facts(module.path)
    if not isinstance(facts, f.ModuleFacts):
        return
    if module.is_main:
        yield Reason(Location(module.display, _TOP), "the name `__main__.py`")
    if facts.shebang:
        yield Reason(Location(module.display, _TOP), "a `#!` line")
    if os.path.basename(module.path) in _COMMANDS:
        yield Reason(Location(module.display, _TOP), f"the name `{os.path.basename(module.path)}`")
    guard = first_guarded(project, module)
    if guard is not None:
        yield Reason(Location(module.display, guard), MAIN_GUARD)


def is_run_by_path(project: Project, module: Module) -> bool:
    """Whether a file is made to be run by its path: it has a `#!` line, and is executable."""
    facts = project.facts(module.path)
    if not isinstance(facts, f.ModuleFacts) or not facts.shebang:
        return False
    return bool(disk.mode(module.path) & 0o111)


def main_guards(project: Project, module: Module) -> Iterator[f.If]:
    """The conditions at module level that hold in a program only."""
    known, target = project.known_names(module.path), project.target
    for situated in project.statements(module.path):
        here, statement = situated.circumstances, situated.statement
        if not isinstance(statement, f.If) or here.phase is not Phase.IMPORT_TIME:
            continue
        is_false = holds(statement.test, View(target=target), known) is False
        may_be_true = holds(statement.test, View(target=target, as_program=True), known) is not False
        if here.scope is Scope.MODULE and is_false and may_be_true:
            yield statement


def is_known_to_run(project: Project, program: Program) -> bool:
    """Whether more than a guard says that something is a program: guards are in modules of packages for tests too."""
    return len(program.reasons) > 1 or first_guarded(project, program.module) is None


def first_guarded(project: Project, module: Module) -> f.Span | None:
    """The first statement of a file that runs only in a program."""
    for situated in project.statements(module.path):
        here = situated.circumstances
        if here.phase is Phase.PROGRAM and here.scope is Scope.MODULE:
            statement = situated.statement
            if not isinstance(statement, f.Try | f.Break | f.Continue | f.Global | f.Nonlocal):
                return statement.span
    return None
