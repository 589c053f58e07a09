"""Simple statements: imports, assignments, deletions, and what leaves a block; language reference, chapter 7."""

from __future__ import annotations

from contextlib import nullcontext

from importlint.finder.resolve import absolute_name
from importlint.finder.spec import Failure as SearchFailure
from importlint.graph.link import statement_text
from importlint.machine.blocks import Blocks
from importlint.machine.kinds import exception_name, exception_text
from importlint.machine.module_cache import SYS_MODULES
from importlint.machine.run import Broken, Continued, Raised, Returned
from importlint.machine.values import (
    KEYS,
    UNKNOWN,
    Class,
    Dictionary,
    External,
    ModuleDict,
    ModuleObject,
    Sequence,
    Value,
    presumed,
)
from importlint.syntax import facts as f


class SimpleStatements(Blocks):
    """Runs simple statements in one frame."""

    # ---- imports

    def import_(self, statement: f.Import) -> None:
        top = statement.module.partition(".")[0]
        is_lazy = self._is_lazy(statement)
        if is_lazy is not False:
            self.bind(statement.asname or top, self.machine.lazy.import_(statement) if is_lazy else UNKNOWN)
            return
        place = self.place(statement.span, statement_text(statement))
        if statement.asname:
            self.bind(statement.asname, self.machine.loader.import_as(statement.module, place))
        else:
            self.bind(top, self.machine.loader.import_top(statement.module, place))

    def import_from(self, statement: f.ImportFrom) -> None:
        loader = self.machine.loader
        place = self.place(statement.module_span, statement_text(statement))
        target = self.run.world.target
        name = absolute_name(self.frame.module.base, statement.level, statement.module, target.version)
        if isinstance(name, SearchFailure):
            self.run.error(place, name.type, name.message)
            return
        is_lazy = self._is_lazy(statement)
        if is_lazy is not False:
            for bound, value in self.machine.lazy.import_from(statement, name):
                self.bind(bound, value if is_lazy else UNKNOWN)
            return
        if name == "__future__":  # a compiler directive, which binds names all the same
            for imported in statement.names:
                self.bind(imported.binds, External(f"__future__.{imported.name}"))
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

    def _is_lazy(self, statement: f.Import | f.ImportFrom) -> bool | None:
        """Whether an import is lazy, which it can be at module level and outside `try`; None if that is unknown."""
        if not self.frame.is_module or self.frame.tries:
            return False
        is_lazy = self.machine.lazy.is_lazy(statement, self.frame.module, self.frame.module.base)
        if is_lazy is None:
            self._skip_import(statement)
        return is_lazy

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
        if owner == SYS_MODULES and isinstance(index, str):
            self.run.scripts.spoil()
            if index in self.run.state.modules:
                self.journal.drop(self.run.state.modules, index)
            else:
                self.run.error(self.place(span), "KeyError", repr(index), is_claim=not self.run.depth)
        elif isinstance(owner, ModuleDict) and isinstance(index, str):
            self.attributes.delete(owner.module, index)
        elif (
            isinstance(owner, Sequence)
            and isinstance(index, int)
            and -len(owner.items) <= index < len(owner.items)
            and not self.run.doubt
        ):
            items = list(owner.items)
            del items[index]
            self.journal.replace(owner.items, items)
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
        raise Returned(presumed(value) if self.run.presumption else value)

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
        try:
            is_check = exception_name(value) == "AssertionError"  # for what does not happen
            with self.run.presuming() if is_check else nullcontext():
                self.run.error(
                    place, exception_name(value), exception_text(value), is_claim=not self.run.depth
                )
        except Raised as raised:
            raised.value = value
            raise

    def assert_(self, statement: f.Assert) -> None:
        if self.truth(statement.test) is False:
            is_plain = self.holds(statement.test) is False
            with nullcontext() if is_plain else self.run.presuming():  # values are not known that well
                self.run.error(self.place(statement.span), "AssertionError", "", is_claim=not self.run.depth)
