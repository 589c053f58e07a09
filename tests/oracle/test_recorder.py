"""The recorder against itself: what forks keep apart does not mix where there are no forks, either."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.cpython import Interpreter, installed
from tests.oracle.drawn_packages import Drawn, packages
from tests.oracle.pyodide import pyodides
from tests.oracle.recorder import record
from tests.oracle.survey import GROUPS
from tests.trees import Tree

PACKAGES = ("pkg", "top")
NEWEST = installed()[-1]


@settings(max_examples=10)
@given(packages(GROUPS["everything"], NEWEST.version))
def test_entries_in_one_interpreter(drawn: Drawn) -> None:
    with drawn.tree.written() as root:
        forked = record(NEWEST, root, PACKAGES, drawn.entries, drawn.flags)
        assert record(NEWEST, root, PACKAGES, drawn.entries, drawn.flags, is_in_place=True) == forked, (
            drawn.tree
        )


CHANGES = """
import os, sys
sys.modules['pkg.b'] = sys
sys.X = 1
sys.path.clear()
os.environ['FLAG_A'] = '1'
"""
LOOKS = """
import os, sys
if hasattr(sys, 'X') or 'FLAG_A' in os.environ or 'pkg.b' in sys.modules:
    import nope
import pkg.b
"""
TREE = Tree({"pkg/__init__.py": "", "pkg/a.py": CHANGES, "pkg/b.py": "", "pkg/c.py": LOOKS})


@pytest.mark.parametrize("cpython", [NEWEST, *pyodides()], ids=repr)
def test_the_next_entry_meets_nothing_of_the_last(cpython: Interpreter) -> None:
    with TREE.written() as root:
        (first,), (second,), (third,) = record(
            cpython, root, PACKAGES, ["pkg.a", "pkg.c", "pkg.a"], is_in_place=True
        )
    assert second.events == ("start pkg", "end pkg", "start pkg.c", "start pkg.b", "end pkg.b", "end pkg.c")
    assert first == third
    assert first.error is None
    assert second.error is None
