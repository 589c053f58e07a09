"""IL4: modules that run as programs, under the name `__main__`, and other names that they have."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from importlint.diagnostics import Certainty, Finding, Location, Severity, Step
from importlint.discovery import Module
from importlint.graph.components import strongly_connected_components
from importlint.machine.trace import Event, Failure, Happening, Trace
from importlint.programs.doubled import Doubled, Kind, find_doubled
from importlint.programs.files import is_known_to_run
from importlint.programs.program import Program, Start
from importlint.rules.declaration import rule
from importlint.syntax.flow import Phase
from importlint.wording import listed, text_at

if TYPE_CHECKING:
    from importlint.project import Project

_RUNNING = (Phase.IMPORT_TIME, Phase.PROGRAM, Phase.DEFERRED, Phase.LAZY)


@rule(
    "IL401",
    "main-imported-twice",
    Severity.ERROR,
    "A module that is run as a program is also imported by its own name.",
)
def main_imported_twice(project: Project) -> Iterator[Finding]:
    """Programs whose own imports lead back to them: their body runs a second time, as another module."""
    reported: set[str] = set()
    for program in _may_lead_back(project):
        if program.module.path in reported:
            continue
        names = _own_names(project, program)
        trace = project.program_runs.trace(program)
        ways = (way for way in _ways_back(trace, names) if _counts(project, program, way))
        way = next(ways, None)
        if way is not None and not _asks_for_itself(project, program, names):
            reported.add(program.module.path)
            yield _twice(project, program, names, trace, way)


def _may_lead_back(project: Project) -> Iterator[Program]:
    """The programs that are worth a run, judged by the import graph alone."""
    at_import, ever = _cyclic(project, (Phase.IMPORT_TIME,)), _cyclic(project, _RUNNING)
    for program in project.programs:
        in_package = program.own_directory is not None and bool(program.module.package)
        cyclic = ever if _is_more_than_shown(project, program) else at_import
        if program.module.name in cyclic or in_package:
            yield program


def _cyclic(project: Project, phases: tuple[Phase, ...]) -> frozenset[str]:
    """The modules that can reach themselves by imports of some phases."""
    graph = project.graph.successors(phases, implicit=True)
    components = strongly_connected_components(graph)
    return frozenset(name for each in components if len(each) > 1 for name in each)


def _is_more_than_shown(project: Project, program: Program) -> bool:
    """Whether it is more than a module of a package with a guard, in which it shows or tests what it does."""
    return program.start is not Start.MODULE or is_known_to_run(project, program)


def _own_names(project: Project, program: Program) -> frozenset[str]:
    """The names by which imports in the running program load its file a second time."""
    names = {program.module.name}
    if program.own_directory is not None:
        stem = os.path.basename(program.module.path).removesuffix(".py")
        spec = project.finder.find(stem, program.search_path).spec
        if spec is not None and spec.origin == program.module.path:
            names.add(stem)
    return frozenset(names - {"__main__"})


def _ways_back(trace: Trace, names: frozenset[str]) -> Iterator[tuple[Event, ...]]:
    """From `__main__` to each start of a body under one of `names`: the starts under way, outermost first."""
    for way in _ways_to(trace, names):
        if way[0].module == "__main__":
            yield way[1:]


def _ways_to(trace: Trace, names: frozenset[str]) -> Iterator[tuple[Event, ...]]:
    """The starts under way, outermost first, whenever one of the modules `names` starts."""
    under_way: list[Event] = []
    for event in trace.events:
        if event.happening is Happening.START:
            under_way.append(event)
            if event.module in names:
                yield tuple(under_way)
        elif event.happening is not Happening.FOUND:
            under_way.pop()


def _asks_for_itself(project: Project, program: Program, names: frozenset[str]) -> bool:
    """Whether the program imports itself: on purpose, as in `import pdb; pdb.main()`, or else IL309 speaks of it."""
    path = program.module.path
    return any(
        link.phase is not Phase.TYPING
        and (
            link.asked in names or any(load.spec.origin == path and not load.implicit for load in link.loads)
        )
        for link in project.reading.links[path]
    )


def _counts(project: Project, program: Program, way: Sequence[Event]) -> bool:
    """Whether it is more than the guard in a module of a package that leads back."""
    return _is_more_than_shown(project, program) or any(
        link.location == way[0].cause and link.phase is Phase.IMPORT_TIME
        for link in project.reading.links[program.module.path]
    )


def _twice(
    project: Project, program: Program, names: frozenset[str], trace: Trace, way: Sequence[Event]
) -> Finding:
    module = program.module
    doubled = find_doubled(project, module)
    failure = _failure_of_second_run(project, module, names, trace)
    cause = way[0].cause
    assert cause is not None
    is_certain = all(event.certain for event in way)
    what = f"`{module.name}` {'runs' if is_certain else 'may run'} twice when it is run as a program"
    return Finding(
        location=cause,
        module=_module_at(project, cause).name,
        message=f"{what}, and fails: {failure.type}: {failure.message}"
        if failure
        else f"{what}: its imports lead back to it",
        label=_label(doubled),
        trace=(*_steps(project, way, failure), *_doubled_steps(project, module, doubled)),
        help=f"move what others need from `{module.name}` into a module that is not run",
        certainty=Certainty.CERTAIN if is_certain else Certainty.POSSIBLE,
        severity=None if failure or doubled else Severity.WARNING,
        subjects=(module.name,),
    )


def _failure_of_second_run(
    project: Project, module: Module, names: frozenset[str], trace: Trace
) -> Failure | None:
    """What ends the program in its second run, although the module can be imported."""
    failure = trace.error
    if failure is None or failure.certainty is not Certainty.CERTAIN:
        return None
    in_second_run = any(hop.loads in names for hop in failure.chain)
    return failure if in_second_run and project.runs.trace(module.name).error is None else None


def _label(doubled: Sequence[Doubled]) -> str:
    names = [each.name for each in doubled]
    return f"then there are two of {listed(names, 'and')}" if names else ""


def _steps(project: Project, way: Sequence[Event], failure: Failure | None) -> Iterator[Step]:
    for event in way:
        assert event.cause is not None
        again = " again, beside `__main__`" if event is way[-1] else ""
        yield Step(event.cause, f"runs `{event.module}`{again}", event.statement)
    if failure is not None:
        text = text_at(project, failure.module, failure.location, failure.missing_name)
        yield Step(failure.location, "fails", text)


def _doubled_steps(project: Project, module: Module, doubled: Sequence[Doubled]) -> Iterator[Step]:
    """One example of each kind of what there are two of."""
    for kind in Kind:
        example = next((each for each in doubled if each.kind is kind), None)
        if example is not None:
            place = Location(module.display, example.span)
            yield Step(place, f"runs twice: {kind.value}", text_at(project, module.name, place))


def _module_at(project: Project, location: Location) -> Module:
    return next(module for module in project.reading.modules if module.display == location.path)


@rule(
    "IL402",
    "main-preloaded",
    Severity.WARNING,
    "A package imports the module that is run from it with `python -m`, before it runs.",
)
def main_preloaded(project: Project) -> Iterator[Finding]:
    """Modules run with `-m` whose packages have run them already, under their own names: `runpy` warns of it."""
    programs = [each for each in project.programs if each.package and _is_run_with_m(each)]
    packages = sorted({each.package for each in programs if each.package})
    traces = dict(zip(packages, project.runs.traces(packages), strict=True))
    for program in programs:
        trace, name = traces[program.package or ""], program.spec_name or ""
        is_loaded = any(each.module == name and each.happening is Happening.END for each in trace.events)
        if trace.error is not None or not is_loaded:
            continue
        way = next(_ways_to(trace, frozenset({name})), None)
        if way is None or not all(event.certain for event in way) or way[-1].cause is None:
            continue
        cause = way[-1].cause
        yield Finding(
            location=cause,
            module=_module_at(project, cause).name,
            message=f"`{program.command}` runs `{name}` twice: `{program.package}` has imported it by then",
            label=_label(find_doubled(project, program.module)),
            trace=tuple(_steps(project, way[1:], None)),
            subjects=(program.module.name,),
        )


def _is_run_with_m(program: Program) -> bool:
    """Whether more than a guard in the file itself says so: in packages, guards are there for tests too."""
    is_said = any(reason.location.path != program.module.display for reason in program.reasons)
    return program.start is Start.MODULE and (program.module.is_main or is_said)


RULES = (main_imported_twice, main_preloaded)
