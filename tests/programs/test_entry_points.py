"""Entry points as each format declares them, with the places where they stand, against `importlib.metadata`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint as Loaded
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

from importlint.config import load_settings
from importlint.programs.entry_points import EntryPoint
from importlint.project import Project
from tests.trees import Tree


def entry_points(root: Path, files: Mapping[str, str | bytes], *paths: str) -> tuple[EntryPoint, ...]:
    Tree(files).write(root)
    return Project(load_settings(str(root), isolated=True), paths or (".",), cwd=str(root)).entry_points


def told(root: Path, files: Mapping[str, str | bytes]) -> list[tuple[str, str, str]]:
    """Of each entry point the group, `name = value`, and the text that its place has."""
    found = []
    for each in entry_points(root, files):
        span = each.location.span
        lines = root.joinpath(each.location.path).read_text(encoding="utf-8").split("\n")
        assert span.line == span.end_line
        text = lines[span.line - 1][span.column - 1 : span.end_column - 1]
        found.append((each.group, f"{each.name} = {each.value}", text))
    return found


def test_pyproject(tmp_path: Path) -> None:
    text = """
[project]
name = "shop"
scripts = {a = "m:a", "b.c" = 'm:b'}
[project.gui-scripts]
"é" = "m:a" # the same value as above
[project.entry-points."x.y"]
p = "m"
[project . entry-points . z]
q = "m:a.b [extra]"
"""
    assert told(tmp_path, {"pyproject.toml": text}) == [
        ("console_scripts", "a = m:a", 'a = "m:a"'),
        ("console_scripts", "b.c = m:b", "\"b.c\" = 'm:b'"),
        ("gui_scripts", "é = m:a", '"é" = "m:a"'),
        ("x.y", "p = m", 'p = "m"'),
        ("z", "q = m:a.b [extra]", 'q = "m:a.b [extra]"'),
    ]


def test_tables_of_other_tools(tmp_path: Path) -> None:
    text = """
[tool.poetry]
scripts.a = "m:a"
[tool.poetry.plugins.g]
b = "m:b"
[tool.flit.scripts]
c = "m:c"
[tool.flit.entrypoints.h]
d = "m:d"
[tool.other.scripts]
z = "m:z"
"""
    assert told(tmp_path, {"pyproject.toml": text}) == [
        ("console_scripts", "a = m:a", 'a = "m:a"'),
        ("g", "b = m:b", 'b = "m:b"'),
        ("console_scripts", "c = m:c", 'c = "m:c"'),
        ("h", "d = m:d", 'd = "m:d"'),
    ]


def test_poetrys_long_form(tmp_path: Path) -> None:
    text = """
[tool.poetry.scripts]
a = {callable = "m:a", extras = ["x"]}
b = {extras = ["x"], reference = "m:b", type = "console"}
c = {reference = "bin/c.py", type = "file"}
"""
    assert told(tmp_path, {"pyproject.toml": text}) == [
        ("console_scripts", "a = m:a", 'a = {callable = "m:a"'),
        ("console_scripts", "b = m:b", 'b = {extras = ["x"], reference = "m:b"'),
    ]


@pytest.mark.parametrize("section", ["options.entry_points", "entry_points"])
def test_setup_cfg(tmp_path: Path, section: str) -> None:
    text = """
[options]
x =
    no = m:no
[options.entry_points]
console_scripts =
    a = m:a
    # c = m:c
  b=m:b

z = d = m
[metadata]
gui_scripts =
    no = m:no
"""
    assert told(tmp_path, {"setup.cfg": text.replace("options.entry_points", section)}) == [
        ("console_scripts", "a = m:a", "a = m:a"),
        ("console_scripts", "b = m:b", "b=m:b"),
        ("z", "d = m", "d = m"),
    ]


@pytest.mark.parametrize(
    "value",
    [
        '{"console_scripts": ["a = m:a", f"{x}=m:x"], "g": ("b=m",), **more}',
        '{"console_scripts": "a = m:a", "g": """\n  b=m\n"""}',
        '"""\n[console_scripts]\na = m:a\n[g]\nb=m\n"""',
    ],
)
@pytest.mark.parametrize("is_named", [False, True])
def test_setup_py(tmp_path: Path, value: str, is_named: bool) -> None:
    named = f"points = {value}\n" if is_named else ""
    code = f"from setuptools import setup\n{named}setup(name='x', entry_points={'points' if is_named else value})\n"
    assert told(tmp_path, {"setup.py": code}) == [
        ("console_scripts", "a = m:a", "a = m:a"),
        ("g", "b = m", "b=m"),
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": "[project\n"},
        {"pyproject.toml": "project = 1\ntool = []"},
        {
            "pyproject.toml": "[project]\nscripts = 1\nentry-points = {a = 1}\ngui-scripts = {a = 1, b = 'not one'}"
        },
        {"pyproject.toml": b"\xff"},
        {"pyproject.toml": "x = " + "9" * 5000},
        {"pyproject.toml": "x = " + "[" * 9000},
        {
            "setup.py": "setup(entry_points=points, x=1)\nsetup(entry_points=[1])\nother(entry_points={'a': 'b=c'})"
        },
        {"setup.py": "def"},
        {"setup.cfg": "[options.entry_points]\nconsole_scripts = file: x.txt\n = a\na\n  b\n"},
        {"setup.cfg/x": ""},
    ],
)
def test_what_declares_none(tmp_path: Path, files: Mapping[str, str | bytes]) -> None:
    assert entry_points(tmp_path, files) == ()


METADATA = """\
[console_scripts]
a = m:a
b.c=m.n:b.c [extra]
# a comment

[g]
d = m
 e = other:e
"""


def test_installed_distributions(tmp_path: Path) -> None:
    """Only those of the given modules; the metadata of all are read as `importlib.metadata` does."""
    files: Mapping[str, str | bytes] = {
        "site-packages/m/__init__.py": "",
        "site-packages/other.py": "",
        "site-packages/m-1.dist-info/entry_points.txt": METADATA,
        "site-packages/none-1.dist-info/METADATA": "",
    }
    found = entry_points(tmp_path, files, "site-packages/m")
    declared = PathDistribution(tmp_path / "site-packages/m-1.dist-info").entry_points
    theirs = {
        (each.group, each.name, each.module, each.attr or "") for each in declared if each.module != "other"
    }
    assert {(each.group, each.name, each.module, each.attribute) for each in found} == theirs
    assert [each.location.span.line for each in found] == [2, 3, 7]
    assert len(entry_points(tmp_path, files, "site-packages")) == 4


@pytest.mark.parametrize("value", ["m", "m:a", "m.n:a.b", "m : a", "m:a [x]", "m:a [x,y]", "m [x]", "m_1:é"])
def test_values_are_read_as_importlib_metadata_does(tmp_path: Path, value: str) -> None:
    (found,) = entry_points(tmp_path, {"pyproject.toml": f'[project.scripts]\nx = "{value}"'})
    loaded = Loaded(name="x", value=value, group="console_scripts")
    assert (found.module, found.attribute) == (loaded.module, loaded.attr or "")
