"""Blocks: statements one after the other, what they bind, and what becomes of those that may not run."""

from __future__ import annotations

from collections.abc import Iterable

from importlint.finder.resolve import absolute_name
from importlint.machine.attributes import Found
from importlint.machine.expressions import Expressions
from importlint.machine.module_cache import SYS_MODULES
from importlint.machine.run import Broken, Continued, CutShort, Left, PerhapsReturned, Raised
from importlint.machine.values import (
    KEYS,
    UNKNOWN,
    Dictionary,
    Instance,
    ModuleDict,
    Sequence,
    Value,
    presumed,
)
from importlint.syntax import facts as f
from importlint.syntax.traverse import target_names


class Blocks(Expressions):
    """Runs blocks in one frame; `execute` runs a statement."""

    def body(self, block: f.Block) -> None:
        """Run a whole body.

        Raises:
            Raised: an exception leaves it.
            Returned: a `return` leaves it.
            CutShort: it takes too long.
        """
        self.block(block)

    def block(self, block: f.Block) -> None:
        """Run the statements of a block."""
        module = self.frame.module if self.frame.is_module else None
        for number, statement in enumerate(block):
            span = getattr(statement, "span", None)
            if module is not None and span is not None:
                module.line = span.line
            try:
                self.statement(statement)
            except PerhapsReturned:
                self._perhaps((block[number + 1 :],))
                raise

    def statement(self, statement: f.Statement) -> None:
        """Run one statement; what a call raises on its own account at module level is left out of account."""
        run = self.run
        if run.depth:
            run.steps -= 1
            if run.steps < 0:
                raise CutShort
            self.execute(statement)
            return
        if not run.chain:
            run.steps_of_entry -= 1
            if run.steps_of_entry < 0:
                raise CutShort
        try:
            self.execute(statement)
        except Raised as raised:
            if raised.is_claim or run.is_caught_here(raised.failure.type):
                raise
            self._perhaps(((statement,),))

    def execute(self, statement: f.Statement) -> None:
        """Run one statement by its kind."""
        raise NotImplementedError

    def truth(self, test: f.Expression) -> bool | None:
        """Whether a condition holds; None if that is unknown."""
        return self.judged(test, self.value(test))

    # ---- binding

    def bind(self, name: str, value: Value) -> None:
        """Bind a name in this frame."""
        frame = self.frame
        if self.run.presumption:
            value = presumed(value)
        if name in frame.global_names:
            self.attributes.bind_global(frame.module, name, value)
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
        if frame.is_module:
            self.run.scripts.bind(frame.module, name)

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
        star = next((index for index, each in enumerate(targets) if isinstance(each, f.Starred)), None)
        if items is not None and star is not None and len(items) >= len(targets) - 1:
            end = len(items) - (len(targets) - 1 - star)
            items = [*items[:star], Sequence("list", list(items[star:end])), *items[end:]]
        if items is None or len(items) != len(targets):
            items = [UNKNOWN] * len(targets)
        for target, item in zip(targets, items, strict=True):
            self.bind_target(target.value if isinstance(target, f.Starred) else target, item)

    def _put_item(self, owner: Value, index: Value, value: Value) -> None:
        if owner == SYS_MODULES:
            self.run.scripts.spoil()
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
            for statement in block:
                skipped = self.frame.code.skipped(statement)
                for name in skipped.changed:
                    found = self._find(name)
                    if found is not None:
                        self.calls.disturb(found[0])
                for name in skipped.bound:
                    if name == "*":
                        self.journal.set(self.frame.module, "is_open", True)
                    else:
                        self.journal.add(self.frame.maybe, name)

    def _skip_imports(self, block: f.Block) -> None:
        """Note which modules a block might have loaded that is not run here."""
        for statement in block:
            for each in self.frame.code.skipped(statement).imports:
                self._skip_import(each)

    def _skip_import(self, statement: f.Import | f.ImportFrom) -> None:
        if isinstance(statement, f.Import):
            names: tuple[str, ...] = (statement.module,)
        else:
            package, version = self.frame.module.base, self.run.world.target.version
            base = absolute_name(package, statement.level, statement.module, version)
            if not isinstance(base, str):
                return
            names = (base, *(f"{base}.{name.name}" for name in statement.names))
        self.run.scripts.skip(names)
        for name in names:
            self.journal.put(self.run.state.skipped, name, None)

    def _perhaps_new(self, block: f.Block) -> None:
        """Note which names only a block binds that is presumed not to run."""
        self._skip_imports(block)
        for statement in block:
            for name in self.frame.code.skipped(statement).bound:
                if name not in self.frame.names:
                    self.journal.add(self.frame.maybe, name)

    def _leaving(self, block: f.Block) -> f.Statement | None:
        """The first statement by which a block that is not run may end what is around it."""
        leaves = (self.frame.code.skipped(statement).leaves for statement in block)
        return next((each for each in leaves if each is not None), None)

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
