"""What the machine knows of Python's own functions and of a few libraries: those that decide imports.

Everything else that is called there has no effect on imports, and an unknown result.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from importlint.finder.resolve import absolute_name
from importlint.finder.spec import Failure as SearchFailure
from importlint.finder.spec import Kind, Spec
from importlint.machine.attributes import Attributes, Found, Missing
from importlint.machine.constants import KEEPS
from importlint.machine.kinds import is_instance, is_subclass
from importlint.machine.paths import PATH_FUNCTIONS
from importlint.machine.run import Broken, Place, Run
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
    Partial,
    Presumed,
    Sequence,
    SpecObject,
    Suppressor,
    Value,
    Wrapped,
    truth,
)

if TYPE_CHECKING:
    from importlint.machine.calls import Calls
    from importlint.machine.loader import Loader

_MAX_TEXT = 10_000
_TEXT_METHODS = frozenset(
    "lower upper strip lstrip rstrip split rsplit splitlines partition rpartition startswith endswith replace "
    "title capitalize removeprefix removesuffix count find rfind isidentifier isdigit isupper islower".split()
)


class Library:
    """Calls of what is outside the project, for one run."""

    def __init__(self, run: Run, attributes: Attributes, calls: Calls, loader: Loader) -> None:
        self.run = run
        self.journal = run.journal
        self.attributes = attributes
        self.calls = calls
        self.loader = loader

    def call(
        self, name: str, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place
    ) -> Value:
        """What the function with a dotted name returns.

        Raises:
            Raised: it fails.
        """
        if name.startswith("importlint.decorator:"):
            return (
                self.calls.decorate(External(name.partition(":")[2]), arguments[0], place)
                if arguments
                else UNKNOWN
            )
        function = _FUNCTIONS.get(name)
        if function is not None:
            return function(self, arguments, keywords, place)
        if name.startswith("builtins."):
            import builtins

            kind = getattr(builtins, name.rpartition(".")[2], None)
            if isinstance(kind, type) and issubclass(kind, BaseException):
                module = keywords.get("name")
                return ExceptionObject(kind.__name__, arguments, module if isinstance(module, str) else None)
        if name in KEEPS:
            return External(f"importlint.decorator:{name}")
        is_library = self.run.world.is_library_name(name)
        module = place.module
        if (
            module is not None
            and not is_library
            and module.name in arguments
            and self.run.world.may_fill(name)
        ):
            self.calls.disturb(module)
        return self.calls.unknown(arguments, keywords, is_library=is_library)

    # ---- imports

    def import_module(
        self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place
    ) -> Value:
        name = arguments[0] if arguments else keywords.get("name", UNKNOWN)
        package = arguments[1] if len(arguments) > 1 else keywords.get("package")
        if not isinstance(name, str):
            return UNKNOWN
        if not name.startswith("."):
            return self.loader.load(name, place) if name and all(name.split(".")) else UNKNOWN
        if not isinstance(package, str) or not package:
            return UNKNOWN
        level = len(name) - len(name.lstrip("."))
        parts = package.split(".")
        if level > len(parts):
            text = "attempted relative import beyond top-level package"
            self.run.error(place, "ImportError", text)
        base = ".".join(parts[: len(parts) - level + 1])
        return self.loader.load(f"{base}.{name[level:]}" if name[level:] else base, place)

    def dunder_import(
        self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place
    ) -> Value:
        values = dict(zip(("name", "globals", "locals", "fromlist", "level"), arguments, strict=False))
        values.update(keywords)
        name, names, level = values.get("name"), values.get("fromlist"), values.get("level", 0)
        if not isinstance(name, str) or not isinstance(level, int) or not (name or level):
            return UNKNOWN
        if level:
            inside = values.get("globals")
            if not isinstance(inside, ModuleDict) or inside.module.code is None:
                return UNKNOWN
            version = self.run.world.target.version
            absolute = absolute_name(inside.module.code.package, level, name, version)
            if isinstance(absolute, SearchFailure):
                self.run.error(place, absolute.type, absolute.message)
                return UNKNOWN
            name = absolute
        listed = names.items if isinstance(names, Sequence) else []
        texts = tuple(each for each in listed if isinstance(each, str) and each)
        if not listed and (names is None or (isinstance(names, Sequence) and not names.is_open)):
            return self.loader.import_top(name, place)
        module = self.loader.load(name, place)
        self.loader.from_list(module, texts, place)
        return module

    def find_spec(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        name = arguments[0] if arguments else keywords.get("name")
        if not isinstance(name, str) or name.startswith("."):
            return UNKNOWN
        parent = name.rpartition(".")[0]
        if parent:
            self.loader.load(parent, place)
        resolution = self.run.world.resolve(name)
        if resolution.spec is not None:
            return SpecObject(name, resolution.spec.is_package, resolution.spec.origin)
        return None if self.run.world.is_absent(resolution) else Presumed(None)

    # ---- attributes

    def getattr_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        if len(arguments) < 2 or not isinstance(arguments[1], str):
            return UNKNOWN
        owner, name, *default = arguments
        assert isinstance(name, str)
        if not default:
            return self.attributes.read(owner, name, place)
        found = self.attributes.lookup(owner, name, place)
        if isinstance(found, Found):
            return found.value if found.surely else UNKNOWN
        return default[0] if found.surely else UNKNOWN

    def hasattr_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        if len(arguments) != 2 or not isinstance(arguments[1], str):
            return UNKNOWN
        found = self.attributes.lookup(arguments[0], arguments[1], place)
        if isinstance(found, Missing):
            return False if found.surely else UNKNOWN
        if found.value is UNKNOWN or isinstance(found.value, External) or not found.surely:
            return UNKNOWN
        return True

    def setattr_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        if len(arguments) == 3 and isinstance(arguments[1], str):
            self.attributes.write(arguments[0], arguments[1], arguments[2], place)
        else:
            for value in arguments[:1]:
                self.calls.disturb(value)
        return None

    def delattr_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        if len(arguments) == 2 and isinstance(arguments[1], str):
            self.attributes.delete(arguments[0], arguments[1])
        return None

    def vars_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        if len(arguments) == 1 and isinstance(arguments[0], ModuleObject):
            return ModuleDict(arguments[0])
        return UNKNOWN

    # ---- kinds

    def isinstance_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        answer = is_instance(*arguments) if len(arguments) == 2 else None
        return UNKNOWN if answer is None else answer

    def issubclass_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        answer = is_subclass(*arguments) if len(arguments) == 2 else None
        return UNKNOWN if answer is None else answer

    def callable_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        if len(arguments) == 1 and isinstance(arguments[0], Function | Class | Method):
            return True
        return False if arguments and isinstance(arguments[0], (*CONSTANTS, ModuleObject)) else UNKNOWN

    def type_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        if len(arguments) == 1:
            return arguments[0].cls if isinstance(arguments[0], Instance) else UNKNOWN
        return self.type_new((External("builtins.type"), *arguments), keywords, place)

    def type_new(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        match arguments:
            case (metaclass, str(name), Sequence(items=bases), Dictionary(items=items), *_):
                names = {key: value for key, value in items.items() if isinstance(key, str)}
                if place.module is None:
                    return UNKNOWN
                kind = metaclass if isinstance(metaclass, Class) else None
                return self.calls.type_new(name, tuple(bases), names, kind, place.module, keywords, place)
        return UNKNOWN

    def type_call(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        if arguments and isinstance(arguments[0], Class):
            return self.calls.instantiate(arguments[0], arguments[1:], keywords, place)
        return UNKNOWN

    def object_new(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        return Instance(arguments[0]) if arguments and isinstance(arguments[0], Class) else UNKNOWN

    def nothing(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        return None

    def object_setattr(
        self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place
    ) -> Value:
        match arguments:
            case (Instance() as owner, str(name), value):
                self.journal.put(owner.names, name, value)
        return None

    # ---- decorators and wrappers

    def property_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        setter = arguments[1] if len(arguments) > 1 else keywords.get("fset")
        return Wrapped("property", arguments[0] if arguments else None, setter)

    def classmethod_(
        self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place
    ) -> Value:
        return Wrapped("classmethod", arguments[0] if arguments else None)

    def staticmethod_(
        self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place
    ) -> Value:
        return Wrapped("staticmethod", arguments[0] if arguments else None)

    def partial(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        return Partial(arguments[0], arguments[1:], dict(keywords)) if arguments else UNKNOWN

    def suppress(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        return Suppressor(Sequence("tuple", list(arguments)))

    # ---- collections and constants

    def collect(self, kind: str, arguments: tuple[Value, ...], place: Place) -> Value:
        if not arguments:
            return Sequence(kind, [])
        items = self.calls.iterate(arguments[0], place)
        if items is None:
            known = list(arguments[0].items) if isinstance(arguments[0], Sequence) else []
            return Sequence(kind, known, is_open=True)
        return Sequence(kind, _unique(items) if kind == "set" else items)

    def list_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        return self.collect("list", arguments, place)

    def tuple_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        return self.collect("tuple", arguments, place)

    def set_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        return self.collect("set", arguments, place)

    def dict_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        result = Dictionary({})
        if arguments:
            self._update(result, arguments[0], place)
        result.items.update(keywords)
        return result

    def str_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        if len(arguments) == 1 and isinstance(arguments[0], (str, int)):
            return str(arguments[0])
        return UNKNOWN

    def bool_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        answer = truth(arguments[0]) if arguments else False
        return UNKNOWN if answer is None else answer

    def dir_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        match arguments:
            case (ModuleObject(is_followed=True) as module,):
                self.loader.note_read(module, "*", place)
                names = sorted(name for name in module.names if name not in module.maybe)
                is_open = module.is_open or bool(module.maybe) or "__dir__" in module.names
                return Sequence("list", list[Value](names), is_open)
        return UNKNOWN

    def len_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        if len(arguments) == 1:
            value = arguments[0]
            if isinstance(value, str):
                return len(value)
            if isinstance(value, Sequence | Dictionary) and not value.is_open:
                return len(value.items)
        return UNKNOWN

    def sorted_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        items = self.calls.iterate(arguments[0], place) if arguments else None
        texts = [item for item in items or () if isinstance(item, str)]
        if items is None or len(texts) != len(items) or keywords:
            return Sequence("list", items or [], is_open=True)
        return Sequence("list", list[Value](sorted(texts)))

    def zip_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        columns = [self.calls.iterate(argument, place) for argument in arguments]
        known = [column for column in columns if column is not None]
        if len(known) != len(columns):
            return UNKNOWN
        rows = zip(*known, strict=False)
        return Sequence("list", [Sequence("tuple", list(row)) for row in rows])

    def enumerate_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        items = self.calls.iterate(arguments[0], place) if len(arguments) == 1 and not keywords else None
        if items is None:
            return UNKNOWN
        return Sequence("list", [Sequence("tuple", [number, item]) for number, item in enumerate(items)])

    def range_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        numbers = [value for value in arguments if isinstance(value, int)]
        if len(numbers) != len(arguments) or not 1 <= len(numbers) <= 3 or 0 in numbers[2:]:
            return UNKNOWN
        found = range(*numbers)
        return Sequence("list", list(found)) if len(found) <= 1000 else UNKNOWN

    def map_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        items = self.calls.iterate(arguments[1], place) if len(arguments) == 2 else None
        if items is None or len(items) > 200:
            return UNKNOWN
        return Sequence("list", [self.calls.call(arguments[0], (item,), {}, place) for item in items])

    def any_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        items = self.calls.iterate(arguments[0], place) if len(arguments) == 1 else None
        truths = [truth(item) for item in items or ()]
        if True in truths:
            return True
        return UNKNOWN if items is None or None in truths else False

    def all_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        items = self.calls.iterate(arguments[0], place) if len(arguments) == 1 else None
        truths = [truth(item) for item in items or ()]
        if False in truths:
            return False
        return UNKNOWN if items is None or None in truths else True

    def iter_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        items = self.calls.iterate(arguments[0], place) if len(arguments) == 1 else None
        return UNKNOWN if items is None else Sequence("list", items)

    def environment(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        """`os.environ.get`: most likely the variable is not set."""
        default = arguments[1] if len(arguments) > 1 else keywords.get("default")
        return Presumed(default)

    def int_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        match arguments:
            case (bool() | int() as number,):
                return int(number)
            case (str(text),) if text.isdecimal() and len(text) < 10:
                return int(text)
        return UNKNOWN

    def next_(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        if not arguments or not isinstance(arguments[0], Generator):
            return UNKNOWN
        found: list[Value] = []

        def take(item: Value) -> None:
            found.append(item)
            raise Broken

        with contextlib.suppress(Broken):
            self.calls.drive(arguments[0], take)
        return found[0] if found else UNKNOWN

    def context_manager(
        self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place
    ) -> Value:
        return Wrapped("contextmanager", arguments[0]) if arguments else UNKNOWN

    def module_type(self, arguments: tuple[Value, ...], keywords: Mapping[str, Value], place: Place) -> Value:
        match arguments:
            case (str(name), *_):
                spec = Spec(name=name, kind=Kind.ASSUMED)
                return ModuleObject(name, spec, None, is_followed=True, is_package=False, initialising=False)
        return UNKNOWN

    # ---- methods of built-in types

    def method(
        self,
        receiver: Value,
        name: str,
        arguments: tuple[Value, ...],
        keywords: Mapping[str, Value],
        place: Place,
    ) -> Value:
        """What a method of a text, list, tuple, set or dict returns."""
        if isinstance(receiver, str):
            return self._text_method(receiver, name, arguments, place)
        if isinstance(receiver, Sequence):
            return self._sequence_method(receiver, name, arguments, place)
        if isinstance(receiver, Dictionary):
            return self._dictionary_method(receiver, name, arguments, keywords, place)
        if isinstance(receiver, ModuleDict):
            return self._module_dict_method(receiver.module, name, arguments, keywords, place)
        if isinstance(receiver, Wrapped) and name in ("setter", "getter", "deleter") and arguments:
            setter = arguments[0] if name == "setter" else receiver.setter
            getter = arguments[0] if name == "getter" else receiver.function
            return Wrapped(receiver.kind, getter, setter)
        return self.calls.unknown(arguments, keywords)

    def _text_method(self, text: str, name: str, arguments: tuple[Value, ...], place: Place) -> Value:
        if name == "join" and len(arguments) == 1:
            items = self.calls.iterate(arguments[0], place)
            texts = [item for item in items or () if isinstance(item, str)]
            if items is None or len(texts) != len(items):
                return UNKNOWN
            return _bounded(text.join(texts))
        if name == "format" and "{:" not in text and "!" not in text:
            values = [value for value in arguments if isinstance(value, (str, int))]
            try:
                return _bounded(text.format(*values)) if len(values) == len(arguments) else UNKNOWN
            except (LookupError, ValueError, AttributeError):
                return UNKNOWN
        plain = [_plain(argument) for argument in arguments]
        if name not in _TEXT_METHODS or not hasattr(text, name) or UNKNOWN in plain or len(text) > _MAX_TEXT:
            return UNKNOWN
        try:
            return _modelled(getattr(text, name)(*plain))
        except (TypeError, ValueError):
            return UNKNOWN

    def _sequence_method(
        self, owner: Sequence, name: str, arguments: tuple[Value, ...], place: Place
    ) -> Value:
        journal = self.journal
        if self.run.doubt and name in (
            "append",
            "extend",
            "add",
            "insert",
            "update",
            "remove",
            "pop",
            "clear",
        ):
            self.calls.disturb(owner)
        match name, arguments:
            case "append" | "add", (value,):
                if owner.kind == "list" or value not in owner.items:
                    journal.append(owner.items, value)
                return None
            case "extend" | "update", (value,):
                items = self.calls.iterate(value, place)
                if items is None:
                    self.calls.disturb(owner)
                else:
                    journal.replace(
                        owner.items,
                        _unique([*owner.items, *items]) if owner.kind == "set" else [*owner.items, *items],
                    )
                return None
            case "insert", (int(index), value):
                items = list(owner.items)
                items.insert(index, value)
                journal.replace(owner.items, items)
                return None
            case "remove" | "discard", (value,) if value in owner.items:
                items = list(owner.items)
                items.remove(value)
                journal.replace(owner.items, items)
                return None
            case "pop", () if owner.items and not owner.is_open:
                *items, last = owner.items
                journal.replace(owner.items, items)
                return last
            case "copy", ():
                return Sequence(owner.kind, list(owner.items), owner.is_open)
            case "index" | "count" | "issubset" | "issuperset", _:
                return UNKNOWN
            case "union", (value,):
                items = self.calls.iterate(value, place)
                return Sequence(
                    "set", _unique([*owner.items, *(items or ())]), owner.is_open or items is None
                )
        if name not in ("__contains__", "__len__"):
            self.calls.disturb(owner)
        return UNKNOWN

    def _dictionary_method(
        self,
        owner: Dictionary,
        name: str,
        arguments: tuple[Value, ...],
        keywords: Mapping[str, Value],
        place: Place,
    ) -> Value:
        match name, arguments:
            case "get", (key, *default):
                if not isinstance(key, KEYS):
                    return UNKNOWN
                if key in owner.items:
                    return UNKNOWN if owner.is_open else owner.items[key]
                return UNKNOWN if owner.is_open else default[0] if default else keywords.get("default")
            case "items", ():
                rows: list[Value] = [Sequence("tuple", [key, value]) for key, value in owner.items.items()]
                return Sequence("list", rows, owner.is_open)
            case "keys", ():
                return Sequence("list", list(owner.items), owner.is_open)
            case "values", ():
                return Sequence("list", list(owner.items.values()), owner.is_open)
            case "update", _:
                for argument in arguments:
                    self._update(owner, argument, place)
                for word, value in keywords.items():
                    self.journal.put(owner.items, word, value)
                return None
            case "setdefault", (key, *default) if isinstance(key, KEYS):
                if key not in owner.items:
                    if owner.is_open:
                        return UNKNOWN
                    self.journal.put(owner.items, key, default[0] if default else None)
                return owner.items[key]
            case "pop", (key, *default) if isinstance(key, KEYS) and not owner.is_open and not self.run.doubt:
                if key in owner.items:
                    return self.journal.drop(owner.items, key)
                if default:
                    return default[0]
                self.run.error(place, "KeyError", repr(key), is_claim=False)
            case "copy", ():
                return Dictionary(dict(owner.items), owner.is_open)
        if name not in ("__contains__", "__len__"):
            self.calls.disturb(owner)
        return UNKNOWN

    def _module_dict_method(
        self,
        module: ModuleObject,
        name: str,
        arguments: tuple[Value, ...],
        keywords: Mapping[str, Value],
        place: Place,
    ) -> Value:
        match name, arguments:
            case "get", (str(key), *default):
                found = self.attributes.lookup(module, key, place)
                if isinstance(found, Found):
                    return found.value if found.surely else UNKNOWN
                return UNKNOWN if not found.surely else default[0] if default else None
            case "update", (Dictionary(is_open=False) as more,):
                for each, item in more.items.items():
                    if isinstance(each, str):
                        self.attributes.bind_in_module(module, each, item)
                return None
            case "setdefault", (str(key), value):
                if key not in module.names:
                    self.attributes.bind_in_module(module, key, value)
                return module.names[key]
            case "pop", (str(key), *_):
                value = module.names.get(key, UNKNOWN)
                self.attributes.delete(module, key)
                return value
            case (("items" | "keys" | "values" | "copy" | "__contains__"), _):
                return UNKNOWN
        self.calls.disturb(module)
        return UNKNOWN

    def _update(self, owner: Dictionary, more: Value, place: Place) -> None:
        if isinstance(more, Dictionary):
            for each, item in more.items.items():
                self.journal.put(owner.items, each, item)
            if more.is_open or self.run.doubt:
                self.calls.disturb(owner)
            return
        for row in self.calls.iterate(more, place) or (UNKNOWN,):
            match row:
                case Sequence(items=[key, value]) if isinstance(key, KEYS):
                    self.journal.put(owner.items, key, value)
                case _:
                    self.calls.disturb(owner)

    # ---- sys.modules

    def module_method(self, name: str, arguments: tuple[Value, ...], place: Place) -> Value:
        """What `sys.modules.name(...)` returns."""
        self.loader.recorder.depends_on(None)
        modules = self.run.state.modules
        match name, arguments:
            case "get", (str(key), *default):
                if key in modules:
                    return modules[key]
                return self._not_loaded(key, default[0] if default else None)
            case "pop", (str(key), *default):
                if key in modules:
                    value = modules[key]
                    self.journal.drop(modules, key)
                    return value
                if default:
                    return default[0]
                self.run.error(place, "KeyError", repr(key), is_claim=self.run.depth == 0)
            case "setdefault", (str(key), value):
                if key not in modules:
                    self.journal.put(modules, key, value)
                return modules[key]
            case "update", (Dictionary(items=items),):
                for each, module in items.items():
                    if isinstance(each, str):
                        self.journal.put(modules, each, module)
                return None
        return UNKNOWN

    def _not_loaded(self, name: str, default: Value) -> Value:
        """What a look into `sys.modules` for a module that has not been seen gives: others may have loaded it."""
        spec = self.run.world.resolve(name).spec
        return default if spec is None or self.run.world.is_followed(spec) else UNKNOWN


def _plain(value: Value) -> object:
    if isinstance(value, CONSTANTS):
        return value
    if (
        isinstance(value, Sequence)
        and not value.is_open
        and all(isinstance(item, str) for item in value.items)
    ):
        return tuple(value.items)
    return UNKNOWN


def _modelled(value: object) -> Value:
    if isinstance(value, list | tuple):
        return Sequence("list" if isinstance(value, list) else "tuple", list(value))
    if isinstance(value, str):
        return _bounded(value)
    return value if isinstance(value, CONSTANTS) else UNKNOWN


def _bounded(text: str) -> Value:
    return text if len(text) <= _MAX_TEXT else UNKNOWN


def _unique(items: list[Value]) -> list[Value]:
    unique: list[Value] = []
    for item in items:
        if item not in unique:
            unique.append(item)
    return unique


_Function = Callable[[Library, tuple[Value, ...], Mapping[str, Value], Place], Value]


_FUNCTIONS: dict[str, _Function] = {
    "importlib.import_module": Library.import_module,
    "builtins.__import__": Library.dunder_import,
    "importlib.__import__": Library.dunder_import,
    "importlib.util.find_spec": Library.find_spec,
    "builtins.getattr": Library.getattr_,
    "builtins.hasattr": Library.hasattr_,
    "builtins.setattr": Library.setattr_,
    "builtins.delattr": Library.delattr_,
    "builtins.vars": Library.vars_,
    "builtins.isinstance": Library.isinstance_,
    "builtins.issubclass": Library.issubclass_,
    "builtins.callable": Library.callable_,
    "builtins.type": Library.type_,
    "builtins.type.__new__": Library.type_new,
    "abc.ABCMeta.__new__": Library.type_new,
    "builtins.type.__call__": Library.type_call,
    "builtins.type.__init__": Library.nothing,
    "builtins.object.__new__": Library.object_new,
    "builtins.object.__init__": Library.nothing,
    "builtins.object.__init_subclass__": Library.nothing,
    "builtins.object.__setattr__": Library.object_setattr,
    "builtins.property": Library.property_,
    "functools.cached_property": Library.property_,
    "builtins.classmethod": Library.classmethod_,
    "builtins.staticmethod": Library.staticmethod_,
    "functools.partial": Library.partial,
    "contextlib.suppress": Library.suppress,
    "builtins.list": Library.list_,
    "builtins.tuple": Library.tuple_,
    "builtins.set": Library.set_,
    "builtins.frozenset": Library.set_,
    "builtins.dict": Library.dict_,
    "collections.OrderedDict": Library.dict_,
    "builtins.str": Library.str_,
    "builtins.bool": Library.bool_,
    "builtins.dir": Library.dir_,
    "builtins.len": Library.len_,
    "builtins.sorted": Library.sorted_,
    "builtins.zip": Library.zip_,
    "builtins.enumerate": Library.enumerate_,
    "builtins.range": Library.range_,
    "builtins.map": Library.map_,
    "builtins.any": Library.any_,
    "builtins.all": Library.all_,
    "builtins.iter": Library.iter_,
    "builtins.print": Library.nothing,
    "warnings.warn": Library.nothing,
    "os.environ.get": Library.environment,
    "os.getenv": Library.environment,
    "builtins.int": Library.int_,
    "builtins.next": Library.next_,
    "contextlib.contextmanager": Library.context_manager,
    "types.ModuleType": Library.module_type,
    **PATH_FUNCTIONS,
    "typing.cast": lambda library, arguments, keywords, place: (
        arguments[1] if len(arguments) > 1 else UNKNOWN
    ),
}
