"""IL513: imports that are there for what they do, since nothing uses what they bind.

A name is used if anything in the file reads it, in quoted annotations too, if `__all__` lists it, if another module
of the project takes it from there, or if it is written as a re-export (`import a as a`, or a package's own modules in
its `__init__`). An import is left alone if it may fail, or if another one of the file loads the same module.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from importlint.diagnostics import Finding, Location, Severity
from importlint.discovery import Module
from importlint.effects.effect import CLAUSES
from importlint.effects.kinds import Kind
from importlint.finder import spec as finder
from importlint.graph.link import Link
from importlint.rules.declaration import rule
from importlint.syntax import facts as f
from importlint.syntax.asking import found
from importlint.syntax.flow import Phase, catches

if TYPE_CHECKING:
    from importlint.project import Project

_LASTING = frozenset({Kind.ATEXIT, Kind.LOGGER, Kind.TYPE_REGISTRY})
"""Kinds without a rule of their own that an import may be there for."""


class _Bound(Struct, frozen=True):
    """A name that an import binds, and the module that is loaded for it."""

    name: str
    span: f.Span
    spec: finder.Spec
    is_module: bool
    """Whether the name stands for the module, or for what is in it."""
    is_reexport: bool
    """Written `import a as a` or `from m import a as a`."""


@rule(
    "IL513",
    "import-effect-only",
    Severity.WARNING,
    "Nothing uses what an import binds: it is there for what it does.",
    default=False,
)
def import_effect_only(project: Project) -> Iterator[Finding]:
    """Imports, in functions too, that whoever removes unused imports would remove."""
    programs = {program.module.path for program in project.programs}
    candidates = {module.path for module in project.importable_modules} | programs
    for module in project.given_modules:
        if module.path not in candidates:
            continue
        links = [link for link in project.reading.links[module.path] if link.phase is not Phase.TYPING]
        for link in filter(_counts, links):
            yield from _findings(project, module, link, links)


def _findings(project: Project, module: Module, link: Link, links: list[Link]) -> Iterator[Finding]:
    """What one statement imports for its effect; if none is known, then only if nothing that it binds is used."""
    every = tuple(_bound(link))
    for bound in every:
        does = _what_it_does(project, bound.spec)
        asked = every if does is None else (bound,)
        if (
            _may_be_for_its_effect(project, module, bound, does)
            and not _is_loaded_elsewhere(bound.spec, module, link, links)
            and not any(_is_used(project, module, each) for each in asked)
        ):
            yield _finding(module, link, bound, does)


def _finding(module: Module, link: Link, bound: _Bound, does: str | None) -> Finding:
    reason = f"importing `{bound.spec.name}` {does}" if does else "it is there for its effect, or for nothing"
    return Finding(
        location=Location(module.display, bound.span),
        module=module.name,
        message=f"nothing uses `{bound.name}` of `{link.text}`: {reason}",
        label="whoever removes unused imports would remove it",
        help="call what it is there for, or tell the tools that remove unused imports that it is wanted",
        subjects=(bound.spec.name,),
    )


# ---- which imports


def _counts(link: Link) -> bool:
    """Whether a statement imports, certainly something that exists, and not to find out whether it does."""
    here = link.circumstances
    may_fail = here.handling or catches(here.caught, "ImportError")
    return not (link.is_dynamic or link.failure or link.phase is Phase.LAZY or may_fail)


def _bound(link: Link) -> Iterator[_Bound]:
    """What an import binds, except by a star."""
    match link.statement:
        case f.Import(module=name, asname=asname, span=span):
            if link.resolution and link.resolution.spec:
                is_reexport = asname == name
                bound = asname or name.partition(".")[0]
                yield _Bound(bound, span, link.resolution.spec, True, is_reexport)
        case f.ImportFrom(names=names) as statement if statement.written != "__future__":
            submodules = {load.span: load.spec for load in link.loads if load.span != statement.module_span}
            for each in names:
                spec = submodules.get(each.span) or (link.resolution and link.resolution.spec)
                if each.name != "*" and spec:
                    is_module = each.span in submodules
                    yield _Bound(each.binds, each.span, spec, is_module, each.asname == each.name)


def _is_loaded_elsewhere(spec: finder.Spec, module: Module, link: Link, links: list[Link]) -> bool:
    """Whether the module is loaded without the import too: it is a package around, or imported by another line."""
    if f"{module.name}.".startswith(f"{spec.name}."):
        return True
    others = (each for each in links if each.statement is not link.statement)
    return any(load.spec.name == spec.name for each in others for load in each.loads)


def _may_be_for_its_effect(project: Project, module: Module, bound: _Bound, does: str | None) -> bool:
    """Whether an unused name may have been imported on purpose: a module's, if it is not known to do anything."""
    if bound.is_reexport:
        return False
    if module.is_package and f"{bound.spec.name}.".startswith(f"{module.name.partition('.')[0]}."):
        namespace = project.namespace(module.path)
        return does is not None and namespace is not None and namespace.listed is not None
    if does is not None:
        return True
    origin = bound.spec.origin
    return bound.is_module and origin is not None and not project.is_library(origin)


# ---- what it does


def _what_it_does(project: Project, spec: finder.Spec) -> str | None:
    """What importing a module does besides importing, itself or through the modules below it that it imports."""
    if not project.is_own(spec):
        kind = project.effects.kind_of_import(spec.name)
        return CLAUSES.get(kind) if kind else None
    waiting, seen = [project.module_of(spec)], {spec.name}
    while waiting:
        current = waiting.pop(0)
        for happening in project.effects.of(current):
            if happening.effect.kind.rule or happening.effect.kind in _LASTING:
                return (
                    happening.words
                    if current.name == spec.name
                    else f"runs `{current.name}`, which {happening.words}"
                )
        for edge in project.graph.imports.get(current.name, ()):
            is_below = edge.imported.startswith(f"{spec.name}.") and edge.phase == Phase.IMPORT_TIME.value
            if is_below and edge.imported not in seen and edge.imported in project.named:
                seen.add(edge.imported)
                waiting.append(project.named[edge.imported])
    return None


# ---- whether it is used


def _is_used(project: Project, module: Module, bound: _Bound) -> bool:
    """Whether anything may use a name that an import binds."""
    namespace, bodies = project.namespace(module.path), project.bodies(module.path)
    if namespace is None or bodies is None or namespace.is_open or bodies.reads(bound.name):
        return True
    if namespace.has_all and (namespace.listed is None or bound.name in namespace.listed):
        return True
    return _is_quoted(module, bound.name) or _is_taken(project, module, bound.name)


def _is_quoted(module: Module, name: str) -> bool:
    """Whether the text has the name in quotes where an annotation, or a part of one, may stand."""
    return bool(found(module.path, rf"(?::|->|[\[,|])\s*[\"'][^\"'\n]*\b{re.escape(name)}\b"))


def _is_taken(project: Project, module: Module, name: str) -> bool:
    """Whether another module of the project imports the name, or seems to read it as an attribute."""
    read = rf"(?m)^(?!\s*(?:from|import)\b).*\.\s*{re.escape(name)}\b"
    importers = {edge.importer for edge in project.graph.importers.get(module.name, ())} - {module.name}
    for importer in importers & project.named.keys():
        path = project.named[importer].path
        taken = (
            link.statement.names
            for link in project.reading.links[path]
            if isinstance(link.statement, f.ImportFrom) and link.asked == module.name
        )
        if any(each.name in (name, "*") for names in taken for each in names):
            return True
        if found(path, read):
            return True
    return False


RULES = (import_effect_only,)
