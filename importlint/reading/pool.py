"""Many files read at once: worker processes get paths in chunks and send each file's record as soon as they have it.

What a worker owes is answered in order, so the file that it was on when it died is known: that file has a problem,
the rest of the chunk goes to another worker. Workers hold nothing but their end of a pipe. They end when its other
end is closed, which the system does for a parent that is killed.

Workers are forked where that is safe: on Linux, while the process has one thread. That takes 5 ms for each, and a new
interpreter, which is the way elsewhere, 500 ms. Threads would wait for each other at the interpreter's lock.
"""

from __future__ import annotations

import gc
import multiprocessing.process
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess

from importlint.processes import can_fork, killed_at_the_end, leave_signals_to_the_parent, signals_wait
from importlint.reading.record import Record, encode, read_record
from importlint.syntax.source import ProblemKind, SourceProblem

Found = Callable[[str, Record], None]
"""Called with a path and what became of its file."""

_PER_FORK = 256 * 1024
"""Bytes of source that a forked worker should have to read at least: about 100 ms."""
_PER_INTERPRETER = 2 * 1024 * 1024
"""The same for one that is a new interpreter."""
_CHUNK = 128 * 1024
"""Bytes of the files that a worker gets at once; it asks for more about ten times a second."""
_COUNT = 100
"""Files in a chunk at most: their paths fit into a pipe's buffer."""
_READY = "ready"
"""What a worker says first."""
_GRACE = 5.0
"""Seconds that a worker has between closing its pipe and its end."""


def read_in_parallel(files: Sequence[tuple[str, int]], jobs: int, found: Found) -> None:
    """Read files, given with their sizes, in up to `jobs` processes; tell `found` of each, in any order.

    It is not told of files whose reading raised an exception in a worker: whoever reads these again sees it. Nor of
    those that are left where workers cannot be started, or would take more time than they save.
    """
    chunks = deque(_chunks(files))
    crew = _Crew()
    with killed_at_the_end(crew.kill):
        for _ in range(_worthwhile(sum(size for _, size in files), jobs)):
            crew.hire()
        while crew.workers:
            for pipe in wait(list(crew.workers)):
                assert isinstance(pipe, Connection)
                _attend(crew, pipe, chunks, found)


def _worthwhile(size: int, jobs: int) -> int:
    """How many workers reading `size` bytes is worth."""
    if multiprocessing.process.current_process().daemon:
        return 0  # it is somebody's worker itself, and may have none
    if not can_fork() and sys.version_info < (3, 11):
        return 0  # a new interpreter would search the current directory first: that may be what is analysed
    workers = min(jobs, size // (_PER_FORK if can_fork() else _PER_INTERPRETER))
    return workers if workers > 1 else 0


def _attend(crew: _Crew, pipe: Connection, chunks: deque[Sequence[str]], found: Found) -> None:
    """Take what a worker sends, and give it a new chunk when it has done the last; or replace it, if it died."""
    owed = crew.workers[pipe].owed
    try:
        answer = pipe.recv()
    except (EOFError, OSError):
        death = crew.bury(pipe)
        if owed:
            problem = SourceProblem(ProblemKind.UNREADABLE, f"the process that read it {death}")
            found(owed.popleft(), Record(None, b"", encode(problem)))
            if owed:
                chunks.appendleft(tuple(owed))
            if chunks:
                crew.hire()
        return
    if answer != _READY:
        path = owed.popleft()
        if answer is not None:
            found(path, answer)
    if owed:
        return
    if chunks:
        crew.give(pipe, chunks.popleft())
    else:
        crew.dismiss(pipe)


def _chunks(files: Iterable[tuple[str, int]]) -> Iterator[Sequence[str]]:
    """Paths in portions of about one size, those of the largest files first: no worker is left with one at the end."""
    chunk: list[str] = []
    size = 0
    for path, bytes_ in sorted(files, key=lambda file: (-file[1], file[0])):
        if chunk and (size + bytes_ > _CHUNK or len(chunk) == _COUNT):
            yield chunk
            chunk, size = [], 0
        chunk.append(path)
        size += bytes_
    if chunk:
        yield chunk


# ---- workers, as their parent sees them


class _Worker:
    """A process and the paths that it was given and has not answered, in order."""

    def __init__(self, process: BaseProcess) -> None:
        self.process = process
        self.owed: deque[str] = deque()


class _Crew:
    """The workers that live, by their pipes."""

    def __init__(self) -> None:
        self.workers: dict[Connection, _Worker] = {}
        self._forks = can_fork()
        self._context: BaseContext = multiprocessing.get_context("fork" if self._forks else "spawn")

    def hire(self) -> None:
        """Start a worker, if the system has room for one."""
        ours, theirs = self._context.Pipe()
        # A fork has the pipes of all workers before it. It closes them, or these would not see their parent end.
        others = (*self.workers, ours) if self._forks else ()
        process = self._context.Process(target=_work, args=(theirs, others), daemon=True)  # type: ignore[attr-defined]
        try:
            with signals_wait(), _safe_path():
                process.start()
                self.workers[ours] = _Worker(process)
        except OSError:
            ours.close()
        finally:
            theirs.close()

    def give(self, pipe: Connection, paths: Sequence[str]) -> None:
        """Have a worker read files."""
        self.workers[pipe].owed.extend(paths)
        with suppress(OSError):  # it died: this will be seen when its answer is read
            pipe.send(paths)

    def dismiss(self, pipe: Connection) -> None:
        """Let a worker that owes nothing end."""
        self._end(pipe)

    def bury(self, pipe: Connection) -> str:
        """Forget a worker that died; how, in words."""
        code = self._end(pipe)
        if code >= 0:
            return f"died (exit code {code})"
        try:
            return f"died ({signal.Signals(-code).name})"
        except ValueError:
            return f"died (signal {-code})"

    def _end(self, pipe: Connection) -> int:
        """Hang up on a worker and wait for its end, not for long; its exit code, negative for a signal."""
        process = self.workers.pop(pipe).process
        pipe.close()
        process.join(_GRACE)
        process.kill()
        process.join()
        return process.exitcode or 0

    def kill(self) -> None:
        """End all workers at once."""
        for worker in self.workers.values():
            worker.process.kill()
        for worker in self.workers.values():
            worker.process.join()
        self.workers.clear()


@contextmanager
def _safe_path() -> Iterator[None]:
    """An interpreter that is started inside imports nothing from the current directory, whose code must not run."""
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


# ---- in a worker


def _work(pipe: Connection, others: Iterable[Connection]) -> None:
    """Read the files that are asked for until nobody asks any more."""
    for other in others:
        other.close()
    leave_signals_to_the_parent()
    gc.freeze()  # looking at what the parent has would copy it
    with suppress(EOFError, OSError):
        pipe.send(_READY)
        while True:
            for path in pipe.recv():
                pipe.send(_record(path))


def _record(path: str) -> Record | None:
    """The record of a file; None if reading it failed in a way that is a bug, or a lack of memory."""
    try:
        return read_record(path)
    except Exception:
        return None
