"""Whether a file changes `sys.path` itself: what it imports then is found in places that only a run knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint.discovery import Module
from importlint.syntax import facts as f
from importlint.syntax.namespace import written
from importlint.syntax.qualified import Aliases, qualified_name
from importlint.syntax.traverse import expressions, parts

if TYPE_CHECKING:
    from importlint.project import Project

_METHODS = frozenset("append clear extend insert pop remove reverse sort".split())


def edits_path(project: Project, module: Module) -> bool:
    """Whether something in a file changes `sys.path`, be it in a function that contains an import."""
    aliases = project.known_names(module.path).aliases
    return any(
        _writes_path(situated.statement, aliases) or _calls_path(situated.statement, aliases)
        for situated in project.statements(module.path)
    )


def _writes_path(statement: f.Statement, aliases: Aliases) -> bool:
    targets = statement.targets if isinstance(statement, f.Delete) else written(statement)
    return any(
        qualified_name(target.value if isinstance(target, f.Subscript) else target, aliases) == "sys.path"
        for target in targets
        if not isinstance(target, f.Name)  # `from sys import path; path = ...` rebinds a name of its own
    )


def _calls_path(statement: f.Statement, aliases: Aliases) -> bool:
    return any(
        name == "site.addsitedir" or (owner == "sys.path" and method in _METHODS)
        for name in _called(statement, aliases)
        for owner, _, method in (name.rpartition("."),)
    )


def _called(statement: f.Statement, aliases: Aliases) -> Iterator[str]:
    for root in expressions(statement):
        for part in parts(root):
            if isinstance(part, f.Call):
                yield qualified_name(part.function, aliases) or ""
