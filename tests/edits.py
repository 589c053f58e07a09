"""A change of facts done to the text they come from, as a person would type it."""

from __future__ import annotations

import ast

from importlint.graph.link import statement_text
from importlint.syntax import facts as f


def edited(text: str, before: f.ModuleFacts, after: f.ModuleFacts) -> str:
    """`text`, whose facts are `before`, so that it says `after`: for the changes of `machine.changes`."""
    lines: list[str] = text.splitlines()
    inserted: dict[int, list[str]] = {}
    tree = ast.parse(text)
    kept = {id(statement) for statement in after.body}
    own = {id(statement) for statement in before.body}
    moved = _moved(before.body, after.body)
    gone = [each for each in before.body if id(each) not in kept or each in moved]
    previous = 0
    for statement in after.body:
        if id(statement) in own and statement not in moved:
            previous = _end(tree, statement)
        else:
            assert isinstance(statement, f.Import | f.ImportFrom)
            inserted.setdefault(previous, []).append(statement_text(statement))
    old = {(unit.line, unit.column): unit.body for unit in before.bodies}
    for unit in after.bodies:
        body = old.get((unit.line, unit.column))
        if body is None or len(body) < len(unit.body):
            first = unit.body[0]
            if isinstance(first, f.Import | f.ImportFrom) and first not in (body or ()):
                node = next(
                    each
                    for each in ast.walk(tree)
                    if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.lineno == unit.line
                ).body[0]
                indent = " " * node.col_offset
                inserted.setdefault(node.lineno - 1, []).append(indent + statement_text(first))
    for statement in gone:
        span = statement.span  # type: ignore[union-attr]  # imports have one
        for number in range(span.line, _end(tree, statement) + 1):
            lines[number - 1] = ""
    result = []
    for number in range(len(lines) + 1):
        if number:
            result.append(lines[number - 1])
        result += inserted.get(number, [])
    return "\n".join(result) + "\n"


def _moved(before: f.Block, after: f.Block) -> list[f.Statement]:
    """The statements that stand elsewhere: one that was moved, or two that were exchanged."""
    if {id(each) for each in before} != {id(each) for each in after}:
        return []
    differing = [index for index, each in enumerate(before) if after[index] is not each]
    first, last = before[differing[0]], before[differing[-1]]
    if [each for each in before if each is not first] == [each for each in after if each is not first]:
        return [first]
    return [first, last]


def _end(tree: ast.Module, statement: f.Statement) -> int:
    line = statement.span.line  # type: ignore[union-attr]  # drawn ones have one
    return next(
        node.end_lineno or node.lineno
        for node in tree.body
        if min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))]) <= line
        and line <= (node.end_lineno or node.lineno)
    )
