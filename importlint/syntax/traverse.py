"""Going through facts: the expressions of a statement, the parts of an expression, the blocks inside a statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from importlint.syntax import facts as f

_LEAVES = (f.Constant, f.Name)


def parts(expression: f.Expression) -> Iterator[f.Expression]:
    """The expression and everything below it, from left to right; iterative, as facts can be deep."""
    stack: list[object] = [expression]
    while stack:
        item = stack.pop()
        if isinstance(item, tuple):
            stack.extend(reversed(item))
        elif isinstance(item, Struct) and not isinstance(item, f.Span):
            if isinstance(item, f.Fact):
                yield item  # type: ignore[misc]  # facts below an expression are expressions
                if isinstance(item, _LEAVES):
                    continue
            stack.extend([getattr(item, field) for field in reversed(item.__struct_fields__)])


def expressions(statement: f.Statement) -> tuple[f.Expression, ...]:
    """What a statement itself evaluates, in order; not what the blocks inside it do, and no targets."""
    match statement:
        case f.Evaluate(value=value):
            return (value,)
        case f.Assign(value=value):
            return (value,)
        case f.AugmentedAssign(target=target, value=value):
            return (target, value)
        case f.AnnotatedAssign(value=value, annotation=annotation):
            return (annotation,) if value is None else (value, annotation)
        case f.If(test=test) | f.While(test=test):
            return (test,)
        case f.For(iterable=iterable):
            return (iterable,)
        case f.With(items=items):
            return tuple(item.context for item in items)
        case f.Match(subject=subject, cases=cases):
            return (subject, *(part for case in cases for part in (*case.reads, *_given(case.guard))))
        case f.FunctionDef(decorators=decorators, parameters=parameters, annotations=annotations):
            keyword_defaults = (default for default in parameters.keyword_defaults if default is not None)
            return (*decorators, *parameters.defaults, *keyword_defaults, *annotations)
        case f.ClassDef(decorators=decorators, bases=bases, keywords=keywords):
            return (*decorators, *bases, *(keyword.value for keyword in keywords))
        case f.Return(value=value):
            return _given(value)
        case f.Raise(exception=exception, cause=cause):
            return (*_given(exception), *_given(cause))
        case f.Assert(test=test, message=message):
            return (test, *_given(message))
        case f.Try(handlers=handlers):
            return tuple(kinds for handler in handlers for kinds in _given(handler.kinds))
    return ()


def _given(expression: f.Expression | None) -> tuple[f.Expression, ...]:
    return () if expression is None else (expression,)


def evaluated(statement: f.Statement) -> Iterator[tuple[f.Expression, bool]]:
    """The expressions of a statement and their parts, each with whether it is surely evaluated when that runs."""
    stack: list[tuple[object, bool]] = [(root, True) for root in reversed(expressions(statement))]
    while stack:
        item, is_sure = stack.pop()
        if isinstance(item, tuple):
            stack.extend([(part, is_sure) for part in reversed(item)])
            continue
        if not isinstance(item, Struct) or isinstance(item, f.Span):
            continue
        if isinstance(item, f.Fact):
            yield item, is_sure  # type: ignore[misc]  # facts below an expression are expressions
            if isinstance(item, _LEAVES):
                continue
        match item:
            case f.BooleanOperation(values=(first, *others)):
                stack.extend((other, False) for other in reversed(others))
                stack.append((first, is_sure))
            case f.Conditional(test=test, body=body, orelse=orelse):
                stack.extend(((orelse, False), (body, False), (test, is_sure)))
            case f.Comprehension(kind=kind, elements=elements, generators=(first, *others)):
                is_made = kind != "generator" and has_items(first.iterable)
                stack.extend((part, False) for part in (first.target, first.conditions, *others))
                stack.append((elements, is_sure and is_made and not (others or first.conditions)))
                stack.append((first.iterable, is_sure))
            case _:
                stack.extend([(getattr(item, field), is_sure) for field in reversed(item.__struct_fields__)])


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
    match statement:
        case (
            f.If(body=body, orelse=orelse)
            | f.While(body=body, orelse=orelse)
            | f.For(body=body, orelse=orelse)
        ):
            return (body, orelse)
        case f.Try(body=body, handlers=handlers, orelse=orelse, finalbody=finalbody):
            return (body, *(handler.body for handler in handlers), orelse, finalbody)
        case f.With(body=body) | f.ClassDef(body=body):
            return (body,)
        case f.Match(cases=cases):
            return tuple(case.body for case in cases)
    return ()


def statements(block: f.Block) -> Iterator[f.Statement]:
    """Every statement of a block and of the blocks inside it, in the order of the text."""
    stack: list[f.Statement] = list(reversed(block))
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
