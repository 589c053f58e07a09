"""Displays of lists, sets and dicts, and comprehensions; generator expressions where something runs through them.

Language reference, "Displays for lists, sets and dictionaries".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from importlint.machine.frame import Frame
from importlint.machine.run import Raised
from importlint.machine.values import KEYS, UNKNOWN, Dictionary, Sequence, Value
from importlint.syntax import facts as f

if TYPE_CHECKING:
    from importlint.machine.expressions import Expressions

_MAX_ITERATIONS = 500


def display(evaluator: Expressions, expression: f.Display) -> Value:
    """The list, tuple or set with the items that are written down."""
    result = Sequence(expression.kind, [])
    for item in expression.items:
        value = evaluator.value(item)
        if not isinstance(item, f.Starred):
            result.items.append(value)
            continue
        items = evaluator.calls.iterate(value, evaluator.place(f.Span(1, 1, 1, 1)))
        if items is None:
            result.is_open = True
        else:
            result.items.extend(items)
    return result


def dict_display(evaluator: Expressions, expression: f.DictDisplay) -> Value:
    """The dict with the items that are written down."""
    result = Dictionary({})
    for item in expression.items:
        key = UNKNOWN if item.key is None else evaluator.value(item.key)
        value = evaluator.value(item.value)
        if item.key is None:
            if isinstance(value, Dictionary):
                result.items.update(value.items)
            result.is_open = result.is_open or not isinstance(value, Dictionary) or value.is_open
        elif isinstance(key, KEYS):
            result.items[key] = value
        else:
            result.is_open = True
    return result


def comprehension(evaluator: Expressions, expression: f.Comprehension) -> Value:
    """What a comprehension collects; of a generator expression, only its first iterable is evaluated."""
    first = evaluator.value(expression.generators[0].iterable)
    return UNKNOWN if expression.kind == "generator" else _collected(evaluator, expression, first)


def run_through(evaluator: Expressions, expression: f.Comprehension) -> Value:
    """What a comprehension or a generator expression yields that is run through at once."""
    return _collected(evaluator, expression, evaluator.value(expression.generators[0].iterable))


def _collected(evaluator: Expressions, expression: f.Comprehension, first: Value) -> Value:
    inner = Frame(
        module=evaluator.frame.module,
        code=evaluator.frame.code,
        names={},
        maybe=set(),
        base_doubt=evaluator.run.doubt,
        parent=evaluator.frame,
        is_function=True,
    )
    rows: list[tuple[Value, ...]] = []
    is_open = not _generate(evaluator.machine.in_frame(inner), expression, 0, first, rows)
    if expression.kind == "dict":
        result = Dictionary({}, is_open)
        for row in rows:
            if len(row) == 2 and isinstance(row[0], KEYS):
                result.items[row[0]] = row[1]
            else:
                result.is_open = True
        return result
    kind = "list" if expression.kind == "generator" else expression.kind
    return Sequence(kind, [row[0] for row in rows], is_open)


def _generate(
    evaluator: Expressions,
    expression: f.Comprehension,
    level: int,
    iterable: Value,
    rows: list[tuple[Value, ...]],
) -> bool:
    """Run a comprehension from its `level`-th `for` on; whether all of its items are known."""
    generator = expression.generators[level]
    items = evaluator.calls.iterate(iterable, evaluator.place(expression.span))
    if items is None or len(items) > _MAX_ITERATIONS:
        with evaluator.run.doubting():
            try:
                evaluator.bind_target(generator.target, UNKNOWN)
                _generate_item(evaluator, expression, level, rows)
            except Raised as raised:
                evaluator.run.note(raised.failure)
        rows.clear()
        return False
    complete = True
    for item in items:
        evaluator.bind_target(generator.target, item)
        complete = _generate_item(evaluator, expression, level, rows) and complete
    return complete


def _generate_item(
    evaluator: Expressions, expression: f.Comprehension, level: int, rows: list[tuple[Value, ...]]
) -> bool:
    for condition in expression.generators[level].conditions:
        known = evaluator.judged(condition, evaluator.value(condition))
        if known is False:
            return True
        if known is None:
            return False
    if level + 1 < len(expression.generators):
        inner = evaluator.value(expression.generators[level + 1].iterable)
        return _generate(evaluator, expression, level + 1, inner, rows)
    rows.append(tuple(evaluator.values(expression.elements)))
    return True
