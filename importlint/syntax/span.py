"""A piece of a file's text, by its lines and columns."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace


class Span(Struct, frozen=True, array_like=True, order=True, gc=False):
    """A piece of source text; lines and columns count from 1, in code points, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int

    def moved(self, lines: Mapping[int, int]) -> Span:
        """The same piece in a text whose lines stand elsewhere; `KeyError` if `lines` does not tell where."""
        return replace(self, line=lines[self.line], end_line=lines[self.end_line])
