"""The main job: a project's findings, judged by the settings and the comments in the code, as a report."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from importlint.diagnostics import Diagnostic, Finding, Report
from importlint.project import Project
from importlint.rules import RULES
from importlint.rules.declaration import Rule
from importlint.selection import Selection, select_rules
from importlint.sharing import found_together
from importlint.suppression import Suppression, check_suppressions, find_suppression, suppressions
from importlint.syntax.facts import ModuleFacts
from importlint.syntax.source import Source, read_source


def check(project: Project) -> Report:
    """Run the selected rules over `project`.

    Raises:
        ImportlintError: the settings, a path or a comment in the code make no sense.
    """
    selection = select_rules(RULES, project.settings)
    modules = project.modules  # all are read now, many at a time, before a rule asks for one
    given = {module.display for module in project.given_modules}
    texts = Texts(project.cwd)
    diagnostics = (
        _diagnostic(rule, finding, selection, texts)
        for rule, finding in _findings(project, selection.rules)
        if (finding.location.path in given or _is_no_module(finding.location.path))
        and not selection.is_silenced(rule, texts.path(finding.location.path))
    )
    shown = [each for each in diagnostics if not texts.is_suppressed(each)]
    for module in project.given_modules:
        facts = project.facts(module.path)
        if isinstance(facts, ModuleFacts) and facts.directives:
            check_suppressions(module.display, texts.suppressions(module.display), RULES)
    return Report(
        diagnostics=tuple(sorted(set(shown), key=_order)),
        files=len(given),
        modules=len(modules),
        notes=tuple(_notes(project, selection)),
    )


def _findings(project: Project, rules: Sequence[Rule]) -> Iterator[tuple[Rule, Finding]]:
    """What each of the rules finds."""
    with project.progress.phase("checking", len(rules)) as advance:
        found = found_together(project, rules, advance)
        for rule in rules:
            if rule.code in found:
                yield from ((rule, finding) for finding in found[rule.code])
            else:
                yield from ((rule, finding) for finding in rule.check(project))
                advance()


def _is_no_module(path: str) -> bool:
    """Whether a file is none that could be given: it has findings for what it says about modules that were."""
    return not path.endswith(".py") or os.path.basename(path) == "setup.py"


def _order(diagnostic: Diagnostic) -> tuple[object, ...]:
    return (diagnostic.finding.location, diagnostic.code, diagnostic.finding.message)


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


class Texts:
    """The source lines and suppressions of files with findings, read again: facts keep no text."""

    def __init__(self, cwd: str) -> None:
        self._cwd = cwd
        self._sources: dict[str, Source | None] = {}
        self._suppressions: dict[str, Mapping[int, tuple[Suppression, ...]]] = {}

    def path(self, shown: str) -> str:
        """The absolute path of a file, by its path as shown."""
        return os.path.normpath(os.path.join(self._cwd, shown))

    def line(self, shown: str, number: int) -> str:
        """A line of a file; empty where there is none."""
        source = self._source(shown)
        return source.lines[number - 1] if source and number <= len(source.lines) else ""

    def is_suppressed(self, diagnostic: Diagnostic) -> bool:
        """Whether a comment in the file silences the diagnostic."""
        return find_suppression(diagnostic, self.suppressions(diagnostic.finding.location.path)) is not None

    def suppressions(self, shown: str) -> Mapping[int, tuple[Suppression, ...]]:
        """The comments of a file that silence findings, by line."""
        if shown not in self._suppressions:
            source = self._source(shown)
            self._suppressions[shown] = suppressions(source.text) if source else {}
        return self._suppressions[shown]

    def _source(self, shown: str) -> Source | None:
        if shown not in self._sources:
            source = read_source(self.path(shown))
            self._sources[shown] = source if isinstance(source, Source) else None
        return self._sources[shown]
