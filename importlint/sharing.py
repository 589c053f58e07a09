"""From pieces of work to their results, in order: done by this process and forks of it, which share them out.

A fork has all that was computed before it, and takes what it computes itself with it when it ends. Whoever is free
takes the next piece that nobody has. So pieces should be large, and have nothing to tell each other.

Nothing depends on a fork: what it does not tell, because it died or the work failed, is done again by this process.
What it asked of the operating system and read from files is told here in its place, for the cache.
"""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from importlint import disk
from importlint.disk import Answer, Signature
from importlint.processes import can_fork, killed_at_the_end, leave_signals_to_the_parent, signals_wait

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess
    from queue import SimpleQueue

    from importlint.project import Project
    from importlint.reading.reader import Store
    from importlint.reading.record import Record

_MANY = 200
"""Modules of a project whose pieces of work are shared out from the start."""
_PATIENCE = 0.1
"""Seconds that are worked alone for others. A fork costs 0.01 to 0.05, most of it for memory."""
_COPIES = 60_000
"""Modules times processes at most: all objects that a fork looks at are copied, 30 to 60 kB for each module."""
_GRACE = 0.02
"""Seconds in which a fork that had to wait with what it tells comes with the next, or ends."""
_MOST = 10_000
"""Pieces that are shared out at once: their numbers fit into a pipe's buffer."""
_WIDTH = 4
"""Bytes of a number."""

T = TypeVar("T")
R = TypeVar("R")


def in_turn(project: Project, work: Callable[[T], R], pieces: Iterable[T]) -> Generator[R, None, None]:
    """The result of `work` for each of `pieces`, in their order, as soon as it is known.

    Forks do some of them, as far as the project may have more processes and it is worth it; their results are
    pickled. An exception comes where the result would have come.
    """
    patience = 0.0 if len(project.modules) >= _MANY else _PATIENCE
    left = tuple(pieces)
    spent = 0.0
    while left:
        forks = min(_room(project), len(left) - 1) if spent >= patience else 0
        count = min(len(left), _MOST) if forks > 0 else 1
        if forks > 0:
            yield from _together(project, work, left[:count], forks)
        else:
            begin = time.monotonic()
            result = work(left[0])
            spent += time.monotonic() - begin
            yield result
        left = left[count:]


def _room(project: Project) -> int:
    """How many forks the project may have now, besides those that it has."""
    if project.jobs == 1 or not can_fork():
        return 0
    from multiprocessing import current_process

    if current_process().daemon:
        return 0  # it is somebody's worker itself, and may have none
    project.crew.listen(project, 0)
    return min(project.jobs, _COPIES // max(len(project.modules), 1)) - 1 - len(project.crew)


def _together(project: Project, work: Callable[[T], R], pieces: Sequence[T], forks: int) -> Iterator[R]:
    """As `in_turn`, with so many forks from the start."""
    crew = project.crew
    results: dict[int, R] = {}
    with closing(_Queue(len(pieces))) as queue, killed_at_the_end(lambda: crew.kill(results)):
        numbers = iter(queue)
        mine: int | None = next(numbers)  # the first piece is for this process, which can fork again
        for _ in range(forks):
            crew.hire(project, work, pieces, queue, results)
        for number in range(len(pieces)):
            while number not in results:
                if mine is not None:
                    with suppress(Exception):  # it comes again in its turn
                        results[mine] = work(pieces[mine])
                    crew.listen(project, 0)
                    mine = next(numbers, None)
                elif crew.works_for(results):
                    crew.listen(project, None)
                else:
                    results[number] = work(pieces[number])
            yield results.pop(number)


class _Queue:
    """The numbers below `count`, each of which one process gets: a pipe that has them all."""

    def __init__(self, count: int) -> None:
        self._numbers, into = os.pipe()
        os.write(into, b"".join(number.to_bytes(_WIDTH, "big") for number in range(count)))
        os.close(into)

    def __iter__(self) -> Iterator[int]:
        while number := os.read(self._numbers, _WIDTH):
            yield int.from_bytes(number, "big")

    def close(self) -> None:
        """Let go of the pipe."""
        os.close(self._numbers)


class Crew:
    """The forks of a project that live, by their pipes, and where the results of each go."""

    def __init__(self) -> None:
        self._forks: dict[Connection, tuple[BaseProcess, dict[int, Any]]] = {}

    def __len__(self) -> int:
        return len(self._forks)

    def hire(
        self,
        project: Project,
        work: Callable[[T], R],
        pieces: Sequence[T],
        queue: _Queue,
        results: dict[int, R],
    ) -> None:
        """Fork, if the system has room for one more."""
        from multiprocessing import get_context

        context = get_context("fork")
        ours, theirs = context.Pipe()
        arguments = (theirs, (*self._forks, ours), project, work, pieces, queue)
        process = context.Process(target=_work, args=arguments, daemon=True)
        try:
            with signals_wait():
                process.start()
                self._forks[ours] = (process, results)
        except OSError:
            ours.close()
        finally:
            theirs.close()

    def works_for(self, results: dict[int, Any]) -> bool:
        """Whether there are forks whose results go there."""
        return any(each is results for _, each in self._forks.values())

    def listen(self, project: Project, timeout: float | None) -> None:
        """Take all that forks tell now; without a time limit, wait until one tells something, or ends."""
        from multiprocessing.connection import Connection, wait

        while self._forks and (ready := wait(list(self._forks), timeout)):
            for pipe in ready:
                assert isinstance(pipe, Connection)
                results = self._forks[pipe][1]
                try:
                    told: _Told = pipe.recv()
                except (EOFError, OSError):
                    self._forget(pipe)
                else:
                    told.repeat(project)
                    results[told.number] = told.result
            timeout = _GRACE

    def kill(self, results: dict[int, Any]) -> None:
        """End those at once whose results go there."""
        for pipe, (process, each) in tuple(self._forks.items()):
            if each is results:
                process.kill()
                self._forget(pipe)

    def _forget(self, pipe: Connection) -> None:
        process, _ = self._forks.pop(pipe)
        process.join()
        pipe.close()


# ---- in a fork


class _Told(NamedTuple):
    """What a fork tells of a piece that it has done."""

    number: int
    result: Any
    answers: Iterable[tuple[str, str, Answer, Signature | None]]
    """What it asked of the operating system since it told of the last piece, and was answered."""
    records: Mapping[str, Record]
    """What it read from files, by their paths."""

    def repeat(self, project: Project) -> None:
        """Tell the listener and the store of this process what those of the fork heard."""
        for answer in self.answers:
            disk.tell(*answer)
        store = project.reader.store
        if store is not None:
            for path, record in self.records.items():
                store.keep(path, record)


class _Notes:
    """A fork's listener and store: it writes down what its parent is to be told of."""

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self._answers: dict[tuple[str, str, Answer, Signature | None], None] = {}
        self._records: dict[str, Record] = {}
        self._contents: set[str] = set()

    def told(self, number: int, result: object) -> _Told:
        """A result with what was noted since the last one."""
        told = _Told(number, result, tuple(self._answers), self._records)
        self._answers, self._records = {}, {}
        return told

    def hear(self, question: str, of: str, answer: Answer, signature: Signature | None = None) -> None:
        """As in `disk.Listener`."""
        self._answers[question, of, answer, signature] = None
        if question == "content":
            self._contents.add(of)

    def has_heard(self, path: str) -> bool:
        """As in `disk.Listener`."""
        return path in self._contents

    def find(self, path: str) -> bytes | None:
        """As in `Store`."""
        return self._store.find(path) if self._store else None

    def keep(self, path: str, record: Record) -> None:
        """As in `Store`."""
        self._records[path] = record


def _work(
    pipe: Connection,
    others: Iterable[Connection],
    project: Project,
    work: Callable[[T], object],
    pieces: Sequence[T],
    queue: _Queue,
) -> None:
    """Do pieces of work as long as there are any, and tell what came out."""
    for other in others:
        other.close()
    leave_signals_to_the_parent()
    gc.freeze()  # looking at what the parent has would copy it
    from queue import SimpleQueue

    outbox: SimpleQueue[_Told | None] = SimpleQueue()
    threading.Thread(target=_end_with_parent, args=(pipe,), daemon=True).start()
    sender = threading.Thread(target=_send, args=(pipe, outbox), daemon=True)
    sender.start()
    project.progress.hush()
    notes = project.reader.store = _Notes(project.reader.store)
    with disk.heard_by(notes):
        for number in queue:
            with suppress(Exception):  # the parent sees it when it does the same
                outbox.put(notes.told(number, work(pieces[number])))
    outbox.put(None)
    sender.join()


def _send(pipe: Connection, outbox: SimpleQueue[_Told | None]) -> None:
    """Send what is told; the parent may be too busy to listen, so that this can take its time."""
    while told := outbox.get():
        with suppress(Exception):  # it cannot be pickled
            pipe.send(told)


def _end_with_parent(pipe: Connection) -> None:
    """End this process when the other end of the pipe is closed, as the system does for a parent that is killed."""
    pipe.poll(None)
    os._exit(1)
