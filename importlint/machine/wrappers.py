"""What wraps a function or a block: `property`, `classmethod`, `functools.partial`, `contextlib.suppress`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from importlint.machine.run import Place
from importlint.machine.values import UNKNOWN, Partial, Sequence, Suppressor, Value, Wrapped

if TYPE_CHECKING:
    from importlint.machine.library import Arguments, Keywords, Library, LibraryFunction


def _property(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    setter = arguments[1] if len(arguments) > 1 else keywords.get("fset")
    return Wrapped("property", arguments[0] if arguments else None, setter)


def _classmethod(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    return Wrapped("classmethod", arguments[0] if arguments else None)


def _staticmethod(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    return Wrapped("staticmethod", arguments[0] if arguments else None)


def _partial(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    return Partial(arguments[0], arguments[1:], dict(keywords)) if arguments else UNKNOWN


def _context_manager(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    return Wrapped("contextmanager", arguments[0]) if arguments else UNKNOWN


def _suppress(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    return Suppressor(Sequence("tuple", list(arguments)))


WRAPPERS: dict[str, LibraryFunction] = {
    "builtins.property": _property,
    "functools.cached_property": _property,
    "builtins.classmethod": _classmethod,
    "builtins.staticmethod": _staticmethod,
    "functools.partial": _partial,
    "contextlib.contextmanager": _context_manager,
    "contextlib.suppress": _suppress,
}
