"""Values by keys, and contents by files, in one SQLite file that may be damaged, locked, full or gone at any time.

SQLite, because it writes back one changed value of a thousand in a millisecond where a single file is written anew,
lets runs write at the same time, and undoes what a killed run began. It checks no contents, so each value has a
digest of its own. Nothing here ever fails: what cannot be read is not known, what cannot be written is lost.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TypeVar

from importlint.disk import Signature, digest

FORMAT = 1
"""Of the tables; a file of another format is begun anew."""

SIZE_LIMIT = 512 * 1024 * 1024
"""Bytes. What was not used for the longest time goes first."""

DAYS_KEPT = 30
"""What was not used for so many days goes."""

_BUSY_SECONDS = 5
_CHECK = 16
"""Bytes of a value that are the digest of key and value."""

_TABLES = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS held (key BLOB PRIMARY KEY, day INTEGER, value BLOB);
CREATE TABLE IF NOT EXISTS files (
    path BLOB PRIMARY KEY, day INTEGER,
    size INTEGER, mtime_ns INTEGER, ctime_ns INTEGER, inode INTEGER, digest BLOB
) WITHOUT ROWID;
PRAGMA user_version = {FORMAT};
COMMIT;
"""

_NOT_OURS = ("readonly", "unable to open")
"""What SQLite says where this process may not write."""

_NO_DAMAGE = (*_NOT_OURS, "locked", "full", "disk I/O")

T = TypeVar("T")


class Database:
    """The file at `path`, made if it is not there; `notes` says what went wrong, where that is worth a word.

    Threads may use it in turn, as the machine's do, which waits for its own.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._process = os.getpid()
        self._today = int(time.time() // 86400)
        self._used: set[bytes] = set()
        self.notes: list[str] = []
        self._open()

    def value(self, key: bytes) -> bytes | None:
        """The value of a key; None if there is none, or not in one piece."""
        row = self._try(
            lambda connection: connection.execute(
                "SELECT day, value FROM held WHERE key = ?", (key,)
            ).fetchone()
        )
        if row is None or not isinstance(row[1], bytes):
            return None
        check, value = row[1][:_CHECK], row[1][_CHECK:]
        if check != digest(key + value):
            return None
        if row[0] != self._today:
            self._used.add(key)
        return value

    def file(self, path: bytes) -> tuple[Signature, bytes] | None:
        """The signature that the file had last, and what its content's digest was."""
        row = self._try(
            lambda connection: connection.execute(
                "SELECT size, mtime_ns, ctime_ns, inode, digest FROM files WHERE path = ?", (path,)
            ).fetchone()
        )
        return None if row is None else (Signature(*row[:4]), row[4])

    def write(
        self, values: Mapping[bytes, bytes], files: Mapping[bytes, tuple[Signature, bytes]] | None = None
    ) -> None:
        """Write values and files, all or nothing, and that the values read so far were used today."""
        files = files or {}
        if not (values or files or self._used):
            return

        def change(connection: sqlite3.Connection) -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT OR REPLACE INTO held VALUES (?, ?, ?)",
                [(key, self._today, digest(key + value) + value) for key, value in values.items()],
            )
            connection.executemany(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (path, self._today, each.size, each.mtime_ns, each.ctime_ns, each.inode, known)
                    for path, (each, known) in files.items()
                ],
            )
            connection.executemany(
                "UPDATE held SET day = ? WHERE key = ?", [(self._today, key) for key in self._used]
            )
            _evict(connection, self._today)
            connection.execute("COMMIT")

        self._try(change)
        self._used.clear()

    def close(self) -> None:
        """Let go of the file."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()

    def _open(self) -> None:
        if not self._connect():
            return
        version = self._try(lambda connection: connection.execute("PRAGMA user_version").fetchone()[0])
        if version not in (None, 0, FORMAT):
            self._begin_anew("is of another version of importlint")
        elif version == 0:
            self._try(lambda connection: connection.executescript(_TABLES))

    def _connect(self) -> bool:
        try:
            self._connection = sqlite3.connect(
                self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error:  # there is none, and none can be made
            return False
        # The schema may come from elsewhere: nothing in it is to call functions. A process that is killed leaves
        # all that it wrote to the system; what a power failure damages is noticed by the digests.
        self._try(
            lambda connection: connection.executescript(
                "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA synchronous = OFF;"
            )
        )
        return self._connection is not None

    def _reconnect(self) -> None:
        """In a fork, which must neither use nor close its parent's connection, make one of its own."""
        self._process, self._of_parent, self._connection = os.getpid(), self._connection, None
        self._connect()

    def _try(self, action: Callable[[sqlite3.Connection], T]) -> T | None:
        """The result of an action; None if it fails, and then the file is left alone from now on."""
        if self._process != os.getpid():
            self._reconnect()
        if self._connection is None:
            return None
        try:
            return action(self._connection)
        except sqlite3.ProgrammingError:  # a bug, not the file's fault
            raise
        except (sqlite3.Error, OverflowError) as error:
            reason = str(error)
            if any(words in reason for words in _NO_DAMAGE):
                self.close()
                if not any(words in reason for words in _NOT_OURS):
                    self.notes.append(f"the cache `{self._path}` is not used: {reason}")
            else:
                self._begin_anew(f"is damaged ({reason})")
            return None

    def _begin_anew(self, reason: str) -> None:
        """Remove the file; the next run makes another."""
        self.close()
        self.notes.append(f"the cache `{self._path}` {reason}: it is left aside, and begun anew")
        for path in (self._path, f"{self._path}-journal"):
            with suppress(OSError):
                os.unlink(path)


def _evict(connection: sqlite3.Connection, today: int) -> None:
    """Delete what was not used lately, and more if that does not make it small enough."""
    for table in ("held", "files"):
        connection.execute(f"DELETE FROM {table} WHERE day < ? OR day > ?", (today - DAYS_KEPT, today + 1))
    pages, free, page_size = (
        _number(connection, name) for name in ("page_count", "freelist_count", "page_size")
    )
    excess = (pages - free) * page_size - SIZE_LIMIT
    if excess > 0:
        connection.execute(
            "DELETE FROM held WHERE key IN (SELECT key FROM ("
            "SELECT key, sum(length(value)) OVER (ORDER BY day, rowid) AS above FROM held) WHERE above <= ?)",
            (excess + SIZE_LIMIT // 4,),
        )


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
