"""How a run is told to people: the hops of a chain with their text, and lists of names that stay short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from importlint.diagnostics import Location, Step
from importlint.graph.link import statement_text
from importlint.machine.trace import Hop, Outcome
from importlint.syntax import facts as f
from importlint.syntax.asking import ask
from importlint.syntax.parts import LinePart
from importlint.syntax.places import around

if TYPE_CHECKING:
    from importlint.project import Project

NAMES = 3
"""How many names a list shows before it counts the rest."""


def listed(names: Sequence[str], conjunction: str) -> str:
    """A few names in backticks, and how many more there are: `a`, `b`, `c` and 4 more."""
    limit = NAMES if len(names) > NAMES + 1 else len(names)
    shown = [f"`{name}`" for name in names[:limit]]
    if len(names) > limit:
        shown.append(f"{'one of ' if conjunction == 'or' else ''}{len(names) - limit} more")
    return f" {conjunction} ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def short_text(statement: f.Import | f.ImportFrom, name: str | None = None) -> str:
    """An import on one line: of many names the one that matters, or the first ones."""
    if not isinstance(statement, f.ImportFrom) or len(statement.names) <= 1:
        return statement_text(statement)
    found = tuple(each for each in statement.names if each.name == name) or statement.names[:NAMES]
    return statement_text(replace(statement, names=found)) + ", ..." * (len(found) < len(statement.names))


def text_at(project: Project, name: str, location: Location, wanted: str | None = None) -> str:
    """The statement at a place in the module `name`: an import on one line, of others the first line."""
    module = project.named.get(name)
    facts = project.facts(module.path) if module else None
    if module is None or not isinstance(facts, f.ModuleFacts):
        return ""
    statements = around(facts, location.span)
    if statements and isinstance(statements[-1], f.Import | f.ImportFrom):
        return short_text(statements[-1], wanted)
    return ask(module.path, LinePart(location.span.line)) or ""


def hop_steps(project: Project, chain: Sequence[Hop], trace: Outcome) -> Iterator[Step]:
    """The imports under way at some moment of a run, each with the module that it runs."""
    running = trace.entry if trace.starts(trace.entry) else ""
    for hop in chain:
        note = f"runs `{hop.loads}`"
        if hop.module != running:
            note += f", called from `{running}`" if running else f", before `{trace.entry}` itself"
        text = text_at(project, hop.module, hop.location, hop.loads.rpartition(".")[2]) or hop.statement
        yield Step(hop.location, note, text)
        running = hop.loads
