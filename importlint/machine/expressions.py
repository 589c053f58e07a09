"""Evaluating expressions, left to right: for their values where they are known, and for what they import and call."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from importlint.diagnostics import Location
from importlint.machine.attributes import Found
from importlint.machine.call_expressions import call
from importlint.machine.constants import constant
from importlint.machine.displays import comprehension, dict_display, display
from importlint.machine.frame import Frame
from importlint.machine.module_cache import SYS_MODULES, is_loaded
from importlint.machine.operations import assumed, combined, contains, ordered, same
from importlint.machine.run import Place, Raised
from importlint.machine.subscripts import subscript
from importlint.machine.values import (
    CONSTANTS,
    LATE,
    UNKNOWN,
    External,
    Function,
    Generator,
    Lazy,
    MainModule,
    ModuleDict,
    ModuleObject,
    Presumed,
    Value,
    in_doubt,
    presumed,
    truth,
)
from importlint.syntax import facts as f
from importlint.syntax.conditions import View, holds

if TYPE_CHECKING:
    from importlint.machine.interpreter import Machine

_ALWAYS = frozenset(
    "__annotations__ __module__ __qualname__ __class__ __path__ __conditional_annotations__ _ WindowsError "
    "__debug__ __classdict__ __file__ __loader__".split()
)
"""Names that code can read though no statement binds them."""


class Expressions:
    """Evaluates expressions in one frame."""

    def __init__(self, machine: Machine, frame: Frame) -> None:
        self.machine = machine
        self.run = machine.run
        self.journal = machine.run.journal
        self.attributes = machine.attributes
        self.calls = machine.calls
        self.frame = frame
        self.view = View(target=self.run.world.target, as_program=frame.module.name == "__main__")

    def place(self, span: f.Span, statement: str = "") -> Place:
        """A place in the code of this frame."""
        return Place(self.frame.module, Location(self.frame.code.shown, span), statement)

    def holds(self, test: f.Expression) -> bool | None:
        """Whether a condition is known by its text alone."""
        return holds(test, self.view, self.frame.code.known)

    def judged(self, test: f.Expression, value: Value) -> bool | None:
        """Whether a condition holds that has this value; None if neither that nor its text tells."""
        known = truth(value)
        return self.holds(test) if known is None else known

    # ---- names

    def look_up(self, name: f.Name) -> Value:
        """What a name is bound to; language reference, "Resolution of names"."""
        found = self._find(name.id)
        if found is not None and isinstance(found[0], Lazy):
            return self._lazy(name, found[0]) if found[1] else UNKNOWN
        if found is not None:
            self.machine.lazy.note_read(self.frame.module, name.id)
            if found[0] is LATE:
                self.run.scripts.spoil()
            if isinstance(found[0], ModuleObject) and found[0].name.startswith(self.frame.module.name + "."):
                self.run.scripts.use(found[0])
            return found[0] if found[1] else in_doubt(found[0])
        if name.id == "__import__" or self.run.world.is_builtin(name.id):
            return constant(f"builtins.{name.id}", self.run.world.target)
        return self._unbound(name)

    def _lazy(self, name: f.Name, lazy: Lazy) -> Value:
        """What a lazy import of the module stands for; elsewhere such a value is nobody's name."""
        module = self.frame.module
        if module.names.get(name.id) is not lazy:
            return UNKNOWN
        return self.machine.lazy.read(module, name.id, lazy, self.place(name.span))

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
        self.run.scripts.look(module, name)
        if name in module.names:
            self.attributes.note_name(module, name, module.names[name])
            if name in self.frame.code.facts.global_names:
                self.run.scripts.see(module)
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
            if name.id in frame.maybe or frame.hides(name.id):
                return UNKNOWN
            frame = frame.parent
        is_open = module.is_open or name.id in module.maybe or name.id in code.facts.global_names
        # in a call, where much is unknown, only what the module's own statements bind is surely missing
        is_strange = name.id in _ALWAYS or (self.run.depth and name.id not in code.bound)
        if is_open or is_strange or self.run.world.may_get(module.spec, name.id):
            return UNKNOWN
        text = f"name {name.id!r} is not defined"
        is_late = self.run.depth and name.id in code.later and not isinstance(module, MainModule)
        self.run.error(
            self.place(name.span),
            "NameError",
            text,
            missing_name=name.id,
            is_claim=not is_late,  # that a call comes too early is more often the model's mistake
        )
        return UNKNOWN

    # ---- binding: the statements' business

    def bind(self, name: str, value: Value) -> None:
        """Bind a name in this frame."""
        raise NotImplementedError

    def bind_target(self, target: f.Expression, value: Value) -> None:
        """Bind what an assignment's target names."""
        raise NotImplementedError

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
        """A literal, as it is written."""
        return expression.value

    def attribute(self, expression: f.Attribute) -> Value:
        """`owner.name`."""
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

    def slice(self, expression: f.Slice) -> Value:
        """A slice inside of a subscript with several of them: only its bounds are evaluated."""
        self.values(
            part for part in (expression.lower, expression.upper, expression.step) if part is not None
        )
        return UNKNOWN

    def starred(self, expression: f.Starred) -> Value:
        """`*items`, as the iterable that it is."""
        return self.value(expression.value)

    def compare(self, expression: f.Compare) -> Value:
        """A chain of comparisons; language reference, "Comparisons"."""
        left = self.value(expression.left)
        result: bool | None = True
        is_presumed = False
        for symbol, comparator in zip(expression.operators, expression.comparators, strict=True):
            right = self.value(comparator)
            is_presumed = is_presumed or isinstance(left, Presumed) or isinstance(right, Presumed)
            step = self._compare(assumed(left), symbol, assumed(right))
            result = None if step is None or result is None else result and step
            if result is False:
                break
            left = right
        if result is None:
            result = self.holds(expression)
        if result is None:
            return UNKNOWN
        return Presumed(result) if is_presumed else result

    def _compare(self, left: Value, symbol: str, right: Value) -> bool | None:
        if symbol in ("in", "not in"):
            answer = self._contains(right, left)
        elif symbol in ("is", "is not", "==", "!="):
            answer = same(left, right)
        else:
            answer = ordered(left, symbol, right)
        is_negated = symbol in ("not in", "is not", "!=")
        return None if answer is None else answer is not is_negated

    def _contains(self, container: Value, item: Value) -> bool | None:
        if container == SYS_MODULES:
            return is_loaded(self.machine.loader, item)
        if not isinstance(container, ModuleDict):
            return contains(container, item)
        module = container.module
        if not isinstance(item, str) or item in module.maybe:
            return None
        if item in module.names:
            return True
        return False if self.attributes.without_getattr(module, item).surely else None

    def boolean_operation(self, expression: f.BooleanOperation) -> Value:
        """`and` and `or`: what stands behind an unknown operand is evaluated in doubt."""
        deciding = expression.operator == "or"
        result: Value = UNKNOWN
        known: bool | None = None
        doubt, is_known = 0, True
        try:
            for value in expression.values:
                result = self.value(value)
                known = self.judged(value, result)
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
        result = assumed(result)
        if deciding and known is None and _is_for_typing(expression.values[0]):
            return Presumed(False)  # it is there for type checkers, who take the branch
        is_settled = is_known or known is deciding
        return Presumed(result) if is_settled and isinstance(result, CONSTANTS) else UNKNOWN

    def negation(self, expression: f.Not) -> Value:
        """`not operand`."""
        value = self.value(expression.operand)
        known = self.judged(expression.operand, value)
        if known is None:
            return UNKNOWN
        return Presumed(not known) if isinstance(value, Presumed) else not known

    def binary_operation(self, expression: f.BinaryOperation) -> Value:
        """`left + right` and the like."""
        left, right = self.value(expression.left), self.value(expression.right)
        if isinstance(left, Presumed) or isinstance(right, Presumed):
            result = combined(assumed(left), expression.operator, assumed(right))
            return presumed(result)
        return combined(left, expression.operator, right)

    def conditional(self, expression: f.Conditional) -> Value:
        """`body if test else orelse`: under an unknown test, `body` in doubt."""
        test = self.value(expression.test)
        known = self.judged(expression.test, test)
        chosen = expression.orelse if known is False else expression.body
        if known is not None and not isinstance(test, Presumed):
            return self.value(chosen)
        if known is not None:
            with self.run.presuming():
                value = self.value(chosen)
            return presumed(value)
        with self.run.doubting():
            try:
                return in_doubt(self.value(chosen))
            except Raised as raised:
                self.run.note(raised.failure)
        return UNKNOWN

    def named_expression(self, expression: f.NamedExpression) -> Value:
        """`name := value`, which also binds the name."""
        value = self.value(expression.value)
        self.bind(expression.target.id, value)
        return value

    def lambda_(self, expression: f.Lambda) -> Value:
        """The function that a `lambda` makes."""
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
        """An f-string, known if all of its parts are."""
        values = self.values(expression.values)
        if any(isinstance(value, Presumed) for value in values):
            texts = [assumed(value) for value in values]
            is_known = all(isinstance(text, (str, int)) for text in texts)
            return Presumed("".join(map(str, texts))) if is_known else UNKNOWN
        if all(isinstance(value, (str, int)) for value in values):
            return "".join(map(str, values))
        return UNKNOWN

    def yield_(self, expression: f.Yield) -> Value:
        """`yield` and `yield from`: the item goes to what runs through the generator."""
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
        """An expression that is evaluated for what its parts do."""
        self.values(expression.parts)
        return UNKNOWN


def _is_for_typing(test: f.Expression) -> bool:
    """Whether a condition is `TYPE_CHECKING`."""
    match test:
        case f.Name(id=name) | f.Attribute(attr=name):
            return name == "TYPE_CHECKING"
    return False


_VALUES: dict[type[f.Fact], Callable[..., Value]] = {
    f.Constant: Expressions.constant,
    f.Name: Expressions.look_up,
    f.Attribute: Expressions.attribute,
    f.Subscript: subscript,
    f.Slice: Expressions.slice,
    f.Call: call,
    f.Display: display,
    f.DictDisplay: dict_display,
    f.Starred: Expressions.starred,
    f.Compare: Expressions.compare,
    f.BooleanOperation: Expressions.boolean_operation,
    f.Not: Expressions.negation,
    f.BinaryOperation: Expressions.binary_operation,
    f.Conditional: Expressions.conditional,
    f.NamedExpression: Expressions.named_expression,
    f.Lambda: Expressions.lambda_,
    f.Comprehension: comprehension,
    f.JoinedText: Expressions.joined_text,
    f.Yield: Expressions.yield_,
    f.Opaque: Expressions.opaque,
}
