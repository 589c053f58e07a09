"""Interpreting code: the statements of a block in order, for what they import, bind, read and call.

A statement under an unknown condition runs in doubt: what it binds may be bound, and what fails there only
possibly fails. Language reference, chapters 7 and 8.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from importlint.finder.resolve import absolute_name
from importlint.finder.spec import Failure as SearchFailure
from importlint.graph.link import statement_text
from importlint.machine.attributes import Attributes, Found
from importlint.machine.calls import Calls
from importlint.machine.expressions import Expressions, same
from importlint.machine.frame import Frame
from importlint.machine.kinds import exception_name, is_instance
from importlint.machine.library import Library
from importlint.machine.loader import Loader
from importlint.machine.run import Broken, Continued, CutShort, Left, Raised, Returned, Run
from importlint.machine.values import (
    CONSTANTS,
    KEYS,
    UNKNOWN,
    Class,
    Dictionary,
    ExceptionObject,
    External,
    Generator,
    Instance,
    Manager,
    ModuleDict,
    ModuleObject,
    Presumed,
    Sequence,
    Suppressor,
    Value,
    truth,
)
from importlint.syntax import facts as f
from importlint.syntax.flow import Circumstances, Scope, Situated, handler_kinds, swallowed
from importlint.syntax.namespace import bindings
from importlint.syntax.traverse import expressions, parts, statements, target_names

_SYS_MODULES = External("sys.modules")
_MAX_ITERATIONS = 500
_MAYBE = Circumstances(scope=Scope.MODULE, imported=None)
_PLAIN_MANAGERS = frozenset(
    "builtins.open warnings.catch_warnings contextlib.nullcontext contextlib.closing contextlib.redirect_stdout "
    "contextlib.redirect_stderr threading.Lock threading.RLock tempfile.TemporaryDirectory io.open".split()
)
"""Context managers that swallow nothing."""


class Machine:
    """The parts of one run, put together."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.attributes = Attributes(run)
        self.calls = Calls(run, self.attributes, lambda frame, block: Interpreter(self, frame).body(block))
        self.loader = Loader(run, self.attributes, self._execute)
        self.library = Library(run, self.attributes, self.calls, self.loader)
        self.attributes.calls = self.calls
        self.attributes.note_read = self.loader.note_read
        self.attributes.note_miss = self.loader.recorder.depends_on
        self.attributes.note_submodule = self.loader.recorder.saw_submodule
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


class Interpreter(Expressions):
    """Runs statements in one frame."""

    def body(self, block: f.Block) -> None:
        """Run a whole body.

        Raises:
            Raised: an exception leaves it.
            Returned: a `return` leaves it.
            CutShort: it takes too long.
        """
        if not self.frame.is_module:
            self.block(block)
            return
        module = self.frame.module
        for statement in block:
            span = getattr(statement, "span", None)
            if span is not None:
                module.line = span.line
            self.statement(statement)

    def block(self, block: f.Block) -> None:
        """Run the statements of a block."""
        for statement in block:
            self.statement(statement)

    def statement(self, statement: f.Statement) -> None:
        """Run one statement; what a call raises on its own account at module level is left out of account."""
        run = self.run
        if run.depth:
            run.steps -= 1
            if run.steps < 0:
                raise CutShort
            _STATEMENTS[type(statement)](self, statement)
            return
        try:
            _STATEMENTS[type(statement)](self, statement)
        except Raised as raised:
            if raised.is_claim or run.is_caught_here(raised.failure.type):
                raise
            self._perhaps(((statement,),))

    # ---- binding

    def bind(self, name: str, value: Value) -> None:
        """Bind a name in this frame."""
        frame = self.frame
        if self.run.presumption and isinstance(value, CONSTANTS):
            value = Presumed(value)
        if name in frame.global_names:
            self.attributes.bind_in_module(frame.module, name, value)
            return
        if name in frame.nonlocal_names:
            outer = frame.parent
            while outer is not None and (outer.is_class or name not in outer.names):
                outer = outer.parent
            frame = outer or frame
        if self.run.doubt > frame.base_doubt:
            if name not in frame.names or name in frame.maybe or frame.names[name] is not value:
                self.journal.add(frame.maybe, name)
        else:
            self.journal.discard(frame.maybe, name)
        self.journal.put(frame.names, name, value)

    def unbind(self, name: str, span: f.Span | None = None) -> None:
        """`del name`."""
        frame = self.frame
        if name in frame.global_names:
            self.attributes.delete(frame.module, name)
            return
        if self.run.doubt > frame.base_doubt:
            self.journal.add(frame.maybe, name)
            return
        is_known = name in frame.names or name in frame.maybe or frame.is_function or frame.module.is_open
        self.journal.drop(frame.names, name)
        self.journal.discard(frame.maybe, name)
        if not is_known and span is not None and not self.run.depth:
            self.run.error(self.place(span), "NameError", f"name {name!r} is not defined", missing_name=name)

    def bind_target(self, target: f.Expression, value: Value) -> None:
        """Bind what an assignment's target names."""
        match target:
            case f.Name(id=name):
                self.bind(name, value)
            case f.Attribute(value=owner, attr=attr, span=span):
                self.attributes.write(self.value(owner), attr, value, self.place(span))
            case f.Subscript(value=owner, index=index):
                self._put_item(self.value(owner), self.value(index), value)
            case f.Display(items=targets):
                self._unpack(targets, value)
            case _:
                for bound in target_names(target):
                    self.bind(bound.id, UNKNOWN)

    def _unpack(self, targets: tuple[f.Expression, ...], value: Value) -> None:
        items = self.calls.iterate(value, self.place(f.Span(1, 1, 1, 1)))
        is_plain = not any(isinstance(target, f.Starred) for target in targets)
        if items is not None and is_plain and len(items) == len(targets):
            for target, item in zip(targets, items, strict=True):
                self.bind_target(target, item)
            return
        for target in targets:
            self.bind_target(target.value if isinstance(target, f.Starred) else target, UNKNOWN)

    def _put_item(self, owner: Value, index: Value, value: Value) -> None:
        if owner == _SYS_MODULES:
            if isinstance(index, str):
                self.journal.put(self.run.state.modules, index, value)
        elif isinstance(owner, ModuleDict):
            if isinstance(index, str):
                self.attributes.bind_in_module(owner.module, index, value)
            else:
                self.calls.disturb(owner)
        elif isinstance(owner, Dictionary):
            if not isinstance(index, KEYS) or self.run.doubt:
                self.calls.disturb(owner)
            if isinstance(index, KEYS):
                self.journal.put(owner.items, index, value)
        elif isinstance(owner, Sequence):
            if (
                isinstance(index, int)
                and -len(owner.items) <= index < len(owner.items)
                and not self.run.doubt
            ):
                items = list(owner.items)
                items[index] = value
                self.journal.replace(owner.items, items)
            else:
                self.calls.disturb(owner)
        elif isinstance(owner, Instance):
            setter = self.attributes.in_class(owner.cls, "__setitem__")
            if isinstance(setter, Found):
                self.calls.call(setter.value, (owner, index, value), {}, self.place(f.Span(1, 1, 1, 1)))

    def _perhaps(self, blocks: Iterable[f.Block]) -> None:
        """Note what blocks that are not run here might have bound, and what they might have changed."""
        for block in blocks:
            self._skip_imports(block)
            for statement in statements(block):
                for name in _perhaps_changed(statement):
                    found = self._find(name)
                    if found is not None:
                        self.calls.disturb(found[0])
                for binding in bindings(Situated(statement, _MAYBE)):
                    if binding.name == "*":
                        self.journal.set(self.frame.module, "is_open", True)
                    else:
                        self.journal.add(self.frame.maybe, binding.name)

    def _skip_imports(self, block: f.Block) -> None:
        """Note which modules a block might have loaded that is not run here."""
        package, version = self.frame.code.package, self.run.world.target.version
        for statement in statements(block):
            names: tuple[str, ...] = ()
            if isinstance(statement, f.Import):
                names = (statement.module,)
            elif isinstance(statement, f.ImportFrom):
                base = absolute_name(package, statement.level, statement.module, version)
                if isinstance(base, str):
                    names = (base, *(f"{base}.{name.name}" for name in statement.names))
            for name in names:
                if name not in self.run.state.skipped:
                    self.journal.put(self.run.state.skipped, name, None)

    def _perhaps_new(self, block: f.Block) -> None:
        """Note which names only a block binds that is presumed not to run."""
        self._skip_imports(block)
        for statement in statements(block):
            for binding in bindings(Situated(statement, _MAYBE)):
                if binding.name not in self.frame.names:
                    self.journal.add(self.frame.maybe, binding.name)

    def _maybe(self, block: f.Block) -> bool:
        """Run a block that may not run: what leaves it leaves the rest in doubt. Whether an exception left it."""
        run = self.run
        run.doubt += 1
        left: Exception | None = None
        try:
            self.block(block)
        except Raised as raised:
            if raised.is_claim:
                run.note(raised.failure)
            left = raised
        except Left as leaving:
            left = leaving
        run.doubt -= 1
        if left is not None:
            self._may_have_left(isinstance(left, Broken | Continued))
        return isinstance(left, Raised)

    def _may_have_left(self, is_loop: bool) -> None:
        """From now on it is in doubt whether this frame, or its innermost loop, still runs."""
        frame = self.frame
        self.run.doubt += 1
        if is_loop and frame.loop_exits:
            frame.loop_exits[-1] += 1
        elif frame.is_function:
            frame.exits += 1
        else:
            frame.base_doubt += 1  # nobody sees the names of a module that was left

    # ---- imports

    def import_(self, statement: f.Import) -> None:
        top = statement.module.partition(".")[0]
        if statement.lazy:
            self.bind(statement.asname or top, UNKNOWN)
            return
        place = self.place(statement.span, statement_text(statement))
        if statement.asname:
            self.bind(statement.asname, self.machine.loader.import_as(statement.module, place))
        else:
            self.bind(top, self.machine.loader.import_top(statement.module, place))

    def import_from(self, statement: f.ImportFrom) -> None:
        loader, code = self.machine.loader, self.frame.code
        place = self.place(statement.module_span, statement_text(statement))
        target = self.run.world.target
        name = absolute_name(code.package, statement.level, statement.module, target.version)
        if isinstance(name, SearchFailure):
            self.run.error(place, name.type, name.message)
            return
        if statement.lazy:
            for imported in statement.names:
                self.bind(imported.binds, UNKNOWN)
            return
        if name == "__future__":
            return
        module = loader.load(name, place)
        if statement.names[0].name == "*":
            self._star(module, statement)
            return
        loader.from_list(module, tuple(imported.name for imported in statement.names), place)
        for imported in statement.names:
            is_on_first_line = imported.span.line == statement.span.line
            span = imported.span if is_on_first_line else statement.module_span
            here = self.place(span, place.statement)
            self.bind(imported.binds, loader.import_from(module, imported.name, here))

    def _star(self, module: Value, statement: f.ImportFrom) -> None:
        place = self.place(statement.names[0].span, statement_text(statement))
        taken = self.machine.loader.star(module, place)
        if taken is None or not isinstance(module, ModuleObject) or not module.is_followed or module.is_open:
            self.journal.set(self.frame.module, "is_open", True)
        if taken is None:
            return
        if isinstance(module, ModuleObject):
            for name in sorted(module.maybe):
                if not name.startswith("_"):
                    self.journal.add(self.frame.maybe, name)
        for name, value in taken.items():
            if isinstance(value, External):
                with self.run.doubting():
                    self.bind(name, value)
            else:
                self.bind(name, value)

    # ---- simple statements

    def evaluate(self, statement: f.Evaluate) -> None:
        strange_calls = self.run.strange_calls
        self.value(statement.value)
        if self.run.strange_calls != strange_calls and self.frame.is_module:
            self.calls.disturb(
                self.frame.module
            )  # a bare call of something unknown may be what binds names here

    def assign(self, statement: f.Assign) -> None:
        value = self.value(statement.value)
        for target in statement.targets:
            self.bind_target(target, value)

    def annotated_assign(self, statement: f.AnnotatedAssign) -> None:
        if statement.value is not None:
            self.bind_target(statement.target, self.value(statement.value))
        is_simple = statement.is_simple or self.run.world.target.version >= (3, 10)
        if (self._evaluates_annotations or not is_simple) and not self.frame.is_function:
            self.value(statement.annotation)

    @property
    def _evaluates_annotations(self) -> bool:
        """Before PEP 649, unless the file asks for PEP 563."""
        return self.run.world.target.version < (3, 14) and not self.frame.code.facts.future_annotations

    def augmented_assign(self, statement: f.AugmentedAssign) -> None:
        before, more = self.value(statement.target), self.value(statement.value)
        result: Value = UNKNOWN
        match before, statement.operator, more:
            case Sequence(), "+" | "|", _:
                items = self.calls.iterate(more, self.place(statement.span))
                if items is None or self.run.doubt:
                    self.calls.disturb(before)
                if items is not None:
                    if before.kind == "tuple":
                        before = Sequence("tuple", list(before.items), before.is_open)
                    self.journal.replace(before.items, [*before.items, *items])
                result = before
            case Dictionary(), "|", Dictionary():
                for key, value in more.items.items():
                    self.journal.put(before.items, key, value)
                if more.is_open or self.run.doubt:
                    self.calls.disturb(before)
                result = before
            case str(), "+", str():
                result = before + more if len(before) + len(more) < 10_000 else UNKNOWN
            case int(), "+", int():
                result = before + more
        self.bind_target(statement.target, result)

    def delete(self, statement: f.Delete) -> None:
        for target in statement.targets:
            match target:
                case f.Name(id=name, span=span):
                    self.unbind(name, span)
                case f.Attribute(value=owner, attr=attr):
                    self.attributes.delete(self.value(owner), attr)
                case f.Subscript(value=owner, index=index, span=span):
                    self._delete_item(self.value(owner), self.value(index), span)
                case f.Display(items=items):
                    self.delete(f.Delete(items, statement.span))

    def _delete_item(self, owner: Value, index: Value, span: f.Span) -> None:
        if owner == _SYS_MODULES and isinstance(index, str):
            if index in self.run.state.modules:
                self.journal.drop(self.run.state.modules, index)
            else:
                self.run.error(self.place(span), "KeyError", repr(index), is_claim=not self.run.depth)
        elif isinstance(owner, ModuleDict) and isinstance(index, str):
            self.attributes.delete(owner.module, index)
        elif isinstance(owner, Dictionary) and isinstance(index, KEYS) and not self.run.doubt:
            self.journal.drop(owner.items, index)
        else:
            self.calls.disturb(owner)

    def type_alias(self, statement: f.TypeAlias) -> None:
        self.bind(statement.name, UNKNOWN)

    def global_(self, statement: f.Global) -> None:
        if not self.frame.is_module:
            self.frame.global_names.update(statement.names)

    def nonlocal_(self, statement: f.Nonlocal) -> None:
        self.frame.nonlocal_names.update(statement.names)

    def return_(self, statement: f.Return) -> None:
        value = None if statement.value is None else self.value(statement.value)
        raise Returned(Presumed(value) if self.run.presumption and isinstance(value, CONSTANTS) else value)

    def break_(self, statement: f.Break) -> None:
        raise Broken

    def continue_(self, statement: f.Continue) -> None:
        raise Continued

    def raise_(self, statement: f.Raise) -> None:
        place = self.place(statement.span)
        if statement.exception is None:
            handled = self.frame.handled
            if handled and isinstance(handled[-1], Raised):
                raise handled[-1]
            self.run.error(
                place, "RuntimeError", "No active exception to reraise", is_claim=not self.run.depth
            )
        assert statement.exception is not None
        value = self.value(statement.exception)
        if isinstance(value, Class | External):
            value = self.calls.call(value, (), {}, place)
        if statement.cause is not None:
            self.value(statement.cause)
        arguments = value.arguments if isinstance(value, ExceptionObject) else ()
        text = str(arguments[0]) if arguments and isinstance(arguments[0], (str, int)) else ""
        if isinstance(value, ExceptionObject) and value.kind == "KeyError" and arguments:
            text = repr(arguments[0]) if isinstance(arguments[0], CONSTANTS) else ""
        try:
            self.run.error(place, exception_name(value), text, is_claim=not self.run.depth)
        except Raised as raised:
            raised.value = value
            raise

    def assert_(self, statement: f.Assert) -> None:
        if self.truth(statement.test) is False:
            self.run.error(self.place(statement.span), "AssertionError", "", is_claim=not self.run.depth)

    # ---- compound statements

    def truth(self, test: f.Expression) -> bool | None:
        """Whether a condition holds; None if that is unknown."""
        known = truth(self.value(test))
        return self.holds(test) if known is None else known

    def if_(self, statement: f.If) -> None:
        while True:
            value = self.value(statement.test)
            known = truth(value)
            if known is None:
                known = self.holds(statement.test)
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
        elif presumed is None and self.frame.is_function and not other:
            taken, other = (), taken
        if presumed is not None:
            with self.run.presuming():
                self.block(taken)
            self._perhaps_new(other)
            if _may_leave(other) is not None:  # presumably it has not been left there
                self.run.presumption += 1
            return
        if self._maybe(taken) and other is statement.orelse and other:
            self._maybe(other)  # the body cannot be what runs, if anything does
            return
        self._perhaps((other,))
        leaving = _may_leave(other)
        if leaving is not None:
            self._may_have_left(isinstance(leaving, f.Break | f.Continue))

    def for_(self, statement: f.For) -> None:
        iterable = self.value(statement.iterable)
        if isinstance(iterable, Generator):
            self._for_generator(statement, iterable)
            return
        items = self.calls.iterate(iterable, self.place(statement.span))
        with self._loop():
            if items is None or len(items) > _MAX_ITERATIONS:
                some = iterable.items[:_MAX_ITERATIONS] if isinstance(iterable, Sequence) else []
                for item in some or (UNKNOWN,):
                    with self.run.doubting():
                        self.bind_target(statement.target, item)
                    self._maybe(statement.body)
                self._after_unknown_loop(statement.orelse)
                return
            try:
                for item in items:
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

        with self._loop():
            try:
                self.calls.drive(generator, run_body)
            except Broken:
                return
            self.block(statement.orelse)

    def while_(self, statement: f.While) -> None:
        with self._loop():
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

    def _loop(self) -> Any:
        return _Loop(self)

    def try_(self, statement: f.Try) -> None:
        try:
            self._guarded(statement)
        except (Raised, Left):
            self.block(statement.finalbody)
            raise
        self.block(statement.finalbody)

    def _guarded(self, statement: f.Try) -> None:
        run = self.run
        unknown = run.unknown_calls
        kinds = frozenset(kind for handler in statement.handlers for kind in handler_kinds(handler.kinds))
        run.guards.append(kinds)
        try:
            self.block(statement.body)
        except Raised as raised:
            run.guards.pop()
            self._handle(statement, raised)
        except BaseException:
            run.guards.pop()
            raise
        else:
            run.guards.pop()
            if run.unknown_calls != unknown:
                self._perhaps(handler.body for handler in statement.handlers)
            self.block(statement.orelse)

    def _handle(self, statement: f.Try, raised: Raised) -> None:
        for handler in statement.handlers:
            caught: bool | None = True
            if handler.kinds is not None:
                caught = is_instance(raised.value, self.value(handler.kinds))
            if caught is False:
                continue
            self.run.write_down(self.run.swallowed, raised.failure)
            if handler.name:
                self.bind(handler.name, raised.value)
            self.frame.handled.append(raised)
            try:
                if caught and (raised.is_claim or self.frame.is_function):
                    self.block(handler.body)
                else:
                    self._maybe(handler.body)
            finally:
                self.frame.handled.pop()
                if handler.name and (handler.name in self.frame.names):
                    self.unbind(handler.name)
            return
        raise raised

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
            self.run.write_down(self.run.swallowed, raised.failure)
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

    # ---- definitions

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


def _perhaps_changed(statement: f.Statement) -> Iterator[str]:
    """The names whose values a statement may change: what it calls methods of, passes on, or puts items into."""
    for root in expressions(statement):
        for part in parts(root):
            if isinstance(part, f.Call):
                owner = part.function.value if isinstance(part.function, f.Attribute) else None
                yield from (each.id for each in (owner, *part.arguments) if isinstance(each, f.Name))
    targets = statement.targets if isinstance(statement, f.Assign | f.Delete) else ()
    for target in (*targets, *((statement.target,) if isinstance(statement, f.AugmentedAssign) else ())):
        if isinstance(target, f.Subscript) and isinstance(target.value, f.Name):
            yield target.value.id
        elif isinstance(target, f.Name):
            yield target.id


class _Loop:
    """A loop that runs in a frame: how often it may have been left already ends with it."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.frame, self.run = interpreter.frame, interpreter.run

    def __enter__(self) -> None:
        self.frame.loop_exits.append(0)

    def __exit__(self, *_: object) -> None:
        self.run.doubt -= self.frame.loop_exits.pop()


_LEAVES = (f.Raise, f.Return, f.Break, f.Continue)


def _just_leaves(block: f.Block) -> bool:
    """Whether a block only raises."""
    return bool(block) and isinstance(block[-1], f.Raise)


def _may_leave(block: f.Block) -> f.Statement | None:
    """The first statement by which a block that is not run may end what is around it."""
    return next((statement for statement in statements(block) if isinstance(statement, _LEAVES)), None)


def _is_plain(context: f.Expression, interpreter: Interpreter) -> bool:
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
