"""The cache's file can be damaged, locked, full, gone or written by many: no run fails, and no value is wrong."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from importlint.cache import database
from importlint.cache.database import Database
from importlint.disk import Signature, digest

VALUES = {digest(str(number).encode()): str(number).encode() * number for number in range(1, 60)}
FILES = {
    f"file{number}".encode(): (Signature(number, 2, 3, 4), digest(str(number).encode()))
    for number in range(20)
}


def filled(path: Path) -> Path:
    kept = Database(str(path))
    kept.write(VALUES, FILES)
    kept.close()
    return path


def check_values(path: Path) -> int:
    """Read all; how many are there. Those that are there are right."""
    kept = Database(str(path))
    found = {key: kept.value(key) for key in VALUES}
    assert all(value in (None, VALUES[key]) for key, value in found.items())
    for name in FILES:
        kept.file(name)
    kept.write({b"key": b"value"})
    kept.close()
    return sum(value is not None for value in found.values())


def test_values_and_files(tmp_path: Path) -> None:
    path = filled(tmp_path / "cache")
    assert check_values(path) == len(VALUES)
    kept = Database(str(path))
    assert {name: kept.file(name) for name in FILES} == FILES
    assert kept.value(b"absent") is None
    assert kept.value(b"key") == b"value"
    assert kept.notes == []


def test_another_thread(tmp_path: Path) -> None:
    """As the machine runs in, for the size of its stack."""
    kept = Database(str(filled(tmp_path / "cache")))
    with ThreadPoolExecutor(1) as thread:
        key = next(iter(VALUES))
        assert thread.submit(kept.value, key).result() == VALUES[key]
        thread.submit(kept.write, {b"key": b"value"}).result()
    assert kept.value(b"key") == b"value"


def test_damage_anywhere(tmp_path: Path) -> None:
    """64 bytes overwritten, at every place in turn."""
    path = filled(tmp_path / "cache")
    whole = path.read_bytes()
    lost = 0
    for offset in range(0, len(whole), 64):
        for noise in (b"\0" * 64, bytes(byte ^ 0x55 for byte in whole[offset : offset + 64])):
            path.write_bytes(whole[:offset] + noise + whole[offset + 64 :])
            lost += check_values(path) < len(VALUES)
    assert lost > 20


def test_one_bit_anywhere(tmp_path: Path) -> None:
    path = filled(tmp_path / "cache")
    whole = path.read_bytes()
    for offset in range(0, len(whole), 37):
        path.write_bytes(whole[:offset] + bytes([whole[offset] ^ 1 << offset % 8]) + whole[offset + 1 :])
        check_values(path)


def test_any_part_is_missing(tmp_path: Path) -> None:
    path = filled(tmp_path / "cache")
    whole = path.read_bytes()
    for length in range(0, len(whole), 97):
        path.write_bytes(whole[:length])
        check_values(path)


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0", b"\0" * 5000])
def test_another_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cache"
    path.write_bytes(content)
    first = Database(str(path))
    assert first.value(b"key") is None
    first.close()
    assert any("damaged" in note for note in first.notes)
    assert check_values(filled(path)) == len(VALUES)


def test_another_schema(tmp_path: Path) -> None:
    """It is begun anew, whatever its tables pretend to be."""
    path = tmp_path / "cache"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            f"CREATE VIEW held AS SELECT 1 AS key; CREATE TABLE files (x); PRAGMA user_version = {database.FORMAT}"
        )
    connection.close()
    kept = Database(str(path))
    assert kept.value(b"key") is None
    assert len(kept.notes) == 1
    assert check_values(filled(path)) == len(VALUES)


def test_another_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = filled(tmp_path / "cache")
    monkeypatch.setattr(database, "FORMAT", 99)
    kept = Database(str(path))
    assert [kept.value(key) for key in VALUES] == [None] * len(VALUES)
    assert "another version" in kept.notes[0]


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    kept = Database(str(tmp_path / "absent" / "cache"))
    assert kept.value(b"key") is None
    kept.write({b"key": b"value"})
    kept.close()
    assert kept.notes == []


def test_a_file_that_may_only_be_read(tmp_path: Path) -> None:
    path = filled(tmp_path / "cache")
    kept = Database(str(path))
    kept.close()
    kept._connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
    assert all(kept.value(key) == VALUES[key] for key in VALUES)
    kept.write({b"key": b"value"})
    assert kept.notes == []


def test_a_full_disk(tmp_path: Path) -> None:
    path = filled(tmp_path / "cache")
    kept = Database(str(path))
    assert kept._connection is not None
    kept._connection.execute("PRAGMA max_page_count = 1")
    kept.write({b"key": b"value" * 100_000})
    assert len(kept.notes) == 1
    assert "full" in kept.notes[0]
    assert check_values(path) == len(VALUES)


def test_a_locked_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = filled(tmp_path / "cache")
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    kept = Database(str(path))
    assert kept.value(next(iter(VALUES))) is None
    kept.write({b"key": b"value"})
    assert len(kept.notes) == 1
    assert "locked" in kept.notes[0]
    other.close()
    assert check_values(path) == len(VALUES)


def test_what_was_not_used_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, day = tmp_path / "cache", 86400
    keys = [bytes([number]) * 16 for number in range(3)]
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    kept = Database(str(path))
    kept.write({keys[0]: b"unused", keys[1]: b"used"}, FILES)
    kept.close()
    for days in (20, 40):
        monkeypatch.setattr(time, "time", lambda days=days: now + days * day)
        kept = Database(str(path))
        assert kept.value(keys[1]) == b"used"
        kept.write({keys[2]: b"new"})
        kept.close()
    kept = Database(str(path))
    assert [kept.value(key) for key in keys] == [None, b"used", b"new"]
    assert kept.file(b"file1") is None


def test_the_size_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "SIZE_LIMIT", 400_000)
    path = tmp_path / "cache"
    for number in range(30):
        kept = Database(str(path))
        kept.write({digest(bytes([number, part])): os.urandom(10_000) for part in range(5)})
        kept.close()
        assert path.stat().st_size < 600_000
    kept = Database(str(path))
    assert kept.value(digest(bytes([29, 4]))) is not None
    assert kept.value(digest(bytes([0, 0]))) is None


WRITER = """
import sys
from importlint.cache.database import Database
from importlint.disk import digest
print("ready", flush=True)
number = 0
while number < int(sys.argv[2]):
    kept = Database(sys.argv[1])
    for _ in range(20):
        number += 1
        key = digest(str(number % 500).encode())
        kept.write({key: str(number % 500).encode() * 3000})
        value = kept.value(key)
        assert value == str(number % 500).encode() * 3000, kept.notes
    kept.close()
"""


def start_writer(path: Path, count: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(count)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_killed_while_writing(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    for delay in range(12):
        process = start_writer(path, 1_000_000)
        time.sleep(0.02 + delay * 0.007)
        process.kill()
        process.communicate()
        kept = Database(str(path))
        for number in range(500):
            assert kept.value(digest(str(number).encode())) in (None, str(number).encode() * 3000)
        kept.write({b"key": b"value"})
        assert kept.value(b"key") == b"value"
        kept.close()
        assert kept.notes == []
        assert process.returncode == -signal.SIGKILL or os.name == "nt"


def test_two_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    processes = [start_writer(path, 200) for _ in range(2)]
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    kept = Database(str(path))
    assert all(kept.value(digest(str(number).encode())) for number in range(1, 200))
