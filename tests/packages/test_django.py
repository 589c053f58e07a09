"""Django 6.1.3 as released: README's example of a module that cannot be imported first is so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cpython import CPython
from tests.documents import ROOT, console_commands, fences
from tests.packages.consoles import assert_console_is_true
from tests.packages.environments import keep_environment, site_packages
from tests.truth.environments import VERSION, python

RELEASES = ("Django==6.1.3", "asgiref==3.13.0", "sqlparse==0.6.1")


@pytest.fixture(scope="module")
def environment(request: pytest.FixtureRequest) -> Path:
    """Of a Python for which Django is made, whatever runs the tests."""
    return keep_environment(request.config.cache.mkdir("environments"), "readme", RELEASES, python())


def test_readme_shows_what_happens(environment: Path) -> None:
    """The console below *What happens on import*."""
    console = fences(ROOT.joinpath("README.md").read_text(encoding="utf-8"), "console")[1].text
    commands = [command for command, _ in console_commands(console)]
    assert [command.split()[0] for command in commands] == ["importlint", "python", "python"]
    executable = CPython(str(environment / "bin" / "python"), VERSION)
    assert_console_is_true(console, environment, executable, site_packages(environment))
