"""Compound statements: conditions, loops, handlers, `with` and `match`; language reference, chapter 8."""

from __future__ import annotations

from contextlib import suppress

from msgspec.structs import replace

from importlint.machine.attributes import Found
from importlint.machine.expressions import Expressions
from importlint.machine.kinds import exception_group, exception_text, is_instance
from importlint.machine.operations import same
from importlint.machine.run import Broken, Continued, CutShort, Left, PerhapsReturned, Raised
from importlint.machine.simple import SimpleStatements
from importlint.machine.values import (
    UNKNOWN,
    External,
    Generator,
    Instance,
    Manager,
    Presumed,
    Sequence,
    Suppressor,
    Value,
    truth,
)
from importlint.syntax import facts as f
from importlint.syntax.flow import handler_kinds, swallowed

_GROUP = External("builtins.BaseExceptionGroup")
_MAX_ITERATIONS = 500
_PLAIN_MANAGERS = frozenset(
    "builtins.open warnings.catch_warnings contextlib.nullcontext contextlib.closing contextlib.redirect_stdout "
    "contextlib.redirect_stderr threading.Lock threading.RLock tempfile.TemporaryDirectory io.open".split()
)
"""Context managers that swallow nothing."""


class CompoundStatements(SimpleStatements):
    """Runs compound statements in one frame, definitions apart."""

    def if_(self, statement: f.If) -> None:
        while True:
            value = self.value(statement.test)
            known = self.judged(statement.test, value)
            if known is None and _gives_default(statement):
                known, value = True, Presumed(True)
            if known is None or isinstance(value, Presumed):
                self._unknown_branch(statement, known)
                return
            if known:
                self.block(statement.body)
                return
            if len(statement.orelse) != 1 or not isinstance(statement.orelse[0], f.If):
                self.block(statement.orelse)
                return
            statement = statement.orelse[0]

    def _unknown_branch(self, statement: f.If, presumed: bool | None) -> None:
        """Policy 5: at module level the body (the `else` if the body just raises); in calls only one of two."""
        taken, other = statement.body, statement.orelse
        if presumed is False or (presumed is None and _just_leaves(taken) and other):
            taken, other = other, taken
        elif presumed is None and not other and (self.frame.is_function or _just_warns(taken)):
            taken, other = (), taken
        if presumed is not None:
            with self.run.presuming():
                self.block(taken)
            self._perhaps_new(other)
            if self._leaving(other) is not None:  # presumably it has not been left there
                self.run.presumption += 1
            return
        if self.frame.is_function and _is_guard(statement):
            raise PerhapsReturned
        if self._maybe(taken) and other is statement.orelse and other:
            self._maybe(other)  # the body cannot be what runs, if anything does
            return
        self._perhaps((other,))
        leaving = self._leaving(other)
        if leaving is not None:
            self._may_have_left(isinstance(leaving, f.Break | f.Continue))

    def for_(self, statement: f.For) -> None:
        iterable = self.value(statement.iterable)
        if isinstance(iterable, Generator):
            self._for_generator(statement, iterable)
            return
        items = self.calls.iterate(iterable, self.place(statement.span))
        with _Loop(self):
            if items is None or len(items) > _MAX_ITERATIONS:
                some = iterable.items[:_MAX_ITERATIONS] if isinstance(iterable, Sequence) else []
                for item in some or (UNKNOWN,):
                    with self.run.doubting():
                        self.bind_target(statement.target, item)
                    self._maybe(statement.body)
                self._after_unknown_loop(statement.orelse)
                return
            spared = self.run.steps // 4  # for what follows
            try:
                for item in items:
                    if self.run.depth and self.run.steps < spared:
                        self.run.cuts += 1
                        self._perhaps((statement.body,))
                        self._after_unknown_loop(statement.orelse)
                        return
                    self.bind_target(statement.target, item)
                    with suppress(Continued):
                        self.block(statement.body)
            except Broken:
                return
            self.block(statement.orelse)

    def _for_generator(self, statement: f.For, generator: Generator) -> None:
        """The body runs wherever the generator yields."""

        def run_body(item: Value) -> None:
            self.bind_target(statement.target, item)
            with suppress(Continued):
                self.block(statement.body)

        with _Loop(self):
            try:
                self.calls.drive(generator, run_body)
            except Broken:
                return
            self.block(statement.orelse)

    def while_(self, statement: f.While) -> None:
        with _Loop(self):
            try:
                for _ in range(_MAX_ITERATIONS):
                    known = self.truth(statement.test)
                    if known is False:
                        break
                    if known is None:
                        self._maybe(statement.body)
                        self._after_unknown_loop(statement.orelse)
                        return
                    with suppress(Continued):
                        self.block(statement.body)
                else:
                    if self.run.depth:
                        raise CutShort
            except Broken:
                return
            self.block(statement.orelse)

    def _after_unknown_loop(self, orelse: f.Block) -> None:
        """The `else` of a loop that may have been left."""
        if self.frame.is_function and self.frame.loop_exits[-1]:
            self._perhaps((orelse,))
        else:
            self._maybe(orelse)

    def try_(self, statement: f.Try) -> None:
        self.frame.tries += 1
        try:
            try:
                self._guarded(statement)
            except (Raised, Left):
                self.block(statement.finalbody)
                raise
            self.block(statement.finalbody)
        finally:
            self.frame.tries -= 1

    def _guarded(self, statement: f.Try) -> None:
        run = self.run
        unknown = run.unknown_calls
        kinds = frozenset(kind for handler in statement.handlers for kind in handler_kinds(handler.kinds))
        run.guards.append(kinds)
        try:
            self.block(statement.body)
        except Raised as raised:
            run.guards.pop()
            if not self._handle(statement, raised):
                raise
        except BaseException:
            run.guards.pop()
            raise
        else:
            run.guards.pop()
            if run.unknown_calls == unknown:
                self.block(statement.orelse)
                return
            self._perhaps(handler.body for handler in statement.handlers)
            with run.presuming():  # what is unknown has raised nothing
                self.block(statement.orelse)

    def _handle(self, statement: f.Try, raised: Raised) -> bool:
        """Run the handler that an exception finds; whether it finds one."""
        for handler in statement.handlers:
            caught: bool | None = True
            if handler.kinds is not None:
                caught = is_instance(raised.value, self.value(handler.kinds))
            if statement.star and is_instance(raised.value, _GROUP) is not False:
                caught = None  # each clause takes its part of a group, and the rest goes on
            if caught is False:
                continue
            self.run.swallow(raised)
            self.run.scripts.catch(raised.failure)
            handled = _in_group(raised) if statement.star else raised
            if handler.name:
                self.bind(handler.name, handled.value)
            self.frame.handled.append(handled)
            try:
                if caught and (raised.is_claim or self.frame.is_function):
                    self.block(handler.body)
                else:
                    self._maybe(handler.body)
            finally:
                self.frame.handled.pop()
                if handler.name and (handler.name in self.frame.names):
                    self.unbind(handler.name)
            return True
        return False

    def with_(self, statement: f.With) -> None:
        self._with(statement.items, statement)

    def _with(self, items: tuple[f.WithItem, ...], statement: f.With) -> None:
        if not items:
            self.block(statement.body)
            return
        item, *rest = items
        manager = self.value(item.context)
        place = self.place(statement.span)
        if isinstance(manager, Manager):
            self._with_generator(manager.generator, item, tuple(rest), statement)
            return
        entered: Value = UNKNOWN
        if isinstance(manager, Instance):
            enter = self.attributes.in_class(manager.cls, "__enter__")
            if isinstance(enter, Found):
                entered = self.calls.call(enter.value, (manager,), {}, place)
        if item.target is not None:
            self.bind_target(item.target, entered)
        kinds: frozenset[str] = frozenset(swallowed(item.context))
        if manager is UNKNOWN and not _is_plain(item.context, self):
            kinds |= {"ModuleNotFoundError"}
        guards = len(self.run.guards)
        self.run.guards.append(kinds)
        try:
            self._with(tuple(rest), statement)
        except Raised as raised:
            del self.run.guards[guards:]
            swallows = self._swallows(manager, item, raised)
            if swallows is False:
                raise
            self.run.swallow(raised)
            self.run.scripts.catch(raised.failure)
            if swallows is None:
                if raised.is_claim and raised.failure.type != "ModuleNotFoundError":
                    self.run.note(raised.failure)
                self._perhaps((statement.body,))
            return
        finally:
            del self.run.guards[guards:]
        if isinstance(manager, Instance):
            leave = self.attributes.in_class(manager.cls, "__exit__")
            if isinstance(leave, Found):
                self.calls.call(leave.value, (manager, None, None, None), {}, place)

    def _with_generator(
        self, generator: Generator, item: f.WithItem, rest: tuple[f.WithItem, ...], statement: f.With
    ) -> None:
        """The block runs where the generator yields, so that the generator's own handlers see what it raises."""
        left: list[Left] = []

        def run_block(entered: Value) -> None:
            if item.target is not None:
                self.bind_target(item.target, entered)
            try:
                self._with(rest, statement)
            except Left as leaving:
                left.append(leaving)

        self.calls.drive(generator, run_block)
        if left:
            raise left[0]

    def _swallows(self, manager: Value, item: f.WithItem, raised: Raised) -> bool | None:
        """Whether a context manager swallows an exception; None if that is unknown."""
        if isinstance(manager, Suppressor):
            return is_instance(raised.value, manager.kinds)
        if isinstance(manager, Instance):
            leave = self.attributes.in_class(manager.cls, "__exit__")
            if isinstance(leave, Found):
                kind = External(f"builtins.{raised.failure.type}")
                given = (manager, kind, raised.value, UNKNOWN)
                return truth(self.calls.call(leave.value, given, {}, self.place(f.Span(1, 1, 1, 1))))
        return False if _is_plain(item.context, self) else None

    def match(self, statement: f.Match) -> None:
        subject = self.value(statement.subject)
        for case in statement.cases:
            known: bool | None = None
            if case.is_value:
                known = same(subject, self.value(case.reads[0]))
            elif case.irrefutable:
                known = True
            else:
                with self.run.doubting():
                    self.values(case.reads)
            if case.guard is not None and known is not False:
                for name in case.binds:
                    self.bind(name, subject if known else UNKNOWN)
                with self.run.doubting(0 if known else 1):
                    holds = self.truth(case.guard)
                known = False if holds is False else known and holds
            if known:
                for name in case.binds:
                    self.bind(name, subject)
                self.block(case.body)
                return
            if known is None:
                with self.run.doubting():
                    for name in case.binds:
                        self.bind(name, UNKNOWN)
                self._maybe(case.body)
                self._perhaps(each.body for each in statement.cases)
                return


def _in_group(raised: Raised) -> Raised:
    """An exception as an `except*` clause has it, and as a bare `raise` raises it there: alone in a group."""
    group = exception_group(raised.value)
    failure = replace(raised.failure, type=group.kind, message=exception_text(group))
    return Raised(group, failure, is_claim=raised.is_claim)


class _Loop:
    """A loop that runs in a frame: how often it may have been left already ends with it."""

    def __init__(self, interpreter: Expressions) -> None:
        self.frame, self.run = interpreter.frame, interpreter.run

    def __enter__(self) -> None:
        self.frame.loop_exits.append(0)

    def __exit__(self, *_: object) -> None:
        self.run.doubt -= self.frame.loop_exits.pop()


def _just_leaves(block: f.Block) -> bool:
    """Whether a block only raises."""
    return bool(block) and isinstance(block[-1], f.Raise)


def _gives_default(statement: f.If) -> bool:
    """Whether it is `if x is None: x = constant`: most likely nobody has set what has a default."""
    match statement:
        case f.If(
            test=f.Compare(left=f.Name(id=name), operators=("is",), comparators=(f.Constant(value=None),)),
            body=(f.Assign(targets=(f.Name(id=target),), value=f.Constant()),),
            orelse=(),
        ):
            return target == name
    return False


def _is_guard(statement: f.If) -> bool:
    """Whether it is `if not condition: return`, which makes all that follows the body of an `if condition`."""
    match statement:
        case f.If(test=f.Not(), body=(f.Return(),), orelse=()):
            return True
    return False


def _just_warns(block: f.Block) -> bool:
    """Whether a block ends in a warning: what is warned of is not what is usual."""
    match block[-1:]:
        case (f.Evaluate(value=f.Call(function=f.Name(id=name) | f.Attribute(attr=name))),):
            return name in ("warn", "warning", "warn_deprecated")
    return False


def _is_plain(context: f.Expression, interpreter: Expressions) -> bool:
    """Whether a context manager surely swallows nothing."""
    if not isinstance(context, f.Call):
        return False
    match context.function:
        case f.Name(id=name):
            found = interpreter._find(name)
            value = found[0] if found else External(f"builtins.{name}")
            return isinstance(value, External) and value.name in _PLAIN_MANAGERS
        case f.Attribute(value=f.Name(id=name), attr=attr):
            return f"{name}.{attr}" in _PLAIN_MANAGERS
    return False
