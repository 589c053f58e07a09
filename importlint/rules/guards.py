"""IL405: guards that keep from an import what only a program does."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from importlint.diagnostics import Finding, Location, Severity
from importlint.discovery import Module
from importlint.rules.declaration import rule
from importlint.syntax import facts as f
from importlint.syntax.flow import Scope

if TYPE_CHECKING:
    from importlint.project import Project


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


RULES = (misspelt_guard,)
