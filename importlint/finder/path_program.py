"""From the statements of a package's `__init__` to the `__path__` that it has when they have run.

A small interpreter for the few things that packages do with their `__path__`: lists, texts, `os.path`,
`pathlib`, and the two helpers that make namespace packages. Whatever else reaches the list leaves an opaque
entry in it. Values are importlint's own, never the module's: nothing of the module is run.

Language reference, "`__path__` attributes on modules".
"""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from importlint.finder.path_finder import opaque_entry, opaque_reason
from importlint.finder.path_values import (
    CONSTANTS,
    FUNCTIONS,
    QUESTIONS,
    READERS,
    UNKNOWN,
    Unknown,
    add,
    apply,
    attribute,
    call_method,
    element,
    operate,
)
from importlint.finder.spec import Spec
from importlint.syntax import facts as f
from importlint.syntax.conditions import Known, View, holds
from importlint.syntax.qualified import chain, qualified_name
from importlint.syntax.traverse import expressions, parts, statements, target_names

if TYPE_CHECKING:
    from typing import TypeGuard

_PATH = "__path__"

_MOST_ROUNDS = 100
"""Loops that go on for longer are not followed, nor those inside two others: a few lines could run for ever."""


class Surroundings(Struct, frozen=True):
    """What the statements of a package ask the import system."""

    extend_path: Callable[[list[Any], str], list[Any]]
    """`pkgutil.extend_path`."""
    declare_namespace: Callable[[list[Any], str], list[Any]]
    """`pkg_resources.declare_namespace`, from the present `__path__` to the next."""
    path_of: Callable[[str], tuple[str, ...] | None]
    """The `__path__` of another module, whose name may be relative; None if it has none, or is not found."""
    is_absent: Callable[[str], bool | None]
    """Whether an absolute dotted name cannot be imported; None if that is not known."""


def final_path(
    spec: Spec, facts: f.ModuleFacts, view: View, known: Known, surroundings: Surroundings
) -> tuple[str, ...] | None:
    """The `__path__` of the module of `spec` after its statements; None if it has none then."""
    program = _Program(spec, view, known, surroundings)
    program.run(facts.body)
    unknown = opaque_entry(f"`{spec.name}` edits its `__path__`")
    value = program.names.get(_PATH)
    if _PATH not in program.names:
        return None
    if not isinstance(value, list | tuple):
        return (*(spec.search_locations or ()), unknown)
    entries = [unknown if isinstance(item, Unknown) else item for item in value]
    return tuple(item for item in entries if isinstance(item, str))


def followed_lines(facts: f.ModuleFacts) -> frozenset[int]:
    """The lines of the statements that a program follows, which are all but those of functions."""
    return frozenset(
        line
        for statement in statements(facts.body)
        if (span := getattr(statement, "span", None)) is not None
        for line in range(span.line, span.end_line + 1)
    )


class _Program:
    """The names of a module while its statements run."""

    def __init__(self, spec: Spec, view: View, known: Known, surroundings: Surroundings) -> None:
        self.view = view
        self.known = known
        self.surroundings = surroundings
        self.names: dict[str, object] = {"__name__": spec.name, "__file__": spec.origin}
        if spec.search_locations is not None:
            self.names[_PATH] = list(spec.search_locations)
        package = spec.name if spec.is_package else spec.name.rpartition(".")[0]
        self.names["__package__"] = package
        self.depth = 0
        """How many loops are around the statement that is followed."""

    # ---- statements

    def run(self, block: f.Block) -> None:
        for statement in block:
            self.step(statement)

    def step(self, statement: f.Statement) -> None:
        match statement:
            case f.Assign(targets=targets, value=value):
                result = self.value(value)
                for target in targets:
                    self.bind(target, result)
            case f.AnnotatedAssign(target=target, value=value) if value is not None:
                self.bind(target, self.value(value))
            case f.AugmentedAssign(target=target, operator=operator, value=value):
                self.augment(target, operator, self.value(value))
            case f.Delete(targets=targets):
                for deleted in (name for target in targets for name in target_names(target)):
                    self.names.pop(deleted.id, None)
                if any(_mentions_path(target) for target in targets if not isinstance(target, f.Name)):
                    self.spoil()
            case f.If(test=test, body=body, orelse=orelse):
                truth = self.truth(test)
                if truth is None:
                    self.may_run(body, orelse)
                else:
                    self.run(body if truth else orelse)
            case f.Try():
                self.attempt(statement)
            case f.With(items=items, body=body):
                for context in items:
                    self.value(context.context)
                self.run(body)
            case f.For(target=target, iterable=iterable, body=body, orelse=orelse):
                grows = isinstance(iterable, f.Name) and self.names.get(iterable.id) is self.names.get(_PATH)
                jumps = any(isinstance(each, f.Break | f.Continue) for each in statements(body))
                known = None if grows or jumps else self.items(iterable)
                if known is None:
                    self.bind(target, UNKNOWN)
                    self.may_run(body, orelse)
                else:
                    self.depth += 1
                    for item in known:
                        self.bind(target, item)
                        self.run(body)
                    self.depth -= 1
                    self.run(orelse)
            case f.While() | f.Match():
                self.may_run((statement,))
            case f.FunctionDef() | f.ClassDef():
                self.names[statement.name] = UNKNOWN
            case f.Import(module=module, asname=asname):
                self.names.pop(asname or module.partition(".")[0], None)
            case f.ImportFrom(names=names):
                for name in names:
                    self.names.pop(name.binds, None)
                    if name.binds == _PATH:
                        self.names[_PATH] = UNKNOWN
            case _:
                for expression in expressions(statement):
                    self.value(expression)

    def attempt(self, statement: f.Try) -> None:
        """`try`: an import of what is absent leads to the handler, nothing else does."""
        for inner in statement.body:
            fails = self.fails(inner)
            if fails is None:
                self.may_run((statement,))
                return
            if fails:
                handler = next((each for each in statement.handlers if _catches_import_error(each)), None)
                self.run(handler.body if handler else ())
                break
            self.step(inner)
        else:
            self.run(statement.orelse)
        self.run(statement.finalbody)

    def fails(self, statement: f.Statement) -> bool | None:
        """Whether a statement imports what is absent; None if that is not known."""
        match statement:
            case f.Import(module=module) | f.ImportFrom(module=module, level=0):
                return self.surroundings.is_absent(module)
        calls = (part for root in expressions(statement) for part in parts(root) if isinstance(part, f.Call))
        answers = [self.surroundings.is_absent(name) for name in map(_imports, calls) if name is not None]
        return True if True in answers else None if None in answers else False

    def may_run(self, *blocks: f.Block) -> None:
        """Forget what statements touch that may run, or run more than once."""
        for statement in (each for block in blocks for each in statements(block)):
            targets = _targets(statement)
            for name in (name for target in targets for name in target_names(target) if name.id != _PATH):
                self.names[name.id] = UNKNOWN
            if any(_mentions_path(root) for root in (*targets, *expressions(statement))):
                self.spoil()

    def spoil(self) -> None:
        """From now on, anything may be in the list beside what is known."""
        value = self.names.setdefault(_PATH, [])
        if isinstance(value, list):
            value.append(UNKNOWN)

    def bind(self, target: f.Expression, value: object) -> None:
        match target:
            case f.Name(id=name):
                self.names[name] = value
            case f.Subscript(value=f.Name(id="__path__"), index=f.Slice(lower=None, upper=None, step=None)):
                current = self.names.get(_PATH)
                if isinstance(current, list):
                    current[:] = list(value) if isinstance(value, list | tuple) else [UNKNOWN]
            case f.Display(items=items):
                values = value if isinstance(value, list | tuple) and len(value) == len(items) else None
                for index, item in enumerate(items):
                    self.bind(item, values[index] if values else UNKNOWN)
            case _ if _mentions_path(target):
                self.spoil()

    def augment(self, target: f.Expression, operator: str, value: object) -> None:
        current = self.value(target)
        if operator == "+" and isinstance(current, list):
            current.extend(value if isinstance(value, list | tuple) else [UNKNOWN])
        elif isinstance(target, f.Name):
            self.names[target.id] = add(current, value) if operator == "+" else UNKNOWN

    # ---- expressions

    def items(self, iterable: f.Expression) -> tuple[object, ...] | None:
        """What a loop or comprehension goes through; None if that is not known, or takes too long."""
        values = self.value(iterable)
        if not isinstance(values, list | tuple) or len(values) > _MOST_ROUNDS or self.depth > 1:
            return None
        return None if any(isinstance(value, Unknown) for value in values) else tuple(values)

    def value(self, expression: f.Expression) -> Any:
        match expression:
            case f.Constant(value=value):
                return value
            case f.Name(id=name):
                return self.names.get(name, UNKNOWN)
            case f.Attribute(value=owner, attr="__path__"):
                return self.path_of(owner)
            case f.Attribute(value=owner, attr=attr):
                constant = CONSTANTS.get(qualified_name(expression, self.known.aliases) or "")
                return constant if constant is not None else attribute(self.value(owner), attr)
            case f.Subscript(value=owner, index=index):
                return element(self.value(owner), index)
            case f.Display(kind="list" | "tuple" as kind, items=items):
                found: list[object] = []
                for item in items:
                    self.collect(item, found)
                return found if kind == "list" else tuple(found)
            case f.JoinedText(values=values):
                texts = [self.value(part) for part in values]
                return "".join(map(str, texts)) if all(isinstance(text, str) for text in texts) else UNKNOWN
            case f.Comprehension(kind="list" | "generator" as kind, elements=(made,), generators=(each,)):
                results = self.comprehend(made, each)
                return UNKNOWN if results is None else results if kind == "list" else tuple(results)
            case f.BinaryOperation(left=left, operator=operator, right=right):
                return operate(self.value(left), operator, self.value(right))
            case f.Conditional(test=test, body=body, orelse=orelse):
                truth = self.truth(test)
                return UNKNOWN if truth is None else self.value(body if truth else orelse)
            case f.Call():
                return self.call(expression)
            case f.NamedExpression(target=target, value=inner):
                self.names[target.id] = self.value(inner)
                return self.names[target.id]
        if isinstance(expression, f.Opaque) and _mentions_path(expression):
            self.spoil()
        return UNKNOWN

    def path_of(self, module: f.Expression) -> object:
        """The `__path__` of another module."""
        name = qualified_name(module, self.known.aliases)
        path = self.surroundings.path_of(name) if name is not None else None
        return UNKNOWN if path is None else [UNKNOWN if opaque_reason(each) else each for each in path]

    def comprehend(self, made: f.Expression, each: f.Generator) -> list[object] | None:
        """The items of a comprehension; None if they are not known."""
        values = self.items(each.iterable)
        if values is None:
            return None
        outside, found = dict(self.names), list[object]()
        self.depth += 1
        for value in values:
            self.bind(each.target, value)
            truths = [self.truth(condition) for condition in each.conditions]
            if None in truths:
                found.append(UNKNOWN)
            elif all(truths):
                found.append(self.value(made))
        self.depth -= 1
        self.names = outside
        return found

    def collect(self, item: f.Expression, found: list[object]) -> None:
        """Add what an item of a display, or an argument, contributes."""
        if not isinstance(item, f.Starred):
            found.append(self.value(item))
            return
        values = self.value(item.value)
        found.extend(values if isinstance(values, list | tuple) else [UNKNOWN])

    def truth(self, test: f.Expression) -> bool | None:
        match test:
            case f.Not(operand=operand):
                inner = self.truth(operand)
                return None if inner is None else not inner
            case f.Call() if self.callee(test) in QUESTIONS:
                value = self.value(test)
                return value if isinstance(value, bool) else None
        return holds(test, self.view, self.known)

    def callee(self, call: f.Call) -> str | None:
        """The dotted name of what is called, imports on the spot included."""
        match call.function:
            case f.Name(id=name) if name not in self.names and name not in self.known.aliases:
                return name
            case f.Attribute(value=f.Call() as imported, attr=attr) if _imports(imported):
                return f"{_imports(imported)}.{attr}"
        return qualified_name(call.function, self.known.aliases)

    def call(self, call: f.Call) -> object:
        arguments: list[object] = []
        for argument in call.arguments:
            self.collect(argument, arguments)
        keywords = {keyword.name: self.value(keyword.value) for keyword in call.keywords}
        name = self.callee(call)
        if name in ("pkgutil.extend_path", "pkg_resources.declare_namespace"):
            return self.make_namespace(name, arguments, keywords)
        function = FUNCTIONS.get(name or "")
        if function is not None and not keywords:
            return apply(function, arguments)
        if isinstance(call.function, f.Attribute):
            owner = self.value(call.function.value)
            if isinstance(owner, list | pathlib.PurePath):
                return call_method(owner, call.function.attr, arguments)
        if name not in READERS:
            for value in (*arguments, *keywords.values()):
                if isinstance(value, list):  # it may be changed
                    value.append(UNKNOWN)
        return UNKNOWN

    def make_namespace(
        self, function: str, arguments: Sequence[object], keywords: Mapping[str | None, object]
    ) -> object:
        if function == "pkg_resources.declare_namespace":
            name = arguments[0] if arguments else keywords.get("packageName")
            current = self.names.get(_PATH)
            if isinstance(current, list) and self.is_sibling(name):
                current[:] = self.surroundings.declare_namespace(current, name)
            else:
                self.spoil()
            return None
        both = [*arguments, *(keywords[key] for key in ("path", "name")[len(arguments) :] if key in keywords)]
        match both:
            case [list() as path, str() as name] if self.is_sibling(name):
                return self.surroundings.extend_path(path, name)
        return UNKNOWN

    def is_sibling(self, name: object) -> TypeGuard[str]:
        """Whether a name is searched where this module was: its own, as a rule."""
        own = str(self.names["__name__"])
        return isinstance(name, str) and name.rpartition(".")[0] == own.rpartition(".")[0]


def _imports(call: f.Call) -> str | None:
    """The module that `__import__("x")` imports."""
    match call:
        case f.Call(function=f.Name(id="__import__"), arguments=(f.Constant(value=str(name)),)):
            return name
    return None


def _catches_import_error(handler: f.Handler) -> bool:
    kinds = handler.kinds.items if isinstance(handler.kinds, f.Display) else (handler.kinds,)
    names = {"BaseException" if kind is None else (chain(kind) or ("",))[-1] for kind in kinds}
    return bool(names & {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


def _targets(statement: f.Statement) -> tuple[f.Expression, ...]:
    match statement:
        case f.Assign(targets=targets) | f.Delete(targets=targets):
            return targets
        case f.AugmentedAssign(target=target) | f.AnnotatedAssign(target=target) | f.For(target=target):
            return (target,)
    return ()


def _mentions_path(root: f.Expression) -> bool:
    return any(isinstance(part, f.Name) and part.id == _PATH for part in parts(root))
