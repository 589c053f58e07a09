"""IL4: modules that run as programs, under the name `__main__`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING

from importlint.diagnostics import Finding, Location, Severity, Step
from importlint.discovery import Module, is_regular_package
from importlint.finder.spec import FailureKind
from importlint.graph.components import shortest_path
from importlint.graph.graph import Edge
from importlint.graph.link import Link
from importlint.programs.files import is_program
from importlint.rules.declaration import rule
from importlint.syntax import facts as f
from importlint.syntax.flow import Phase, Scope, catches

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


@rule("IL405", "misspelt-guard", Severity.ERROR, "A main guard is not written as one.")
def misspelt_guard(project: Project) -> Iterator[Finding]:
    """Conditions at module level that look like `if __name__ == "__main__"` and are something else."""
    for module in project.given_modules:
        for situated in project.statements(module.path):
            statement = situated.statement
            if situated.circumstances.scope is not Scope.MODULE or not isinstance(statement, f.If):
                continue
            effect = _guard_effect(statement, module)
            if effect:
                yield Finding(
                    location=Location(module.display, statement.span),
                    module=module.name,
                    message=f"this main guard {effect}",
                    help='write `if __name__ == "__main__":`',
                    subjects=(module.name,),
                )


def _guard_effect(statement: f.If, module: Module) -> str:
    """What a misspelt guard really does; empty for a right one, and for what is no guard."""
    test = statement.test
    if isinstance(test, f.BooleanOperation) and test.operator == "or":
        always = any(isinstance(value, f.Constant) and bool(value.value) for value in test.values)
        return "is always true: it runs on import too" if always and any(map(_is_guard, test.values)) else ""
    if not isinstance(test, f.Compare) or len(test.operators) != 1:
        return ""
    left, (symbol,), (right,) = test.left, test.operators, test.comparators
    if _is_name(right, "__name__") or _is_text(right, "__name__"):
        left, right = right, left
    if symbol == "==" and _is_text(left, "__name__") and _is_near_main(right):
        return "never runs: it compares the text `__name__`, not the name"
    if _is_name(left, "__file__") and symbol == "==" and _is_near_main(right):
        return "never runs: `__file__` is a path"
    if not _is_name(left, "__name__"):
        return ""
    if _is_name(right, "__main__"):
        return "raises NameError: `__main__` stands without quotes"
    if not _is_near_main(right):
        return ""
    assert isinstance(right, f.Constant)
    if right.value != "__main__":
        if symbol not in ("==", "is"):
            return ""
        if right.value == module.name:
            return "runs on import, and not as a program"
        return f"never runs: a program is called `__main__`, not `{right.value}`"
    if symbol == "is":
        return "compares identity: whether it runs depends on the Python version and on how it is started"
    if symbol == "in":
        return 'looks for a part of "__main__": it also runs on import of a module named `main` or `a`'
    if symbol == "!=" and _calls_main(statement.body):
        return "runs on import, and not as a program"
    return ""


def _is_guard(expression: f.Expression) -> bool:
    return (
        isinstance(expression, f.Compare)
        and _is_name(expression.left, "__name__")
        and expression.operators == ("==",)
        and _is_text(expression.comparators[0], "__main__")
    )


def _is_name(expression: f.Expression, name: str) -> bool:
    return isinstance(expression, f.Name) and expression.id == name


def _is_text(expression: f.Expression, text: str) -> bool:
    return isinstance(expression, f.Constant) and expression.value == text


def _is_near_main(expression: f.Expression) -> bool:
    """Whether an expression is the text `__main__`, or a slip of the pen away from it."""
    if not isinstance(expression, f.Constant) or not isinstance(expression.value, str):
        return False
    text = expression.value
    return text.strip("_ ").lower() == "main" or SequenceMatcher(None, text, "__main__").ratio() >= 0.8


def _calls_main(body: f.Block) -> bool:
    """Whether a block starts by calling `main()` or the like: what a right guard would do."""
    match body:
        case (f.Evaluate(value=f.Call(function=f.Name(id=name))), *_):
            return "main" in name.lower()
    return False


RULES = (main_imported_twice, script_relative_import, misspelt_guard)
