"""IL405, IL406: guards that do not keep for the program what only the program does."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from importlint.diagnostics import Finding, Location, Severity
from importlint.discovery import Module
from importlint.programs.files import is_run_by_path, main_guards
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
            if situated.circumstances.scope is not Scope.MODULE:
                continue
            if not isinstance(statement, f.If | f.While | f.Match):
                continue
            effect = _Slips(project, module).of(statement)
            if effect:
                yield Finding(
                    location=Location(module.display, statement.span),
                    module=module.name,
                    message=f"this main guard {effect}",
                    help='write `if __name__ == "__main__":`',
                    subjects=(module.name,),
                )


@rule(
    "IL406",
    "guard-in-init",
    Severity.WARNING,
    "A main guard stands in a package's `__init__.py`, which `python -m` does not run as the program.",
)
def guard_in_init(project: Project) -> Iterator[Finding]:
    """Guards in `__init__.py` files that nothing is known to run."""
    run = {program.module.path for program in project.programs}
    for module in project.given_modules:
        if not module.is_package or module.path in run or is_run_by_path(project, module):
            continue
        main = f"{module.name}.__main__"
        runs = "runs" if main in project.named else "looks for"
        for guard in main_guards(project, module):
            yield Finding(
                location=Location(module.display, guard.span),
                module=module.name,
                message=f"`python -m {module.name}` never makes this guard true: it {runs} `{main}`",
                help="move what it does to a `__main__.py` beside it",
                subjects=(module.name,),
            )


class _Slips:
    """What the misspelt guards of one module really do."""

    def __init__(self, project: Project, module: Module) -> None:
        self.module = module
        self.namespace = project.namespace(module.path)

    def is_bound(self, name: str) -> bool:
        """Whether the module may have a name, from wherever."""
        names = self.namespace
        return names is None or names.is_open or bool(names.stars) or name in names.names

    def of(self, statement: f.If | f.While | f.Match) -> str:
        """What a misspelt guard really does; empty for a right one, and for what is no guard."""
        if isinstance(statement, f.Match):
            return self._match(statement)
        return self._test(statement.test, statement.body)

    def _match(self, statement: f.Match) -> str:
        values = [case.reads[0] for case in statement.cases if case.is_value]
        if not _is_name(statement.subject, "__name__") or any(
            _is_text(value, "__main__") for value in values
        ):
            return ""
        return next((effect for value in values if (effect := self._other_text(value))), "")

    def _test(self, test: f.Expression, body: f.Block) -> str:
        match test:
            case f.Constant(value=str(text)) if "__main__" in text or "__name__" in text:
                return "is always true, a text: it runs on import too"
            case f.Name(id="__name__"):
                return "is always true, as no name is empty: it runs on import too"
            case f.NamedExpression(target=f.Name(id="__name__")):
                return "is always true, as `:=` binds the name: it runs on import too"
            case f.Not(operand=operand) if _is_guard(operand) and _calls_main(body):
                return _REVERSE
            case f.BooleanOperation(operator="or", values=values):
                always = any(isinstance(value, f.Constant) and bool(value.value) for value in values)
                return (
                    "is always true: it runs on import too" if always and any(map(_is_guard, values)) else ""
                )
            case f.BooleanOperation(operator="and", values=values):
                compared = (value for value in values if isinstance(value, f.Compare))
                return next((effect for each in compared if (effect := self._chain(each, body))), "")
            case f.Compare():
                return self._chain(test, body)
        return ""

    def _chain(self, test: f.Compare, body: f.Block) -> str:
        effect = self._comparison(test.left, test.operators[0], test.comparators[0], body)
        if len(test.operators) == 1:
            return effect
        first = f.Compare(test.left, test.operators[:1], test.comparators[:1], test.span)
        second = test.comparators[1]
        is_flag = isinstance(second, f.Constant) and not isinstance(second.value, str)
        if _is_guard(first) and test.operators[1] in ("==", "is") and is_flag:
            return "never runs: the chain compares `__main__` with the last value as well"
        return effect if effect.startswith(("never", "raises")) else ""

    def _comparison(self, left: f.Expression, symbol: str, right: f.Expression, body: f.Block) -> str:
        if symbol == "in":
            return self._membership(left, right)
        if _is_main_like(left):
            left, right = right, left
        if _is_name(right, "__main__") and (_is_text(left, "__name__") or _is_name(left, *_OWN_NAMES)):
            if self.is_bound("__main__"):
                return "never runs: `__main__` is a module here, not its name"
            return "raises NameError: `__main__` stands without quotes"
        if symbol == "==" and _is_near_main(right) and not _is_name(left, "__name__"):
            return self._other_name(left)
        if not _is_name(left, "__name__"):
            return ""
        if isinstance(right, f.Display):
            is_near = symbol == "==" and any(map(_is_near_main, right.items))
            return f"never runs: the name is a text, and no {right.kind}" if is_near else ""
        if not _is_text(right, "__main__"):
            return self._other_text(right) if symbol in ("==", "is") else ""
        if symbol == "is":
            return "compares identity: whether it runs depends on the Python version and on how it is started"
        return _REVERSE if symbol == "!=" and _calls_main(body) else ""

    def _membership(self, left: f.Expression, right: f.Expression) -> str:
        if _is_text(left, "__main__") and _is_name(right, "__name__") and self.module.is_main:
            return f"looks for a part of the name: it also runs on import of `{self.module.name}`"
        if not _is_name(left, "__name__"):
            return ""
        if _is_text(right, "__main__"):
            return 'looks for a part of "__main__": it also runs on import of a module named `main` or `a`'
        if isinstance(right, f.Display) and not any(_is_text(item, "__main__") for item in right.items):
            effects = [self._other_text(item) for item in right.items]
            return effects[0] if effects and all(effects) else ""
        return ""

    def _other_name(self, left: f.Expression) -> str:
        """What comparing something else than `__name__` with some text near `__main__` comes to."""
        if _is_text(left, "__name__"):
            return "never runs: it compares the text `__name__`, not the name"
        if _is_name(left, "__file__"):
            return "never runs: `__file__` is a path"
        if _is_name(left, "__package__"):
            return "never runs: `__package__` is the name of a package"
        if isinstance(left, f.Name) and _is_near_name(left.id) and not self.is_bound(left.id):
            return f"raises NameError: it is called `__name__`, not `{left.id}`"
        return ""

    def _other_text(self, text: f.Expression) -> str:
        """What comparing `__name__` with some text near `__main__` comes to."""
        if not isinstance(text, f.Constant) or text.value == "__main__":
            return ""
        if text.value != "__name__" and not _is_near_main(text):
            return ""
        if text.value == self.module.name:
            return _REVERSE
        if text.value == self.module.name.rpartition(".")[2]:
            return f"does not run as a program, which is called `__main__`, not `{text.value}`"
        return f"never runs: a program is called `__main__`, not `{text.value}`"


_OWN_NAMES = ("__name__", "__file__", "__package__")
_REVERSE = "runs on import, and not as a program"


def _is_guard(expression: f.Expression) -> bool:
    """Whether an expression is a main guard, either way round."""
    match expression:
        case f.Compare(
            left=f.Name(id="__name__"), operators=("==",), comparators=(f.Constant(value="__main__"),)
        ):
            return True
        case f.Compare(
            left=f.Constant(value="__main__"), operators=("==",), comparators=(f.Name(id="__name__"),)
        ):
            return True
    return False


def _is_name(expression: f.Expression, *names: str) -> bool:
    return isinstance(expression, f.Name) and expression.id in names


def _is_text(expression: f.Expression, text: str) -> bool:
    return isinstance(expression, f.Constant) and expression.value == text


def _is_main_like(expression: f.Expression) -> bool:
    """Whether an expression is what a guard compares the name with, or meant to be."""
    return _is_name(expression, "__main__") or _is_near_main(expression)


def _is_near_main(expression: f.Expression) -> bool:
    """Whether an expression is the text `__main__`, or a slip of the pen away from it."""
    if not isinstance(expression, f.Constant) or not isinstance(expression.value, str):
        return False
    text = expression.value
    if text in ("__mp_main__", "__name__"):  # the first is right in a child of `multiprocessing`
        return False
    return text.strip("_ ").lower() == "main" or SequenceMatcher(None, text, "__main__").ratio() >= 0.8


def _is_near_name(name: str) -> bool:
    """Whether a name is `__name__` with too few underscores, or too many, or with capitals."""
    return name != "__name__" and name.strip("_").lower() == "name"


def _calls_main(body: f.Block) -> bool:
    """Whether a block starts by calling `main()` or the like: what a right guard would do."""
    match body:
        case (f.Evaluate(value=f.Call(function=f.Name(id=name))), *_):
            return "main" in name.lower()
    return False


RULES = (misspelt_guard, guard_in_init)
