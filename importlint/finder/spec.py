"""What a search for a module answers: specs, what was tried, and failures in CPython's words. Data only.

CPython's `importlib.machinery.ModuleSpec`; language reference, "Module specs".
"""

from __future__ import annotations

import enum

from msgspec import Struct


class Kind(enum.Enum):
    """How a module's code is loaded; for a regular package it is its `__init__`'s."""

    SOURCE = "source"
    BYTECODE = "bytecode"
    EXTENSION = "extension"
    BUILTIN = "builtin"
    FROZEN = "frozen"
    NAMESPACE = "namespace"
    ASSUMED = "assumed"
    """It exists by a table of the standard library or by a known alias; there is no file to look at."""


class Spec(Struct, frozen=True, kw_only=True, gc=False):
    """A module that was found."""

    name: str
    kind: Kind
    origin: str | None = None
    """The file, absolute and not canonicalised; None for builtin, assumed and namespace modules."""
    search_locations: tuple[str, ...] | None = None
    """The `__path__` that a package starts with; None for what is not a package."""

    @property
    def is_package(self) -> bool:
        """Whether submodules can be searched below it."""
        return self.search_locations is not None


class Outcome(enum.Enum):
    """What one path entry, or one finder before them, had to say about a name."""

    FOUND = "found"
    PORTION = "portion"
    """A directory without `__init__`: part of a namespace package unless a later entry has a module."""
    ABSENT = "absent"
    NO_FINDER = "no finder"
    """The entry is missing, or neither a directory nor a zip file."""
    OPAQUE = "opaque"
    """Code that is not run would have decided."""


class Attempt(Struct, frozen=True, gc=False):
    """One step of a search."""

    where: str
    """A path entry, or `builtin`, `frozen`, or the name of an editable install's finder."""
    outcome: Outcome
    detail: str = ""
    """The file or directory that answered, or the reason, in words."""


class Search(Struct, frozen=True, kw_only=True, gc=False):
    """The answer to `find(name, path)`."""

    name: str
    spec: Spec | None
    tried: tuple[Attempt, ...]
    """In the order in which they were asked; the last one won if `spec` is not a namespace package."""
    opaque: str | None = None
    """Why absence is not certain, where code that is not run could provide the name."""


class FailureKind(enum.Enum):
    """Why a dotted name, or a relative one, does not lead to a module."""

    NOT_FOUND = "not found"
    NOT_A_PACKAGE = "not a package"
    NO_PARENT_PACKAGE = "no known parent package"
    BEYOND_TOP_LEVEL = "beyond top-level package"


class Failure(Struct, frozen=True, kw_only=True, gc=False):
    """The first part of a dotted name that fails, as CPython words it."""

    kind: FailureKind
    name: str
    """The first dotted prefix that cannot be imported; a relative name as it is written."""
    message: str
    """CPython's message, such as ``No module named 'a.b'; 'a' is not a package``."""
    type: str = "ModuleNotFoundError"


class Resolution(Struct, frozen=True, kw_only=True, gc=False):
    """A dotted name walked from left to right."""

    name: str
    searches: tuple[Search, ...]
    """One for each dotted prefix, up to the first that fails."""
    failure: Failure | None

    @property
    def spec(self) -> Spec | None:
        """The spec of the whole name, if it was found."""
        return None if self.failure else self.searches[-1].spec

    @property
    def opaque(self) -> str | None:
        """Why a failure is not certain."""
        return self.searches[-1].opaque if self.searches else None
