"""From rules to what they find in a project: by this process and forks of it, which share the families of rules out.

A fork has all that was computed before it, and takes what it computes itself with it when it ends. So the rules of
one family, which need the same stages, stay together, and whoever is free takes the next family that nobody has.

Nothing depends on a fork: what it does not tell, because it died or a rule failed, can be found out by this process.
What it asked of the operating system and read from files is told here in its place, for the cache.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, NamedTuple

from importlint import disk
from importlint.diagnostics import Finding
from importlint.disk import Answer, Signature
from importlint.processes import can_fork, killed_at_the_end, leave_signals_to_the_parent, signals_wait
from importlint.rules.declaration import Rule

if TYPE_CHECKING:
    from importlint.project import Project
    from importlint.reading.reader import Store
    from importlint.reading.record import Record

Found = dict[str, tuple[Finding, ...]]
"""What rules found, by their codes."""

_PER_PROCESS = 100
"""Modules that a process should have to check at least: about 300 ms. A fork costs 20 to 50, most of it for memory."""
_COPIES = 60_000
"""Modules times processes at most: all objects that a fork looks at are copied, 30 to 60 kB for each module."""
_LONGEST = ("IL3", "IL1", "IL5", "IL4")
"""The families that take most of the time, longest first: if this is wrong, processes wait a little for each other."""


def found_together(project: Project, rules: Iterable[Rule], advance: Callable[[], None]) -> Found:
    """What `rules` find, by several processes; `advance` is called for each rule that is done.

    Some may be missing: those that failed, and those of forks that died. All are if it is not worth it.
    """
    tasks = _families(rules)
    modules = len(project.modules)
    forks = min(project.jobs, len(tasks), modules // _PER_PROCESS, _COPIES // max(modules, 1)) - 1
    if forks < 1 or not can_fork() or multiprocessing.current_process().daemon:
        return {}
    with closing(_Queue(len(tasks))) as queue:
        crew = _Crew(project, tasks, queue)
        with killed_at_the_end(crew.kill):
            for _ in range(forks):
                crew.hire()
            found = _find(project, tasks, queue, advance)
            for told in crew.told():
                told.repeat(project)
                found.update(told.found)
                for _ in told.found:
                    advance()
    return found


def _families(rules: Iterable[Rule]) -> Sequence[tuple[Rule, ...]]:
    """Rules by the first digit of their codes, the family that takes longest first."""
    families: dict[str, list[Rule]] = {family: [] for family in _LONGEST}
    for rule in rules:
        families.setdefault(rule.code[:3], []).append(rule)
    return [tuple(family) for family in families.values() if family]


def _find(
    project: Project, tasks: Sequence[tuple[Rule, ...]], queue: _Queue, advance: Callable[[], None]
) -> Found:
    """What the rules of those tasks find that this process takes from the queue."""
    found: Found = {}
    for number in queue:
        for rule in tasks[number]:
            with suppress(Exception):  # whoever asks for this rule again sees it
                found[rule.code] = tuple(rule.check(project))
                advance()
    return found


class _Queue:
    """The numbers below `count`, each of which one process gets: a pipe with a byte for each."""

    def __init__(self, count: int) -> None:
        self._numbers, into = os.pipe()
        os.write(into, bytes(range(count)))
        os.close(into)

    def __iter__(self) -> Iterator[int]:
        while number := os.read(self._numbers, 1):
            yield number[0]

    def close(self) -> None:
        """Let go of the pipe."""
        os.close(self._numbers)


class _Crew:
    """The forks that live, by their pipes."""

    def __init__(self, project: Project, tasks: Sequence[tuple[Rule, ...]], queue: _Queue) -> None:
        self._project = project
        self._tasks = tasks
        self._queue = queue
        self._forks: dict[Connection, BaseProcess] = {}

    def hire(self) -> None:
        """Fork, if the system has room for one more."""
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        arguments = (theirs, (*self._forks, ours), self._project, self._tasks, self._queue)
        process = context.Process(target=_work, args=arguments, daemon=True)
        try:
            with signals_wait():
                process.start()
                self._forks[ours] = process
        except OSError:
            ours.close()
        finally:
            theirs.close()

    def told(self) -> Iterator[_Told]:
        """What each of them tells in the end, but for those that died."""
        for pipe in self._forks:
            with suppress(EOFError, OSError):
                yield pipe.recv()

    def kill(self) -> None:
        """End all of them at once."""
        for process in self._forks.values():
            process.kill()
        for pipe, process in self._forks.items():
            process.join()
            pipe.close()
        self._forks.clear()


# ---- in a fork


class _Told(NamedTuple):
    """What a fork tells in the end."""

    found: Found
    answers: Iterable[tuple[str, str, Answer, Signature | None]]
    """What it asked of the operating system, and was answered."""
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
        self.answers: dict[tuple[str, str, Answer, Signature | None], None] = {}
        self.records: dict[str, Record] = {}
        self._store = store
        self._heard: set[str] = set()

    def hear(self, question: str, of: str, answer: Answer, signature: Signature | None = None) -> None:
        """As in `disk.Listener`."""
        self.answers[question, of, answer, signature] = None
        if question == "content":
            self._heard.add(of)

    def has_heard(self, path: str) -> bool:
        """As in `disk.Listener`."""
        return path in self._heard

    def find(self, path: str) -> bytes | None:
        """As in `Store`."""
        return self._store.find(path) if self._store else None

    def keep(self, path: str, record: Record) -> None:
        """As in `Store`."""
        self.records[path] = record


def _work(
    pipe: Connection,
    others: Iterable[Connection],
    project: Project,
    tasks: Sequence[tuple[Rule, ...]],
    queue: _Queue,
) -> None:
    """Do tasks as long as there are any, and tell what came out."""
    for other in others:
        other.close()
    leave_signals_to_the_parent()
    gc.freeze()  # looking at what the parent has would copy it
    threading.Thread(target=_end_with_parent, args=(pipe,), daemon=True).start()
    project.progress.hush()
    notes = project.reader.store = _Notes(project.reader.store)
    with suppress(Exception), disk.heard_by(notes):
        found = _find(project, tasks, queue, _nothing)
        pipe.send(_Told(found, tuple(notes.answers), notes.records))


def _end_with_parent(pipe: Connection) -> None:
    """End this process when the other end of the pipe is closed, as the system does for a parent that is killed."""
    pipe.poll(None)
    os._exit(1)


def _nothing() -> None:
    pass
