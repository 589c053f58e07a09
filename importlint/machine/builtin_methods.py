"""Methods of built-in types: of texts, lists, tuples, sets, dicts, properties, and of a module's namespace.

Standard library reference, "Built-in Types".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from importlint.machine.attributes import Found
from importlint.machine.patterns import match_method, pattern_method
from importlint.machine.run import Place
from importlint.machine.values import (
    CONSTANTS,
    KEYS,
    UNKNOWN,
    Dictionary,
    Match,
    ModuleDict,
    ModuleObject,
    Pattern,
    Sequence,
    Value,
    Wrapped,
)

if TYPE_CHECKING:
    from importlint.machine.library import Arguments, Keywords, Library

_MAX_TEXT = 10_000
_TEXT_METHODS = frozenset(
    "lower upper strip lstrip rstrip split rsplit splitlines partition rpartition startswith endswith replace "
    "title capitalize removeprefix removesuffix count find rfind isidentifier isdigit isupper islower".split()
)
_CHANGES = frozenset("append extend add insert update remove pop clear".split())
"""Methods of lists and sets that change them."""


def call_method(
    library: Library, receiver: Value, name: str, arguments: Arguments, keywords: Keywords, place: Place
) -> Value:
    """What a method of a value of a built-in type returns.

    Raises:
        Raised: it fails.
    """
    if isinstance(receiver, str):
        return _text_method(library, receiver, name, arguments, place)
    if isinstance(receiver, Sequence):
        return _sequence_method(library, receiver, name, arguments, place)
    if isinstance(receiver, Dictionary):
        return _dictionary_method(library, receiver, name, arguments, keywords, place)
    if isinstance(receiver, ModuleDict):
        return _module_dict_method(library, receiver.module, name, arguments, place)
    if isinstance(receiver, Pattern):
        return pattern_method(library, receiver, name, arguments, keywords, place)
    if isinstance(receiver, Match):
        return match_method(receiver, name, arguments)
    if isinstance(receiver, Wrapped) and name in ("setter", "getter", "deleter") and arguments:
        setter = arguments[0] if name == "setter" else receiver.setter
        getter = arguments[0] if name == "getter" else receiver.function
        return Wrapped(receiver.kind, getter, setter)
    return library.calls.unknown(arguments, keywords)


# ---- texts


def _text_method(library: Library, text: str, name: str, arguments: Arguments, place: Place) -> Value:
    if name == "join" and len(arguments) == 1:
        items = library.calls.iterate(arguments[0], place)
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


def _plain(value: Value) -> object:
    """A value of the model as Python's own, UNKNOWN if it is none."""
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
    """A value of Python's own as one of the model."""
    if isinstance(value, list | tuple):
        return Sequence("list" if isinstance(value, list) else "tuple", list(value))
    if isinstance(value, str):
        return _bounded(value)
    return value if isinstance(value, CONSTANTS) else UNKNOWN


def _bounded(text: str) -> Value:
    return text if len(text) <= _MAX_TEXT else UNKNOWN


# ---- lists, tuples and sets


def _sequence_method(
    library: Library, owner: Sequence, name: str, arguments: Arguments, place: Place
) -> Value:
    journal, calls = library.journal, library.calls
    if library.run.doubt and name in _CHANGES:
        calls.disturb(owner)
    match name, arguments:
        case "append" | "add", (value,):
            if owner.kind == "list" or value not in owner.items:
                journal.append(owner.items, value)
            return None
        case "extend" | "update", (value,):
            items = calls.iterate(value, place)
            if items is None:
                calls.disturb(owner)
            else:
                everything = [*owner.items, *items]
                journal.replace(owner.items, unique(everything) if owner.kind == "set" else everything)
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
            items = calls.iterate(value, place)
            is_open = owner.is_open or items is None
            return Sequence("set", unique([*owner.items, *(items or ())]), is_open)
    if name not in ("__contains__", "__len__"):
        calls.disturb(owner)
    return UNKNOWN


def unique(items: list[Value]) -> list[Value]:
    """The items without those that have come before."""
    found: list[Value] = []
    for item in items:
        if item not in found:
            found.append(item)
    return found


# ---- dicts


def _dictionary_method(
    library: Library, owner: Dictionary, name: str, arguments: Arguments, keywords: Keywords, place: Place
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
                update_dictionary(library, owner, argument, place)
            for word, value in keywords.items():
                library.journal.put(owner.items, word, value)
            return None
        case "setdefault", (key, *default) if isinstance(key, KEYS):
            if key not in owner.items:
                if owner.is_open:
                    return UNKNOWN
                library.journal.put(owner.items, key, default[0] if default else None)
            return owner.items[key]
        case "pop", (key, *default) if isinstance(key, KEYS) and not owner.is_open and not library.run.doubt:
            if key in owner.items:
                return library.journal.drop(owner.items, key)
            if default:
                return default[0]
            library.run.error(place, "KeyError", repr(key), is_claim=False)
        case "copy", ():
            return Dictionary(dict(owner.items), owner.is_open)
    if name not in ("__contains__", "__len__"):
        library.calls.disturb(owner)
    return UNKNOWN


def update_dictionary(library: Library, owner: Dictionary, more: Value, place: Place) -> None:
    """`owner.update(more)`."""
    if isinstance(more, Dictionary):
        for each, item in more.items.items():
            library.journal.put(owner.items, each, item)
        if more.is_open or library.run.doubt:
            library.calls.disturb(owner)
        return
    for row in library.calls.iterate(more, place) or (UNKNOWN,):
        match row:
            case Sequence(items=[key, value]) if isinstance(key, KEYS):
                library.journal.put(owner.items, key, value)
            case _:
                library.calls.disturb(owner)


def _module_dict_method(
    library: Library, module: ModuleObject, name: str, arguments: Arguments, place: Place
) -> Value:
    match name, arguments:
        case "get", (str(key), *default):
            found = library.attributes.lookup(module, key, place)
            if isinstance(found, Found):
                return found.value if found.surely else UNKNOWN
            return UNKNOWN if not found.surely else default[0] if default else None
        case "update", (Dictionary(is_open=False) as more,):
            for each, item in more.items.items():
                if isinstance(each, str):
                    library.attributes.bind_in_module(module, each, item)
            return None
        case "setdefault", (str(key), value):
            if key not in module.names:
                library.attributes.bind_in_module(module, key, value)
            return module.names[key]
        case "pop", (str(key), *_):
            value = module.names.get(key, UNKNOWN)
            library.attributes.delete(module, key)
            return value
        case (("items" | "keys" | "values" | "copy" | "__contains__"), _):
            return UNKNOWN
    library.calls.disturb(module)
    return UNKNOWN
