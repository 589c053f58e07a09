"""Databases that a test opens are closed after it: SQLite says so of those that are not, since Python 3.13.

And the number of analyses, for tests that ask whether there was one.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from importlint.cache.database import Database
from tests.cache.commands import Checks


@pytest.fixture(autouse=True)
def _closed_databases(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    opened: list[Database] = []
    connect = Database._connect

    def remember(self: Database) -> bool:
        opened.append(self)
        return connect(self)

    monkeypatch.setattr(Database, "_connect", remember)
    yield
    for each in opened:
        each.close()


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Checks:
    return Checks(monkeypatch)
