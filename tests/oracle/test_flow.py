"""Which statements run when a module is imported, against CPython running it."""

from __future__ import annotations

import textwrap

from hypothesis import example, given
from hypothesis import strategies as st

from importlint.syntax.facts import Call, Constant, Evaluate, Name
from importlint.syntax.flow import Phase, Situated, known_names, walk
from importlint.target import Target
from tests.cpython import installed
from tests.facts import facts_of

PREAMBLE = """\
import os, sys
from typing import TYPE_CHECKING
UNKNOWN = len(sys.argv) % 2
"""

CONDITIONS = st.sampled_from(
    [
        "True",
        "False",
        "TYPE_CHECKING",
        "not TYPE_CHECKING",
        "sys.version_info >= (3, 10)",
        "sys.version_info < (3, 12)",
        "sys.platform == 'win32'",
        "__name__ == '__main__'",
        "UNKNOWN",
        "not UNKNOWN",
        "os.environ.get('NOT_SET_ANYWHERE')",
    ]
)
LEAVES = st.sampled_from(["ran(0)", "ran(0)", "ran(0)", "raise ValueError"])


def _indented(block: list[str]) -> str:
    return textwrap.indent("\n".join(block), "    ")


def _compound(block: st.SearchStrategy[list[str]]) -> st.SearchStrategy[str]:
    inner = block.map(_indented)
    return st.one_of(
        st.builds("if {}:\n{}".format, CONDITIONS, inner),
        st.builds("if {}:\n{}\nelse:\n{}".format, CONDITIONS, inner, inner),
        st.builds("if {}:\n{}\nelif {}:\n{}\nelse:\n{}".format, CONDITIONS, inner, CONDITIONS, inner, inner),
        st.builds("try:\n{}\nexcept ValueError:\n{}".format, inner, inner),
        st.builds(
            "try:\n{}\nexcept ValueError:\n{}\nelse:\n{}\nfinally:\n{}".format, inner, inner, inner, inner
        ),
        st.builds("for _ in {}:\n{}".format, st.sampled_from(["()", "(1,)", "sys.argv"]), inner),
        st.builds("while {}:\n{}\n    break".format, CONDITIONS, inner),
        st.builds("class C:\n{}".format, inner),
        st.builds("def f():\n{}".format, inner),
        st.builds("with open(os.devnull):\n{}".format, inner),
    )


STATEMENTS = st.recursive(
    LEAVES, lambda inner: _compound(st.lists(inner, min_size=1, max_size=3)), max_leaves=8
)


@st.composite
def modules(draw: st.DrawFn) -> str:
    """The text of a module in which each `ran(number)` has a number of its own."""
    text = "\n".join(draw(st.lists(STATEMENTS, min_size=1, max_size=5))) + "\n"
    pieces = text.split("ran(0)")
    return "".join(f"{piece}ran({number})" for number, piece in enumerate(pieces[:-1])) + pieces[-1]


RECORD = """
numbers = []
try:
    exec(text, {"ran": numbers.append, "__name__": name})
    raised = False
except ValueError:
    raised = True
result = [numbers, raised]
"""


def _number(situated: Situated) -> int | None:
    match situated.statement:
        case Evaluate(value=Call(function=Name(id="ran"), arguments=(Constant(value=int(number)),))):
            return number
    return None


@given(text=modules())
@example("if sys.platform != 'win32':\n    raise ValueError\nran(0)\n")
@example("if UNKNOWN:\n    raise ValueError\nelse:\n    raise ValueError\nran(0)\n")
@example("try:\n    raise ValueError\nexcept ValueError:\n    ran(0)\nran(1)\n")
def test_what_runs_agrees_with_cpython(text: str) -> None:
    """What is said to run for sure runs unless an error came first; what is said to be dead never runs."""
    facts = facts_of(PREAMBLE + text)
    for cpython in installed():
        target = Target(version=cpython.version, platform="linux")
        situated = {
            number: each.circumstances
            for each in walk(facts, target, known_names(facts))
            if (number := _number(each)) is not None
        }
        for name, runs in (("imported", "imported"), ("__main__", "program")):
            ran, raised = cpython.evaluate(RECORD, text=PREAMBLE + text, name=name)
            for number, here in situated.items():
                verdict = getattr(here, runs)
                if here.phase is Phase.DEFERRED or verdict is False:
                    assert number not in ran, f"{cpython}, {name}: ran({number}) ran\n{text}"
                elif verdict is True and here.certain and not raised and "raise" not in text:
                    assert number in ran, f"{cpython}, {name}: ran({number}) did not run\n{text}"
