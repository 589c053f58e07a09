"""IL5: what an import does besides importing."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from importlint.diagnostics import Finding, Severity, Step
from importlint.discovery import Module
from importlint.effects.kinds import Kind
from importlint.effects.reach import Happening
from importlint.effects.triggers import Trigger
from importlint.rules.declaration import Rule, rule
from importlint.syntax import facts as f
from importlint.syntax.flow import Situated

if TYPE_CHECKING:
    from importlint.project import Project


def _effect_rule(code: str, name: str, summary: str, help_text: str, *, default: bool = True) -> Rule:
    """The rule that reports the effects of the kinds which have its code."""

    def check(project: Project) -> Iterator[Finding]:
        for module in project.importable_modules:
            found = [each for each in project.effects.of(module) if each.effect.kind.rule == code]
            if found:
                for row in _rows(_once_a_place(found), project.statements(module.path)):
                    yield _finding(project, module, row, help_text)

    return rule(code, name, Severity.WARNING, summary, default=default)(check)


def _once_a_place(happenings: Iterable[Happening]) -> Iterator[Happening]:
    """Of the effects that show at one place, the first."""
    seen = set()
    for happening in happenings:
        if happening.location not in seen:
            seen.add(happening.location)
            yield happening


class _Row(Struct, frozen=True):
    """The same effect in statements that follow each other."""

    first: Happening
    further: int
    """The number of statements behind the first one."""


def _rows(happenings: Iterable[Happening], statements: Sequence[Situated]) -> Iterator[_Row]:
    """The effects of a module in rows, of which one finding says enough."""
    starts = _starts(statements)
    rows: list[list[tuple[int, Happening]]] = []
    for happening in happenings:
        span = happening.location.span
        number = bisect_right(starts, (span.line, span.column))
        if rows and rows[-1][-1][1].words == happening.words and number <= rows[-1][-1][0] + 1:
            rows[-1].append((number, happening))
        else:
            rows.append([(number, happening)])
    for row in rows:
        yield _Row(row[0][1], len({number for number, _ in row}) - 1)


def _starts(statements: Sequence[Situated]) -> list[tuple[int, int]]:
    """Where statements start; those without a place of their own, such as `try`, with the next one."""
    starts = []
    start = (sys.maxsize, 0)
    for each in reversed(statements):
        span: f.Span | None = getattr(each.statement, "span", None)
        start = (span.line, span.column) if span else start
        starts.append(start)
    return starts[::-1]


def _finding(project: Project, module: Module, row: _Row, help_text: str) -> Finding:
    happening = row.first
    effect = happening.effect
    steps = [Step(location, f"calls `{name}`") for name, location in happening.calls]
    if steps:
        steps.append(Step(effect.location, effect.words))
    return Finding(
        location=happening.location,
        module=module.name,
        message=f"importing `{module.name}` {happening.words}{_further(row.further)}",
        label=_who(project.triggers[module.name]),
        trace=tuple(steps),
        help=help_text,
        severity=Severity.ERROR if module.is_package and effect.kind is not Kind.REGISTRY else None,
        subjects=(effect.name,),
    )


def _further(count: int) -> str:
    if count == 0:
        return ""
    return (
        "; the next statement does the same" if count == 1 else f"; the next {count} statements do the same"
    )


def _who(trigger: Trigger) -> str:
    """Who runs a module without having asked for it, and the shortest way on which that comes about."""
    way = " -> ".join(trigger.chain)
    if trigger.count == 0:
        return f"runs by way of {way}" if way else ""
    modules = "1 module that does" if trigger.count == 1 else f"any of {trigger.count} modules that do"
    return f"runs on import of {modules} not name it" + (f"; shortest way: {way}" if way else "")


RULES = (
    _effect_rule(
        "IL501",
        "import-network",
        "Importing the module uses the network.",
        "connect when the connection is first used, or in a function that the program calls",
    ),
    _effect_rule(
        "IL502",
        "import-process",
        "Importing the module starts a process, a thread or an event loop.",
        "start it where the program starts, or when it is first used",
    ),
    _effect_rule(
        "IL503",
        "import-filesystem",
        "Importing the module changes the file system.",
        "make files and directories when they are first used",
    ),
    _effect_rule(
        "IL504",
        "import-monkeypatch",
        "Importing the module changes another module that is not the project's.",
        "call it where the program starts",
    ),
    _effect_rule(
        "IL505",
        "import-global-state",
        "Importing the module changes a state that the whole process shares.",
        "leave it to the program, which knows what else runs in the process",
    ),
    _effect_rule(
        "IL506",
        "import-sys-path",
        "Importing the module changes `sys.path`.",
        "install the package instead, or leave the path to the program that starts",
    ),
    _effect_rule(
        "IL507",
        "import-hook",
        "Importing the module changes how all modules are imported.",
        "install the hook where the program starts",
    ),
    _effect_rule(
        "IL508",
        "import-sys-modules",
        "Importing the module changes what another module's name stands for.",
        "give users the name that they are to import",
    ),
    _effect_rule(
        "IL509",
        "import-exit",
        "Importing the module ends the process, or reads its command line.",
        'move it below `if __name__ == "__main__":`, or into a function',
    ),
    _effect_rule(
        "IL510",
        "import-output",
        "Importing the module prints.",
        "log it, or leave it to the program",
    ),
    _effect_rule(
        "IL511",
        "import-blocking",
        "Importing the module waits.",
        "wait where the result is needed",
    ),
    _effect_rule(
        "IL512",
        "foreign-registry",
        "Importing the module adds to a registry that another module owns.",
        "let the owner name its parts, or offer a function that registers them",
        default=False,
    ),
)
