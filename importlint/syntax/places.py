"""Where things stand in a file: functions in classes, statements in other statements, spans in spans."""

from __future__ import annotations

from collections.abc import Iterator

from importlint.syntax import facts as f
from importlint.syntax.traverse import blocks


def contains(outer: f.Span, inner: f.Span) -> bool:
    """Whether a piece of text lies within another."""
    return (outer.line, outer.column) <= (inner.line, inner.column) and (
        (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
    )


def functions(block: f.Block) -> Iterator[tuple[tuple[str, ...], f.FunctionDef]]:
    """The functions that a block defines, not those inside functions; each with the names of the classes around it."""
    stack: list[tuple[tuple[str, ...], f.Statement]] = [((), each) for each in reversed(block)]
    while stack:
        classes, statement = stack.pop()
        if isinstance(statement, f.FunctionDef):
            yield classes, statement
        inner = (*classes, statement.name) if isinstance(statement, f.ClassDef) else classes
        for inner_block in reversed(blocks(statement)):
            stack.extend((inner, each) for each in reversed(inner_block))


def around(facts: f.ModuleFacts, span: f.Span) -> tuple[f.Statement, ...]:
    """The statements around the one at `span`, outermost first, and that one; empty if there is none there.

    In a function only its own statements count: they run when it is called.
    """
    for block in (facts.body, *(unit.body for unit in facts.bodies)):
        found = _around(block, span)
        if found:
            return found
    return ()


def _around(block: f.Block, span: f.Span) -> tuple[f.Statement, ...]:
    for statement in block:
        inner = next((found for each in blocks(statement) if (found := _around(each, span))), ())
        own = getattr(statement, "span", None)
        if inner or (own is not None and contains(own, span)):
            return (statement, *inner)
    return ()
