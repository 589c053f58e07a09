"""IL407, IL408, IL411: what other processes need of a program's module, which is `__main__` in one of them only.

A child process that is not forked runs the program's file again, as `__mp_main__`, before it looks for what it was
told to do; `__main__.py` files it leaves out. CPython `_fixup_main_from_name` in `Lib/multiprocessing/spawn.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint.diagnostics import Finding, Location, Severity, Step
from importlint.discovery import Module
from importlint.programs.meanings import RESTARTING, UNKNOWN_METHOD, Meaning, Meanings, start_method
from importlint.programs.program import Program, Start
from importlint.programs.reach import Stretch, stretches
from importlint.rules.declaration import rule
from importlint.syntax import facts as f
from importlint.syntax.flow import Phase, Scope, Situated, catches
from importlint.syntax.source import Source, read_source
from importlint.syntax.traverse import evaluated, parts, target_names

if TYPE_CHECKING:
    from importlint.project import Project

_PROCESS, _POOL, _MANAGER = (f"multiprocessing.{name}" for name in ("Process", "Pool", "Manager"))
_EXECUTOR = "concurrent.futures.ProcessPoolExecutor"
_TASKS = {
    f"{_POOL}()": "apply apply_async imap imap_unordered map map_async starmap starmap_async".split(),
    f"{_EXECUTOR}()": ["map", "submit"],
}
"""Methods that hand a function, their first argument, to other processes."""
_STARTS = frozenset(
    (f"{_PROCESS}().start", _POOL, _MANAGER, f"{_EXECUTOR}().map", f"{_EXECUTOR}().submit"),
)
"""Calls that start a process."""


@rule(
    "IL407",
    "unguarded-multiprocessing",
    Severity.ERROR,
    "A process is started when the module is imported, which the process itself does.",
)
def unguarded_multiprocessing(project: Project) -> Iterator[Finding]:
    """Processes and pools that are surely started at import time, by the body or a function that it calls."""
    for module in project.given_modules:
        if not _imports(project, module, ("multiprocessing", "concurrent")) or _is_left_out(project, module):
            continue
        told = _told_method(project, module)
        for stretch, situated, call, meaning in _calls(project, module, is_sure=True):
            here = situated.circumstances
            if meaning.name not in _STARTS or here.imported is not True or here.handling:
                continue
            where = _where(project, meaning, told)
            if where is None or catches(here.caught, "RuntimeError"):
                continue
            yield Finding(
                location=Location(module.display, call.span),
                module=module.name,
                message=f"importing `{module.name}` starts a process, which imports it again{where}, and fails",
                trace=tuple(Step(Location(module.display, span), "runs on import") for span in stretch.calls),
                help='start it behind `if __name__ == "__main__":`',
                severity=Severity.WARNING if where else None,
                subjects=(module.name,),
            )
            break


@rule(
    "IL408",
    "main-worker",
    Severity.ERROR,
    "A function for another process is defined where that process cannot find it.",
)
def main_worker(project: Project) -> Iterator[Finding]:
    """Workers that a `__main__.py` defines, or that are defined behind a main guard."""
    commands = _left_out(project)
    for module in project.given_modules:
        if not _imports(project, module, ("multiprocessing", "concurrent")):
            continue
        defined = _definitions(project, module)
        told = _told_method(project, module)
        found: dict[Location, Finding] = {}
        for stretch, situated, call, meaning in _calls(project, module, is_sure=False):
            worker = _worker(call, meaning) if situated.circumstances.program is not False else None
            definition = defined.get(worker.id) if worker and not stretch.hides(worker.id) else None
            where = _where(project, meaning, told)
            if worker is None or definition is None or where is None:
                continue
            if definition.circumstances.phase is Phase.PROGRAM:
                why = "it imports the file again, where only a program defines it"
            elif module.path in commands:
                why = f"it does not import the file of `{commands[module.path].command}` again"
            else:
                continue
            location = Location(module.display, worker.span)
            assert isinstance(definition.statement, f.FunctionDef)
            found[location] = Finding(
                location=location,
                module=module.name,
                message=f"a process does not find `{worker.id}`{where}: {why}",
                trace=(Step(Location(module.display, definition.statement.span), f"defines `{worker.id}`"),),
                help=f"define `{worker.id}` in a module, and import it from there",
                severity=Severity.WARNING if where else None,
                subjects=(worker.id,),
            )
        yield from found.values()


@rule(
    "IL411",
    "pickled-main-class",
    Severity.WARNING,
    "A program pickles objects of a class of its own, which other programs cannot load.",
)
def pickled_main_class(project: Project) -> Iterator[Finding]:
    """Pickles of what the program itself defines, in programs that load none."""
    commands = {program.module.path: program.command for program in reversed(project.programs)}
    for module in project.given_modules:
        if (
            module.path not in commands
            or not _imports(project, module, ("pickle", "joblib"))
            or _loads(module)
        ):
            continue
        defined = _own_classes(project, module)
        found: dict[Location, Finding] = {}
        for stretch, situated, call, meaning in _calls(project, module, is_sure=False) if defined else ():
            if meaning.name not in _DUMPERS or situated.circumstances.program is False or not call.arguments:
                continue
            name = _pickled(call.arguments[0], stretch, defined)
            if name is None or stretch.hides(name):
                continue
            location = Location(module.display, call.span)
            found[location] = Finding(
                location=location,
                module=module.name,
                message=f"`{commands[module.path]}` pickles `{name}` as `__main__.{name}`, which is its own",
                trace=(Step(Location(module.display, defined[name].span), f"defines `{name}`"),),
                help=f"define `{name}` in a module, and import it from there",
                subjects=(name,),
            )
        yield from found.values()


# ---- processes


def _calls(
    project: Project, module: Module, *, is_sure: bool
) -> Iterator[tuple[Stretch, Situated, f.Call, Meaning]]:
    """The calls of which it is known what they call, those that may not happen too unless they have to be sure."""
    outer: Meanings | None = None
    for stretch in stretches(project, module):
        meanings = Meanings(stretch, outer)
        outer = outer or meanings
        for situated in stretch.statements:
            for part, surely in evaluated(situated.statement):
                if isinstance(part, f.Call) and (surely or not is_sure):
                    meaning = meanings.of(part.function)
                    if meaning is not None:
                        yield stretch, situated, part, meaning


def _imports(project: Project, module: Module, names: tuple[str, ...]) -> bool:
    """Whether a file imports one of some top-level modules."""
    return any(
        isinstance(each.statement, f.Import | f.ImportFrom)
        and each.statement.module.partition(".")[0] in names
        for each in project.statements(module.path)
    )


def _told_method(project: Project, module: Module) -> str | None:
    """The start method that a file sets for its processes; None if it sets none."""
    for _, _, call, meaning in _calls(project, module, is_sure=False):
        if meaning.name == "multiprocessing.set_start_method":
            keywords = {keyword.name: keyword.value for keyword in call.keywords}
            return start_method(call.arguments[0] if call.arguments else keywords.get("method"))
    return None


def _where(project: Project, meaning: Meaning, told: str | None) -> str | None:
    """Where the processes of a call are not forked, in words: empty for the target, None for nowhere."""
    target = project.target
    method = meaning.method or told
    if method == RESTARTING:
        method = "spawn" if target.version >= (3, 11) else told
    if method == "fork":
        return None
    if method == UNKNOWN_METHOD:
        return " unless it is forked"
    forks = target.platform not in ("darwin", "win32") and target.version < (3, 14)
    return " on macOS, Windows, and Linux from Python 3.14 on" if method is None and forks else ""


def _worker(call: f.Call, meaning: Meaning) -> f.Name | None:
    """The function that a call hands to other processes, if it is a name."""
    keywords = {keyword.name: keyword.value for keyword in call.keywords}
    owner, _, method = meaning.name.rpartition(".")
    given: f.Expression | None = None
    if meaning.name == _PROCESS:
        given = keywords.get("target", call.arguments[1] if len(call.arguments) > 1 else None)
    elif meaning.name in (_POOL, _EXECUTOR):
        given = keywords.get("initializer")
    elif method in _TASKS.get(owner, ()):
        given = call.arguments[0] if call.arguments else keywords.get("func")
    return given if isinstance(given, f.Name) else None


def _left_out(project: Project) -> dict[str, Program]:
    """The `__main__.py` files that run under that name in `__spec__`: child processes do not run them again."""
    return {
        program.module.path: program
        for program in project.programs
        if program.module.is_main and program.start is not Start.FILE
    }


def _is_left_out(project: Project, module: Module) -> bool:
    """Whether a file is a `__main__.py` that nobody runs by its path."""
    return module.is_main and all(
        program.start is not Start.FILE for program in project.programs if program.module.path == module.path
    )


def _definitions(project: Project, module: Module) -> dict[str, Situated]:
    """The functions that a module's body defines, each name bound once."""
    found: dict[str, list[Situated]] = {}
    for situated in project.statements(module.path):
        if situated.circumstances.scope is Scope.MODULE and isinstance(situated.statement, f.FunctionDef):
            found.setdefault(situated.statement.name, []).append(situated)
    return {name: each[0] for name, each in found.items() if len(each) == 1}


# ---- pickles

_DUMPERS = ("pickle.dump", "pickle.dumps", "joblib.dump", "pickle.Pickler().dump")
_LOADING = re.compile(r"(?<!json\.)(?<!yaml\.)\bloads?\s*\(|\bUnpickler\b|\b__module__\b|\bcopyreg\b")


def _loads(module: Module) -> bool:
    """Whether the text of a file loads pickles too, or says by which name its classes are found."""
    source = read_source(module.path)
    return not isinstance(source, Source) or _LOADING.search(source.text) is not None


def _own_classes(project: Project, module: Module) -> dict[str, f.ClassDef]:
    """The classes that a module's body defines, whose objects are pickled as such."""
    return {
        each.statement.name: each.statement
        for each in project.statements(module.path)
        if each.circumstances.scope is Scope.MODULE
        and isinstance(each.statement, f.ClassDef)
        and not any(
            isinstance(inner, f.FunctionDef) and inner.name in ("__reduce__", "__reduce_ex__")
            for inner in each.statement.body
        )
    }


def _pickled(value: f.Expression, stretch: Stretch, defined: dict[str, f.ClassDef]) -> str | None:
    """The program's class that a pickled value is plainly made of."""
    match value:
        case f.Call(function=f.Name(id=name)) if name in defined:
            return name
        case f.Display(items=items):
            return next((found for item in items if (found := _pickled(item, stretch, defined))), None)
        case f.DictDisplay(items=items):
            values = (item.value for item in items)
            return next((found for each in values if (found := _pickled(each, stretch, defined))), None)
        case f.Comprehension(elements=(*_, element)):
            return _pickled(element, stretch, defined)
        case f.Name(id=name):
            given = _only_value(name, stretch)
            return _pickled(given, stretch, defined) if given is not None else None
    return None


def _only_value(name: str, stretch: Stretch) -> f.Expression | None:
    """What a stretch assigns to a name, if it does so once; not another name."""
    found = [
        each.statement.value
        for each in stretch.statements
        if isinstance(each.statement, f.Assign)
        and any(bound.id == name for target in each.statement.targets for bound in target_names(target))
    ]
    is_plain = len(found) == 1 and not any(
        isinstance(part, f.Name) and part.id == name for part in parts(found[0])
    )
    return found[0] if is_plain and not isinstance(found[0], f.Name) else None


RULES = (unguarded_multiprocessing, main_worker, pickled_main_class)
