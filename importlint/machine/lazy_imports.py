"""Lazy imports: what a name stands for until it is first read, and what that read imports (PEP 810, 3.15).

An exception of the import leaves the read as it is, with `ImportError: lazy import of ... raised an exception during
resolution` as its cause; the name stays lazy, so that the next read tries again. CPython `Objects/lazyimportobject.c`.
"""

from __future__ import annotations

from collections.abc import Iterator

from importlint.finder.resolve import absolute_name
from importlint.finder.spec import Failure
from importlint.graph.link import statement_text
from importlint.machine.loader import Loader
from importlint.machine.operations import contains
from importlint.machine.run import Place
from importlint.machine.values import Lazy, ModuleObject, Value
from importlint.syntax import facts as f

_SINCE = (3, 15)


class LazyImports:
    """Makes and resolves lazy values in the run of a loader."""

    def __init__(self, loader: Loader) -> None:
        self.loader = loader
        self.run = loader.run
        self.state = loader.run.state
        self.journal = loader.run.journal

    # ---- statements

    def is_lazy(
        self, statement: f.Import | f.ImportFrom, module: ModuleObject, package: str | None
    ) -> bool | None:
        """Whether a statement at module level is lazy: as it says, or since `__lazy_modules__` has its module.

        None if that is unknown.
        """
        listed = module.names.get("__lazy_modules__")
        if statement.lazy or listed is None or self.run.world.target.version < _SINCE:
            return statement.lazy
        name: str | Failure = statement.module
        if isinstance(statement, f.ImportFrom):
            if statement.names[0].name == "*" or name == "__future__":
                return False
            name = absolute_name(package, statement.level, statement.module, self.run.world.target.version)
        if isinstance(name, Failure):
            return False
        return None if "__lazy_modules__" in module.maybe else contains(listed, name)

    def import_(self, statement: f.Import) -> Lazy:
        """What `lazy import a.b` binds to `a`, and `lazy import a.b as c` to `c`."""
        self._expect(statement.module)
        top, *below = statement.module.split(".")
        return Lazy(top, tuple(below) if statement.asname else (), False, statement_text(statement))

    def import_from(self, statement: f.ImportFrom, base: str) -> Iterator[tuple[str, Value]]:
        """What `lazy from a import b, c` binds to each name: what is there already is taken at once."""
        loaded = self.state.modules.get(base)
        for imported in statement.names:
            self._expect(f"{base}.{imported.name}")
            value: Value = Lazy(base, (imported.name,), True, statement_text(statement))
            if isinstance(loaded, ModuleObject) and imported.name not in loaded.maybe:
                value = loaded.names.get(imported.name, value)
            yield imported.binds, value

    def _expect(self, dotted: str) -> None:
        """From now on, reading a submodule from its package imports it."""
        self.run.scripts.spoil()
        package, _, tail = dotted.rpartition(".")
        if tail and package:
            self.journal.add(self.state.lazy_submodules, dotted)
            self._expect(package)

    # ---- reads

    def read(self, module: ModuleObject, name: str, lazy: Lazy, place: Place) -> Value:
        """What `lazy`, to which a name of a module is bound, stands for; the name is bound to that instead.

        Raises:
            Raised: its import fails.
        """
        self.run.scripts.spoil()
        value = self._resolved(lazy, Place(place.module, place.location, lazy.statement))
        if not (self.run.doubt or self.run.presumption):
            self.journal.put(module.names, name, value)
            if not self.loader.recorder.is_innermost(module):
                self.journal.add(self.state.read_from_outside, (module.name, name))
        return value

    def _resolved(self, lazy: Lazy, place: Place) -> Value:
        loader = self.loader
        if lazy in self.state.resolving:
            written = ".".join((lazy.module, *lazy.names))
            loader.recorder.depends_on(None)
            text = f"cannot import name {written!r} (most likely due to a circular import)"
            self.run.error(place, "ImportCycleError", text, missing_name=written)
        self.state.resolving.append(lazy)
        try:
            value = loader.load(lazy.module, place)
            if lazy.is_from:
                loader.from_list(value, lazy.names, place)
            for name in lazy.names:
                value = loader.import_from(value, name, place)
            return value
        finally:
            self.state.resolving.pop()

    def note_read(self, module: ModuleObject, name: str) -> None:
        """A name has been read that may have been lazy: what has read it first has imported what it stands for."""
        outside = self.state.read_from_outside
        if outside and (module.name, name) in outside:
            self.loader.recorder.depends_on(None)

    def submodule(self, package: ModuleObject, tail: str, place: Place) -> Value:
        """A submodule that a lazy import has named, imported as it is read from its package, and bound there.

        None if there is none. Raises what its body raises.
        """
        name = f"{package.name}.{tail}"
        if name not in self.state.lazy_submodules:
            return None
        self.loader.recorder.depends_on(None)
        if name not in self.state.modules and self.loader.resolve_below(package, tail).spec is None:
            return None
        statement = place.statement or f"lazy import {name}"
        value = self.loader.load(name, Place(place.module, place.location, statement))
        if not (self.run.doubt or self.run.presumption):
            self.journal.put(package.names, tail, value)
            self.journal.discard(self.state.lazy_submodules, name)
        return value
