"""From the path of a file to its facts: known from an earlier run, read by a worker, or read here and now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Protocol

import msgspec

from importlint.disk import sign
from importlint.progress import Progress
from importlint.reading.record import Record, decode, read_record
from importlint.syntax.facts import ModuleFacts
from importlint.syntax.read import read_facts
from importlint.syntax.source import SourceProblem

_MANY = 512 * 1024
"""Bytes of source that are read in 250 ms: from here on, starting workers for them takes less time than they save."""


class Store(Protocol):
    """What remembers facts from one run to the next."""

    def find(self, path: str) -> bytes | None:
        """The encoded facts of the file at `path` as it is now; None if they are not known."""

    def keep(self, path: str, record: Record) -> None:
        """Remember what was read now, as far as it will hold: not that a worker died."""


class Reader:
    """Reads each file once, `jobs` of them at a time where they are many."""

    def __init__(self, jobs: int, progress: Progress, store: Store | None = None) -> None:
        self._jobs = jobs
        self._progress = progress
        self.store = store
        """Whom it tells what it reads."""
        self._facts: dict[str, ModuleFacts | SourceProblem] = {}

    def facts(self, path: str) -> ModuleFacts | SourceProblem:
        """What the file at the absolute `path` says, or why that cannot be told."""
        return self._facts.get(path) or self._remembered(path) or self._read(path)

    def prefetch(self, paths: Iterable[str]) -> None:
        """Find out the facts of files that will be asked for. What fails with a bug is left: asking shows it."""
        missing = [
            path
            for path in dict.fromkeys(paths)
            if path not in self._facts and self._remembered(path) is None
        ]
        with self._progress.phase("reading", len(missing)) as advance:
            self._have_read(missing, advance)
            for path in missing:
                if path not in self._facts:
                    with suppress(Exception):
                        self._read(path)
                    advance()

    def _remembered(self, path: str) -> ModuleFacts | SourceProblem | None:
        """The facts of a file that the store knows."""
        encoded = self.store.find(path) if self.store else None
        if encoded is None:
            return None
        try:
            self._facts[path] = decode(encoded)
        except msgspec.DecodeError:  # damaged
            return None
        return self._facts[path]

    def _read(self, path: str) -> ModuleFacts | SourceProblem:
        """The facts of a file, read now."""
        try:
            self._take(path, read_record(path))
        except RecursionError:  # nested too deeply to be written down
            self._facts[path] = read_facts(path)
        return self._facts[path]

    def _have_read(self, paths: Sequence[str], advance: Callable[[], None]) -> None:
        """Have workers read files, if they are many. Not all may be read after it."""
        if self._jobs == 1:
            return
        signatures = ((path, sign(path)) for path in paths)
        files = [(path, signature.size if signature else 0) for path, signature in signatures]
        if sum(size for _, size in files) < _MANY:
            return
        from importlint.reading.pool import read_in_parallel

        def found(path: str, record: Record) -> None:
            self._take(path, record)
            advance()

        read_in_parallel(files, self._jobs, found)

    def _take(self, path: str, record: Record) -> None:
        """Take what reading a file gave."""
        self._facts[path] = decode(record.encoded)
        if self.store is not None:
            self.store.keep(path, record)
