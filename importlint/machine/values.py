"""The values of a run: what names can be bound to, as far as imports depend on it. Data only.

Constants are Python's own (`str`, `int`, `float`, `bool`, `None`); everything else that is known has a type here,
and whatever is not known is `UNKNOWN`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from importlint.finder.spec import Spec
from importlint.syntax import facts as f

if TYPE_CHECKING:
    from importlint.machine.frame import Frame
    from importlint.machine.world import Code


class Unknown:
    """The value of anything that is not followed."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


class Late:
    """The value of a name that is not bound yet, in a run that is imagined to go on as if it were."""


LATE: Final = Late()


@dataclass(frozen=True, slots=True)
class External:
    """What a module outside the project binds to a name, or a built-in: known by its dotted name alone."""

    name: str


@dataclass(eq=False, slots=True)
class ModuleObject:
    """A module in `sys.modules`; one that failed and is imported again is another object."""

    name: str
    spec: Spec
    code: Code | None
    """What it runs; None for namespace packages and for modules that are not followed."""
    is_followed: bool
    """Its body is interpreted; of other modules nothing is known, so no read from them fails."""
    is_package: bool
    names: dict[str, Value] = field(default_factory=dict)
    maybe: set[str] = field(default_factory=set)
    """Names that may be bound, or may have been unbound, under a condition that is unknown."""
    initialising: bool = True
    is_open: bool = False
    """Something unknown had its namespace in hand: any name may be bound."""
    line: int = 0
    """How far its body has run: the line of the statement that runs, or ran last."""
    making: int = 0
    """Which of the times that its body was interpreted has made what is in it."""

    @property
    def package(self) -> str | None:
        """What `__package__` is before its code runs."""
        return self.name if self.is_package else self.name.rpartition(".")[0]

    @property
    def base(self) -> str | None:
        """What its relative imports start from: `__package__`, which its code may have assigned (PEP 366)."""
        assigned = self.names.get("__package__")
        return assigned if isinstance(assigned, str) else self.package

    @property
    def own_spec(self) -> SpecObject | None:
        """What `__spec__` is before its code runs."""
        return SpecObject(self.name, self.is_package, self.spec.origin)


@dataclass(eq=False, slots=True)
class MainModule(ModuleObject):
    """The module `__main__` of a program."""

    spec_name: str | None = None
    """The name in its `__spec__`; None where that is None: in a file that is run by its path."""

    @property
    def package(self) -> str | None:
        """What `__package__` is before its code runs."""
        return None if self.spec_name is None else self.spec_name.rpartition(".")[0]

    @property
    def own_spec(self) -> SpecObject | None:
        """What `__spec__` is before its code runs."""
        return None if self.spec_name is None else SpecObject(self.spec_name, False, self.spec.origin)


@dataclass(eq=False, slots=True)
class Function:
    """A function of the project."""

    definition: f.FunctionDef
    code: Code
    module: ModuleObject
    scope: Frame | None
    """The function call in which it was defined: what its free names are looked up in."""
    defaults: tuple[Value, ...]
    keyword_defaults: dict[str, Value]
    is_method: bool = False
    """It was defined in a class's body."""
    owner: Class | None = None
    """That class, once it is made."""
    names: dict[str, Value] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Class:
    """A class of the project."""

    name: str
    module: ModuleObject
    bases: tuple[Value, ...]
    names: dict[str, Value]
    metaclass: Value = None
    is_open: bool = False
    """It, or a base, has attributes that are not known."""
    generates_init: bool = False
    """A decorator writes its `__init__`."""
    order: tuple[Value, ...] | None = None
    """It and its bases in the order in which attributes are looked up, once that was asked for."""


@dataclass(eq=False, slots=True)
class Instance:
    """An object of a class of the project."""

    cls: Class
    names: dict[str, Value] = field(default_factory=dict)
    is_open: bool = False


@dataclass(eq=False, slots=True)
class ExceptionObject:
    """An object of a built-in exception class."""

    kind: str
    """The class's name."""
    arguments: tuple[Value, ...]
    name: str | None = None
    """The module that an import error is about."""


@dataclass(eq=False, slots=True)
class Method:
    """A function with its first argument; of built-in types, the method of that name."""

    receiver: Value
    function: Value | None
    name: str


@dataclass(eq=False, slots=True)
class Wrapped:
    """What `property`, `classmethod`, `staticmethod` and the like make of a function."""

    kind: str
    function: Value
    setter: Value = None


@dataclass(eq=False, slots=True)
class Super:
    """`super()`: attributes are looked up in the classes after `cls`."""

    cls: Class
    receiver: Value


@dataclass(eq=False, slots=True)
class Partial:
    """`functools.partial`."""

    function: Value
    arguments: tuple[Value, ...]
    keywords: dict[str, Value]


@dataclass(eq=False, slots=True)
class Sequence:
    """A list, tuple or set, in order."""

    kind: str
    items: list[Value]
    is_open: bool = False
    """It may have more, or other, items."""


@dataclass(eq=False, slots=True)
class Dictionary:
    """A dict."""

    items: dict[Key, Value]
    is_open: bool = False
    """It may have more, or other, items."""


@dataclass(eq=False, slots=True)
class ModuleDict:
    """`globals()`, `vars(module)`, `module.__dict__`."""

    module: ModuleObject


@dataclass(frozen=True, slots=True)
class SpecObject:
    """A module's `__spec__`."""

    name: str
    is_package: bool
    origin: str | None


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled regular expression."""

    known: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Match:
    """Where a regular expression matches a text."""

    known: re.Match[str]


@dataclass(eq=False, slots=True)
class Generator:
    """What a call of a generator function returns: it runs when something iterates it, once."""

    frame: Frame
    body: f.Block
    is_done: bool = False


@dataclass(eq=False, slots=True)
class Manager:
    """What a function under `contextlib.contextmanager` returns."""

    generator: Generator


@dataclass(eq=False, slots=True)
class Suppressor:
    """`contextlib.suppress(*kinds)`."""

    kinds: Sequence


@dataclass(eq=False, slots=True)
class Presumed:
    """A value that the environment decides, and what it most likely is: nothing certain may hang on it."""

    value: Value


@dataclass(eq=False, slots=True)
class Lazy:
    """What a lazy import binds (PEP 810): the first read of the name imports what it stands for."""

    module: str
    """The full name of the module to import."""
    names: tuple[str, ...]
    """The attributes to read from that, one from the other."""
    is_from: bool
    """It is a `from` import of one name, which may be a submodule."""
    statement: str
    """The import as text."""


Constant = str | int | float | bool | None
Key = Constant | External | Class | Function | ModuleObject
Value = (
    Unknown
    | Late
    | External
    | ModuleObject
    | Function
    | Class
    | Instance
    | ExceptionObject
    | Method
    | Wrapped
    | Super
    | Partial
    | Sequence
    | Dictionary
    | ModuleDict
    | SpecObject
    | Pattern
    | Match
    | Suppressor
    | Generator
    | Manager
    | Presumed
    | Lazy
    | Constant
)

CONSTANTS = (str, int, float, bool, type(None))
KEYS = (*CONSTANTS, External, Class, Function, ModuleObject)
"""The types of values that are known as keys of a dict, and compare by themselves."""


FOLLOWED = (ModuleObject, Function, Class, Instance, Method, External)


def in_doubt(value: Value) -> Value:
    """A value whose binding is in doubt: code is still followed, but what would decide something is unknown."""
    return value if isinstance(value, FOLLOWED) else UNKNOWN


def is_settled(value: Value) -> bool:
    """Whether a value is all that it will be: nothing is put into it later."""
    if isinstance(value, Sequence):
        return value.kind == "tuple" and not value.is_open and all(map(is_settled, value.items))
    return isinstance(value, _SETTLED)


_SETTLED = (*KEYS, Unknown, Pattern, SpecObject)


def presumed(value: Value) -> Value:
    """A value that hangs on a presumed condition: a constant decides nothing certain then."""
    return Presumed(value) if isinstance(value, CONSTANTS) else value


def truth(value: Value) -> bool | None:
    """Whether a value is true; None if that is unknown."""
    if isinstance(value, CONSTANTS):
        return bool(value)
    if isinstance(value, Sequence | Dictionary):
        return True if value.items else None if value.is_open else False
    if isinstance(value, Presumed):
        return truth(value.value)
    if isinstance(value, Instance):
        return None if value.is_open or {"__bool__", "__len__"} & value.cls.names.keys() else True
    return (
        True
        if isinstance(
            value, ModuleObject | Function | Class | Method | ExceptionObject | SpecObject | Pattern | Match
        )
        else None
    )
