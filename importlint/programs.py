"""Which modules are run as programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from importlint.discovery import Module
from importlint.syntax.facts import ModuleFacts
from importlint.syntax.flow import Phase, Scope

if TYPE_CHECKING:
    from importlint.project import Project


def is_program(project: Project, module: Module) -> bool:
    """Whether a file is a `__main__.py`, has a shebang, or does something only when it is `__main__`."""
    facts = project.facts(module.path)
    if not isinstance(facts, ModuleFacts):
        return False
    return (
        module.is_main
        or facts.shebang
        or any(
            situated.circumstances.phase is Phase.PROGRAM and situated.circumstances.scope is Scope.MODULE
            for situated in project.statements(module.path)
        )
    )
