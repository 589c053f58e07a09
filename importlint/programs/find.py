"""All programs of a project: what its files say of themselves, and what is said of them elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from importlint.programs.files import own_program, path_program
from importlint.programs.program import Program, Start
from importlint.programs.targets import program_of

if TYPE_CHECKING:
    from importlint.project import Project


def find_programs(project: Project) -> tuple[Program, ...]:
    """The programs among the given modules, sorted by their files and the ways to start them."""
    found: dict[tuple[str, Start, str, bool], Program] = {}
    for program in _programs(project):
        key = (program.module.path, program.start, program.name, program.is_safe)
        known = found.get(key, program)
        reasons = tuple(sorted({*known.reasons, *program.reasons}))
        found[key] = replace(known, reasons=reasons)
    return tuple(sorted(found.values(), key=lambda each: (each.module.display, each.command, each.is_safe)))


def _programs(project: Project) -> Iterator[Program]:
    for module in project.given_modules:
        for program in (own_program(project, module), path_program(project, module)):
            if program is not None:
                yield program
    for invocation in project.invocations:
        program = program_of(project, invocation)
        if program is not None:
            yield program
