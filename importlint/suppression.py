"""From a file's text to the comments that silence findings, by line.

`# noqa` silences everything, `# noqa: IL302, IL1` the codes and prefixes that it lists (those of other
linters are theirs), `# importlint: ignore[cycle-crash, IL302] reason` the rules that it names. A comment
counts for findings that are reported on its line, and for those whose span ends there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from importlint.errors import SuppressionError, did_you_mean
from importlint.syntax.comments import comments
from importlint.syntax.facts import Span

if TYPE_CHECKING:
    from importlint.diagnostics import Diagnostic
    from importlint.rules.declaration import Rule

_MENTION = re.compile(r"noqa|importlint:", re.IGNORECASE)

_CODE = r"(?:[A-Z]+[0-9]+|(?-i:[A-Z]{1,4}))\b"
"""A code in any case, or a prefix without digits in capitals; other words after `noqa:` are prose."""
_DIRECTIVE = re.compile(
    rf"""
    \# \s* (?P<noqa> noqa ) (?![\w-]) (?: \s*:\s* (?P<codes> {_CODE} (?: [\s,]+ {_CODE} )* ) )?
    | \# \s* importlint: \s* ignore (?![\w-]) (?: \s* \[ (?P<rules> [^\]\#]* ) \] )?
    """,
    re.VERBOSE | re.IGNORECASE,
)


class Suppression(Struct, frozen=True, kw_only=True):
    """One comment that silences findings."""

    selectors: tuple[str, ...]
    """Codes, prefixes or names as they are written; empty for all."""
    is_noqa: bool
    """Whether it is a `noqa`, shared with other linters, or importlint's own `ignore`."""
    span: Span

    def covers(self, code: str, name: str) -> bool:
        """Whether it silences the rule of that code and name."""
        if not self.is_noqa:
            return code in self.selectors or name in self.selectors
        prefixes = [selector.upper() for selector in self.selectors]
        return not prefixes or any(prefix.startswith("IL") and code.startswith(prefix) for prefix in prefixes)


def suppressions(text: str) -> Mapping[int, tuple[Suppression, ...]]:
    """The suppressions in a file's comments, by line.

    Strings are told from comments by their quotes alone, so any text will do, whatever its syntax. Braces
    of an f-string that hold the same quote again (PEP 701) are read as they were before Python 3.12.
    """
    if not _MENTION.search(text):
        return {}
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    by_line: dict[int, tuple[Suppression, ...]] = {}
    line, line_start = 1, 0
    for comment in comments(text):
        directives = tuple(_DIRECTIVE.finditer(text, *comment))
        if not directives:
            continue
        line += text.count("\n", line_start, comment[0])
        line_start = text.rfind("\n", 0, comment[0]) + 1
        by_line[line] = tuple(_suppression(found, line, line_start) for found in directives)
    return by_line


def find_suppression(
    diagnostic: Diagnostic, by_line: Mapping[int, tuple[Suppression, ...]]
) -> Suppression | None:
    """The suppression among those of the diagnostic's file that silences it."""
    span = diagnostic.finding.location.span
    for line in (span.line, span.end_line):
        for suppression in by_line.get(line, ()):
            if suppression.covers(diagnostic.code, diagnostic.name):
                return suppression
    return None


def check_suppressions(
    path: str, by_line: Mapping[int, tuple[Suppression, ...]], rules: Iterable[Rule]
) -> None:
    """`SuppressionError` for the first `importlint: ignore` that names no rule, or an unknown one."""
    known = {word for rule in rules for word in (rule.code, rule.name)}
    for line, found in sorted(by_line.items()):
        for suppression in found:
            if suppression.is_noqa:
                continue
            if not suppression.selectors:
                example = "# importlint: ignore[IL302]"
                raise SuppressionError(f"{path}:{line}: this comment names no rule; say which: `{example}`")
            for selector in suppression.selectors:
                if selector not in known:
                    meant = did_you_mean(selector, known)
                    raise SuppressionError(f"{path}:{line}: `{selector}` is not a rule's code or name{meant}")


def _suppression(found: re.Match[str], line: int, line_start: int) -> Suppression:
    return Suppression(
        selectors=tuple(word for word in re.split(r"[\s,]+", found["codes"] or found["rules"] or "") if word),
        is_noqa=found["noqa"] is not None,
        span=Span(line, found.start() - line_start + 1, line, found.end() - line_start + 1),
    )
