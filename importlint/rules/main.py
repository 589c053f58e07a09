"""IL401: modules that run as programs, under the name `__main__`, and are imported as well."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from importlint.diagnostics import Finding, Severity, Step
from importlint.discovery import Module
from importlint.graph.components import shortest_path
from importlint.graph.graph import Edge
from importlint.programs.files import is_program
from importlint.rules.declaration import rule
from importlint.syntax.flow import Phase

if TYPE_CHECKING:
    from importlint.project import Project


@rule(
    "IL401",
    "main-imported-twice",
    Severity.ERROR,
    "A module that is run as a program is also imported by its own name.",
)
def main_imported_twice(project: Project) -> Iterator[Finding]:
    """Programs whose own imports lead back to them: their body runs a second time, as another module."""
    loads = project.graph.successors((Phase.IMPORT_TIME,), implicit=True)
    for module in project.given_modules:
        if module.is_package or not is_program(project, module):
            continue  # a guard in an `__init__` is never true for `python -m`
        starts = {
            edge.imported: edge
            for edge in reversed(project.graph.imports.get(module.name, ()))
            if edge.phase in (Phase.IMPORT_TIME.value, Phase.PROGRAM.value)
            and edge.imported in loads
            and not _is_own_parent(edge, module)
        }
        ways = {
            name: tuple(target for target in targets)
            for name, targets in loads.items()
            if name != module.name
        }
        path = shortest_path(ways, sorted(starts), module.name)
        if path is None or _is_deliberate(starts[path[0]], module):
            continue
        hops = [starts[path[0]], *(_import_time_edge(project, *pair) for pair in pairwise(path))]
        if any(_is_own_parent(hop, module) for hop in hops):
            continue  # the package itself imports it: that happens before the program starts
        yield Finding(
            location=hops[0].location,
            module=module.name,
            message=f"`{module.name}` runs twice when it is run as a program: its imports lead back to it",
            label=f"leads to `import {module.name}`",
            trace=tuple(
                Step(
                    hop.location,
                    f"runs `{hop.imported}`"
                    + (" again, beside `__main__`" if hop.imported == module.name else ""),
                    hop.statement,
                )
                for hop in hops
            ),
            help=f"move what others need from `{module.name}` into a module that is not run",
            subjects=(module.name,),
        )


def _is_deliberate(edge: Edge, module: Module) -> bool:
    """Whether the guard itself imports the module, to have it under its own name: `import pdb; pdb.main()`."""
    return edge.imported == module.name and edge.phase == Phase.PROGRAM.value


def _is_own_parent(edge: Edge, module: Module) -> bool:
    return edge.implicit and module.name.startswith(edge.imported + ".")


def _import_time_edge(project: Project, importer: str, imported: str) -> Edge:
    return next(
        edge
        for edge in project.graph.imports[importer]
        if edge.imported == imported and edge.phase == Phase.IMPORT_TIME.value
    )


RULES = (main_imported_twice,)
