"""From expressions of the syntax tree to facts, with their places in the text in code points."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable

from importlint.syntax import facts as f
from importlint.syntax.marks import NO_MARKS, Marks, Position
from importlint.syntax.source import Columns, Source

MAX_TEXT = 1000
"""Longer texts than this are not kept as constants: nothing that decides an import is that long."""

OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.MatMult: "@",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.BitAnd: "&",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
"""How operators are written."""


def position(node: ast.expr | ast.stmt | ast.alias | ast.excepthandler) -> Position:
    """Where a node starts, as marks say it."""
    return (node.lineno, node.col_offset)


class ExpressionLowering:
    """Lowers the expressions of one file."""

    def __init__(self, source: Source, marks: Marks) -> None:
        self.lines = source.lines
        self.columns = Columns(source.lines)
        self.marks = marks
        self.is_marked = marks is not NO_MARKS
        # until 3.11 what is inside f-strings may have a place beyond its line
        self.has_plain_columns = sys.version_info >= (3, 12) and not self.is_marked and source.text.isascii()

    def span(self, node: ast.expr | ast.stmt | ast.alias | ast.excepthandler) -> f.Span:
        """The place of a node."""
        if self.has_plain_columns:
            return f.Span(
                node.lineno, node.col_offset + 1, node.end_lineno or 0, (node.end_col_offset or 0) + 1
            )
        column = self.columns.column
        end_line = node.end_lineno or node.lineno
        return f.Span(
            node.lineno,
            column(*position(node)),
            end_line,
            column(end_line, node.end_col_offset or node.col_offset),
        )

    def expression(self, node: ast.expr) -> f.Expression:
        """What an expression says."""
        return _EXPRESSIONS.get(type(node), ExpressionLowering._opaque)(self, node)

    def expressions(self, nodes: Iterable[ast.expr]) -> tuple[f.Expression, ...]:
        """What several expressions say."""
        return tuple([self.expression(node) for node in nodes])

    def keywords(self, nodes: Iterable[ast.keyword]) -> tuple[f.Keyword, ...]:
        """What keyword arguments say."""
        return tuple([f.Keyword(node.arg, self.expression(node.value)) for node in nodes])

    def _opaque(self, node: ast.AST) -> f.Opaque:
        """Any other node: its expressions, in order; f-strings nest theirs in nodes of their own."""
        parts = (part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))
        return f.Opaque(self.expressions(part for part in parts if not isinstance(part, ast.Constant)))

    def _joined_text(self, node: ast.JoinedStr) -> f.Expression:
        values: list[f.Expression] = []
        for part in node.values:
            if not isinstance(part, ast.FormattedValue):
                values.append(self.expression(part))
            elif part.format_spec is None and part.conversion in (-1, ord("s")):
                values.append(self.expression(part.value))
            else:
                return self._opaque(node)
        return f.JoinedText(tuple(values))

    def _yield(self, node: ast.Yield) -> f.Expression:
        return f.Yield(None if node.value is None else self.expression(node.value), is_from=False)

    def _yield_from(self, node: ast.YieldFrom) -> f.Expression:
        return f.Yield(self.expression(node.value), is_from=True)

    def _constant(self, node: ast.Constant) -> f.Expression:
        value = node.value
        if isinstance(value, str):
            return f.Constant(value) if len(value) <= MAX_TEXT and _is_encodable(value) else f.Opaque(())
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            return f.Opaque(())
        return f.Constant(value) if value is None or isinstance(value, bool | int | float) else f.Opaque(())

    def _name(self, node: ast.Name) -> f.Expression:
        return f.Name(node.id, self.span(node))

    def _attribute(self, node: ast.Attribute) -> f.Expression:
        return f.Attribute(self.expression(node.value), node.attr, self.span(node))

    def _subscript(self, node: ast.Subscript) -> f.Expression:
        return f.Subscript(self.expression(node.value), self.expression(node.slice), self.span(node))

    def _slice(self, node: ast.Slice) -> f.Expression:
        lower, upper, step = (
            None if part is None else self.expression(part) for part in (node.lower, node.upper, node.step)
        )
        return f.Slice(lower, upper, step)

    def _call(self, node: ast.Call) -> f.Expression:
        return f.Call(
            self.expression(node.func),
            self.expressions(node.args),
            self.keywords(node.keywords),
            self.span(node),
        )

    def _tuple(self, node: ast.Tuple) -> f.Expression:
        items = self.expressions(node.elts)
        if self.is_marked and position(node) in self.marks.opaque_strings:
            return f.Opaque(items)
        return f.Display("tuple", items)

    def _list(self, node: ast.List) -> f.Expression:
        return f.Display("list", self.expressions(node.elts))

    def _set(self, node: ast.Set) -> f.Expression:
        return f.Display("set", self.expressions(node.elts))

    def _dict(self, node: ast.Dict) -> f.Expression:
        return f.DictDisplay(
            tuple(
                f.DictItem(None if key is None else self.expression(key), self.expression(value))
                for key, value in zip(node.keys, node.values, strict=True)
            )
        )

    def _starred(self, node: ast.Starred) -> f.Expression:
        return f.Starred(self.expression(node.value))

    def _compare(self, node: ast.Compare) -> f.Expression:
        return f.Compare(
            self.expression(node.left),
            tuple(OPERATORS[type(operator)] for operator in node.ops),
            self.expressions(node.comparators),
            self.span(node),
        )

    def _boolean_operation(self, node: ast.BoolOp) -> f.Expression:
        return f.BooleanOperation(
            "and" if isinstance(node.op, ast.And) else "or", self.expressions(node.values)
        )

    def _unary_operation(self, node: ast.UnaryOp) -> f.Expression:
        if isinstance(node.op, ast.Not):
            return f.Not(self.expression(node.operand))
        operand = node.operand
        if isinstance(node.op, ast.USub) and isinstance(operand, ast.Constant):
            value = operand.value
            if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**63:
                return f.Constant(-value)
        return self._opaque(node)

    def _binary_operation(self, node: ast.BinOp) -> f.Expression:
        chain: list[ast.BinOp] = [node]
        while isinstance(chain[-1].left, ast.BinOp):
            chain.append(chain[-1].left)
        result = self.expression(chain[-1].left)
        for operation in reversed(chain):  # a loop: generated sums are deeper than the stack
            result = f.BinaryOperation(
                result, OPERATORS[type(operation.op)], self.expression(operation.right)
            )
        return result if len(chain) <= _MAX_NESTING else f.Opaque(self.expressions(operands(node)))

    def _conditional(self, node: ast.IfExp) -> f.Expression:
        return f.Conditional(
            self.expression(node.test), self.expression(node.body), self.expression(node.orelse)
        )

    def _named_expression(self, node: ast.NamedExpr) -> f.Expression:
        return f.NamedExpression(f.Name(node.target.id, self.span(node.target)), self.expression(node.value))

    def _lambda(self, node: ast.Lambda) -> f.Expression:
        defaults = [*node.args.defaults, *(default for default in node.args.kw_defaults if default)]
        return f.Lambda(self.expressions(defaults), self.span(node))

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> f.Expression:
        kind = {ast.ListComp: "list", ast.SetComp: "set", ast.GeneratorExp: "generator"}[type(node)]
        if position(node) in self.marks.dict_comprehensions:
            kind = "dict"
        return f.Comprehension(
            kind, (self.expression(node.elt),), self._generators(node.generators), self.span(node)
        )

    def _dict_comprehension(self, node: ast.DictComp) -> f.Expression:
        # from 3.15 on `{**d for d in ds}` has no value
        elements = [part for part in (node.key, node.value) if part is not None]
        return f.Comprehension(
            "dict", self.expressions(elements), self._generators(node.generators), self.span(node)
        )

    def _generators(self, nodes: Iterable[ast.comprehension]) -> tuple[f.Generator, ...]:
        return tuple(
            f.Generator(self.expression(node.target), self.expression(node.iter), self.expressions(node.ifs))
            for node in nodes
        )


_MAX_NESTING = 100
"""Deeper chains of operators are flattened, so that facts stay shallow for whatever reads them."""


def _is_encodable(text: str) -> bool:
    """Whether facts can be stored with this text: lone surrogates are not UTF-8."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def operands(node: ast.expr) -> list[ast.expr]:
    """The operands of a chain of binary operators, from left to right."""
    operands: list[ast.expr] = []
    while isinstance(node, ast.BinOp):
        operands.append(node.right)
        node = node.left
    return [node, *reversed(operands)]


# The values are methods that take the node type of their key, which a dict's type cannot say.
_EXPRESSIONS: dict[type[ast.AST], Callable[..., f.Expression]] = {
    ast.Constant: ExpressionLowering._constant,
    ast.Name: ExpressionLowering._name,
    ast.Attribute: ExpressionLowering._attribute,
    ast.Subscript: ExpressionLowering._subscript,
    ast.Slice: ExpressionLowering._slice,
    ast.Call: ExpressionLowering._call,
    ast.Tuple: ExpressionLowering._tuple,
    ast.List: ExpressionLowering._list,
    ast.Set: ExpressionLowering._set,
    ast.Dict: ExpressionLowering._dict,
    ast.Starred: ExpressionLowering._starred,
    ast.Compare: ExpressionLowering._compare,
    ast.BoolOp: ExpressionLowering._boolean_operation,
    ast.UnaryOp: ExpressionLowering._unary_operation,
    ast.BinOp: ExpressionLowering._binary_operation,
    ast.IfExp: ExpressionLowering._conditional,
    ast.NamedExpr: ExpressionLowering._named_expression,
    ast.Lambda: ExpressionLowering._lambda,
    ast.ListComp: ExpressionLowering._comprehension,
    ast.SetComp: ExpressionLowering._comprehension,
    ast.GeneratorExp: ExpressionLowering._comprehension,
    ast.DictComp: ExpressionLowering._dict_comprehension,
    ast.JoinedStr: ExpressionLowering._joined_text,
    ast.Yield: ExpressionLowering._yield,
    ast.YieldFrom: ExpressionLowering._yield_from,
}
