"""Evaluating expressions, left to right: for their values where they are known, and for what they import and call."""

from __future__ import annotations

import operator as operators
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from importlint.diagnostics import Location
from importlint.machine.attributes import Found
from importlint.machine.constants import constant
from importlint.machine.frame import Frame
from importlint.machine.run import Place, Raised
from importlint.machine.values import (
    CONSTANTS,
    KEYS,
    UNKNOWN,
    Class,
    Dictionary,
    ExceptionObject,
    External,
    Function,
    Generator,
    Instance,
    Method,
    ModuleDict,
    ModuleObject,
    Presumed,
    Sequence,
    Super,
    Value,
    in_doubt,
    truth,
)
from importlint.syntax import facts as f
from importlint.syntax.conditions import View, holds

if TYPE_CHECKING:
    from importlint.machine.interpreter import Machine

_SYS_MODULES = External("sys.modules")
_ENVIRON = External("os.environ")
_MAX_ITERATIONS = 500

_ORDER: dict[str, Callable[[Any, Any], object]] = {
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}


class Expressions:
    """Evaluates expressions in one frame."""

    def __init__(self, machine: Machine, frame: Frame) -> None:
        self.machine = machine
        self.run = machine.run
        self.journal = machine.run.journal
        self.attributes = machine.attributes
        self.calls = machine.calls
        self.frame = frame
        self.view = View(target=self.run.world.target)

    def place(self, span: f.Span, statement: str = "") -> Place:
        """A place in the code of this frame."""
        return Place(self.frame.module, Location(self.frame.code.shown, span), statement)

    def holds(self, test: f.Expression) -> bool | None:
        """Whether a condition is known by its text alone."""
        return holds(test, self.view, self.frame.code.known)

    # ---- names

    def look_up(self, name: f.Name) -> Value:
        """What a name is bound to; language reference, "Resolution of names"."""
        found = self._find(name.id)
        if found is not None:
            return found[0] if found[1] else in_doubt(found[0])
        if name.id == "__import__" or self.run.world.is_builtin(name.id):
            return constant(f"builtins.{name.id}", self.run.world.target)
        return self._unbound(name)

    def _find(self, name: str) -> tuple[Value, bool] | None:
        """What a name is bound to, and whether surely; None if it is not, or not known to be."""
        frame: Frame | None = self.frame
        first = True
        while frame is not None:
            is_seen = (first or not frame.is_class) and name not in frame.global_names
            if is_seen and name in frame.names:
                return frame.names[name], name not in frame.maybe
            if name in frame.global_names:
                break
            first = False
            frame = frame.parent
        module = self.frame.module
        if name in module.names:
            return module.names[name], name not in module.maybe
        found = self.attributes._own_attribute(module, name)
        if found is not None and (name.startswith("__") and name not in ("__class__", "__dict__")):
            return found.value, True
        return None

    def is_doubtful(self, expression: f.Expression) -> bool:
        """Whether an expression starts at a name whose binding is in doubt."""
        while isinstance(expression, f.Attribute | f.Subscript):
            expression = expression.value
        if not isinstance(expression, f.Name):
            return False
        found = self._find(expression.id)
        return found is not None and not found[1]

    def _unbound(self, name: f.Name) -> Value:
        module, code = self.frame.module, self.frame.code
        frame: Frame | None = self.frame
        while frame is not None:
            if name.id in frame.maybe:
                return UNKNOWN
            frame = frame.parent
        is_open = module.is_open or name.id in module.maybe or name.id in code.facts.global_names
        if is_open or self.run.depth or name.id in _ALWAYS or self.run.world.may_get(module.spec, name.id):
            return UNKNOWN
        text = f"name {name.id!r} is not defined"
        self.run.error(self.place(name.span), "NameError", text, missing_name=name.id)
        return UNKNOWN

    # ---- expressions

    def values(self, expressions: Iterable[f.Expression]) -> list[Value]:
        """The values of several expressions."""
        return [self.value(expression) for expression in expressions]

    def value(self, expression: f.Expression) -> Value:
        """The value of an expression.

        Raises:
            Raised: evaluating it fails.
        """
        return _VALUES[type(expression)](self, expression)

    def constant(self, expression: f.Constant) -> Value:
        return expression.value

    def attribute(self, expression: f.Attribute) -> Value:
        owner = self.value(expression.value)
        if owner is UNKNOWN:
            return UNKNOWN
        if isinstance(owner, External):
            return constant(f"{owner.name}.{expression.attr}", self.run.world.target)
        doubtful = isinstance(owner, ModuleObject) and self.is_doubtful(expression.value)
        if not doubtful:
            return self.attributes.read(owner, expression.attr, self.place(expression.span))
        found = self.attributes.lookup(owner, expression.attr, self.place(expression.span))
        return found.value if isinstance(found, Found) else UNKNOWN

    def subscript(self, expression: f.Subscript) -> Value:
        owner = self.value(expression.value)
        if isinstance(expression.index, f.Slice):
            return self._sliced(owner, expression.index)
        index = self.value(expression.index)
        place = self.place(expression.span)
        if owner == _SYS_MODULES:
            return self._loaded_module(index, place)
        if owner == External("sys.version_info"):
            version = self.run.world.target.version
            return version[index] if isinstance(index, int) and 0 <= index < 2 else UNKNOWN
        if isinstance(owner, Dictionary):
            if not isinstance(index, KEYS):
                return UNKNOWN
            if index in owner.items:
                return owner.items[index]
            if not owner.is_open:
                self.run.error(place, "KeyError", repr(index), is_claim=False)
            return UNKNOWN
        if isinstance(owner, Sequence) and isinstance(index, int) and not isinstance(index, bool):
            if -len(owner.items) <= index < len(owner.items) and owner.kind != "set":
                return UNKNOWN if owner.is_open else owner.items[index]
            return UNKNOWN
        if isinstance(owner, str) and isinstance(index, int):
            return owner[index] if -len(owner) <= index < len(owner) else UNKNOWN
        if isinstance(owner, ModuleDict) and isinstance(index, str):
            found = self.attributes.lookup(owner.module, index, place)
            return found.value if isinstance(found, Found) and found.surely else UNKNOWN
        if isinstance(owner, External) and owner != _ENVIRON:
            return owner
        if isinstance(owner, Class):
            getter = self.attributes.in_class(owner, "__class_getitem__")
            return owner if not isinstance(getter, Found) else UNKNOWN
        if isinstance(owner, Instance):
            getter = self.attributes.in_class(owner.cls, "__getitem__")
            if isinstance(getter, Found):
                return self.calls.call(getter.value, (owner, index), {}, place)
        return UNKNOWN

    def _sliced(self, owner: Value, index: f.Slice) -> Value:
        """`owner[lower:upper:step]` of a text, list or tuple, or of the version."""
        bounds = [
            None if part is None else self.value(part) for part in (index.lower, index.upper, index.step)
        ]
        known = [bound for bound in bounds if bound is None or isinstance(bound, int)]
        if len(known) != len(bounds) or known[2] == 0:
            return UNKNOWN
        if owner == External("sys.version_info") and known[0] is None and known[1] in (1, 2):
            return Sequence("tuple", list(self.run.world.target.version[: known[1]]))
        if isinstance(owner, str):
            return owner[slice(*known)]
        if isinstance(owner, Sequence) and owner.kind != "set" and not owner.is_open:
            return Sequence(owner.kind, owner.items[slice(*known)])
        return UNKNOWN

    def _loaded_module(self, index: Value, place: Place) -> Value:
        modules = self.run.state.modules
        if not isinstance(index, str):
            return UNKNOWN
        if index != self.frame.module.name:
            self.machine.loader.recorder.depends_on(None)
        if index in modules:
            return modules[index]
        spec = self.run.world.resolve(index).spec
        if spec is None or self.run.world.is_followed(spec):
            self.run.error(place, "KeyError", repr(index), is_claim=False)
        return UNKNOWN

    def slice(self, expression: f.Slice) -> Value:
        self.values(
            part for part in (expression.lower, expression.upper, expression.step) if part is not None
        )
        return UNKNOWN

    def display(self, expression: f.Display) -> Value:
        result = Sequence(expression.kind, [])
        for item in expression.items:
            value = self.value(item)
            if not isinstance(item, f.Starred):
                result.items.append(value)
                continue
            items = self.calls.iterate(value, self.place(f.Span(1, 1, 1, 1)))
            if items is None:
                result.is_open = True
            else:
                result.items.extend(items)
        return result

    def dict_display(self, expression: f.DictDisplay) -> Value:
        result = Dictionary({})
        for item in expression.items:
            key = UNKNOWN if item.key is None else self.value(item.key)
            value = self.value(item.value)
            if item.key is None:
                if isinstance(value, Dictionary):
                    result.items.update(value.items)
                result.is_open = result.is_open or not isinstance(value, Dictionary) or value.is_open
            elif isinstance(key, KEYS):
                result.items[key] = value
            else:
                result.is_open = True
        return result

    def starred(self, expression: f.Starred) -> Value:
        return self.value(expression.value)

    def compare(self, expression: f.Compare) -> Value:
        left = self.value(expression.left)
        result: bool | None = True
        presumed = False
        for symbol, comparator in zip(expression.operators, expression.comparators, strict=True):
            right = self.value(comparator)
            presumed = presumed or isinstance(left, Presumed) or isinstance(right, Presumed)
            step = self._compare(_assumed(left), symbol, _assumed(right))
            result = None if step is None or result is None else result and step
            if result is False:
                break
            left = right
        if result is None:
            result = self.holds(expression)
        if result is None:
            return UNKNOWN
        return Presumed(result) if presumed else result

    def _compare(self, left: Value, symbol: str, right: Value) -> bool | None:
        negated = symbol in ("not in", "is not", "!=")
        if symbol in ("in", "not in"):
            answer = self._contains(right, left)
        elif symbol in ("is", "is not", "==", "!="):
            answer = same(left, right)
        elif symbol in _ORDER and isinstance(left, (int, float, str)) and type(left) is type(right):
            answer = bool(_ORDER[symbol](left, right))
        else:
            answer = None
        return None if answer is None else answer is not negated

    def _contains(self, container: Value, item: Value) -> bool | None:
        if container == _SYS_MODULES:
            self.machine.loader.recorder.depends_on(None)
            if not isinstance(item, str):
                return None
            if item in self.run.state.modules:
                return True
            spec = self.run.world.resolve(item).spec
            return False if spec is None or self.run.world.is_followed(spec) else None
        if container == _ENVIRON:
            return None
        if isinstance(container, ModuleDict):
            if not isinstance(item, str) or item in container.module.maybe:
                return None
            if item in container.module.names:
                return True
            return False if self.attributes.without_getattr(container.module, item).surely else None
        if isinstance(container, str):
            return item in container if isinstance(item, str) else None
        if isinstance(container, Sequence | Dictionary) and isinstance(item, KEYS):
            if item in container.items:
                return True
            return (
                None
                if container.is_open or not all(isinstance(each, KEYS) for each in container.items)
                else False
            )
        return None

    def boolean_operation(self, expression: f.BooleanOperation) -> Value:
        deciding = expression.operator == "or"
        result: Value = UNKNOWN
        doubt, is_known = 0, True
        try:
            for value in expression.values:
                result = self.value(value)
                known = truth(result)
                if known is None:
                    known = self.holds(value)
                if known is deciding:
                    break
                if known is None or isinstance(result, Presumed):
                    is_known = is_known and known is not None
                    doubt += 1
                    self.run.doubt += 1
        except Raised as raised:
            if not doubt:
                raise
            self.run.note(raised.failure)
            return UNKNOWN
        finally:
            self.run.doubt -= doubt
        if not doubt:
            return result
        result = _assumed(result)
        return Presumed(result) if is_known and isinstance(result, CONSTANTS) else UNKNOWN

    def negation(self, expression: f.Not) -> Value:
        value = self.value(expression.operand)
        known = truth(value)
        if known is None:
            known = self.holds(expression.operand)
        if known is None:
            return UNKNOWN
        return Presumed(not known) if isinstance(value, Presumed) else not known

    def binary_operation(self, expression: f.BinaryOperation) -> Value:
        left, right = self.value(expression.left), self.value(expression.right)
        if isinstance(left, Presumed) or isinstance(right, Presumed):
            result = self._combined(_assumed(left), expression.operator, _assumed(right))
            return Presumed(result) if isinstance(result, CONSTANTS) else result
        return self._combined(left, expression.operator, right)

    def _combined(self, left: Value, operator: str, right: Value) -> Value:
        """What a binary operator makes of its operands."""
        match left, operator, right:
            case (str(), "+", str()) | (int(), "+" | "-", int()):
                result = left + right if operator == "+" else left - right  # type: ignore[operator]
                return result if not isinstance(result, str) or len(result) < 10_000 else UNKNOWN
            case str(), "%", str() | int():
                try:
                    return left % right if left.count("%") == 1 and left.find("%s") >= 0 else UNKNOWN
                except (TypeError, ValueError):
                    return UNKNOWN
            case str(), "%", Sequence(items=items, is_open=False):
                texts = tuple(item for item in items if isinstance(item, str))
                try:
                    known = len(texts) == len(items) and left.count("%") == left.count("%s")
                    return left % texts if known else UNKNOWN
                except (TypeError, ValueError):
                    return UNKNOWN
            case Sequence(), "+" | "|", Sequence():
                return Sequence(left.kind, [*left.items, *right.items], left.is_open or right.is_open)
            case Sequence(kind="set"), "-" | "&", Sequence():
                wanted = operator == "&"
                kept = [item for item in left.items if (item in right.items) is wanted]
                return Sequence("set", kept, left.is_open or right.is_open)
            case Sequence(), "+" | "|" | "-" | "&", _:
                return Sequence(left.kind, [], is_open=True)
        return UNKNOWN

    def conditional(self, expression: f.Conditional) -> Value:
        test = self.value(expression.test)
        known = truth(test)
        if known is None:
            known = self.holds(expression.test)
        chosen = expression.orelse if known is False else expression.body
        if known is not None and not isinstance(test, Presumed):
            return self.value(chosen)
        if known is not None:
            with self.run.presuming():
                value = self.value(chosen)
            return Presumed(value) if isinstance(value, CONSTANTS) else value
        with self.run.doubting():
            try:
                return in_doubt(self.value(chosen))
            except Raised as raised:
                self.run.note(raised.failure)
        return UNKNOWN

    def named_expression(self, expression: f.NamedExpression) -> Value:
        value = self.value(expression.value)
        self.bind(expression.target.id, value)
        return value

    def bind(self, name: str, value: Value) -> None:
        """Bind a name in this frame."""
        raise NotImplementedError

    def lambda_(self, expression: f.Lambda) -> Value:
        defaults = self.values(expression.defaults)
        definition = self.frame.code.definition(expression)
        if definition is None:
            return UNKNOWN
        count = len(definition.parameters.defaults)
        return self.function_object(definition, tuple(defaults[:count]), {})

    def function_object(
        self,
        definition: f.FunctionDef,
        defaults: tuple[Value, ...],
        keyword_defaults: dict[str, Value],
    ) -> Function:
        """The function that a definition in this frame makes."""
        frame = self.frame
        scope = frame.parent if frame.is_class else frame if frame.is_function else None
        return Function(
            definition,
            frame.code,
            frame.module,
            scope,
            defaults,
            keyword_defaults,
            is_method=frame.is_class,
        )

    def joined_text(self, expression: f.JoinedText) -> Value:
        values = self.values(expression.values)
        if any(isinstance(value, Presumed) for value in values):
            texts = [_assumed(value) for value in values]
            is_known = all(isinstance(text, (str, int)) for text in texts)
            return Presumed("".join(map(str, texts))) if is_known else UNKNOWN
        if all(isinstance(value, (str, int)) for value in values):
            return "".join(map(str, values))
        return UNKNOWN

    def yield_(self, expression: f.Yield) -> Value:
        value = None if expression.value is None else self.value(expression.value)
        frame: Frame | None = self.frame
        while frame is not None and frame.on_yield is None:
            frame = frame.parent
        if frame is None or frame.on_yield is None:
            return UNKNOWN
        if not expression.is_from:
            frame.on_yield(value)
        elif isinstance(value, Generator):
            self.calls.drive(value, frame.on_yield)
        else:
            for item in self.calls.iterate(value, self.place(f.Span(1, 1, 1, 1))) or (UNKNOWN,):
                frame.on_yield(item)
        return UNKNOWN

    def opaque(self, expression: f.Opaque) -> Value:
        self.values(expression.parts)
        return UNKNOWN

    # ---- comprehensions

    def comprehension(self, expression: f.Comprehension) -> Value:
        first = self.value(expression.generators[0].iterable)
        if expression.kind == "generator":
            return UNKNOWN
        return self._comprehended(expression, first)

    def _comprehended(self, expression: f.Comprehension, first: Value) -> Value:
        inner = Frame(
            module=self.frame.module,
            code=self.frame.code,
            names={},
            maybe=set(),
            base_doubt=self.run.doubt,
            parent=self.frame,
            is_function=True,
        )
        evaluator = self.machine.in_frame(inner)
        keys: list[tuple[Value, ...]] = []
        is_open = not evaluator.generate(expression, 0, first, keys)
        if expression.kind == "dict":
            result = Dictionary({}, is_open)
            for row in keys:
                if len(row) == 2 and isinstance(row[0], KEYS):
                    result.items[row[0]] = row[1]
                else:
                    result.is_open = True
            return result
        kind = "list" if expression.kind == "generator" else expression.kind
        return Sequence(kind, [row[0] for row in keys], is_open)

    def generate(
        self, expression: f.Comprehension, level: int, iterable: Value, rows: list[tuple[Value, ...]]
    ) -> bool:
        """Run a comprehension from its `level`-th `for` on; whether all of its items are known."""
        generator = expression.generators[level]
        items = self.calls.iterate(iterable, self.place(expression.span))
        if items is None or len(items) > _MAX_ITERATIONS:
            with self.run.doubting():
                try:
                    self.bind_target(generator.target, UNKNOWN)
                    self._generate_item(expression, level, rows)
                except Raised as raised:
                    self.run.note(raised.failure)
            rows.clear()
            return False
        complete = True
        for item in items:
            self.bind_target(generator.target, item)
            complete = self._generate_item(expression, level, rows) and complete
        return complete

    def _generate_item(self, expression: f.Comprehension, level: int, rows: list[tuple[Value, ...]]) -> bool:
        generator = expression.generators[level]
        for condition in generator.conditions:
            known = truth(self.value(condition))
            if known is None:
                known = self.holds(condition)
            if known is False:
                return True
            if known is None:
                return False
        if level + 1 < len(expression.generators):
            inner = self.value(expression.generators[level + 1].iterable)
            return self.generate(expression, level + 1, inner, rows)
        rows.append(tuple(self.values(expression.elements)))
        return True

    def bind_target(self, target: f.Expression, value: Value) -> None:
        """Bind what an assignment's target names."""
        raise NotImplementedError

    # ---- calls

    def call(self, expression: f.Call) -> Value:
        special = self._special(expression)
        if special is not None:
            return special[0]
        function = self.value(expression.function)
        arguments, keywords, is_open = self._arguments(expression, _consumes(function))
        place = self.place(expression.span, "")
        given = (function, *arguments, *keywords.values())
        if any(isinstance(value, Presumed) for value in given) and not isinstance(
            _assumed(function), Function | Class | Instance
        ):
            arguments = tuple(map(_assumed, arguments))
            keywords = {key: _assumed(value) for key, value in keywords.items()}
            with self.run.presuming():
                result = self.calls.call(_assumed(function), arguments, keywords, place, is_open=is_open)
            return Presumed(result) if isinstance(result, CONSTANTS) else result
        if isinstance(function, External):
            special = self._in_frame(function.name, arguments, place)
            if special is not None:
                return special[0]
            place = self.place(expression.span, _import_text(function.name, arguments))
        if isinstance(function, Method) and function.receiver == _SYS_MODULES:
            return UNKNOWN
        if isinstance(function, Function | Class | Instance | Method) and self.is_doubtful(
            expression.function
        ):
            with self.run.doubting():
                try:
                    return self.calls.call(function, arguments, keywords, place, is_open=is_open)
                except Raised as raised:
                    self.run.note(raised.failure)
                    return UNKNOWN
        return self.calls.call(function, arguments, keywords, place, is_open=is_open)

    def _arguments(
        self, expression: f.Call, consumes: bool
    ) -> tuple[tuple[Value, ...], Mapping[str, Value], bool]:
        """The values of a call's arguments, and whether there may be more."""
        arguments: list[Value] = []
        keywords: dict[str, Value] = {}
        is_open = False
        for argument in expression.arguments:
            if consumes and isinstance(argument, f.Comprehension):
                arguments.append(self._comprehended(argument, self.value(argument.generators[0].iterable)))
                continue
            value = self.value(argument)
            if not isinstance(argument, f.Starred):
                arguments.append(value)
                continue
            items = self.calls.iterate(value, self.place(expression.span))
            is_open = is_open or items is None
            arguments.extend(items or ())
        for keyword in expression.keywords:
            value = self.value(keyword.value)
            if keyword.name is not None:
                keywords[keyword.name] = value
            elif isinstance(value, Dictionary):
                keywords.update({key: each for key, each in value.items.items() if isinstance(key, str)})
                is_open = is_open or value.is_open
            else:
                is_open = True
        return tuple(arguments), keywords, is_open

    def _special(self, expression: f.Call) -> tuple[Value] | None:
        """Calls whose meaning depends on where they stand: `super()`."""
        match expression.function:
            case f.Name(id="super") if not expression.arguments and self._find("super") is None:
                frame: Frame | None = self.frame
                while frame is not None and frame.owner is None:
                    frame = frame.parent
                if frame is None or frame.owner is None or isinstance(frame.receiver, type(None)):
                    return (UNKNOWN,)
                return (Super(frame.owner, frame.receiver),)
        return None

    def _in_frame(self, name: str, arguments: tuple[Value, ...], place: Place) -> tuple[Value] | None:
        """Calls of what depends on the frame: `globals()`, `sys.modules.get(...)`."""
        if name == "builtins.globals" or (
            name in ("builtins.vars", "builtins.locals") and not arguments and self.frame.is_module
        ):
            return (ModuleDict(self.frame.module),)
        if name == "builtins.locals" or (name == "builtins.vars" and not arguments):
            return (UNKNOWN,)
        if name == "builtins.super" and len(arguments) == 2 and isinstance(arguments[0], Class):
            return (Super(arguments[0], arguments[1]),)
        if name in (
            "builtins.exec",
            "builtins.eval",
            "sys._getframe",
            "inspect.stack",
            "inspect.currentframe",
        ):
            self.calls.disturb(self.frame.module)
        if name.startswith("sys.modules."):
            return (self.machine.library.module_method(name.rpartition(".")[2], arguments, place),)
        if name in ("sys.exit", "builtins.exit") and self.run.depth == 0:
            self.run.error(place, "SystemExit", "")
        return None


def _consumes(function: Value) -> bool:
    """Whether a function runs through a generator that it gets."""
    if isinstance(function, Method):
        return isinstance(function.receiver, str) and function.name == "join"
    return isinstance(function, External) and function.name in _CONSUMERS


_CONSUMERS = frozenset(
    f"builtins.{name}" for name in "any all list tuple set frozenset dict sorted sum min max".split()
)


def _import_text(name: str, arguments: tuple[Value, ...]) -> str:
    """The text of a call that imports."""
    last = name.rpartition(".")[2]
    if last in ("import_module", "__import__") and arguments and isinstance(arguments[0], str):
        return f'{last}("{arguments[0]}")'
    return ""


def _assumed(value: Value) -> Value:
    return value.value if isinstance(value, Presumed) else value


def same(left: Value, right: Value) -> bool | None:
    """Whether two values are equal, or the same; None if that is unknown."""
    if isinstance(left, CONSTANTS) and isinstance(right, CONSTANTS):
        return left == right
    known = (ModuleObject, Function, Class)
    if isinstance(left, known) and isinstance(right, (*known, *CONSTANTS)):
        return left is right
    if isinstance(right, known) and isinstance(left, CONSTANTS):
        return False
    containers = (Sequence, Dictionary)
    if (isinstance(left, containers) and isinstance(right, CONSTANTS)) or (
        isinstance(right, containers) and isinstance(left, CONSTANTS)
    ):
        return False
    if left is None or right is None:
        other = right if left is None else left
        return (
            False if isinstance(other, Sequence | Dictionary | Instance | ExceptionObject | Method) else None
        )
    if isinstance(left, External) and left == right:
        return True
    return None


_ALWAYS = frozenset(
    "__annotations__ __module__ __qualname__ __class__ __path__ __conditional_annotations__ _ WindowsError "
    "__debug__ __classdict__ __file__ __loader__".split()
)
"""Names that code can read though no statement binds them."""

_VALUES: dict[type[f.Fact], Callable[..., Value]] = {
    f.Constant: Expressions.constant,
    f.Name: Expressions.look_up,
    f.Attribute: Expressions.attribute,
    f.Subscript: Expressions.subscript,
    f.Slice: Expressions.slice,
    f.Call: Expressions.call,
    f.Display: Expressions.display,
    f.DictDisplay: Expressions.dict_display,
    f.Starred: Expressions.starred,
    f.Compare: Expressions.compare,
    f.BooleanOperation: Expressions.boolean_operation,
    f.Not: Expressions.negation,
    f.BinaryOperation: Expressions.binary_operation,
    f.Conditional: Expressions.conditional,
    f.NamedExpression: Expressions.named_expression,
    f.Lambda: Expressions.lambda_,
    f.Comprehension: Expressions.comprehension,
    f.JoinedText: Expressions.joined_text,
    f.Yield: Expressions.yield_,
    f.Opaque: Expressions.opaque,
}
