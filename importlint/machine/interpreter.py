"""Interpreting code: the statements of a block in order, for what they import, bind, read and call.

A statement under an unknown condition runs in doubt: what it binds may be bound, and what fails there only
possibly fails. Language reference, chapters 7 and 8.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from importlint.machine.attributes import Attributes
from importlint.machine.calls import Calls
from importlint.machine.compound import CompoundStatements
from importlint.machine.expressions import Expressions
from importlint.machine.frame import Frame
from importlint.machine.lazy_imports import LazyImports
from importlint.machine.library import Library
from importlint.machine.loader import Loader
from importlint.machine.run import Left, Run
from importlint.machine.values import (
    UNKNOWN,
    ModuleObject,
    Value,
)
from importlint.syntax import facts as f


class Machine:
    """The parts of one run, put together."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.attributes = Attributes(run)
        self.calls = Calls(run, self.attributes, lambda frame, block: Interpreter(self, frame).body(block))
        self.loader = Loader(run, self.attributes, self._execute)
        self.library = Library(run, self.attributes, self.calls, self.loader)
        self.lazy = LazyImports(self.loader)
        self.attributes.lazy = self.lazy
        self.attributes.calls = self.calls
        self.attributes.note_read = self.loader.note_read
        self.attributes.note_miss = self.loader.recorder.depends_on
        self.attributes.note_name = self.loader.recorder.saw_name
        self.calls.library = self.library

    def in_frame(self, frame: Frame) -> Expressions:
        """What evaluates expressions in a frame."""
        return Interpreter(self, frame)

    def _execute(self, module: ModuleObject) -> None:
        code = module.code
        assert code is not None
        frame = Frame(module, code, module.names, module.maybe, self.run.doubt)
        run = self.run
        doubt, guards, own_guards = run.doubt, len(run.guards), run.own_guards
        presumption = run.presumption
        run.own_guards = guards
        try:
            with suppress(Left):  # outside a function only what is no Python gets here
                Interpreter(self, frame).body(code.facts.body)
        finally:
            run.doubt, run.presumption, run.own_guards = doubt, presumption, own_guards
            del run.guards[guards:]


class Interpreter(CompoundStatements):
    """Runs statements in one frame."""

    def execute(self, statement: f.Statement) -> None:
        """Run one statement by its kind."""
        _STATEMENTS[type(statement)](self, statement)

    def function(self, statement: f.FunctionDef) -> None:
        decorators = self.values(statement.decorators)
        parameters = statement.parameters
        defaults = tuple(self.values(parameters.defaults))
        keyword_defaults: dict[str, Value] = {}
        for name, default in zip(parameters.keyword_only, parameters.keyword_defaults, strict=True):
            if default is not None:
                keyword_defaults[name] = self.value(default)
        if self._evaluates_annotations and statement.annotations:
            self._inside_type_parameters(statement.type_parameters).values(statement.annotations)
        result: Value = self.function_object(statement, defaults, keyword_defaults)
        place = self.place(statement.span)
        for decorator in reversed(decorators):
            result = self.calls.decorate(decorator, result, place)
        self.bind(statement.name, result)

    def _inside_type_parameters(self, names: tuple[str, ...]) -> Expressions:
        """What evaluates annotations and bases, which see the type parameters of their definition (PEP 695)."""
        if not names:
            return self
        known: dict[str, Value] = dict.fromkeys(names, UNKNOWN)
        frame = self.frame
        around = Frame(frame.module, frame.code, known, set(), self.run.doubt, frame, is_function=True)
        return Interpreter(self.machine, around)

    def class_(self, statement: f.ClassDef) -> None:
        decorators = self.values(statement.decorators)
        outer = self._inside_type_parameters(statement.type_parameters)
        bases = tuple(outer.values(statement.bases))
        keywords = {
            keyword.name: outer.value(keyword.value) for keyword in statement.keywords if keyword.name
        }
        frame = Frame(
            module=self.frame.module,
            code=self.frame.code,
            names={},
            maybe=set(),
            base_doubt=self.run.doubt,
            parent=outer.frame if not outer.frame.is_module else None,
            is_class=True,
        )
        doubt = self.run.doubt
        try:
            Interpreter(self.machine, frame).block(statement.body)
        finally:
            self.run.doubt = doubt
        place = self.place(statement.span)
        names = {name: value if name not in frame.maybe else UNKNOWN for name, value in frame.names.items()}
        result = self.calls.make_class(statement.name, bases, names, keywords, frame, place)
        for decorator in reversed(decorators):
            result = self.calls.decorate(decorator, result, place)
        self.bind(statement.name, result)


# The values are methods that take the statement type of their key, which a dict's type cannot say.
_STATEMENTS: dict[type[f.Fact], Callable[..., None]] = {
    f.Import: Interpreter.import_,
    f.ImportFrom: Interpreter.import_from,
    f.Evaluate: Interpreter.evaluate,
    f.Assign: Interpreter.assign,
    f.AugmentedAssign: Interpreter.augmented_assign,
    f.AnnotatedAssign: Interpreter.annotated_assign,
    f.Delete: Interpreter.delete,
    f.If: Interpreter.if_,
    f.While: Interpreter.while_,
    f.For: Interpreter.for_,
    f.Try: Interpreter.try_,
    f.With: Interpreter.with_,
    f.Match: Interpreter.match,
    f.FunctionDef: Interpreter.function,
    f.ClassDef: Interpreter.class_,
    f.TypeAlias: Interpreter.type_alias,
    f.Return: Interpreter.return_,
    f.Raise: Interpreter.raise_,
    f.Assert: Interpreter.assert_,
    f.Break: Interpreter.break_,
    f.Continue: Interpreter.continue_,
    f.Global: Interpreter.global_,
    f.Nonlocal: Interpreter.nonlocal_,
}
