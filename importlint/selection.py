"""From settings to the rules that are on: where selectors disagree, the most specific one wins.

A selector is a code, a prefix of codes (`IL3`, `IL`) or a name. A code or name is more specific than a longer
prefix, that than a shorter one, and any selector than the default set; of equals, `ignore` wins.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from importlint.diagnostics import Severity
from importlint.errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

    from importlint.config import Settings
    from importlint.rules.declaration import Rule

_NOT_SELECTED = -1
_BY_DEFAULT = 0


@dataclass(frozen=True)
class Selection:
    """Which rules run, where they are silent, and how severe their findings are."""

    rules: tuple[Rule, ...]
    """The rules that are on, in the order in which they were given."""
    severities: Mapping[str, Severity]
    """By code: severities that the user decided."""
    silences: tuple[tuple[GitIgnoreSpec, tuple[str, ...]], ...]
    """Files, as patterns relative to `root`, and the selectors of rules that are off there."""
    root: str

    def is_silenced(self, rule: Rule, path: str) -> bool:
        """Whether `per-file-ignores` turns `rule` off in the file at `path`, as reports show it."""
        if not self.silences:
            return False
        try:
            relative = os.path.relpath(path, self.root)
        except ValueError:  # another drive
            return False
        if relative.split(os.sep, 1)[0] == os.pardir:
            return False
        return any(
            patterns.match_file(relative)
            and any(_specificity(selector, rule) > _BY_DEFAULT for selector in selectors)
            for patterns, selectors in self.silences
        )


def select_rules(rules: Sequence[Rule], settings: Settings) -> Selection:
    """The selection that `settings` make among `rules`.

    Raises `ConfigError`, naming file and key or flag, for a selector that no rule answers to.
    """
    for key, selectors in (
        ("select", settings.select or ()),
        ("extend-select", settings.extend_select),
        ("ignore", settings.ignore),
        (
            "per-file-ignores",
            [selector for listed in settings.per_file_ignores.values() for selector in listed],
        ),
        ("severity", settings.severity),
    ):
        for selector in selectors:
            _check_selector(selector, rules, settings.origin(key), exact=key == "severity")
    severities = {
        rule.code: severity
        for selector, severity in settings.severity.items()
        for rule in rules
        if selector in (rule.code, rule.name)
    }
    return Selection(
        rules=tuple(rule for rule in rules if _is_on(rule, settings)),
        severities=severities,
        silences=tuple(_silence(pattern, listed) for pattern, listed in settings.per_file_ignores.items()),
        root=settings.root,
    )


def _is_on(rule: Rule, settings: Settings) -> bool:
    by_default = rule.default and settings.select is None
    selected = _strongest((*(settings.select or ()), *settings.extend_select), rule)
    return max(selected, _BY_DEFAULT if by_default else _NOT_SELECTED) > _strongest(settings.ignore, rule)


def _strongest(selectors: Iterable[str], rule: Rule) -> int:
    return max((_specificity(selector, rule) for selector in selectors), default=_NOT_SELECTED)


def _specificity(selector: str, rule: Rule) -> int:
    """How many of the code's characters the selector determines; `_NOT_SELECTED` if it means other rules."""
    if selector == rule.name:
        return len(rule.code)
    # `I` alone is isort's family in other linters, not a prefix of ours.
    return len(selector) if selector.startswith("IL") and rule.code.startswith(selector) else _NOT_SELECTED


def _silence(pattern: str, selectors: tuple[str, ...]) -> tuple[GitIgnoreSpec, tuple[str, ...]]:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines([pattern]), selectors


def _check_selector(selector: str, rules: Sequence[Rule], origin: str, *, exact: bool) -> None:
    if any(
        selector in (rule.code, rule.name) if exact else _specificity(selector, rule) > _BY_DEFAULT
        for rule in rules
    ):
        return
    known = [word for rule in rules for word in (rule.code, rule.name)]
    wanted = "a rule's code or name" if exact else "a rule's code or name, or the beginning of codes"
    raise ConfigError(f"{origin}: `{selector}` is not {wanted}{did_you_mean(selector, known)}")
