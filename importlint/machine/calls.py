"""Calls: functions, methods and classes of the project are followed; what is not known changes what it is given.

Language reference, "Calls" and "Customizing class creation"; CPython `type_new`, `type_call`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from importlint.machine.attributes import Attributes, Found, linearised
from importlint.machine.constants import KEEPS, WRITES_INIT
from importlint.machine.frame import Frame
from importlint.machine.kinds import is_instance
from importlint.machine.run import CALL_STEPS, HOOK_STEPS, CutShort, Place, Raised, Returned, Run
from importlint.machine.values import (
    UNKNOWN,
    Class,
    Dictionary,
    External,
    Function,
    Generator,
    Instance,
    Key,
    Manager,
    Method,
    ModuleDict,
    ModuleObject,
    Partial,
    Presumed,
    Sequence,
    Value,
    Wrapped,
    presumed,
)
from importlint.syntax import facts as f

if TYPE_CHECKING:
    from importlint.machine.library import Library

_MAX_DEPTH = 30
"""How deep followed calls may be nested."""


_MODULE_TYPE = External("types.ModuleType")


class Calls:
    """Calls values for one run; `interpret` runs a block in a frame."""

    def __init__(self, run: Run, attributes: Attributes, interpret: Callable[[Frame, f.Block], None]) -> None:
        self.run = run
        self.journal = run.journal
        self.attributes = attributes
        self.interpret = interpret
        self.library: Library

    def call(
        self,
        function: Value,
        arguments: tuple[Value, ...],
        keywords: Mapping[str, Value],
        place: Place,
        *,
        is_open: bool = False,
    ) -> Value:
        """What a call returns; `is_open` if it has more arguments than are known.

        Raises:
            Raised: it fails.
        """
        if isinstance(function, Function):
            return self._call_function(function, arguments, keywords, is_open)
        if isinstance(function, Method):
            if function.function is None:
                return self.library.method(function.receiver, function.name, arguments, keywords, place)
            return self.call(
                function.function, (function.receiver, *arguments), keywords, place, is_open=is_open
            )
        if isinstance(function, Class):
            return self._instantiate(function, arguments, keywords, place, is_open)
        if isinstance(function, Partial):
            everything = {**function.keywords, **keywords}
            return self.call(
                function.function, (*function.arguments, *arguments), everything, place, is_open=is_open
            )
        if isinstance(function, Wrapped) and function.kind == "staticmethod":
            return self.call(function.function, arguments, keywords, place, is_open=is_open)
        if isinstance(function, Wrapped) and function.kind == "contextmanager":
            generator = self.call(function.function, arguments, keywords, place, is_open=is_open)
            return Manager(generator) if isinstance(generator, Generator) else UNKNOWN
        if isinstance(function, Instance):
            found = self.attributes.in_class(function.cls, "__call__")
            if isinstance(found, Found):
                return self.call(found.value, (function, *arguments), keywords, place, is_open=is_open)
        if isinstance(function, External) and function.name.endswith(".__getattribute__"):
            return self._plain_attribute(arguments, place)
        if isinstance(function, External):
            return self.library.call(function.name, arguments, keywords, place)
        return self.unknown(arguments, keywords)

    def _plain_attribute(self, arguments: tuple[Value, ...], place: Place) -> Value:
        """`object.__getattribute__(instance, name)`, which asks no `__getattr__`."""
        match arguments:
            case (Instance(is_open=False) as owner, str(name)):
                if name in owner.names:
                    return owner.names[name]
                text = f"{owner.cls.name!r} object has no attribute {name!r}"
                self.run.error(place, "AttributeError", text, missing_name=name, is_claim=False)
        return UNKNOWN

    def unknown(
        self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], *, is_library: bool = False
    ) -> Value:
        """What a call of something unknown returns; it may change what it is given."""
        self.run.unknown_calls += 1
        self.run.strange_calls += not is_library
        if not is_library and not self.run.state.is_strange:
            self.journal.set(self.run.state, "is_strange", True)
        for value in (*arguments, *keywords.values()):
            self.disturb(value)
        return UNKNOWN

    def disturb(self, value: Value) -> None:
        """Something unknown has a value in hand."""
        if isinstance(value, Sequence | Dictionary | Instance) and not value.is_open:
            self.journal.set(value, "is_open", True)
        elif isinstance(value, ModuleDict) and not value.module.is_open:
            self.run.scripts.use(value.module)  # at most names are there that it lacks
            self.journal.set(value.module, "is_open", True)
        elif isinstance(value, ModuleObject) and value.is_followed and not value.is_open:
            self.run.scripts.use(value)
            self.journal.set(value, "is_open", True)

    # ---- functions

    def _call_function(
        self,
        function: Function,
        arguments: tuple[Value, ...],
        keywords: Mapping[str, Value],
        is_open: bool,
        steps: int = CALL_STEPS,
    ) -> Value:
        definition = function.definition
        body = function.code.body(definition)
        if body is None:
            return self.unknown(arguments, keywords)
        if definition.is_async:
            return UNKNOWN
        if body.is_generator:
            return Generator(self._frame(function, arguments, keywords, is_open), body.body)
        return self.run_body(self._frame(function, arguments, keywords, is_open), body.body, steps)

    def run_body(self, frame: Frame, block: f.Block, steps: int = CALL_STEPS) -> Value:
        """What a call returns whose frame is ready, and which may run as many statements as `steps` says.

        Raises:
            Raised: it fails.
        """
        run = self.run
        run.scripts.call(frame.module)
        is_outermost = run.depth == 0
        before = run.steps
        allowed = steps if is_outermost else min(steps, before // 2)
        is_counted = is_outermost and not run.chain
        if is_counted:
            allowed = min(allowed, run.steps_of_entry)
        if not allowed or run.depth >= _MAX_DEPTH:
            self._disturb_frame(frame)
            return UNKNOWN
        doubt, presumption = run.doubt, run.presumption
        frame.base_doubt, frame.block = doubt, block
        run.depth += 1
        run.steps = allowed
        try:
            self.interpret(frame, block)
        except Returned as returned:
            return UNKNOWN if frame.exits else returned.value
        except Raised as raised:
            if frame.exits and raised.is_claim:  # it may have returned before
                run.note(raised.failure)
                return UNKNOWN
            if is_outermost and not raised.is_claim and not run.is_caught_here(raised.failure.type):
                self._disturb_frame(frame)
                return UNKNOWN
            raise
        except CutShort:
            self._disturb_frame(frame)
            return UNKNOWN
        finally:
            run.depth -= 1
            run.doubt, run.presumption = doubt, presumption
            used = allowed - max(run.steps, 0)
            run.steps = before - used
            if is_counted:
                run.steps_of_entry -= used
        return UNKNOWN if frame.exits else None

    def _disturb_frame(self, frame: Frame) -> None:
        self.run.cuts += 1
        if frame.code.facts.global_names:
            self.run.scripts.write(frame.module)
        for name in frame.code.facts.global_names:
            self.journal.add(frame.module.maybe, name)
        for value in frame.names.values():
            self.disturb(value)
        self.run.unknown_calls += 1

    def _frame(
        self, function: Function, arguments: tuple[Value, ...], keywords: Mapping[str, Value], is_open: bool
    ) -> Frame:
        """A call's frame, with the parameters bound; what the call does not say is unknown."""
        parameters = function.definition.parameters
        positional = (*parameters.positional_only, *parameters.positional)
        names: dict[str, Value] = {}
        first_default = len(positional) - len(function.defaults)
        left = dict(keywords)
        for index, name in enumerate(positional):
            if index < len(arguments):
                names[name] = arguments[index]
            elif name in left and index >= len(parameters.positional_only):
                names[name] = left.pop(name)
            elif index >= first_default and not is_open:
                names[name] = function.defaults[index - first_default]
            else:
                names[name] = UNKNOWN
        for name in parameters.keyword_only:
            default = UNKNOWN if is_open else function.keyword_defaults.get(name, UNKNOWN)
            names[name] = left.pop(name) if name in left else default
        if parameters.rest:
            names[parameters.rest] = Sequence("tuple", list(arguments[len(positional) :]), is_open=is_open)
        if parameters.keywords:
            names[parameters.keywords] = Dictionary(_by_key(left), is_open=is_open)
        return Frame(
            module=function.module,
            code=function.code,
            names=names,
            maybe=set(),
            base_doubt=self.run.doubt,
            parent=function.scope,
            is_function=True,
            owner=function.owner,
            receiver=arguments[0] if arguments and function.owner else None,
        )

    # ---- classes

    def _instantiate(
        self,
        cls: Class,
        arguments: tuple[Value, ...],
        keywords: Mapping[str, Value],
        place: Place,
        is_open: bool,
    ) -> Value:
        if isinstance(cls.metaclass, Class):
            of_metaclass = self.attributes.in_class(cls.metaclass, "__call__")
            if isinstance(of_metaclass, Found):
                return self.call(of_metaclass.value, (cls, *arguments), keywords, place, is_open=is_open)
        return self.instantiate(cls, arguments, keywords, place, is_open=is_open)

    def instantiate(
        self,
        cls: Class,
        arguments: tuple[Value, ...],
        keywords: Mapping[str, Value],
        place: Place,
        *,
        is_open: bool = False,
    ) -> Value:
        """`type.__call__`: `__new__`, then `__init__`."""
        maker = self.attributes.in_class(cls, "__new__")
        instance: Value = Instance(cls, is_open=not maker.surely if not isinstance(maker, Found) else False)
        if isinstance(maker, Found):
            function = maker.value.function if isinstance(maker.value, Wrapped) else maker.value
            instance = self.call(function, (cls, *arguments), keywords, place, is_open=is_open)
            if not isinstance(instance, Instance) or is_instance(instance, cls) is False:
                return instance
        assert isinstance(instance, Instance)
        init = self.attributes.in_class(cls, "__init__")
        if isinstance(init, Found) and not cls.generates_init:
            self.call(init.value, (instance, *arguments), keywords, place, is_open=is_open)
        else:
            if not init.surely or cls.generates_init:
                self.journal.set(instance, "is_open", True)
                self.unknown(arguments, keywords)
            if cls.generates_init and not self.run.doubt:
                for name, value in keywords.items():
                    field = self.attributes.in_class(cls, name)
                    if not isinstance(field, Found) or field.value is not UNKNOWN:  # what that is may convert
                        self.journal.put(instance.names, name, value)
            if arguments and _MODULE_TYPE in linearised(cls):
                self.journal.put(instance.names, "__name__", arguments[0])
            after = self.attributes.in_class(cls, "__post_init__")
            if isinstance(after, Found):
                self.call(after.value, (instance,), {}, place, is_open=True)
        return instance

    def make_class(
        self,
        name: str,
        bases: tuple[Value, ...],
        names: dict[str, Value],
        keywords: dict[str, Value],
        frame: Frame,
        place: Place,
    ) -> Value:
        """The class that a `class` statement makes of what its body has bound."""
        metaclass = keywords.pop("metaclass", None)
        for base in bases:
            if metaclass is None and isinstance(base, Class):
                metaclass = base.metaclass
        if isinstance(metaclass, Function):
            return self.call(
                metaclass, (name, Sequence("tuple", list(bases)), Dictionary(_by_key(names))), keywords, place
            )
        cls: Value = None
        if isinstance(metaclass, Class):
            maker = self.attributes.in_class(metaclass, "__new__")
            if isinstance(maker, Found):
                given = (metaclass, name, Sequence("tuple", list(bases)), Dictionary(_by_key(names)))
                function = maker.value.function if isinstance(maker.value, Wrapped) else maker.value
                cls = self.call(function, given, keywords, place)
        is_plain = not isinstance(cls, Class)
        if is_plain:
            cls = self.type_new(name, bases, names, metaclass, frame.module, keywords, place)
        if isinstance(metaclass, Class) and isinstance(cls, Class):
            init = self.attributes.in_class(metaclass, "__init__")
            if isinstance(init, Found):
                given = (cls, name, Sequence("tuple", list(bases)), Dictionary(_by_key(names)))
                self.call(init.value, given, keywords, place)
        return cls

    def type_new(
        self,
        name: str,
        bases: tuple[Value, ...],
        names: dict[str, Value],
        metaclass: Value,
        module: ModuleObject,
        keywords: Mapping[str, Value],
        place: Place,
    ) -> Class:
        """`type.__new__`: the class, of which its attributes and its bases are told."""
        is_open = any(not isinstance(base, Class | External) for base in bases)
        is_open = is_open or (metaclass is not None and not isinstance(metaclass, Class))
        cls = Class(name, module, bases, names, metaclass, is_open=is_open)
        for value in names.values():
            function = value.function if isinstance(value, Wrapped) else value
            if isinstance(function, Function) and function.is_method and function.owner is None:
                function.owner = cls
        for attribute, value in list(names.items()):
            if isinstance(value, Instance):
                teller = self.attributes.in_class(value.cls, "__set_name__")
                if isinstance(teller, Found):
                    self.call(teller.value, (value, cls, attribute), {}, place)
        for base in linearised(cls)[1:]:
            if not isinstance(base, Class):
                break
            if "__init_subclass__" in base.names:
                self._tell_of_subclass(base, cls, keywords, place)
                break
        return cls

    def _tell_of_subclass(self, base: Class, cls: Class, keywords: Mapping[str, Value], place: Place) -> None:
        """Call the hook of a base; if it takes long, nobody knows what the class has, or a list of classes."""
        hook = base.names["__init_subclass__"]
        function = hook.function if isinstance(hook, Wrapped) else hook
        if not isinstance(function, Function):
            self.call(function, (cls,), keywords, place)
            return
        cuts = self.run.cuts
        self._call_function(function, (cls,), keywords, is_open=False, steps=HOOK_STEPS)
        if self.run.cuts != cuts:
            self.journal.set(cls, "is_open", True)
            for value in (*base.names.values(), *function.module.names.values()):
                if isinstance(value, Sequence | Dictionary):
                    self.disturb(value)

    def decorate(self, decorator: Value, target: Value, place: Place) -> Value:
        """What a decorator makes of a function or class; one that is unknown leaves a class what it is."""
        if isinstance(decorator, External) and decorator.name in KEEPS:
            if isinstance(target, Class) and decorator.name.rpartition(".")[2] in WRITES_INIT:
                self.journal.set(target, "generates_init", True)
            return target
        result = self.call(decorator, (target,), {}, place)
        if result is UNKNOWN and isinstance(target, Class):
            return target
        return result

    def is_instance_of(self, value: Value, kind: str) -> bool | None:
        """Whether an exception is of the built-in class named `kind`."""
        return is_instance(value, External(f"builtins.{kind}"))

    # ---- iteration

    def drive(self, generator: Generator, on_item: Callable[[Value], None]) -> None:
        """Run a generator; what it yields goes to `on_item`, and what that raises comes back through it."""
        if generator.is_done:
            return
        self.journal.set(generator, "is_done", True)
        frame = generator.frame
        frame.on_yield = on_item
        self.run_body(frame, generator.body)

    def iterate(self, value: Value, place: Place) -> list[Value] | None:
        """The items of an iterable, in order; None if they are not all known."""
        if isinstance(value, Sequence | Dictionary):
            return None if value.is_open else list(value.items)
        if isinstance(value, str):
            return list(value) if len(value) <= 100 else None
        if isinstance(value, Presumed):
            items = self.iterate(value.value, place)
            return None if items is None else [presumed(item) for item in items]
        if isinstance(value, Generator):
            found: list[Value] = []
            self.drive(value, found.append)
            return None if value.frame.exits else found
        if isinstance(value, Instance):
            iterator = self.attributes.in_class(value.cls, "__iter__")
            if isinstance(iterator, Found):
                result = self.call(iterator.value, (value,), {}, place)
                return None if isinstance(result, Instance) else self.iterate(result, place)
        return None


def _by_key(names: Mapping[str, Value]) -> dict[Key, Value]:
    return dict(names.items())
