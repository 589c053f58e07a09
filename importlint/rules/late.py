"""IL416, IL417: names that are bound on the wrong side of a main guard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint.diagnostics import Certainty, Finding, Location, Severity, Step
from importlint.discovery import Module
from importlint.machine.trace import Failure
from importlint.programs.files import main_guards
from importlint.programs.reach import stretches
from importlint.rules.declaration import rule
from importlint.syntax import facts as f
from importlint.syntax.flow import Phase, Scope, Situated
from importlint.syntax.namespace import Binding, bindings
from importlint.syntax.places import contains
from importlint.syntax.traverse import evaluated
from importlint.wording import text_at

if TYPE_CHECKING:
    from importlint.project import Project


@rule("IL416", "guard-too-early", Severity.ERROR, "A main guard stands above a definition that it needs.")
def guard_too_early(project: Project) -> Iterator[Finding]:
    """Programs whose guard fails for want of a name that the file binds below it."""
    for program in project.programs:
        module = program.module
        if not _binds_below_guard(project, module):
            continue
        failure = _missing_name(project.program_runs.trace(program).error, "__main__", module)
        late = _bound_below(project, module, failure) if failure else None
        guard = _guard_above(project, module, late) if late else None
        if failure is None or late is None or guard is None or not _hangs_on_guard(project, module, failure):
            continue
        needs = Step(
            failure.location, f"needs `{late.name}`", text_at(project, module.name, failure.location)
        )
        binds = Location(module.display, late.span)
        yield Finding(
            location=Location(module.display, guard.span),
            module=module.name,
            message=f"this main guard runs before `{late.name}` is bound, in line {late.span.line}",
            trace=(needs, Step(binds, "binds it, too late", text_at(project, module.name, binds))),
            help="move the guard to the end of the file",
            subjects=(late.name,),
        )


@rule(
    "IL417",
    "name-bound-by-guard",
    Severity.ERROR,
    "A name that only the main guard binds is needed when the module is imported.",
)
def name_bound_by_guard(project: Project) -> Iterator[Finding]:
    """Modules whose import fails for want of a name that they bind as programs."""
    for module in project.importable_modules:
        namespace = project.namespace(module.path)
        if namespace is None:
            continue
        names = namespace.program_names - namespace.names
        if not names or not _needs_on_import(project, module, names):
            continue
        failure = _missing_name(project.runs.trace(module.name).error, module.name, module)
        if failure is None or failure.missing_name not in names:
            continue
        behind = [
            each for each in project.statements(module.path) if each.circumstances.phase is Phase.PROGRAM
        ]
        bound = next(each for each in _bindings(behind) if each.name == failure.missing_name)
        place = Location(module.display, bound.span)
        yield Finding(
            location=failure.location,
            module=module.name,
            message=f"`import {module.name}` fails: only the main guard binds `{bound.name}`",
            trace=(Step(place, "binds it, in a program", text_at(project, module.name, place)),),
            help="bind it outside the guard, or pass it to what needs it",
            subjects=(bound.name,),
        )


def _missing_name(failure: Failure | None, name: str, module: Module) -> Failure | None:
    """A failure that is a NameError in a module, for certain; else None."""
    if failure is None or failure.type != "NameError" or failure.missing_name is None:
        return None
    is_certain = failure.certainty is Certainty.CERTAIN
    is_here = failure.module == name and failure.location.path == module.display
    return failure if is_certain and is_here else None


def _bindings(situated: list[Situated]) -> Iterator[Binding]:
    return (binding for each in situated for binding in bindings(each) if not binding.unbinds)


def _bound_below(project: Project, module: Module, failure: Failure) -> Binding | None:
    """Where the file surely binds the name that is missing."""
    namespace = project.namespace(module.path)
    found = namespace.bindings if namespace else ()
    return next((each for each in found if each.name == failure.missing_name and each.certain), None)


def _binds_below_guard(project: Project, module: Module) -> bool:
    """Whether a file goes on after a main guard: only then the run of it can tell."""
    namespace, guard = project.namespace(module.path), next(main_guards(project, module), None)
    if namespace is None or guard is None:
        return False
    return any(binding.span.line > guard.span.line for binding in namespace.bindings)


def _guard_above(project: Project, module: Module, late: Binding) -> f.If | None:
    """The last main guard above a binding."""
    above = [guard for guard in main_guards(project, module) if guard.span.line < late.span.line]
    return above[-1] if above else None


def _hangs_on_guard(project: Project, module: Module, failure: Failure) -> bool:
    """Whether a failure in a program happens behind its guard, or in a function that an import does not call."""
    here = [
        each.circumstances.phase
        for each in project.statements(module.path)
        if each.circumstances.scope is not Scope.FUNCTION
        and (span := getattr(each.statement, "span", None))
        and contains(span, failure.location.span)
    ]
    if here:
        return here[-1] is Phase.PROGRAM
    on_import = project.runs.trace(module.name).error
    return on_import is None or on_import.location != failure.location


def _needs_on_import(project: Project, module: Module, names: frozenset[str]) -> bool:
    """Whether what runs when a module is imported reads one of some names."""
    return any(
        isinstance(part, f.Name) and part.id in names
        for stretch in stretches(project, module)
        for situated in stretch.statements
        if situated.circumstances.imported is not False
        for part, _ in evaluated(situated.statement)
    )


RULES = (guard_too_early, name_bound_by_guard)
