"""Check code for imports that fail, crash in cycles or do what nobody expects.

The default command: `importlint src/` is `importlint check src/`.
"""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from importlint.cli import COMMANDS, FOUND_SOMETHING
from importlint.cli.options import add_settings_arguments, settings_from
from importlint.cli.output import (
    add_output_arguments,
    environment_notes,
    has_colour,
    is_for_terminal,
    print_notes,
    visible_progress,
    write_output,
)
from importlint.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from importlint.cache.kept import Result
    from importlint.cache.store import Store
    from importlint.config import Settings
    from importlint.progress import Progress


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
    parser.add_argument(
        "-q", "--quiet", action="store_true", help="print findings, but nothing about the run"
    )


def run(options: argparse.Namespace) -> int:
    """Check the paths and print the report; 1 if it has errors or warnings."""
    paths = _paths(options)
    settings = settings_from(options)
    output_format = settings.output_format or ("full" if is_for_terminal(options.output_file) else "concise")
    if options.statistics and output_format == "json":
        raise UsageError("`--statistics` has no JSON form: count the codes of `--output-format json` instead")
    from importlint.cache.cache import open_cache
    from importlint.diagnostics import Severity
    from importlint.report import render, render_statistics

    with (
        open_cache(settings, wanted=not options.no_cache) as cache,
        visible_progress(quiet=options.quiet) as progress,
    ):
        if cache is None:
            result = _check(settings, paths, None, progress)
        else:
            store = cache.store
            result = cache.results.result(settings, paths, lambda: _check(settings, paths, store, progress))
    report = result.report
    if options.statistics:
        text = render_statistics(report)
    else:
        text = render(report, output_format, colour=has_colour(options.color, options.output_file))
    write_output(text, options.output_file)
    if not options.quiet:
        print_notes((*report.notes, *(cache.notes if cache else ())))
    if options.verbose:
        print_notes(result.environment)
    found = any(diagnostic.severity is not Severity.INFO for diagnostic in report.diagnostics)
    return FOUND_SOMETHING if found and not options.exit_zero else 0


def _check(settings: Settings, paths: tuple[str, ...], store: Store | None, progress: Progress) -> Result:
    """Check the paths now."""
    from importlint.cache.kept import Result
    from importlint.check import check
    from importlint.project import Project

    project = Project(settings, paths, store=store, progress=progress)
    return Result(report=check(project), environment=environment_notes(project.environment))


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
