"""Drawn `.pth` files in a site directory, read by importlint and by the start of every installed CPython."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from importlint.finder.environment import choose_environment
from tests.cpython import CPython, run

_SHOW = ["-c", "import json, sys; print(json.dumps(sys.path[1:]))"]

_DIRECTORIES = ("one", "two", " two", "é", "one/inner", "../beside", "nested", "import")
_NESTED = {"more.pth": b"../one\n{site}/two\n", "import.pth": b"import sys; sys.path.append('/nested')\n"}

_PLACES = st.sampled_from(
    [
        *("one", "one", "two", "ONE", "one/", "./one", "one/../two", "one/inner", "../beside", "absent", "."),
        *(
            "{site}/one",
            "{site}//two",
            "{site}/absent",
            "{site}",
            "/",
            "file",
            "nul\0l",
            "link",
            "import",
            "é",
        ),
    ]
)
_IMPORTS = st.sampled_from(
    [
        "import sys; sys.path.append('{site}/one')",
        "import sys; sys.path.append('/absent')",
        "import sys; sys.path.insert(0, '/first')",
        "import sys; sys.path.insert(0, '{site}/two')",
        "import sys;sys . path . append(('{site}'\t'/two'));",
        "import site; site.addsitedir('{site}/nested')",
        "import site; site.addsitedir('{site}/absent')",
        "import os",
        "import\tos",
        "import os; os.environ.get('HOME')",
        "import absent_module",
        "import os, absent_module",
        "import os; import absent_module",
        "import os; from absent_module import x",
        "importos",
        "import",
    ]
)
_LINES = st.one_of(
    _PLACES,
    _PLACES,
    _IMPORTS,
    st.sampled_from(["", " ", "\t", "# comment", " # comment", "#", "one # comment", "﻿one"]),
)
_MARGINS = st.sampled_from(["", "", "", " ", "\t", "\x0b", "\xa0"])
_ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", "\x0c", "\x1c", "\x85", "\u2028", ""])
_TEXTS = st.lists(st.tuples(_MARGINS, _LINES, _MARGINS, _ENDS).map("".join), max_size=5).map("".join)
_CONTENTS = st.builds(
    bytes.__add__,
    st.sampled_from([b"", b"", b"", b"\xef\xbb\xbf"]),
    _TEXTS.map(str.encode)
    | st.sampled_from([b"one\n\xff\xfe\ntwo\n", "one\n".encode("utf-16"), b"two\n\xe9\n"]),
)
_NAMES = st.sampled_from(
    ["a.pth", "b.pth", "B.pth", "é.pth", ".pth", ".h.pth", "_.pth", "a.PTH", "a.pth.txt"]
)


@pytest.fixture(scope="module")
def environment(cpython: CPython, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A virtual environment, whose site directory each example fills anew."""
    place = tmp_path_factory.mktemp("path-files") / "env"
    made = cpython.run(["-m", "venv", "--without-pip", str(place)], place.parent)
    assert made.returncode == 0, made.stderr
    yield place
    shutil.rmtree(place)


@example({"a.pth": b"one\nimport absent_module\ntwo\n", "b.pth": b"one\n"})
@example({"a.pth": "import sys; sys.path.append('/absent')\xa0\none".encode()})
@example({"a.pth": b"import site; site.addsitedir('{site}/absent')\nabsent\n"})
@example({"a.pth": b"import site; site.addsitedir('{site}/nested')\none\nnested"})
@example({"a.pth": b"import sys; sys.path.append('{site}/one')# comment"})
@settings(max_examples=25, deadline=None)
@given(files=st.dictionaries(_NAMES, _CONTENTS, min_size=1, max_size=3))
def test_path_files(environment: Path, files: Mapping[str, bytes]) -> None:
    """`Lib/site.py`: which files are read, in which order, and which lines add which entry."""
    (library,) = environment.glob("lib/python3.*")
    with tempfile.TemporaryDirectory() as kept:
        site = library / "site-packages"
        site.rename(Path(kept) / "site-packages")
    _fill(site, files)
    executable = str(environment / "bin" / "python")
    answer = run(executable, _SHOW, environment)
    modelled = choose_environment(executable, "/", {"PYTHONNOUSERSITE": "1"})
    if answer.returncode:
        assert "UnicodeDecodeError" in answer.stderr
        assert any("not UTF-8" in note for note in modelled.notes)
    else:
        assert list(modelled.path) == json.loads(answer.stdout), answer.stderr


def _fill(site: Path, files: Mapping[str, bytes]) -> None:
    site.mkdir()
    for directory in _DIRECTORIES:
        (site / directory).mkdir(exist_ok=True)
    (site / "file").touch()
    (site / "link").symlink_to("one")
    for name, content in {
        **files,
        **{f"nested/{name}": content for name, content in _NESTED.items()},
    }.items():
        (site / name).write_bytes(content.replace(b"{site}", str(site).encode()))
