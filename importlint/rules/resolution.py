"""IL1: names that do not resolve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint.absence import (
    has_stub,
    hidden_package,
    is_first_party,
    is_judged,
    is_of_other_platform,
    near_names,
    standard_library_note,
)
from importlint.diagnostics import Finding, Location, Severity
from importlint.errors import did_you_mean
from importlint.finder.spec import FailureKind
from importlint.graph.link import Link
from importlint.rules.declaration import rule
from importlint.syntax import facts as f
from importlint.syntax.flow import Phase, catches

if TYPE_CHECKING:
    from importlint.project import Project

_TYPING_ONLY = frozenset({"_typeshed", "ty_extensions"})
"""Packages that exist for type checkers alone."""


@rule("IL101", "module-not-found", Severity.ERROR, "An import names a module that no finder finds.")
def module_not_found(project: Project) -> Iterator[Finding]:
    """Imports of what is not there, unless something catches the error or code that is not run could make it.

    A module that is missed several times in one file is reported where it is missed first.
    """
    missing: dict[tuple[str, str], list[Link]] = {}
    for link in _unguarded(project, "ModuleNotFoundError"):
        failure = link.failure
        if failure is None or failure.kind is not FailureKind.NOT_FOUND or link.is_dynamic:
            continue
        if link.phase is Phase.TYPING and _has_stub(project, link):
            continue
        if link.phase is Phase.DEFERRED and is_of_other_platform(project, failure.name):
            continue  # the usual way to write code for several platforms
        if is_judged(project, link):
            missing.setdefault((link.module.path, failure.name), []).append(link)
    for (_, name), found in missing.items():
        yield _missing(
            project, name, min(found, key=lambda link: (_ORDER.index(link.phase), link.span)), len(found)
        )


_ORDER = (Phase.IMPORT_TIME, Phase.PROGRAM, Phase.LAZY, Phase.DEFERRED, Phase.TYPING)


def _missing(project: Project, name: str, link: Link, times: int) -> Finding:
    note = standard_library_note(project, name)
    top = name.partition(".")[0]
    optional = link.phase in (Phase.TYPING, Phase.LAZY) or (
        link.phase is Phase.DEFERRED and note is None and not is_first_party(project, top, link.module)
    )
    meant = _meant(name, near_names(project, name, link.module))
    again = f" (missed {times} times in this file)" if times > 1 else ""
    return Finding(
        location=link.location,
        module=link.module.name,
        message=f"no module named `{name}`" + (f" ({note})" if note else ""),
        label=_when(link) + again,
        help=meant or _searched(project, link),
        severity=Severity.WARNING if optional else None,
        subjects=(name,),
    )


@rule("IL102", "name-not-found", Severity.ERROR, "A `from` import names what the module does not have.")
def name_not_found(project: Project) -> Iterator[Finding]:
    """Names that a completely known module neither binds nor has as a submodule."""
    for link in _unguarded(project, "ImportError"):
        spec = link.resolution.spec if link.resolution else None
        if spec is None or not isinstance(link.statement, f.ImportFrom):
            continue
        own = spec.origin == link.module.path
        exports = project.exports(spec, besides=link.statement if own else None)
        if exports is None:
            continue
        if link.phase is Phase.TYPING:
            exports |= project.typing_names(spec)
        for name in link.statement.names:
            if name.name == "*" or name.name in exports or project.submodule(spec, name.name, link.module):
                continue
            where = project.shown(spec.origin) if spec.origin else spec.name
            yield Finding(
                location=Location(link.module.display, name.span),
                module=link.module.name,
                message=f"cannot import name `{name.name}` from `{spec.name}`",
                label=f"`{where}` neither binds it nor has a submodule of that name",
                help=_meant(name.name, exports),
                severity=Severity.WARNING if link.phase is Phase.TYPING else None,
                subjects=(spec.name, name.name),
            )


@rule("IL103", "parent-not-a-package", Severity.ERROR, "An import goes below a module that is not a package.")
def parent_not_a_package(project: Project) -> Iterator[Finding]:
    """Dotted names whose parent is a plain module."""
    for link in _unguarded(project, "ModuleNotFoundError"):
        failure = link.failure
        if link.resolution is None or failure is None or failure.kind is not FailureKind.NOT_A_PACKAGE:
            continue
        parent = link.resolution.searches[-2].spec
        if parent is None or not is_judged(project, link):
            continue
        origin = project.shown(parent.origin) if parent.origin else parent.kind.value
        hidden = hidden_package(project, parent, link.module)
        yield Finding(
            location=link.location,
            module=link.module.name,
            message=f"no module named `{failure.name}`: `{parent.name}` is not a package",
            label=f"`{parent.name}` is `{origin}`",
            help=f"`{origin}` hides the package `{hidden}`: rename one of them" if hidden else "",
            severity=Severity.WARNING if link.phase is Phase.TYPING else None,
            subjects=(failure.name,),
        )


@rule("IL104", "beyond-top-level", Severity.ERROR, "A relative import has more dots than there are packages.")
def beyond_top_level(project: Project) -> Iterator[Finding]:
    """Relative imports that climb out of the top-level package."""
    for link in _unguarded(project, "ImportError"):
        failure = link.failure
        if failure is None or failure.kind is not FailureKind.BEYOND_TOP_LEVEL:
            continue
        depth = link.module.package.count(".") + 1
        yield Finding(
            location=link.location,
            module=link.module.name,
            message=f"`{link.asked}` goes beyond the top-level package `{link.module.package.partition('.')[0]}`",
            label=f"in package `{link.module.package}`, {depth} dot{'s' * (depth > 1)} at most",
            severity=Severity.WARNING if link.phase is Phase.TYPING else None,
            subjects=(link.asked,),
        )


def _unguarded(project: Project, error: str) -> Iterator[Link]:
    """Links of the given modules that surely run in their phase and whose failure nothing catches."""
    for link in project.given_links:
        here = link.circumstances
        if here.certain and not catches(here.caught, error):
            yield link


def _meant(name: str, candidates: frozenset[str]) -> str:
    return did_you_mean(name, candidates, cutoff=0.8).removeprefix("; ")


def _when(link: Link) -> str:
    match link.phase:
        case Phase.DEFERRED:
            return "when the function is called"
        case Phase.PROGRAM:
            return "when run as a program"
        case Phase.TYPING:
            return "for type checkers"
        case Phase.LAZY:
            return "when first used"
    return ""


def _has_stub(project: Project, link: Link) -> bool:
    return link.asked.partition(".")[0] in _TYPING_ONLY or has_stub(project, link.asked, link.module)


def _searched(project: Project, link: Link) -> str:
    """Where the search went, for a name of which nothing near is known."""
    assert link.resolution is not None
    search = link.resolution.searches[-1]
    if "." in search.name:
        parent = link.resolution.searches[-2].spec if len(link.resolution.searches) > 1 else None
        locations = parent.search_locations if parent and parent.search_locations else ()
        shown = ", ".join(f"`{project.shown(location)}`" for location in locations)
        return f"looked in {shown}" if shown else ""
    roots = ", ".join(f"`{project.shown(root)}`" for root in link.module.search_path)
    return f"looked in {roots} and in the environment {project.environment.reason}"


RULES = (module_not_found, name_not_found, parent_not_a_package, beyond_top_level)
