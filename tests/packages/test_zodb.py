"""ZODB 6.4 as released: what is reported is what its modules do when they are imported, and README's example is so.

The environment has what ZODB needs to run, and not what its tests need. Every claim about an import is put to the
environment's own Python, in both directions: what is reported fails there, and what fails is reported.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.cpython import CPython
from tests.documents import ROOT, console_commands, fences
from tests.packages.consoles import assert_console_is_true, importlint
from tests.packages.environments import interpreter, make_environment, site_packages

RELEASES = (
    "ZODB==6.4",
    "BTrees==6.5",
    "ZConfig==4.3",
    "cffi==2.0.0",
    "persistent==6.8",
    "transaction==5.1",
    "zc.lockfile==4.0",
    "zodbpickle==4.5",
    "zope.deferredimport==6.1.1",
    "zope.interface==8.6",
    "zope.proxy==7.2",
)

EXPECTED = """\
ZODB/FileStorage/tests.py:21 error IL101 zope.testing
ZODB/config.py:259 warning IL101 ZEO
ZODB/config.py:297 warning IL101 BDBStorage
ZODB/scripts/manual_tests/testfstest.py:9 error IL101 fstest
ZODB/scripts/manual_tests/testfstest.py:10 error IL101 cStringIO
ZODB/scripts/migrate.py:85 error IL102 StorageTypes
ZODB/scripts/tests/test_doc.py:18 error IL101 zope.testing
ZODB/scripts/tests/test_fstest.py:17 error IL101 zope.testing
ZODB/tests/testConnection.py:25 error IL101 zope.testing
ZODB/tests/testFileStorage.py:26 error IL101 zope.testing
ZODB/tests/test_fsdump.py:73 error IL101 zope.testing
ZODB/tests/testblob.py:27 error IL101 zope.testing
ZODB/tests/testconflictresolution.py:17 error IL101 manuel
ZODB/tests/testconflictresolution.py:23 error IL101 zope.testing
ZODB/tests/testdocumentation.py:19 error IL101 manuel
ZODB/tests/testdocumentation.py:22 error IL101 zope.testing
ZODB/tests/testfsoids.py:173 error IL101 zope.testing
ZODB/tests/testhistoricalconnections.py:14 error IL101 manuel
ZODB/tests/util.py:34 error IL101 zope.testing
"""
"""By hand: `pip list` of the environment, and what the lines say. Warnings are in functions, in a `try` or not."""

NO_RULE_YET = {"ZODB/tests/testThreadedShutdown.py"}
"""It reads `ZODB.tests.util`, which neither it nor what it imports has imported."""

_IMPORT = """
import importlib, traceback
try:
    importlib.import_module(name)
    result = None
except BaseException as error:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<")]
    result = [type(error).__name__, str(error), frames[-1].filename, frames[-1].lineno]
"""

_STATEMENT = """
try:
    exec(statement)
    result = None
except ImportError as error:
    result = [error.name, str(error)]
"""


class Place(NamedTuple):
    """A line of a file, relative to site-packages."""

    path: str
    line: int


class Reported(NamedTuple):
    """A finding."""

    place: Place
    severity: str
    code: str
    name: str
    """The name that it says cannot be imported."""

    def __str__(self) -> str:
        return f"{self.place.path}:{self.place.line} {self.severity} {self.code} {self.name}\n"


class Crash(NamedTuple):
    """What an import raised, and on which line."""

    error: str
    message: str
    place: Place


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_environment(tmp_path_factory.mktemp("zodb") / ".venv", RELEASES)


@pytest.fixture(scope="module")
def site(environment: Path) -> Path:
    return site_packages(environment)


@pytest.fixture(scope="module")
def reported(environment: Path, site: Path) -> list[Reported]:
    """What importlint says of imports in ZODB."""
    return [
        Reported(
            Place(item["path"], item["line"]),
            item["severity"],
            item["code"],
            re.findall("`(.*?)`", item["message"])[0],
        )
        for item in findings(environment, site, "ZODB", "--select", "IL1")
    ]


@pytest.fixture(scope="module")
def python(environment: Path) -> CPython:
    """The environment's Python, with what most modules import already imported: the rest is what differs."""
    python = interpreter(environment)
    assert python.evaluate(_IMPORT, name="ZODB.FileStorage") is None
    return python


@pytest.fixture(scope="module")
def crashes(python: CPython, site: Path) -> Mapping[str, Crash]:
    """By the path of each of ZODB's modules whose import fails, how it fails."""
    outcomes = {path: crash(python, site, path) for path in python_files(site, "ZODB")}
    assert len(outcomes) > 100
    return {path: outcome for path, outcome in outcomes.items() if outcome is not None}


def test_findings_are_those_that_are_true(reported: list[Reported]) -> None:
    assert "".join(map(str, reported)) == EXPECTED


def test_every_reported_crash_happens(reported: list[Reported], crashes: Mapping[str, Crash]) -> None:
    """An error at import time: the module's import fails on the line that is reported first."""
    first: dict[str, Reported] = {}
    for finding in reported:
        if finding.severity == "error":
            first.setdefault(finding.place.path, finding)
    assert len(first) > 10
    for path, finding in first.items():
        crash = crashes[path]
        assert crash.place == finding.place
        assert f"'{finding.name}'" in crash.message


def test_every_crash_that_happens_is_reported(reported: list[Reported], crashes: Mapping[str, Crash]) -> None:
    """A module whose import fails does so on a reported line, its own or that of a module that it imports."""
    places = {finding.place for finding in reported}
    assert {path for path, crash in crashes.items() if crash.place not in places} == NO_RULE_YET


def test_every_reported_statement_fails(reported: list[Reported], python: CPython, site: Path) -> None:
    """Whenever it runs: also in a function, and behind another line that fails."""
    for finding in reported:
        line = site.joinpath(finding.place.path).read_text().splitlines()[finding.place.line - 1]
        error = python.evaluate(_STATEMENT, fresh=True, statement=line.strip())
        assert error is not None, finding
        assert f"'{finding.name}'" in error[1]


def test_a_sound_package_has_no_findings(environment: Path, site: Path, python: CPython) -> None:
    """Each module of `transaction` can be imported, and nothing is said of any."""
    modules = python_files(site, "transaction")
    assert len(modules) > 10
    assert {path: crash(python, site, path) for path in modules} == dict.fromkeys(modules)
    assert findings(environment, site, "transaction") == []


def test_readme_shows_what_happens(environment: Path, site: Path) -> None:
    """The first console of README."""
    console = fences(ROOT.joinpath("README.md").read_text(encoding="utf-8"), "console")[0].text
    assert [command.split()[0] for command, _ in console_commands(console)] == ["importlint", "python"]
    assert_console_is_true(console, environment, interpreter(environment), site)


def findings(environment: Path, site: Path, *arguments: str) -> list[dict[str, Any]]:
    """The diagnostics in importlint's report."""
    report = json.loads(importlint(environment, site, *arguments, "--output-format", "json"))
    diagnostics: list[dict[str, Any]] = report["diagnostics"]
    return diagnostics


def python_files(site: Path, package: str) -> list[str]:
    """The package's files, relative to site-packages."""
    return sorted(path.relative_to(site).as_posix() for path in site.glob(f"{package}/**/*.py"))


def crash(python: CPython, site: Path, path: str) -> Crash | None:
    """How the import of a file's module fails; None if it does not."""
    name = re.sub(r"(/__init__)?\.py$", "", path).replace("/", ".")
    answer = python.evaluate(_IMPORT, fresh=True, name=name)
    if answer is None:
        return None
    error, message, file, line = answer
    return Crash(error, message, Place(Path(file).relative_to(site).as_posix(), line))
