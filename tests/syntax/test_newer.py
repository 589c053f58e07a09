"""Lowering: what CPython reads in newer syntax, 3.10 must read at the same places in the lowered text."""

from __future__ import annotations

import ast
import functools
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importlint.syntax.marks import Marks
from importlint.syntax.newer import Lowered, lower
from importlint.syntax.parse import ParsedModule, parse
from importlint.syntax.source import Source, read_source
from tests.cpython import CPython, installed

WHOLE = bool(os.environ.get("IMPORTLINT_WHOLE"))
"""Set it to go through every file of every installed standard library; that takes ten minutes."""

SAMPLE = (
    "test/test_except_star.py",
    "test/test_fstring.py",
    "test/test_patma.py",
    "test/test_pep646_syntax.py",
    "test/test_type_aliases.py",
    "test/test_type_params.py",
    "dataclasses.py",
    "json/encoder.py",
    "typing.py",
)

NATIVE = [cpython for cpython in installed() if cpython.version >= (3, 12)]
"""CPythons whose trees show what lowering must keep: they know PEP 646, 654, 695 and 701."""

KNOWN_GAPS = {"test/test_grammar.py", "test/ann_module.py", "test/typinganndata/ann_module.py"}
"""Files with `(name): annotation`, which libcst cannot read: see `test_what_libcst_cannot_read`."""


@functools.lru_cache(1)
def expectation(cpython: CPython, text: str) -> Any:
    """What `tests.syntax.lowering.expected` answers in `cpython`; None if the text is no Python there."""
    program = Path(__file__).with_name("lowering.py").read_text() + (
        "\ntry:\n    result = expected(text)\nexcept (SyntaxError, ValueError):\n    result = None\n"
    )
    return cpython.evaluate(program, text=text)


def lowered_dump(cpython: CPython, text: str) -> Any:
    program = "import ast\nresult = ast.dump(ast.parse(text), include_attributes=True, indent=1)"
    return cpython.evaluate(program, text=text)


def assert_lowers_as_expected(cpython: CPython, text: str, where: object) -> None:
    dump, marks = expectation(cpython, text)
    lowered = lower(text)
    assert lowered is not None, where
    after = lowered_dump(cpython, lowered.text)
    differences = [
        lines for lines in zip(dump.split("\n"), after.split("\n"), strict=False) if lines[0] != lines[1]
    ]
    assert after == dump, (where, differences[:3])
    assert as_lists(lowered.marks) == marks, where
    assert_same_places(text, lowered)
    ast.parse(lowered.text)


def as_lists(marks: Marks) -> dict[str, list[Any]]:
    return {
        "type_aliases": sorted([list(key), list(value)] for key, value in marks.type_aliases.items()),
        "type_parameters": sorted([list(key), list(value)] for key, value in marks.type_parameters.items()),
        "except_stars": sorted(map(list, marks.except_stars)),
        "opaque_strings": sorted(map(list, marks.opaque_strings)),
    }


def assert_same_places(text: str, lowered: Lowered) -> None:
    """Each line keeps its length, but for a backslash that was added at its end."""
    before, after = text.encode().split(b"\n"), lowered.text.encode().split(b"\n")
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        assert len(old) == len(new) or (len(new) == len(old) + 1 and new.endswith(b"\\")), (old, new)


# ---- generated programs, against CPythons that know their syntax ----

names = st.sampled_from(["a", "bc", "é", "變數", "match", "type", "lazy"])
gaps = st.sampled_from(["", "", " ", "  ", "\t"])
literals = st.text(st.sampled_from("ab é變\t😀!:=<,"), max_size=4)


def joined(*parts: st.SearchStrategy[str] | str) -> st.SearchStrategy[str]:
    return st.tuples(*(st.just(part) if isinstance(part, str) else part for part in parts)).map("".join)


def expressions_from(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        joined(inner, ".", names),
        joined(inner, "[", inner, "]"),
        joined(names, "[*", inner, "]"),
        joined(names, "[*", inner, ", ", names, "]"),
        joined("(", gaps, inner, gaps, ")"),
        joined("(", inner, ", ", inner, ",)"),
        joined(names, "(", inner, ", *", names, ", k=", inner, ")"),
        joined("[", inner, " for x in ", inner, "]"),
        joined("(lambda: ", inner, ")"),
        joined("(yield ", inner, ")"),
        joined("(\n", inner, "  # (é\n)"),
        joined(inner, " != ", inner),
        joined(inner, " if ", inner, " else ", inner),
        f_strings(inner),
        joined(f_strings(inner), gaps, f_strings(inner), gaps, st.sampled_from(['"é("', "'{'", "f'{{'"])),
    )


def f_strings(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    top = st.one_of(
        inner,
        inner,
        joined(inner, ", ", inner),
        joined(inner, ","),
        joined("*", inner, ", ", inner),
        st.just("yield"),
        joined("yield ", inner),
        joined("yield ", inner, ","),
        joined("yield from ", inner),
    )
    conversion = st.sampled_from(["", "", "=", " = ", "!r", "!s", "=!a"])
    spec = st.one_of(
        st.just(""),
        st.just(""),
        joined(":", literals),
        joined(":", literals, "{", gaps, inner, gaps, "!r}", literals, "{", inner, ":{", inner, "}}"),
        st.sampled_from([":(>10", ":'>9", ":#x"]),
    )
    field = joined("{ ", gaps, top, gaps, conversion, spec, "}")
    content = st.lists(st.one_of(literals, field, st.sampled_from(["{{", "}}"])), max_size=4).map("".join)
    prefix = st.sampled_from(["f", "F", "rf", "fR"])
    quote = st.sampled_from(["'", '"', '"""', "'''"])
    return st.tuples(prefix, quote, content).map(lambda parts: f"{parts[0]}{parts[1]}{parts[2]}{parts[1]}")


expressions = st.recursive(names, expressions_from, max_leaves=8)
bounds = st.one_of(st.just(""), joined(": ", expressions), joined(": (", expressions, ", é)"))
defaults = st.one_of(st.just(""), joined(" = ", expressions))
separators = st.sampled_from([", ", ",", ",\n", ", # é(\n  ", ",\f "])


@st.composite
def type_parameters(draw: st.DrawFn, *, with_defaults: bool) -> str:
    default = defaults if with_defaults else st.just("")
    kinds = [joined("T{}", bounds, default), joined("*T{}", default), joined("**T{}", default)]
    chosen = draw(st.lists(st.one_of(*kinds), min_size=1, max_size=3))
    # `{}` may stand in an f-string of a bound too: only the first is the name's number.
    listed = [parameter.replace("{}", str(index), 1) for index, parameter in enumerate(chosen)]
    return f"{draw(gaps)}[{draw(separators)[1:]}{draw(separators).join(listed)}{draw(gaps)}]"


@st.composite
def programs(draw: st.DrawFn, *, with_defaults: bool) -> str:
    parameters = type_parameters(with_defaults=with_defaults)
    statement = st.one_of(
        joined("é = ", expressions),
        joined(
            "@",
            names,
            "\nasync def f",
            parameters,
            gaps,
            "(*x: *",
            names,
            ", y=",
            expressions,
            ") -> T0: pass",
        ),
        joined("def f", parameters, "():\n    return ", expressions),
        joined("class C", parameters, gaps, "(", expressions, "): pass"),
        joined("class C", parameters, ": é = ", expressions),
        joined("type ", names, parameters, " = ", expressions),
        joined("a; type\\\n ", names, " =", expressions, "; b"),
        joined(
            "try: pass\nexcept", gaps, "* \\\n ", names, " as e : ", expressions, "\nexcept*(A, B) : pass"
        ),
        joined("if a :\n\f    ", expressions, "\n    b"),
        joined("match = ", expressions, "\n\f\f"),
    )
    return "\n".join(draw(st.lists(statement, min_size=1, max_size=4)))


@pytest.mark.parametrize("cpython", NATIVE, ids=repr)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_programs_are_lowered_to_what_cpython_reads(cpython: CPython, data: st.DataObject) -> None:
    program = data.draw(programs(with_defaults=cpython.version >= (3, 13)))
    if expectation(cpython, program) is not None:
        assert_lowers_as_expected(cpython, program, program)


# ---- the standard library ----


@functools.cache
def library(cpython: CPython) -> Path:
    return Path(cpython.evaluate("import os\nresult = os.path.dirname(os.__file__)"))


def library_files(cpython: CPython) -> list[Path]:
    """The sample, as far as it is installed, or all; without files that are installed elsewhere."""
    if not WHOLE:
        return [path for name in SAMPLE if (path := library(cpython) / name).exists()]
    return sorted(path for path in library(cpython).rglob("*.py") if "site-packages" not in path.parts)


@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("cpython", NATIVE if WHOLE else NATIVE[-1:], ids=repr)
def test_the_standard_library_is_lowered_to_what_cpython_reads(cpython: CPython) -> None:
    for path in library_files(cpython):
        source = read_source(path)
        name = path.relative_to(library(cpython)).as_posix()
        if isinstance(source, Source) and name not in KNOWN_GAPS and expectation(cpython, source.text):
            assert_lowers_as_expected(cpython, source.text, path)


@pytest.mark.parametrize("cpython", installed(), ids=repr)
def test_what_any_cpython_reads_is_parsed(cpython: CPython) -> None:
    program = (
        "import ast\ntry: result = bool(ast.parse(text))\nexcept (SyntaxError, ValueError): result = False"
    )
    for path in library_files(cpython):
        source = read_source(path)
        name = path.relative_to(library(cpython)).as_posix()
        if isinstance(source, Source):
            parsed = isinstance(parse(source), ParsedModule)
            assert parsed or name in KNOWN_GAPS or not cpython.evaluate(program, text=source.text), path


# ---- newer than every CPython that may be here: written by hand ----

LOWERED = {
    "lazy import": (
        "lazy import a.b as c, d\nif x: lazy  from . import (e,\n f)",
        "...; import a.b as c, d\nif x: ...;  from . import (e,\n f)",
        Marks(lazy_imports={(1, 5): (1, 0), (2, 12): (2, 6)}),
    ),
    "lazy import on two lines": (
        "lazy\\\n  import a",
        "...;\\\n  import a",
        Marks(lazy_imports={(2, 2): (1, 0)}),
    ),
    "exceptions without parentheses": (
        "try: a\nexcept B, (C) , d.E(): f\nexcept G: h",
        "try: a\nexcept B| (C) | d.E(): f\nexcept G: h",
        Marks(exception_tuples={(2, 7)}),
    ),
    "exception groups without parentheses": (
        "try: a\nexcept* B, C : d",
        "try: a\nexcept  B| C : d",
        Marks(exception_tuples={(2, 8)}, except_stars={(1, 0)}),
    ),
    "exceptions in parentheses": ("lazy = 1\ntry: a\nexcept (B, C): d",) * 2 + (Marks(),),
    "unpacking in comprehensions": (
        "é[[*x for x in y], {* x for x in y}, f(*x for x in y), (*x for x in y)]",
        "é[[ x for x in y], {  x for x in y}, f( x for x in y), ( x for x in y)]",
        Marks(),
    ),
    "unpacking in dict comprehensions": (
        "é = { # {**\n ** d for d in e}, {**d for d in e}",
        "é = { # {**\n    d for d in e}, {  d for d in e}",
        Marks(dict_comprehensions={(1, 5), (2, 19)}),
    ),
    "t-string": (
        'x = t"é {y!r:>{w}} {{"',
        "x = (    y,    w,    )",
        Marks(opaque_strings={(1, 4)}),
    ),
    "t-string without fields": ("x = t'a'", "x = (  )", Marks(opaque_strings={(1, 4)})),
    "t-strings in a row": (
        "x = (t'{a}'\n  Rt'{b}' tR'''\n{c=}''')",
        "x = ((  a, \n      b,       \n c,   ))",
        Marks(opaque_strings={(1, 5)}),
    ),
    "t-string inside a t-string": (
        "t'{t'{a}'}' if b else \"t'{a}'\"  # t'{a}'",
        "(  (  a,),) if b else \"t'{a}'\"  # t'{a}'",
        Marks(opaque_strings={(1, 0), (1, 3)}),
    ),
    "names that only look like keywords": ("lazy\nimport a\nlazy.b\ntype(c)\nlazy: type = type",) * 2
    + (Marks(),),
}


def test_syntax_of_314_and_315() -> None:
    for name, (text, expected, marks) in LOWERED.items():
        lowered = lower(text)
        assert lowered is not None, name
        assert lowered.text.encode() == expand(text, expected), name
        assert lowered.marks == marks, name
        ast.parse(lowered.text)


def expand(text: str, expected: str) -> bytes:
    """`expected` in bytes, of which a blanked character takes as many as it had."""
    assert len(text) == len(expected), (text, expected)
    blanked = zip(text, expected, strict=True)
    return b"".join(new.encode().rjust(len(old.encode())) for old, new in blanked)


def test_none_for_what_is_no_python() -> None:
    for text in (
        "print 'a'",
        "lazy import",
        "x = = 1",
        "except* A: pass",
        "type X",
        "f'{",
        "(",
        "lazy import a; (",
    ):
        assert lower(text) is None, text


@pytest.mark.parametrize("text", ["(a): int", "(a.b): int = 1", "try: a\nexcept B,: c"])
def test_what_libcst_cannot_read(text: str) -> None:
    """Python, and legal beside newer syntax; when this fails, libcst has learnt it: no gap any more."""
    assert lower(text) is None
