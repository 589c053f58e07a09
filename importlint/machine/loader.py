"""Importing: parents first, one search, one body, then the binding on the parent; and what `from` falls back on.

CPython `_find_and_load_unlocked`, `_load_unlocked`, `_handle_fromlist` in `Lib/importlib/_bootstrap.py`, and
`PyImport_ImportModuleLevelObject` and `import_from` in C.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress

from msgspec.structs import replace

from importlint.diagnostics import Certainty, Location
from importlint.finder.spec import Kind, Resolution, Spec
from importlint.machine.attributes import Attributes, Found, Missing
from importlint.machine.constants import constant
from importlint.machine.recorder import Recorder
from importlint.machine.run import Place, Raised, Run
from importlint.machine.trace import Event, Failure, Happening, Hop, PartialRead
from importlint.machine.values import (
    LATE,
    UNKNOWN,
    Dictionary,
    ExceptionObject,
    External,
    Instance,
    Lazy,
    ModuleObject,
    Sequence,
    Value,
    in_doubt,
)
from importlint.machine.world import Code
from importlint.syntax.facts import Span

_MAX_NESTING = 5
"""How often a module's body may be running at once: it removes itself from `sys.modules`, and is imported again."""


class Loader:
    """Imports modules into the run's state; `execute` runs a module's body."""

    def __init__(self, run: Run, attributes: Attributes, execute: Callable[[ModuleObject], None]) -> None:
        self.run = run
        self.world = run.world
        self.modules = run.state.modules
        self.journal = run.journal
        self.attributes = attributes
        self.execute = execute
        self.recorder = Recorder(run, self.load)

    # ---- loading

    def load(self, name: str, place: Place) -> Value:
        """What `sys.modules` has under a full name, imported if it is not there.

        Raises:
            Raised: it certainly fails.
        """
        return self._answer(name, place, is_parent=False)

    def _answer(self, name: str, place: Place, *, is_parent: bool) -> Value:
        parent = name.rpartition(".")[0]
        has_parent = not parent or parent in self.modules
        try:
            module = self._load(name, place)
        except Raised:
            top = self.world.resolve(name.partition(".")[0]).spec
            if top is not None and self.world.is_followed(top):
                self.run.scripts.spoil()
            if not has_parent:
                self.recorder.depends_on(None)  # its parents have been loaded for nothing
            raise
        self.recorder.request(name, place, module, is_parent=is_parent)
        return module

    def _load(self, name: str, place: Place) -> Value:
        if name in self.modules:
            return self._found(name, place)
        if name == "cython" and place.module is not None and place.module.spec.kind is Kind.EXTENSION:
            return External(name)  # Cython itself answers this import while it compiles
        parent_name, _, tail = name.rpartition(".")
        if parent_name:
            if parent_name not in self.modules:
                self._answer(parent_name, place, is_parent=True)
            if self.has_come(name):  # the parent has imported it
                return self.modules[name]
            if parent_name not in self.modules:
                self.run.error(place, "KeyError", repr(parent_name))
            parent = self.modules[parent_name]
            if isinstance(parent, ModuleObject) and not parent.is_followed and parent.name == parent_name:
                return self._load_unfollowed(name, place)
            if isinstance(parent, ModuleObject) and not self._is_package(parent):
                message = f"No module named {name!r}; {parent_name!r} is not a package"
                is_known = parent.is_followed or parent.spec.kind is not Kind.ASSUMED
                surely = not parent.is_open and is_known
                self.run.error(
                    place, "ModuleNotFoundError", message, name=name, missing_name=name, surely=surely
                )
                return UNKNOWN
            if parent is None or (isinstance(parent, Instance) and self._lacks_path(parent)):
                message = f"No module named {name!r}; {parent_name!r} is not a package"
                self.run.error(place, "ModuleNotFoundError", message, name=name, missing_name=name)
            self.ask_path(parent, place)
        resolution = self._resolve(name, parent_name)
        spec = resolution.spec
        if spec is None:
            return self._absent(name, resolution, place)
        if not self.world.is_followed(spec):
            return self._load_unfollowed(name, place)
        is_its_own = self._run(spec, place)
        if parent_name:
            if parent_name not in self.modules:
                self.run.error(place, "KeyError", repr(parent_name))
            with self.recorder.silence() if is_its_own else nullcontext():
                self._bind(self.modules[parent_name], tail, self.modules[name])
        return self.modules[name]

    def has_come(self, name: str) -> bool:
        """Whether a module is there after its parent has been imported: None is an answer before 3.14."""
        is_none_no_answer = self.world.target.version >= (3, 14)
        return name in self.modules and not (is_none_no_answer and self.modules[name] is None)

    def _found(self, name: str, place: Place) -> Value:
        module = self.modules[name]
        if module is None:
            message = f"import of {name} halted; None in sys.modules"
            self.run.error(place, "ModuleNotFoundError", message, name=name, missing_name=name)
        if isinstance(module, ModuleObject) and module.is_followed and place.module is not None:
            found = Event(Happening.FOUND, name, place.location, place.statement, module.initialising)
            self.run.events.append(found)
            if module.initialising:
                self.recorder.depends_on(module)
        return module

    def _resolve(self, name: str, parent_name: str) -> Resolution:
        """Where a module is; that of a parent which has another name is searched where that one has its modules."""
        parent = self.modules.get(parent_name)
        if not isinstance(parent, ModuleObject) or parent.name == parent_name:
            return self.world.resolve(name)
        there = self.world.resolve(f"{parent.name}.{name.rpartition('.')[2]}")
        if there.spec is None:
            failure = there.failure
            assert failure is not None
            return replace(there, failure=replace(failure, name=name, message=f"No module named {name!r}"))
        last = there.searches[-1]
        return replace(
            there,
            name=name,
            searches=(*there.searches[:-1], replace(last, spec=replace(there.spec, name=name))),
        )

    def resolve_below(self, package: ModuleObject, tail: str) -> Resolution:
        """Where a submodule of a package is."""
        return self._resolve(f"{package.name}.{tail}", package.name)

    def ask_path(self, parent: Value, place: Place) -> None:
        """A namespace package's path is computed from that of its own parent, which has to be there by its name.

        CPython `_NamespacePath._get_parent_path`.

        Raises:
            Raised: it is gone.
        """
        if isinstance(parent, ModuleObject) and parent.spec.kind is Kind.NAMESPACE:
            above = parent.name.rpartition(".")[0]
            if above and above not in self.modules:
                if self.world.target.version < (3, 15):
                    self.run.error(place, "KeyError", repr(above))
                message = f"{above!r} must be imported before finding {parent.name!r}."
                self.run.error(place, "ModuleNotFoundError", message, name=above)

    def _lacks_path(self, parent: Instance) -> bool:
        in_class = self.attributes.in_class(parent.cls, "__path__")
        is_closed = isinstance(in_class, Missing) and in_class.surely and not parent.is_open
        return is_closed and "__path__" not in parent.names

    def _is_package(self, module: ModuleObject) -> bool:
        return module.is_package or "__path__" in module.names

    def _bind(self, parent: Value, tail: str, module: Value) -> None:
        if isinstance(parent, ModuleObject):
            self.journal.put(parent.names, tail, module)
            self.journal.discard(parent.maybe, tail)
        elif isinstance(parent, Instance):
            self.journal.put(parent.names, tail, module)

    def _run(self, spec: Spec, place: Place) -> bool:
        """Run the body of a module, which is in `sys.modules` while it runs.

        Whether it does the same for every importer, so that the importer's recording need not hold it.
        """
        run, name = self.run, spec.name
        if sum(hop.loads == name for hop in run.chain) >= _MAX_NESTING:
            run.is_lost = True
            raise Raised(UNKNOWN, _endless(name, place), is_claim=True)
        cause = place.location if place.module else None
        text = place.statement if cause else ""
        start = Event(Happening.START, name, cause, text, certain=not (run.doubt or run.presumption))
        run.events.append(start)
        if place.module is not None:
            run.chain.append(Hop(place.module.name, place.location, place.statement, name))
        depth, run.depth = run.depth, 0
        steps = run.steps
        try:
            return self.recorder.replay(name, start) or self._interpret(spec, start, place)
        finally:
            run.depth, run.steps = depth, steps
            if place.module is not None:
                run.chain.pop()

    def _object(self, spec: Spec, code: Code | None) -> ModuleObject:
        """The module object for another run of a body; one that has failed, or was removed, is not used again."""
        objects = self.run.state.objects
        module = objects.get(spec.name)
        if module is None or module.names or module.maybe or not module.initialising or module.spec != spec:
            module = ModuleObject(spec.name, spec, code, is_followed=True, is_package=spec.is_package)
            objects[spec.name] = module
        return module

    def _interpret(self, spec: Spec, start: Event, place: Place) -> bool:
        run, name = self.run, spec.name
        code = self.world.code(spec)
        module = self._object(spec, code)
        recording = self.recorder.start(module, start)
        self.journal.put(self.modules, name, module)
        try:
            problem = self.world.problem(spec)
            if problem is not None:
                location = Location(self.world.shown(spec), Span(problem.line, 1, problem.line, 1))
                run.error(Place(module, location), "SyntaxError", problem.message)
            if spec.kind is Kind.EXTENSION:  # it was compiled from this code, perhaps
                self.journal.set(module, "is_open", True)
                with run.doubting(), suppress(Raised):
                    self.execute(module)
            elif code is not None:
                self.execute(module)
            if name not in self.modules:
                run.error(place, "KeyError", repr(name))
        except Raised:
            run.events.append(Event(Happening.ERROR, name))
            self.journal.set(module, "initialising", False)
            self.journal.drop(self.modules, name)
            self.recorder.abandon(recording)
            raise
        self.journal.set(module, "initialising", False)
        run.write_down(run.events, Event(Happening.END, name))
        return self.recorder.stop(recording)

    def _load_unfollowed(self, name: str, place: Place) -> Value:
        """A module of which nothing is known but that it is there; its parents are there too."""
        resolution = self._resolve(name, name.rpartition(".")[0])
        with self.recorder.silence():
            self._add_outsiders(resolution, place)
        if name in self.modules:
            return self.modules[name]
        return self._absent(name, resolution, place)

    def _add_outsiders(self, resolution: Resolution, place: Place) -> None:
        outsiders = self.run.state.outsiders
        for search in resolution.searches:
            spec = search.spec
            if spec is None:
                continue
            if self.world.brought(spec):
                self.run.scripts.spoil()  # whoever imports it first loads what it brings
            if spec.name in self.modules:
                continue
            module = outsiders.get(spec.name)
            if module is None:
                module = ModuleObject(
                    spec.name, spec, None, is_followed=False, is_package=spec.is_package, initialising=False
                )
                outsiders[spec.name] = module
            self.journal.put(self.modules, spec.name, module)
            is_compiled = self.world.is_compiled(spec)
            if is_compiled:
                cause = place.location if place.module else None
                self.run.events.append(Event(Happening.START, spec.name, cause, place.statement))
            self._bring(spec, place)
            if is_compiled:
                self.run.events.append(Event(Happening.END, spec.name))
            parent_name, _, tail = spec.name.rpartition(".")
            if parent_name in self.modules:
                self._bind(self.modules[parent_name], tail, module)

    def _bring(self, spec: Spec, place: Place) -> None:
        """Load what a module that is not followed loads; whether that fails is not for sure.

        What its text does not tell is unknown: whether an import is reached, and who catches its exception.
        """
        for name in self.world.brought(spec):
            with self.run.presuming(), suppress(Raised):
                self.load(name, place)

    def importer(self, name: str) -> Value:
        """What has a dotted name outside the project, if it may import modules by names that it is told; else None.

        Of such code just the file that defines it runs, apart from `sys.modules`, each time that it is asked for.
        """
        found = self.world.importer(name)
        if found is None:
            return None
        self.run.scripts.spoil()
        spec, code, attribute = found
        module = ModuleObject(
            spec.name,
            spec,
            code,
            is_followed=True,
            is_package=spec.is_package,
            initialising=False,
            is_open=True,
        )
        with suppress(Raised):
            self.execute(module)
        return module.names.get(attribute)

    def _absent(self, name: str, resolution: Resolution, place: Place) -> Value:
        """Raise for a module that is not there; what may be there is taken to be, except where its lack is caught."""
        failure = resolution.failure
        is_absent = self.world.is_absent(resolution) if failure is not None else True
        if is_absent or self.run.is_caught_here("ModuleNotFoundError"):
            message = failure.message if failure is not None else f"No module named {name!r}"
            missing = failure.name if failure is not None else name
            with self.run.doubting(0 if is_absent else 1):
                self.run.error(place, "ModuleNotFoundError", message, name=missing, missing_name=missing)
        return External(name)

    # ---- what statements bind

    def import_top(self, dotted: str, place: Place) -> Value:
        """`import a.b.c`, which gives `a`; that one is imported too if it has gone from `sys.modules`."""
        module = self.load(dotted, place)
        top = dotted.partition(".")[0]
        if top == dotted:
            return module
        return self.modules[top] if self.modules.get(top) is not None else self.load(top, place)

    def import_as(self, dotted: str, place: Place) -> Value:
        """`import a.b.c as x`: attribute by attribute, with `sys.modules` as the fall-back (3.7)."""
        value = self.import_top(dotted, place)
        for part in dotted.split(".")[1:]:
            value = self.import_from(value, part, place)
        return value

    def from_list(self, module: Value, names: tuple[str, ...], place: Place) -> None:
        """Before anything is bound: import each listed name that is no attribute, as a submodule."""
        if isinstance(module, Instance):
            own_name = self._find_name(module)
            for name in names:
                if self._has_submodule(module.names, f"{own_name}.{name}", place):
                    continue
                found = self.attributes.lookup(module, name, place)  # its `__getattr__` may import
                if isinstance(found, Missing) and own_name is not None and "__path__" in module.names:
                    self._load_listed(f"{own_name}.{name}", place)
            return
        if not isinstance(module, ModuleObject) or not module.is_followed or not self._is_package(module):
            return
        for name in names:
            full = f"{module.name}.{name}"
            if name not in module.maybe and self._has_submodule(module.names, full, place):
                continue
            if isinstance(self.attributes.find(module, name, place), Found):
                continue
            if full not in self.modules:
                resolution = self.world.resolve(full)
                if resolution.spec is None and resolution.opaque is not None:
                    continue
            self._load_listed(full, place)

    def _has_submodule(self, names: Mapping[str, Value], full: str, place: Place) -> bool:
        """Whether a package's names have a submodule, which is there since somebody imported it."""
        bound = names.get(full.rpartition(".")[2])
        if not isinstance(bound, ModuleObject) or bound.name != full:
            return False
        self.recorder.request(full, place, bound, is_parent=True)
        return True

    def _find_name(self, replaced: Instance) -> str | None:
        """The name under which an object stands in `sys.modules`."""
        return next((name for name, value in self.modules.items() if value is replaced), None)

    def _load_listed(self, full: str, place: Place) -> None:
        """Import a submodule that a `from` lists; it need not be there."""
        try:
            self.load(full, place)
        except Raised as raised:
            value = raised.value
            is_absent = isinstance(value, ExceptionObject) and value.kind == "ModuleNotFoundError"
            if not is_absent or getattr(value, "name", None) != full or self.modules.get(full, full) is None:
                raise

    def import_from(self, module: Value, name: str, place: Place) -> Value:
        """`from module import name`, once submodules have been imported."""
        if isinstance(module, ModuleObject) and not module.is_followed and name not in module.names:
            return self._from_outside(module, name, place)
        found = self.attributes.find(module, name, place)
        if isinstance(found, Found):
            if isinstance(module, ModuleObject):
                if found.surely:
                    self.note_read(module, name, place)
                self.run.scripts.read(module, name, place, found, is_import=True)
            return found.value if found.surely else in_doubt(found.value)
        is_nameless = isinstance(module, Instance) and "__name__" not in module.names
        if isinstance(module, Instance) and not (is_nameless and found.surely):
            return self.modules.get(f"{self._find_name(module)}.{name}", UNKNOWN)
        if module is None or is_nameless:
            text = f"cannot import name {name!r} from '<unknown module name>'"
            self.run.error(place, "ImportError", text, missing_name=name)
        if not isinstance(module, ModuleObject):
            return UNKNOWN
        fallback = self.modules.get(f"{module.name}.{name}")
        if fallback is not None:
            self.run.scripts.read(module, name, place, Found(fallback), is_import=True)
            return fallback
        is_imagined = self.run.goes_on and self._is_late(module, name, place)
        if is_imagined:
            self.run.scripts.read(module, name, place, Found(LATE), is_import=True)
        else:
            self.run.scripts.miss(module, name)
        if module.initialising and module.code is not None:
            text = f"cannot import name {name!r} from partially initialized module {module.name!r}"
            text += " (most likely due to a circular import)"
        else:
            text = f"cannot import name {name!r} from {module.name!r}"
        self.run.error(
            place,
            "ImportError",
            text,
            missing_name=name,
            from_module=module,
            name=module.name,
            surely=found.surely,
        )
        return LATE if is_imagined else UNKNOWN

    def _is_late(self, module: ModuleObject, name: str, place: Place) -> bool:
        """Whether a module will surely have bound a name when it has run."""
        is_own = module is place.module
        return (
            module.initialising and module.code is not None and not is_own and name in module.code.bound_once
        )

    def _from_outside(self, module: ModuleObject, name: str, place: Place) -> Value:
        """A name of a module that is not followed: there, unless it certainly is not."""
        spec = module.spec
        is_asked = self.world.is_library(spec) or self.run.is_caught_here("ImportError")
        if (
            is_asked
            and self.world.resolve(f"{spec.name}.{name}").spec is None
            and self.world.lacks(spec, name)
        ):
            text = f"cannot import name {name!r} from {module.name!r}"
            self.run.error(
                place, "ImportError", text, missing_name=name, from_module=module, name=module.name
            )
        full = f"{module.name}.{name}"
        if module.is_package and self.world.resolve(full).spec is not None:
            self._load_unfollowed(full, place)
            return self.modules.get(full, External(full))
        return constant(full, self.world.target)

    def note_read(self, module: ModuleObject, name: str, place: Place, missing: tuple[str, ...] = ()) -> None:
        """Remember that the project read a name from a module, if that is partially initialised.

        `missing` are the public names that a star import does not take, as they are bound later.
        """
        if not module.initialising or place.module is None or place.module is module:
            return
        self.recorder.depends_on(module)
        if place.is_outside:
            return
        read = PartialRead(
            module=place.module.name,
            location=place.location,
            from_module=module.name,
            name=name,
            reached=module.line,
            missing=missing,
            chain=tuple(self.run.chain),
        )
        self.run.write_down(self.run.partial_reads, read)

    def star(self, module: Value, place: Place) -> Mapping[str, Value] | None:
        """What `from module import *` binds: `__all__` if it has one, else every public name so far.

        None where that is not known.
        """
        if module is None:
            text = "from-import-* object has no __dict__ and no __all__"
            self.run.error(place, "ImportError", text)
        if not isinstance(module, ModuleObject):
            return None
        if not module.is_followed:
            names = self.world.star_names(module.spec)
            if names is None:
                return None
            return {name: External(f"{module.name}.{name}") for name in sorted(names)}
        self.run.scripts.take_all(module)
        listed = module.names.get("__all__")
        if "__all__" in module.names:
            if isinstance(listed, Dictionary) and not listed.is_open:
                listed = Sequence("list", list(listed.items))
            if not isinstance(listed, Sequence) or listed.is_open or "__all__" in module.maybe:
                return None
            texts = tuple(item for item in listed.items if isinstance(item, str))
            if len(texts) != len(listed.items):
                return None
            self.from_list(module, texts, place)
            return {name: self.attributes.read(module, name, place) for name in texts}
        if module.initialising and place.module is not module:
            later = module.code.later if module.code else frozenset()
            public = {name for name in later if not name.startswith("_")}
            self.note_read(module, "*", place, tuple(sorted(public - module.names.keys())))
        public_names = [name for name in module.names if not name.startswith("_")]
        return {
            name: self._star_value(module, name, place) for name in public_names if name not in module.maybe
        }

    def _star_value(self, module: ModuleObject, name: str, place: Place) -> Value:
        value = module.names[name]
        if isinstance(value, Lazy):
            return self.attributes.read(module, name, place)
        self.attributes.lazy.note_read(module, name)
        return value


def _endless(name: str, place: Place) -> Failure:
    return Failure(
        type="RecursionError",
        message="maximum recursion depth exceeded",
        module=place.module.name if place.module else "",
        location=place.location,
        missing_name=name,
        certainty=Certainty.POSSIBLE,
    )
