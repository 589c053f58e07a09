"""Stubs complete the names of extension modules, and of nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from importlint.check import check
from importlint.config import load_settings
from importlint.project import Project
from tests.trees import Tree

_SITE = ".venv/lib/python3.12/site-packages"
_VENV = {".venv/pyvenv.cfg": "home = /nowhere\nversion = 3.12.1\n"}
_STUB = "import sys\ndef total() -> float: ...\nRATE: float\nclass Cart: ...\n"


def found(root: Path, files: dict[str, str], code: str) -> list[str]:
    """The codes, certainties and messages for a module of the project with this code."""
    installed = {f"{_SITE}/{path}": text for path, text in files.items()}
    Tree({**_VENV, **installed, "pyproject.toml": "", "app.py": code}).write(root)
    settings = load_settings(str(root), isolated=True, environment=str(root / ".venv"), platform="linux")
    report = check(Project(settings, ("app.py",), cwd=str(root)))
    return [
        f"{each.code} {each.finding.certainty.value}: {each.finding.message}" for each in report.diagnostics
    ]


_TELLING = {
    "beside": {"kit/__init__.py": "", "kit/_fast.so": "", "kit/_fast.pyi": _STUB},
    "tagged": {"kit/__init__.py": "", "kit/_fast.abi3.so": "", "kit/_fast.pyi": _STUB},
    "stub-only package": {"kit/__init__.py": "", "kit/_fast.so": "", "kit-stubs/_fast.pyi": _STUB},
    "stub-only package first": {
        "kit/__init__.py": "",
        "kit/_fast.so": "",
        "kit/_fast.pyi": "def totals(): ...\n",
        "kit-stubs/_fast.pyi": _STUB,
    },
    "package": {"kit/__init__.py": "", "kit/_fast/__init__.so": "", "kit/_fast/__init__.pyi": _STUB},
}


@pytest.mark.parametrize("files", _TELLING.values(), ids=_TELLING)
def test_a_public_name_that_the_stub_lacks(files: dict[str, str], tmp_path: Path) -> None:
    code = "from kit._fast import RATE, Cart, __version__, _private, sys, total, totals\n"
    message = "the extension module `kit._fast` may have no name `totals`"
    assert found(tmp_path, files, code) == [f"IL102 possible: {message}"]


_SILENT = {
    "no stub": {},
    "open": {"kit/_fast.pyi": "def __getattr__(name: str): ...\n"},
    "star": {"kit/_fast.pyi": "from kit.other import *\n"},
    "not Python": {"kit/_fast.pyi": "def def\n"},
    "for type checkers": {
        "kit/_fast.pyi": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from kit.x import totals\n"
    },
    "of this platform": {"kit/_fast.pyi": "import sys\nif sys.platform == 'linux':\n    def totals(): ...\n"},
    "partial": {"kit-stubs/_fast.pyi": _STUB, "kit-stubs/py.typed": "partial\n"},
    "partial with another beside": {
        "kit-stubs/_fast.pyi": _STUB,
        "kit-stubs/py.typed": "partial\n",
        "kit/_fast.pyi": "def totals(): ...\n",
    },
    "a submodule": {"kit/_fast.pyi": _STUB, "kit/_fast/__init__.so": "", "kit/_fast/totals.py": ""},
}


@pytest.mark.parametrize("files", _SILENT.values(), ids=_SILENT)
def test_silence(files: dict[str, str], tmp_path: Path) -> None:
    base = {"kit/__init__.py": "", "kit/_fast.so": ""}
    assert found(tmp_path, {**base, **files}, "from kit._fast import totals\n") == []


def test_stubs_of_modules_with_a_text_say_nothing(tmp_path: Path) -> None:
    """What runs is the `.py` file."""
    files = {"kit.py": "def totals(): ...\n", "kit.pyi": _STUB}
    assert found(tmp_path, files, "from kit import totals, RATE\n") == [
        "IL102 certain: cannot import name `RATE` from `kit`"
    ]


def test_no_stub_makes_an_import_succeed(tmp_path: Path) -> None:
    files = {"kit.pyi": _STUB, "tool-stubs/__init__.pyi": _STUB, "pack/__init__.py": "", "pack/sub.pyi": ""}
    code = "import kit\nimport tool\nimport pack.sub\n"
    assert found(tmp_path, files, code) == [
        f"IL101 certain: no module named `{name}`" for name in ("kit", "tool", "pack.sub")
    ]


def test_a_module_that_takes_all_of_an_extension_module(tmp_path: Path) -> None:
    """A stub is no proof, so nothing certain follows from it."""
    files = {**_TELLING["beside"], "kit/__init__.py": "from kit._fast import *\n"}
    assert found(tmp_path, files, "from kit import totals\n") == []
