"""Effects among the events of a trace: what a module's body does before it goes on to its next import."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from importlint.diagnostics import Location
from importlint.effects.reach import Happening
from importlint.machine import trace as t


class Done(Struct, frozen=True):
    """An effect, and the module whose body has it."""

    module: str
    happening: Happening


def with_effects(
    trace: t.Trace, effects: Callable[[str], Sequence[Happening]]
) -> Iterator[tuple[t.Event | Done, int]]:
    """The events of a trace and the effects between them, each with the number of bodies that are under way.

    `effects` says what a module's body does, in the order of its text. Of a body that an exception leaves, only
    those effects count that come before the place that it left from.
    """
    running: list[tuple[str, deque[Happening]]] = []

    def before(place: Location | None) -> Iterator[tuple[Done, int]]:
        module, left = running[-1]
        while left and (place is None or (left[0].location.path == place.path and left[0].location < place)):
            yield Done(module, left.popleft()), len(running)

    for event in trace.events:
        match event.happening:
            case t.Happening.START | t.Happening.FOUND:
                if event.cause and running:
                    yield from before(event.cause)
                yield event, len(running)
                if event.happening is t.Happening.START:
                    running.append((event.module, deque(effects(event.module))))
            case t.Happening.END:
                yield from before(None)
                running.pop()
                yield event, len(running)
            case t.Happening.ERROR:
                for place in _under_way(trace):
                    yield from before(place)
                running.pop()
                yield event, len(running)


def _under_way(trace: t.Trace) -> Iterator[Location]:
    """How far the modules got that the failure leaves."""
    if trace.error is not None:
        yield from (hop.location for hop in trace.error.chain)
        yield trace.error.location
