"""How text looks on a terminal: which characters are safe to print, how many columns they take, their colours."""

import unicodedata
from collections.abc import Callable
from itertools import accumulate

TAB = "    "
CUT = "..."
"""What stands for text that is left out."""
MAX_CODE_WIDTH = 60
"""Columns of a statement that stands beside its place."""

Painter = Callable[[str, str], str]
"""From text and an SGR code to what the terminal shows."""


def painter(colour: bool) -> Painter:
    """Paints, or leaves text as it is."""
    return _in_colour if colour else _plain


def printable(text: str) -> str:
    """`text` on one line, with escapes for what would end the line, move the cursor or hide other text."""
    if text.isprintable():
        return text
    return "".join(character if _is_safe(character) else _escape(character) for character in text)


def width(text: str) -> int:
    """How many columns printable `text` takes: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(_width(character) for character in text)


def padded(text: str, wide: int) -> str:
    """`text` with blanks up to `wide` columns."""
    return text + " " * (wide - width(text))


def shortened(code: str) -> str:
    """Printable `code`, cut where it is longer than `MAX_CODE_WIDTH`."""
    ends = list(accumulate(map(width, code), initial=0))
    if ends[-1] <= MAX_CODE_WIDTH:
        return code
    return code[: sum(end <= MAX_CODE_WIDTH - len(CUT) for end in ends) - 1] + CUT


def _plain(text: str, _code: str) -> str:
    return text


def _in_colour(text: str, code: str) -> str:
    return f"\033[{code}m{text}\033[0m"


def _is_safe(character: str) -> bool:
    # Spaces such as U+00A0 are not `isprintable`, but harmless; Zl and Zp end lines.
    return character.isprintable() or unicodedata.category(character) == "Zs" or character == "\u200d"


def _escape(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
