"""What the machine knows of Python's own functions and of a few libraries: those that decide imports.

Everything else that is called there has no effect on imports, and an unknown result. What the functions do stands
in modules of their own, each with its table of dotted names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from importlint.machine.attributes import Attributes
from importlint.machine.builtin_methods import call_method
from importlint.machine.collection_functions import COLLECTION_FUNCTIONS
from importlint.machine.constants import KEEPS
from importlint.machine.import_functions import IMPORT_FUNCTIONS
from importlint.machine.kinds import builtin_class
from importlint.machine.object_functions import OBJECT_FUNCTIONS
from importlint.machine.paths import PATH_FUNCTIONS
from importlint.machine.patterns import PATTERN_FUNCTIONS
from importlint.machine.run import Place, Run
from importlint.machine.values import (
    UNKNOWN,
    Class,
    ExceptionObject,
    External,
    Function,
    Instance,
    Presumed,
    Value,
)
from importlint.machine.wrappers import WRAPPERS

if TYPE_CHECKING:
    from importlint.machine.calls import Calls
    from importlint.machine.loader import Loader

Arguments = tuple[Value, ...]
Keywords = Mapping[str, Value]


class Library:
    """Calls of what is outside the project, for one run."""

    def __init__(self, run: Run, attributes: Attributes, calls: Calls, loader: Loader) -> None:
        self.run = run
        self.journal = run.journal
        self.attributes = attributes
        self.calls = calls
        self.loader = loader

    def call(self, name: str, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
        """What the function with a dotted name returns.

        Raises:
            Raised: it fails.
        """
        if name.startswith("importlint.decorator:"):
            if not arguments:
                return UNKNOWN
            return self.calls.decorate(External(name.partition(":")[2]), arguments[0], place)
        function = _FUNCTIONS.get(name)
        if function is not None:
            return function(self, arguments, keywords, place)
        exception = _exception(name, arguments, keywords)
        if exception is not None:
            return exception
        if name in KEEPS:
            return External(f"importlint.decorator:{name}")
        is_library = self.run.world.is_library_name(name)
        module = place.module
        if module is not None and not is_library and module.name in (*arguments, *keywords.values()):
            if self.run.world.may_fill(name):
                self.calls.disturb(module)
            importer = self.loader.importer(name)
            if isinstance(importer, Function | Class):
                return self.calls.call(importer, arguments, keywords, place)
        return self.calls.unknown(arguments, keywords, is_library=is_library)

    def method(
        self, receiver: Value, name: str, arguments: Arguments, keywords: Keywords, place: Place
    ) -> Value:
        """What a method of a value of a built-in type returns.

        Raises:
            Raised: it fails.
        """
        return call_method(self, receiver, name, arguments, keywords, place)


LibraryFunction = Callable[[Library, Arguments, Keywords, Place], Value]
"""A function of the library, as a call of the machine."""


def _exception(name: str, arguments: Arguments, keywords: Keywords) -> ExceptionObject | None:
    """The exception that a call of a built-in exception class makes; None for any other name."""
    kind = builtin_class(External(name))
    if kind is None or not issubclass(kind, BaseException):
        return None
    module = keywords.get("name")
    return ExceptionObject(kind.__name__, arguments, module if isinstance(module, str) else None)


def _environment(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    """`os.environ.get`: most likely the variable is not set."""
    return Presumed(arguments[1] if len(arguments) > 1 else keywords.get("default"))


def _cast(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    return arguments[1] if len(arguments) > 1 else UNKNOWN


def _nothing(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    return None


def _name_module(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    """`types.ModuleType.__init__`, called by a class that derives from it."""
    match arguments:
        case (Instance() as instance, *_):
            name = arguments[1] if len(arguments) > 1 else keywords.get("name", UNKNOWN)
            library.attributes.write(instance, "__name__", name, place)
    return None


_FUNCTIONS: dict[str, LibraryFunction] = {
    **IMPORT_FUNCTIONS,
    **OBJECT_FUNCTIONS,
    **WRAPPERS,
    **COLLECTION_FUNCTIONS,
    **PATH_FUNCTIONS,
    **PATTERN_FUNCTIONS,
    "os.environ.get": _environment,
    "os.getenv": _environment,
    "typing.cast": _cast,
    "builtins.type.__init__": _nothing,
    "builtins.object.__init__": _nothing,
    "builtins.object.__init_subclass__": _nothing,
    "types.ModuleType.__init__": _name_module,
    "builtins.print": _nothing,
    "warnings.warn": _nothing,
}
