"""How many processors there are for us: by what the process is bound to, and by what its container has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from importlint.reading.processors import available_processors


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        ("max 100000", 8),
        ("200000 100000", 2),
        ("150000 100000", 2),
        ("50000 100000", 1),
        ("0 100000", 1),
        ("9000000 100000", 8),
        ("?", 8),
        ("", 8),
        ("1 0", 8),
        (None, 8),
    ],
)
def test_no_more_than_the_share_of_a_container(
    quota: str | None, expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    file = tmp_path / "cpu.max"
    if quota is not None:
        file.write_text(quota + "\n")
    assert available_processors(str(file)) == expected


def test_where_nothing_binds_a_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    for count, expected in ((12, 12), (None, 1)):
        monkeypatch.setattr(os, "cpu_count", lambda count=count: count)
        assert available_processors(str(tmp_path / "absent")) == expected


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="processes cannot be bound here")
def test_of_a_process_that_is_bound(tmp_path: Path) -> None:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        assert available_processors(str(tmp_path / "absent")) == 1
    finally:
        os.sched_setaffinity(0, before)
