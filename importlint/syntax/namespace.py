"""The names of a module's namespace: what its own text binds and unbinds, in order, and what it lists in `__all__`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from importlint.syntax import facts as f
from importlint.syntax.flow import Phase, Scope, Situated
from importlint.syntax.qualified import chain
from importlint.syntax.traverse import expressions, named_expressions, parts, target_names

ALWAYS_BOUND = frozenset(
    "__name__ __doc__ __package__ __loader__ __spec__ __file__ __cached__ __builtins__ __dict__ __class__ "
    "__annotations__ __annotate__ __init__ __new__ __repr__ __hash__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ "
    "__dir__ __doc__ __delattr__ __getattribute__ __setattr__ __format__ __reduce__ __reduce_ex__ __sizeof__ "
    "__str__ __subclasshook__ __init_subclass__ __getstate__ __warningregistry__".split()
)
"""Attributes that every module object has."""


class Binding(Struct, frozen=True, kw_only=True, gc=False):
    """A name of the namespace that a statement binds, or unbinds."""

    name: str
    statement: f.Statement
    span: f.Span
    unbinds: bool = False
    certain: bool = True
    """Whether it happens in every import of the module."""
    fallback: bool = False
    """Whether it is made in an `except` block."""


def bindings(situated: Situated) -> list[Binding]:
    """What a statement at module level binds and unbinds itself; a star binds `*`."""
    statement, certain = situated.statement, situated.circumstances.certain
    fallback = situated.circumstances.handling

    def binds(name: str, span: f.Span) -> Binding:
        return Binding(name=name, statement=statement, span=span, certain=certain, fallback=fallback)

    def unbinds(name: str, span: f.Span, *, certain: bool) -> Binding:
        return Binding(name=name, statement=statement, span=span, unbinds=True, certain=certain)

    found: list[Binding] = []
    match statement:
        case f.FunctionDef() | f.ClassDef() | f.TypeAlias():
            found.append(binds(statement.name, statement.span))
        case f.ImportFrom(names=names):
            return [binds(name.binds, name.span) for name in names]
        case f.Import(module=module, asname=asname, span=span):
            return [binds(asname or module.partition(".")[0], span)]
        case f.Delete(targets=targets):
            gone = (name for part in targets for name in target_names(part))
            return [unbinds(name.id, name.span, certain=certain) for name in gone]
        case f.Try(handlers=handlers):  # bound in the handler, unbound at its end
            found += [unbinds(each.name, each.span, certain=False) for each in handlers if each.name]
        case f.Match(cases=cases, span=span):
            names_of_cases = (name for case in cases for name in case.binds)
            found += [
                Binding(name=name, statement=statement, span=span, certain=False) for name in names_of_cases
            ]
    for target in written(statement):
        found += [binds(name.id, name.span) for name in target_names(target)]
    found += [binds(name.id, name.span) for name in named_expressions(expressions(statement))]
    return found


def written(statement: f.Statement) -> tuple[f.Expression, ...]:
    """The targets that a statement assigns to."""
    targets = _WRITTEN.get(type(statement))
    return () if targets is None else targets(statement)


_WRITTEN: Mapping[type[f.Statement], Callable[..., tuple[f.Expression, ...]]] = {
    f.Assign: lambda each: each.targets,
    f.AugmentedAssign: lambda each: (each.target,),
    f.AnnotatedAssign: lambda each: () if each.value is None else (each.target,),
    f.For: lambda each: (each.target,),
    f.With: lambda each: tuple([item.target for item in each.items if item.target is not None]),
}
"""The targets of those statements that have some."""


class Namespace:
    """What one module's text says about its own namespace; `situated` are its statements, for one target."""

    def __init__(self, facts: f.ModuleFacts, situated: Iterable[Situated]) -> None:
        self.facts = facts
        own = [each for each in situated if each.circumstances.scope is Scope.MODULE]
        self.statements = tuple(each for each in own if each.circumstances.phase is Phase.IMPORT_TIME)
        self._typing_statements = tuple(each for each in own if each.circumstances.phase is Phase.TYPING)
        self._program_statements = tuple(each for each in own if each.circumstances.phase is Phase.PROGRAM)

    @cached_property
    def bindings(self) -> tuple[Binding, ...]:
        """In the order of the text."""
        return tuple(binding for situated in self.statements for binding in bindings(situated))

    @cached_property
    def names(self) -> frozenset[str]:
        """Names that may be bound when the module has run; not those that stars bring."""
        return self.names_besides(None)

    def names_besides(self, statement: f.Statement | None) -> frozenset[str]:
        """The same, without what one statement binds."""
        names: set[str] = set(ALWAYS_BOUND)
        for binding in self.bindings:
            if binding.statement is statement:
                continue
            if not binding.unbinds:
                names.add(binding.name)
            elif binding.certain:
                names.discard(binding.name)
        names.discard("*")
        return frozenset(names.union(self.facts.global_names))

    @cached_property
    def typing_names(self) -> frozenset[str]:
        """Names that only type checkers see."""
        return frozenset(binding.name for each in self._typing_statements for binding in bindings(each))

    @cached_property
    def program_names(self) -> frozenset[str]:
        """Names that are bound behind the main guard."""
        return frozenset(
            binding.name
            for each in self._program_statements
            for binding in bindings(each)
            if not binding.unbinds and binding.name != "*"
        )

    @cached_property
    def defined(self) -> frozenset[str]:
        """Names that something else than an import binds."""
        return frozenset(
            binding.name
            for binding in self.bindings
            if not binding.unbinds and not isinstance(binding.statement, f.Import | f.ImportFrom)
        )

    @cached_property
    def stars(self) -> tuple[f.ImportFrom, ...]:
        """The star imports."""
        return tuple(
            binding.statement
            for binding in self.bindings
            if binding.name == "*" and isinstance(binding.statement, f.ImportFrom)
        )

    @cached_property
    def is_open(self) -> bool:
        """Whether names may come from elsewhere: `__getattr__`, `globals()`."""
        return self.facts.reflection or "__getattr__" in self.names or self._assigns("__class__")

    @cached_property
    def told_its_name(self) -> tuple[tuple[f.Statement, f.Expression], ...]:
        """The functions to which the module passes its `__name__`, each with the statement that does."""
        statements = (situated.statement for situated in self.statements)
        return tuple((statement, each) for statement in statements for each in _given_name(statement))

    @cached_property
    def listed(self) -> tuple[str, ...] | None:
        """The names in `__all__` as far as they are written out; None without an `__all__`, or an unknown one."""
        listed: tuple[str, ...] | None = None
        for situated in self.statements:
            if edits_all(situated.statement):
                listed = listed_after(situated.statement, listed) if situated.circumstances.certain else None
                if listed is None:
                    return None
        return listed

    @cached_property
    def all_spans(self) -> tuple[f.Span, ...]:
        """Where the statements stand that make `__all__`."""
        statements = (situated.statement for situated in self.statements)
        edits = (f.Assign, f.AnnotatedAssign, f.AugmentedAssign, f.Evaluate)
        return tuple(each.span for each in statements if isinstance(each, edits) and edits_all(each))

    @cached_property
    def has_all(self) -> bool:
        """Whether `__all__` is bound at all."""
        return self._assigns("__all__")

    def _assigns(self, name: str) -> bool:
        return any(binding.name == name for binding in self.bindings)

    @cached_property
    def path_span(self) -> f.Span | None:
        """Where the module first changes its `__path__`; None if it does not."""
        return next((span for situated in self.statements for span in _path_edits(situated.statement)), None)


def _path_edits(statement: f.Statement) -> Iterator[f.Span]:
    """Where a statement assigns to `__path__`, or to an item of it, or calls a method of it."""
    for target in written(statement):
        place = target.value if isinstance(target, f.Subscript) else target
        if isinstance(place, f.Name) and place.id == "__path__":
            yield place.span
    for root in expressions(statement):
        for part in parts(root):
            match part:
                case f.Call(function=f.Attribute(value=f.Name(id="__path__", span=span))):
                    yield span


def _given_name(statement: f.Statement) -> Iterator[f.Expression]:
    """The functions that a statement calls with `__name__` as an argument: they may put names into the module."""
    for root in expressions(statement):
        for part in parts(root):
            if isinstance(part, f.Call) and any(
                isinstance(argument, f.Name) and argument.id == "__name__"
                for argument in (*part.arguments, *(keyword.value for keyword in part.keywords))
            ):
                yield part.function


def edits_all(statement: f.Statement) -> bool:
    """Whether a statement binds or changes `__all__`."""
    return _all_edit(statement) is not None


def listed_after(statement: f.Statement, before: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The names in `__all__` after a statement that edits it; None where they are not written out."""
    edit = _all_edit(statement)
    assert edit is not None
    operation, value = edit
    texts = _texts(value)
    if texts is None or (before is None and operation != "="):
        return None
    if operation == "remove":
        return tuple(name for name in before or () if name not in texts)
    return texts if operation == "=" else (*(before or ()), *texts)


def _all_edit(statement: f.Statement) -> tuple[str, f.Expression] | None:
    """The usual ways to write `__all__`: `=`, `+=`, `.extend()`, `.append()`, `.remove()`."""
    match statement:
        case f.Assign(targets=(f.Name(id="__all__"),), value=value):
            return ("=", value)
        case f.AnnotatedAssign(target=f.Name(id="__all__"), value=value) if value is not None:
            return ("=", value)
        case f.AugmentedAssign(target=f.Name(id="__all__"), value=value):
            return ("+=", value)
        case f.Evaluate(
            value=f.Call(
                function=f.Attribute(value=f.Name(id="__all__"), attr=attr),
                arguments=(argument,),
                keywords=(),
            )
        ):
            if attr == "extend":
                return ("+=", argument)
            if attr in ("append", "remove"):
                return ("+=" if attr == "append" else attr, f.Display("list", (argument,)))
            return ("=", f.Opaque(()))
    reads = (part for root in expressions(statement) for part in parts(root) if isinstance(part, f.Call))
    if isinstance(statement, f.Evaluate) and any(
        (chain(call.function) or ("",))[0] == "__all__" for call in reads
    ):
        return ("=", f.Opaque(()))
    return None


def _texts(expression: f.Expression) -> tuple[str, ...] | None:
    """The texts of a written-out list or tuple, or of a sum of them."""
    match expression:
        case f.Display(items=items):
            texts = tuple(
                item.value for item in items if isinstance(item, f.Constant) and isinstance(item.value, str)
            )
            return texts if len(texts) == len(items) else None
        case f.BinaryOperation(left=left, operator="+", right=right):
            first, second = _texts(left), _texts(right)
            return None if first is None or second is None else first + second
    return None
