"""Every recorded entry of real packages: what the machine says of it, and what CPython 3.13 did.

By default three packages in one small environment, circular crashes among them. All 88 in theirs:
`IMPORTLINT_WHOLE=1 python -m pytest tests/oracle/test_truth.py`; `python -m tests.oracle.report` says more of them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from importlint.diagnostics import Certainty
from importlint.machine.trace import Trace
from tests.oracle.report.worker import compare_all, runs_of
from tests.oracle.report.workers import gather
from tests.oracle.truth import NOTHING, Comparison, compare
from tests.packages.environments import keep_environment
from tests.truth.environments import Environments, python, requirements
from tests.truth.records import Record, packages, read_header, read_records

_SMALL = {"django": ".db.", "fontTools": ".", "rope": "."}
"""The packages of the default tests, and the part of each whose entries are compared."""

_ORDERED = {"django": 1.0, "fontTools": 0.91, "rope": 1.0, "all": 0.9}
"""The least share of clean imports whose order is predicted. Measured: 58 of 58, 142 of 154, 95 of 95."""

_NEEDED = ("Django", "asgiref", "sqlparse", "fonttools", "rope", "pytoolconfig", "packaging", "platformdirs")
"""What they import while they are imported, of all that was installed when they were recorded."""

_LEFT_OUT = {"fontTools.misc.symfont"}
"""It imports sympy, which is large."""

_WHOLE = bool(os.environ.get("IMPORTLINT_WHOLE"))

CRASH = "rope.base.oi.type_hinting.factory"
"""An entry that crashes."""

_SECONDS = 900.0
"""For one package."""


@pytest.fixture(scope="module")
def kept(request: pytest.FixtureRequest) -> Path:
    return request.config.cache.mkdir("environments")


@pytest.fixture(scope="module")
def environment(kept: Path) -> Path:
    """One with the releases that were recorded."""
    recorded = {release for package in _SMALL for release in requirements(read_header(package).environment)}
    releases = sorted(release for release in recorded if release.partition("==")[0] in _NEEDED)
    return keep_environment(kept, "truth", releases, python())


@pytest.fixture(scope="module")
def compared(kept: Path, request: pytest.FixtureRequest) -> dict[str, list[Comparison]]:
    """The comparisons of each package."""
    if _WHOLE:
        results = list(gather(packages(), Environments(kept).of_package, os.cpu_count() or 1, _SECONDS))
        assert not [result.problem for result in results if result.problem]
        return {result.package: list(result.comparisons) for result in results}
    environment = request.getfixturevalue("environment")
    found = {
        package: compare_all(package, runs_of(package, environment), below)
        for package, below in _SMALL.items()
    }
    return {package: [each for each in found[package] if each.entry not in _LEFT_OUT] for package in found}


def test_no_certain_failure_that_does_not_happen(compared: dict[str, list[Comparison]]) -> None:
    everything = [each for package in compared.values() for each in package]
    assert len(everything) > (6900 if _WHOLE else 300)
    assert not [each for each in everything if each.predicted == "internal"]
    assert not [each for each in everything if each.is_false_alarm]


def test_circular_crashes(compared: dict[str, list[Comparison]]) -> None:
    """Entry, failing place and missing name: all in the small set, 95 of 100 in the whole."""
    real = [each for package in compared.values() for each in package if each.real == "circular"]
    missed = [each for each in real if not each.is_found_crash]
    assert len(real) == (39 if _WHOLE else 5)
    assert len(missed) <= (0.05 * len(real) if _WHOLE else 0), missed


@pytest.mark.parametrize("package", ["all"] if _WHOLE else _SMALL)
def test_the_order_of_execution(package: str, compared: dict[str, list[Comparison]]) -> None:
    given = [each for name, these in compared.items() if package in (name, "all") for each in these]
    clean = [each for each in given if each.is_clean]
    other = [each for each in clean if not each.is_same_order]
    assert len(clean) > 40
    assert len(clean) - len(other) >= _ORDERED[package] * len(clean), other


@pytest.fixture(scope="module")
def case(environment: Path) -> tuple[Record, Trace]:
    """An entry that crashes, with its trace."""
    (record,) = (each for each in read_records("rope") if f"rope{each.module}" == CRASH)
    return record, runs_of("rope", environment).trace(CRASH)


class TestComparing:
    """A comparison that sees no difference would prove nothing."""

    def test_agreement(self, case: tuple[Record, Trace]) -> None:
        found = compare("rope", *case)
        assert (found.entry, found.real, found.predicted) == (CRASH, "circular", "circular")
        assert found.agrees
        assert found.is_found_crash
        assert found.parting is None

    def test_no_crash(self, case: tuple[Record, Trace]) -> None:
        record, trace = case
        assert not compare("rope", record, replace(trace, error=None)).agrees
        clean = replace(record, status="ok", error=None)
        assert compare("rope", clean, trace).is_false_alarm
        assert compare("rope", clean, trace).is_false_circular
        assert trace.error is not None
        hedged = replace(trace, error=replace(trace.error, certainty=Certainty.POSSIBLE))
        assert not compare("rope", clean, hedged).is_false_alarm
        assert not compare("rope", clean, hedged).agrees

    def test_another_place(self, case: tuple[Record, Trace]) -> None:
        record, trace = case
        assert record.error is not None
        moved = replace(record, error=replace(record.error, at="rope/base/oi/soi.py:11"))
        assert not compare("rope", moved, trace).is_found_crash

    def test_another_name(self, case: tuple[Record, Trace]) -> None:
        record, trace = case
        assert record.error is not None
        message = record.error.message.replace("get_type_hinting_factory", "another")
        assert message != record.error.message
        renamed = replace(record, error=replace(record.error, message=message))
        assert not compare("rope", renamed, trace).is_found_crash

    def test_a_possible_crash(self, case: tuple[Record, Trace]) -> None:
        record, trace = case
        assert trace.error is not None
        found = compare("rope", record, replace(trace, error=None, possible=(trace.error,)))
        assert not found.is_found_crash
        assert found.is_possible

    @pytest.mark.parametrize("position", [0, 5, -1])
    def test_an_event_less(self, case: tuple[Record, Trace], position: int) -> None:
        record, trace = case
        events = list(record.events)
        left_out = events.pop(position)
        parting = compare("rope", replace(record, events=tuple(events)), trace).parting
        assert parting is not None
        assert parting.predicted == left_out
        assert parting.real == (NOTHING if position == -1 else events[position])

    def test_an_event_more(self, case: tuple[Record, Trace]) -> None:
        record, trace = case
        more = trace.events[-1:]
        parting = compare("rope", record, replace(trace, events=(*trace.events, *more))).parting
        assert parting is not None
        assert parting.real == NOTHING
