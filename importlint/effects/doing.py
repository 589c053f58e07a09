"""What the statements of a block do themselves, and which functions of the project they surely call.

Only what runs whenever the block does counts: not what hangs on an unknown condition, on the second operand of
`and`, on an exception, or on how many items there are, nor what stands behind a possible end of the process. What is
undone in the same block is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from importlint.diagnostics import Location
from importlint.discovery import Module
from importlint.effects.catalogue import Catalogue, call_kind, import_kind, write_kind
from importlint.effects.conditions import QualifiedName
from importlint.effects.effect import Effect
from importlint.effects.kinds import Kind
from importlint.effects.meaning import (
    ClassScope,
    Meanings,
    Outside,
    OwnClass,
    OwnFunction,
    OwnObject,
    Scope,
)
from importlint.effects.names import documented_name
from importlint.effects.undoing import caught, lasting, put_back
from importlint.syntax import facts as f
from importlint.syntax.flow import Situated, left_out
from importlint.syntax.namespace import Binding, bindings, written
from importlint.syntax.qualified import chain
from importlint.syntax.traverse import evaluated, expressions, parts
from importlint.syntax.traverse import statements as inner_statements


class Call(Struct, frozen=True, kw_only=True):
    """A call of a function of the project."""

    function: OwnFunction
    location: Location
    undone: frozenset[Kind] = frozenset()
    """The kinds of effects that are put back around the call."""


class Doing(Struct, frozen=True, kw_only=True):
    """What a block does: its own effects, and the functions that it calls, in their order."""

    effects: tuple[Effect, ...]
    calls: tuple[Call, ...]


Calls = Sequence[tuple[f.Call, bool]]
"""Calls, each with whether it is made whenever its statement runs."""

_SETTERS = ("builtins.setattr", "builtins.delattr")


class Reader:
    """Reads blocks of one project's code with one catalogue."""

    def __init__(self, meanings: Meanings, catalogue: Catalogue) -> None:
        self.meanings = meanings
        self.catalogue = catalogue

    def read(self, statements: Iterable[Situated], scope: Scope) -> Doing:
        """What those of the statements do that surely run: all of a function's or a module's, in their order."""
        statements = tuple(statements)
        inner = _class_scopes(statements, scope)
        name = self._namer(scope)
        put_back_around: dict[int, frozenset[Kind]] = {}
        unsure: set[int] = set()
        below_with: set[int] = set()
        effects: list[Effect] = []
        calls: list[Call] = []
        reached: int | None = None  # how many of the effects come before the process may end
        for situated in statements:
            if _only_binds(situated.statement):
                continue
            for inside, kinds in put_back(situated, name):
                put_back_around[inside] = put_back_around.get(inside, frozenset()) | kinds
            here, statement = situated.circumstances, situated.statement
            around = inner.get(id(statement), scope)
            unsure.update(map(id, left_out(statement, partial(self._may_raise, scope=around))))
            if here.imported is False or here.handling or id(statement) in unsure:
                continue
            made = _calls(statement)
            undone = put_back_around.get(id(statement), frozenset()) | caught(situated)
            found = tuple(self._of_statement(statement, made, around)) if here.imported else ()
            done = [each for each in found if isinstance(each, Effect)]
            called = [each for each in found if isinstance(each, Call)]
            effects += (each for each in done if each.kind not in undone)
            if isinstance(statement, f.With):
                below_with.update(map(id, inner_statements(statement.body)))
            if reached is None:
                calls += (replace(each, undone=undone) for each in called)
                unsure_calls = [call for call, is_sure in made if not (is_sure and here.imported)]
                exits = any(each.kind is Kind.EXIT for each in done)
                exits = exits or self._may_exit(statement, unsure_calls, around)
                is_passed_on = not here.caught and id(statement) not in below_with
                fails = is_passed_on and any(self._fails(each.function) for each in called)
                if fails or (exits and Kind.EXIT not in undone):
                    reached = len(effects)
        return Doing(effects=tuple(lasting(effects, reached)), calls=tuple(calls))

    def _may_exit(self, statement: f.Statement, calls: Iterable[f.Call], scope: Scope) -> bool:
        """Whether a statement that runs may end the process, by one of the calls or by raising."""
        if isinstance(statement, f.Raise):
            return any(self._of_raise(statement, scope))
        names = ((self.meanings.name(call.function, scope), call) for call in calls)
        does = (each for name, call in names if name for each in self._of_outside(name, call, scope))
        return any(each.kind is Kind.EXIT for each in does)

    def _may_raise(self, statement: f.Statement, scope: Scope) -> bool:
        """Whether a statement imports what is not there, raises, or calls a function that does."""
        if isinstance(statement, f.Import | f.ImportFrom):
            return not self.meanings.is_found(statement, scope.module)
        if isinstance(statement, f.Raise):
            return True
        done = (each for call in _sure(_calls(statement)) for each in self._of_call(call, scope))
        return any(isinstance(each, Call) and self._fails(each.function) for each in done)

    def _fails(self, function: OwnFunction) -> bool:
        """Whether the body of a function raises."""
        return any(isinstance(each, f.Raise) for each in self.meanings.body(function))

    def _of_statement(self, statement: f.Statement, made: Calls, scope: Scope) -> Iterator[Effect | Call]:
        for call in _sure(made):
            yield from self._of_call(call, scope)
        match statement:
            case f.FunctionDef(decorators=decorators) | f.ClassDef(decorators=decorators):
                for decorator in decorators:
                    yield from self._of_decorator(decorator, scope)
            case f.Import():
                yield from self._of_import(statement, scope.module)
            case f.Raise():
                yield from self._of_raise(statement, scope)
        if isinstance(statement, f.ClassDef):
            yield from self._made(statement, scope)
        yield from self._of_writes(statement, scope)

    # ---- calls

    def _of_call(self, call: f.Call, scope: Scope) -> Iterator[Effect | Call]:
        location = Location(scope.module.display, call.span)
        meaning = self.meanings.of(call.function, scope)
        match meaning:
            case Outside(name=name) if name in _SETTERS:
                yield from self._of_setting(call, scope, deletes=name == "builtins.delattr")
            case Outside(name=name):
                yield from self._of_outside(name, call, scope)
            case _ if (owner := self._changed_object(call, scope)) is not None:
                yield Effect(kind=Kind.REGISTRY, name=owner, verb="writes", location=location)
            case OwnFunction() if not self.meanings.is_lazy(meaning):
                yield Call(function=meaning, location=location)
            case OwnClass():
                yield from self._instantiated(meaning, location)

    def _of_outside(self, name: str, call: f.Call, scope: Scope) -> Iterator[Effect]:
        """What a call of something outside the project does, as the catalogue says."""
        kind = call_kind(self.catalogue, name, self._written_out(call, scope), self._namer(scope))
        if kind is Kind.SYS_MODULES and not _is_foreign_key(call.arguments[:1], scope.module):
            kind = None
        if kind is not None:
            yield Effect(
                kind=kind,
                name=self._documented(name),
                verb="calls",
                location=Location(scope.module.display, call.span),
                subject=_first_text(call.arguments),
                restores=any(self._is_former(each, name, scope) for each in call.arguments),
            )

    def _changed_object(self, call: f.Call, scope: Scope) -> str | None:
        """The object of another module of the project whose method a call is, if the method changes it."""
        match call.function:
            case f.Attribute(value=owner, attr=method) if method in self.catalogue.changing_methods:
                return self._foreign_object(owner, scope)
        return None

    def _foreign_object(self, expression: f.Expression, scope: Scope) -> str | None:
        """An object of another module of the project, as it is written."""
        meaning = self.meanings.of(expression, scope)
        is_foreign = isinstance(meaning, OwnObject) and meaning.module.path != scope.module.path
        return ".".join(chain(expression) or ()) or None if is_foreign else None

    def _of_setting(self, call: f.Call, scope: Scope, *, deletes: bool) -> Iterator[Effect]:
        """What `setattr(owner, "name", value)` does: the same as `owner.name = value`."""
        match call.arguments:
            case (owner, f.Constant(value=str(attr)), *_) if not isinstance(owner, f.Starred):
                target = f.Attribute(owner, attr, call.span)
                yield from self._of_target(target, scope, verb="deletes" if deletes else "writes")

    def _written_out(self, call: f.Call, scope: Scope) -> f.Call:
        """A call of a method with the call that made its object, where a variable has that."""
        if isinstance(call.function, f.Attribute) and isinstance(call.function.value, f.Name):
            maker = self.meanings.maker(call.function.value.id, scope)
            if maker is not None:
                function = f.Attribute(maker, call.function.attr, call.function.span)
                return f.Call(function, call.arguments, call.keywords, call.span)
        return call

    def _instantiated(self, cls: OwnClass, location: Location) -> Iterator[Call]:
        names = ["__init__"] if self.meanings.is_plain(cls) else ["__new__"]
        if self.meanings.is_dataclass(cls):
            names.append("__post_init__")
        for name in names:
            method = self.meanings.in_class(cls, name)
            if isinstance(method, OwnFunction):
                yield Call(function=method, location=location)

    def _of_raise(self, statement: f.Raise, scope: Scope) -> Iterator[Effect]:
        exception = statement.exception
        raised = exception.function if isinstance(exception, f.Call) else exception
        if raised is not None and self.meanings.name(raised, scope) == "builtins.SystemExit":
            location = Location(scope.module.display, statement.span)
            yield Effect(kind=Kind.EXIT, name="builtins.SystemExit", verb="raises", location=location)

    def _of_decorator(self, decorator: f.Expression, scope: Scope) -> Iterator[Effect | Call]:
        """What calling a decorator does; one that is made by a call is unknown."""
        if isinstance(decorator, f.Name | f.Attribute):
            yield from self._of_call(f.Call(decorator, (), (), decorator.span), scope)

    def _made(self, statement: f.ClassDef, scope: Scope) -> Iterator[Call]:
        """What making a class runs: the `__init_subclass__` of a base."""
        location = Location(scope.module.display, statement.span)
        for base in statement.bases:
            meaning = self.meanings.of(base, scope)
            if isinstance(meaning, OwnClass):
                hook = self.meanings.in_class(meaning, "__init_subclass__")
                if isinstance(hook, OwnFunction):
                    yield Call(function=hook, location=location)

    # ---- writes and imports

    def _of_writes(self, statement: f.Statement, scope: Scope) -> Iterator[Effect]:
        deletes = isinstance(statement, f.Delete)
        targets = statement.targets if isinstance(statement, f.Delete) else written(statement)
        augmented = isinstance(statement, f.AugmentedAssign)
        for target in (part for each in targets for part in _single(each)):
            verb = "deletes" if deletes else "writes"
            for effect in self._of_target(target, scope, verb=verb, augmented=augmented):
                value = statement.value if isinstance(statement, f.Assign) else None
                yield replace(effect, restores=self._is_former(value, effect.name, scope))

    def _is_former(self, value: f.Expression | None, name: str, scope: Scope) -> bool:
        """Whether a variable has what there was before `name` was set or called."""
        if not isinstance(value, f.Name):
            return False
        if name == "sys.path":
            return True
        former = self.meanings.name(value, scope) or ""
        owner, _, getter = former.rpartition(".")
        is_getter = getter.startswith("get") and owner == name.rpartition(".")[0]
        return former in (name, f"{name}()") or is_getter

    def _of_target(
        self, target: f.Expression, scope: Scope, *, verb: str, augmented: bool = False
    ) -> Iterator[Effect]:
        """What binding or deleting a target without parts does."""
        match target:
            case f.Subscript(value=changed, index=index):
                subject = _first_text((index,))
            case f.Attribute() | f.Name():
                changed, subject = target, ""
            case _:
                return
        kind = write_kind(self.catalogue, target, self._namer(scope), augmented=augmented)
        if kind is None and isinstance(target, f.Attribute) and self._is_foreign(target.value, scope):
            kind = Kind.MONKEYPATCH
        if isinstance(target, f.Subscript) and (owner := self._foreign_object(changed, scope)) is not None:
            location = Location(scope.module.display, target.span)
            yield Effect(kind=Kind.REGISTRY, name=owner, verb=verb, location=location)
        if kind is Kind.SYS_MODULES and isinstance(target, f.Subscript):
            kind = kind if _is_foreign_key((target.index,), scope.module) else None
        if kind is not None:
            yield Effect(
                kind=kind,
                name=self._documented(self.meanings.name(changed, scope) or ""),
                verb=verb,
                location=Location(scope.module.display, target.span),
                subject=subject,
            )

    def _is_foreign(self, expression: f.Expression, scope: Scope) -> bool:
        """Whether an expression stands for a module outside the project, whose attributes are not ours to set."""
        meaning = self.meanings.of(expression, scope)
        return isinstance(meaning, Outside) and self.meanings.is_module(meaning.name, scope.module)

    def _of_import(self, statement: f.Import, module: Module) -> Iterator[Effect]:
        """What a module does that is imported for nothing else: whoever uses it has to take it as it is."""
        kind = import_kind(self.catalogue, statement.module)
        bound = statement.asname or statement.module.partition(".")[0]
        is_own = statement.module.partition(".")[0] == module.name.partition(".")[0]
        if kind is not None and not is_own and not self.meanings.is_read(bound, module):
            location = Location(module.display, statement.span)
            yield Effect(kind=kind, name=statement.module, verb="imports", location=location)

    def _namer(self, scope: Scope) -> QualifiedName:
        return lambda expression: self.meanings.name(expression, scope)

    def _documented(self, name: str) -> str:
        return documented_name(name, self.catalogue.aliases).replace(".__truediv__()", "")


def local_bindings(statements: Iterable[Situated]) -> Mapping[str, tuple[Binding, ...]]:
    """What the statements of a function bind, by name."""
    found: dict[str, tuple[Binding, ...]] = {}
    for situated in statements:
        for binding in bindings(situated):
            found[binding.name] = (*found.get(binding.name, ()), binding)
    return found


def _class_scopes(statements: Iterable[Situated], around: Scope) -> Mapping[int, Scope]:
    """The scopes of the statements in class bodies, by their identity."""
    found: dict[int, Scope] = {}
    for situated in statements:
        if isinstance(situated.statement, f.ClassDef):
            inside = tuple(inner_statements(situated.statement.body))
            scope = ClassScope(found.get(id(situated.statement), around), inside)
            found.update((id(each), scope) for each in inside)
    return found


def _only_binds(statement: f.Statement) -> bool:
    """Whether a statement surely does nothing but bind names, as most do."""
    match statement:
        case f.FunctionDef(decorators=()):
            pass
        case f.Assign(targets=targets) if all(isinstance(each, f.Name) for each in targets):
            pass
        case _:
            return isinstance(statement, f.ImportFrom)
    return not any(isinstance(part, f.Call) for root in expressions(statement) for part in parts(root))


def _calls(statement: f.Statement) -> Calls:
    """The calls that a statement may make, in the order in which they are made: inner ones end first."""
    calls = [(part, is_sure) for part, is_sure in evaluated(statement) if isinstance(part, f.Call)]
    return sorted(calls, key=lambda each: (each[0].span.end_line, each[0].span.end_column))


def _sure(made: Calls) -> Iterator[f.Call]:
    return (call for call, is_sure in made if is_sure)


def _single(target: f.Expression) -> Iterator[f.Expression]:
    match target:
        case f.Display(items=items):
            for item in items:
                yield from _single(item)
        case f.Starred(value=value):
            yield from _single(value)
        case _:
            yield target


def _is_foreign_key(keys: tuple[f.Expression, ...], module: Module) -> bool:
    """Whether a key of `sys.modules` is surely a module of somebody else, not the module itself or one below it."""
    name = _first_text(keys)
    return name != "" and name.partition(".")[0] != module.name.partition(".")[0]


def _first_text(arguments: tuple[f.Expression, ...]) -> str:
    first = arguments[0] if arguments else None
    return first.value if isinstance(first, f.Constant) and isinstance(first.value, str) else ""
