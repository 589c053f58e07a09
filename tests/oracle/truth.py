"""One recorded entry beside the machine's trace of it: in what they agree, and where they part."""

from __future__ import annotations

import re
from itertools import zip_longest

from msgspec import Struct

from importlint.diagnostics import Certainty
from importlint.machine.trace import Event, Failure, Happening, Trace
from tests.truth.records import Record, full_name, relative_name

_MARKS = {Happening.START: "+", Happening.END: "-", Happening.ERROR: "!"}

_MISSING_NAME = re.compile(r"cannot (?:import name|access submodule) '(\w+)'|has no attribute '(\w+)'")

NOTHING = "nothing more"
"""In place of an event after the last one."""


class Parting(Struct, frozen=True):
    """The first event in which two runs differ."""

    running: str
    """The module whose body runs there, in both; empty before the first."""
    predicted: str
    real: str
    cause: str = ""
    """The import that is said to cause the predicted event."""

    def __str__(self) -> str:
        return f"in {self.running or 'nothing'}: predicted {self.predicted}, real {self.real}"


class Comparison(Struct, frozen=True, kw_only=True):
    """What was predicted of one entry, and what happened."""

    entry: str
    real: str
    """How it ended: `ok`, `circular`, `missing`, `import`, `exit` or `error`."""
    predicted: str
    """The same of the prediction; `internal` if the machine failed."""
    certain: bool = True
    """Whether the predicted ending is said to be certain."""
    predicted_error: str = ""
    real_error: str = ""
    is_place_right: bool = False
    """The failing line is the right one, and so is the missing name if one is named."""
    is_possible: bool = False
    """The right failure is at least among those that are said to be possible."""
    parting: Parting | None = None
    """Where the order differs."""

    @property
    def agrees(self) -> bool:
        """Whether the outcome is the predicted one."""
        return self.predicted == self.real

    @property
    def is_false_alarm(self) -> bool:
        """Whether a certain failure was predicted of an import that succeeds."""
        return self.real == "ok" and self.certain and self.predicted not in ("ok", "internal")

    @property
    def is_false_circular(self) -> bool:
        """Whether that failure was a circular one."""
        return self.is_false_alarm and self.predicted == "circular"

    @property
    def is_found_crash(self) -> bool:
        """Whether it is a circular crash that was predicted: entry, place and missing name."""
        return self.real == "circular" and self.predicted == "circular" and self.is_place_right

    @property
    def is_clean(self) -> bool:
        """Whether the import succeeds: these are the entries whose order counts."""
        return self.real == "ok"

    @property
    def is_same_order(self) -> bool:
        """Whether an import that succeeds ran the predicted modules in the predicted order."""
        return self.is_clean and self.predicted != "internal" and self.parting is None


def compare(package: str, record: Record, trace: Trace) -> Comparison:
    """The prediction for the entry that `record` is about, and what happened."""
    failures = [failure for failure in (trace.error, *trace.possible) if failure is not None]
    return Comparison(
        entry=full_name(package, record.module),
        real=record.status,
        predicted=ending(trace.error),
        certain=trace.error is None or trace.error.certainty is Certainty.CERTAIN,
        predicted_error=_shown(trace.error),
        real_error=f"{record.error.type}: {record.error.message} ({record.error.at})" if record.error else "",
        is_place_right=trace.error is not None and _is_same_failure(package, trace.error, record),
        is_possible=any(_is_same_failure(package, failure, record) for failure in failures),
        parting=find_parting(package, own_events(package, trace), record.events),
    )


def ending(failure: Failure | None) -> str:
    """How an import ends, in the words of the records."""
    if failure is None:
        return "ok"
    if failure.partial:
        return "circular"
    kinds = {"ModuleNotFoundError": "missing", "ImportError": "import", "SystemExit": "exit"}
    return kinds.get(failure.type, "error")


def own_events(package: str, trace: Trace) -> list[Event]:
    """Starts and ends of the bodies of the package's own modules."""
    return [
        event
        for event in trace.events
        if event.happening in _MARKS and relative_name(package, event.module) is not None
    ]


def find_parting(package: str, predicted: list[Event], real: tuple[str, ...]) -> Parting | None:
    """Where the predicted events leave the real ones; None if they are the same."""
    running: list[str] = []
    for event, happened in zip_longest(predicted, real):
        mine = _as_recorded(package, event) if event else NOTHING
        if mine != happened:
            cause = ""
            if event is not None and event.cause is not None:
                cause = f"{event.cause.path}:{event.cause.span.line}: {event.statement}"
            return Parting(running[-1] if running else "", mine, happened or NOTHING, cause)
        if mine[0] == "+":
            running.append(mine[1:])
        else:
            running.pop()
    return None


def _as_recorded(package: str, event: Event) -> str:
    return f"{_MARKS[event.happening]}{relative_name(package, event.module)}"


def _is_same_failure(package: str, failure: Failure, record: Record) -> bool:
    """Whether it fails at the same place of the package, and misses the same name if one is named."""
    folder = package.replace(".", "/")
    own = [
        f"{location.path}:{location.span.line}"
        for location in (*(hop.location for hop in failure.chain), failure.location)
        if location.path.startswith(f"{folder}/")
    ]
    if record.error is None or own[-1:] != [record.error.at]:
        return False
    named = _MISSING_NAME.search(record.error.message)
    return failure.missing_name == (named[1] or named[2]) if named else True


def _shown(failure: Failure | None) -> str:
    if failure is None:
        return ""
    place = f"{failure.location.path}:{failure.location.span.line}"
    return f"{failure.type}: {failure.message} ({place})"
