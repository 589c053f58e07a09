"""Check code for imports that fail, crash in cycles or do what nobody expects.

The default command: `importlint src/` is `importlint check src/`.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from importlint.cli import COMMANDS, FOUND_SOMETHING
from importlint.cli.options import add_settings_arguments, settings_from
from importlint.cli.output import (
    add_output_arguments,
    has_colour,
    is_for_terminal,
    print_environment,
    write_output,
)
from importlint.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from importlint.diagnostics import Report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `check` understands."""
    parser.add_argument(
        "paths", nargs="*", metavar="PATHS", help="files and directories (default: the current one)"
    )
    add_settings_arguments(parser)
    add_output_arguments(parser)
    parser.add_argument(
        "--output-format", metavar="FORMAT", help="full (on a terminal), concise (elsewhere) or json"
    )
    parser.add_argument("--statistics", action="store_true", help="count the findings of each rule instead")
    parser.add_argument("--exit-zero", action="store_true", help="exit with 0 even if something is found")
    parser.add_argument("-q", "--quiet", action="store_true", help="print findings, but no notes on the run")


def run(options: argparse.Namespace) -> int:
    """Check the paths and print the report; 1 if it has errors or warnings."""
    paths = _paths(options)
    settings = settings_from(options)
    output_format = settings.output_format or ("full" if is_for_terminal(options.output_file) else "concise")
    if options.statistics and output_format == "json":
        raise UsageError("`--statistics` has no JSON form: count the codes of `--output-format json` instead")
    from importlint.check import check
    from importlint.diagnostics import Severity
    from importlint.project import Project
    from importlint.report import render, render_statistics

    project = Project(settings, paths)
    report = check(project)
    if options.statistics:
        text = render_statistics(report)
    else:
        text = render(report, output_format, colour=has_colour(options.color, options.output_file))
    write_output(text, options.output_file)
    if not options.quiet:
        _print_notes(report)
    if options.verbose:
        print_environment(project.environment)
    found = any(diagnostic.severity is not Severity.INFO for diagnostic in report.diagnostics)
    return FOUND_SOMETHING if found and not options.exit_zero else 0


def _paths(options: argparse.Namespace) -> tuple[str, ...]:
    """The paths to check; `UsageError` if one looks like a command that was meant."""
    paths: list[str] = options.paths or ["."]
    for path in paths:
        if path in COMMANDS and not os.path.exists(path):
            raise UsageError(
                f"`{path}` is a command: write it before flags and paths (`importlint {path} ...`)"
            )
    meant = "" if os.path.exists(paths[0]) else did_you_mean(paths[0], COMMANDS)
    if meant:
        raise UsageError(f"`{paths[0]}` is neither a command nor a path{meant}")
    return tuple(paths)


def _print_notes(report: Report) -> None:
    for note in report.notes:
        print(f"importlint: {note}", file=sys.stderr)
