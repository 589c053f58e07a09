"""The records are all there, and read as they were written."""

from __future__ import annotations

import pytest

from tests.truth.environments import requirements
from tests.truth.records import full_name, packages, read_header, read_records, relative_name

BY_PACKAGE = {package: tuple(read_records(package)) for package in packages()}
EVERY = tuple(record for records in BY_PACKAGE.values() for record in records)


def test_all_are_there() -> None:
    """The figures of README."""
    assert len(BY_PACKAGE) == 88
    assert len(EVERY) == 6931
    assert sum(record.status == "circular" for record in EVERY) == 39
    for package, records in BY_PACKAGE.items():
        header = read_header(package)
        assert (header.package, header.surveyed) == (package, len(records))
        assert any(release.count("==") == 1 for release in requirements(header.environment))


def test_lists_are_whole() -> None:
    """A run starts with what was not there before, and nests: whatever starts also ends or fails."""
    for package, records in BY_PACKAGE.items():
        for record in records:
            if "." not in record.preloaded and package not in record.preloaded:
                assert record.events[0] == "+.", (package, record.module)
            running: list[str] = []
            for event in record.events:
                if event[0] == "+":
                    running.append(event[1:])
                else:
                    assert running.pop() == event[1:], (package, record.module)
            assert not running
            assert (record.status == "ok") == (record.error is None)


def test_a_record_that_builds_on_another() -> None:
    """The entry imports its package first, which ends before the module itself starts."""
    (record,) = (each for each in BY_PACKAGE["django"] if each.module == ".db.backends.sqlite3.features")
    assert record.events[:2] == ("+.", "+.utils")
    assert record.events[-1] == "!.db.backends.sqlite3.features"
    assert record.error is not None
    assert record.error.at == "django/db/backends/sqlite3/base.py:22"


@pytest.mark.parametrize(
    ("package", "module", "name"),
    [("shop", ".", "shop"), ("shop", ".cart", "shop.cart"), ("shop.cart", ".a.b", "shop.cart.a.b")],
)
def test_names(package: str, module: str, name: str) -> None:
    assert full_name(package, module) == name
    assert relative_name(package, name) == module
    assert relative_name(package, "shopping") is None
