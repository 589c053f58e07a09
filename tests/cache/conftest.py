"""Databases that a test opens are closed after it: SQLite says so of those that are not, since Python 3.13."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from importlint.cache.database import Database


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
