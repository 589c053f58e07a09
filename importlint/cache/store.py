"""From a file to the facts that an earlier run read from the same content.

A file whose signature is as it was is not read. But a file can change twice within one tick of its clock and keep
its signature ("racy git"): one that was touched just before it was recorded is known by its content alone.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from importlint import disk
from importlint.cache.database import Database
from importlint.disk import Signature, digest, sign
from importlint.syntax.source import SourceProblem, read_data

if TYPE_CHECKING:
    from importlint.reading.record import Record

CLOCK_NS = 10_000_000_000
"""More than the ticks of file systems' clocks, 2 s at most (FAT), and what network servers' clocks are off."""

_MANY = 8 * 1024 * 1024
"""Bytes of facts that are written at once."""


class Store:
    """Facts by content, for files below `root` and elsewhere; `now` is when the run began."""

    def __init__(self, database: Database, identity: bytes, root: str, now: int) -> None:
        self._database = database
        self._identity = identity
        self._root = os.path.join(root, "")
        self._now = now
        self._facts: dict[bytes, bytes] = {}
        self._files: dict[bytes, tuple[Signature, bytes]] = {}
        self._size = 0

    def find(self, path: str) -> bytes | None:
        """The encoded facts of the file at `path` as it is now; None if they are not known."""
        signature = sign(path)
        known = self._database.file(self._name(path)) if signature else None
        if known and known[0] == signature:
            facts = self.known(known[1])
            if facts is not None:
                disk.tell_content(path, signature, known[1], whole=False)
                return facts
        data = read_data(path, whole=False)
        if isinstance(data, SourceProblem):
            return None
        content = digest(data)
        facts = self.known(content)
        if facts is not None:
            self._note(path, signature, content)
        return facts

    def known(self, content: bytes) -> bytes | None:
        """The encoded facts of a content with this digest; None if they are not known."""
        return self._database.value(self._key(content))

    def keep(self, path: str, record: Record) -> None:
        """Remember what was read now, perhaps by another process, whose questions no listener heard.

        A problem is not remembered: it may be gone with the content the same.
        """
        if record.signature and record.digest:
            disk.tell_content(path, record.signature, record.digest, whole=False)
        elif not _is_read_here(path, record):
            disk.tell_content(path, None, b"", whole=True)  # what no file's content is
        if not record.encoded.startswith(b"F"):
            return
        self._facts[self._key(record.digest)] = record.encoded
        self._note(path, record.signature, record.digest)
        self._size += len(record.encoded)
        if self._size > _MANY:
            self.save()

    def save(self) -> None:
        """Write what is new."""
        self._database.write(self._facts, self._files)
        self._facts, self._files, self._size = {}, {}, 0

    def _note(self, path: str, signature: Signature | None, content: bytes) -> None:
        if signature is not None and is_settled(signature, self._now):
            self._files[self._name(path)] = (signature, content)

    def _name(self, path: str) -> bytes:
        """What stands for a path: relative to the project where it is in it, wherever that is checked out."""
        return os.fsencode(path.removeprefix(self._root))

    def _key(self, content: bytes) -> bytes:
        return digest(b"facts" + self._identity + content)


def _is_read_here(path: str, record: Record) -> bool:
    """Whether reading now, before the listener, gives what is recorded, as of a file in an archive.

    Not so if it was the reader that failed.
    """
    from importlint.reading.record import encode

    data = read_data(path)
    if isinstance(data, SourceProblem):
        return encode(data) == record.encoded
    return digest(data) == record.digest


def is_settled(signature: Signature, now: int) -> bool:
    """Whether a file that had this signature at `now` or later has another one as soon as it changes.

    Not so if it was changed just before, or in the future, as after the clock was set back.
    """
    return max(signature.mtime_ns, signature.ctime_ns) + CLOCK_NS < now
