"""What a rule is: a declaration and one function from a project to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from importlint.diagnostics import Finding, Severity

if TYPE_CHECKING:
    from importlint.project import Project

Check = Callable[["Project"], Iterator[Finding]]


@dataclass(frozen=True)
class Rule:
    """A rule's declaration; its page in the rulebook says the same in its head."""

    code: str
    name: str
    severity: Severity
    summary: str
    default: bool
    """Whether it is on without being selected."""
    check: Check


def rule(
    code: str, name: str, severity: Severity, summary: str, *, default: bool = True
) -> Callable[[Check], Rule]:
    """A decorator that makes a `Rule` of a function; it registers nothing."""
    return lambda check: Rule(code, name, severity, summary, default, check)
