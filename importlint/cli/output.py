"""Where a command's output goes, and in which look."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from importlint.errors import UsageError

if TYPE_CHECKING:
    from importlint.finder.environment import Environment
    from importlint.progress import Progress

COLOURS = ("auto", "always", "never")


def add_output_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `--output-file` and `--color`."""
    group = parser.add_argument_group("output")
    group.add_argument("--output-file", metavar="FILE", help="write there instead of to standard output")
    group.add_argument(
        "--color", choices=COLOURS, default="auto", help="auto: on a terminal, unless NO_COLOR is set"
    )


def is_for_terminal(output_file: str | None) -> bool:
    """Whether a person reads the output as it comes."""
    return output_file is None and sys.stdout.isatty()


def has_colour(choice: str, output_file: str | None) -> bool:
    """Whether the output is to have colours: the flag, then NO_COLOR, then FORCE_COLOR, then the terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR") or output_file is not None:
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


@contextmanager
def visible_progress(*, quiet: bool = False) -> Iterator[Progress]:
    """Progress that a person at a terminal sees on standard error, for as long as the block runs."""
    from importlint.progress import Progress, progress_on

    progress = Progress() if quiet else progress_on(sys.stderr)
    try:
        yield progress
    finally:
        progress.close()


def print_environment(environment: Environment) -> None:
    """Say on standard error which environment is modelled, and what of it cannot be."""
    print_notes(environment_notes(environment))


def environment_notes(environment: Environment) -> tuple[str, ...]:
    """Which environment is modelled, and what of it cannot be."""
    return (f"environment: {environment.reason}", *environment.notes)


def print_notes(notes: Iterable[str]) -> None:
    """Say on standard error what the user should know of the run."""
    for note in notes:
        print(f"importlint: {note}", file=sys.stderr)


def write_output(text: str, output_file: str | None = None) -> None:
    """Write `text` to the file, or to standard output with escapes for what its encoding lacks."""
    if output_file is None:
        _write(text, sys.stdout)
        return
    try:
        with open(output_file, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
    except OSError as error:
        raise UsageError(f"`--output-file`: `{output_file}` cannot be written: {error.strerror}") from error


def _write(text: str, stream: TextIO) -> None:
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
