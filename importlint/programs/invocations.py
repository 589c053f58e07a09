"""All invocations of Python that a project writes down: in its text files, its code and its settings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from importlint.diagnostics import Location
from importlint.programs.command_files import commands_of_files
from importlint.programs.command_lines import parse_program
from importlint.programs.launches import launches
from importlint.programs.places import quoted_span
from importlint.programs.program import Invocation
from importlint.syntax.facts import Span
from importlint.syntax.source import Source, read_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from importlint.project import Project


def find_invocations(project: Project) -> tuple[Invocation, ...]:
    """The invocations that concern a project, sorted by their places."""
    configured = tuple(_configured(project))
    lines = {(each.location.path, each.location.span.line) for each in configured}
    in_files = (
        each
        for each in commands_of_files(project)
        if (each.location.path, each.location.span.line) not in lines
    )
    found = {*configured, *in_files, *launches(project)}
    return tuple(sorted(found, key=lambda each: (each.location, each.written)))


def _configured(project: Project) -> Iterator[Invocation]:
    """What the setting `programs` says."""
    settings = project.settings
    file = settings.config_file
    source = read_source(file) if file and settings.programs else None
    for written in settings.programs:
        command = parse_program(written)
        assert command is not None, "settings are checked when they are read"
        span = quoted_span(source.text, written) if isinstance(source, Source) else Span(1, 1, 1, 1)
        yield Invocation(
            location=Location(project.shown(file or settings.root), span),
            written=command.written,
            origin="the setting `programs`",
            is_module=command.is_module,
            target=command.target,
            directory=os.path.normpath(settings.root),
            is_safe=command.is_safe,
        )
