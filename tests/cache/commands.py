"""Runs of the command in this process, and whether they analysed anything."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from importlint.cli import check as command
from importlint.cli import main

Printed = tuple[int, str, str]


def run(*arguments: str) -> Printed:
    """The exit code, and what is printed to standard output and standard error."""
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        code = main(["check", *arguments])
    return code, out.getvalue(), err.getvalue()


@contextlib.contextmanager
def current_directory(path: Path) -> Iterator[Path]:
    before = os.getcwd()
    os.chdir(path)
    try:
        yield path
    finally:
        os.chdir(before)


class Checks:
    """How many times the analysis was done, not known."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        real = command._check

        def check(*arguments: object) -> object:
            self.count += 1
            return real(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(command, "_check", check)
