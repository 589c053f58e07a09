"""What lowering does to a tree, done to the tree of a Python that knows the syntax: the expected result.

It shares nothing with `importlint.syntax.newer`: that edits text and knows no tree, this edits a tree and
knows no text. It runs in a CPython 3.12 or later, which need not be the one that runs the tests, so it needs
nothing but `ast`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any


def expected(text: str) -> tuple[str, dict[str, list[Any]]]:
    """The dump, with positions, of the tree that lowering `text` must lead to, and its marks as lists."""
    lowering = _TreeLowering(text)
    tree = lowering.visit(ast.parse(text))
    return dump(tree), {name: sorted(marks) for name, marks in lowering.marks.items()}


def dump(tree: ast.AST) -> str:
    return ast.dump(tree, include_attributes=True, indent=1)


class _TreeLowering(ast.NodeTransformer):
    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.encode().split(b"\n")
        names = ("type_aliases", "type_parameters", "except_stars", "opaque_strings")
        self.marks: dict[str, list[Any]] = {name: [] for name in names}

    def visit(self, node: Any) -> Any:
        kind = type(node).__name__
        if kind in ("FunctionDef", "AsyncFunctionDef", "ClassDef"):
            self.type_parameters(node, place(node))
        elif kind == "TypeAlias":
            return self.type_alias(node)
        elif kind == "TryStar":
            self.marks["except_stars"].append(place(node))
            node = ast.Try(*(value for _, value in ast.iter_fields(node)), **positions(node))
        elif kind == "JoinedStr":
            return self.joined_string(node)
        elif kind == "arg" and isinstance(node.annotation, ast.Starred):
            node.annotation = node.annotation.value
        elif kind == "Subscript":
            node.slice = self.without_stars(node.slice)
        return self.generic_visit(node)

    def type_parameters(self, node: Any, statement: list[int]) -> None:
        if node.type_params:
            names = [parameter.name for parameter in node.type_params]
            self.marks["type_parameters"].append([statement, names])
            node.type_params = []

    def type_alias(self, node: Any) -> list[ast.stmt]:
        self.marks["type_aliases"].append([place(node.name), place(node)])
        self.type_parameters(node, place(node.name))
        start = {"lineno": node.lineno, "col_offset": node.col_offset}
        ellipsis = {**start, "end_lineno": node.lineno, "end_col_offset": node.col_offset + 3}
        name = {"lineno": node.name.lineno, "col_offset": node.name.col_offset}
        return [
            ast.Expr(ast.Constant(..., **ellipsis), **ellipsis),
            ast.Assign([node.name], self.visit(node.value), **{**positions(node), **name}),
        ]

    def joined_string(self, node: ast.JoinedStr) -> ast.expr:
        fields = list(replacement_fields(node))
        if not fields:
            return node
        self.marks["opaque_strings"].append(place(node))
        items = [self.visit(item) for field in fields for item in self.items_of(field)]
        return ast.Tuple(items, ast.Load(), **positions(node))

    def items_of(self, field: ast.FormattedValue) -> list[ast.expr]:
        """The items that a replacement field adds to the tuple of its string."""
        value = field.value
        if isinstance(value, (ast.Yield, ast.YieldFrom)):
            lines = self.lines[field.lineno - 1 : value.lineno]
            lines[-1] = lines[-1][: value.col_offset]
            if b"(" not in b"\n".join(lines)[field.col_offset :]:
                return self.items_of_value(value.value) if value.value else []
        return self.items_of_value(value)

    def items_of_value(self, value: ast.expr) -> list[ast.expr]:
        return value.elts if isinstance(value, ast.Tuple) and not self.in_parentheses(value) else [value]

    def in_parentheses(self, node: ast.Tuple) -> bool:
        text = ast.get_source_segment(self.text, node)
        assert text is not None
        if not text.startswith("(") or not text.endswith(")"):
            return False
        display = ast.parse(f"[{text}]", mode="eval").body
        assert isinstance(display, ast.List)
        return len(display.elts) == 1

    def without_stars(self, index: ast.expr) -> ast.expr:
        """`a[*b]`, which is `a[(*b,)]`, becomes `a[b]`, and `a[*b, c]` becomes `a[b, c]`."""
        if not isinstance(index, ast.Tuple) or self.in_parentheses(index):
            return index
        items = [item.value if isinstance(item, ast.Starred) else item for item in index.elts]
        if len(items) == 1 and positions(index) == positions(index.elts[0]):
            return items[0]
        start = index.col_offset
        if isinstance(index.elts[0], ast.Starred):  # the lowered tuple starts behind the star
            after = self.lines[index.lineno - 1][start + 1 :]
            start += 1 + len(after) - len(after.lstrip())
        return ast.Tuple(items, index.ctx, **{**positions(index), "col_offset": start})


def place(node: Any) -> list[int]:
    return [node.lineno, node.col_offset]


def positions(node: Any) -> dict[str, Any]:
    return {name: getattr(node, name) for name in node._attributes}


def replacement_fields(node: ast.JoinedStr) -> Iterator[ast.FormattedValue]:
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            yield part
            if isinstance(part.format_spec, ast.JoinedStr):
                yield from replacement_fields(part.format_spec)
