"""Regular expressions on known texts: where a pattern and what it is matched with are constants, so is the answer.

CPython `Lib/re/__init__.py`. Only short texts, and patterns that cannot take long: the analysed code writes both.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING

from importlint.machine.run import Place
from importlint.machine.values import CONSTANTS, UNKNOWN, External, Match, Pattern, Sequence, Value

if TYPE_CHECKING:
    from importlint.machine.library import Arguments, Keywords, Library, LibraryFunction

_MAX_TEXT = 100
_MAX_REPEATS = 3
_REPEATED_GROUP = re.compile(r"\)[*+{]")
_REPEAT = re.compile(r"(?<!\()[*+?{]")
_METHODS = ("match", "search", "fullmatch", "sub", "split", "findall")


def pattern_method(
    library: Library, pattern: Pattern, name: str, arguments: Arguments, keywords: Keywords, place: Place
) -> Value:
    """What a method of a compiled pattern returns."""
    known = pattern.known
    text = arguments[1 if name == "sub" else 0 :][:1]
    if keywords or not text or not isinstance(text[0], str) or len(text[0]) > _MAX_TEXT:
        return library.calls.unknown(arguments, keywords, is_library=True)
    match name, arguments:
        case "match" | "search" | "fullmatch", (str(subject),):
            found = getattr(known, name)(subject)
            return None if found is None else Match(found)
        case "sub", (replacement, str(subject)):
            return _substituted(library, known, replacement, subject, place)
        case "split" | "findall", (str(subject),):
            return _plain(getattr(known, name)(subject))
    return library.calls.unknown(arguments, keywords, is_library=True)


def match_method(match: Match, name: str, arguments: Arguments) -> Value:
    """What a method of a match returns."""
    keys = [key for key in arguments if isinstance(key, (str, int))]
    if name not in ("group", "groups", "start", "end", "span") or len(keys) != len(arguments):
        return UNKNOWN
    try:
        return _plain(getattr(match.known, name)(*keys))
    except (IndexError, TypeError):
        return UNKNOWN


def _substituted(
    library: Library, pattern: re.Pattern[str], replacement: Value, text: str, place: Place
) -> Value:
    """`pattern.sub(replacement, text)`; a function is called for each match."""
    if isinstance(replacement, str):
        try:
            return pattern.sub(replacement, text)
        except (re.error, IndexError):
            return UNKNOWN
    unknown: list[Value] = []

    def replaced(match: re.Match[str]) -> str:
        value = library.calls.call(replacement, (Match(match),), {}, place)
        if isinstance(value, str):
            return value
        unknown.append(value)
        return ""

    result = pattern.sub(replaced, text)
    return UNKNOWN if unknown else result


def _plain(value: object) -> Value:
    """What a method of `re` returns as a value of the model."""
    if isinstance(value, list | tuple):
        return Sequence("list" if isinstance(value, list) else "tuple", [_plain(item) for item in value])
    return value if isinstance(value, CONSTANTS) else UNKNOWN


def _compiled(text: Value, flags: tuple[Value, ...]) -> Pattern | None:
    """The pattern that a text is compiled to; None if it is not known, or may take long."""
    if not isinstance(text, str) or _REPEATED_GROUP.search(text) or len(_REPEAT.findall(text)) > _MAX_REPEATS:
        return None
    known = [_flag(flag) for flag in flags]
    if len(known) > 1 or None in known:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Pattern(re.compile(text, *(flag for flag in known if flag is not None)))
    except (re.error, OverflowError, RecursionError):
        return None


def _flag(value: Value) -> re.RegexFlag | None:
    """`re.IGNORECASE` and its like."""
    name = value.name.rpartition(".")[2] if isinstance(value, External) else ""
    return re.RegexFlag.__members__.get(name)


def _compile(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    flags = (*arguments[1:], *keywords.values())
    pattern = _compiled(arguments[0], flags) if arguments else None
    return UNKNOWN if pattern is None else pattern


def _escape(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    return re.escape(arguments[0]) if len(arguments) == 1 and isinstance(arguments[0], str) else UNKNOWN


def _function(name: str) -> LibraryFunction:
    """`re.name(pattern, ...)`, which is a method of the compiled pattern."""

    def call(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
        first, flags = arguments[:1], arguments[3 if name == "sub" else 2 :]
        count = len(arguments) - len(flags)
        if first and isinstance(first[0], Pattern):
            pattern: Pattern | None = first[0]
        else:
            pattern = _compiled(first[0], (*flags, *keywords.values())) if first else None
        if pattern is None:
            return library.calls.unknown(arguments, keywords, is_library=True)
        return pattern_method(library, pattern, name, arguments[1:count], {}, place)

    return call


PATTERN_FUNCTIONS: dict[str, LibraryFunction] = {
    "re.compile": _compile,
    "re.escape": _escape,
    **{f"re.{name}": _function(name) for name in _METHODS},
}
