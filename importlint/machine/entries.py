"""Running entries: what happens when each module of a project is the first one imported.

Importing a module imports its parents first, so the entries below a package start from the state that the
import of the package left; the journal gives it back unchanged for the next one.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from importlint.diagnostics import Location
from importlint.machine.interpreter import Machine
from importlint.machine.run import Place, Raised, Run
from importlint.machine.state import State
from importlint.machine.trace import Failure, Trace
from importlint.machine.world import ProjectWorld
from importlint.syntax.facts import Span

T = TypeVar("T")

FROM_OUTSIDE = Place(None, Location("", Span(1, 1, 1, 1)))
_STACK = 512 * 1024 * 1024
"""Bytes of stack for runs: imports nest as deep as a project's longest chain of them."""


class Runs:
    """The traces of a world's entries, each run once."""

    def __init__(self, world: ProjectWorld) -> None:
        self.world = world
        self._traces: dict[str, Trace] = {}

    def trace(self, entry: str) -> Trace:
        """What importing `entry` first does."""
        return next(self.traces((entry,)))

    def traces(self, entries: Iterable[str]) -> Iterator[Trace]:
        """What importing each of `entries` first does, in their order."""
        entries = tuple(entries)
        missing = sorted({entry for entry in entries if entry not in self._traces})
        if missing:
            with_parents = sorted({part for entry in missing for part in _prefixes(entry)})
            with without_collector():
                on_a_large_stack(lambda: self._run_all(with_parents))
        return (self._traces[entry] for entry in entries)

    def _run_all(self, names: list[str]) -> None:
        """Run names that are sorted, each after its parent, from the state which that left."""
        state = State()
        machine = Machine(Run(self.world, state))
        stack: list[tuple[str, int]] = []
        for name in names:
            while stack and not name.startswith(stack[-1][0] + "."):
                state.journal.go_back(stack.pop()[1])
            before = self._traces[stack[-1][0]] if stack else None
            stack.append((name, state.journal.mark()))
            if before is not None and before.error is not None:
                self._traces[name] = Trace(entry=name, events=before.events, error=before.error)
            else:
                self._traces[name] = _run(machine, name, before)


def _run(machine: Machine, entry: str, before: Trace | None) -> Trace:
    """What importing `entry` does after its parent has been imported, of which `before` tells."""
    run = machine.run
    run.begin()
    error: Failure | None = None
    try:
        if before is None or not machine.loader.has_come(entry):
            run.journal.drop(run.state.modules, entry)
            machine.loader.import_top(entry, FROM_OUTSIDE)
    except Raised as raised:
        error = raised.failure
    earlier = before or Trace(entry="", events=(), error=None)
    return Trace(
        entry=entry,
        events=(
            *earlier.events,
            *(event for event in run.events if not run.world.is_preloaded(event.module)),
        ),
        error=error,
        possible=(*earlier.possible, *run.possible),
        swallowed=(*earlier.swallowed, *run.swallowed),
        partial_reads=(*earlier.partial_reads, *run.partial_reads),
    )


@contextmanager
def without_collector() -> Iterator[None]:
    """No cyclic garbage collection inside: a run makes many small objects, and keeps nearly all of them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _prefixes(name: str) -> Iterator[str]:
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts) + 1))


def on_a_large_stack(work: Callable[[], T]) -> T:
    """The result of `work`, which may nest calls far deeper than usual."""
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    limit, size = sys.getrecursionlimit(), threading.stack_size(_STACK)
    sys.setrecursionlimit(max(limit, 200_000))
    try:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    if errors:
        raise errors[0]
    return results[0]
