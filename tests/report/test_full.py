"""The format for people, against what the style guide shows and against terminals' rules on width."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from importlint.diagnostics import Report
from importlint.report import render
from importlint.report.characters import width
from importlint.report.full import CONTEXT_WIDTH, MAX_SOURCE_WIDTH
from tests.report.samples import CYCLE, NOTHING, REPORT, WARNING, with_location

SHOWN = """\
info[IL203]: `shop/cart.py` stands beside the package `shop/cart`
 --> shop/cart:1:1
  = note: the package wins

warning[IL404]: `play` may start before the guard
   --> shop/main.py:120:2
    |
120 |     play(1)
    |     ^^^^^^^

error[IL302]: `import shop.cart` fails if it comes first: `Cart` is not bound yet
 --> shop/user.py:1:23
  |
1 | from shop.cart import Cart
  |                       ^^^^ `shop.cart` has run only as far as its line 1; `Cart` is bound at line 2
  |
  = 1. shop/cart.py:1   from shop import user        runs shop.user
    2. shop/user.py:1   from shop.cart import Cart   fails; works when `shop.user` is imported first
  = help: import `user` inside `Cart.owner`, the only place that reads it

Found 1 error, 1 warning and 1 remark in 42 files.
"""


def full(report: Report, *, colour: bool = False) -> str:
    return render(report, "full", colour=colour)


def source_and_carets(report: Report) -> tuple[str, str]:
    lines = full(report).splitlines()
    return lines[3], lines[4]


def test_shows_the_style_guides_example() -> None:
    assert full(REPORT) == SHOWN


def test_colours_add_escape_sequences_and_nothing_else() -> None:
    coloured = full(REPORT, colour=True)
    assert re.sub(r"\033\[[0-9;]*m", "", coloured) == SHOWN
    assert "\033[1;31merror[IL302]\033[0m: " in coloured
    assert "\033[1;33mwarning[IL404]\033[0m: " in coloured


@pytest.mark.parametrize(
    ("report", "summary"),
    [
        (NOTHING, "Found no problems in 1 file."),
        (
            Report(diagnostics=(CYCLE,) * 3 + (WARNING,), files=2, modules=2),
            "Found 3 errors and 1 warning in 2 files.",
        ),
        (Report(diagnostics=(WARNING,) * 2, files=2, modules=2), "Found 2 warnings in 2 files."),
    ],
)
def test_summary(report: Report, summary: str) -> None:
    assert full(report).splitlines()[-1] == summary


class TestSourceLine:
    def test_tabs_take_four_columns(self) -> None:
        assert source_and_carets(with_location("\tif a:\tb()", 8, 11)) == (
            "7 |     if a:    b()",
            "  |              ^^^ here",
        )

    def test_wide_and_combining_characters(self) -> None:
        assert source_and_carets(with_location("名 = e\u0301 + 数()", 10, 13)) == (
            "7 | 名 = e\u0301 + 数()",
            "  |          ^^^^ here",
        )

    def test_control_characters_are_escaped(self) -> None:
        assert source_and_carets(with_location("a\x0c\x1b[31mb\u202e", 8, 9)) == (
            "7 | a\\x0c\\x1b[31mb\\u202e",
            "  |              ^ here",
        )

    def test_span_of_several_lines_is_underlined_to_the_end(self) -> None:
        assert (
            source_and_carets(with_location("from a import (", 6, 2, end_line=9))[1]
            == "  |      ^^^^^^^^^^ here"
        )

    def test_empty_span_has_a_caret(self) -> None:
        assert source_and_carets(with_location("a", 1, 1))[1] == "  | ^ here"

    @pytest.mark.parametrize("column", [3, 99])
    def test_span_beyond_the_line_is_at_its_end(self, column: int) -> None:
        assert source_and_carets(with_location("ab", column, column + 5))[1] == "  |   ^ here"


@pytest.mark.parametrize(("column", "shown"), [(1, "x" * 100 + "..."), (300, "..." + "x" * 100)])
def test_long_lines_are_cut_around_the_span(column: int, shown: str) -> None:
    source, carets = source_and_carets(with_location("x" * 300, column, column + 1))
    assert source == f"7 | {shown}"
    assert source[carets.index("^")] == "x"


def test_long_line_keeps_what_stands_before_the_span() -> None:
    source, carets = source_and_carets(with_location("a" * 200 + "b" * 200, 201, 401))
    assert source == "7 | ..." + "a" * CONTEXT_WIDTH + "b" * (MAX_SOURCE_WIDTH - CONTEXT_WIDTH) + "..."
    assert carets == "  | " + " " * (CONTEXT_WIDTH + 3) + "^" * (MAX_SOURCE_WIDTH - CONTEXT_WIDTH) + " here"


CHARACTERS = st.sampled_from("ab \t名数e\u0301\u200b\x00\x1b\n\r\u2028\ud800😀")


@given(excerpt=st.text(CHARACTERS, min_size=1, max_size=400), place=st.data())
def test_carets_stand_under_the_span(excerpt: str, place: st.DataObject) -> None:
    """Whatever the line holds, the first caret is as many columns in as the span's first character."""
    column = place.draw(st.integers(1, len(excerpt)))
    marked = excerpt[: column - 1] + "@" + excerpt[column:]
    source, carets = source_and_carets(with_location(marked, column, column + 1))
    assert width(source.partition("@")[0]) == carets.index("^")
    assert width(source) <= MAX_SOURCE_WIDTH + len("7 | ......")


@given(text=st.text(CHARACTERS, min_size=1, max_size=40))
def test_any_message_is_one_line(text: str) -> None:
    finding = replace(CYCLE.finding, message=text, label=text, help=text)
    report = Report(diagnostics=(replace(CYCLE, finding=finding),), files=1, modules=1)
    assert len(full(report).splitlines()) == 11
