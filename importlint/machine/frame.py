"""Where code runs: a module's body, a class's body or a function's call, with its names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from importlint.machine.values import Class, ModuleObject, Value
from importlint.machine.world import Code
from importlint.syntax import facts as f


@dataclass(eq=False, slots=True)
class Frame:
    """One execution of a block; language reference, "Naming and binding"."""

    module: ModuleObject
    """Whose globals it sees."""
    code: Code
    names: dict[str, Value]
    maybe: set[str]
    base_doubt: int
    """How much was in doubt when it began: what is bound under more doubt may not be bound."""
    parent: Frame | None = None
    """The function or class body around it, for free names."""
    is_function: bool = False
    is_class: bool = False
    owner: Class | None = None
    """Of a method: the class in whose body it stands."""
    receiver: Value = None
    """Of a method: its first argument."""
    block: f.Block = ()
    """Of a function: its body."""
    global_names: set[str] = field(default_factory=set)
    nonlocal_names: set[str] = field(default_factory=set)
    exits: int = 0
    """How often it may have been left already: so much doubt ends with it."""
    loop_exits: list[int] = field(default_factory=list)
    """The same for the loops that are running in it, innermost last."""
    on_yield: Callable[[Value], None] | None = None
    """Of a generator that is iterated: what is done with each item."""
    tries: int = 0
    """How many `try` statements are running in it."""
    handled: list[BaseException] = field(default_factory=list)
    """The exceptions whose handlers are running, innermost last: what a bare `raise` raises again."""

    @property
    def is_module(self) -> bool:
        """Whether it is a module's body."""
        return not (self.is_function or self.is_class)

    def hides(self, name: str) -> bool:
        """Whether a name is a local variable of the call: unbound ones do not let those outside be seen."""
        return any(name in self.code.skipped(statement).bound for statement in self.block)
