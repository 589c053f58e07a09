"""IL404: programs that others import, and that do their work then."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint.diagnostics import Finding, Location, Severity, Step
from importlint.discovery import Module
from importlint.programs.files import first_guarded
from importlint.rules.declaration import rule
from importlint.syntax import facts as f
from importlint.syntax.flow import Phase, Scope
from importlint.syntax.qualified import Aliases, chain, qualified_name
from importlint.syntax.source import Source, read_source
from importlint.syntax.traverse import expressions, parts

if TYPE_CHECKING:
    from importlint.project import Project

_LEAVING = frozenset({"exit", "quit", "sys.exit", "os._exit"})
_RUNNERS = frozenset(
    "absl.app.run anyio.run asyncio.run curses.wrapper fire.Fire trio.run typer.run unittest.main uvicorn.run".split()
)
_PARSERS = frozenset({"parse_args", "parse_known_args"})
_LOOPS = frozenset({"mainloop", "run_forever", "run_until_complete", "serve_forever"})
_APPLICATIONS = frozenset({"app", "application", "bot", "server"})
_COMMAND_MAKERS = frozenset({"command", "group"})
_ACTING_FILES = frozenset({"conftest.py", "noxfile.py", "setup.py"})
_NOTEBOOK = re.compile(r"^# ?%%|^#\s+jupytext:|\bget_ipython\b", re.MULTILINE)


@rule(
    "IL404",
    "missing-guard",
    Severity.WARNING,
    "A program that is imported as well does its work at import.",
)
def missing_guard(project: Project) -> Iterator[Finding]:
    """Calls such as `main()` at the top of modules that are known to be run, and are imported by others."""
    for module in _known_programs(project):
        importing = tuple(_importing(project, module))
        if not importing or os.path.basename(module.path) in _ACTING_FILES or _is_notebook(module):
            continue
        work = _first_work(project, module)
        if work is None:
            continue
        span, text = work
        yield Finding(
            location=Location(module.display, span),
            module=module.name,
            message=f"importing `{module.name}` runs the program: `{text}` has no guard",
            trace=importing[:3],
            help='put it below `if __name__ == "__main__":`',
            subjects=(module.name,),
        )


def _known_programs(project: Project) -> Iterator[Module]:
    """The modules of which more than a guard says that they are run; those with a guard know what it is for."""
    seen: set[str] = set()
    scripts = (project.named.get(each.module) for each in project.entry_points if each.is_script)
    for module in (*(program.module for program in project.programs), *filter(None, scripts)):
        is_new = module.path not in seen and module.given
        seen.add(module.path)
        if is_new and first_guarded(project, module) is None:
            yield module


def _importing(project: Project, module: Module) -> Iterator[Step]:
    """Who imports a module: console scripts, and other modules."""
    for entry in project.entry_points:
        if entry.module == module.name:
            yield Step(
                entry.location, f"the {entry.what} imports `{module.name}`", f"{entry.name} = {entry.value}"
            )
    for edge in project.graph.importers.get(module.name, ()):
        if edge.importer != module.name and not edge.implicit and edge.phase != Phase.TYPING.value:
            yield Step(edge.location, f"imports `{module.name}`", edge.statement)


def _is_notebook(module: Module) -> bool:
    source = read_source(module.path)
    return isinstance(source, Source) and _NOTEBOOK.search(source.text) is not None


def _first_work(project: Project, module: Module) -> tuple[f.Span, str] | None:
    """The first statement that surely runs at import and does what the program is for, with its call as text."""
    aliases = project.known_names(module.path).aliases
    statements = project.statements(module.path)
    commands = frozenset(name for situated in statements for name in _command_names(situated.statement))
    for situated in statements:
        here = situated.circumstances
        if here.scope is not Scope.MODULE or here.phase is not Phase.IMPORT_TIME or not here.certain:
            continue
        for root in expressions(situated.statement):
            for part in parts(root):
                if isinstance(part, f.Call) and _is_work(part, situated.statement, aliases, commands):
                    return part.span, f"{'.'.join(_names(part))}()"
    return None


def _is_work(call: f.Call, statement: f.Statement, aliases: Aliases, commands: frozenset[str]) -> bool:
    names = _names(call)
    *owner, last = names
    if isinstance(call.function, f.Attribute) and last in _PARSERS:
        return True
    full = qualified_name(call.function, aliases) or ".".join(names)
    if isinstance(statement, f.Raise):
        return full == "SystemExit"
    if not isinstance(statement, f.Evaluate):
        return False
    return (
        full in _LEAVING
        or full in _RUNNERS
        or last in _LOOPS
        or (not owner and (last.lstrip("_") in ("main", "cli") or last in commands))
        or (last == "run" and len(owner) == 1 and owner[0] in _APPLICATIONS)
        or (last == "main" and len(owner) == 1 and owner[0] in aliases)
    )


def _names(call: f.Call) -> tuple[str, ...]:
    """What a call calls, name by name; of a method of some other expression just that."""
    function = call.function
    own = (function.attr,) if isinstance(function, f.Attribute) else ("",)
    return chain(function) or own


def _command_names(statement: f.Statement) -> Iterator[str]:
    """The names of what `click` and `typer` make a program of."""
    match statement:
        case f.FunctionDef(name=name, decorators=decorators):
            for decorator in decorators:
                function = decorator.function if isinstance(decorator, f.Call) else decorator
                if (chain(function) or ("",))[-1] in _COMMAND_MAKERS:
                    yield name
        case f.Assign(targets=(f.Name(id=name),), value=f.Call(function=function)):
            if (chain(function) or ("",))[-1] == "Typer":
                yield name


RULES = (missing_guard,)
