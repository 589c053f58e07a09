"""What bodies do to each other, each written down once: the imports that they ask for, and what they look at.

A script is what of a body's doings depends on other modules, in order: which it asks for, which names it reads
from them, which have to be complete. A body has one once it has been interpreted to its end and nothing else
counted: neither what is loaded at all, nor a condition that is unknown, nor a change of another module. Then it
does the same in any order in which its readings come out the same; see `walks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from importlint.machine.trace import Failure
from importlint.machine.values import External, ModuleObject, Value, is_settled

if TYPE_CHECKING:
    from importlint.machine.attributes import Found
    from importlint.machine.run import Place, Run


Conditions = tuple[bool, bool]
"""Whether something hangs on an unknown condition, and on a presumed one."""


@dataclass(frozen=True, slots=True)
class Ask:
    """An import asks for a module."""

    module: str
    place: Place
    line: int
    """How far the body has run."""
    bound: int
    """How often it has bound a name by then."""
    is_guarded: bool
    """Something around it may catch what fails."""
    conditions: Conditions

    @property
    def is_certain(self) -> bool:
        """It hangs on no condition that is unknown."""
        return not any(self.conditions)


@dataclass(frozen=True, slots=True)
class Read:
    """A name is read from a module."""

    module: str
    name: str
    making: int
    """Which of the times that the module was interpreted has bound it."""
    place: Place
    is_import: bool
    """A `from` import reads it, which finds a submodule in `sys.modules` too."""
    is_submodule: bool
    is_guarded: bool
    is_certain: bool
    seen: int | None
    """How often a module that was running had bound a name by then; None where the value is the same at its end."""


@dataclass(frozen=True, slots=True)
class Use:
    """More of a module counts than one name: its body has to have ended, or to have run as far."""

    module: str
    making: int
    seen: int | None
    """How often a module that was running had bound a name by then; None if it had ended."""


@dataclass(frozen=True, slots=True)
class Call:
    """A function of a module is called, which has to be there."""

    module: str
    making: int


@dataclass(frozen=True, slots=True)
class Look:
    """A function of a module that is called looks up a global name."""

    module: str
    name: str
    making: int
    seen: int | None
    """As for reads."""


@dataclass(frozen=True, slots=True)
class Caught:
    """A failure that the body's own code has caught."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Skip:
    """An import did not run, and might have."""

    names: tuple[str, ...]
    """The modules that it might have loaded."""


@dataclass(frozen=True, slots=True)
class Write:
    """A call has bound global names of the module of its function, or may have."""

    module: str


@dataclass(frozen=True, slots=True)
class See:
    """A name of a module is looked at that its functions bind."""

    module: str
    version: int
    """What calls of other bodies had made of those names by then; see `Scripts.written`."""


Item = Ask | Read | Use | Call | Look | Caught | Skip | Write | See


@dataclass(frozen=True, slots=True)
class Script:
    """A body's doings, and when it binds its names."""

    items: tuple[Item, ...]
    names: Mapping[str, tuple[tuple[int, int], ...]]
    """The names that it surely binds: for each time, how often it has bound a name before, and the line."""
    is_package: bool
    marks: tuple[tuple[int, int], ...]
    """For each item, how often the body had bound a name, and the line of its statement that was running."""
    calls_itself: bool
    """A function of the module has been called."""
    looks_into_values: bool
    """It has looked at what others may put something into: a list, a dict, an object."""


@dataclass(eq=False, slots=True)
class _Draft:
    """The script of a body that is running."""

    module: ModuleObject
    items: list[Item] = field(default_factory=list)
    marks: list[tuple[int, int]] = field(default_factory=list)
    calls_itself: bool = False
    looks_into_values: bool = False
    bound: int = 0
    """How often it has bound a name."""
    names: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    presumed: set[str] = field(default_factory=set)
    """The names that hang on a presumed condition."""
    called: set[tuple[str, str]] = field(default_factory=set)
    """The modules whose functions have been called, each with the empty name and those that were looked up in it."""
    skipped: set[tuple[str, ...]] = field(default_factory=set)
    """What imports that did not run ask for."""
    is_spoiled: bool = False
    conditions: Conditions = (False, False)
    """What all of it hangs on."""


class Scripts:
    """The scripts of a run's modules, by name, and how they are written."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.known: dict[str, Script] = {}
        self.is_closed = False
        """Nothing is written."""
        self.unsure: dict[tuple[str, Conditions], tuple[Script, int]] = {}
        """What those do whose running hangs on conditions, and which making that was."""
        self._versions: dict[tuple[str, int, str], int] = {}
        self._drafts: list[_Draft] = []

    def start(self, module: ModuleObject) -> None:
        """A body starts."""
        conditions = self._conditions()
        has_one = (module.name, conditions) in self.unsure if any(conditions) else module.name in self.known
        self._drafts.append(_Draft(module, is_spoiled=has_one or self.is_closed, conditions=conditions))

    def stop(self) -> None:
        """The body that runs innermost has ended."""
        draft = self._drafts.pop()
        if draft.is_spoiled:
            return
        module = draft.module
        script = Script(
            items=tuple(draft.items),
            names=_surely_bound(draft) if module.code else {},
            is_package=module.is_package,
            marks=tuple(draft.marks),
            calls_itself=draft.calls_itself,
            looks_into_values=draft.looks_into_values,
        )
        if any(draft.conditions):
            self.unsure[module.name, draft.conditions] = script, module.making
        else:
            self.known[module.name] = script

    def abandon(self) -> None:
        """An exception has left it."""
        self._drafts.pop()

    def spoil(self) -> None:
        """What it does depends on more than a script can tell."""
        if self._drafts:
            self._drafts[-1].is_spoiled = True

    def _writes(self) -> bool:
        return bool(self._drafts) and not self._drafts[-1].is_spoiled

    # ---- what counts

    def ask(self, name: str, place: Place, module: Value) -> None:
        """An import has been answered."""
        if not self._writes() or isinstance(module, External):
            return
        if not isinstance(module, ModuleObject) or module.name != name:
            self.spoil()
        elif module.is_followed:
            draft = self._drafts[-1]
            line, bound = draft.module.line, draft.bound
            self._add(Ask(name, place, line, bound, self._is_guarded(), self._conditions()))

    def read(self, module: ModuleObject, name: str, place: Place, found: Found, *, is_import: bool) -> None:
        """A name has been read from a module, or a submodule that is loaded."""
        if not module.is_followed or not self._writes() or module is self._drafts[-1].module:
            return
        if module.code is not None and name in module.code.facts.global_names:
            if module.initialising:
                self.spoil()
            self.use(module)
            self.see(module)
            return
        full, value = f"{module.name}.{name}", found.value
        is_submodule = isinstance(value, ModuleObject) and value.name == full
        submodule = self.run.state.modules.get(full) if module.is_package else None
        if not found.surely or (is_submodule and not self._is_certain()):
            self.use(module)
            if is_submodule and isinstance(value, ModuleObject):
                self.use(value)
        elif is_submodule and self._binds_only_submodule(module, name):
            if not is_import and isinstance(value, ModuleObject):
                self.use(value)
            self._add_read(module, name, place, is_import=is_import, is_submodule=True)
        elif isinstance(submodule, ModuleObject):
            self.use(module)  # it binds the name to something else too
            self.use(submodule)
        elif is_submodule or (module.is_package and self.run.world.resolve(full).spec is not None):
            self.spoil()
        else:
            self._add_read(module, name, place, is_import=is_import, is_submodule=False)

    def _add_read(
        self, module: ModuleObject, name: str, place: Place, *, is_import: bool, is_submodule: bool
    ) -> None:
        read = Read(
            module=module.name,
            name=name,
            making=module.making,
            place=place,
            is_import=is_import,
            is_submodule=is_submodule,
            is_guarded=self._is_guarded(),
            is_certain=self._is_certain(),
            seen=None if is_submodule else self._seen(module, name),
        )
        self._add(read)

    def _seen(self, module: ModuleObject, name: str) -> int | None:
        if not module.initialising or (module.code is not None and name in module.code.bound_once):
            return None
        return self._bound(module)

    def _bound(self, module: ModuleObject) -> int:
        """How often a module that is running has bound a name."""
        return next((draft.bound for draft in self._drafts if draft.module is module), 0)

    def _add(self, item: Item) -> None:
        draft = self._drafts[-1]
        draft.items.append(item)
        draft.marks.append((draft.bound, draft.module.line))

    def write(self, module: ModuleObject) -> None:
        """A function of a module binds global names, or may do so."""
        self.use(module)
        if self._drafts and module is not self._drafts[-1].module:
            self._write(module.name, self._drafts[-1].module.name)
            if self._writes():
                self._add(Write(module.name))

    def _write(self, module: str, body: str) -> None:
        journal, versions = self.run.journal, self.run.state.versions
        recording, journal.recording = journal.recording, None
        journal.put(versions, module, self.written(module, versions.get(module, 0), body))
        journal.recording = recording
        if recording is not None:
            recording.append((self._write, (module, body)))

    def written(self, module: str, version: int, body: str) -> int:
        """The version of a module's global names that its functions bind, once a body has called one.

        Each stands for one sequence of such calls; 0 is what the module itself makes of them.
        """
        return self._versions.setdefault((module, version, body), len(self._versions) + 1)

    def see(self, module: ModuleObject) -> None:
        """A name has been looked at that functions of its module bind."""
        if self._writes() and module is not self._drafts[-1].module:
            self._add(See(module.name, self.run.state.versions.get(module.name, 0)))

    def take_all(self, module: ModuleObject) -> None:
        """A star has taken the names of a module."""
        self.use(module)
        if module.code is not None and module.code.facts.global_names:
            self.see(module)

    def use(self, module: ModuleObject) -> None:
        """More of a module has been looked at than one name."""
        if not module.is_followed or not self._writes():
            return
        if module is self._drafts[-1].module:
            self._drafts[-1].calls_itself = True
        else:
            seen = self._bound(module) if module.initialising else None
            self._add(Use(module.name, module.making, seen))

    def miss(self, module: ModuleObject, name: str) -> None:
        """A module does not have a name: not yet, if it is running."""
        is_own = bool(self._drafts) and module is self._drafts[-1].module
        is_resolved = module.is_package and self.run.world.resolve(f"{module.name}.{name}").spec is not None
        if is_own or is_resolved or not module.initialising or self.run.goes_on:
            self.spoil()
        else:
            self.use(module)

    def call(self, module: ModuleObject) -> None:
        """A function of a module is called: what counts of the module are the names that it looks up there."""
        if not module.is_followed or not self._writes():
            return
        if module is self._drafts[-1].module:
            self._drafts[-1].calls_itself = True
        elif self._is_new(module, ""):
            self._add(Call(module.name, module.making))

    def look(self, module: ModuleObject, name: str) -> None:
        """Code of a module has looked up a global name, and found its value or nothing."""
        if not self._writes() or module is self._drafts[-1].module or not self._is_new(module, name):
            return
        code, is_bound = module.code, name in module.names
        if code is None or name in code.facts.global_names or name in module.maybe:
            self.use(module)
        elif is_bound and is_settled(module.names[name]):
            self._add(Look(module.name, name, module.making, self._seen(module, name)))
        elif is_bound or name in code.later or module.is_open:
            self.use(module)

    def look_into(self, value: Value) -> None:
        """A value has been looked at; others may put something into it."""
        if self._drafts and not is_settled(value):
            self._drafts[-1].looks_into_values = True

    def _is_new(self, module: ModuleObject, name: str) -> bool:
        called = self._drafts[-1].called
        if (module.name, name) in called:
            return False
        called.add((module.name, name))
        return True

    def see_names(self, module: ModuleObject) -> None:
        """All names of a module have been looked at: which of a package's submodules are loaded counts too."""
        if module.is_package:
            self.spoil()
        self.use(module)

    def look_up(self, module: ModuleObject, name: str) -> None:
        """It has been asked whether a module has a name: of its own names, a body knows which are bound."""
        is_own = bool(self._drafts) and module is self._drafts[-1].module
        if not is_own or (
            module.is_package and self.run.world.resolve(f"{module.name}.{name}").spec is not None
        ):
            self.spoil()

    def change(self, module: ModuleObject) -> None:
        """A module has been changed from outside of its body."""
        if self._drafts and module is not self._drafts[-1].module:
            self.spoil()

    def bind(self, module: ModuleObject, name: str) -> None:
        """A name is bound in a module."""
        if not self._writes() or module is not self._drafts[-1].module:
            return
        draft = self._drafts[-1]
        draft.names.setdefault(name, []).append((draft.bound, module.line))
        draft.bound += 1
        if self.run.presumption:
            draft.presumed.add(name)

    def catch(self, failure: Failure) -> None:
        """A failure has been caught."""
        if failure.from_module is not None or failure.partial:
            self.spoil()
        elif self._writes():
            self._add(Caught(failure))

    def skip(self, names: tuple[str, ...]) -> None:
        """An import did not run, and might have: it asks for modules with these names."""
        if self._writes() and names not in self._drafts[-1].skipped:
            self._drafts[-1].skipped.add(names)
            self._add(Skip(names))

    # ---- under which conditions

    def _is_guarded(self) -> bool:
        return len(self.run.guards) > self.run.own_guards

    def _is_certain(self) -> bool:
        return not any(self._conditions())

    def _conditions(self) -> Conditions:
        return bool(self.run.doubt), bool(self.run.presumption)

    def _binds_only_submodule(self, module: ModuleObject, name: str) -> bool:
        """Whether a package's name, if it has one, is its submodule's."""
        code = module.code
        return code is None or name not in code.later or name in code.submodules_bound


def _surely_bound(draft: _Draft) -> dict[str, tuple[tuple[int, int], ...]]:
    """The names that a body has left bound under all conditions, and that nothing else may bind."""
    module = draft.module
    assert module.code is not None
    unsure = draft.presumed.union(module.maybe, module.code.facts.global_names)
    own = module.code.later if module.is_open else module.names
    return {
        name: tuple(times)
        for name, times in draft.names.items()
        if name in module.names and name in own and name not in unsure
    }
