"""What the attribute of an entry point is, as far as one statement alone says it.

Names that several statements bind, that stars may bring, or that other code may set have no such statement.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from importlint.finder.spec import Kind, Spec
from importlint.syntax import facts as f
from importlint.syntax.source import Source, read_source
from importlint.syntax.traverse import statements

if TYPE_CHECKING:
    from importlint.project import Project


class Definition(Struct, frozen=True):
    """The statement that gives something its value, and the module whose text has it."""

    module: Spec
    statement: f.Statement


class Missing(Struct, frozen=True):
    """A name, and the module or class that lacks it."""

    owner: Spec | f.ClassDef
    name: str


def find_attribute(project: Project, module: Spec, dotted: str) -> Definition | Spec | None:
    """What a dotted attribute of a module is: defined by a statement, or a submodule; None if that is not known."""
    first, _, rest = dotted.partition(".")
    found = _find(project, module, first, frozenset())
    if not rest or found is None:
        return found
    if isinstance(found, Spec):
        return find_attribute(project, found, rest)
    if isinstance(found.statement, f.ClassDef):
        method = next((each for each in found.statement.body if _is_only(each, rest, found.statement)), None)
        return Definition(found.module, method) if method and is_plain(found.statement) else None
    return None


def missing_attribute(project: Project, module: Spec, dotted: str) -> Missing | None:
    """The first part of a dotted attribute that certainly is not there.

    What `from module import name` loads as a submodule is there.
    """
    first, _, rest = dotted.partition(".")
    if project.exports.lacks(module, first) and not _may_be_submodule(project, module, first):
        return Missing(module, first)
    found = _find(project, module, first, frozenset()) if rest else None
    if isinstance(found, Spec):
        return missing_attribute(project, found, rest)
    if found is None or not isinstance(found.statement, f.ClassDef) or not is_plain(found.statement):
        return None
    name = rest.partition(".")[0]
    source = read_source(found.module.origin or "")
    if (
        name.startswith("_")
        or not isinstance(source, Source)
        or re.search(rf"\b{re.escape(name)}\b", source.text)
    ):
        return None
    return Missing(found.statement, name)


def is_plain(definition: f.ClassDef) -> bool:
    """Whether a class has what stands in its body, and nothing from bases, a metaclass or a decorator."""
    return not (definition.bases or definition.keywords or definition.decorators)


def _find(project: Project, module: Spec, name: str, seen: frozenset[str]) -> Definition | Spec | None:
    """The definition of a module's name, through `from` imports, or the submodule of that name."""
    namespace = project.namespace(module.origin) if module.origin and project.is_own(module) else None
    added = project.exports.added(module)
    if namespace is None or namespace.is_open or added is None or name in added or module.name in seen:
        return None
    found = [each for each in namespace.bindings if each.name in (name, "*")]
    if not found:
        return _submodule(project, module, name)
    binding = found[0]
    if len(found) > 1 or binding.unbinds or not binding.certain or binding.name == "*":
        return None
    if not isinstance(binding.statement, f.ImportFrom):
        return Definition(module, binding.statement)
    imported = next(each.name for each in binding.statement.names if each.binds == name)
    source = project.exports.source(binding.statement, project.module_of(module))
    return _find(project, source, imported, seen | {module.name}) if source else None


def _submodule(project: Project, package: Spec, name: str) -> Spec | None:
    """The submodule of a package, if nothing in its text may put something else in its place."""
    found = project.submodule(package, name, project.module_of(package))
    facts = project.facts(found.origin) if found and found.origin and found.kind is Kind.SOURCE else None
    is_itself = isinstance(facts, f.ModuleFacts) and not (facts.reflection or facts.import_hooks)
    return found if is_itself else None


def _may_be_submodule(project: Project, package: Spec, name: str) -> bool:
    from importlint.absence import may_be_submodule

    return may_be_submodule(project, package, name, project.module_of(package))


def _is_only(statement: f.Statement, name: str, definition: f.ClassDef) -> bool:
    """Whether a statement is the one function of a class that has a name."""
    if not isinstance(statement, f.FunctionDef) or statement.name != name:
        return False
    inside = [each for each in statements(definition.body) if _binds(each, name)]
    return len(inside) == 1


def _binds(statement: f.Statement, name: str) -> bool:
    match statement:
        case f.FunctionDef(name=own) | f.ClassDef(name=own):
            return own == name
        case f.Assign(targets=targets):
            return any(isinstance(target, f.Name) and target.id == name for target in targets)
    return False
