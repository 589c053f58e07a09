"""What there are two of when the body of a module runs twice: its classes, and the state in its globals."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from importlint.discovery import Module
from importlint.syntax import facts as f
from importlint.syntax.bodies import every_block
from importlint.syntax.flow import Phase, Scope
from importlint.syntax.qualified import chain
from importlint.syntax.traverse import expressions, parts, statements

if TYPE_CHECKING:
    from importlint.project import Project


class Kind(enum.Enum):
    """What there are two of, the worst first."""

    CAUGHT = "`except` and `isinstance` know one of the two only"
    """A class that the module itself catches, or compares with."""
    STATE = "what is stored in the one is not in the other"
    """A mutable object, or a name that functions assign to."""
    CLASS = "instances of the one are none of the other"


_ORDER = tuple(Kind)


class Doubled(Struct, frozen=True, kw_only=True):
    """A global of which each run of the body makes another one."""

    kind: Kind
    name: str
    span: f.Span


_CONTAINERS = frozenset("Counter OrderedDict WeakSet array bytearray defaultdict deque dict list set".split())
_TYPE_MAKERS = frozenset("NewType ParamSpec TypeAliasType TypeVar TypeVarTuple".split())
_CLASS_MAKERS = frozenset(
    "Enum Flag IntEnum IntFlag NamedTuple StrEnum TypedDict namedtuple new_class".split()
)
_COMPARES = frozenset({"isinstance", "issubclass"})


def find_doubled(project: Project, module: Module) -> tuple[Doubled, ...]:
    """The globals of `module` that two runs of its body would not share, the worst first."""
    facts = project.facts(module.path)
    if not isinstance(facts, f.ModuleFacts):
        return ()
    compared = frozenset(_compared(project, module, facts))
    found: dict[str, Doubled] = {}
    for situated in project.statements(module.path):
        here = situated.circumstances
        if here.scope is Scope.MODULE and here.phase is Phase.IMPORT_TIME:
            for kind, name, span in _made(situated.statement, facts):
                if kind is Kind.CLASS and name in compared:
                    kind = Kind.CAUGHT
                found.setdefault(name, Doubled(kind=kind, name=name, span=span))
    return tuple(sorted(found.values(), key=lambda each: (_ORDER.index(each.kind), each.span)))


def _made(statement: f.Statement, facts: f.ModuleFacts) -> Iterator[tuple[Kind, str, f.Span]]:
    """The classes and the mutable objects that a statement makes and binds to names."""
    match statement:
        case f.ClassDef(name=name, span=span):
            yield Kind.CLASS, name, span
        case (
            f.Assign(targets=(f.Name(id=name, span=span),), value=value)
            | f.AnnotatedAssign(target=f.Name(id=name, span=span), value=value)
        ) if value is not None and not name.startswith("__"):
            kind = Kind.STATE if name in facts.global_names else _kind(name, value)
            if kind is not None:
                yield kind, name, span


def _kind(name: str, value: f.Expression) -> Kind | None:
    match value:
        case f.Display(kind="list" | "set", items=items) | f.DictDisplay(items=items):
            return Kind.STATE if not (items and name.isupper()) else None  # else it is meant as a constant
        case f.Call(function=function):
            called = (chain(function) or ("",))[-1]
            if called in _CLASS_MAKERS:
                return Kind.CLASS
            is_constructor = called.lstrip("_")[:1].isupper() and not called.isupper()
            if called in _CONTAINERS or (is_constructor and called not in _TYPE_MAKERS):
                return Kind.STATE
    return None


def _compared(project: Project, module: Module, facts: f.ModuleFacts) -> Iterator[str]:
    """The names of what the module catches, and of what it passes to `isinstance`."""
    for block in every_block(facts, project.bodies(module.path)):
        for statement in statements(block):
            yield from _compared_by(statement)


def _compared_by(statement: f.Statement) -> Iterator[str]:
    roots: list[f.Expression] = []
    if isinstance(statement, f.Try):
        roots.extend(expressions(statement))
    for root in expressions(statement):
        for part in parts(root):
            match part:
                case f.Call(function=f.Name(id=called), arguments=(_, classes)) if called in _COMPARES:
                    roots.append(classes)
    for root in roots:
        yield from (part.id for part in parts(root) if isinstance(part, f.Name))
