"""IL403, IL410: programs that have no package, or no `__spec__`, and act as if they had one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from importlint.diagnostics import Certainty, Finding, Location, Severity, Step
from importlint.discovery import Module
from importlint.finder.resolve import absolute_name
from importlint.finder.spec import Failure, FailureKind
from importlint.graph.link import Link
from importlint.programs.files import is_run_by_path
from importlint.programs.program import Program, Start
from importlint.programs.reach import stretches
from importlint.rules.declaration import rule
from importlint.syntax import facts as f
from importlint.syntax.flow import Circumstances, Phase, catches
from importlint.syntax.namespace import written
from importlint.syntax.qualified import Aliases, qualified_name
from importlint.syntax.source import Source, read_source
from importlint.syntax.traverse import evaluated

if TYPE_CHECKING:
    from importlint.project import Project


@rule(
    "IL403",
    "script-relative-import",
    Severity.ERROR,
    "A relative import stands in a file that has no package.",
)
def script_relative_import(project: Project) -> Iterator[Finding]:
    """Relative imports in top-level modules, and in files that are run by their paths, or by their directories."""
    programs = _by_file(project)
    for module in project.given_modules:
        links = [link for link in project.reading.links[module.path] if _is_unguarded_relative(link)]
        ways = _without_package(project, module, programs) if links else ()
        if any(map(_is_rootless, links)) and not _assigns(project, module, "__package__"):
            directory = next((each for each in ways if each.start is Start.DIRECTORY), None)
            yield from (_relative_finding(link, directory) for link in links)
            continue
        for program in ways:
            failing = _failing_links(project, program, links)
            if failing:
                yield from (_relative_finding(link, program) for link in failing)
                break


def _is_unguarded_relative(link: Link) -> bool:
    """Whether a link is a relative import that surely runs, and whose failure nothing catches."""
    is_relative = isinstance(link.statement, f.ImportFrom) and link.statement.level > 0
    here = link.circumstances
    return is_relative and here.certain and not catches(here.caught, "ImportError")


def _is_rootless(link: Link) -> bool:
    return link.failure is not None and link.failure.kind is FailureKind.NO_PARENT_PACKAGE


def _failing_links(project: Project, program: Program, links: list[Link]) -> list[Link]:
    """The relative imports that fail in a program, if the run of it says that one does: those after it are next."""
    if program.start is Start.MODULE and not _assigns(project, program.module, "__package__"):
        return [link for link in links if _is_beyond(project, program, link)]
    failure = project.program_runs.trace(program).error
    if failure is None or failure.certainty is not Certainty.CERTAIN or failure.module != "__main__":
        return []
    if not failure.message.startswith("attempted relative import"):
        return []
    return [
        link
        for link in links
        if link.location == failure.location
        or (link.location > failure.location and link.phase in (Phase.IMPORT_TIME, Phase.PROGRAM))
    ]


def _is_beyond(project: Project, program: Program, link: Link) -> bool:
    """Whether a relative import climbs out of the packages that `python -m` gives to what it runs from inside them."""
    assert isinstance(link.statement, f.ImportFrom)
    level, name = link.statement.level, link.statement.module
    found = absolute_name(program.package or "", level, name, project.target.version)
    return isinstance(found, Failure) and link.phase in (Phase.IMPORT_TIME, Phase.PROGRAM)


def _relative_finding(link: Link, program: Program | None) -> Finding:
    assert isinstance(link.statement, f.ImportFrom)
    module, name = link.module, link.statement.written
    if program is None:
        why = f"`{module.name}` is not in a package"
    elif program.package:
        why = f"`{program.command}` starts in the package `{program.package}`"
    else:
        why = f"`{program.command}` gives it no package"
    as_module = f"`python -m {module.name.removesuffix('.__main__')}`" if module.package else "`python -m`"
    return Finding(
        location=link.location,
        module=module.name,
        message=f"`{name}` has nothing to start from: {why}",
        trace=_steps(program),
        help=f"import it by its absolute name, or run the file as part of its package with {as_module}",
        severity=Severity.WARNING if link.phase is Phase.TYPING else None,
        subjects=(name,),
    )


@rule(
    "IL410",
    "spec-none-in-main",
    Severity.WARNING,
    "A program asks for its own `__spec__` or `__package__`, which are None in a file that is run.",
)
def spec_none_in_main(project: Project) -> Iterator[Finding]:
    """What fails for want of a spec, or a package, in programs that are run by their paths or have no packages."""
    programs = _by_file(project)
    for module in project.given_modules:
        ways = _without_package(project, module, programs)
        if not ways or not _speaks_of_itself(module):
            continue
        if _assigns(project, module, "__package__") or _assigns(project, module, "__spec__"):
            continue
        found: dict[Location, Finding] = {}
        for program in ways:
            for span, what, why, error in _lacking(project, program):
                location = Location(module.display, span)
                finding = Finding(
                    location=location,
                    module=module.name,
                    message=f"`{what}` fails in `{program.command}`: {why}",
                    label=f"raises {error}",
                    trace=_steps(program),
                    help="run it with `python -m`, as part of a package",
                    subjects=(what,),
                )
                found.setdefault(location, finding)
        yield from found.values()


_OF_ITSELF = re.compile(r"\b__spec__\s*\.|\b__package__\b|\b(?:get_data|find_spec|resources|reload)\b")


def _speaks_of_itself(module: Module) -> bool:
    """Whether the text of a file has a word that this rule is about."""
    source = read_source(module.path)
    return isinstance(source, Source) and _OF_ITSELF.search(source.text) is not None


def _lacking(project: Project, program: Program) -> Iterator[tuple[f.Span, str, str, str]]:
    """Where a program surely uses what it lacks: the span, the words, why, and the exception's name."""
    for stretch in stretches(project, program.module):
        for situated in stretch.statements:
            if not _runs(situated.circumstances):
                continue
            for part, is_sure in evaluated(situated.statement):
                lack = _lack(part, program, stretch.aliases) if is_sure else None
                if lack is not None and not catches(situated.circumstances.caught, lack[3]):
                    yield lack


def _runs(here: Circumstances) -> bool:
    return here.program is True and not here.handling


def _lack(part: f.Expression, program: Program, aliases: Aliases) -> tuple[f.Span, str, str, str] | None:
    has_spec = program.start is not Start.FILE
    package = "`__package__` is empty" if has_spec else "`__package__` is None"
    match part:
        case f.Attribute(value=f.Name(id="__spec__" | "__package__" as name), attr=attr, span=span):
            return None if has_spec else (span, f"{name}.{attr}", f"`{name}` is None", "AttributeError")
        case f.Call(function=function, arguments=(first, *others), keywords=keywords, span=span):
            called = qualified_name(function, aliases)
            named = {keyword.name: keyword.value for keyword in keywords}
            if called in _RELATIVE and _is_relative_text(first):
                base = others[0] if others else named.get("package")
                if _is_name(base, "__package__"):
                    error = "TypeError" if called == "importlib.import_module" else "ImportError"
                    return span, f"{called}(..., __package__)", package, error
            elif called in _ANCHORED and _is_name(first, "__package__"):
                return span, f"{called}(__package__)", package, "AttributeError"
            elif called in _NAMED and not has_spec and (_is_name(first, "__name__") or _is_either(first)):
                return span, f"{called}(__name__)", "`__spec__` is None", "ValueError"
            elif (
                called == "importlib.reload" and _is_own_module(first, aliases) and not program.module.is_main
            ):
                return span, f"{called}(sys.modules[__name__])", "it is called `__main__`", "ImportError"
    return None


_RELATIVE = ("importlib.import_module", "importlib.util.find_spec", "importlib.util.resolve_name")
"""Functions that take a relative name, and the package that it starts from."""
_ANCHORED = (
    "pkgutil.get_data",
    *(
        f"importlib.resources.{name}"
        for name in "files open_binary open_text path read_binary read_text".split()
    ),
)
"""Functions whose first argument is a package."""
_NAMED = ("pkgutil.get_data", "importlib.util.find_spec")
"""Functions that ask the module of a name for its `__spec__`."""


def _is_name(expression: f.Expression | None, name: str) -> bool:
    return isinstance(expression, f.Name) and expression.id == name


def _is_either(expression: f.Expression) -> bool:
    """`__package__ or __name__`."""
    match expression:
        case f.BooleanOperation(operator="or", values=(f.Name(id="__package__"), f.Name(id="__name__"))):
            return True
    return False


def _is_own_module(expression: f.Expression, aliases: Aliases) -> bool:
    """`sys.modules[__name__]`."""
    match expression:
        case f.Subscript(value=owner, index=f.Name(id="__name__")):
            return qualified_name(owner, aliases) == "sys.modules"
    return False


def _is_relative_text(expression: f.Expression) -> bool:
    """Whether a text starts with a dot, as far as it is written out."""
    match expression:
        case f.Constant(value=str(text)):
            return text.startswith(".")
        case f.BinaryOperation(left=left, operator="+" | "%"):
            return _is_relative_text(left)
        case f.JoinedText(values=(first, *_)):
            return _is_relative_text(first)
    return False


# ---- programs without a package


def _by_file(project: Project) -> Mapping[str, Sequence[Program]]:
    found: dict[str, list[Program]] = {}
    for program in project.programs:
        found.setdefault(program.module.path, []).append(program)
    return found


def _without_package(
    project: Project, module: Module, by_file: Mapping[str, Sequence[Program]]
) -> tuple[Program, ...]:
    """The ways to start a file that give it no package, or a smaller one than it is in.

    What it looks like counts where no command starts it, and nothing says that it could be part of a package.
    """
    programs = by_file.get(module.path, ())
    told = [
        each for each in programs if any(reason.location.path != module.display for reason in each.reasons)
    ]
    found = told or [each for each in programs if each.start is Start.DIRECTORY or not module.package]
    if not any(each.start is Start.FILE for each in found) and is_run_by_path(project, module):
        found += [each for each in programs if each.start is Start.FILE]
    return tuple(each for each in found if not each.package or each.package != module.package)


def _steps(program: Program | None) -> tuple[Step, ...]:
    """What says that a file is run so, where it is not the file itself."""
    if program is None:
        return ()
    return tuple(
        Step(reason.location, f"runs it: {reason.text}")
        for reason in program.reasons
        if reason.location.path != program.module.display
    )


def _assigns(project: Project, module: Module, name: str) -> bool:
    """Whether a file assigns a name at module level: PEP 366 has it of `__package__`."""
    return any(
        _is_name(target, name)
        for each in project.statements(module.path)
        for target in written(each.statement)
    )


RULES = (script_relative_import, spec_none_in_main)
