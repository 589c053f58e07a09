"""Gitignore patterns as git matches them: each speaks of the entry that it matches, not of what lies below.

What lies below an ignored directory is left out because nobody enters it. So `*` and `!*/` together ignore files
and no directories. Sources: gitignore(5), git's `dir.c` (`last_matching_pattern_from_list`) and `wildmatch.c`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

_NAMED_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r" \t-\r",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}
"""`[:alpha:]` and its like, for ASCII as in git."""

_MEMBER = r"\[:(?P<name>[^]]*):\]|(?P<first>\\.|[^\\])(?:-(?P<last>\\.|[^]\\]))?"
_MEMBERS = re.compile(_MEMBER, re.DOTALL)
_UNNAMED = re.sub(r"\?P<\w+>", "?:", _MEMBER)
_BRACKET = re.compile(
    rf"\[(?P<negation>[!^]?)(?P<members>(?:{_UNNAMED})(?:(?!\])(?:{_UNNAMED}))*)\]", re.DOTALL
)

_TOKEN = re.compile(r"\*+|\[|\\.|[^\\]", re.DOTALL)


class Pattern(Struct, frozen=True):
    """One line of a `.gitignore` file."""

    regex: re.Pattern[str]
    """Matches the whole path of an entry, relative to the file's directory."""
    ignores: bool
    """False after a `!`."""
    directories_only: bool


class Patterns(Struct, frozen=True):
    """The patterns of one `.gitignore` file, or of a setting that is written like one."""

    patterns: tuple[Pattern, ...]

    @classmethod
    def from_lines(cls, lines: Iterable[str]) -> Patterns:
        """The patterns in `lines`, which have no line ends; those that git can match nothing with are left out."""
        read = (_read(line) for line in lines)
        return cls(tuple(pattern for pattern in read if pattern is not None))

    def decide(self, path: str, is_directory: bool) -> bool | None:
        """Whether the entry at `path` is ignored, `/` separated and without one at its end; None: nothing said."""
        for pattern in reversed(self.patterns):
            if (is_directory or not pattern.directories_only) and pattern.regex.fullmatch(path):
                return pattern.ignores
        return None


def _read(line: str) -> Pattern | None:
    text = _without_trailing_spaces(line)
    if not text or text.startswith("#"):
        return None
    ignores = not text.startswith("!")
    text = text if ignores else text[1:]
    directories_only = text.endswith("/")
    text = text[:-1] if directories_only else text
    regex = _path_regex(text) if "/" in text else _name_regex(text)
    return None if regex is None else Pattern(re.compile(regex, re.DOTALL), ignores, directories_only)


def _without_trailing_spaces(line: str) -> str:
    stripped = line.rstrip(" ")
    backslashes = len(stripped) - len(stripped.rstrip("\\"))
    return stripped + " " if backslashes % 2 and stripped != line else stripped


def _name_regex(text: str) -> str | None:
    """For a pattern without a slash, which is about names in any directory."""
    glob = _glob_regex(text, crossing=False)
    return None if glob is None or not text else f"(?:.*/)?{glob}"


def _path_regex(text: str) -> str | None:
    """For a pattern with a slash, which is about paths from the file's directory."""
    return _glob_regex(text.removeprefix("/"), crossing=True)


def _glob_regex(glob: str, *, crossing: bool) -> str | None:
    """A regular expression for `glob`; None if it matches nothing. `crossing`: `**` can match slashes."""
    parts: list[str] = []
    index = 0
    # Git compares what comes before the first of these by itself: a `**` there counts as one at the start.
    special = re.search(r"[*?[\\]", glob)
    starts = (0, special.start() if special else 0)
    while index < len(glob):
        token = _TOKEN.match(glob, index)
        if token is None:
            return None  # a backslash at the end
        end, text = token.end(), token[0]
        if text == "[":
            bracket = _BRACKET.match(glob, index)
            members = None if bracket is None else _members_regex(bracket["members"])
            if bracket is None or members is None:
                return None
            parts.append(f"[^/{members}]" if bracket["negation"] else f"(?!/)[{members}]")
            end = bracket.end()
        elif text.startswith("**") and crossing and (index in starts or glob[index - 1] == "/"):
            if glob.startswith("/", end):
                parts.append("(?:.*/)?")
                end += 1
            else:
                parts.append(".*" if end == len(glob) or glob.startswith(r"\/", end) else "[^/]*")
        elif text.startswith("*"):
            parts.append("[^/]*")
        else:
            parts.append("[^/]" if text == "?" else re.escape(text[-1]))
        index = end
    return "".join(parts)


def _members_regex(text: str) -> str | None:
    """What stands between the brackets of a character class; None if git would not understand it."""
    members: list[str] = []
    for member in _MEMBERS.finditer(text):
        if member["name"] is not None:
            if member["name"] not in _NAMED_CLASSES:
                return None
            members.append(_NAMED_CLASSES[member["name"]])
            continue
        first, last = member["first"][-1], (member["last"] or member["first"])[-1]
        members.append(re.escape(first))
        if first < last:
            members.append(f"{re.escape(first)}-{re.escape(last)}")
    return "".join(members)
