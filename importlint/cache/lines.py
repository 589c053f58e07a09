"""From two readings of a file that say the same at other lines to which line of the one is which of the other."""

from __future__ import annotations

from itertools import pairwise

from msgspec import Struct

from importlint.syntax.facts import FunctionBody, Span

_LINES: dict[type, tuple[str, ...]] = {Span: ("line", "end_line"), FunctionBody: ("line",)}
"""Fields that are lines, by the kind of fact."""


class Lines:
    """Pairs the lines of two readings, as far as facts that stand on them have been compared."""

    def __init__(self) -> None:
        self.now: dict[int, int] = {1: 1}
        """By the line before. The first one is where things are that concern the whole file."""

    def pair(self, before: object, now: object) -> bool:
        """Whether two facts, or tuples of them, say the same; their lines are paired."""
        kind = type(before)
        if kind is not type(now):
            return False
        if isinstance(before, tuple) and isinstance(now, tuple):
            return len(before) == len(now) and all(map(self.pair, before, now))
        if isinstance(before, Struct):
            fields = before.__struct_fields__
            return all(
                self._is(getattr(before, name), getattr(now, name))
                if name in _LINES.get(kind, ())
                else self.pair(getattr(before, name), getattr(now, name))
                for name in fields
            )
        return repr(before) == repr(now)

    @property
    def keep_order(self) -> bool:
        """Whether no two lines have changed places, or come together."""
        return all(first < second for first, second in pairwise(self.now[line] for line in sorted(self.now)))

    def _is(self, before: int, now: int) -> bool:
        return self.now.setdefault(before, now) == now
