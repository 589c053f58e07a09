"""Trees made small: what can be taken away from them while something stays true.

Works on the text, statement by statement: it leaves less than Hypothesis' shrinking, which works on the choices that
made the text, and needs a few hundred questions instead of thousands.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from textwrap import dedent, indent

from tests.oracle.drawn_packages import Drawn
from tests.trees import Tree


def smallest(drawn: Drawn, holds: Callable[[Drawn], bool]) -> Drawn:
    """A tree that `holds` accepts, as it does `drawn`, and from which nothing can be taken away."""
    position = unchanged = 0
    while unchanged < len(candidates := list(_smaller_trees(drawn))):
        candidate = candidates[position % len(candidates)]
        if holds(candidate):
            drawn, unchanged = candidate, 0
        else:
            position, unchanged = position + 1, unchanged + 1
    return drawn


def _smaller_trees(drawn: Drawn) -> Iterator[Drawn]:
    """The tree with one entry, without a file, or with a smaller one."""
    for entry in drawn.entries if len(drawn.entries) > 1 else ():
        yield Drawn(drawn.tree, (entry,))
    for path, text in drawn.tree.files.items():
        if path != "pyproject.toml":
            others = {each: drawn.tree.files[each] for each in drawn.tree.files if each != path}
            if any(each.endswith(".py") for each in others):
                yield Drawn(Tree(others), drawn.entries)
            for smaller in dict.fromkeys(["", *_smaller_modules(str(text))]):
                if smaller != text:
                    yield Drawn(Tree({**others, path: smaller}), drawn.entries)


def _smaller_modules(text: str) -> Iterator[str]:
    """The module without a statement, or with one block of a statement in its place."""
    lines = text.splitlines(keepends=True)
    try:
        tree = ast.parse(_without_lazy(text))
    except SyntaxError:  # it is written for a newer Python than this one
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            start = min(each.lineno for each in (node, *getattr(node, "decorator_list", ()))) - 1
            before, after = lines[:start], lines[node.end_lineno :]
            margin = " " * node.col_offset
            for block in _blocks(node):
                kept = lines[block[0].lineno - 1 : block[-1].end_lineno]
                yield from _legal([*before, *indent(dedent("".join(kept)), margin), *after])
            for replacement in ("", f"{margin}pass\n")[: 1 if isinstance(node, ast.Pass) else 2]:
                yield from _legal([*before, replacement, *after])
            if isinstance(node, ast.Import | ast.ImportFrom) and len(node.names) > 1:
                for name in node.names:
                    lazy = "lazy " if lines[start].lstrip().startswith("lazy ") else ""
                    node_without = ast.unparse(_without(node, name))
                    yield from _legal([*before, f"{margin}{lazy}{node_without}\n", *after])


def _blocks(node: ast.stmt) -> list[list[ast.stmt]]:
    """The blocks of a compound statement."""
    clauses = [node, *getattr(node, "handlers", ()), *getattr(node, "cases", ())]
    fields = [getattr(clause, name, []) for clause in clauses for name in ("body", "orelse", "finalbody")]
    return [block for block in fields if block]


def _without(node: ast.Import | ast.ImportFrom, name: ast.alias) -> ast.stmt:
    names = [each for each in node.names if each is not name]
    if isinstance(node, ast.Import):
        return ast.Import(names)
    return ast.ImportFrom(node.module, names, node.level)


def _legal(lines: list[str]) -> Iterator[str]:
    text = "".join(lines)
    try:
        ast.parse(_without_lazy(text))
    except SyntaxError:
        return
    yield text


def _without_lazy(text: str) -> str:
    """The text for a parser that does not know lazy imports: lines and indentation stay."""
    return re.sub(r"^( *)lazy (?=import|from)", r"\1", text, flags=re.MULTILINE)
