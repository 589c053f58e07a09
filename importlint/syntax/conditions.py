"""Whether a condition holds for a target: yes, no, or unknown.

Known are the constants that say where the code runs (`sys.version_info`, `sys.platform`, `os.name`,
`sys.implementation.name`, `platform.system()`, `six.PY2`, `__debug__`), who reads it (`TYPE_CHECKING`) and how it
was started (`__name__`), literals, and what is made of these. Everything else is unknown, as None.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct

from importlint.syntax import facts as f
from importlint.syntax.qualified import Aliases, chain, qualified_name
from importlint.target import Target


class View(Struct, frozen=True, kw_only=True):
    """Who reads the module: an import, a run as a program, or a type checker."""

    target: Target
    as_program: bool = False
    type_checking: bool = False


class Known(Struct, frozen=True):
    """What a file's own text says about the names that its conditions use."""

    aliases: Aliases
    constants: Mapping[str, f.Expression]
    """Module-level names that are assigned once, with the value."""


NOTHING_KNOWN = Known({}, {})


class _Unknown:
    """The value of an expression that cannot be judged."""


UNKNOWN: Final = _Unknown()

_TYPE_CHECKING = {"TYPE_CHECKING", "MYPY"}
_SYSTEMS = {
    "linux": "Linux",
    "darwin": "Darwin",
    "win32": "Windows",
    "cygwin": "CYGWIN",
    "freebsd": "FreeBSD",
}


def holds(test: f.Expression, view: View, known: Known = NOTHING_KNOWN) -> bool | None:
    """Whether `test` is true for `view`; None if that is unknown."""
    value = _Evaluation(view, known).value(test)
    return None if isinstance(value, _Unknown) else bool(value)


class _Version(tuple[int, ...]):
    """`sys.version_info`, of which only major and minor are known."""


def target_value(dotted: str, target: Target) -> str | int | bool | None:
    """The value that a target gives a dotted name wherever it is imported from; None for any other name."""
    match dotted:
        case "sys.version_info.major":
            return target.version[0]
        case "sys.version_info.minor":
            return target.version[1]
        case "sys.platform":
            return target.platform
        case "os.name":
            return target.os_name
        case "sys.implementation.name":
            return "cpython"
        case "six.PY3":
            return True
        case "six.PY2":
            return False
    return None


class _Evaluation:
    """Values of expressions for one view of one file."""

    def __init__(self, view: View, known: Known) -> None:
        self.view = view
        self.known = known
        self.following: set[str] = set()

    def value(self, expression: f.Expression) -> object:
        evaluate = _EVALUATIONS.get(type(expression))
        return UNKNOWN if evaluate is None else evaluate(self, expression)

    def truth(self, expression: f.Expression) -> bool | None:
        value = self.value(expression)
        return None if isinstance(value, _Unknown) else bool(value)

    def constant(self, expression: f.Constant) -> object:
        return expression.value

    def name(self, expression: f.Name) -> object:
        name = expression.id
        if name in _TYPE_CHECKING:
            return self.view.type_checking
        if name == "__name__":
            return "__main__" if self.view.as_program else "<imported>"
        if name == "__debug__":
            return True
        meaning = self.known.aliases.get(name)
        if meaning is not None:
            return self.meaning(meaning)
        constant = self.known.constants.get(name)
        is_mutable = isinstance(constant, f.Display) and constant.kind != "tuple"
        if constant is None or is_mutable or name in self.following:
            return UNKNOWN
        self.following.add(name)
        value = self.value(constant)
        self.following.discard(name)
        return value

    def attribute(self, expression: f.Attribute) -> object:
        meaning = qualified_name(expression, self.known.aliases)
        if meaning is not None:
            return self.meaning(meaning)
        names = chain(expression)
        if names is not None and names[-1] == "TYPE_CHECKING":
            return self.view.type_checking
        value = self.value(expression.value)
        if isinstance(value, _Version) and expression.attr in ("major", "minor"):
            return value[("major", "minor").index(expression.attr)]
        return UNKNOWN

    def meaning(self, dotted: str) -> object:
        """The value that a dotted name has wherever it is imported from."""
        if dotted.rpartition(".")[2] in _TYPE_CHECKING:
            return self.view.type_checking
        if dotted == "sys.version_info":
            return _Version(self.view.target.version)
        value = target_value(dotted, self.view.target)
        return UNKNOWN if value is None else value

    def subscript(self, expression: f.Subscript) -> object:
        value = self.value(expression.value)
        if not isinstance(value, _Version):
            return UNKNOWN
        index = expression.index
        if isinstance(index, f.Constant) and index.value in (0, 1):
            return value[int(index.value)]
        if isinstance(index, f.Slice) and index.lower is None and index.step is None:
            upper = index.upper
            if isinstance(upper, f.Constant) and upper.value in (1, 2):
                return tuple(value[: int(upper.value)])
        return UNKNOWN

    def call(self, expression: f.Call) -> object:
        match qualified_name(expression.function, self.known.aliases):
            case "platform.system":
                return _SYSTEMS.get(self.view.target.platform, UNKNOWN)
            case "platform.python_implementation":
                return "CPython"
        function = expression.function
        if isinstance(function, f.Attribute) and function.attr in ("startswith", "lower"):
            value = self.value(function.value)
            arguments = [self.value(argument) for argument in expression.arguments]
            if isinstance(value, str) and function.attr == "lower" and not arguments:
                return value.lower()
            if isinstance(value, str) and len(arguments) == 1 and isinstance(arguments[0], str | tuple):
                prefixes = arguments[0]
                if isinstance(prefixes, str) or all(isinstance(prefix, str) for prefix in prefixes):
                    return value.startswith(prefixes)
        return UNKNOWN

    def display(self, expression: f.Display) -> object:
        items = [self.value(item) for item in expression.items]
        return UNKNOWN if any(isinstance(item, _Unknown) for item in items) else tuple(items)

    def compare(self, expression: f.Compare) -> object:
        left, result = expression.left, True
        for symbol, right in zip(expression.operators, expression.comparators, strict=True):
            step = _compare(self.value(left), symbol, self.value(right))
            if step is not True:
                return UNKNOWN if step is None else False
            left = right
        return result

    def boolean_operation(self, expression: f.BooleanOperation) -> object:
        deciding = expression.operator == "or"
        truths = [self.truth(value) for value in expression.values]
        if deciding in truths:
            return deciding
        return UNKNOWN if None in truths else not deciding

    def negation(self, expression: f.Not) -> object:
        truth = self.truth(expression.operand)
        return UNKNOWN if truth is None else not truth

    def conditional(self, expression: f.Conditional) -> object:
        truth = self.truth(expression.test)
        if truth is None:
            return UNKNOWN
        return self.value(expression.body if truth else expression.orelse)


_ORDER: dict[str, Callable[[Any, Any], object]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "is": operator.eq,
    "is not": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _compare(left: object, symbol: str, right: object) -> bool | None:
    if isinstance(left, _Unknown) or isinstance(right, _Unknown):
        return None
    if isinstance(right, _Version) and not isinstance(left, _Version):
        mirrored = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
        return _compare(right, mirrored.get(symbol, symbol), left)
    if isinstance(left, _Version) and isinstance(right, tuple):
        return _compare_version(left, symbol, right)
    try:
        if symbol == "in":
            return left in right  # type: ignore[operator]
        if symbol == "not in":
            return left not in right  # type: ignore[operator]
        compare = _ORDER.get(symbol)
        return None if compare is None else bool(compare(left, right))
    except TypeError:
        return None


def _compare_version(version: _Version, symbol: str, other: tuple[object, ...]) -> bool | None:
    """Compare `sys.version_info`, five fields of which two are known, with a tuple."""
    known, prefix = tuple(version), other[: len(version)]
    if not all(isinstance(part, int) for part in other[:3]) or symbol not in _ORDER:
        return None
    if known[: len(prefix)] != prefix:
        return bool(_ORDER[symbol](known, prefix))
    if len(other) <= len(known):  # version_info is the longer one, hence the greater
        return symbol in (">", ">=", "!=", "is not")
    if not any(other[2:]) and symbol in ("<", ">="):  # (3, 8, 0): no micro version is below it
        return symbol == ">="
    return None


_EVALUATIONS: dict[type[f.Fact], Callable[..., object]] = {
    f.Constant: _Evaluation.constant,
    f.Name: _Evaluation.name,
    f.Attribute: _Evaluation.attribute,
    f.Subscript: _Evaluation.subscript,
    f.Call: _Evaluation.call,
    f.Display: _Evaluation.display,
    f.Compare: _Evaluation.compare,
    f.BooleanOperation: _Evaluation.boolean_operation,
    f.Not: _Evaluation.negation,
    f.Conditional: _Evaluation.conditional,
}
