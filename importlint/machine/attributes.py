"""Attributes: what `value.name` is, and where it is missing.

CPython `module_getattro`, `_PyObject_GenericGetAttr`, `type_getattro`; PEP 562 for a module's `__getattr__`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from importlint.diagnostics import Certainty
from importlint.machine.constants import constant
from importlint.machine.run import Place, Raised, Run
from importlint.machine.values import (
    CONSTANTS,
    LATE,
    UNKNOWN,
    Class,
    Dictionary,
    ExceptionObject,
    External,
    Function,
    Instance,
    Lazy,
    Match,
    Method,
    ModuleDict,
    ModuleObject,
    Partial,
    Pattern,
    Presumed,
    Sequence,
    SpecObject,
    Super,
    Value,
    Wrapped,
    in_doubt,
)
from importlint.syntax.namespace import ALWAYS_BOUND

if TYPE_CHECKING:
    from importlint.machine.calls import Calls
    from importlint.machine.lazy_imports import LazyImports


@dataclass(frozen=True, slots=True)
class Found:
    """An attribute's value; `surely` if it is there under all conditions."""

    value: Value
    surely: bool = True


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no such attribute; `surely` if nothing unknown could have made it."""

    surely: bool
    because: Raised | None = None
    """The AttributeError of a `__getattr__` that was asked."""


_OBJECT = External("builtins.object")
_PLAIN_BASES = (
    _OBJECT,
    External("types.ModuleType"),
    External("abc.ABC"),
    External("typing.Generic"),
    External("typing.Protocol"),
)
"""Classes outside the project that give no attributes which decide anything."""
_PERHAPS = Missing(surely=False)
_NO_ATTRIBUTE = frozenset({"AttributeError"})


class Attributes:
    """Reads and writes attributes for one run; `calls` runs what they call."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.journal = run.journal
        self.calls: Calls
        self.note_read: Callable[[ModuleObject, str, Place], None]
        self.note_miss: Callable[[ModuleObject], None]
        self.note_name: Callable[[ModuleObject, str, Value], None]
        self.lazy: LazyImports

    def read(self, owner: Value, name: str, place: Place) -> Value:
        """`owner.name`.

        Raises:
            Raised: it has no such attribute.
        """
        found = self.find(owner, name, place)
        if isinstance(found, Found):
            self.run.scripts.look_into(found.value)
            if isinstance(owner, ModuleObject):
                if found.surely:
                    self.note_read(owner, name, place)
                self.run.scripts.read(owner, name, place, found, is_import=False)
                if found.value is LATE:
                    self.run.scripts.spoil()
            return found.value if found.surely else in_doubt(found.value)
        if found.because is not None and found.because.is_claim:
            raise found.because
        if isinstance(owner, ModuleObject):
            self.note_miss(owner)
            self.run.scripts.miss(owner, name)
            self.run.error(
                place,
                "AttributeError",
                self._message(owner, name),
                missing_name=name,
                from_module=owner,
                surely=found.surely,
            )
        elif found.surely:
            text = f"{_type_name(owner)!r} object has no attribute {name!r}"
            self.run.error(place, "AttributeError", text, missing_name=name, is_claim=False)
        return UNKNOWN

    def _message(self, module: ModuleObject, name: str) -> str:
        circular = " (most likely due to a circular import)"
        submodule = self.run.state.modules.get(f"{module.name}.{name}")
        is_in_progress = isinstance(submodule, ModuleObject) and submodule.initialising
        if module.initialising:
            return f"partially initialized module {module.name!r} has no attribute {name!r}{circular}"
        if is_in_progress and self.run.world.target.version >= (3, 11):
            return f"cannot access submodule {name!r} of module {module.name!r}{circular}"
        return f"module {module.name!r} has no attribute {name!r}"

    def lookup(self, owner: Value, name: str, place: Place) -> Found | Missing:
        """`owner.name`, or that it is missing, where either answer counts."""
        if isinstance(owner, ModuleObject) and owner.is_followed:
            self.run.scripts.look_up(owner, name)
        return self.find(owner, name, place)

    def find(self, owner: Value, name: str, place: Place) -> Found | Missing:
        """`owner.name`, or that it is missing; its getter runs, and so may `__getattr__`."""
        if isinstance(owner, ModuleObject):
            return self._of_module(owner, name, place)
        self.run.scripts.look_into(owner)
        if isinstance(owner, External):
            return Found(constant(f"{owner.name}.{name}", self.run.world.target))
        if isinstance(owner, Instance):
            return self._of_instance(owner, name, place)
        if isinstance(owner, Class):
            return self._of_class(owner, name, place)
        if isinstance(owner, Super):
            return self._of_super(owner, name)
        if isinstance(owner, Function):
            if name in owner.names:
                return Found(owner.names[name])
            if name in ("__name__", "__qualname__"):
                return Found(owner.definition.name)
            if name == "__module__":
                return Found(owner.module.name)
            if name == "__globals__":
                self.run.scripts.see_names(owner.module)
                return Found(ModuleDict(owner.module))
            return Found(UNKNOWN)
        if isinstance(owner, ExceptionObject):
            if name == "name":
                return Found(owner.name if owner.kind == "ModuleNotFoundError" else UNKNOWN)
            return Found(Sequence("tuple", list(owner.arguments)) if name == "args" else UNKNOWN)
        if isinstance(owner, Sequence | Dictionary | ModuleDict | Pattern | Match | str):
            return Found(Method(owner, None, name))
        if isinstance(owner, Partial | Wrapped):
            if name in ("setter", "getter", "deleter") and isinstance(owner, Wrapped):
                return Found(Method(owner, None, name))
            return Found(owner.function if name in ("func", "fget", "__wrapped__", "__func__") else UNKNOWN)
        if isinstance(owner, SpecObject):
            parent = owner.name if owner.is_package else owner.name.rpartition(".")[0]
            known: dict[str, Value] = {"name": owner.name, "parent": parent, "origin": owner.origin}
            return Found(known.get(name, UNKNOWN))
        if isinstance(owner, Presumed):
            inner = self.lookup(owner.value, name, place)
            return Found(Presumed(inner.value)) if isinstance(inner, Found) else inner
        if not isinstance(owner, CONSTANTS):
            return Found(UNKNOWN)
        return Found(UNKNOWN) if owner is not None or name.startswith("__") else Missing(surely=True)

    # ---- modules

    def _of_module(self, module: ModuleObject, name: str, place: Place) -> Found | Missing:
        if name in module.names:
            value = module.names[name]
            if isinstance(value, Lazy):
                return self._of_lazy(module, name, value, place)
            self.lazy.note_read(module, name)
            self.note_name(module, name, value)
            return Found(value, surely=name not in module.maybe)
        if not module.is_followed:
            full = f"{module.name}.{name}"
            submodule = self.run.state.modules.get(full)
            if submodule is not None:
                return Found(submodule)
            return Found(constant(full, self.run.world.target))
        built_in = self._own_attribute(module, name)
        if built_in is not None:
            return built_in
        submodule = self.lazy.submodule(module, name, place)
        if submodule is not None:
            return Found(submodule)
        getter = module.names.get("__getattr__")
        if getter is not None:
            return self._ask(getter, name, place)
        return self.without_getattr(module, name)

    def _of_lazy(self, module: ModuleObject, name: str, lazy: Lazy, place: Place) -> Found | Missing:
        """A name that is lazy: one that imports itself is missing where its lack is an answer."""
        if name in module.maybe:
            return Found(UNKNOWN, surely=False)
        try:
            return Found(self.lazy.read(module, name, lazy, place))
        except Raised as raised:
            if raised.failure.type != "ImportCycleError":
                raise
            return Missing(raised.failure.certainty is Certainty.CERTAIN, raised)

    def without_getattr(self, module: ModuleObject, name: str) -> Missing:
        """That a name which is not in a module's namespace is missing there, its `__getattr__` apart."""
        if name in module.maybe or "__getattr__" in module.maybe:
            return _PERHAPS
        if module.code is None:
            return Missing(surely=True)
        if module.initialising and name in module.code.later:
            return Missing(surely=True)
        if module.is_open or self._may_get(module, name):
            return _PERHAPS
        is_known = module.initialising or name in module.code.later or not self.run.state.is_strange
        return Missing(is_known or self.run.world.lacks(module.spec, name))

    def _may_get(self, module: ModuleObject, name: str) -> bool:
        return self.run.world.may_get(module.spec, name)

    def _own_attribute(self, module: ModuleObject, name: str) -> Found | None:
        """What the import system gives every module; language reference, "Module attributes"."""
        match name:
            case "__name__":
                return Found(module.name)
            case "__package__":
                return Found(module.package)
            case "__file__":
                return Found(module.spec.origin if module.spec.origin else UNKNOWN, module.code is not None)
            case "__dict__":
                self.run.scripts.see_names(module)
                return Found(ModuleDict(module))
            case "__path__" if module.is_package:
                locations = list(module.spec.search_locations or ())
                return Found(Sequence("list", list(locations), is_open=True))
            case "__spec__":
                return Found(module.own_spec)
            case "__doc__" | "__loader__" | "__builtins__" | "__class__" | "__annotations__" | "__cached__":
                return Found(UNKNOWN)
        return Found(UNKNOWN) if name in ALWAYS_BOUND else None

    def _ask(self, getter: Value, name: str, place: Place) -> Found | Missing:
        """What a `__getattr__` answers: its AttributeError means that there is no such attribute."""
        guards = len(self.run.guards)
        self.run.guards.append(_NO_ATTRIBUTE)
        try:
            value = self.calls.call(getter, (name,), {}, place)
        except Raised as raised:
            if self.calls.is_instance_of(raised.value, "AttributeError") is not True:
                raise
            return Missing(raised.failure.certainty is Certainty.CERTAIN, raised)
        finally:
            del self.run.guards[guards:]
        return Found(value, surely=False) if value is UNKNOWN else Found(value)

    # ---- objects of the project's classes

    def in_class(self, cls: Class, name: str) -> Found | Missing:
        """What a class or its bases bind to a name."""
        surely = True
        for each in linearised(cls):
            if isinstance(each, Class):
                if name in each.names:
                    return Found(each.names[name], surely=surely)
                surely = surely and not each.is_open
            elif each not in _PLAIN_BASES:
                surely = False
        return Missing(surely)

    def _of_instance(self, owner: Instance, name: str, place: Place) -> Found | Missing:
        in_class = self.in_class(owner.cls, name)
        if isinstance(in_class, Found) and isinstance(in_class.value, Wrapped):
            return Found(self._unwrapped(in_class.value, owner, owner.cls, place))
        if name in owner.names:
            return Found(owner.names[name])
        if isinstance(in_class, Found):
            return Found(self._bound(in_class.value, owner, owner.cls, place))
        if name == "__class__":
            return Found(owner.cls)
        if name == "__dict__":
            return Found(Dictionary(owner.names, owner.is_open))  # type: ignore[arg-type]  # it has more keys
        getter = self.in_class(owner.cls, "__getattr__")
        if isinstance(getter, Found):
            answer = self._ask(Method(owner, getter.value, "__getattr__"), name, place)
            is_special = name.startswith("__") and name.endswith("__")
            if isinstance(answer, Found):
                return answer
            return Missing(not owner.is_open and not is_special, answer.because)
        if not in_class.surely or owner.is_open or name.startswith("__"):
            return Found(UNKNOWN)
        return Missing(surely=True)

    def _of_class(self, owner: Class, name: str, place: Place) -> Found | Missing:
        found = self.in_class(owner, name)
        if isinstance(found, Found):
            value = found.value
            if isinstance(value, Wrapped):
                is_bound = value.kind in ("classmethod", "staticmethod")
                return Found(self._unwrapped(value, None, owner, place) if is_bound else value)
            if isinstance(value, Instance) and isinstance(self.in_class(value.cls, "__get__"), Found):
                return Found(self._bound(value, None, owner, place))
            return Found(value)
        if name in ("__name__", "__qualname__"):
            return Found(owner.name)
        if name == "__module__":
            return Found(owner.module.name)
        if isinstance(owner.metaclass, Class):
            of_metaclass = self.in_class(owner.metaclass, name)
            if isinstance(of_metaclass, Found):
                value = of_metaclass.value
                if isinstance(value, Wrapped):
                    return Found(self._unwrapped(value, owner, owner.metaclass, place))
                return Found(Method(owner, value, name) if isinstance(value, Function) else value)
        if owner.metaclass is not None or not found.surely or name.startswith("__"):
            return Found(UNKNOWN)
        return Missing(surely=True)

    def _of_super(self, owner: Super, name: str) -> Found | Missing:
        cls = owner.receiver.cls if isinstance(owner.receiver, Instance) else owner.receiver
        order = list(linearised(cls)) if isinstance(cls, Class) else []
        if owner.cls not in order:  # in a metaclass, whose instances are classes
            metaclass = cls.metaclass if isinstance(cls, Class) else None
            order = list(linearised(metaclass if isinstance(metaclass, Class) else owner.cls))
        if owner.cls in order:
            order = order[order.index(owner.cls) + 1 :]
        for each in order:
            if isinstance(each, Class) and name in each.names:
                value = each.names[name]
                if isinstance(value, Wrapped):
                    value = value.function
                return Found(Method(owner.receiver, value, name) if isinstance(value, Function) else value)
            if not isinstance(each, Class):
                full = f"{each.name}.{name}" if isinstance(each, External) else ""
                if not full.startswith("builtins.") and full != "types.ModuleType.__init__":
                    return Found(UNKNOWN)
                return Found(self._of_builtin(owner, full))
        return Found(self._of_builtin(owner, f"builtins.object.{name}"))

    def _of_builtin(self, owner: Super, name: str) -> Value:
        function = External(name)
        return function if name.endswith(".__new__") else Method(owner.receiver, function, name)

    def _bound(self, value: Value, receiver: Instance | None, cls: Class, place: Place) -> Value:
        if isinstance(value, Function):
            return Method(receiver, value, value.definition.name)
        if isinstance(value, Instance):
            getter = self.in_class(value.cls, "__get__")
            if isinstance(getter, Found) and isinstance(getter.value, Function):
                return self.calls.call(getter.value, (value, receiver, cls), {}, place)
        return value

    def _unwrapped(self, value: Wrapped, receiver: Value, cls: Class, place: Place) -> Value:
        if value.kind == "staticmethod":
            return value.function
        if value.kind == "classmethod":
            return Method(cls, value.function, "")
        if value.kind == "contextmanager":
            return Method(receiver, value, "")
        return self.calls.call(value.function, (receiver,), {}, place)

    # ---- writing

    def write(self, owner: Value, name: str, value: Value, place: Place) -> None:
        """`owner.name = value`."""
        if isinstance(owner, ModuleObject):
            self.bind_in_module(owner, name, value)
        elif isinstance(owner, Class | Function):
            self.journal.put(owner.names, name, value)
        elif isinstance(owner, Instance):
            found = self.in_class(owner.cls, name)
            known = found.value if isinstance(found, Found) else None
            if isinstance(known, Wrapped) and known.kind == "property":
                if known.setter is not None:
                    self.calls.call(known.setter, (owner, value), {}, place)
                return
            if isinstance(known, Instance):
                setter = self.in_class(known.cls, "__set__")
                if isinstance(setter, Found):
                    self.calls.call(setter.value, (known, owner, value), {}, place)
                    return
            self.journal.put(owner.names, name, value if not self.run.doubt else UNKNOWN)

    def bind_in_module(self, module: ModuleObject, name: str, value: Value) -> None:
        """Bind a name in a module from outside its body."""
        self.run.scripts.change(module)
        self._bind(module, name, value)

    def bind_global(self, module: ModuleObject, name: str, value: Value) -> None:
        """Bind a name in a module in one of its own functions."""
        self.run.scripts.write(module)
        self._bind(module, name, value)

    def _bind(self, module: ModuleObject, name: str, value: Value) -> None:
        if self.run.doubt and name not in module.names:
            self.journal.add(module.maybe, name)
        elif not self.run.doubt:
            self.journal.discard(module.maybe, name)
        self.journal.put(module.names, name, value)
        self.run.scripts.bind(module, name)

    def delete(self, owner: Value, name: str) -> None:
        """`del owner.name`."""
        if isinstance(owner, ModuleObject):
            self.run.scripts.change(owner)
            if self.run.doubt:
                self.journal.add(owner.maybe, name)
            else:
                self.journal.drop(owner.names, name)
        elif isinstance(owner, Instance | Class | Function):
            self.journal.drop(owner.names, name)


def linearised(cls: Class) -> tuple[Value, ...]:
    """A class and its bases in the order in which attributes are looked up (C3)."""
    if cls.order is None:
        orders: list[list[Value]] = [
            list(linearised(base)) if isinstance(base, Class) else [base] for base in cls.bases
        ]
        orders = [order for order in orders if order != [_OBJECT]]
        cls.order = (cls, *_merged([*orders, [base for base in cls.bases if base != _OBJECT]]))
    return cls.order


def _merged(orders: list[list[Value]]) -> Iterator[Value]:
    while orders := [order for order in orders if order]:
        head = next(
            (order[0] for order in orders if not any(order[0] in other[1:] for other in orders)),
            orders[0][0],
        )
        yield head
        orders = [[each for each in order if each is not head and each != head] for order in orders]


def _type_name(value: Value) -> str:
    if isinstance(value, Instance):
        return value.cls.name
    return type(value).__name__
