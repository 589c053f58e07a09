"""Operators on values: what comparisons, `in` and arithmetic give, as far as their operands are known.

Language reference, chapter 6, "Binary arithmetic operations" to "Comparisons".
"""

from __future__ import annotations

import operator as operators
from collections.abc import Callable
from typing import Any

from importlint.machine.kinds import builtin_class
from importlint.machine.values import (
    CONSTANTS,
    KEYS,
    UNKNOWN,
    Class,
    Dictionary,
    ExceptionObject,
    External,
    Function,
    Instance,
    Match,
    Method,
    ModuleObject,
    Presumed,
    Sequence,
    Value,
)

_MAX_TEXT = 10_000
_ORDER: dict[str, Callable[[Any, Any], object]] = {
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}


def assumed(value: Value) -> Value:
    """A value, or what it is presumed to be."""
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
        known_objects = (Sequence, Dictionary, Instance, ExceptionObject, Method, Match)
        return False if isinstance(other, known_objects) else None
    if isinstance(left, External) and isinstance(right, External):
        if left == right:
            return True
        first, second = builtin_class(left), builtin_class(right)
        return None if first is None or second is None else first is second
    return None


def ordered(left: Value, symbol: str, right: Value) -> bool | None:
    """`left < right` and the like, of constants of one type; None for any others, and for any other operator."""
    if symbol in _ORDER and isinstance(left, (int, float, str)) and type(left) is type(right):
        return bool(_ORDER[symbol](left, right))
    return None


def contains(container: Value, item: Value) -> bool | None:
    """`item in container`, of a text, list, tuple, set or dict; None if that is unknown."""
    if isinstance(container, str):
        return item in container if isinstance(item, str) else None
    if not isinstance(container, Sequence | Dictionary) or not isinstance(item, KEYS):
        return None
    if item in container.items:
        return True
    if container.is_open or not all(isinstance(each, KEYS) for each in container.items):
        return None
    return False


def combined(left: Value, operator: str, right: Value) -> Value:
    """What a binary operator makes of its operands."""
    match left, operator, right:
        case (str(), "+", str()) | (int(), "+" | "-", int()):
            result = left + right if operator == "+" else left - right  # type: ignore[operator]  # both are of one type here
            return result if not isinstance(result, str) or len(result) < _MAX_TEXT else UNKNOWN
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
