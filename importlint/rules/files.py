"""IL0: files that cannot be analysed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint.diagnostics import Finding, Location, Severity
from importlint.rules.declaration import rule
from importlint.syntax.facts import Span
from importlint.syntax.source import ProblemKind

if TYPE_CHECKING:
    from importlint.project import Project


@rule("IL001", "unparsable-file", Severity.ERROR, "A file is not valid Python, so it cannot be imported.")
def unparsable_file(project: Project) -> Iterator[Finding]:
    """Files whose text no supported Python accepts."""
    return _problems(project, ProblemKind.UNPARSABLE, "cannot be parsed")


@rule("IL002", "undecodable-file", Severity.ERROR, "A file's bytes do not decode as its encoding says.")
def undecodable_file(project: Project) -> Iterator[Finding]:
    """Files that are no text in the encoding that they declare."""
    return _problems(project, ProblemKind.UNDECODABLE, "cannot be decoded")


@rule("IL004", "unreadable-file", Severity.ERROR, "A file cannot be read, so nothing is known about it.")
def unreadable_file(project: Project) -> Iterator[Finding]:
    """Files that cannot be opened, or are too large to be source code."""
    return _problems(project, ProblemKind.UNREADABLE, "cannot be read")


def _problems(project: Project, kind: ProblemKind, what: str) -> Iterator[Finding]:
    for module, problem in project.problems:
        if problem.kind is kind:
            span = Span(problem.line, problem.column, problem.line, problem.column + 1)
            yield Finding(
                location=Location(module.display, span),
                module=module.name,
                message=f"`{module.display}` {what}: {problem.message}",
            )


RULES = (unparsable_file, undecodable_file, unreadable_file)
