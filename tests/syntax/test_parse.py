"""Text to tree: a tree or a problem, in CPython's words, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import warnings

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from importlint.syntax.marks import NO_MARKS, Marks
from importlint.syntax.parse import ParsedModule, parse
from importlint.syntax.source import ProblemKind, Source, SourceProblem
from tests.cpython import CPython

fragments = st.sampled_from(
    "lazy import a|import a|from|type X|=|[|]|(|)|{|}|f'{|t'|'|'''|\"|x|,|:|except*|except|try:|if x:|\n|\n  |"
    "\t|\f|\\\n|*|**|é|\0|\r|\ud800|def f|class A|lambda|yield|await|!r|;|#|@|->|:=|1_|0x|match x:|case".split(
        "|"
    )
)


@settings(deadline=None)
@given(st.lists(fragments, max_size=25).map(" ".join) | st.text(max_size=30))
@example("f'{x !r\r:a}'; lazy import a")  # libcst drops the carriage return, which is no white space to us
def test_any_text_is_a_tree_or_a_problem(text: str) -> None:
    result = parse(Source("x.py", text))
    if isinstance(result, SourceProblem):
        assert result.kind is ProblemKind.UNPARSABLE
        assert result.message
        assert result.line >= 1
        assert result.column >= 1


@pytest.mark.parametrize(
    "text", ["x = = 1\n", "é = (\n", "if x:\npass\n", "x = 'é' y\n", "f'{'\n", "print 'é'\n"]
)
def test_problems_are_in_the_words_and_at_the_place_of_cpython(text: str) -> None:
    running = CPython(sys.executable, sys.version_info[:2])
    program = (
        "try: compile(text, 'x.py', 'exec')\nexcept SyntaxError as e: result = [e.msg, e.lineno, e.offset]"
    )
    problem = parse(Source("x.py", text))
    assert isinstance(problem, SourceProblem)
    assert [problem.message, problem.line, problem.column] == running.evaluate(program, text=text)


@pytest.mark.parametrize("text", ["a\0b", "x = '\ud800'"])
def test_texts_that_no_file_can_hold(text: str) -> None:
    assert isinstance(parse(Source("x.py", text)), SourceProblem)


def test_the_first_error_is_reported_when_lowering_does_not_help() -> None:
    problem = parse(Source("x.py", "= 1\nlazy import a\n"))
    assert isinstance(problem, SourceProblem)
    assert (problem.line, problem.column) == (1, 1)


def test_warnings_do_not_leak() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("error")
        result = parse(Source("x.py", "'\\d'; 1 is 1; 0x1for x in y\n"))
    assert caught == []
    assert isinstance(result, (ParsedModule, SourceProblem))


def test_only_newer_syntax_is_marked() -> None:
    plain = parse(Source("x.py", "import a\n"))
    assert isinstance(plain, ParsedModule)
    assert plain.marks is NO_MARKS
    newer = parse(Source("x.py", "[*a for a in b]\nlazy import c\n"))
    assert isinstance(newer, ParsedModule)
    assert newer.marks == Marks(lazy_imports={(2, 5): (2, 0)})


def test_libcst_is_not_imported_for_what_ast_reads() -> None:
    program = (
        "import sys; from importlint.syntax.parse import parse; from importlint.syntax.source import Source; "
        "parse(Source('x.py', 'import a')); print('libcst' in sys.modules); "
        "parse(Source('x.py', 'lazy import a = 1')); print('libcst' in sys.modules)"
    )
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert child.stdout.split() == ["False", "True"]
