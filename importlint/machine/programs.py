"""Running programs: what happens when a file runs under the name `__main__`, up to the end of its body.

Its packages are imported first if it is started with `-m` (`runpy._get_module_details`); then its body runs as the
module `__main__`, which its own name does not find in `sys.modules`. CPython `pymain_run_python` in `Modules/main.c`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from importlint import collector
from importlint.finder.spec import Kind, Spec
from importlint.machine.entries import FROM_OUTSIDE, on_a_large_stack, traced
from importlint.machine.interpreter import Machine
from importlint.machine.run import CALL_STEPS, CutShort, Raised, Run
from importlint.machine.state import State
from importlint.machine.trace import Event, Failure, Happening, Trace
from importlint.machine.values import ExceptionObject, MainModule, ModuleObject
from importlint.machine.world import ProjectWorld
from importlint.programs.program import Program, Start
from importlint.syntax.flow import catches

if TYPE_CHECKING:
    from importlint.project import Project

_STEPS = 2 * CALL_STEPS
"""How many statements a program's own body, and the calls in it, may run in all: demonstrations draw for seconds."""
_ENDS = ("SystemExit", "KeyboardInterrupt")
"""Exceptions with which a program ends well."""
_NO_SPEC = frozenset(("ImportError", "AttributeError", "TypeError", "ValueError"))
"""Exceptions for which `python -m` says that it did not find what it is to run."""


class ProgramRuns:
    """The traces of a project's programs, each run once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._machines: dict[tuple[str, ...], Machine] = {}
        self._traces: dict[Program, Trace] = {}

    def trace(self, program: Program) -> Trace:
        """What running `program` does; its entry is the command that runs it.

        The name of its own module among the events is a second run of its file.
        """
        if program not in self._traces:
            machine = self._machine(program)
            with collector.paused():
                self._traces[program] = on_a_large_stack(lambda: _run(machine, program))
        return self._traces[program]

    def _machine(self, program: Program) -> Machine:
        """The machine of the programs that search the same path, which share what they import."""
        path = program.search_path
        if path not in self._machines:
            from msgspec.structs import replace

            world = ProjectWorld(self._project, importer=replace(program.module, search_path=path))
            self._machines[path] = Machine(Run(world, State()))
        return self._machines[path]


def _run(machine: Machine, program: Program) -> Trace:
    run, journal = machine.run, machine.run.journal
    mark = journal.mark()
    run.begin()
    error: Failure | None = None
    try:
        _start(machine, program)
    except Raised as raised:
        failure = raised.failure
        error = None if failure.type in _ENDS else failure
    finally:
        journal.go_back(mark)
    return traced(run, program.command, error, is_program=True)


def _start(machine: Machine, program: Program) -> None:
    """Find what the program names, and run it as the module `__main__`, which is there from the start.

    Raises:
        Raised: an exception leaves it, or a package that it is in.
    """
    run = machine.run
    main = _main_module(machine, program.module.path)
    run.journal.put(run.state.modules, "__main__", main)
    spec_name = program.spec_name
    if program.start is Start.MODULE:
        found = _find_main(machine, program.name)
        if found is None or found.origin is None:
            return  # Python says so, and exits
        if found.origin != main.spec.origin:
            main = _main_module(machine, found.origin)
            run.journal.put(run.state.modules, "__main__", main)
        spec_name = found.name
    run.journal.set(main, "spec_name", spec_name)
    run.steps_of_entry = _STEPS
    run.events.append(Event(Happening.START, "__main__"))
    try:
        if main.code is not None:
            with suppress(CutShort):
                machine.loader.execute(main)
    except Raised:
        run.events.append(Event(Happening.ERROR, "__main__"))
        raise
    run.events.append(Event(Happening.END, "__main__"))


def _main_module(machine: Machine, path: str) -> MainModule:
    """The module `__main__` before the file at `path` runs in it."""
    spec = Spec(name="__main__", kind=Kind.SOURCE, origin=path)
    return MainModule(
        "__main__",
        spec,
        machine.run.world.code(spec),
        is_followed=True,
        is_package=False,
        initialising=False,  # as `import` sees it, which did not make it
    )


def _find_main(machine: Machine, name: str) -> Spec | None:
    """The spec of what `python -m name` runs, which imports its packages; None where there is none.

    CPython `_get_module_details` in `Lib/runpy.py`.
    """
    modules = machine.run.state.modules
    parent = name.rpartition(".")[0]
    if parent:
        try:
            machine.loader.load(parent, FROM_OUTSIDE)
        except Raised as raised:
            value = raised.value
            missing = value.name if isinstance(value, ExceptionObject) and value.name else None
            if missing is None or not f"{parent}.".startswith(f"{missing}."):
                raise
    if parent and name not in modules:
        try:
            machine.loader.load(parent, FROM_OUTSIDE)  # again, if that has failed
        except Raised as raised:
            if catches(_NO_SPEC, raised.failure.type):
                return None
            raise
    if name not in modules:
        machine.loader.ask_path(modules.get(parent), FROM_OUTSIDE)
    loaded = modules.get(name)
    spec = loaded.spec if isinstance(loaded, ModuleObject) else machine.run.world.resolve(name).spec
    if spec is None or not spec.is_package:
        return spec
    return None if name.rpartition(".")[2] == "__main__" else _find_main(machine, f"{name}.__main__")
