"""What is kept of a check: its result, and what that depends on. Data only."""

from __future__ import annotations

from msgspec import Struct

from importlint.diagnostics import Report
from importlint.disk import Answer, Signature


class Result(Struct, frozen=True, kw_only=True):
    """What a check tells, whatever the format."""

    report: Report
    environment: tuple[str, ...]
    """Which environment was modelled, and what of it could not be."""


class Evidence(Struct, frozen=True, array_like=True):
    """What a result depends on."""

    answers: dict[str, dict[str, Answer]]
    """By question and what it was asked of."""
    signatures: dict[str, Signature]
    """Of files and directories: with the same one, what was asked has the same answer."""


class Kept(Struct, frozen=True, array_like=True):
    """A result and what it depends on."""

    evidence: Evidence
    result: Result
