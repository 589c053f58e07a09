"""Facts from one run to the next: found by content, by signature only where that can be relied on."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from importlint.cache.database import Database
from importlint.cache.store import CLOCK_NS, Store, is_settled
from importlint.disk import Signature, sign
from importlint.reading.record import decode, read_record
from importlint.syntax.read import read_facts

LATER = time.time_ns() + 3600 * 1_000_000_000
"""A run that begins when the clock has long gone on since all files of a test were written."""


def store(directory: Path, root: Path, *, now: int = LATER, identity: bytes = b"one") -> Store:
    return Store(Database(str(directory / "cache.sqlite")), identity, str(root), now)


def remember(directory: Path, root: Path, *files: Path, now: int = LATER, identity: bytes = b"one") -> None:
    kept = store(directory, root, now=now, identity=identity)
    for file in files:
        kept.keep(str(file), read_record(str(file)))
    kept.save()


def is_known(found: bytes | None, file: Path) -> bool:
    return found is not None and decode(found) == read_facts(str(file))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "a.py").write_text("import b\n")
    return root


def test_facts_are_found_again(tmp_path: Path, project: Path) -> None:
    file = project / "a.py"
    assert store(tmp_path, project).find(str(file)) is None
    remember(tmp_path, project, file)
    assert is_known(store(tmp_path, project).find(str(file)), file)


def test_by_signature_without_reading(tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = project / "a.py"
    remember(tmp_path, project, file)
    monkeypatch.setattr("importlint.cache.store.read_data", lambda path: pytest.fail("it was read"))
    assert store(tmp_path, project).find(str(file)) is not None


def test_by_content_where_the_signature_is_another(tmp_path: Path, project: Path) -> None:
    file = project / "a.py"
    remember(tmp_path, project, file)
    os.utime(file, (1, 1))
    assert is_known(store(tmp_path, project).find(str(file)), file)


def test_by_content_at_another_place(tmp_path: Path, project: Path) -> None:
    """A cache that is carried to another checkout."""
    remember(tmp_path, project, project / "a.py")
    other = tmp_path / "other"
    shutil.copytree(project, other)
    assert is_known(store(tmp_path, other).find(str(other / "a.py")), other / "a.py")


def test_a_change_is_seen(tmp_path: Path, project: Path) -> None:
    file = project / "a.py"
    remember(tmp_path, project, file)
    file.write_text("import c\n")
    assert store(tmp_path, project).find(str(file)) is None


def test_a_change_within_one_tick_of_the_clock_is_seen(tmp_path: Path, project: Path) -> None:
    """Of the same size, written to the same file, its times put back: "racy git"."""
    file = project / "a.py"
    remember(tmp_path, project, file, now=time.time_ns())
    before = sign(str(file))
    assert before is not None
    with file.open("r+") as stream:
        stream.write("import c\n")
    os.utime(file, ns=(before.mtime_ns, before.mtime_ns))
    assert store(tmp_path, project, now=time.time_ns()).find(str(file)) is None


def test_a_change_whose_signature_is_the_same_is_seen_if_it_was_recorded_at_once(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tick of the clock is as long as one pleases: no time is ever another."""
    same = Signature(9, 10**18, 10**18, 1)
    monkeypatch.setattr("importlint.cache.store.sign", lambda path: same)
    monkeypatch.setattr("importlint.reading.record.sign", lambda path: same)
    file = project / "a.py"
    for lag, seen in (
        (-CLOCK_NS, True),
        (0, True),
        (2_000_000_000, True),
        (CLOCK_NS, True),
        (CLOCK_NS + 1, False),
    ):
        file.write_text("import b\n")
        remember(tmp_path, project, file, now=same.mtime_ns + lag, identity=str(lag).encode())
        file.write_text("import c\n")
        found = store(tmp_path, project, identity=str(lag).encode()).find(str(file))
        assert (found is None) == seen, lag


@pytest.mark.parametrize(
    ("mtime", "ctime", "settled"),
    [
        (0, 0, True),
        (10**18, 0, False),
        (0, 10**18, False),
        (2 * 10**18, 0, False),
        (10**18 - CLOCK_NS - 1, 0, True),
    ],
)
def test_settled(mtime: int, ctime: int, settled: bool) -> None:
    """By the later of both times; one in the future is none to rely on."""
    assert is_settled(Signature(1, mtime, ctime, 1), 10**18) == settled


def test_another_importlint_finds_nothing(tmp_path: Path, project: Path) -> None:
    remember(tmp_path, project, project / "a.py")
    assert store(tmp_path, project, identity=b"two").find(str(project / "a.py")) is None
    remember(tmp_path, project, project / "a.py", identity=b"two")
    for identity in (b"one", b"two"):
        assert store(tmp_path, project, identity=identity).find(str(project / "a.py")) is not None


def test_problems_are_not_kept(tmp_path: Path, project: Path) -> None:
    (project / "a.py").write_text("def")
    remember(tmp_path, project, project / "a.py", project / "absent.py")
    for name in ("a.py", "absent.py"):
        assert store(tmp_path, project).find(str(project / name)) is None


def test_a_path_that_is_no_text(tmp_path: Path, project: Path) -> None:
    file = project / os.fsdecode(b"\xff.py")
    try:
        file.write_text("import b\n")
    except OSError:
        pytest.skip("this file system has texts only")
    remember(tmp_path, project, file)
    assert is_known(store(tmp_path, project).find(str(file)), file)
