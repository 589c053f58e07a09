"""From a module to its stub file, and to the names that an extension module has by its stub.

Stubs never make an import succeed. They say what modules have whose files cannot be read, as far as the stubs'
authors cared: what a stub lacks, the module may have nevertheless.

PEP 484, "Stub Files"; PEP 561.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct

from importlint import disk
from importlint.finder.spec import Kind, Spec
from importlint.syntax.facts import AnnotatedAssign, Name
from importlint.syntax.namespace import Namespace

if TYPE_CHECKING:
    from importlint.project import Project


def find_stub(name: str, path: Iterable[str]) -> str | None:
    """The stub of a module on a search path: in a stub-only package `*-stubs`, or where the module would be."""
    first, *rest = name.split(".")
    for entry in path:
        for top in (f"{first}-stubs", first):
            place = os.path.join(entry, top, *rest)
            for file in (os.path.join(place, "__init__.pyi"), f"{place}.pyi"):
                if disk.is_file(file) and not _is_partial(os.path.join(entry, top)):
                    return file
    return None


def _is_partial(package: str) -> bool:
    """Whether a stub-only package says that it leaves things out."""
    try:
        return package.endswith("-stubs") and b"partial" in disk.read(os.path.join(package, "py.typed"))[:100]
    except OSError:
        return False


class Stub(Struct, frozen=True):
    """A stub file that tells all the public names of its module."""

    path: str
    names: frozenset[str]


def stub_of(project: Project, spec: Spec) -> Stub | None:
    """The stub of an extension module; None if it has none, or one that names are missing from by design."""
    if spec.kind is not Kind.EXTENSION or spec.origin is None:
        return None
    stem = os.path.basename(spec.origin).partition(".")[0]
    beside = os.path.join(os.path.dirname(spec.origin), f"{stem}.pyi")
    path = find_stub(spec.name, project.environment.path) or beside
    namespace = project.namespace(path)
    if namespace is None or namespace.is_open or namespace.stars:
        return None
    return Stub(path, _names(namespace))


def _names(namespace: Namespace) -> frozenset[str]:
    """The names of a stub: those that are only annotated too, and those for type checkers."""
    annotated = (
        situated.statement.target.id
        for situated in namespace.statements
        if isinstance(situated.statement, AnnotatedAssign) and isinstance(situated.statement.target, Name)
    )
    return namespace.names.union(namespace.typing_names, annotated)
