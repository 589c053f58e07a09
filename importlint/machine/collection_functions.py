"""Functions that make lists, dicts and the like, count them and go through them; and those that make texts and numbers.

Standard library reference, "Built-in Functions".
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from importlint.machine.builtin_methods import unique, update_dictionary
from importlint.machine.run import Broken, Place
from importlint.machine.values import UNKNOWN, Dictionary, Generator, Presumed, Sequence, Value, truth

if TYPE_CHECKING:
    from importlint.machine.library import Arguments, Keywords, Library, LibraryFunction

# ---- making them


def _collect(library: Library, kind: str, arguments: Arguments, place: Place) -> Value:
    if not arguments:
        return Sequence(kind, [])
    items = library.calls.iterate(arguments[0], place)
    if items is None:
        known = list(arguments[0].items) if isinstance(arguments[0], Sequence) else []
        return Sequence(kind, known, is_open=True)
    return Sequence(kind, unique(items) if kind == "set" else items)


def _list(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    return _collect(library, "list", arguments, place)


def _tuple(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    return _collect(library, "tuple", arguments, place)


def _set(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    return _collect(library, "set", arguments, place)


def _fill(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    """`list.__init__(self, items)`: of a subclass, whose items are not known then."""
    if len(arguments) == 2:
        library.calls.iterate(arguments[1], place)
    library.calls.unknown(arguments, keywords, is_library=True)
    return None


def _dict(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    result = Dictionary({})
    if arguments:
        update_dictionary(library, result, arguments[0], place)
    result.items.update(keywords)
    return result


def _sorted(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    items = library.calls.iterate(arguments[0], place) if arguments else None
    texts = [item for item in items or () if isinstance(item, str)]
    if items is None or len(texts) != len(items) or keywords:
        return Sequence("list", items or [], is_open=True)
    return Sequence("list", list[Value](sorted(texts)))


def _range(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    numbers = [value for value in arguments if isinstance(value, int)]
    if len(numbers) != len(arguments) or not 1 <= len(numbers) <= 3 or 0 in numbers[2:]:
        return UNKNOWN
    found = range(*numbers)
    return Sequence("list", list(found)) if len(found) <= 1000 else UNKNOWN


# ---- going through them


def _iter(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    items = library.calls.iterate(arguments[0], place) if len(arguments) == 1 else None
    return UNKNOWN if items is None else Sequence("list", items)


def _next(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    if not arguments or not isinstance(arguments[0], Generator):
        return UNKNOWN
    found: list[Value] = []

    def take(item: Value) -> None:
        found.append(item)
        raise Broken

    with contextlib.suppress(Broken):
        library.calls.drive(arguments[0], take)
    return found[0] if found else UNKNOWN


def _zip(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    columns = [library.calls.iterate(argument, place) for argument in arguments]
    known = [column for column in columns if column is not None]
    if len(known) != len(columns):
        return UNKNOWN
    rows = zip(*known, strict=False)
    return Sequence("list", [Sequence("tuple", list(row)) for row in rows])


def _enumerate(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    items = library.calls.iterate(arguments[0], place) if len(arguments) == 1 and not keywords else None
    if items is None:
        return UNKNOWN
    return Sequence("list", [Sequence("tuple", [number, item]) for number, item in enumerate(items)])


def _map(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    items = library.calls.iterate(arguments[1], place) if len(arguments) == 2 else None
    if items is None or len(items) > 200:
        return UNKNOWN
    return Sequence("list", [library.calls.call(arguments[0], (item,), {}, place) for item in items])


# ---- asking them


def _any(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    items = library.calls.iterate(arguments[0], place) if len(arguments) == 1 else None
    truths = [truth(item) for item in items or ()]
    if True in truths:
        return True
    return UNKNOWN if items is None or None in truths else False


def _all(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    items = library.calls.iterate(arguments[0], place) if len(arguments) == 1 else None
    truths = [truth(item) for item in items or ()]
    if False in truths:
        return False
    return UNKNOWN if items is None or None in truths else True


def _len(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    if len(arguments) == 1:
        value = arguments[0]
        if isinstance(value, str):
            return len(value)
        if isinstance(value, Sequence | Dictionary) and not value.is_open:
            return len(value.items)
    return UNKNOWN


# ---- texts and numbers


def _str(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    if len(arguments) == 1 and isinstance(arguments[0], (str, int)):
        return str(arguments[0])
    return UNKNOWN


def _str_new(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    """`str.__new__(cls, text)`: an object of a subclass is known by its text, which it may tell otherwise."""
    return Presumed(arguments[1]) if len(arguments) == 2 and isinstance(arguments[1], str) else UNKNOWN


def _bool(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    answer = truth(arguments[0]) if arguments else False
    return UNKNOWN if answer is None else answer


def _int(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    match arguments:
        case (bool() | int() as number,):
            return int(number)
        case (str(text),) if text.isdecimal() and len(text) < 10:
            return int(text)
    return UNKNOWN


def _ord(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    match arguments:
        case (str(text),) if len(text) == 1:
            return ord(text)
    return UNKNOWN


def _hex(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    match arguments:
        case (bool() | int() as number,):
            return hex(number)
    return UNKNOWN


COLLECTION_FUNCTIONS: dict[str, LibraryFunction] = {
    "builtins.list": _list,
    "builtins.tuple": _tuple,
    "builtins.set": _set,
    "builtins.frozenset": _set,
    "builtins.list.__init__": _fill,
    "builtins.set.__init__": _fill,
    "builtins.dict": _dict,
    "collections.OrderedDict": _dict,
    "builtins.sorted": _sorted,
    "builtins.range": _range,
    "builtins.iter": _iter,
    "builtins.next": _next,
    "builtins.zip": _zip,
    "builtins.enumerate": _enumerate,
    "builtins.map": _map,
    "builtins.any": _any,
    "builtins.all": _all,
    "builtins.len": _len,
    "builtins.str": _str,
    "builtins.str.__new__": _str_new,
    "builtins.bool": _bool,
    "builtins.int": _int,
    "builtins.ord": _ord,
    "builtins.hex": _hex,
}
