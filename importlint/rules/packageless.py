"""IL403: programs that have no package, and act as if they had one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint.diagnostics import Finding, Severity
from importlint.discovery import is_regular_package
from importlint.finder.spec import FailureKind
from importlint.graph.link import Link
from importlint.rules.declaration import rule
from importlint.syntax import facts as f
from importlint.syntax.flow import Phase, catches

if TYPE_CHECKING:
    from importlint.project import Project


@rule(
    "IL403",
    "script-relative-import",
    Severity.ERROR,
    "A relative import stands in a file that has no package.",
)
def script_relative_import(project: Project) -> Iterator[Finding]:
    """Relative imports in scripts, top-level modules, and the `__main__.py` of a plain directory."""
    for link in project.given_links:
        here, module = link.circumstances, link.module
        is_relative = isinstance(link.statement, f.ImportFrom) and link.statement.level > 0
        is_rootless = link.failure is not None and link.failure.kind is FailureKind.NO_PARENT_PACKAGE
        is_directory = module.is_main and not is_regular_package(os.path.dirname(module.path))
        if not is_relative or not (is_rootless or is_directory):
            continue
        if here.certain and not catches(here.caught, "ImportError"):
            where = (
                f"`python {os.path.dirname(module.display) or '.'}` gives it no package"
                if is_directory
                else ""
            )
            yield Finding(
                location=link.location,
                module=module.name,
                message=f"`{_written(link)}` has nothing to start from: `{module.name}` is not in a package",
                label=where,
                help="import it by its absolute name, or run the file as part of its package with `python -m`",
                severity=Severity.WARNING if link.phase is Phase.TYPING else None,
                subjects=(_written(link),),
            )


def _written(link: Link) -> str:
    return link.statement.written if isinstance(link.statement, f.ImportFrom) else link.asked


RULES = (script_relative_import,)
