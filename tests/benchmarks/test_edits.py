"""What is edited between runs: one edit says something new, the other does not."""

from __future__ import annotations

import ast

import pytest

from benchmarks.edits import with_line, with_statement
from importlint.cache.lines import Lines
from importlint.syntax.read import facts_of

TEXT = b'''"""Text."""

def one(): return 1

class A:
    def two(self):
        if self:
            return 2

def three():
    """Three."""
    x = 3; return x

def four():
    return 4

END = four()
'''


def test_a_statement() -> None:
    edited = with_statement(TEXT, "mark 1")
    assert edited.startswith(TEXT)
    assert ast.unparse(ast.parse(edited).body[-1]) == "EDITED = 'mark 1'"
    assert not Lines().pair(facts_of("", TEXT), facts_of("", edited))


def test_a_line() -> None:
    edited = with_line(TEXT, "mark 1")
    assert edited == TEXT.replace(b"    return 4\n", b"    edited = 'mark 1'\n    return 4\n")
    lines = Lines()
    assert lines.pair(facts_of("", TEXT), facts_of("", edited))
    assert (lines.now[14], lines.now[17]) == (14, 18)


def test_no_function() -> None:
    with pytest.raises(ValueError, match="no function"):
        with_line(b"def one(): return 1\n", "")
