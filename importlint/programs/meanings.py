"""What expressions of a stretch stand for, as dotted names: `multiprocessing.Process`, and `...()` for what it makes.

Names are followed to the imports, assignments, `with` items and classes that bind them, as far as these agree. A
context of `multiprocessing` stands for the module itself, and its start method goes along.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from importlint.programs.reach import Stretch
from importlint.syntax import facts as f
from importlint.syntax.flow import Situated

_SAME = {
    "multiprocessing.context.Process": "multiprocessing.Process",
    "multiprocessing.pool.Pool": "multiprocessing.Pool",
    "concurrent.futures.process.ProcessPoolExecutor": "concurrent.futures.ProcessPoolExecutor",
}
"""Other names of what has one of its own."""

UNKNOWN_METHOD = "?"
"""A start method that is not written out."""
RESTARTING = "restarting"
"""That of an executor with `max_tasks_per_child`: `spawn`, from Python 3.11 on."""


class Meaning(Struct, frozen=True):
    """What an expression stands for."""

    name: str
    """Dotted; `()` for the result of a call."""
    method: str | None = None
    """How it starts processes, as it is written; None for the default."""


class Meanings:
    """The meanings of a stretch's expressions; `outer` are those of the module's body, where it is a function's."""

    def __init__(self, stretch: Stretch, outer: Meanings | None = None) -> None:
        self.aliases = stretch.aliases
        self.outer = outer
        self.values = _values(stretch.statements)
        self.own = frozenset((*stretch.parameters, *self.values))
        self._following: set[str] = set()

    def of(self, expression: f.Expression) -> Meaning | None:
        """What an expression stands for; None where that cannot be told."""
        match expression:
            case f.Name(id=name):
                return self._name(name)
            case f.Attribute(value=value, attr=attr):
                owner = self.of(value)
                return None if owner is None else _named(f"{owner.name}.{attr}", owner.method)
            case f.Call(function=function):
                called = self.of(function)
                return None if called is None else self._result(called, expression)
        return None

    def _name(self, name: str) -> Meaning | None:
        if name not in self.own:
            if name in self.aliases:
                return _named(self.aliases[name])
            return self.outer.of(f.Name(name, _NOWHERE)) if self.outer else None
        if name in self._following:
            return None
        self._following.add(name)
        found = {self.of(value) for value in self.values.get(name, ())}
        self._following.discard(name)
        return found.pop() if len(found) == 1 else None

    def _result(self, called: Meaning, call: f.Call) -> Meaning:
        keywords = {keyword.name: keyword.value for keyword in call.keywords}
        if called.name == "multiprocessing.get_context":
            given = call.arguments[0] if call.arguments else keywords.get("method")
            return Meaning("multiprocessing", start_method(given))
        if "mp_context" in keywords:
            context = self.of(keywords["mp_context"])
            return Meaning(f"{called.name}()", context.method if context else UNKNOWN_METHOD)
        method = RESTARTING if "max_tasks_per_child" in keywords else called.method
        return Meaning(f"{called.name}()", method)


def start_method(given: f.Expression | None) -> str | None:
    """The start method that an argument names; None for the default."""
    match given:
        case None | f.Constant(value=None):
            return None
        case f.Constant(value=str(method)):
            return method
    return UNKNOWN_METHOD


_NOWHERE = f.Span(1, 1, 1, 1)


def _named(name: str, method: str | None = None) -> Meaning:
    return Meaning(_SAME.get(name, name), method)


def _values(statements: Iterable[Situated]) -> Mapping[str, list[f.Expression]]:
    """What the names are bound to that assignments and the like bind; a class stands for its base."""
    found: dict[str, list[f.Expression]] = {}
    for situated in statements:
        match situated.statement:
            case f.Assign(targets=targets, value=value):
                for target in targets:
                    if isinstance(target, f.Name):
                        found.setdefault(target.id, []).append(value)
            case f.AnnotatedAssign(target=f.Name(id=name), value=value) if value is not None:
                found.setdefault(name, []).append(value)
            case f.With(items=items):
                for item in items:
                    if isinstance(item.target, f.Name):
                        found.setdefault(item.target.id, []).append(item.context)
            case f.ClassDef(name=name, bases=(base, *_)):
                found.setdefault(name, []).append(base)
            case f.For(target=f.Name(id=name)) | f.FunctionDef(name=name) | f.ClassDef(name=name):
                found.setdefault(name, []).append(f.Opaque(()))
    return found
