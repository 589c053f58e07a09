"""IL1: names that do not resolve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint.absence import (
    differing_case,
    hidden_package,
    is_first_party,
    is_judged,
    is_of_other_platform,
    near_names,
    standard_library_note,
)
from importlint.diagnostics import Finding, Severity
from importlint.errors import did_you_mean
from importlint.finder.spec import FailureKind
from importlint.graph.link import Link
from importlint.rules.declaration import rule
from importlint.rules.names import missing_all_name, name_not_found, star_shadows_builtin
from importlint.rules.submodules import submodule_not_imported
from importlint.rules.unguarded import unguarded_links
from importlint.stubs import find_stub
from importlint.syntax.flow import Phase

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
    for link in unguarded_links(project, "ModuleNotFoundError"):
        failure = link.failure
        if failure is None or failure.kind is not FailureKind.NOT_FOUND or link.is_dynamic:
            continue
        if link.phase is Phase.TYPING and _has_stub(project, link):
            continue
        if link.phase is Phase.DEFERRED and is_of_other_platform(project, failure.name):
            continue  # the usual way to write code for several platforms
        if is_judged(project, link) and differing_case(project, link) is None:
            missing.setdefault((link.module.path, failure.name), []).append(link)
    for (_, name), found in missing.items():
        yield _missing(
            project, name, min(found, key=lambda link: (_ORDER.index(link.phase), link.span)), len(found)
        )


def _is_optional(project: Project, link: Link, name: str) -> bool:
    """Whether a program can do without a missing module: only some function needs it, or type checkers."""
    if link.phase is not Phase.DEFERRED:
        return link.phase in (Phase.TYPING, Phase.LAZY)
    own = is_first_party(project, name.partition(".")[0], link.module)
    return not own and standard_library_note(project, name) is None


_ORDER = (Phase.IMPORT_TIME, Phase.PROGRAM, Phase.LAZY, Phase.DEFERRED, Phase.TYPING)


def _missing(project: Project, name: str, link: Link, times: int) -> Finding:
    note = standard_library_note(project, name)
    meant = _meant(name, near_names(project, name, link.module))
    again = f" (missed {times} times in this file)" if times > 1 else ""
    return Finding(
        location=link.location,
        module=link.module.name,
        message=f"no module named `{name}`" + (f" ({note})" if note else ""),
        label=_when(link) + again,
        help=meant or _searched(project, link),
        severity=Severity.WARNING if _is_optional(project, link, name) else None,
        subjects=(name,),
    )


@rule("IL103", "parent-not-a-package", Severity.ERROR, "An import goes below a module that is not a package.")
def parent_not_a_package(project: Project) -> Iterator[Finding]:
    """Dotted names whose parent is a plain module."""
    for link in unguarded_links(project, "ModuleNotFoundError"):
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
    for link in unguarded_links(project, "ImportError"):
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


@rule("IL106", "case-mismatch", Severity.ERROR, "A module's file is spelt with other upper and lower case.")
def case_mismatch(project: Project) -> Iterator[Finding]:
    """Imports of what is not there, where a file or directory differs in case alone."""
    for link in unguarded_links(project, "ModuleNotFoundError"):
        failure, file = link.failure, differing_case(project, link)
        if (
            failure is None
            or file is None
            or not is_judged(project, link, own=not project.is_installed(file))
        ):
            continue
        yield Finding(
            location=link.location,
            module=link.module.name,
            message=f"no module named `{failure.name}`: its file is `{project.shown(file)}`",
            label=_when(link),
            help="spell both alike: only a case-insensitive file system with PYTHONCASEOK takes one for the other",
            severity=Severity.WARNING if link.phase is Phase.TYPING else None,
            subjects=(failure.name,),
        )


@rule("IL109", "dynamic-import-not-found", Severity.ERROR, "A call imports a module that no finder finds.")
def dynamic_import_not_found(project: Project) -> Iterator[Finding]:
    """`import_module("x")` and `__import__("x")` of what is not there."""
    for link in unguarded_links(project, "ModuleNotFoundError"):
        failure = link.failure
        if not link.is_dynamic or failure is None or failure.kind is not FailureKind.NOT_FOUND:
            continue
        if differing_case(project, link) is not None or not is_judged(project, link):
            continue
        if link.phase is Phase.DEFERRED and is_of_other_platform(project, failure.name):
            continue
        note = standard_library_note(project, failure.name)
        yield Finding(
            location=link.location,
            module=link.module.name,
            message=f"no module named `{failure.name}`" + (f" ({note})" if note else ""),
            label=_when(link),
            help=_meant(failure.name, near_names(project, failure.name, link.module))
            or _searched(project, link),
            severity=Severity.WARNING if _is_optional(project, link, failure.name) else None,
            subjects=(failure.name,),
        )


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
    """Whether a stub gives type checkers what the import system does not find."""
    if link.asked.partition(".")[0] in _TYPING_ONLY:
        return True
    return find_stub(link.asked, (*link.module.search_path, *project.environment.path)) is not None


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


RULES = (
    module_not_found,
    name_not_found,
    parent_not_a_package,
    beyond_top_level,
    submodule_not_imported,
    case_mismatch,
    missing_all_name,
    star_shadows_builtin,
    dynamic_import_not_found,
)
