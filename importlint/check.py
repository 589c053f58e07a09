"""The main job: a project's findings, judged by the settings and the comments in the code, as a report."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from importlint.diagnostics import Diagnostic, Finding, Report
from importlint.project import Project
from importlint.rules import RULES
from importlint.rules.declaration import Rule
from importlint.selection import Selection, select_rules
from importlint.sharing import in_turn
from importlint.suppression import check_suppressions
from importlint.syntax.asking import ask
from importlint.syntax.facts import ModuleFacts
from importlint.syntax.parts import CommentPart
from importlint.texts import Texts

_LONGEST = ("IL3", "IL1", "IL5", "IL4")
"""The families that take most of the time, longest first: if this is wrong, processes wait a little for each other."""


def check(project: Project) -> Report:
    """Run the selected rules over `project`.

    Raises:
        ImportlintError: the settings, a path or a comment in the code make no sense.
    """
    selection = select_rules(RULES, project.settings)
    modules = project.modules  # all are read now, many at a time, before a rule asks for one
    given = {module.display for module in project.given_modules}
    texts = Texts(project.cwd)
    diagnostics = [
        _diagnostic(rule, finding, selection, texts)
        for rule, finding in _findings(project, selection.rules)
        if (finding.location.path in given or _is_no_module(finding.location.path))
        and not selection.is_silenced(rule, texts.path(finding.location.path))
    ]
    for module in project.given_modules:
        facts = project.facts(module.path)
        if isinstance(facts, ModuleFacts) and facts.directives:
            ask(module.path, CommentPart("importlint:"))  # which have to make sense
            check_suppressions(module.display, texts.suppressions(module.display), RULES)
    shown, silenced = texts.sorted_out(diagnostics)
    return Report(
        diagnostics=shown,
        silenced=silenced,
        files=len(given),
        modules=len(modules),
        notes=tuple(_notes(project, selection)),
    )


def _findings(project: Project, rules: Sequence[Rule]) -> Iterator[tuple[Rule, Finding]]:
    """What each of the rules finds."""
    families = _families(rules)

    def find(family: Sequence[Rule]) -> list[tuple[Finding, ...]]:
        return [tuple(rule.check(project)) for rule in family]

    with project.progress.phase("checking", len(rules)) as advance:
        for family, found in zip(families, in_turn(project, find, families), strict=True):
            for rule, findings in zip(family, found, strict=True):
                yield from ((rule, finding) for finding in findings)
                advance()


def _families(rules: Iterable[Rule]) -> list[tuple[Rule, ...]]:
    """Rules by the first digit of their codes: those of one family need the same stages. The longest comes first."""
    families: dict[str, list[Rule]] = {family: [] for family in _LONGEST}
    for rule in rules:
        families.setdefault(rule.code[:3], []).append(rule)
    return [tuple(family) for family in families.values() if family]


def _is_no_module(path: str) -> bool:
    """Whether a file is none that could be given: it has findings for what it says about modules that were."""
    return not path.endswith(".py") or os.path.basename(path) == "setup.py"


def _diagnostic(rule: Rule, finding: Finding, selection: Selection, texts: Texts) -> Diagnostic:
    return Diagnostic(
        finding=finding,
        code=rule.code,
        name=rule.name,
        severity=selection.severities.get(rule.code) or finding.severity or rule.severity,
        url=f"rules/{rule.code}-{rule.name}.md",
        excerpt=texts.line(finding.location.path, finding.location.span.line),
    )


def _notes(project: Project, selection: Selection) -> Iterator[str]:
    """What the user should know about the run itself."""
    yield from project.sources.notes
    if project.settings.import_budgets and not any(each.name == "import-budget" for each in selection.rules):
        yield "`import-budgets` is set, but no rule reads it: add `import-budget` to `extend-select`"
    environment = project.environment
    if not environment.known and project.given_modules:
        yield (
            "no environment found: third-party modules that are not installed are not reported; "
            "name it with `--environment .venv` or the `environment` setting"
        )
