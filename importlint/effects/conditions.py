"""Whether the arguments of a call, as they are written, make it have an effect: yes, no, or unknown.

`open(path, "w")` writes, `open(path)` does not, and of `open(path, mode)` nothing is known. A condition looks
at one argument of the call, or of the call that made the object whose method it is: the logger of
`logging.getLogger().setLevel(10)` is the root logger because `getLogger` has no argument.
"""

from __future__ import annotations

from collections.abc import Callable

from importlint.effects.condition import Condition
from importlint.syntax import facts as f

QualifiedName = Callable[[f.Expression], str | None]
"""What an expression stands for, as a dotted name; None for what is not imported or built in."""


def holds(condition: Condition, call: f.Call, qualified: QualifiedName) -> bool | None:
    """Whether the condition is true of a call; None if its text does not say."""
    if condition.of == "receiver":
        maker = call.function.value if isinstance(call.function, f.Attribute) else None
        if not isinstance(maker, f.Call):
            return None
        call = maker
    argument = _argument(condition, call)
    return None if argument is None else _is_true_of(condition, argument, qualified)


def _argument(condition: Condition, call: f.Call) -> f.Expression | None:
    """The argument as it is written, or its default; None if `*` or `**` may have brought another."""
    position = condition.position
    if position is not None:
        before = call.arguments[: position + 1]
        if any(isinstance(argument, f.Starred) for argument in before):
            return None
        if len(before) > position:
            return before[position]
    if condition.keyword is not None:
        for keyword in call.keywords:
            if keyword.name == condition.keyword:
                return keyword.value
    if any(keyword.name is None for keyword in call.keywords):
        return None
    return f.Constant(condition.default)


def _is_true_of(condition: Condition, argument: f.Expression, qualified: QualifiedName) -> bool | None:
    if condition.given:
        return argument != f.Constant(None)
    name = qualified(argument)
    if condition.imported:
        return name is not None and "()" not in name
    if condition.stands_for:
        return None if name is None and not isinstance(argument, _PLAIN) else name in condition.stands_for
    if not isinstance(argument, f.Constant):
        return False if isinstance(argument, _PLAIN) else None
    value = argument.value
    if condition.has_any_of:
        return isinstance(value, str) and any(character in value for character in condition.has_any_of)
    return value in condition.equals


_PLAIN = (f.Constant, f.Display, f.DictDisplay, f.Lambda)
"""Expressions that make a new value: they stand for nothing else, and all but the first are no constants."""
