"""What a run knows at one moment: `sys.modules`, and the way back to an earlier moment.

Every change of a value goes through the journal, so that a run can start from the state that another one left
and give it back unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from importlint.machine.values import Lazy, ModuleObject, Value

Step = tuple[Callable[..., Any], tuple[Any, ...]]
"""Something that was done, as a call that does it again."""

K = TypeVar("K")
V = TypeVar("V")


class Journal:
    """Changes dicts, sets, lists and attributes; remembers how to undo it, and, on request, how to do it again."""

    def __init__(self) -> None:
        self._undo: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []
        self.recording: list[Step] | None = None
        """Where changes are written down for doing them again."""

    def put(self, mapping: dict[K, V], key: K, value: V) -> None:
        """`mapping[key] = value`."""
        if self.recording is not None:
            self.recording.append((self.put, (mapping, key, value)))
        if key in mapping:
            self._undo.append((mapping.__setitem__, (key, mapping[key])))
        else:
            self._undo.append((mapping.__delitem__, (key,)))
        mapping[key] = value

    def drop(self, mapping: dict[K, V], key: K) -> V | None:
        """`mapping.pop(key, None)`; its order is given back too."""
        if self.recording is not None:
            self.recording.append((self.drop, (mapping, key)))
        if key not in mapping:
            return None
        before = dict(mapping)
        self._undo.append((_refill, (mapping, before)))
        return mapping.pop(key)

    def add(self, names: set[K], name: K) -> None:
        """`names.add(name)`."""
        if self.recording is not None:
            self.recording.append((self.add, (names, name)))
        if name not in names:
            names.add(name)
            self._undo.append((names.discard, (name,)))

    def discard(self, names: set[str], name: str) -> None:
        """`names.discard(name)`."""
        if self.recording is not None:
            self.recording.append((self.discard, (names, name)))
        if name in names:
            names.discard(name)
            self._undo.append((names.add, (name,)))

    def replace(self, items: list[V], values: list[V]) -> None:
        """`items[:] = values`."""
        if self.recording is not None:
            self.recording.append((self.replace, (items, values)))
        self._undo.append((items.__setitem__, (slice(None), list(items))))
        items[:] = values

    def append(self, items: list[V], value: V) -> None:
        """`items.append(value)`."""
        if self.recording is not None:
            self.recording.append((self.append, (items, value)))
        items.append(value)
        self._undo.append((items.pop, ()))

    def set(self, owner: object, name: str, value: object) -> None:
        """`owner.name = value`."""
        if self.recording is not None:
            self.recording.append((self.set, (owner, name, value)))
        self._undo.append((setattr, (owner, name, getattr(owner, name))))
        setattr(owner, name, value)

    def mark(self) -> int:
        """This moment, for `go_back`."""
        return len(self._undo)

    def go_back(self, mark: int) -> None:
        """Undo everything since the moment `mark`."""
        while len(self._undo) > mark:
            function, arguments = self._undo.pop()
            function(*arguments)


def _refill(mapping: dict[Any, Any], before: dict[Any, Any]) -> None:
    mapping.clear()
    mapping.update(before)


class State:
    """`sys.modules`, from full names to module objects, or whatever was put there; with its journal."""

    def __init__(self) -> None:
        self.modules: dict[str, Value] = {}
        self.journal = Journal()
        self.outsiders: dict[str, ModuleObject] = {}
        """The modules that are not followed, by name: the same objects for every run."""
        self.skipped: dict[str, None] = {}
        """The modules that imports ask for which did not run, and might have: their conditions are unknown."""
        self.is_strange = False
        """Code outside the project and the standard library has been called: what it calls back is unknown."""
        self.lazy_submodules: set[str] = set()
        """The modules that lazy imports have named: reading one from its package imports it."""
        self.read_from_outside: set[tuple[str, str]] = set()
        """The modules and names that were lazy until another module read them."""
        self.resolving: list[Lazy] = []
        """The lazy values whose imports are under way, outermost first."""
        self.objects: dict[str, ModuleObject] = {}
        """The modules that are followed, by name: the same objects for every run, as long as none fails."""
        self.versions: dict[str, int] = {}
        """What calls have made of the global names of modules; see `Scripts.written`."""
