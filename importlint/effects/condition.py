"""What tables and settings ask of the arguments of a call. Data only."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Constant = bool | int | float | str

Of = Literal["call", "receiver"]
"""The call in question, or the one that made the object whose method is called."""


class Condition(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, rename="kebab"
):
    """One argument and what is asked of it, exactly one of the last five fields."""

    position: int | None = None
    """Counted from 0, without `self`; None if the argument has to be named."""
    keyword: str | None = None
    """None if the argument cannot be named."""
    of: Of = "call"
    default: Constant | None = None
    """What the function takes if the argument is left out."""

    equals: tuple[Constant, ...] = ()
    """It is one of these constants."""
    has_any_of: str = ""
    """It is a text with one of these characters."""
    given: bool = False
    """It is written, and not as `None`."""
    stands_for: tuple[str, ...] = ()
    """It stands for something with one of these qualified names."""
    imported: bool = False
    """It stands for something imported or built in, and not for what a call of that gives."""

    def __post_init__(self) -> None:
        asked = (self.equals, self.has_any_of, self.given, self.stands_for, self.imported)
        if sum(map(bool, asked)) != 1:
            raise ValueError(
                "a condition has one of `equals`, `has-any-of`, `given`, `stands-for`, `imported`"
            )
        if self.position is None and self.keyword is None:
            raise ValueError("a condition has a `position`, a `keyword`, or both")
