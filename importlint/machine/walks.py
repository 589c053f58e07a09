"""Runs without interpretation: where the scripts of all bodies are known, what an entry does is a walk over them.

A walk goes through the modules in the order in which they would be imported. As long as everything that a body
looks at is as it was when its script was written, the body does the same again; a name that a partially
initialised module has not bound yet ends the walk as it would end the run. Anything else, and the entry has
to be run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from importlint.finder.resolve import with_parents
from importlint.machine.interpreter import Machine
from importlint.machine.run import Raised
from importlint.machine.scripts import (
    Ask,
    Call,
    Caught,
    Conditions,
    Item,
    Look,
    Read,
    Script,
    See,
    Skip,
    Use,
    Write,
)
from importlint.machine.trace import Failure, Hop, Outcome, PartialRead
from importlint.machine.values import ModuleObject

_ABSENT, _RUNNING, _ENDED, _FOREIGN = range(4)
"""What a walk knows of a module; of a foreign one, only which of its makings is loaded."""

Step = tuple[int, int]
"""An import of the module with the first number, or, if that is negative, a look at the one it is the complement
of; the second number tells the item."""


class Walked(Outcome, frozen=True, kw_only=True):
    """What a walk has found out about an entry."""

    bodies: bytes
    """How each module fares, by its number."""
    numbers: Mapping[str, int]
    earlier: Outcome | None
    """How its parent has fared."""

    def starts(self, module: str) -> bool:
        """Whether the body of a module is run, whether or not that ends well."""
        is_earlier = self.earlier is not None and self.earlier.starts(module)
        return self._of(module) != _ABSENT or is_earlier

    def ends(self, module: str) -> bool:
        """Whether the body of a module is run to its end."""
        return self._of(module) not in (_ABSENT, _RUNNING)

    def _of(self, module: str) -> int:
        number = self.numbers.get(module, len(self.bodies))
        return self.bodies[number] if number < len(self.bodies) else _ABSENT


@dataclass(frozen=True, slots=True)
class Ground:
    """What an entry has left behind, for those below it."""

    outcome: Outcome
    bodies: bytes
    makings: Mapping[int, int]
    """Of foreign modules."""
    versions: Mapping[str, int]
    """Of the global names of modules."""
    skipped: Mapping[str, None]
    """The modules that imports ask for which did not run, and might have."""


class Undecided(Exception):  # noqa: N818 - not an error: the entry has to be run
    """The scripts do not tell."""


class Unwritten(Undecided):
    """A module has no script."""

    def __init__(self, module: str) -> None:
        super().__init__()
        self.module = module


class _Failed(Exception):  # noqa: N818 - the walk has come to its end
    """The entry fails."""

    def __init__(self, failure: Failure) -> None:
        super().__init__()
        self.failure = failure


class Walks:
    """Walks over the scripts that a machine has written."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.known: Mapping[str, Script] = machine.run.scripts.known
        self.edited: str | None = None
        """The module whose script is not that of its file."""
        self.directness: dict[tuple[int, int], tuple[bool, int]] = {}
        """Of each read, with the line that was reached where it read: the shortest way to it so far."""
        self.items: list[Item] = []
        self.hops: list[Hop | None] = []
        """For each item that imports, the hop."""
        self.numbers: dict[str, int] = {}
        self.names: list[str] = []
        self.steps: list[tuple[Step, ...] | None] = []
        """By number, as far as they have been asked for."""
        self.unsure: dict[tuple[int, Conditions], tuple[tuple[Step, ...], int]] = {}
        """Those of bodies whose running hangs on conditions, and which making that is."""

    def with_script(self, name: str, script: Script) -> Walks:
        """Walks on which a module does something else."""
        walks = Walks(self.machine)
        walks.known = {**self.known, name: script}
        walks.edited = name
        walks.items, walks.hops = list(self.items), list(self.hops)
        walks.numbers, walks.names, walks.steps = dict(self.numbers), list(self.names), list(self.steps)
        walks.steps[walks.number(name)] = None
        walks.unsure = dict(self.unsure)
        return walks

    def walk(self, entry: str, before: Ground | None) -> Ground:
        """What importing `entry` leaves behind, after its parent has left `before`.

        Raises:
            Undecided: it has to be run.
        """
        number = self.number(entry)
        walk = _Walk(self, entry, before, self.directness)
        error = None
        try:
            walk.import_(number)
        except _Failed as failed:
            error = failed.failure
        bodies = bytes(walk.bodies)
        earlier = before.outcome if before else None
        outcome = Walked(
            entry=entry,
            error=error,
            possible=earlier.possible if earlier else (),
            swallowed=(*(earlier.swallowed if earlier else ()), *walk.caught),
            partial_reads=(*(_passed_on(earlier, entry) if earlier else ()), *self._most_direct(walk, error)),
            bodies=bodies,
            numbers=self.numbers,
            earlier=earlier,
        )
        return Ground(outcome, bodies, walk.makings, walk.versions, walk.skipped)

    def _most_direct(self, walk: _Walk, error: Failure | None) -> Iterator[PartialRead]:
        """What a walk has read on a shorter way than those before."""
        for key, rank, read in walk.reads if error is None else ():
            self.directness[key] = rank
            yield read

    def reads(self, entry: str, before: Ground | None) -> tuple[PartialRead, ...]:
        """All that is read from partially initialised modules on the way to `entry`, which a walk can tell of."""
        walk = _Walk(self, entry, before, directness={})
        walk.import_(self.number(entry))
        return tuple(read for _, _, read in walk.reads)

    def ground(self, outcome: Outcome) -> Ground:
        """What an entry that has just been run has left behind."""
        bodies, makings = bytearray(), dict[int, int]()
        for name, module in self.machine.run.state.modules.items():
            if isinstance(module, ModuleObject) and module.is_followed:
                number = self.number(name)
                bodies.extend(bytes(len(self.names) - len(bodies)))
                bodies[number] = _ENDED if name in self.known else _FOREIGN
                makings[number] = module.making
        state = self.machine.run.state
        return Ground(outcome, bytes(bodies), makings, dict(state.versions), dict(state.skipped))

    def looks_into_values(self, ground: Ground) -> bool:
        """Whether a body on the way may have done something else for what others have put into a value."""
        on_the_way = [name for name, body in zip(self.names, ground.bodies, strict=False) if body != _ABSENT]
        scripts = (self._scripts(name) for name in on_the_way)
        return any(not each or any(script.looks_into_values for script in each) for each in scripts)

    def _scripts(self, name: str) -> list[Script]:
        """The script of a module, or those that it has where its running hangs on conditions."""
        if name in self.known:
            return [self.known[name]]
        unsure = self.machine.run.scripts.unsure
        return [script for (each, _), (script, _) in unsure.items() if each == name]

    def number(self, name: str) -> int:
        """A module's number."""
        if name not in self.numbers:
            self.numbers[name] = len(self.names)
            self.names.append(name)
            self.steps.append(None)
        return self.numbers[name]

    def compile(self, number: int) -> tuple[Step, ...]:
        """The steps of a module's script.

        Raises:
            Unwritten: it has none.
        """
        if self.names[number] not in self.known:
            raise Unwritten(self.names[number])
        name = self.names[number]
        steps = self.steps[number] = tuple(self._compiled(name, self.known[name]))
        return steps

    def compile_unsure(self, number: int, conditions: Conditions) -> tuple[tuple[Step, ...], int]:
        """The steps of a module's script where its running hangs on conditions, and which making that is.

        Raises:
            Undecided: it has none.
        """
        name, key = self.names[number], (number, conditions)
        known = self.machine.run.scripts.unsure.get((name, conditions))
        if known is None or name == self.edited:
            raise Undecided
        if key not in self.unsure:
            script, making = known
            self.unsure[key] = tuple(self._compiled(name, script)), making
        return self.unsure[key]

    def _compiled(self, name: str, script: Script) -> Iterator[Step]:
        own = set(with_parents(name))
        asked: set[tuple[str, bool]] = set()
        for item in script.items:
            if isinstance(item, Ask):
                for part in with_parents(item.module):
                    if part not in own and (part, item.is_certain) not in asked:
                        asked.add((part, item.is_certain))
                        module = item.place.module
                        assert module is not None
                        hop = Hop(module.name, item.place.location, item.place.statement, part)
                        number = self.number(part)
                        yield number if item.is_certain else ~number, self._add(item, hop)
            else:
                looks_at = None if isinstance(item, Caught | Skip | Write | See) else self.number(item.module)
                is_always = looks_at is None or getattr(item, "seen", None) is not None
                yield ~self.number(name) if is_always or looks_at is None else ~looks_at, self._add(item)

    def _add(self, item: Item, hop: Hop | None = None) -> int:
        self.items.append(item)
        self.hops.append(hop)
        return len(self.items) - 1


class _Walk:
    """One walk."""

    def __init__(
        self,
        walks: Walks,
        entry: str,
        before: Ground | None,
        directness: Mapping[tuple[int, int], tuple[bool, int]],
    ) -> None:
        self.walks = walks
        self.entry = entry
        self.directness = directness
        self.bodies = bytearray(before.bodies if before else b"")
        self.makings = dict(before.makings) if before else {}
        self.versions: Mapping[str, int] = before.versions if before else {}
        self.skipped: Mapping[str, None] = before.skipped if before else {}
        self.reads: list[tuple[tuple[int, int], tuple[bool, int], PartialRead]] = []
        self.caught: list[Failure] = []
        self.running: list[tuple[int, int, Iterator[Step]]] = []
        """The bodies that wait for an import: the module's number, the item at which it has arrived, the rest."""
        self.arrived: dict[int, int] = {}
        """The same items, by the module."""

    def import_(self, number: int) -> None:
        """Run through a module and everything that it loads, unless it is loaded.

        Raises:
            Undecided: something differs from what the scripts are about.
            _Failed: an exception leaves the module.
        """
        self.bodies.extend(bytes(len(self.walks.names) - len(self.bodies)))
        bodies, running, arrived = self.bodies, self.running, self.arrived
        if bodies[number] != _ABSENT:
            return
        rest = self._enter(number)
        while True:
            for target, item in rest:
                if target >= 0:
                    if not bodies[target]:
                        running.append((number, item, rest))
                        arrived[number] = item
                        number, rest = target, self._enter(target)
                        break
                elif bodies[~target] != _ENDED:
                    self._look(~target, item, number)
            else:
                bodies[number] = _ENDED
                if not running:
                    return
                number, _, rest = running.pop()

    def _enter(self, number: int) -> Iterator[Step]:
        """The steps of a body that starts."""
        steps = self.walks.steps[number]
        if steps is None:
            steps = self.walks.compile(number)
            self.bodies.extend(bytes(len(self.walks.names) - len(self.bodies)))
        self.bodies[number] = _RUNNING
        return iter(steps)

    def _perhaps(self, number: int, index: int, ask: Ask, importer: int) -> None:
        """Run through a body if conditions hold on which an import of `importer` hangs: it does the same if they do."""
        steps, making = self.walks.compile_unsure(number, ask.conditions)
        self.bodies.extend(bytes(len(self.walks.names) - len(self.bodies)))
        self.running.append((importer, index, iter(())))
        self.arrived[importer] = index
        self.bodies[number] = _RUNNING
        for target, item in steps:
            if self.bodies[~target] != _ENDED:
                self._look(~target, item, number)
        self.bodies[number] = _FOREIGN
        self.makings[number] = making
        self.running.pop()

    def _look(self, number: int, index: int, body: int) -> None:
        """Come to an item of a body, about a module that has not ended, or not here."""
        item = self.walks.items[index]
        if isinstance(item, Read | Look | Use):
            number = self.walks.number(item.module)
        state = self.bodies[number]
        match item:
            case Ask() if state == _ABSENT:
                self._perhaps(number, index, item, body)
            case Call() if state == _ABSENT:
                raise Undecided
            case Use() | Read() | Call() | Look() if state == _FOREIGN:
                if self.makings[number] != item.making or getattr(item, "seen", None) is not None:
                    raise Undecided
            case Use():
                if state != _RUNNING or not self._is_as_far(number, item):
                    raise Undecided
            case Read():
                self._read(number, index, item)
            case Look() if not self._is_settled(number, item):
                raise Undecided
            case Caught():
                self.caught.append(item.failure)
            case Skip():
                if not self.skipped.keys() >= set(item.names):
                    self.skipped = {**self.skipped, **dict.fromkeys(item.names)}
            case Write():
                self._write(item.module, self.walks.names[body])
            case See() if self.versions.get(item.module, 0) != item.version:
                raise Undecided

    def _is_settled(self, number: int, look: Look) -> bool:
        """Whether a name that a called function looks up has the value that it had then."""
        if not self._sees_last(look):
            return False
        if self.bodies[number] == _ENDED:
            return True
        return self._is_bound(look, self._under_way(number)) is True

    def _is_bound(self, read: Read | Look, ask: Ask) -> bool | None:
        """Whether a module that has arrived at an import has bound a name for the last time; None if that is unsure."""
        times = self.walks.known[read.module].names.get(read.name)
        if times is None or times[0][0] < ask.bound <= times[-1][0]:
            return None
        return times[0][0] < ask.bound

    def _read(self, number: int, index: int, read: Read) -> None:
        """Read a name from a module that may be partially initialised."""
        assert read.place.module is not None
        if not self._sees_last(read):
            raise Undecided
        if self.bodies[number] == _ENDED:
            return
        ask = self._under_way(number)
        if read.is_submodule:
            submodule = self.bodies[self.walks.number(f"{read.module}.{read.name}")]
            if submodule == _ABSENT:
                raise Undecided
            if submodule == _RUNNING and not self._has_bound_submodule(read, ask):
                return  # `sys.modules` has it
            is_bound: bool | None = True
        else:
            is_bound = self._is_bound(read, ask)
        if not is_bound:
            if is_bound is None or not read.is_certain:
                raise Undecided
            raise _Failed(self._failure(read, ask))
        key, rank = (index, ask.line), (self.entry != read.module, len(self.running))
        if key in self.directness and self.directness[key] <= rank:
            return
        partial = PartialRead(
            module=read.place.module.name,
            location=read.place.location,
            from_module=read.module,
            name=read.name,
            reached=ask.line,
            chain=self._chain(),
        )
        self.reads.append((key, rank, partial))

    def _sees_last(self, read: Read | Look) -> bool:
        """Whether what was read, perhaps while its module was running, is the value that the name has at the end."""
        if read.seen is None:
            return True
        times = self.walks.known[read.module].names.get(read.name)
        return times is not None and times[-1][0] < read.seen and read.module != self.walks.edited

    def _write(self, module: str, body: str) -> None:
        scripts = self.walks.machine.run.scripts
        version = scripts.written(module, self.versions.get(module, 0), body)
        self.versions = {**self.versions, module: version}

    def _is_as_far(self, number: int, use: Use) -> bool:
        """Whether a module that is running has run as far as it had then."""
        return use.module != self.walks.edited and self._under_way(number).bound == use.seen

    def _has_bound_submodule(self, read: Read, ask: Ask) -> bool:
        """Whether a package's own `from` import has bound a submodule that has not ended."""
        code = self.walks.machine.run.state.objects[read.module].code
        if code is None or read.name not in code.later:
            return False
        if read.module == self.walks.edited:
            raise Undecided  # lines do not tell
        line = code.bound_once.get(read.name)
        if line is None:
            raise Undecided
        return ask.line > line

    def _under_way(self, number: int) -> Ask:
        """The import at which the body of a module has arrived."""
        ask = self.walks.items[self.arrived[number]] if number in self.arrived else None
        if not isinstance(ask, Ask):
            raise Undecided
        return ask

    def _chain(self) -> tuple[Hop, ...]:
        hops = (self.walks.hops[item] for _, item, _ in self.running)
        return tuple(hop for hop in hops if hop is not None)

    def _failure(self, read: Read, ask: Ask) -> Failure:
        """How a read of a name fails that is not bound yet: nothing catches it, and nothing else has the name."""
        machine = self.walks.machine
        items = (self.walks.items[item] for _, item, _ in self.running)
        is_guarded = any(isinstance(item, Ask) and item.is_guarded for item in items)
        module = machine.run.state.objects[read.module]
        if is_guarded or read.is_guarded or module.code is None:
            raise Undecided
        if "__getattr__" in module.code.later:
            raise Undecided
        partial = ModuleObject(
            module.name,
            module.spec,
            module.code,
            is_followed=True,
            is_package=module.is_package,
            line=ask.line,
        )
        state, skipped = machine.run.state, machine.run.state.skipped
        machine.run.begin()
        machine.run.chain[:] = self._chain()
        state.skipped = dict(self.skipped)
        reading = machine.loader.import_from if read.is_import else machine.attributes.read
        try:
            reading(partial, read.name, read.place)
        except Raised as raised:
            return raised.failure
        finally:
            machine.run.chain.clear()
            state.skipped = skipped
        raise Undecided


def _passed_on(outcome: Outcome, entry: str) -> Iterator[PartialRead]:
    """What has been read on the way to an entry that counts as its own: from it, or by a star."""
    return (read for read in outcome.partial_reads if read.name == "*" or read.from_module == entry)
