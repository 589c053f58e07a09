"""Going through facts: the expressions of a statement, the parts of an expression, the blocks inside a statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from importlint.syntax import facts as f

Expressions = tuple[f.Expression, ...]


def parts(expression: f.Expression) -> Iterator[f.Expression]:
    """The expression and everything below it, from left to right; iterative, as facts can be deep."""
    stack = [expression]
    while stack:
        part = stack.pop()
        yield part
        inside = _INSIDE.get(type(part))
        if inside is not None:
            stack.extend(reversed(inside(part)))


def expressions(statement: f.Statement) -> Expressions:
    """What a statement itself evaluates, in order; not what the blocks inside it do, and no targets."""
    evaluated = _EVALUATED.get(type(statement))
    return () if evaluated is None else evaluated(statement)


def evaluated(statement: f.Statement) -> Iterator[tuple[f.Expression, bool]]:
    """The expressions of a statement and their parts, each with whether it is surely evaluated when that runs."""
    stack = [(root, True) for root in reversed(expressions(statement))]
    while stack:
        part, is_sure = stack.pop()
        yield part, is_sure
        inside = _INSIDE.get(type(part))
        if inside is None:
            continue
        if isinstance(part, f.BooleanOperation | f.Conditional | f.Comprehension):
            surely, perhaps = _surely_and_perhaps(part)
            stack.extend([(each, False) for each in reversed(perhaps)])
        else:
            surely = inside(part)
        stack.extend([(each, is_sure) for each in reversed(surely)])


def _surely_and_perhaps(
    expression: f.BooleanOperation | f.Conditional | f.Comprehension,
) -> tuple[Expressions, Expressions]:
    """Which expressions inside one are surely evaluated with it, and which are not."""
    match expression:
        case f.BooleanOperation(values=values):
            return values[:1], values[1:]
        case f.Conditional(test=test, body=body, orelse=orelse):
            return (test,), (body, orelse)
        case f.Comprehension(kind=kind, elements=elements, generators=(first, *others)):
            inner = (first.target, *first.conditions, *_of_generators(others))
            is_made = kind != "generator" and has_items(first.iterable) and not (others or first.conditions)
            return (
                ((first.iterable, *elements), inner) if is_made else ((first.iterable,), (*elements, *inner))
            )
    return (), ()


def has_items(iterable: f.Expression) -> bool:
    """Whether a loop over an expression surely runs at least once."""
    match iterable:
        case f.Display(items=items):
            return any(not isinstance(item, f.Starred) for item in items)
        case f.Call(function=f.Name(id="range"), arguments=(f.Constant(value=int(count)),)):
            return count > 0
    return False


def blocks(statement: f.Statement) -> tuple[f.Block, ...]:
    """The blocks inside a statement, in the order of the text; a class's body is one of them."""
    inside = _BLOCKS.get(type(statement))
    return () if inside is None else inside(statement)


def statements(block: f.Block) -> Iterator[f.Statement]:
    """Every statement of a block and of the blocks inside it, in the order of the text."""
    stack = list(reversed(block))
    while stack:
        statement = stack.pop()
        yield statement
        for inner in reversed(blocks(statement)):
            stack.extend(reversed(inner))


def target_names(target: f.Expression) -> Iterator[f.Name]:
    """The names that a target binds: `a, (b, *c)` has three, `x.y` and `x[0]` have none."""
    match target:
        case f.Name():
            yield target
        case f.Starred(value=value):
            yield from target_names(value)
        case f.Display(items=items):
            for item in items:
                yield from target_names(item)


def named_expressions(roots: Iterable[f.Expression]) -> Iterator[f.Name]:
    """The names that `:=` binds in expressions."""
    for root in roots:
        for part in parts(root):
            if isinstance(part, f.NamedExpression):
                yield part.target


def _given(*expressions: f.Expression | None) -> Expressions:
    """Those that there are."""
    return tuple([each for each in expressions if each is not None])


def _of_generators(generators: Iterable[f.Generator]) -> Expressions:
    return tuple([part for each in generators for part in (each.target, each.iterable, *each.conditions)])


def _of_function(statement: f.FunctionDef) -> Expressions:
    parameters = statement.parameters
    defaults = (*parameters.defaults, *_given(*parameters.keyword_defaults))
    return (*statement.decorators, *defaults, *statement.annotations)


# The values take the type of their key, which a mapping's type cannot say.

_INSIDE: Mapping[type[f.Expression], Callable[..., Expressions]] = {
    f.Attribute: lambda each: (each.value,),
    f.Subscript: lambda each: (each.value, each.index),
    f.Slice: lambda each: _given(each.lower, each.upper, each.step),
    f.Call: lambda each: (each.function, *each.arguments, *[keyword.value for keyword in each.keywords]),
    f.Display: lambda each: each.items,
    f.DictDisplay: lambda each: _given(*[part for item in each.items for part in (item.key, item.value)]),
    f.Starred: lambda each: (each.value,),
    f.Compare: lambda each: (each.left, *each.comparators),
    f.BooleanOperation: lambda each: each.values,
    f.Not: lambda each: (each.operand,),
    f.BinaryOperation: lambda each: (each.left, each.right),
    f.Conditional: lambda each: (each.test, each.body, each.orelse),
    f.NamedExpression: lambda each: (each.target, each.value),
    f.Lambda: lambda each: each.defaults,
    f.Comprehension: lambda each: (*each.elements, *_of_generators(each.generators)),
    f.JoinedText: lambda each: each.values,
    f.Yield: lambda each: _given(each.value),
    f.Opaque: lambda each: each.parts,
}
"""The expressions directly inside one, from left to right; constants and names have none."""

_EVALUATED: Mapping[type[f.Statement], Callable[..., Expressions]] = {
    f.Evaluate: lambda each: (each.value,),
    f.Assign: lambda each: (each.value,),
    f.AugmentedAssign: lambda each: (each.target, each.value),
    f.AnnotatedAssign: lambda each: _given(each.value, each.annotation),
    f.If: lambda each: (each.test,),
    f.While: lambda each: (each.test,),
    f.For: lambda each: (each.iterable,),
    f.With: lambda each: tuple([item.context for item in each.items]),
    f.Match: lambda each: (
        each.subject,
        *[part for case in each.cases for part in (*case.reads, *_given(case.guard))],
    ),
    f.FunctionDef: _of_function,
    f.ClassDef: lambda each: (
        *each.decorators,
        *each.bases,
        *[keyword.value for keyword in each.keywords],
    ),
    f.Return: lambda each: _given(each.value),
    f.Raise: lambda each: _given(each.exception, each.cause),
    f.Assert: lambda each: _given(each.test, each.message),
    f.Try: lambda each: _given(*[handler.kinds for handler in each.handlers]),
}
"""What a statement itself evaluates; others evaluate nothing."""

_BLOCKS: Mapping[type[f.Statement], Callable[..., tuple[f.Block, ...]]] = {
    f.If: lambda each: (each.body, each.orelse),
    f.While: lambda each: (each.body, each.orelse),
    f.For: lambda each: (each.body, each.orelse),
    f.Try: lambda each: (
        each.body,
        *[handler.body for handler in each.handlers],
        each.orelse,
        each.finalbody,
    ),
    f.With: lambda each: (each.body,),
    f.ClassDef: lambda each: (each.body,),
    f.Match: lambda each: tuple([case.body for case in each.cases]),
}
"""The blocks of those statements that have some."""
