"""`importlint resolve`: held against what each installed CPython says of the same name, then its own words."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from importlint.cli import main
from tests.cpython import CPython, installed
from tests.trees import Tree

_FILES = {
    "src/plain.py": "",
    "src/package/__init__.py": "",
    "src/package/inner.py": "",
    "src/space/m.py": "",
    "src/colorsys.py": "",
    "src/sys.py": "",
    "src/os.py": "",
    "src/moved/__init__.py": "import os\n__path__ = [os.path.join(os.path.dirname(__file__), 'hidden')]\n",
    "src/moved/hidden/deep.py": "",
    "src/gone/__init__.py": "del __path__\n",
    "it's/quoted.py": "",
    "src/native.abi3.so": "",
}
_NAMES = (
    *(
        "plain",
        "package",
        "package.inner",
        "space",
        "space.m",
        "colorsys",
        "sys",
        "os",
        "os.path",
        "zipimport",
    ),
    *("moved.deep", "quoted", "xml.etree.ElementTree", "absent", "absent.x", "package.absent", "plain.x"),
    *("moved.absent", "gone.x", "math", "itertools", "unittest"),
)

_IMPORTED = """
import importlib, json, sys
sys.path[:0] = path
def imported(name):
    try:
        return repr(importlib.import_module(name))
    except ImportError as error:
        return "%s: %s" % (type(error).__name__, error)
result = {name: imported(name) for name in names}
"""

_FOUND = """
import importlib.util, os, sys
from importlib.machinery import BuiltinImporter, ExtensionFileLoader, FrozenImporter
sys.path[:0] = path
def found(name):
    try:
        spec = importlib.util.find_spec(name)
    except ImportError as error:
        return [False, None, None]
    if spec is None:
        return [False, None, None]
    origin = spec.origin if spec.has_location else None
    locations = spec.submodule_search_locations
    return [True, origin, None if locations is None else list(locations)]
result = {name: found(name) for name in names}
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a package of every sort, in the current directory."""
    monkeypatch.chdir(Tree(_FILES).write(tmp_path))
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONNOUSERSITE", "1")
    return tmp_path


@pytest.mark.parametrize("cpython", installed(), ids=repr)
def test_ends_with_the_repr_or_the_error(
    cpython: CPython, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last line of each answer is what `python -c "import ..."` would show of the module, or its error."""
    flags = ["--environment", cpython.executable, "--source-root", "src", "--source-root", "it's"]
    assert main(["resolve", *flags, *_NAMES]) == 1
    answers = capsys.readouterr().out.split("\n\n")
    ours = {text.splitlines()[0]: _last_word(text) for text in answers}
    path = [str(root / "src"), str(root / "it's")]
    real = cpython.evaluate(_IMPORTED, fresh=True, path=path, names=_NAMES)
    assert ours == {name: re.sub(r" at 0x\w+>", " at 0x...>", answer) for name, answer in real.items()}


@pytest.mark.parametrize("cpython", installed(), ids=repr)
def test_json_says_what_find_spec_says(
    cpython: CPython, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["--environment", cpython.executable, "--source-root", "src", "--source-root", "it's"]
    names = [name for name in _NAMES if name != "os.path"]  # whose spec has another name
    assert main(["resolve", "--output-format", "json", *flags, *names]) == 1
    answers = {answer["name"]: answer for answer in _objects(capsys.readouterr().out)}
    path = [str(root / "src"), str(root / "it's")]
    real = cpython.evaluate(_FOUND, fresh=True, path=path, names=names)
    frozen = {name for name, answer in answers.items() if answer["kind"] == "frozen"}  # has no location
    ours = {
        name: [each["found"], None if name in frozen else each["origin"], each["search_locations"]]
        for name, each in answers.items()
    }
    assert ours == real


def _last_word(text: str) -> str:
    lines = [line for line in text.splitlines() if not line.startswith("  not certain")]
    return lines[-1].strip()


def _objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_json_of_every_kind(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The keys, their types, and what is shadowed further down the path."""
    (root / "src" / "old.pyc").write_bytes(b"")
    names = ["plain", "old", "native", "sys", "zipimport", "space", "package", "colorsys", "absent"]
    assert main(["resolve", "--output-format", "json", *names]) == 1
    answers = {answer["name"]: answer for answer in _objects(capsys.readouterr().out)}
    kinds = ["source", "bytecode", "extension", "builtin", "frozen", "namespace", "source", "source", None]
    assert [answers[name]["kind"] for name in names] == kinds
    assert answers["package"] == {
        "name": "package",
        "found": True,
        "kind": "source",
        "is_package": True,
        "origin": str(root / "src" / "package" / "__init__.py"),
        "search_locations": [str(root / "src" / "package")],
        "error": None,
        "shadowed": [],
    }
    assert answers["absent"] == {
        "name": "absent",
        "found": False,
        "kind": None,
        "is_package": False,
        "origin": None,
        "search_locations": None,
        "error": {"type": "ModuleNotFoundError", "message": "No module named 'absent'"},
        "shadowed": [],
    }
    library = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    assert [path.endswith(f"{library}/colorsys.py") for path in answers["colorsys"]["shadowed"]] == [True]
    assert answers["sys"]["shadowed"] == [str(root / "src" / "sys.py")]


def test_twins_are_shadowed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What lies in the same directory under the same name, and portions that a module outdoes."""
    files: dict[str, str | bytes] = {
        "src/one/__init__.py": "",
        "src/one.py": "",
        "src/two.py": "",
        "src/two/x.py": "",
        "src/three.so": "",
        "src/three.py": "",
        "src/three.pyc": b"",
        "src/four/__init__.so": "",
        "src/four/__init__.py": "",
        "it's/one/x.py": "",
        "it's/five/x.py": "",
        "src/five/y.py": "",
        "src/space/one.py": "",
        "src/space/one/__init__.py": "",
    }
    Tree(files).write(root)
    names = ("one", "two", "three", "four", "five", "space.one")
    assert main(["resolve", *names, "--source-root", "src", "--source-root", "it's"]) == 0
    answers = capsys.readouterr().out.split("\n\n")
    shown = [re.findall(r"^    shadows (.*)$", answer, re.MULTILINE) for answer in answers]
    expected = {
        "one": ["src/one.py", "it's/one"],
        "two": ["src/two"],
        "three": ["src/three.py", "src/three.pyc"],
        "four": ["src/four/__init__.py"],
        "five": [],
        "space.one": ["src/space/one.py"],
    }
    assert shown == [[f"{root}/{file}" for file in expected[name]] for name in names]


def test_modules_below_a_package(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every module that an import statement could name, in the `__path__` that its package makes."""
    assert main(["resolve", "--modules", "package", "moved", "space", "plain"]) == 0
    source = root / "src"
    assert capsys.readouterr().out == (
        f"package        {source}/package/__init__.py\n"
        f"package.inner  {source}/package/inner.py\n"
        f"moved          {source}/moved/__init__.py\n"
        f"moved.deep     {source}/moved/hidden/deep.py\n"
        "space          (namespace)\n"
        f"space.m        {source}/space/m.py\n"
        f"plain          {source}/plain.py\n"
    )
    assert main(["resolve", "--modules", "absent", "package"]) == 1
    assert capsys.readouterr().out.startswith(
        "absent         ModuleNotFoundError: No module named 'absent'\n"
    )
    assert main(["resolve", "--modules", "space", "--output-format", "json"]) == 0
    answers = _objects(capsys.readouterr().out)
    assert [(answer["name"], answer["kind"]) for answer in answers] == [
        ("space", "namespace"),
        ("space.m", "source"),
    ]


def test_exit_code_and_source_roots(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Found are the modules below `src`, which discovery finds, and below `--source-root`."""
    assert main(["resolve", "plain", "package.inner"]) == 0
    assert main(["resolve", "quoted"]) == 1
    assert main(["resolve", "quoted", "--source-root", "it's"]) == 0
    assert main(["resolve", "plain", "--source-root", "it's"]) == 1
    capsys.readouterr()


def test_path_replaces_the_environment(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["resolve", "pytest"]) == 0
    assert main(["resolve", "pytest", "--path", "it's"]) == 1
    assert main(["resolve", "quoted", "--path", "it's"]) == 0
    capsys.readouterr()


def test_pythonpath(root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """It is searched after the source roots and before the standard library, if it is asked for."""
    Tree({"one/quopri.py": "", "one/plain.py": "", "two/quopri.py": ""}).write(root)
    monkeypatch.setenv("PYTHONPATH", "one")

    def origins(*arguments: str) -> list[str]:
        main(["resolve", "--output-format", "json", "quopri", "plain", *arguments])
        return [answer["origin"] for answer in _objects(capsys.readouterr().out)]

    assert origins()[0].endswith("/quopri.py")
    assert not origins()[0].startswith(str(root))
    for arguments in (["--pythonpath", "one:two"], ["--pythonpath", "one", "--path", "two"]):
        assert origins(*arguments) == [f"{root}/one/quopri.py", f"{root}/src/plain.py"]
    (root / "importlint.toml").write_text('pythonpath = ["two"]\n')
    assert origins()[0] == f"{root}/two/quopri.py"
    assert not origins("--pythonpath", "")[0].startswith(str(root))


def test_another_version(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the other version's table has is found, without a file; what it lacks is not."""
    assert main(["resolve", "distutils", "--python-version", "3.9", "--output-format", "json"]) == 0
    (answer,) = _objects(capsys.readouterr().out)
    assert answer["search_locations"] is not None
    assert not any("unknown" in location for location in answer["search_locations"])
    assert main(["resolve", "tomllib", "--python-version", "3.9"]) == 1
    capsys.readouterr()


def test_unknown_places_are_left_out(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody should read the mark of the unknown as a path; the words for people say why."""
    Tree({"src/odd/__init__.py": "__path__ = made_up()\n", "src/compression.py": ""}).write(root)
    assert main(["resolve", "odd", "odd.absent", "--output-format", "json"]) == 1
    assert main(["resolve", "compression", "--python-version", "3.15", "--output-format", "json"]) == 0
    assert "<unknown" not in capsys.readouterr().out
    assert main(["resolve", "odd.absent"]) == 1
    assert "not certain: `odd` edits its `__path__`\n" in capsys.readouterr().out


def test_words(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every step says what it had to say."""
    Tree({"one/m/x.py": "", "two/m.py": "", "three/m.py": "", "file": ""}).write(root)
    arguments = ["resolve", "m", *("--path", "one"), *("--path", "file"), *("--path", "gone")]
    assert main([*arguments, *("--path", "two"), *("--path", "three")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["m", "  `m` on the module search path:"]
    for expected in (
        r"    built-in modules +nothing",
        rf"    {root}/one +a directory without `__init__`, passed over for the module below: {root}/one/m",
        rf"    {root}/file +neither a directory nor a zip file",
        rf"    {root}/gone +does not exist",
        rf"    {root}/two +found: {root}/two/m.py",
    ):
        assert any(re.fullmatch(expected, line) for line in lines), expected
    assert lines[-2:] == [f"    shadows {root}/three/m.py", f"  <module 'm' from '{root}/two/m.py'>"]


def test_verbose_names_the_environment(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["resolve", "-v", "plain"]) == 0
    assert "importlint: environment: " in capsys.readouterr().err
