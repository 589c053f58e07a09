"""Functions that ask objects for their attributes and classes, and those that make classes and instances.

Standard library reference, "Built-in Functions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from importlint.machine.attributes import Found, Missing
from importlint.machine.kinds import is_instance, is_subclass
from importlint.machine.run import Place
from importlint.machine.values import (
    CONSTANTS,
    UNKNOWN,
    Class,
    Dictionary,
    External,
    Function,
    Instance,
    Method,
    ModuleDict,
    ModuleObject,
    Presumed,
    Sequence,
    Value,
)

if TYPE_CHECKING:
    from importlint.machine.library import Arguments, Keywords, Library, LibraryFunction

# ---- attributes


def _getattr(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    if len(arguments) < 2 or not isinstance(arguments[1], str):
        return UNKNOWN
    owner, name, *default = arguments
    assert isinstance(name, str)
    if not default:
        return library.attributes.read(owner, name, place)
    found = library.attributes.lookup(owner, name, place)
    if isinstance(found, Found):
        return found.value if found.surely else UNKNOWN
    return default[0] if found.surely else UNKNOWN


def _hasattr(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    if len(arguments) != 2 or not isinstance(arguments[1], str):
        return UNKNOWN
    found = library.attributes.lookup(arguments[0], arguments[1], place)
    if isinstance(found, Missing):
        return False if found.surely else UNKNOWN
    if isinstance(found.value, External) and _lacks(library, arguments[0], arguments[1]):
        return Presumed(False)  # unless somebody has put it there
    if found.value is UNKNOWN or isinstance(found.value, External) or not found.surely:
        return UNKNOWN
    return True


def _lacks(library: Library, owner: Value, name: str) -> bool:
    """Whether a module of the standard library has no such name of its own."""
    if not isinstance(owner, ModuleObject) or owner.is_followed:
        return False
    world = library.run.world
    return world.is_library(owner.spec) and world.lacks(owner.spec, name)


def _setattr(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    if len(arguments) == 3 and isinstance(arguments[1], str):
        library.attributes.write(arguments[0], arguments[1], arguments[2], place)
    else:
        for value in arguments[:1]:
            library.calls.disturb(value)
    return None


def _delattr(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    if len(arguments) == 2 and isinstance(arguments[1], str):
        library.attributes.delete(arguments[0], arguments[1])
    return None


def _vars(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    if len(arguments) == 1 and isinstance(arguments[0], ModuleObject):
        library.run.scripts.see_names(arguments[0])
        return ModuleDict(arguments[0])
    return UNKNOWN


def _dir(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    match arguments:
        case (ModuleObject(is_followed=True) as module,):
            library.loader.note_read(module, "*", place)
            library.run.scripts.see_names(module)
            names = sorted(name for name in module.names if name not in module.maybe)
            is_open = module.is_open or bool(module.maybe) or "__dir__" in module.names
            return Sequence("list", list[Value](names), is_open)
    return UNKNOWN


def _object_setattr(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    match arguments:
        case (Instance() as owner, str(name), value):
            library.journal.put(owner.names, name, value)
    return None


# ---- classes


def _isinstance(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    answer = is_instance(*arguments) if len(arguments) == 2 else None
    return UNKNOWN if answer is None else answer


def _issubclass(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    answer = is_subclass(*arguments) if len(arguments) == 2 else None
    return UNKNOWN if answer is None else answer


def _callable(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    if len(arguments) == 1 and isinstance(arguments[0], Function | Class | Method):
        return True
    return False if arguments and isinstance(arguments[0], (*CONSTANTS, ModuleObject)) else UNKNOWN


def _type(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    if len(arguments) == 1:
        return arguments[0].cls if isinstance(arguments[0], Instance) else UNKNOWN
    return _type_new(library, (External("builtins.type"), *arguments), keywords, place)


def _type_new(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    match arguments:
        case (metaclass, str(name), Sequence(items=bases), Dictionary(items=items), *_):
            names = {key: value for key, value in items.items() if isinstance(key, str)}
            if place.module is None:
                return UNKNOWN
            kind = metaclass if isinstance(metaclass, Class) else None
            return library.calls.type_new(name, tuple(bases), names, kind, place.module, keywords, place)
    return UNKNOWN


def _type_call(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    if arguments and isinstance(arguments[0], Class):
        return library.calls.instantiate(arguments[0], arguments[1:], keywords, place)
    return UNKNOWN


def _object_new(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    return Instance(arguments[0]) if arguments and isinstance(arguments[0], Class) else UNKNOWN


OBJECT_FUNCTIONS: dict[str, LibraryFunction] = {
    "builtins.getattr": _getattr,
    "builtins.hasattr": _hasattr,
    "builtins.setattr": _setattr,
    "builtins.delattr": _delattr,
    "builtins.vars": _vars,
    "builtins.dir": _dir,
    "builtins.object.__setattr__": _object_setattr,
    "builtins.isinstance": _isinstance,
    "builtins.issubclass": _issubclass,
    "builtins.callable": _callable,
    "builtins.type": _type,
    "builtins.type.__new__": _type_new,
    "abc.ABCMeta.__new__": _type_new,
    "builtins.type.__call__": _type_call,
    "builtins.object.__new__": _object_new,
}
