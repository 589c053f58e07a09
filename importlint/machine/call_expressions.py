"""Calls as they are written: function and arguments are evaluated, and those calls answered that depend on their place.

Language reference, "Calls". What the called function does is the business of `importlint.machine.calls`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from importlint.machine.displays import run_through
from importlint.machine.frame import Frame
from importlint.machine.module_cache import SYS_MODULES, module_cache_method
from importlint.machine.operations import assumed
from importlint.machine.run import Place, Raised
from importlint.machine.values import (
    UNKNOWN,
    Class,
    Dictionary,
    External,
    Function,
    Instance,
    Method,
    ModuleDict,
    Presumed,
    Super,
    Value,
    presumed,
)
from importlint.syntax import facts as f

if TYPE_CHECKING:
    from importlint.machine.expressions import Expressions

_CONSUMERS = frozenset(
    f"builtins.{name}" for name in "any all list tuple set frozenset dict sorted sum min max".split()
)
"""Functions that run through a generator that they get."""
_SEE_FRAMES = frozenset(
    "builtins.exec builtins.eval sys._getframe inspect.stack inspect.currentframe".split()
)
"""Functions that may change the module that calls them."""


def call(evaluator: Expressions, expression: f.Call) -> Value:
    """What a call returns.

    Raises:
        Raised: it fails.
    """
    if _is_bare_super(evaluator, expression):
        return _bare_super(evaluator)
    function = evaluator.value(expression.function)
    arguments, keywords, is_open = _arguments(evaluator, expression, _consumes(function))
    place = evaluator.place(expression.span)
    calls, run = evaluator.calls, evaluator.run
    given = (function, *arguments, *keywords.values())
    is_presumed = Presumed in map(type, given)
    if is_presumed and not isinstance(assumed(function), Function | Class | Instance):
        arguments = tuple(map(assumed, arguments))
        keywords = {key: assumed(value) for key, value in keywords.items()}
        with run.presuming():
            result = calls.call(assumed(function), arguments, keywords, place, is_open=is_open)
        return presumed(result)
    if isinstance(function, External):
        answer = _in_frame(evaluator, function.name, arguments, place)
        if answer is not None:
            return answer[0]
        place = evaluator.place(expression.span, _import_text(function.name, arguments))
    if isinstance(function, Method) and function.receiver == SYS_MODULES:
        return UNKNOWN
    is_followed = isinstance(function, Function | Class | Instance | Method)
    if is_followed and evaluator.is_doubtful(expression.function):
        with run.doubting():
            try:
                return calls.call(function, arguments, keywords, place, is_open=is_open)
            except Raised as raised:
                run.note(raised.failure)
                return UNKNOWN
    return calls.call(function, arguments, keywords, place, is_open=is_open)


def _arguments(
    evaluator: Expressions, expression: f.Call, consumes: bool
) -> tuple[tuple[Value, ...], Mapping[str, Value], bool]:
    """The values of a call's arguments, and whether there may be more."""
    arguments: list[Value] = []
    keywords: dict[str, Value] = {}
    is_open = False
    for argument in expression.arguments:
        if consumes and isinstance(argument, f.Comprehension):
            arguments.append(run_through(evaluator, argument))
            continue
        value = evaluator.value(argument)
        if not isinstance(argument, f.Starred):
            arguments.append(value)
            continue
        items = evaluator.calls.iterate(value, evaluator.place(expression.span))
        is_open = is_open or items is None
        arguments.extend(items or ())
    for keyword in expression.keywords:
        value = evaluator.value(keyword.value)
        if keyword.name is not None:
            keywords[keyword.name] = value
        elif isinstance(value, Dictionary):
            keywords.update({key: each for key, each in value.items.items() if isinstance(key, str)})
            is_open = is_open or value.is_open
        else:
            is_open = True
    return tuple(arguments), keywords, is_open


def _consumes(function: Value) -> bool:
    """Whether a function runs through a generator that it gets."""
    if isinstance(function, Method):
        return isinstance(function.receiver, str) and function.name == "join"
    return isinstance(function, External) and function.name in _CONSUMERS


# ---- calls whose meaning depends on where they stand


def _is_bare_super(evaluator: Expressions, expression: f.Call) -> bool:
    match expression.function:
        case f.Name(id="super"):
            return not expression.arguments and evaluator._find("super") is None
    return False


def _bare_super(evaluator: Expressions) -> Value:
    """`super()` without arguments: the class and the first argument of the method around it."""
    frame: Frame | None = evaluator.frame
    while frame is not None and frame.owner is None:
        frame = frame.parent
    if frame is None or frame.owner is None or frame.receiver is None:
        return UNKNOWN
    return Super(frame.owner, frame.receiver)


def _in_frame(
    evaluator: Expressions, name: str, arguments: tuple[Value, ...], place: Place
) -> tuple[Value] | None:
    """Calls of what depends on the frame: `globals()`, `sys.modules.get(...)`; None for any other."""
    frame = evaluator.frame
    if name == "builtins.globals" or (
        name in ("builtins.vars", "builtins.locals") and not arguments and frame.is_module
    ):
        evaluator.run.scripts.see_names(frame.module)
        return (ModuleDict(frame.module),)
    if name == "builtins.locals" or (name == "builtins.vars" and not arguments):
        return (UNKNOWN,)
    if name == "builtins.super" and len(arguments) == 2 and isinstance(arguments[0], Class):
        return (Super(arguments[0], arguments[1]),)
    if name in _SEE_FRAMES:
        evaluator.calls.disturb(frame.module)
    if name.startswith("sys.modules."):
        loader = evaluator.machine.loader
        return (module_cache_method(loader, name.rpartition(".")[2], arguments, place),)
    if name in ("sys.exit", "builtins.exit") and evaluator.run.depth == 0:
        evaluator.run.error(place, "SystemExit", "")
    return None


def _import_text(name: str, arguments: tuple[Value, ...]) -> str:
    """The text of a call that imports."""
    last = name.rpartition(".")[2]
    if last in ("import_module", "__import__") and arguments and isinstance(arguments[0], str):
        return f'{last}("{arguments[0]}")'
    return ""
