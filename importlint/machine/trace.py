"""What one run did: events in order, the error that escaped, and those that did not. Data only."""

from __future__ import annotations

import enum

from msgspec import Struct

from importlint.diagnostics import Certainty, Location


class Happening(enum.Enum):
    """What an event says of a module."""

    START = "start"
    """Its body starts."""
    END = "end"
    ERROR = "error"
    """An exception leaves its body."""
    FOUND = "found"
    """An import finds it in `sys.modules`: nothing runs."""


class Event(Struct, frozen=True, gc=False):
    """A body starts, ends, or is left by an exception; or an import finds its module already loaded."""

    happening: Happening
    module: str
    cause: Location | None = None
    """The import that asks for the module; None for the entry."""
    statement: str = ""
    """That import as it could be written on one line."""
    partial: bool = False
    """The module that is found is still initialising."""
    certain: bool = True
    """Of a start: it hangs on nothing unknown, provided that the starts around it happen."""


class Hop(Struct, frozen=True):
    """An import that is under way: the module whose code it stands in, its place, and its text."""

    module: str
    location: Location
    statement: str
    loads: str
    """The module whose body it runs."""


class Failure(Struct, frozen=True, kw_only=True):
    """An exception that an import, or a read from a module, raises."""

    type: str
    """The exception's class, by its built-in name."""
    message: str
    """As CPython words it, without paths."""
    module: str
    """The module whose code raised."""
    location: Location
    missing_name: str | None = None
    from_module: str | None = None
    """The module that does not have the name."""
    partial: bool = False
    """`from_module` was partially initialised: the failure is a circular import's."""
    reached: int = 0
    """The line that the body of a partially initialised `from_module` had reached."""
    chain: tuple[Hop, ...] = ()
    """The imports under way, outermost first: from the entry to `module`."""
    certainty: Certainty = Certainty.CERTAIN


class PartialRead(Struct, frozen=True, kw_only=True):
    """A name that was read from a partially initialised module, which happened to have it already."""

    module: str
    """The module whose code reads."""
    location: Location
    from_module: str
    name: str
    """The name; `*` for a star import."""
    reached: int
    """The line that the body of `from_module` had reached: an import, from which the reader was loaded."""
    missing: tuple[str, ...] = ()
    """For a star import: the public names that `from_module` binds later, which it does not take."""
    chain: tuple[Hop, ...] = ()
    """The imports under way, outermost first: from the entry to `module`."""


class Outcome(Struct, frozen=True, kw_only=True):
    """How one entry fares."""

    entry: str
    """A module's name; of a program, the command that runs it."""
    error: Failure | None
    """What escaped from the entry's import."""
    possible: tuple[Failure, ...] = ()
    """Failures that hang on something unknown; the run went on as if they had not happened."""
    swallowed: tuple[Failure, ...] = ()
    """Failures that the analysed code caught."""
    partial_reads: tuple[PartialRead, ...] = ()
    """Those on the shortest way from any entry at least; a trace has all of them."""

    def starts(self, module: str) -> bool:
        """Whether the body of a module is run, whether or not that ends well."""
        raise NotImplementedError

    def ends(self, module: str) -> bool:
        """Whether the body of a module is run to its end."""
        raise NotImplementedError


class Trace(Outcome, frozen=True, kw_only=True):
    """The run of one entry."""

    events: tuple[Event, ...]
    is_program: bool = False

    def starts(self, module: str) -> bool:
        """Whether the body of a module is run, whether or not that ends well."""
        return any(each.module == module and each.happening is Happening.START for each in self.events)

    def ends(self, module: str) -> bool:
        """Whether the body of a module is run to its end."""
        return any(each.module == module and each.happening is Happening.END for each in self.events)

    @property
    def written(self) -> str:
        """What somebody has to write for this to happen."""
        return self.entry if self.is_program else f"import {self.entry}"
