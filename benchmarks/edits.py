"""From a source text to one that somebody has edited, in one of two ways that tools answer differently."""

from __future__ import annotations

import ast


def with_statement(data: bytes, mark: str) -> bytes:
    """The text with a statement at its end: the module says something new."""
    return data + f"\n\nEDITED = {mark!r}\n".encode()


def with_line(data: bytes, mark: str) -> bytes:
    """The text with a line more in the middle one of its functions, below which all lines move: it says nothing new.

    Raises:
        ValueError: it has no function with a body on lines of its own.
    """
    lines = data.splitlines(keepends=True)
    last = [node.body[-1] for node in ast.walk(ast.parse(data)) if isinstance(node, ast.FunctionDef)]
    alone = sorted(node.lineno for node in last if not lines[node.lineno - 1][: node.col_offset].strip())
    if not alone:
        raise ValueError("there is no function to edit")
    number = alone[len(alone) // 2] - 1
    margin = lines[number][: len(lines[number]) - len(lines[number].lstrip())]
    return b"".join((*lines[:number], margin + f"edited = {mark!r}\n".encode(), *lines[number:]))
