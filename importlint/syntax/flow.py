"""Every statement of a file with the circumstances under which it runs.

When (while the module is imported, only as a program, only for type checkers, only when a function is
called), whether surely, and which exceptions are caught around it.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from importlint.syntax import facts as f
from importlint.syntax.conditions import Known, View, holds
from importlint.syntax.qualified import chain, import_aliases
from importlint.syntax.traverse import has_items, statements, target_names
from importlint.target import Target


class Phase(enum.Enum):
    """When a statement runs."""

    IMPORT_TIME = "import time"
    PROGRAM = "program"
    """Only when the module is run as a program: behind `if __name__ == "__main__"`."""
    DEFERRED = "deferred"
    """When a function is called."""
    LAZY = "lazy"
    """A lazy import (PEP 810): when its name is first used."""
    TYPING = "typing"
    """Never: only type checkers read it."""


class Scope(enum.Enum):
    """The block that a statement's names belong to."""

    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"


class Circumstances(Struct, frozen=True, kw_only=True, gc=False):
    """How a statement comes to run; truth values are three-valued, None is unknown."""

    scope: Scope = Scope.MODULE
    imported: bool | None = True
    """Whether it runs when the module is imported (or its function called)."""
    program: bool | None = True
    """Whether it runs when the module is run as a program."""
    type_checked: bool | None = True
    """Whether type checkers read it."""
    caught: frozenset[str] = frozenset()
    """The exception classes that handlers around it catch; `ANYTHING` where that cannot be told."""
    handling: bool = False
    """Inside an `except` block."""

    @property
    def phase(self) -> Phase | None:
        """When it runs; None for a dead branch."""
        if self.imported is not False:
            return Phase.DEFERRED if self.scope is Scope.FUNCTION else Phase.IMPORT_TIME
        if self.program is not False:
            return Phase.DEFERRED if self.scope is Scope.FUNCTION else Phase.PROGRAM
        return Phase.TYPING if self.type_checked is not False else None

    @property
    def certain(self) -> bool:
        """Whether it runs whenever its phase comes."""
        if self.imported is not False:
            return self.imported is True and not self.handling
        return (
            self.program if self.program is not False else self.type_checked
        ) is True and not self.handling


ANYTHING = "?"
"""Stands in `Circumstances.caught` for a handler whose classes cannot be read from the text."""

_BASES = {
    "ModuleNotFoundError": ("ImportError", "Exception", "BaseException"),
    "ImportError": ("Exception", "BaseException"),
    "ImportCycleError": ("ImportError", "Exception", "BaseException"),
    "AttributeError": ("Exception", "BaseException"),
    "ValueError": ("Exception", "BaseException"),
}


def catches(caught: frozenset[str], error: str) -> bool:
    """Whether handlers of the classes `caught` may catch the built-in exception named `error`."""
    return bool(caught & {ANYTHING, error, *_BASES.get(error, ("Exception", "BaseException"))})


class Situated(Struct, frozen=True, gc=False):
    """A statement and its circumstances."""

    statement: f.Statement
    circumstances: Circumstances


def walk(facts: f.ModuleFacts, target: Target, known: Known) -> tuple[Situated, ...]:
    """All statements in the order of the text, with those of the functions that are part of the facts.

    `known` is what the file says about the names in its conditions: `known_names(facts)`.
    """
    bodies = {(unit.line, unit.column): unit.body for unit in facts.bodies}
    walk = _Walk(bodies, target, known)
    walk.block(facts.body, Circumstances())
    return tuple(walk.found)


def walk_call(
    body: f.Block, target: Target, known: Known, call: Circumstances, *, is_sure: bool
) -> tuple[Situated, ...]:
    """All statements of a function's body, not those of the functions in it, as they run in a call.

    `call` are the circumstances of the statement that calls; it may do so (`a and f()`) if that is not sure.
    """
    here = replace(call if is_sure else perhaps(call), scope=Scope.FUNCTION)
    walk = _Walk({}, target, known)
    walk.block(body, here)
    return tuple(walk.found)


def known_names(facts: f.ModuleFacts) -> Known:
    """What the file says about the names that its conditions use."""
    aliases: dict[str, str] = {}
    constants: dict[str, f.Expression] = {}
    bound: set[str] = set()
    for statement in statements(facts.body):
        match statement:
            case f.Import() | f.ImportFrom():
                aliases.update(import_aliases(statement))
            case f.Assign(targets=(f.Name(id=name),), value=value):
                if name in bound:
                    constants.pop(name, None)
                else:
                    constants[name] = value
                    bound.add(name)
            case f.Assign(targets=targets):
                for each in (each for part in targets for each in target_names(part)):
                    constants.pop(each.id, None)
                    bound.add(each.id)
                if any(_is_global_item(target) for target in targets):
                    constants.clear()  # kombu: `globals()["KCAH"[::-1]] = False`
            case f.AugmentedAssign(target=f.Name(id=changed)) | f.AnnotatedAssign(target=f.Name(id=changed)):
                constants.pop(changed, None)
                bound.add(changed)
    others = {*_PRESET, *facts.global_names}
    return Known(aliases, {name: value for name, value in constants.items() if name not in others})


def _is_global_item(target: f.Expression) -> bool:
    """Whether a target is `globals()[name]`, which may be any name."""
    return isinstance(target, f.Subscript) and (
        isinstance(target.value, f.Call) and chain(target.value.function) == ("globals",)
    )


_PRESET = ("__file__", "__package__", "__path__", "__spec__")
"""Names that have a value before the module assigns one: PEP 366 has `if __package__ is None: __package__ = "p"`."""


_COMPOUND = (f.If, f.While, f.For, f.Try, f.With, f.Match, f.ClassDef)
_LEAVES = (f.Raise, f.Return, f.Break, f.Continue)
_MAY_LEAVE = (*_LEAVES, f.If, f.Assert)


class _Walk:
    """One walk over one file for one target."""

    def __init__(self, bodies: Mapping[tuple[int, int], f.Block], target: Target, known: Known) -> None:
        self.found: list[Situated] = []
        self.known = known
        self.bodies = bodies
        self.views = {
            "imported": View(target=target),
            "program": View(target=target, as_program=True),
            "type_checked": View(target=target, type_checking=True),
        }

    def block(self, block: f.Block, here: Circumstances) -> None:
        """Find the statements of a block and of those inside it."""
        for statement in block:
            self.found.append(Situated(statement, here))
            if isinstance(statement, f.FunctionDef):
                self.function(statement, here)
            elif isinstance(statement, _COMPOUND):
                self.inside(statement, here)
            if isinstance(statement, _MAY_LEAVE):
                left = {name: False for name, view in self.views.items() if self.leaves(statement, view)}
                here = replace(here, **left) if left else here

    def leaves(self, statement: f.Statement, view: View) -> bool:
        """Whether a statement surely ends its block, so that nothing after it runs."""
        if isinstance(statement, _LEAVES):
            return True
        if isinstance(statement, f.Assert):
            return holds(statement.test, view, self.known) is False
        if not isinstance(statement, f.If):
            return False
        if not any(
            isinstance(branch[-1], _MAY_LEAVE) for branch in (statement.body, statement.orelse) if branch
        ):
            return False
        truth = holds(statement.test, view, self.known)
        taken = [statement.body] * (truth is not False) + [statement.orelse] * (truth is not True)
        return all(branch and self.leaves(branch[-1], view) for branch in taken)

    def function(self, definition: f.FunctionDef, here: Circumstances) -> None:
        body = self.bodies.get((definition.span.line, definition.span.column))
        if body:
            self.block(body, replace(here, scope=Scope.FUNCTION, caught=frozenset(), handling=False))

    def inside(self, statement: f.Statement, here: Circumstances) -> None:
        match statement:
            case f.ClassDef(body=body):
                self.block(body, replace(here, scope=_inner_scope(here.scope)))
            case f.If():
                self.branches(statement, here)
            case f.Try(body=body, handlers=handlers, orelse=orelse, finalbody=finalbody):
                caught = frozenset(name for handler in handlers for name in handler_kinds(handler.kinds))
                self.block(body, replace(here, caught=here.caught | caught))
                for handler in handlers:
                    self.block(handler.body, replace(perhaps(here), handling=True))
                self.block(orelse, here)
                self.block(finalbody, here)
            case f.While(test=test, body=body, orelse=orelse):
                self.block(body, self.given(test, True, here))
                self.block(orelse, here)
            case f.For(iterable=iterable, body=body, orelse=orelse):
                self.block(body, here if has_items(iterable) else perhaps(here))
                self.block(orelse, here)
            case f.With(items=items, body=body):
                caught = frozenset(name for item in items for name in swallowed(item.context))
                self.block(body, replace(here, caught=here.caught | caught))
            case f.Match(cases=cases):
                for case in cases:
                    self.block(case.body, perhaps(here))

    def branches(self, statement: f.If, here: Circumstances) -> None:
        """An `if` with its whole chain of `elif`, which may be longer than the stack is deep."""
        while True:
            self.block(statement.body, self.given(statement.test, True, here))
            here = self.given(statement.test, False, here)
            if len(statement.orelse) != 1 or not isinstance(statement.orelse[0], f.If):
                break
            statement = statement.orelse[0]
            self.found.append(Situated(statement, here))
        self.block(statement.orelse, here)

    def given(self, test: f.Expression, wanted: bool, here: Circumstances) -> Circumstances:
        """The circumstances of a branch that is taken if `test` is `wanted`."""
        outcomes = {
            name: _both(getattr(here, name), _equals(holds(test, view, self.known), wanted))
            for name, view in self.views.items()
        }
        return replace(here, **outcomes)


def left_out(statement: f.Statement, may_raise: Callable[[f.Statement], bool]) -> Iterator[f.Statement]:
    """The statements inside one that may be left without leaving what is around it.

    They are behind one that may raise where exceptions may be caught, or behind a jump in a loop.
    """
    match statement:
        case f.Try(body=body, orelse=orelse, handlers=(_, *_)):
            yield from _behind(body, orelse, may_raise)
        case f.With(body=body):
            yield from _behind(body, (), may_raise)
        case f.For(body=body, orelse=orelse) | f.While(body=body, orelse=orelse):
            yield from _behind(body, orelse, lambda each: isinstance(each, f.Break | f.Continue))


def _behind(
    body: f.Block, orelse: f.Block, may_leave: Callable[[f.Statement], bool]
) -> Iterator[f.Statement]:
    """The statements of two blocks behind the first one that may leave them."""
    for index, each in enumerate(body):
        behind = (*body[index + 1 :], *orelse)
        if not behind:
            return
        if any(map(may_leave, statements((each,)))):
            yield from statements(behind)
            return


def _equals(truth: bool | None, wanted: bool) -> bool | None:
    return None if truth is None else truth is wanted


def _both(first: bool | None, second: bool | None) -> bool | None:
    if first is False or second is False:
        return False
    return None if first is None or second is None else True


def perhaps(here: Circumstances) -> Circumstances:
    """The same under one more condition, which is unknown."""
    return replace(
        here,
        imported=_both(here.imported, None),
        program=_both(here.program, None),
        type_checked=_both(here.type_checked, None),
    )


def _inner_scope(outer: Scope) -> Scope:
    return Scope.FUNCTION if outer is Scope.FUNCTION else Scope.CLASS


def handler_kinds(kinds: f.Expression | None) -> tuple[str, ...]:
    """The exception classes that a handler names, by their last names; `ANYTHING` for what is no built-in class."""
    if kinds is None:
        return ("BaseException",)
    if isinstance(kinds, f.Display):
        return tuple(name for item in kinds.items for name in handler_kinds(item))
    names = chain(kinds)
    return (names[-1] if names and _is_builtin_exception(names[-1]) else ANYTHING,)


def _is_builtin_exception(name: str) -> bool:
    import builtins

    value = getattr(builtins, name, None)
    return isinstance(value, type) and issubclass(value, BaseException)


def swallowed(context: f.Expression) -> tuple[str, ...]:
    """The classes that a context manager is told of: `suppress(ImportError)`, `pytest.raises(ImportError)`."""
    if not isinstance(context, f.Call):
        return ()
    names = (chain(argument) for argument in context.arguments)
    return tuple(name[-1] for name in names if name and _is_builtin_exception(name[-1]))
