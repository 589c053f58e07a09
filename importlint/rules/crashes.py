"""IL3: import cycles that fail, found by running them; one finding for each defect, where it shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from importlint.crashes import Crash, Cycle, find_crashes, late_binding, late_module
from importlint.diagnostics import Finding, Location, Severity, Step
from importlint.machine.trace import Failure
from importlint.remedies import find_remedy, tries
from importlint.rules.declaration import rule
from importlint.sharing import in_turn
from importlint.wording import hop_steps, listed, text_at

if TYPE_CHECKING:
    from importlint.project import Project


@rule("IL301", "cycle-crash", Severity.ERROR, "An import cycle fails, whichever of its modules comes first.")
def cycle_crash(project: Project) -> Iterator[Finding]:
    """Crashes of cycles that no first import gets through."""
    yield from _findings(project, (cycle for cycle in project.cycles if not _working(cycle)))


@rule(
    "IL302",
    "cycle-crash-from-entry",
    Severity.ERROR,
    "Whether an import cycle fails depends on which of its modules comes first.",
)
def cycle_crash_from_entry(project: Project) -> Iterator[Finding]:
    """Crashes of cycles that some first imports get through."""
    yield from _findings(project, (cycle for cycle in project.cycles if _working(cycle)))


def _findings(project: Project, cycles: Iterable[Cycle]) -> Iterator[Finding]:
    of_cycles = [tuple(find_crashes(project, cycle)) for cycle in cycles]
    crashes = [(crash, tries(crash.cycle, len(each))) for each in of_cycles for crash in each]

    def advice(crash: Crash, limit: int) -> str:
        remedy = find_remedy(project, crash, limit)
        return remedy.advice if remedy else ""

    found = in_turn(project, lambda each: advice(*each), crashes)
    for (crash, _), what_to_do in zip(crashes, found, strict=True):
        yield _finding(project, crash, what_to_do)


def _working(cycle: Cycle) -> list[str]:
    return [entry for entry, trace in cycle.traces.items() if trace.error is None]


def _finding(project: Project, crash: Crash, advice: str) -> Finding:
    failure = crash.failure
    late = late_module(failure, crash.entry)
    assert late is not None
    assert failure.missing_name is not None
    return Finding(
        location=failure.location,
        module=failure.module,
        message=f"{_who_fails(crash)}: {_what_is_missing(crash, late)}",
        label=_label(project, failure, late),
        trace=tuple(_steps(project, crash)),
        help=f"{advice}; with that, {_cured(crash)}" if advice else "",
        subjects=(late, failure.missing_name),
    )


def _who_fails(crash: Crash) -> str:
    if not _working(crash.cycle):
        return f"`import {crash.entry}` fails, whichever module of its cycle comes first"
    others = len(crash.failing) - 1
    so_too = (
        f" (so {'does 1 other module' if others == 1 else f'do {others} other modules'})" if others else ""
    )
    return f"`import {crash.entry}` fails if it comes first{so_too}"


def _what_is_missing(crash: Crash, late: str) -> str:
    failure = crash.failure
    if late != failure.from_module:
        return f"`{failure.from_module}` has no attribute `{failure.missing_name}` yet"
    where = "" if late == crash.entry else f" in `{late}`"
    return f"`{failure.missing_name}` is not bound{where} yet"


def _label(project: Project, failure: Failure, late: str) -> str:
    if late != failure.from_module:
        return f"`{late}` is still running: it becomes an attribute of its package when it ends"
    binding = late_binding(project, failure)
    reached = f"`{late}` has run only as far as its line {failure.reached}"
    return f"{reached}; `{failure.missing_name}` is bound at line {binding.span.line}" if binding else reached


def _steps(project: Project, crash: Crash) -> Iterator[Step]:
    """The imports from the entry to the failure, where the name is bound, and where else the same cycle fails."""
    failure = crash.failure
    yield from hop_steps(project, failure.chain, crash.cycle.traces[crash.entry])
    text = text_at(project, failure.module, failure.location, failure.missing_name)
    yield Step(failure.location, _outcome(crash), text)
    binding = late_binding(project, failure)
    module = project.named.get(failure.from_module or "")
    if binding is not None and module is not None:
        place = Location(module.display, binding.span)
        yield Step(place, f"binds `{failure.missing_name}`, too late", text_at(project, module.name, place))
    elsewhere: dict[Location, list[str]] = {}
    for entry in crash.failing:
        other = crash.cycle.traces[entry].error
        if other is not None and other.location != failure.location:
            elsewhere.setdefault(other.location, []).append(entry)
    for location, entries in sorted(elsewhere.items()):
        other = crash.cycle.traces[entries[0]].error
        assert other is not None
        yield Step(
            location,
            f"fails instead if {listed(entries, 'or')} comes first",
            text_at(project, other.module, location, other.missing_name),
        )
    yield from _working_program(project, crash)


def _working_program(project: Project, crash: Crash) -> Iterator[Step]:
    """The first program that runs well although importing its module fails: as `__main__` it runs twice."""
    for program in project.programs:
        if program.module.name in crash.failing:
            trace = project.program_runs.trace(program)
            if trace.error is None and not trace.possible:
                place = program.reasons[0].location
                note = f"`{program.command}` works: there `{program.module.name}` is `__main__`"
                is_own = place.path == program.module.display
                yield Step(place, note, text_at(project, program.module.name, place) if is_own else "")
                return


def _outcome(crash: Crash) -> str:
    here = [
        entry
        for entry in crash.failing
        if entry != crash.entry
        and (failure := crash.cycle.traces[entry].error) is not None
        and failure.location == crash.failure.location
    ]
    around = {hop.module for hop in crash.failure.chain} | {crash.failure.module}
    working = sorted(_working(crash.cycle), key=lambda entry: entry not in around)
    so_too = f", for {listed(here, 'and')} too" if here else ""
    works = f"; works if {listed(working, 'or')} comes first" if working else ""
    return f"fails{so_too}{works}"


def _cured(crash: Crash) -> str:
    healthy = len({*crash.failing, *_working(crash.cycle)})
    if healthy == len(crash.cycle.traces):
        return f"any of the {healthy} modules of the cycle can come first"
    return f"{listed(crash.failing, 'or')} can come first"


RULES = (cycle_crash, cycle_crash_from_entry)
