"""How text looks on a terminal: which characters are safe to print, and how many columns they take."""

import unicodedata

TAB = "    "


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


def _is_safe(character: str) -> bool:
    # Spaces such as U+00A0 are not `isprintable`, but harmless; Zl and Zp end lines.
    return character.isprintable() or unicodedata.category(character) == "Zs" or character == "\u200d"


def _escape(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
