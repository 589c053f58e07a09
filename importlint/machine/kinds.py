"""Which class a value is of, as far as that is known: for `except`, `isinstance` and `issubclass`."""

from __future__ import annotations

import builtins

from importlint.machine.attributes import linearised
from importlint.machine.values import (
    CONSTANTS,
    Class,
    Dictionary,
    ExceptionObject,
    External,
    Function,
    Instance,
    Method,
    ModuleObject,
    Sequence,
    Value,
)

_GROUP = type("BaseExceptionGroup", (BaseException,), {})
_NEWER = {
    "BaseExceptionGroup": _GROUP,
    "ExceptionGroup": type("ExceptionGroup", (_GROUP, Exception), {}),
    "ImportCycleError": type("ImportCycleError", (ImportError,), {}),
}
"""Built-in classes that the running Python may not have yet (3.11, 3.15)."""

_TYPES = {str: "str", int: "int", float: "float", bool: "bool", type(None): "NoneType"}


def is_instance(value: Value, kinds: Value) -> bool | None:
    """Whether a value is an object of a class, or of one in a tuple of them; None if that is unknown."""
    if isinstance(kinds, Sequence):
        answers = [is_instance(value, kind) for kind in kinds.items]
        return True if True in answers else None if None in answers or kinds.is_open else False
    if isinstance(value, Instance):
        return is_subclass(value.cls, kinds)
    name = _class_name(value)
    if name is None:
        return None
    if isinstance(kinds, Class):
        return False
    return is_subclass(External(name), kinds)


def is_subclass(cls: Value, kinds: Value) -> bool | None:
    """Whether a class is a subclass of another, or of one in a tuple of them; None if that is unknown."""
    if isinstance(kinds, Sequence):
        answers = [is_subclass(cls, kind) for kind in kinds.items]
        return True if True in answers else None if None in answers or kinds.is_open else False
    if isinstance(cls, Class):
        answers = [is_subclass(each, kinds) for each in linearised(cls)[1:]]
        if cls is kinds or True in answers:
            return True
        return None if None in answers or not isinstance(kinds, Class | External) else False
    if not isinstance(cls, External):
        return None
    if isinstance(kinds, Class):
        return False if builtin_class(cls) is not None else None
    if not isinstance(kinds, External):
        return None
    if cls == kinds:
        return True
    first, second = builtin_class(cls), builtin_class(kinds)
    return None if first is None or second is None else issubclass(first, second)


def builtin_class(cls: External) -> type | None:
    """The built-in class that a dotted name stands for; None for anything else."""
    module, _, name = cls.name.rpartition(".")
    known = _NEWER.get(name) or getattr(builtins, name, None)
    found = known if module == "builtins" else None
    return found if isinstance(found, type) else None


def _class_name(value: Value) -> str | None:
    if isinstance(value, ExceptionObject):
        return f"builtins.{value.kind}"
    if type(value) in _TYPES:
        return f"builtins.{_TYPES[type(value)]}"
    if isinstance(value, Sequence):
        return f"builtins.{value.kind}"
    if isinstance(value, Dictionary):
        return "builtins.dict"
    if isinstance(value, Class):
        return "builtins.type" if value.metaclass is None else None
    if isinstance(value, ModuleObject):
        return "types.ModuleType"
    if isinstance(value, Function):
        return "types.FunctionType"
    return "types.MethodType" if isinstance(value, Method) else None


def exception_group(value: Value) -> ExceptionObject:
    """What `except*` makes of an exception that is no group, before a handler sees it (3.11)."""
    is_plain = is_instance(value, External("builtins.Exception")) is not False
    return ExceptionObject(
        "ExceptionGroup" if is_plain else "BaseExceptionGroup", ("", Sequence("list", [value]))
    )


def exception_text(value: Value) -> str:
    """An exception as text, as far as it is known."""
    if not isinstance(value, ExceptionObject) or not value.arguments:
        return ""
    first, *others = value.arguments
    if value.kind == "KeyError":
        return repr(first) if isinstance(first, CONSTANTS) else ""
    text = str(first) if isinstance(first, (str, int)) else ""
    if value.kind in ("ExceptionGroup", "BaseExceptionGroup") and others and isinstance(others[0], Sequence):
        count = len(others[0].items)
        text += f" ({count} sub-exception{'' if count == 1 else 's'})"
    return text


def exception_name(value: Value) -> str:
    """The name of an exception's class; of a class of the project, that of the built-in one below it."""
    if isinstance(value, ExceptionObject):
        return value.kind
    cls = value.cls if isinstance(value, Instance) else value
    if isinstance(cls, Class):
        return cls.name
    return cls.name.rpartition(".")[2] if isinstance(cls, External) else "Exception"
