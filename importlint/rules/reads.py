"""Where a file reads attributes of its module-level names, in functions too."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from msgspec import Struct

from importlint.syntax.facts import Span
from importlint.syntax.parse import ParsedModule, parse
from importlint.syntax.source import Columns, Source


class Read(Struct, frozen=True):
    """`a.b.c` where it is evaluated."""

    names: tuple[str, ...]
    span: Span


def attribute_reads(source: Source, names: frozenset[str]) -> tuple[Read, ...]:
    """The attribute chains that start with one of `names`, in the order of the text.

    Left out are names that the file binds by anything else than `import`, chains that are prepared to fail or
    stand below a condition about the environment, and annotations, which may never be evaluated.
    """
    parsed = parse(source)
    if not isinstance(parsed, ParsedModule):
        return ()
    wanted = names - _bound(parsed.tree)
    found = [_read(node, source) for node in _evaluated(parsed.tree) if _starts_with(node, wanted)]
    return tuple(sorted(found, key=lambda read: read.span))


_CATCHING = frozenset({"AttributeError", "Exception", "BaseException"})
_CONDITIONS = frozenset({"hasattr", "modules", "TYPE_CHECKING", "version_info", "platform", "name"})


def _evaluated(tree: ast.Module) -> Iterator[ast.Attribute]:
    """The longest attribute chains that a file surely means to evaluate; iterative, as trees can be deep."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        skipped: list[ast.AST | None] = []
        match node:
            case ast.Attribute():
                yield node
                while isinstance(node, ast.Attribute):
                    node = node.value
                waiting.append(node)
                continue
            case ast.Try(body=body, handlers=handlers) if any(map(_may_catch, handlers)):
                skipped.extend(body)
            case ast.If(test=test, body=body, orelse=orelse) if _mentions(test):
                skipped += [*body, *orelse]
            case ast.IfExp(test=test, body=chosen, orelse=other) if _mentions(test):
                skipped += [chosen, other]
            case ast.FunctionDef(returns=returns) | ast.AsyncFunctionDef(returns=returns):
                skipped.append(returns)
            case ast.arg(annotation=annotation) | ast.AnnAssign(annotation=annotation):
                skipped.append(annotation)
        waiting.extend(child for child in ast.iter_child_nodes(node) if child not in skipped)


def _may_catch(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type
    named = kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]
    return any(not isinstance(kind, ast.Name) or kind.id in _CATCHING for kind in named)


def _mentions(test: ast.expr) -> bool:
    """Whether a condition asks about the environment, the modules or the attributes that there are."""
    return any(
        (isinstance(node, ast.Name) and node.id in _CONDITIONS)
        or (isinstance(node, ast.Attribute) and node.attr in _CONDITIONS)
        for node in ast.walk(test)
    )


def _starts_with(node: ast.Attribute, names: frozenset[str]) -> bool:
    value: ast.expr = node
    while isinstance(value, ast.Attribute):
        value = value.value
    return isinstance(value, ast.Name) and value.id in names


def _read(node: ast.Attribute, source: Source) -> Read:
    names: list[str] = []
    value: ast.expr = node
    while isinstance(value, ast.Attribute):
        names.append(value.attr)
        value = value.value
    assert isinstance(value, ast.Name)
    column = Columns(source.lines).column
    end_line, end_offset = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    span = Span(node.lineno, column(node.lineno, node.col_offset), end_line, column(end_line, end_offset))
    return Read((value.id, *reversed(names)), span)


def _bound(tree: ast.Module) -> frozenset[str]:
    """Names that something else than an import binds, in whatever scope."""
    bound: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                bound.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                bound.add(name)
            case ast.ImportFrom(names=aliases):
                bound.update(alias.asname or alias.name for alias in aliases)
            case (
                ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
            ):
                bound.add(name)
    return frozenset(bound)
