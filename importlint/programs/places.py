"""Where a piece of a text stands: from offsets to spans, and the line of an entry in a TOML file."""

from __future__ import annotations

import re

from importlint.syntax.facts import Span


def span_of(text: str, start: int, end: int) -> Span:
    """The span of `text[start:end]`; lines end in a line feed."""
    first, last = text.count("\n", 0, start), text.count("\n", 0, end)
    return Span(
        first + 1, start - text.rfind("\n", 0, start), last + 1, end - (text.rfind("\n", 0, end) + 1) + 1
    )


def toml_entry_span(text: str, table: str, key: str, value: str) -> Span:
    """Where a TOML document says `key = "value"`, or a table with the value, in a table; the first line if unseen.

    Both may stand in a line of their own or in an inline table; `table` is the dotted name of the header.
    """
    dot = r"[ \t]*[.][ \t]*"
    dotted = dot.join(rf"""["']?{re.escape(part)}["']?""" for part in table.split("."))
    header = re.compile(rf"^[ \t]*\[[ \t]*{dotted}[ \t]*\]", re.MULTILINE)
    entry = re.compile(rf"""(?<![\w-])["']?{re.escape(key)}["']?[ \t]*=[^\n]*?["']{re.escape(value)}["']""")
    above = header.search(text)
    found = (above and entry.search(text, above.end())) or entry.search(text)
    return span_of(text, *found.span()) if found else Span(1, 1, 1, 1)


def quoted_span(text: str, value: str) -> Span:
    """Where a text first stands in quotes; the first line if nowhere."""
    found = re.search(rf"""(["']){re.escape(value)}\1""", text)
    return span_of(text, *found.span()) if found else Span(1, 1, 1, 1)
