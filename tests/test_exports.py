"""Which names modules can have: those of installed packages, of the standard library, and of namespace packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from importlint.config import load_settings
from importlint.discovery import Module
from importlint.project import Project
from importlint.syntax.facts import ImportFrom
from tests.trees import Tree

_SITE = ".venv/lib/python3.12/site-packages"
_VENV = {".venv/pyvenv.cfg": "home = /nowhere\nversion = 3.12.1\n", "app.py": ""}


def project_with(root: Path, files: dict[str, str], version: str | None = None) -> tuple[Project, Module]:
    """A project of one module in an environment that has `files` installed."""
    Tree({**_VENV, **{f"{_SITE}/{path}": text for path, text in files.items()}}).write(root)
    settings = load_settings(
        str(root), isolated=True, environment=str(root / ".venv"), python_version=version
    )
    project = Project(settings, ("app.py",), cwd=str(root))
    return project, project.given_modules[0]


def lacks(root: Path, files: dict[str, str], module: str, name: str, version: str | None = None) -> bool:
    project, app = project_with(root, files, version)
    spec = project.resolve(module, app).spec
    assert spec is not None
    return project.exports.lacks(spec, name)


@pytest.mark.parametrize(
    "files",
    [
        {"kit/__init__.py": "import os\n"},
        {"kit/__init__.py": "from kit.parts import *\n", "kit/parts.py": "__all__ = ['nut']\nnut = 1\n"},
        {
            "kit/__init__.py": "import logging\nlogging.getLogger(__name__).addHandler(logging.NullHandler())\n"
        },
        {"kit/__init__.py": "", "kit/other.py": "__all__ = ['bolt']\nfrom kit.parts import bolt\n"},
        {"kit/thing.py": "", "other/kit/thing.py": "bolt = 1\n"},
    ],
    ids=[
        "closed",
        "closed star",
        "a logger by its name",
        "quoted where nothing is filled",
        "namespace package",
    ],
)
def test_names_that_installed_packages_lack(tmp_path: Path, files: dict[str, str]) -> None:
    assert lacks(tmp_path, files, "kit", "bolt")


@pytest.mark.parametrize(
    "files",
    [
        {"kit/__init__.py": "bolt = 1\n"},
        {"kit/__init__.py": "def __getattr__(name): ...\n"},
        {"kit/__init__.py": "for name in 'ab':\n    globals()[name] = 1\n"},
        {"kit/__init__.py": "from kit.fast import *\n", "kit/fast.cpython-312-x86_64-linux-gnu.so": ""},
        {"kit/__init__.py": "from elsewhere import *\n"},
        {"kit/__init__.py": "import tools\ntools.fill(__name__)\n", "tools.py": "import sys\n"},
        {"kit/__init__.py": "import tools\ntools.deprecated(bolt='kit.nut')\n", "tools.py": ""},
        {"kit/__init__.py": "", "kit/setup.py": "import kit\ndef f():\n    kit.bolt = 1\n"},
        {
            "kit/__init__.py": "",
            "kit/setup.py": "import kit\nfor name in ['bolt']:\n    setattr(kit, name, 1)\n",
        },
        {"kit/__init__.py": "", "kit/hook.py": "import sys\nsys.meta_path.append(Finder())\n"},
        {"kit.py": "from tools import *\n", "tools/__init__.py": "", "tools/bolt.py": ""},
        {"kit/__init__.py": "raise ImportError('not on this platform')\n"},
        {"kit.cpython-312-x86_64-linux-gnu.so": "", "kit.pyi": "nut: int\n"},
    ],
    ids=[
        "bound",
        "__getattr__",
        "globals()",
        "star from an extension module",
        "star from an unknown module",
        "told its name",
        "named to a helper",
        "assigned by another module",
        "set by another module",
        "import hook",
        "star from a package, which takes the submodules that are loaded",
        "fails anyway",
        "extension module with a stub",
    ],
)
def test_names_that_installed_packages_may_have(tmp_path: Path, files: dict[str, str]) -> None:
    assert not lacks(tmp_path, files, "kit", "bolt")


@pytest.mark.parametrize(
    ("module", "name", "lacking"),
    [
        ("inspect", "getargspec", ("3.11", "3.13")),
        ("itertools", "izip", ("3.8", "3.10", "3.11", "3.13")),
        ("itertools", "batched", ("3.8", "3.10", "3.11")),
        ("os", "nothing_like_that", ("3.8", "3.10", "3.11", "3.13")),
        ("typing", "override", ("3.8", "3.10", "3.11")),
    ],
)
def test_standard_library_by_version(
    tmp_path: Path, module: str, name: str, lacking: tuple[str, ...]
) -> None:
    """From the table, whatever version the environment has."""
    modelled = ("3.8", "3.10", "3.11", "3.13")
    found = tuple(version for version in modelled if lacks(tmp_path, {}, module, name, version))
    assert found == lacking


def test_names_of_other_platforms(tmp_path: Path) -> None:
    """`os.startfile` is in no Linux, and no error."""
    assert not lacks(tmp_path, {}, "os", "startfile")


def test_unknown_version(tmp_path: Path) -> None:
    """What the table does not cover is not judged."""
    assert not lacks(tmp_path, {}, "itertools", "izip", "3.15")


@pytest.mark.parametrize(
    ("text", "rebound"),
    [
        ("def open(path): ...\n", {"open"}),
        ("__all__ = ['read']\ndef open(path): ...\n", set()),
        ("map = map\n", set()),
        ("from codecs import *\n", {"open"}),
        ("import sys\nif sys.argv:\n    open = 1\n", set()),
    ],
)
def test_builtins_that_a_star_rebinds(tmp_path: Path, text: str, rebound: set[str]) -> None:
    """Only what surely happens; `map = map` hands on the built-in."""
    project, app = project_with(tmp_path, {"kit.py": text})
    (tmp_path / "app.py").write_text("from kit import *\n")
    (star,) = (link.statement for link in project.given_links)
    assert isinstance(star, ImportFrom)
    assert project.exports.rebound_builtins(star, app) == rebound
