"""A trace beside what really happened: whether they agree, and if not, in what they differ first."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat, zip_longest

from msgspec import Struct

from importlint.finder.resolve import with_parents
from importlint.machine.trace import Failure, Happening, Trace
from importlint.project import Project
from importlint.verify.interpreter import Observation

Occurrence = tuple[str, str]
"""`start`, `end` or `error`, and the module whose body that is."""

_BODY = {happening.value for happening in (Happening.START, Happening.END, Happening.ERROR)}


class Ending(Struct, frozen=True):
    """How an import ended, or was predicted to: without a type, it succeeded."""

    types: tuple[str, ...] = ()
    """The exception's class and that class's bases; of a prediction, one class."""
    message: str = ""
    path: str = ""
    """The innermost file of the project that it passed through, as reports show it; empty if there is none."""
    line: int = 0
    death: str = ""
    """In what other way the process ended, as a predicate."""

    def __str__(self) -> str:
        if self.death:
            return f"it {self.death}"
        if not self.types:
            return "it succeeds"
        place = f" ({self.path}:{self.line})" if self.path else ""
        return f"{self.types[0]}: {self.message}{place}"


class Way(Struct, frozen=True):
    """How an import went, or was predicted to go."""

    ending: Ending
    events: tuple[Occurrence, ...]
    """What happens to the project's own modules."""


class Difference(Struct, frozen=True):
    """What was predicted and what came instead, in words."""

    predicted: str
    real: str


class Verdict(Struct, frozen=True):
    """One entry: how its import was predicted and how it went."""

    entry: str
    predicted: Way
    possible: tuple[Ending, ...]
    """The failures that were not predicted, but said to be possible."""
    real: Way
    difference: Difference | None
    """The first one; None if the prediction is right."""


class Comparison:
    """Compares what happens in a project; its own modules are those that count."""

    def __init__(self, project: Project) -> None:
        modules = project.reading.modules
        self._project = project
        self._files = frozenset(module.display for module in modules)
        self._names = frozenset(name for module in modules for name in with_parents(module.name))

    def verdict(self, trace: Trace, observation: Observation) -> Verdict:
        """What is to be said of `trace`, now that its entry was imported.

        A failure that was only said to be possible counts as predicted; the order does not count then.
        """
        events = ((event.happening.value, event.module) for event in trace.events)
        predicted = Way(self._predicted_ending(trace.error), self._own(events))
        possible = tuple(self._predicted_ending(failure) for failure in trace.possible)
        real = Way(self._real_ending(observation), self._own(observation.events))
        difference: Difference | None = None
        if _is_same(trace.error, predicted.ending, real.ending):
            difference = _order_difference(predicted.events, real.events)
        elif not any(map(_is_same, trace.possible, possible, repeat(real.ending))):
            difference = Difference(str(predicted.ending), str(real.ending))
        return Verdict(trace.entry, predicted, possible, real, difference)

    def _own(self, events: Iterable[Occurrence]) -> tuple[Occurrence, ...]:
        return tuple(event for event in events if event[0] in _BODY and event[1] in self._names)

    def _predicted_ending(self, failure: Failure | None) -> Ending:
        if failure is None:
            return Ending()
        locations = [*(hop.location for hop in failure.chain), failure.location]
        path, line = self._innermost((location.path, location.span.line) for location in locations)
        return Ending((failure.type,), failure.message, path, line)

    def _real_ending(self, observation: Observation) -> Ending:
        error = observation.error
        if error is None:
            return Ending(death=observation.death)
        path, line = self._innermost((self._project.shown(path), line) for path, line in error.places)
        return Ending(error.types, error.message, path, line)

    def _innermost(self, places: Iterable[tuple[str, int]]) -> tuple[str, int]:
        """The last of the places that is in a file of the project."""
        own = [place for place in places if place[0] in self._files]
        return own[-1] if own else ("", 0)


def _is_same(failure: Failure | None, predicted: Ending, real: Ending) -> bool:
    """Whether it ended as predicted: class, place, and the name that is missing."""
    if failure is None or not real.types:
        return predicted == real
    is_named = failure.missing_name is None or f"'{failure.missing_name}'" in real.message
    is_there = (predicted.path, predicted.line) == (real.path, real.line)
    return failure.type in real.types and is_there and is_named


def _order_difference(predicted: tuple[Occurrence, ...], real: tuple[Occurrence, ...]) -> Difference | None:
    for mine, theirs in zip_longest(predicted, real):
        if mine != theirs:
            return Difference(_words(mine), _words(theirs))
    return None


def _words(occurrence: Occurrence | None) -> str:
    return "`{1}` {0}s".format(*occurrence).replace("errors", "fails") if occurrence else "nothing more"
