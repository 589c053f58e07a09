"""Whether a text nests so deeply that a recursive parser without a limit of its own exhausts its stack.

libcst's parser is such a one: it dies on ten thousand parentheses, and each bracket inside a bracket of a
`case` pattern multiplies its time. So this counts, at every point of a text, the words and operators of all
enclosing items up to there, which is never less than the depth of the parser. Tokens are found as in PEP 701,
strings inside strings included. CPython's own parser raises `MemoryError` or `RecursionError` in time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LIMIT = 2000
"""Words and operators that may surround one point; libcst has needed 8 KiB of stack for the costliest."""
_BRACKET_LIMIT = 200
"""Brackets around one point; CPython's `MAXLEVEL`."""
_PATTERN_LIMIT = 8
"""Brackets around one point of a `case` pattern; of `{1:` libcst takes 0.1 s for these and 24 s for 12."""
_ELIF_LIMIT = 10_000
"""Of `elif` in one text; libcst needs 1 KiB of stack for each in a chain."""

_CODE = re.compile(
    r"""(?P<space> [ \t\f]+ | \\\n | \#[^\n]* )
      | (?P<prefix> [a-zA-Z]{0,2} ) (?P<quote> \"{3} | '{3} | [\"'] )
      | (?P<word> \w+ )
      | (?P<other> . | \n )""",
    re.VERBOSE,
)
_LITERAL = re.compile(r"""\\N\{[\w -]{1,100}\} | \\[^{}] | \{\{ | \}\} | "{3} | '{3} | . | \n""", re.VERBOSE)
_STRINGS = {
    '"""': re.compile(r'(?:\\.|[^\\])*?"""', re.DOTALL),
    "'''": re.compile(r"(?:\\.|[^\\])*?'''", re.DOTALL),
    '"': re.compile(r'(?:\\.|[^\\"\n])*"', re.DOTALL),
    "'": re.compile(r"(?:\\.|[^\\'\n])*'", re.DOTALL),
}


@dataclass
class _Level:
    """What is between two brackets, or the literal text up to where an f-string or format spec ends."""

    end: str = ""
    """Of literal text: the quote, or `}` for a format spec."""
    is_field: bool = False
    outside: int = 0
    """What all levels around this one count for."""
    base: int = 0
    """What stays when a new item begins."""
    item: int = 0

    @property
    def depth(self) -> int:
        return self.outside + self.base + self.item


def nests_too_deeply(text: str) -> bool:
    """Whether some point of `text` is too deep for libcst; never false for what would end the process."""
    return text.count("elif") > _ELIF_LIMIT or any(depth > LIMIT for depth in _depths(text))


def _depths(text: str) -> Iterator[int]:
    levels = [_Level()]
    position = 0
    line_starts, in_case = True, False
    while position < len(text):
        level = levels[-1]
        if level.end:
            match = _LITERAL.match(text, position)
            assert match, "the last alternatives match anything"
            position = _read_literal(match, levels)
            continue
        match = _CODE.match(text, position)
        assert match, "the last alternatives match anything"
        position = match.end()
        token = match["other"] or match["word"]
        if match["space"]:
            continue
        if quote := match["quote"]:
            if {*match["prefix"].lower()} & {*"ft"}:
                levels.append(_Level(quote, outside=level.depth + 1))
            elif string := _STRINGS[quote].match(text, position):
                position = string.end()
            continue  # libcst survives any number of strings in a row; generated tables have thousands
        if token == "\n":
            if len(levels) == 1:
                line_starts, in_case = True, False
                level.base = level.item = 0
            continue
        elif token in "([{":
            weight = LIMIT // (_PATTERN_LIMIT if in_case else _BRACKET_LIMIT)
            levels.append(_Level(outside=level.depth, base=weight))
        elif token in ")]}" and len(levels) > 1:
            levels.pop()
            level = levels[-1]
        elif token in ",;":
            level.item = 0
        elif token == ":" and level.is_field:
            levels.append(_Level("}", outside=level.depth))
        elif token == "lambda":  # the commas between its parameters do not end it
            level.base += 1
        in_case = in_case or (line_starts and token == "case" and len(levels) == 1)
        line_starts = False
        level.item += 1
        yield levels[-1].depth


def _read_literal(match: re.Match[str], levels: list[_Level]) -> int:
    """Where to read on after what `match` found in literal text, with `levels` brought up to date."""
    level = levels[-1]
    token = match[0]
    if level.end == "}" and token in ("{{", "}}"):  # in a format spec these are not escapes
        token = token[0]
    if token == level.end:
        levels.pop()
        if token == "}":
            levels.pop()
    elif token == "{":
        levels.append(_Level(is_field=True, outside=level.depth, base=LIMIT // _BRACKET_LIMIT))
    elif token in ('"""', "'''"):  # not the end: quotes of the other kind, or one after the other
        token = token[0]
        if token == level.end:
            levels.pop()
    return match.start() + len(token)
