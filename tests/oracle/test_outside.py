"""Installed packages that import modules of the project, against CPython: the order in which these run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from importlint.config import load_settings
from importlint.diagnostics import Certainty
from importlint.project import Project
from tests.cpython import installed
from tests.oracle.agreement import Comparison
from tests.oracle.recorder import record
from tests.trees import Tree

NEWEST = installed()[-1]
VERSION = f"{NEWEST.version[0]}.{NEWEST.version[1]}"

PROJECT = {
    "pkg-1.dist-info/METADATA": "Name: pkg\n\n",
    "pkg-1.dist-info/RECORD": "pkg/__init__.py,,\n",
    "pkg/__init__.py": "",
    "pkg/a.py": "import plugin\nfrom pkg import b\n",
    "pkg/b.py": "X = 1\n",
    "pkg/c.py": "import pkg.b\n",
}
DEPENDENT = {
    "plugin-2.dist-info/METADATA": "Name: plugin\nRequires-Dist: pkg>=1\n\nRequires-Dist: nothing\n",
    "plugin-2.dist-info/RECORD": "plugin/__init__.py,,\nplugin/deep.py,,\n",
    "plugin/deep.py": "",
}
EXAMPLES = {
    "at once": {"plugin/__init__.py": "import pkg.c\n"},
    "from a module of its own": {
        "plugin/__init__.py": "from . import deep\n",
        "plugin/deep.py": "from pkg import c\n",
    },
    "at second hand": {
        "plugin/__init__.py": "from helper import nothing\n",
        "helper-1.dist-info/METADATA": "Name: helper\nRequires-Dist: PLUGIN ; python_version > '3'\n\n",
        "helper-1.dist-info/RECORD": "helper.py,,\n",
        "helper.py": "import pkg.c\nnothing = None\n",
    },
    "the module that is being imported": {
        "plugin/__init__.py": "import pkg.a\nfrom pkg import c\n",
    },
    "not in a function, nor where an exception is handled": {
        "plugin/__init__.py": "try:\n    import pkg.b\nexcept ImportError:\n    import pkg.c\n"
        "def later():\n    import pkg.c\n",
    },
}


LAZY_USE = {
    "pkg/a.py": "from pkg.lazy import X\nimport pkg.lazy.b\n",
    "pkg/lazy/b.py": "",
    "pkg/lazy/c.py": "import pkg.lazy.b\nX = 1\n",
}
LAZY_CLASS = """
import importlib
import os
from types import ModuleType

class Lazy(ModuleType):
    def __init__(self, name, table, file):
        super().__init__(name)
        self.__path__ = [os.path.dirname(file)]
        self._table = table

    def __getattr__(self, name):
        if name not in self._table:
            raise AttributeError(name)
        module = importlib.import_module("." + self._table[name], self.__name__)
        value = getattr(module, name)
        setattr(self, name, value)
        return value
"""
LAZY_TABLE = """
import importlib
from dataclasses import dataclass

@dataclass
class Source:
    module: str

def attach(package, table):
    sources = {name: Source(module=f"{package}.{module}") for name, module in table.items()}

    def __getattr__(name):
        if name in sources:
            return getattr(importlib.import_module(sources[name].module), name)
        raise AttributeError(name)

    return __getattr__
"""
LAZY = {
    "an object instead of the module": {
        "lazies/__init__.py": "from ._lazy import Lazy as Module\n",
        "lazies/_lazy.py": LAZY_CLASS,
        "pkg/lazy/__init__.py": "import sys\nfrom lazies import Module\n"
        "sys.modules[__name__] = Module(name=__name__, table={'X': 'c'}, file=__file__)\n",
    },
    "a function that gives the module its `__getattr__`": {
        "lazies.py": LAZY_TABLE,
        "pkg/lazy/__init__.py": "import lazies\n__getattr__ = lazies.attach(__name__, {'X': 'c'})\n",
    },
}


@pytest.mark.parametrize("files", LAZY.values(), ids=LAZY)
def test_importers_that_are_told_names(files: dict[str, str], tmp_path: Path) -> None:
    """What they import when a name is read runs at that moment."""
    comparison = _compare({**LAZY_USE, **files}, tmp_path)
    assert "start pkg.lazy.c" in comparison.runs[0].events
    assert not comparison.difference, str(comparison)


@pytest.mark.parametrize("files", LAZY.values(), ids=LAZY)
def test_an_importer_that_fails(files: dict[str, str], tmp_path: Path) -> None:
    """Where its own code fails, outside the project, is no place for a certain claim."""
    files = {path: text.replace("'X': 'c'", "'X': 'nowhere'") for path, text in files.items()}
    comparison = _compare({**LAZY_USE, **files}, tmp_path)
    error = comparison.trace.error
    assert comparison.runs[0].error is not None
    assert error is None or error.certainty is Certainty.POSSIBLE


@pytest.mark.parametrize("files", LAZY.values(), ids=LAZY)
def test_what_an_importer_reads(files: dict[str, str], tmp_path: Path) -> None:
    """That a module is partially initialised there is nothing to say of the project's code."""
    again = {"pkg/lazy/c.py": "X = 1\nfrom pkg.lazy import X as Y\n"}
    comparison = _compare({**LAZY_USE, **files, **again}, tmp_path)
    assert not comparison.difference, str(comparison)
    assert not comparison.trace.partial_reads


@pytest.mark.parametrize("files", EXAMPLES.values(), ids=EXAMPLES)
def test_order_of_the_projects_modules(files: dict[str, str], tmp_path: Path) -> None:
    """What an installed package that depends on the project imports of it runs at that moment."""
    comparison = _compare(files, tmp_path)
    assert not comparison.difference, str(comparison)


def test_what_fails_outside_is_not_claimed(tmp_path: Path) -> None:
    """The installed package may catch it: nothing of that is certain."""
    caught = "try:\n    import pkg.c\nexcept Exception:\n    pass\n"
    comparison = _compare({"plugin/__init__.py": caught, "pkg/c.py": "from pkg.a import later\n"}, tmp_path)
    assert [run.error for run in comparison.runs] == [None]
    assert comparison.trace.error is None


@pytest.mark.parametrize("requires", ["", "Requires-Dist: pkg; extra == 'tests'\n"])
def test_packages_that_do_not_depend_on_the_project(requires: str, tmp_path: Path) -> None:
    """They are not looked into: nothing of them is read."""
    dependent = {**DEPENDENT, "plugin-2.dist-info/METADATA": f"Name: plugin\n{requires}\n"}
    site = _environment({**PROJECT, **dependent, "plugin/__init__.py": ""}, tmp_path)
    assert _project(site, tmp_path).dependents == {"pkg"}


def test_a_project_that_is_not_installed(tmp_path: Path) -> None:
    """It is known by the name that its `pyproject.toml` gives it."""
    _environment({**DEPENDENT, "plugin/__init__.py": ""}, tmp_path)
    files = {"pyproject.toml": "[project]\nname = 'PKG'\n", "pkg/__init__.py": ""}
    root = Tree(files).write(tmp_path / "project")
    assert _project(root, tmp_path).dependents == {"plugin"}


def _compare(files: dict[str, str], root: Path) -> Comparison:
    site = _environment({**PROJECT, **DEPENDENT, **files}, root)
    ((run,),) = record(NEWEST, site, ("pkg",), ("pkg.a",))
    return Comparison("pkg.a", _project(site, root).runs.trace("pkg.a"), (run,))


def _environment(files: dict[str, str], root: Path) -> Path:
    """The site-packages of a virtual environment with these files."""
    home = f"home = {os.path.dirname(NEWEST.executable)}\nversion = {VERSION}.0\n"
    Tree({"pyvenv.cfg": home}).write(root)
    return Tree(files).write(root / "lib" / f"python{VERSION}" / "site-packages")


def _project(place: Path, environment: Path) -> Project:
    settings = load_settings(str(place), environment=str(environment), python_version=VERSION)
    return Project(settings, ("pkg",), cwd=str(place))
