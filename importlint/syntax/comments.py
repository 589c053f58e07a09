"""From a text to its comments, whatever its syntax: strings are told from comments by their quotes alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

_COMMENT_OR_STRING = re.compile(
    r"""
    (?P<comment> \#[^\n]* )
    | \"\"\" [^\\"]* (?: (?: \\. | "(?!"") ) [^\\"]* )* (?: \"\"\" )?
    | '''    [^\\']* (?: (?: \\. | '(?!'') ) [^\\']* )* (?: '''    )?
    | "      [^\\"\n]* (?: \\. [^\\"\n]* )* "?
    | '      [^\\'\n]* (?: \\. [^\\'\n]* )* '?
    """,
    re.VERBOSE | re.DOTALL,
)
"""What has to be told apart. Raw strings end where others do; what is never closed ends with its line, or with
the text. Nothing can fail after its first quote, so the time is linear in the text."""


def comments(text: str) -> Iterator[tuple[int, int]]:
    """Where the comments of a Python text start and end, as offsets; its lines end in a line feed."""
    return (found.span() for found in _COMMENT_OR_STRING.finditer(text) if found["comment"])
