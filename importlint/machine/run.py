"""One run: what has happened so far, what is in doubt, and how exceptions of the analysed code travel.

*Doubt* counts the unknown conditions that the statement now running hangs on. What fails without doubt fails
for certain; under doubt, the run goes on behind the unknown condition as if it had not held. Presumed conditions
are taken to hold, yet nothing that hangs on them is certain.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from msgspec.structs import replace

from importlint.diagnostics import Certainty, Location
from importlint.machine.scripts import Scripts
from importlint.machine.state import State
from importlint.machine.trace import Event, Failure, Hop, PartialRead
from importlint.machine.values import UNKNOWN, ExceptionObject, ModuleObject, Value
from importlint.machine.world import ProjectWorld
from importlint.syntax.flow import catches

T = TypeVar("T")

CALL_STEPS = 3000
"""How many statements a call from a module's body may run; of what is left, each call inside it gets half.

On real packages that was enough: what takes longer builds tables.
"""
HOOK_STEPS = 100
"""How many those may run that are told of each new subclass: a hierarchy has hundreds."""


class Place:
    """Where something stands: the module whose code it is, its location, and the import as text."""

    __slots__ = ("location", "module", "statement")

    def __init__(self, module: ModuleObject | None, location: Location, statement: str = "") -> None:
        self.module = module
        self.location = location
        self.statement = statement

    @property
    def is_outside(self) -> bool:
        """It is not in the project's code."""
        return self.module is not None and self.module.code is not None and self.module.code.is_outside


class Raised(Exception):  # noqa: N818 - the model's word for an exception of the analysed code
    """An exception of the analysed code on its way out."""

    def __init__(
        self, value: Value, failure: Failure, *, unskipped: Failure | None = None, is_claim: bool
    ) -> None:
        super().__init__(failure.message)
        self.value = value
        self.failure = failure
        self.unskipped = unskipped or failure
        """As certain as it was before imports that did not run were thought of."""
        self.is_claim = is_claim
        """An import, a read from a module, or a statement at module level raised it: it may be claimed."""


class Left(Exception):  # noqa: N818 - control flow of the analysed code
    """A `return`, `break` or `continue` leaves its block."""


class Returned(Left):
    """`return`, with the value."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


class PerhapsReturned(Returned):
    """`return` under an unknown condition that is taken to hold: what follows in the function may run, but does not."""

    def __init__(self) -> None:
        super().__init__(UNKNOWN)


class Broken(Left):
    """`break`."""


class Continued(Left):
    """`continue`."""


class CutShort(Exception):  # noqa: N818 - a bound of the model
    """A followed call takes too long."""


class Run:
    """The happenings of one run over a state, which outlives it."""

    def __init__(self, world: ProjectWorld, state: State) -> None:
        self.world = world
        self.state = state
        self.journal = state.journal
        self.events: list[Event] = []
        self.possible: list[Failure] = []
        self.swallowed: list[Failure] = []
        self.partial_reads: list[PartialRead] = []
        self.doubt = 0
        self.presumption = 0
        """How many presumed conditions the statement now running hangs on: what environment variables say."""
        self.is_imagined = False
        """The run goes on where a name is missed that is only late: for what there is to learn about the modules."""
        self.is_lost = False
        """The run has come to an import without end: nothing that follows is certain."""
        self.chain: list[Hop] = []
        self.guards: list[frozenset[str]] = []
        """The exception classes that the `try` statements under way catch, outermost first."""
        self.own_guards = 0
        """Where in `guards` those of the module begin whose body is running."""
        self.depth = 0
        """How many followed calls are under way."""
        self.steps = 0
        """How many statements the innermost followed call may still run."""
        self.steps_of_entry = sys.maxsize
        """How many statements the entry's own body, and the calls in it, may still run in all."""
        self.cuts = 0
        """How often a call has been cut short."""
        self.unknown_calls = 0
        """How many calls of what is not followed there have been."""
        self.strange_calls = 0
        """How many of them were of code outside the standard library."""
        self.scripts = Scripts(self)

    def begin(self) -> None:
        """Start another run over the same state."""
        self.is_lost = False
        self.steps_of_entry = sys.maxsize
        for each in (self.events, self.possible, self.swallowed, self.partial_reads):
            each.clear()

    def write_down(self, where: list[T], what: T) -> None:
        """Add to one of the lists of happenings, so that it is added again whenever it happens again."""
        where.append(what)
        if self.journal.recording is not None:
            self.journal.recording.append((self.write_down, (where, what)))

    @contextmanager
    def doubting(self, doubt: int = 1) -> Iterator[None]:
        """What runs inside hangs on one more unknown condition."""
        self.doubt += doubt
        try:
            yield
        finally:
            self.doubt -= doubt

    @contextmanager
    def presuming(self) -> Iterator[None]:
        """What runs inside hangs on one more presumed condition: it runs, but for no certain claim."""
        self.presumption += 1
        try:
            yield
        finally:
            self.presumption -= 1

    def error(
        self,
        place: Place,
        kind: str,
        message: str,
        *,
        missing_name: str | None = None,
        from_module: ModuleObject | None = None,
        name: str | None = None,
        surely: bool = True,
        is_claim: bool = True,
    ) -> None:
        """Raise a built-in exception; if it is not sure to be raised, note it and let the run go on.

        Raises:
            Raised: it is, as far as the conditions around it hold.
        """
        is_certain = surely and not (self.doubt or self.presumption or self.is_lost or place.is_outside)
        failure = Failure(
            type=kind,
            message=message,
            module=place.module.name if place.module else "",
            location=place.location,
            missing_name=missing_name,
            from_module=from_module.name if from_module else None,
            partial=from_module is not None and from_module.initialising,
            reached=from_module.line if from_module else 0,
            chain=tuple(self.chain),
            certainty=Certainty.CERTAIN if is_certain else Certainty.POSSIBLE,
        )
        if self.goes_on and failure.partial and not self.is_caught(kind):
            return
        if surely:
            value = ExceptionObject(kind, (message,), name)
            after_skips = self._after_skips(failure, is_claim=is_claim)
            # Without a name for it: this frame, in its traceback, would hold it, and with it all frames above.
            raise Raised(value, after_skips, unskipped=failure, is_claim=is_claim)
        if is_claim:
            self.note(failure)

    @property
    def goes_on(self) -> bool:
        """Whether the run goes on where a name is missed that is only late; in doubt it does so anyway, behind that."""
        return self.is_imagined and not self.doubt

    def _after_skips(self, failure: Failure, *, is_claim: bool) -> Failure:
        """A failure, only possible if an import that did not run, and might have, may load what is missing."""
        if failure.certainty is Certainty.POSSIBLE or not (
            is_claim and failure.module and self.state.skipped
        ):
            return failure
        involved = {failure.module}
        if failure.from_module is not None:
            involved |= {failure.from_module, f"{failure.from_module}.{failure.missing_name}"}
        if not self.world.may_load(tuple(self.state.skipped), involved):
            return failure
        return replace(failure, certainty=Certainty.POSSIBLE)

    def swallow(self, raised: Raised) -> None:
        """Remember a failure that the analysed code catches; what was skipped may differ when it happens again."""
        self._swallow(raised.unskipped, raised.is_claim)

    def _swallow(self, failure: Failure, is_claim: bool) -> None:
        self.swallowed.append(self._after_skips(failure, is_claim=is_claim))
        if self.journal.recording is not None:
            self.journal.recording.append((self._swallow, (failure, is_claim)))

    def note(self, failure: Failure) -> None:
        """Remember a circular import that may fail, unless the code around catches it.

        In a followed call too much is unknown to speak of every import that it may come to.
        """
        if failure.partial and not self.depth and not self.is_caught(failure.type):
            self.scripts.spoil()
            self.write_down(self.possible, replace(failure, certainty=Certainty.POSSIBLE))

    def is_caught(self, kind: str) -> bool:
        """Whether a `try` statement under way may catch the built-in exception named `kind`."""
        return any(catches(guard, kind) for guard in self.guards)

    def is_caught_here(self, kind: str) -> bool:
        """The same, for those of the module whose body is running and of the calls that it makes."""
        return any(catches(guard, kind) for guard in self.guards[self.own_guards :])
