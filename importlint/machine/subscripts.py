"""Subscriptions and slicings: what is found in a list, a dict, a module's namespace, `sys.modules` and the like.

Language reference, "Subscriptions" and "Slicings".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from importlint.machine.attributes import Found
from importlint.machine.module_cache import SYS_MODULES, loaded_module
from importlint.machine.operations import assumed
from importlint.machine.values import (
    KEYS,
    UNKNOWN,
    Class,
    Dictionary,
    External,
    Instance,
    ModuleDict,
    Presumed,
    Sequence,
    Value,
    presumed,
)
from importlint.syntax import facts as f

if TYPE_CHECKING:
    from importlint.machine.expressions import Expressions

_ENVIRON = External("os.environ")


def subscript(evaluator: Expressions, expression: f.Subscript) -> Value:
    """`owner[index]`."""
    owner = evaluator.value(expression.value)
    if isinstance(expression.index, f.Slice):
        result = _sliced(evaluator, assumed(owner), expression.index)
        return presumed(result) if isinstance(owner, Presumed) else result
    index = evaluator.value(expression.index)
    if not isinstance(owner, Presumed) and not isinstance(index, Presumed):
        return _item(evaluator, expression, owner, index)
    with evaluator.run.presuming():
        return presumed(_item(evaluator, expression, assumed(owner), assumed(index)))


def _item(evaluator: Expressions, expression: f.Subscript, owner: Value, index: Value) -> Value:
    """What is found at an index that is no slice."""
    place = evaluator.place(expression.span)
    if owner == SYS_MODULES:
        return loaded_module(evaluator.machine.loader, index, place)
    if owner == External("sys.version_info"):
        version = evaluator.run.world.target.version
        return version[index] if isinstance(index, int) and 0 <= index < 2 else UNKNOWN
    if isinstance(owner, Dictionary):
        if not isinstance(index, KEYS):
            return UNKNOWN
        if index in owner.items:
            return owner.items[index]
        if not owner.is_open:
            evaluator.run.error(place, "KeyError", repr(index), is_claim=False)
        return UNKNOWN
    if isinstance(owner, Sequence) and isinstance(index, int) and not isinstance(index, bool):
        if -len(owner.items) <= index < len(owner.items) and owner.kind != "set":
            return UNKNOWN if owner.is_open else owner.items[index]
        return UNKNOWN
    if isinstance(owner, str) and isinstance(index, int):
        return owner[index] if -len(owner) <= index < len(owner) else UNKNOWN
    if isinstance(owner, ModuleDict) and isinstance(index, str):
        found = evaluator.attributes.lookup(owner.module, index, place)
        return found.value if isinstance(found, Found) and found.surely else UNKNOWN
    if isinstance(owner, External) and owner != _ENVIRON:
        return owner
    if isinstance(owner, Class):
        getter = evaluator.attributes.in_class(owner, "__class_getitem__")
        return owner if not isinstance(getter, Found) else UNKNOWN
    if isinstance(owner, Instance):
        getter = evaluator.attributes.in_class(owner.cls, "__getitem__")
        if isinstance(getter, Found):
            return evaluator.calls.call(getter.value, (owner, index), {}, place)
    return UNKNOWN


def _sliced(evaluator: Expressions, owner: Value, index: f.Slice) -> Value:
    """`owner[lower:upper:step]` of a text, list or tuple, or of the version."""
    bounds = [
        None if part is None else evaluator.value(part) for part in (index.lower, index.upper, index.step)
    ]
    known = [bound for bound in bounds if bound is None or isinstance(bound, int)]
    if len(known) != len(bounds) or known[2] == 0:
        return UNKNOWN
    if owner == External("sys.version_info") and known[0] is None and known[1] in (1, 2):
        return Sequence("tuple", list(evaluator.run.world.target.version[: known[1]]))
    if isinstance(owner, str):
        return owner[slice(*known)]
    if isinstance(owner, Sequence) and owner.kind != "set" and not owner.is_open:
        return Sequence(owner.kind, owner.items[slice(*known)])
    return UNKNOWN
