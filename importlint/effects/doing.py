"""What the statements of a block do themselves, and which functions of the project they surely call.

Only what runs whenever the block does counts: not what hangs on an unknown condition, on the second operand of
`and`, on an exception, or on how many items there are. What is undone in the same block is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from importlint.diagnostics import Location
from importlint.discovery import Module
from importlint.effects.catalogue import Catalogue, call_kind, import_kind, write_kind
from importlint.effects.conditions import QualifiedName
from importlint.effects.kinds import Kind
from importlint.effects.meaning import (
    ClassScope,
    Meanings,
    Outside,
    OwnClass,
    OwnFunction,
    Scope,
)
from importlint.effects.names import documented_name
from importlint.syntax import facts as f
from importlint.syntax.flow import Situated
from importlint.syntax.namespace import Binding, bindings, written
from importlint.syntax.traverse import expressions, parts
from importlint.syntax.traverse import statements as inner_statements


class Effect(Struct, frozen=True, kw_only=True):
    """Something that code does besides computing."""

    kind: Kind
    name: str
    """What is called, written or imported: a dotted name, as the catalogue knows it."""
    verb: str
    """What the code does with it: `calls`, `writes`, `deletes`, `imports`."""
    location: Location
    subject: str = ""
    """What of it, where that is written out: the key of `os.environ`."""

    @property
    def words(self) -> str:
        """What the code does, to be said of it: "changes `os.environ`"."""
        owner = self.name.rpartition(".")[0]
        if self.verb == "calls" and owner in _SHARED:
            return f"changes `{owner}`"
        if self.verb == "writes" or self.name in _SHARED:
            return f"changes `{self.name}`"
        does = f"{self.verb} `{self.name.removeprefix('builtins.')}`"
        clause = _CLAUSES.get(self.kind) if self.verb != "deletes" else None
        return f"{clause}: it {does}" if clause else does


_SHARED = frozenset(
    {"os.environ", "os.environb", "sys.meta_path", "sys.modules", "sys.path", "sys.path_hooks"}
)
"""Objects whose methods are less known than they are."""
_CLAUSES: Mapping[Kind, str] = {
    Kind.NETWORK: "uses the network",
    Kind.DATABASE: "uses a database",
    Kind.PROCESS: "works with processes",
    Kind.THREAD: "starts threads",
    Kind.EVENT_LOOP: "works with an event loop",
    Kind.FS_WRITE: "changes the file system",
    Kind.MONKEYPATCH: "patches other modules",
    Kind.ENV_WRITE: "changes the environment",
    Kind.PROCESS_STATE: "changes the process",
    Kind.INTERPRETER_STATE: "changes the interpreter",
    Kind.LOCALE: "changes the locale",
    Kind.LOGGING_CONFIG: "configures logging",
    Kind.WARNINGS_CONFIG: "configures warnings",
    Kind.SIGNAL: "changes how signals are handled",
    Kind.RANDOM_STATE: "seeds the random numbers of all",
    Kind.NUMERIC_CONTEXT: "changes how numbers are computed",
    Kind.START_METHOD: "settles how processes start",
    Kind.LIBRARY_CONFIG: "configures a library for all",
    Kind.FRAMEWORK_SETUP: "sets up a framework",
    Kind.SYS_PATH: "changes `sys.path`",
    Kind.IMPORT_HOOKS: "changes how modules are imported",
    Kind.SYS_MODULES: "changes `sys.modules`",
    Kind.EXIT: "ends the process",
    Kind.COMMAND_LINE: "reads the command line",
    Kind.OUTPUT: "prints",
    Kind.BLOCKING: "waits",
    Kind.MAIN_LOOP: "runs until something ends it",
    Kind.REGISTRY: "adds to a registry",
}
"""What calls and imports of a kind do, where their names may not tell."""


class Doing(Struct, frozen=True, kw_only=True):
    """What a block does: its own effects, and the functions that it calls, each with the place of the call."""

    effects: tuple[Effect, ...]
    calls: tuple[tuple[OwnFunction, Location], ...]


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
        effects: list[Effect] = []
        calls: list[tuple[OwnFunction, Location]] = []
        for situated in statements:
            here = situated.circumstances
            if here.imported is not True or here.handling:
                continue
            statement = situated.statement
            for each in self._of_statement(statement, inner.get(id(statement), scope)):
                if isinstance(each, Effect):
                    effects.append(each)
                else:
                    calls.append(each)
        return Doing(effects=tuple(_lasting(effects)), calls=tuple(calls))

    def _of_statement(
        self, statement: f.Statement, scope: Scope
    ) -> Iterator[Effect | tuple[OwnFunction, Location]]:
        for root in expressions(statement):
            for call in _sure_calls(root):
                yield from self._of_call(call, scope)
        match statement:
            case f.FunctionDef(decorators=decorators) | f.ClassDef(decorators=decorators):
                for decorator in decorators:
                    yield from self._of_decorator(decorator, scope)
            case f.Import():
                yield from self._of_import(statement, scope.module)
        if isinstance(statement, f.ClassDef):
            yield from self._made(statement, scope)
        yield from self._of_writes(statement, scope)

    # ---- calls

    def _of_call(self, call: f.Call, scope: Scope) -> Iterator[Effect | tuple[OwnFunction, Location]]:
        location = Location(scope.module.display, call.span)
        meaning = self.meanings.of(call.function, scope)
        match meaning:
            case Outside(name=name) if name in _SETTERS:
                yield from self._of_setting(call, scope, deletes=name == "builtins.delattr")
            case Outside(name=name):
                kind = call_kind(self.catalogue, name, self._written_out(call, scope), self._namer(scope))
                if kind is not None:
                    yield Effect(
                        kind=kind,
                        name=self._documented(name),
                        verb="calls",
                        location=location,
                        subject=_first_text(call.arguments),
                    )
            case OwnFunction() if not self.meanings.is_lazy(meaning):
                yield meaning, location
            case OwnClass():
                yield from self._instantiated(meaning, location)

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

    def _instantiated(self, cls: OwnClass, location: Location) -> Iterator[tuple[OwnFunction, Location]]:
        for name in ("__new__", "__init__", "__post_init__"):
            method = self.meanings.in_class(cls, name, cls)
            if isinstance(method, OwnFunction):
                yield method, location

    def _of_decorator(
        self, decorator: f.Expression, scope: Scope
    ) -> Iterator[Effect | tuple[OwnFunction, Location]]:
        """What calling a decorator does; one that is made by a call is unknown."""
        if isinstance(decorator, f.Name | f.Attribute):
            yield from self._of_call(f.Call(decorator, (), (), decorator.span), scope)

    def _made(self, statement: f.ClassDef, scope: Scope) -> Iterator[tuple[OwnFunction, Location]]:
        """What making a class runs: the `__init_subclass__` of a base."""
        location = Location(scope.module.display, statement.span)
        for base in statement.bases:
            meaning = self.meanings.of(base, scope)
            if isinstance(meaning, OwnClass):
                hook = self.meanings.in_class(meaning, "__init_subclass__", meaning)
                if isinstance(hook, OwnFunction):
                    yield hook, location

    # ---- writes and imports

    def _of_writes(self, statement: f.Statement, scope: Scope) -> Iterator[Effect]:
        deletes = isinstance(statement, f.Delete)
        targets = statement.targets if isinstance(statement, f.Delete) else written(statement)
        augmented = isinstance(statement, f.AugmentedAssign)
        for target in (part for each in targets for part in _single(each)):
            verb = "deletes" if deletes else "writes"
            yield from self._of_target(target, scope, verb=verb, augmented=augmented)

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
        if kind is not None and not self.meanings.is_read(bound, module):
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
            names = frozenset(
                binding.name
                for each in inside
                for binding in bindings(Situated(each, situated.circumstances))
            )
            scope = ClassScope(found.get(id(situated.statement), around), names)
            found.update((id(each), scope) for each in inside)
    return found


def _sure_calls(root: f.Expression) -> Iterator[f.Call]:
    """The calls in an expression that are made whenever it is evaluated, inner ones first."""
    match root:
        case f.Call(function=function, arguments=arguments, keywords=keywords):
            for part in (function, *arguments, *(keyword.value for keyword in keywords)):
                yield from _sure_calls(part)
            yield root
        case f.BooleanOperation(values=values):
            yield from _sure_calls(values[0])
        case f.Conditional(test=test):
            yield from _sure_calls(test)
        case f.Comprehension(generators=generators):
            yield from _sure_calls(generators[0].iterable)
        case f.Lambda(defaults=defaults):
            for default in defaults:
                yield from _sure_calls(default)
        case f.Constant() | f.Name():
            return
        case _:
            for part in _children(root):
                yield from _sure_calls(part)


def _children(expression: f.Expression) -> Iterator[f.Expression]:
    """The outermost calls, operations and comprehensions below an expression."""
    inside = parts(expression)
    next(inside)
    skip = 0
    for part in inside:
        if skip:
            skip -= 1
            continue
        if isinstance(part, f.Call | f.BooleanOperation | f.Conditional | f.Comprehension | f.Lambda):
            skip = sum(1 for _ in parts(part)) - 1
            yield part


def _single(target: f.Expression) -> Iterator[f.Expression]:
    match target:
        case f.Display(items=items):
            for item in items:
                yield from _single(item)
        case f.Starred(value=value):
            yield from _single(value)
        case _:
            yield target


def _first_text(arguments: tuple[f.Expression, ...]) -> str:
    first = arguments[0] if arguments else None
    return first.value if isinstance(first, f.Constant) and isinstance(first.value, str) else ""


def _lasting(effects: list[Effect]) -> Iterator[Effect]:
    """The effects without those that a later one of the same block takes back."""
    for index, effect in enumerate(effects):
        later = effects[index + 1 :]
        if not _takes_back(effect) and not any(_undoes(each, effect) for each in later):
            yield effect


def _takes_back(effect: Effect) -> bool:
    return effect.kind is Kind.SYS_PATH and effect.name.rpartition(".")[2] in ("pop", "remove")


def _undoes(later: Effect, effect: Effect) -> bool:
    if later.kind is not effect.kind:
        return False
    if effect.kind is Kind.SYS_PATH:
        return _takes_back(later)
    if effect.kind is Kind.ENV_WRITE:
        is_removal = later.verb == "deletes" or later.name.rpartition(".")[2] in ("pop", "unsetenv")
        return is_removal and later.subject == effect.subject
    return (
        effect.kind is Kind.PROCESS_STATE and later.name == effect.name and later.location != effect.location
    )
