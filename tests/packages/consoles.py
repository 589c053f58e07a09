"""A console that a document shows, run where released packages are: what stands there is what it prints."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

from importlint.cli import COMMANDS
from tests.cpython import CPython, run
from tests.documents import ROOT, console_commands


def assert_console_is_true(console: str, environment: Path, python: CPython, site: Path) -> None:
    """Run each command in site-packages, in an environment that is active, as on a terminal.

    `...` stands for any text.
    """
    for command, expected in console_commands(console):
        program, *arguments = shlex.split(command)
        if program == "importlint":
            is_check = arguments[0] not in COMMANDS
            shown = importlint(
                environment, site, *arguments, *(["--output-format", "full"] if is_check else [])
            )
        else:
            assert program == "python"
            shown = python.run(arguments, site).stderr
        pattern = ".*".join(map(re.escape, expected.split("...")))
        assert re.fullmatch(pattern, shown, re.DOTALL), shown


def importlint(environment: Path, site: Path, *arguments: str) -> str:
    """What importlint prints in site-packages while the environment is active."""
    variables = {"VIRTUAL_ENV": str(environment), "PYTHONPATH": str(ROOT)}
    done = run(sys.executable, ["-m", "importlint", *arguments], site, variables)
    assert (done.returncode in (0, 1), done.stderr) == (True, "")
    return done.stdout
