"""What code takes back: effects that are over when the block is, which nobody else sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from importlint.effects.conditions import QualifiedName
from importlint.effects.effect import Effect
from importlint.effects.kinds import Kind
from importlint.syntax import facts as f
from importlint.syntax.flow import ANYTHING, Situated
from importlint.syntax.traverse import statements as inner_statements

_CONTEXTS: Mapping[str, frozenset[Kind]] = {
    "contextlib.chdir()": frozenset({Kind.PROCESS_STATE}),
    "contextlib.redirect_stderr()": frozenset({Kind.OUTPUT}),
    "contextlib.redirect_stdout()": frozenset({Kind.OUTPUT}),
    "decimal.localcontext()": frozenset({Kind.NUMERIC_CONTEXT}),
    "numpy.errstate()": frozenset({Kind.NUMERIC_CONTEXT}),
    "tempfile.TemporaryDirectory()": frozenset({Kind.FS_WRITE}),
    "unittest.mock.patch.dict()": frozenset({Kind.ENV_WRITE, Kind.SYS_MODULES}),
    "warnings.catch_warnings()": frozenset({Kind.WARNINGS_CONFIG}),
}
"""Context managers that put back what is changed below them."""
_CATCH_EXITS = frozenset({ANYTHING, "SystemExit", "BaseException"})
_REMOVERS = frozenset({"clear", "pop", "remove", "unsetenv"})


def put_back(situated: Situated, name: QualifiedName) -> Iterator[tuple[int, frozenset[Kind]]]:
    """The statements below a `with`, by their identity, each with the kinds of effects that it puts back."""
    statement = situated.statement
    if isinstance(statement, f.With):
        contexts = (_CONTEXTS.get(name(item.context) or "", frozenset()) for item in statement.items)
        kinds = frozenset[Kind]().union(*contexts)
        if kinds:
            for inside in inner_statements(statement.body):
                yield id(inside), kinds


def caught(situated: Situated) -> frozenset[Kind]:
    """The kinds of effects that handlers around a statement take back."""
    is_caught = not _CATCH_EXITS.isdisjoint(situated.circumstances.caught)
    return frozenset({Kind.EXIT, Kind.COMMAND_LINE}) if is_caught else frozenset()


def lasting(effects: Sequence[Effect], count: int | None = None) -> Iterator[Effect]:
    """Of the first `count` effects, those that no later one of the same block takes back, without what takes back."""
    for index, effect in enumerate(effects[:count]):
        is_removal = _removes(effect) and any(_undoes(effect, each) for each in effects[:index])
        is_undone = any(_undoes(each, effect) for each in effects[index + 1 :])
        if not (effect.restores or is_removal or is_undone or _only_removes_an_entry(effect)):
            yield effect


def _only_removes_an_entry(effect: Effect) -> bool:
    return effect.kind is Kind.SYS_PATH and _removes(effect)


def _removes(effect: Effect) -> bool:
    return effect.verb == "deletes" or effect.name.rpartition(".")[2] in _REMOVERS


def _undoes(later: Effect, effect: Effect) -> bool:
    if later.kind is not effect.kind or _removes(effect):
        return False
    if later.restores:
        return later.name == effect.name or effect.kind is Kind.SYS_PATH
    match effect.kind:
        case Kind.SYS_PATH | Kind.IMPORT_HOOKS:
            return _removes(later)
        case Kind.ENV_WRITE | Kind.SYS_MODULES:
            return _removes(later) and later.subject == effect.subject
    return False
