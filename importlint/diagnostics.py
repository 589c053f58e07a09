"""What rules yield and reports show: findings, diagnostics and the places they name. Data only."""

from __future__ import annotations

import enum

from msgspec import Struct

from importlint.syntax.span import Span


class Severity(enum.Enum):
    """How bad it is; errors and warnings both make the exit code 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Certainty(enum.Enum):
    """Whether it happens for sure, or hangs on something that importlint cannot know."""

    CERTAIN = "certain"
    POSSIBLE = "possible"


class Location(Struct, frozen=True, order=True, gc=False):
    """A place in a file of the project."""

    path: str
    """As reports show it: relative to the current directory where below it, `/` separated."""
    span: Span


class Step(Struct, frozen=True):
    """One hop of a finding's explanation: what the code at `location` does."""

    location: Location
    note: str
    code: str = ""
    """The source text of the hop, where it helps."""


class Finding(Struct, frozen=True, kw_only=True):
    """What a rule yields: a place, what is wrong there, why, and what to do."""

    location: Location
    message: str
    """One line that stands alone: names in backticks, no full stop."""
    module: str
    """The module in which it is."""
    label: str = ""
    """What stands under the source line, beside the caret."""
    trace: tuple[Step, ...] = ()
    help: str = ""
    certainty: Certainty = Certainty.CERTAIN
    severity: Severity | None = None
    """Where it differs from the rule's own."""
    subjects: tuple[str, ...] = ()
    """The modules and names it is about: with code and module, its identity when lines move."""


class Diagnostic(Struct, frozen=True, kw_only=True):
    """A finding of a rule, ready to be shown."""

    finding: Finding
    code: str
    name: str
    severity: Severity
    url: str
    excerpt: str = ""
    """The source line that the location starts on, without its line end."""


class Report(Struct, frozen=True, kw_only=True):
    """What one check found."""

    diagnostics: tuple[Diagnostic, ...]
    """Sorted by path, position, code and message."""
    silenced: tuple[Diagnostic, ...] = ()
    """Those that comments in the code silence, sorted likewise."""
    files: int
    modules: int
    notes: tuple[str, ...] = ()
    """What the user should know about the run itself, a line each; for standard error."""
