"""Running entries: what happens when each module of a project is the first one imported.

Importing a module imports its parents first, so the entries below a package start from the state that the
import of the package left; the journal gives it back unchanged for the next one.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TypeVar

from msgspec import structs

from importlint import collector
from importlint.diagnostics import Location
from importlint.discovery import Module
from importlint.finder.resolve import with_parents
from importlint.machine.edits import edited_script
from importlint.machine.interpreter import Machine
from importlint.machine.run import Place, Raised, Run
from importlint.machine.state import State
from importlint.machine.trace import Failure, Outcome, PartialRead, Trace
from importlint.machine.walks import Ground, Undecided, Unwritten, Walks
from importlint.machine.world import Code, ProjectWorld
from importlint.progress import Progress
from importlint.syntax import facts as f
from importlint.syntax.facts import Span

T = TypeVar("T")

FROM_OUTSIDE = Place(None, Location("", Span(1, 1, 1, 1)))
_FEW = 3
"""How many entries of an edited world are run one by one: for more of them it pays to learn what others do."""
_STACK = 512 * 1024 * 1024
"""Bytes of stack for runs: imports nest as deep as a project's longest chain of them."""


class Runs:
    """The traces and outcomes of a world's entries, each found once."""

    def __init__(self, world: ProjectWorld, progress: Progress | None = None) -> None:
        self.world = world
        self._progress = progress or Progress()
        self._traces: dict[str, Trace] = {}
        self._series = _Series(world)

    def trace(self, entry: str) -> Trace:
        """What importing `entry` first does."""
        return next(self.traces((entry,)))

    def traces(self, entries: Iterable[str]) -> Iterator[Trace]:
        """What importing each of `entries` first does, in their order."""
        entries = tuple(entries)
        series = _Series(self.world)
        self._find_all(series.run, [entry for entry in entries if entry not in self._traces])
        self._traces.update(series.traces)
        return (self._traces[entry] for entry in entries)

    def outcomes(self, entries: Iterable[str]) -> Iterator[Outcome]:
        """How each of `entries` fares if it is imported first, in their order."""
        entries = tuple(entries)
        grounds = self._series.grounds
        self._find_all(self._series.walk, [entry for entry in entries if entry not in grounds])
        return (grounds[entry].outcome for entry in entries)

    def reads(self, entry: str) -> tuple[PartialRead, ...]:
        """All that an entry which works reads from partially initialised modules, its parents first."""
        deque(self.outcomes((entry,)), maxlen=0)
        found: tuple[PartialRead, ...] = ()
        before: Ground | None = None
        for part in with_parents(entry):
            ground = self._series.grounds[part]
            if isinstance(ground.outcome, Trace):
                found = ground.outcome.partial_reads
            else:
                found += self._series.walks.reads(part, before)
            before = ground
        return found

    def if_edited(self, module: Module, facts: f.ModuleFacts) -> EditedRuns:
        """The runs of a world in which the file of a module says something else."""
        series, world = self._series, self.world
        code, known = series.code(module.name), series.walks.known
        script = None
        if code is not None and code.path == module.path and module.name in known:
            script = edited_script(world, module.name, code, facts.body, known)
        walks = None if script is None else series.walks.with_script(module.name, script)
        return EditedRuns(series, walks, module, facts)

    def _find_all(self, find: Callable[[str], object], entries: list[str]) -> None:
        """Find what is missing in the order of the names: each after its parents."""
        names = sorted({part for entry in entries for part in with_parents(entry)})

        def find_each() -> None:
            for name in names:
                find(name)
                advance()

        if names:
            with self._progress.phase("running", len(names)) as advance, collector.paused():
                on_a_large_stack(find_each)


class EditedRuns:
    """How entries fare where one file says something else: by walks as far as possible, else by runs."""

    def __init__(self, series: _Series, walks: Walks | None, module: Module, facts: f.ModuleFacts) -> None:
        self._series = series
        self._walks = walks
        self._module = module
        self._facts = facts
        self._grounds: dict[str, Ground] = {}

    def failures(self, entries: Iterable[str], *, may_run: bool = True) -> Iterator[Failure]:
        """How those of `entries` fail that do, those first that are walks; no others unless they `may_run`."""
        left: list[str] = []
        for entry in entries:
            try:
                error = self._ground(entry).outcome.error
            except Undecided:
                left.append(entry)
            else:
                if error is not None:
                    yield error
        if left and may_run:
            yield from (each.error for each in self._run(left) if each.error is not None)

    def _run(self, entries: list[str]) -> Iterator[Outcome]:
        if len(entries) <= _FEW:
            with collector.paused():
                runs = partial(self._series.edited, self._module, self._facts, entries)
                return iter(on_a_large_stack(runs))
        collector.collect()  # the worlds of earlier edits
        world = ProjectWorld(self._series.world.project, {self._module.path: self._facts})
        return Runs(world).outcomes(entries)

    @property
    def walked(self) -> frozenset[str]:
        """The entries, with their parents, that walks have told of so far."""
        return frozenset(self._grounds)

    def _ground(self, entry: str) -> Ground:
        """What an entry leaves behind.

        Raises:
            Undecided: it has to be run.
        """
        if self._walks is None:
            raise Undecided
        if entry not in self._grounds:
            parent = entry.rpartition(".")[0]
            before = self._ground(parent) if parent else None
            self._grounds[entry] = self._series.walked(entry, before, self._walks)
        return self._grounds[entry]


class _Series:
    """Entries, one after the other, over one state: what has been found out about modules serves for the next."""

    def __init__(self, world: ProjectWorld) -> None:
        self.traces: dict[str, Trace] = {}
        self.grounds: dict[str, Ground] = {}
        self.world = world
        self._machine = Machine(Run(world, State()))
        self.walks = Walks(self._machine)
        self._loaded: list[tuple[str, int]] = []
        """The entries that have made the state what it is, each the parent of the next, and where it began."""
        self._scouting: int | None = None
        """Where, after those, modules began to be run for their scripts alone."""
        self._proven: set[_WhatFails] = set()
        """The failures that were seen in a run."""
        self._unwritable: set[str] = set()
        """The modules that have no script though they have been run for one."""

    def walk(self, entry: str) -> None:
        """Find out how an entry fares, from the ground that its parent leaves; run it where a walk does not tell."""
        try:
            ground = self._walked(entry)
        except Undecided:
            ground = None
        if ground is None or not self._is_proven(ground):
            ground = self.walks.ground(self.run(entry))
            if ground.outcome.error is not None:
                self._proven.add(_what_fails(ground.outcome.error))
        self.grounds[entry] = ground

    def _is_proven(self, ground: Ground) -> bool:
        """Whether an entry fares as a walk tells: scripts do not say what others have put into a list or an object.

        One entry that was run is enough for all that fail with the same.
        """
        error = ground.outcome.error
        return error is None or _what_fails(error) in self._proven or not self.walks.looks_into_values(ground)

    def _walked(self, entry: str) -> Ground:
        before = self.grounds.get(entry.rpartition(".")[0])
        try:
            return self.walked(entry, before, self.walks)
        except Unwritten as unwritten:
            if unwritten.module in self._unwritable:
                raise
        self._scout(entry)
        try:
            return self.walked(entry, before, self.walks)
        except Unwritten as unwritten:
            self._unwritable.add(unwritten.module)
            raise

    def walked(self, entry: str, before: Ground | None, walks: Walks) -> Ground:
        """What an entry leaves behind, from the ground that its parent leaves.

        Raises:
            Undecided: a walk does not tell.
        """
        self._leave(entry)
        if before is not None and before.outcome.error is not None:
            return replace(before, outcome=_inherited(before.outcome, entry))
        return walks.walk(entry, before)

    def code(self, module: str) -> Code | None:
        """What a module that has been run consists of."""
        found = self._machine.run.state.objects.get(module)
        return found.code if found else None

    def _scout(self, entry: str) -> None:
        """Run an entry for the scripts of what it loads, after all others that have been run for that.

        A script does not hang on what else is loaded, so each module is run just once for it, and where a name is
        missed that is only late, the run goes on.
        """
        run = self._machine.run
        if self._scouting is None:
            self._scouting = run.journal.mark()
        run.begin()
        run.is_imagined = True
        with suppress(Raised):
            self._machine.loader.import_top(entry, FROM_OUTSIDE)
        run.is_imagined = False

    def run(self, entry: str) -> Trace:
        """Run an entry, from the state that its parent leaves."""
        self._leave(entry)
        parent = entry.rpartition(".")[0]
        if parent and (not self._loaded or self._loaded[-1][0] != parent):
            self.run(parent)
        self._return(self._scouting)
        before = self.traces[parent] if parent else None
        self._loaded.append((entry, self._machine.run.journal.mark()))
        if before is not None and before.error is not None:
            trace = Trace(entry=entry, events=before.events, error=before.error)
        else:
            trace = _run(self._machine, entry, before)
        self.traces[entry] = trace
        return trace

    def edited(self, module: Module, facts: f.ModuleFacts, entries: list[str]) -> list[Trace]:
        """What entries do where the file of a module says something else; what runs without it is done again."""
        run, recorder = self._machine.run, self._machine.loader.recorder
        self._clear()
        traces, objects, recordings = self.traces, run.state.objects, recorder.recordings
        edited = {name for name, each in objects.items() if each.spec.origin == module.path}
        self.traces, run.scripts.is_closed = {}, True
        run.state.objects = {name: each for name, each in objects.items() if name not in edited}
        recorder.recordings = {
            name: each for name, each in recordings.items() if edited.isdisjoint(each.needs)
        }
        try:
            with self.world.edited(module.path, facts):
                return [self.run(entry) for entry in sorted(entries)]
        finally:
            self._clear()
            self.traces, run.scripts.is_closed = traces, False
            run.state.objects, recorder.recordings = objects, recordings

    def _clear(self) -> None:
        """Give back the state in which nothing has been run."""
        self._return(0)
        self._loaded.clear()

    def _leave(self, entry: str) -> None:
        """Give back the state that the parents of an entry have left, as far as they have been run."""
        while self._loaded and not entry.startswith(self._loaded[-1][0] + "."):
            self._return(self._loaded.pop()[1])

    def _return(self, mark: int | None) -> None:
        """Give back the state of an earlier moment."""
        if mark is not None:
            self._machine.run.journal.go_back(mark)
            self._scouting = None


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
    return traced(run, entry, error, before)


def traced(
    run: Run, entry: str, error: Failure | None, before: Trace | None = None, *, is_program: bool = False
) -> Trace:
    """The trace of what has happened since the run began, after what `before` tells."""
    earlier = before or Trace(entry="", events=(), error=None)
    return Trace(
        entry=entry,
        is_program=is_program,
        events=(
            *earlier.events,
            *(event for event in run.events if not run.world.is_preloaded(event.module)),
        ),
        error=error,
        possible=(*earlier.possible, *run.possible),
        swallowed=(*earlier.swallowed, *run.swallowed),
        partial_reads=(*earlier.partial_reads, *run.partial_reads),
    )


_WhatFails = tuple[Location, str | None, str | None]


def _what_fails(error: Failure) -> _WhatFails:
    """What failures have in common that come from the same lines."""
    return error.location, error.from_module, error.missing_name


def _inherited(outcome: Outcome, entry: str) -> Outcome:
    """How an entry fares whose parent fails."""
    return structs.replace(outcome, entry=entry, possible=(), swallowed=(), partial_reads=())


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
        thread = threading.Thread(target=run, daemon=True)  # no interruption waits for its end
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    if errors:
        raise errors[0]
    return results[0]
