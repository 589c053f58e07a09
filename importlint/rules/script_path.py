"""IL412, IL415: what a program finds, or does not, since its own directory is the first one searched.

Command line and environment, "Interface options"; CPython `pymain_run_python`, `_PyPathConfig_ComputeSysPath0`.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from importlint.diagnostics import Finding, Severity, Step
from importlint.discovery import Module, is_regular_package
from importlint.finder.spec import Kind, Spec
from importlint.graph.link import Link
from importlint.programs.path_edits import edits_path
from importlint.programs.program import Program, Start
from importlint.rules.declaration import rule
from importlint.syntax import facts as f
from importlint.syntax.flow import Phase, catches

if TYPE_CHECKING:
    from importlint.project import Project


@rule(
    "IL412",
    "script-dir-shadows",
    Severity.ERROR,
    "A file beside a program hides a module that one of its imports needs.",
)
def script_dir_shadows(project: Project) -> Iterator[Finding]:
    """Programs run by their paths whose imports lead to a library module, and get a file of its name instead."""
    reported: set[tuple[str, str]] = set()
    for program in project.programs:
        directory = program.own_directory
        if directory is None or edits_path(project, program.module):
            continue
        hidden = _hidden_modules(project, directory)
        for name, way in _ways_to_hidden(project, program, hidden).items():
            if (directory, name) not in reported:
                reported.add((directory, name))
                yield _shadowed(project, program, name, hidden[name], way)


class Hidden(Struct, frozen=True, kw_only=True):
    """A library module, and what is found in its place in a program's directory."""

    beside: Spec
    library: Spec


def _hidden_modules(project: Project, directory: str) -> Mapping[str, Hidden]:
    """What in a program's directory comes before a module of the environment, by name; built-in modules win."""
    entry = project.finder.path_finder.entry_finder(directory)
    found: dict[str, Hidden] = {}
    for name in entry.module_names() if entry else ():
        spec = project.finder.find(name, (directory, *project.environment.path)).spec
        library = project.finder.find(name, project.environment.path).spec
        if spec is None or library is None or spec.origin is None or spec.origin == library.origin:
            continue
        is_beside = os.path.dirname(_place(spec)) == directory
        is_known = project.environment.known or project.finder.standard_library(name) is not None
        if is_beside and is_known and library.kind is not Kind.NAMESPACE:
            found[name] = Hidden(beside=spec, library=library)
    return found


def _place(spec: Spec) -> str:
    """The file or directory of a top-level module."""
    assert spec.origin is not None
    return os.path.dirname(spec.origin) if spec.is_package else spec.origin


def _ways_to_hidden(
    project: Project, program: Program, hidden: Mapping[str, Hidden]
) -> Mapping[str, tuple[Link, ...]]:
    """The shortest ways by which a program's imports come to hidden modules that are surely meant.

    What a script imports itself from beside it may be what it wants: that is IL201's and IL202's business.
    """
    ways: dict[str, tuple[Link, ...]] = {}
    seen = {program.module.path}
    waiting: deque[tuple[Module, tuple[Link, ...]]] = deque([(program.module, ())] if hidden else [])
    while waiting:
        module, way = waiting.popleft()
        is_script = not project.is_installed(module.path) and not is_regular_package(
            os.path.dirname(module.path)
        )
        for link in project.closure.links(module):
            if not way and not program.package and _is_relative(link):
                break  # it fails, unless the file has said what its package is: IL403 knows
            if not link.circumstances.certain or not _runs(link, is_program=not way):
                continue
            top = link.asked.partition(".")[0]
            if top in hidden and not _is_relative(link):
                if not is_script:
                    ways.setdefault(top, (*way, link))
                continue
            for load in link.loads:
                spec = load.spec
                is_new = spec.origin is not None and spec.origin not in seen
                if is_new and spec.kind is Kind.SOURCE and spec.name not in project.finder.preloaded:
                    assert spec.origin is not None
                    seen.add(spec.origin)
                    waiting.append((project.module_of(spec), (*way, link)))
    return ways


def _runs(link: Link, *, is_program: bool) -> bool:
    return link.phase is Phase.IMPORT_TIME or (is_program and link.phase is Phase.PROGRAM)


def _is_relative(link: Link) -> bool:
    return isinstance(link.statement, f.ImportFrom) and link.statement.level > 0


def _shadowed(
    project: Project, program: Program, name: str, hidden: Hidden, way: tuple[Link, ...]
) -> Finding:
    assert hidden.beside.origin is not None
    beside = project.shown(hidden.beside.origin)
    first, last = way[0], way[-1]
    of_whom = "the standard library's" if project.finder.standard_library(name) else "the installed"
    gets = f"gets `{beside}`"
    with_m = (
        f"run it with `python -m {program.module.name}`, or "
        if is_regular_package(_directory(program))
        else ""
    )
    return Finding(
        location=first.location,
        module=program.module.name,
        message=f"`{program.command}` makes `{beside}` hide {of_whom} `{name}`",
        label=gets if first is last else f"`{last.module.name}` imports `{name}`, and {gets}",
        trace=tuple(
            Step(link.location, gets if link is last else f"runs `{link.asked}`", link.text) for link in way
        ),
        help=f"{with_m}rename `{beside}`",
        subjects=(program.module.name, name),
    )


def _directory(program: Program) -> str:
    return os.path.dirname(program.module.path)


@rule(
    "IL415",
    "script-without-its-package",
    Severity.WARNING,
    "A file of a package is run by its path, and imports the package, which is not found then.",
)
def script_without_its_package(project: Project) -> Iterator[Finding]:
    """Imports of its own package in a program whose directory, inside the package, is searched instead."""
    if not project.environment.known:
        return
    for program in project.programs:
        module = program.module
        if program.start is not Start.FILE or not is_regular_package(_directory(program)):
            continue
        link = None if edits_path(project, module) else _first_of_own_package(project, program)
        if link is None:
            continue
        top = module.name.partition(".")[0]
        yield Finding(
            location=link.location,
            module=module.name,
            message=f"`{program.command}` fails: No module named {top!r}",
            label=f"`{os.path.dirname(module.display)}/` is searched, not the directory that holds `{top}`",
            help=f"run it with `python -m {module.name}`, or install the project",
            subjects=(module.name, top),
        )


def _first_of_own_package(project: Project, program: Program) -> Link | None:
    """The first import of its own top-level package that surely runs and fails in a program."""
    top = program.module.name.partition(".")[0]
    own = (program.own_directory,) if program.own_directory else ()
    search = project.finder.find(top, (*own, *project.environment.path))
    if search.spec is not None or search.opaque is not None:
        return None
    for link in project.reading.links[program.module.path]:
        here = link.circumstances
        if _runs(link, is_program=True) and link.asked.partition(".")[0] == top and not _is_relative(link):
            return link if here.certain and not catches(here.caught, "ModuleNotFoundError") else None
    return None


RULES = (script_dir_shadows, script_without_its_package)
