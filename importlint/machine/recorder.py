"""Running a module once for all entries: what its body does is written down, and done again for the next importer.

A recording is the list of a body's changes and of the imports that it asks for, in order; what those load
has recordings of its own. It is good wherever the modules that it needs are either not there yet or there as
its own imports would have made them. A body that saw a partially initialised module from outside, asked what
is loaded, or ran in doubt has none: its doings are part of its importer's recording then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from importlint.machine.run import Place, Raised, Run
from importlint.machine.state import Step
from importlint.machine.trace import Event
from importlint.machine.values import ModuleObject, Value


@dataclass(frozen=True, slots=True)
class Recording:
    """What running a module does, wherever it is the same."""

    steps: tuple[Step, ...]
    needs: Mapping[str, int]
    """Which making of each module it has loaded, or found: its own, and those of everything below it."""


@dataclass(eq=False, slots=True)
class Running:
    """A module's body that is running, and what is written down of it."""

    module: ModuleObject
    start: Event
    outer: list[Step] | None
    """Where its importer's doings are written down."""
    steps: list[Step] = field(default_factory=list)
    needs: dict[str, int] = field(default_factory=dict)
    is_free: bool = True
    """Nothing in it depends on who imports it."""


class Differs(Exception):  # noqa: N818 - not an error: the module has to be run
    """A recording does not fit the state that it is to be done again in."""


class Recorder:
    """The recordings of one state; `load` imports a module."""

    def __init__(self, run: Run, load: Callable[[str, Place], Value]) -> None:
        self.run = run
        self.journal = run.journal
        self.load = load
        self.recordings: dict[str, Recording] = {}
        self._makings = 0
        self._running: list[Running] = []
        self._inlined: str | None = None

    # ---- writing down

    def start(self, module: ModuleObject, event: Event) -> Running:
        """From now on, what happens belongs to a module's body, whose start is `event`."""
        is_free = not (self.run.doubt or self.run.presumption)
        running = Running(module, event, self.journal.recording, is_free=is_free)
        self._running.append(running)
        self.journal.recording = running.steps
        self._makings += 1
        self.journal.set(module, "making", self._makings)
        running.needs[module.name] = self._makings
        self.run.scripts.start(module)
        return running

    def stop(self, running: Running) -> bool:
        """The body has ended; whether what it did is the same for every importer."""
        self._pop(running)
        self.run.scripts.stop()
        name = running.module.name
        running.steps.append((_arrive, (running.module, running.module.line)))
        if running.is_free and name not in self.recordings and not self.run.is_imagined:
            self.recordings[name] = Recording(tuple(running.steps), running.needs)
            return True
        if running.outer is not None:
            parent = self._parent(name)
            running.outer.append((self._repeat, (name, running.start, running.steps, parent)))
            self._running[-1].needs.update(running.needs)
            self._inlined = name
        return False

    def abandon(self, running: Running) -> None:
        """An exception has left the body: who imports it may fare otherwise the next time."""
        self._pop(running)
        self.run.scripts.abandon()
        self.depends_on(None)

    def _pop(self, running: Running) -> None:
        assert self._running.pop() is running
        self.journal.recording = running.outer

    def request(self, name: str, place: Place, module: Value, *, is_parent: bool) -> None:
        """An import has been answered with `module`."""
        if self.journal.recording is not None:
            self.run.scripts.ask(name, place, module)
        if self._inlined == name:
            self._inlined = None
            return
        if self.journal.recording is None or not self._running:
            return
        body = self._running[-1].module
        self.journal.recording.append((_arrive, (body, body.line)))
        doubt = self.run.doubt + self.run.presumption
        self.journal.recording.append((self._ask_again, (name, place, module, is_parent, doubt)))
        if isinstance(module, ModuleObject) and module.is_followed:
            self._need(module)

    def _need(self, module: ModuleObject) -> None:
        running = self._running[-1]
        if running.needs.get(module.name) == module.making:
            return
        recording = self.recordings.get(module.name)
        if recording is not None and recording.needs[module.name] == module.making:
            running.needs.update(recording.needs)
            return
        for each in reversed(self._running):
            if each.module is module or each.needs.get(module.name) == module.making:
                break
            each.is_free = False  # it was made for somebody further out, in a way of its own

    def saw_name(self, module: ModuleObject, name: str, value: Value) -> None:
        """What runs has read a name of a module, which somebody else may have bound or will: an import, a function."""
        self.run.scripts.look_into(value)
        if self.journal.recording is None:
            return
        is_submodule = isinstance(value, ModuleObject) and value.name == f"{module.name}.{name}"
        if is_submodule or (not module.initialising and self.run.world.is_rebound(module.spec, name)):
            self.journal.recording.append((self._expect_bound, (module, name, value)))

    def is_innermost(self, module: ModuleObject) -> bool:
        """Whether it is the body of that module which runs, or a function that it has called."""
        return bool(self._running) and self._running[-1].module is module

    def depends_on(self, module: ModuleObject | None) -> None:
        """What runs has looked at a partially initialised module, or (None) at what is loaded at all."""
        if module is None:
            self.run.scripts.spoil()
        for running in reversed(self._running):
            if running.module is module:
                break
            running.is_free = False

    @contextmanager
    def silence(self) -> Iterator[None]:
        """What happens inside is not written down: asking for the module again does it again."""
        recording, self.journal.recording = self.journal.recording, None
        try:
            yield
        finally:
            self.journal.recording = recording

    # ---- doing again

    def replay(self, name: str, event: Event) -> bool:
        """Do again what running a module did; False if that does not fit here: then nothing has happened.

        `event` is its start.
        """
        recording = self.recordings.get(name)
        if recording is None or not self._fits(recording):
            return False
        run = self.run
        mark = self.journal.mark()
        lists: tuple[list[Any], ...] = (run.events, run.possible, run.swallowed, run.partial_reads)
        lengths = [len(each) for each in lists]
        running, chain = len(self._running), len(run.chain)
        self._running.append(Running(run.state.objects[name], event, None, needs=dict(recording.needs)))
        with self.silence():
            try:
                for function, arguments in recording.steps:
                    function(*arguments)
            except (Differs, Raised):
                self.journal.go_back(mark)
                for each, length in zip(lists, lengths, strict=True):
                    del each[length:]
                del run.chain[chain:]
                return False
            finally:
                del self._running[running:]
        return True

    def _fits(self, recording: Recording) -> bool:
        """Whether what is loaded of the modules that a recording needs is what it would have made."""
        loaded = self.run.state.modules
        for name, making in recording.needs.items():
            module = loaded.get(name)
            if module is None:
                continue
            if not isinstance(module, ModuleObject) or module.making != making or module.initialising:
                return False
        return True

    def _ask_again(self, name: str, place: Place, module: Value, is_parent: bool, doubt: int) -> None:
        loaded = self.run.state.modules
        with self.run.doubting(doubt):
            found = loaded[name] if is_parent and name in loaded else self.load(name, place)
        if found is not module:
            raise Differs

    def _expect_bound(self, module: ModuleObject, name: str, value: Value) -> None:
        if module.names.get(name) is not value:
            raise Differs

    def _parent(self, name: str) -> Value:
        return self.run.state.modules.get(name.rpartition(".")[0])

    def _repeat(self, name: str, start: Event, steps: list[Step], parent: Value) -> None:
        """Do again what the body of a module did that has no recording of its own; its parent has to be there."""
        if name in self.run.state.modules or self._parent(name) is not parent:
            raise Differs
        self.run.events.append(start)
        for function, arguments in steps:
            function(*arguments)


def _arrive(body: ModuleObject, line: int) -> None:
    """A body has run as far as a line."""
    body.line = line
