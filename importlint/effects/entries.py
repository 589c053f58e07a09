"""What an entry of the catalogue says of one name, and what a project's settings may add."""

from __future__ import annotations

from enum import Enum
from typing import Literal

from msgspec import Struct

from importlint.effects.condition import Condition
from importlint.effects.kinds import Kind
from importlint.errors import did_you_mean

By = Literal["call", "write", "import"]
"""What has the effect: a call of the name, a change of it or of its items, or its import."""


class Verified(str, Enum):
    """How it is known that the entry is true."""

    RAN = "ran"
    """The call was made in a fresh process, and the effect was seen there."""
    RESOLVED = "resolved"
    """The name is there in the library; what it does is documented."""
    DOCUMENTED = "documented"
    """From documentation alone."""


class CallEffect(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a call of one function, class or method does."""

    kind: Kind
    when: Condition | None = None
    """The arguments with which it does it."""
    unless: Condition | None = None
    """The arguments with which it does not."""
    verified: Verified = Verified.RESOLVED
    since: str | None = None
    """The first version of Python that has the name, where it is not older than 3.8."""
    removed: str | None = None
    """The first version that does not have it any more."""
    not_on: tuple[str, ...] = ()
    """The values of `sys.platform` on which it does something else."""


class ImportEffect(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a module does when it is imported, whatever its importer wants of it."""

    kind: Kind
    verified: Verified = Verified.RAN
    removed: str | None = None


class OwnEffect(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the settings say of a name, in place of the catalogue: one `[[tool.importlint.effects]]`."""

    name: str
    effect: str
    """A kind, or `none`."""
    by: By = "call"
    when: Condition | None = None
    unless: Condition | None = None

    def __post_init__(self) -> None:
        kinds = [kind.value for kind in Kind]
        if self.effect not in (*kinds, "none"):
            raise ValueError(f"`{self.effect}` is not a kind of effect{did_you_mean(self.effect, kinds)}")
        if (self.when or self.unless) and (self.by != "call" or self.effect == "none"):
            raise ValueError("`when` and `unless` are about the arguments of a call that has an effect")

    @property
    def kind(self) -> Kind | None:
        """The kind; None for `none`."""
        return None if self.effect == "none" else Kind(self.effect)
