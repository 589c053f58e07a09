"""Bytes to text: what CPython's `import` would read, or refuse to."""

from __future__ import annotations

import ast
import base64
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from importlint.syntax.parse import ParsedModule, parse
from importlint.syntax.source import (
    SIZE_LIMIT,
    Columns,
    ProblemKind,
    Source,
    SourceProblem,
    decode_source,
    read_source,
)
from tests.cpython import CPython, installed

READ = """
import ast, base64, warnings
warnings.simplefilter("ignore")
try:
    tree = ast.parse(base64.b85decode(data))
    result = [[node.lineno, node.value] for node in ast.walk(tree)
              if isinstance(node, ast.Constant) and isinstance(node.value, str)]
except (SyntaxError, ValueError):
    result = None
"""
"""What importlib does with a file's bytes: the texts in it with their lines; None if it is refused."""


def texts_by_cpython(cpython: CPython, data: bytes) -> Any:
    return cpython.evaluate(READ, data=base64.b85encode(data).decode())


def texts(data: bytes) -> list[list[Any]] | None:
    source = decode_source("x.py", data)
    module = parse(source) if isinstance(source, Source) else source
    if not isinstance(module, ParsedModule):
        return None
    nodes = [node for node in ast.walk(module.tree) if isinstance(node, ast.Constant)]
    return [[node.lineno, node.value] for node in nodes if isinstance(node.value, str)]


ENCODINGS = [
    *("utf-8", "UTF-8", "utf8", "utf_8", "utf-8-sig", "utf-8-unix", "utf-8x", "u8", "utf-16", "utf-7"),
    *(
        "latin-1",
        "Latin_1",
        "latin1",
        "iso-8859-1",
        "iso-latin-1-dos",
        "iso-8859-15",
        "l1",
        "ascii",
        "us-ascii",
    ),
    *("cp1252", "cp037", "koi8-r", "shift_jis", "euc-jp", "gb18030", "iso2022_jp", "big5", "mac-roman"),
    *("hex", "rot13", "zlib", "base64", "undefined", "charmap", "idna", "aliases", "os", "a.b", "-", "foo"),
]
cookies = st.one_of(
    st.sampled_from(ENCODINGS).flatmap(
        lambda name: st.sampled_from(
            [
                "# coding: {}",
                "#coding={}",
                "# -*- coding: {} -*-",
                "# vim: set fileencoding={} :",
                " \f# coding:\t{}",
            ]
        ).map(lambda template: template.format(name))
    ),
    st.sampled_from(
        [
            "# coding : utf-8",
            "# coding:",
            "# codingcoding=latin-1",
            "x = 1 # coding: latin-1",
            "\v# coding: foo",
        ]
    ),
)
first_lines = st.one_of(cookies, st.sampled_from(["", "\f", "#!/usr/bin/python", "x = '''", "\\", "x = 1"]))
line_ends = st.sampled_from(["\n", "\r\n", "\r"])
contents = st.one_of(
    st.binary(max_size=4).filter(lambda data: not {*data} & {*b"\r\n\0'\\+&"}),
    st.text(st.sampled_from("aé€ä変я"), max_size=3).map(lambda text: text.encode("utf-8")),
    st.sampled_from(["é", "я", "変"]).flatmap(
        lambda text: st.sampled_from(["latin-1", "koi8-r", "shift_jis", "euc-jp"]).map(
            lambda encoding: text.encode(encoding, "ignore")
        )
    ),
)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A byte order mark or none, two lines that may declare an encoding, and a text in some encoding."""
    mark = draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf"]))
    lines = [draw(first_lines).encode(), draw(first_lines).encode(), b"x = '" + draw(contents) + b"'"]
    last = draw(st.sampled_from(["", "\n", "\r\n\f", "\r\r\n"]))
    return mark + draw(line_ends).encode().join(lines) + last.encode()


@pytest.mark.parametrize("cpython", installed(), ids=repr)
@settings(max_examples=150, deadline=None)
@given(data=files())
@example(data=b"")
@example(data=b"\xef\xbb\xbf")
@example(data=b"\xef\xbb\xbf\xef\xbb\xbf")
@example(data=b"x = 1\0")
@example(data="x = 'a'".encode("utf-16"))
@example(data=b"\xef\xbb\xbf# coding: utf8\n")
@example(data=b"#!\r# coding: latin-1\rx = '\xe9'\r")
@example(data=b"# coding: latin-1")
@example(data=b"# coding: utf-8-mac\nx = '\xc3\xa9'")
@example(data=b"\n\n# coding: foo\n")
@example(data=b"x = '''\r\n\r\x0c\x1c\xe2\x80\xa8'''\r\ny = 'a'")
@example(data=b"# coding: unicode_escape\nx = '\\ud800'")
@example(data=b"x = '\xed\xa0\x80'")
@example(data=b"# coding: hz\r\nx = '~{<:Ky2;VpJ)~}'\r\n")
def test_text_is_what_cpython_reads(cpython: CPython, data: bytes) -> None:
    """Language reference, "Encoding declarations"."""
    assert texts(data) == texts_by_cpython(cpython, data)


@given(data=st.binary(max_size=40), name=st.sampled_from(ENCODINGS), mark=st.booleans())
def test_any_bytes_are_a_text_or_a_problem(data: bytes, name: str, mark: bool) -> None:
    data = b"\xef\xbb\xbf" * mark + f"# coding: {name}\n".encode() + data
    source = decode_source("x.py", data)
    if isinstance(source, Source):
        assert "\r" not in source.text
        parse(source)
    else:
        assert source.line >= 1
        assert source.column >= 1
        assert source.message


@pytest.mark.parametrize("cpython", installed(), ids=repr)
def test_what_is_no_utf_8_in_a_comment_is_refused_as_by_python_file(cpython: CPython, tmp_path: Path) -> None:
    """PEP 263 calls it an error; `import` has overlooked it in comments for a long time."""
    (tmp_path / "x.py").write_bytes(b"x = 1\n# \xff\n")
    assert cpython.run(["x.py"], tmp_path).stderr.splitlines()[-1].startswith("SyntaxError")
    assert read_source(tmp_path / "x.py") == SourceProblem(
        ProblemKind.UNDECODABLE,
        "'utf-8' codec can't decode byte 0xff in position 8: invalid start byte",
        2,
        3,
    )


PROBLEMS: dict[bytes, tuple[str, str, int, int]] = {
    b"a\n\xc3\xa9 \0b": ("unparsable", "source code string cannot contain null bytes", 2, 3),
    b"#!\n# coding: foo\n": ("undecodable", "unknown encoding: foo", 2, 1),
    b"# coding: hex\n": ("undecodable", "'hex' is not a text encoding", 1, 1),
    b"\xef\xbb\xbf# coding: latin-1\n": ("undecodable", "encoding problem: iso-8859-1 with BOM", 1, 1),
    b"\xef\xbb\xbf\r\xc3\xa9\xff": (
        "undecodable",
        "'utf-8' codec can't decode byte 0xff in position 3: invalid start byte",
        2,
        2,
    ),
    b"# coding: ascii\nx = '\xe9'": (
        "undecodable",
        "'ascii' codec can't decode byte 0xe9 in position 21: ordinal not in range(128)",
        2,
        6,
    ),
}


@pytest.mark.parametrize("data", PROBLEMS)
def test_problems_say_what_and_where(data: bytes) -> None:
    kind, message, line, column = PROBLEMS[data]
    assert decode_source("x.py", data) == SourceProblem(ProblemKind(kind), message, line, column)


def test_files_that_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.py")
    (tmp_path / "loop.py").symlink_to("loop.py")
    with open(tmp_path / "large.py", "wb") as file:
        file.truncate(SIZE_LIMIT + 1)
    messages = {
        "fifo.py": "is not a regular file",
        "loop.py": "Too many levels of symbolic links",
        "large.py": "larger than 16 MiB",
        "missing.py": "No such file or directory",
        ".": "is a directory",
        "\0.py": "embedded null",
    }
    for name, message in messages.items():
        problem = read_source(f"{tmp_path}/{name}")
        assert isinstance(problem, SourceProblem), name
        assert problem.kind is ProblemKind.UNREADABLE
        assert message in problem.message


def test_a_device_is_not_read() -> None:
    assert read_source("/dev/zero") == SourceProblem(ProblemKind.UNREADABLE, "is not a regular file")


def test_lines_end_at_line_feeds_only() -> None:
    assert Source("x.py", "a\x0cb\x1cc\u2028d\x85e\n\nf\n").lines == ["a\x0cb\x1cc\u2028d\x85e", "", "f", ""]


@given(text=st.text(st.sampled_from("aé変😀\t\n\x0c\u2028")))
def test_columns_count_code_points(text: str) -> None:
    lines = text.split("\n")
    columns = Columns(lines)
    for number, line in enumerate(lines, 1):
        for index in range(len(line) + 1):
            assert columns.column(number, len(line[:index].encode())) == index + 1


def test_columns_beyond_the_text_are_at_the_end() -> None:
    columns = Columns(["ab", "éb"])
    assert [columns.column(line, 9) for line in (1, 2, 3)] == [3, 3, 1]
