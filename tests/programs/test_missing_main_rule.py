"""IL413 against Python itself: a command is reported if and only if Python finds nothing to run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from importlint.config import load_settings
from importlint.project import Project
from importlint.rules.missing_main import missing_main
from tests.cpython import installed
from tests.trees import Tree

SHOP = {
    "pyproject.toml": "",
    "shop/__init__.py": "",
    "shop/cli.py": "",
    "shop/tools/__init__.py": "",
    "shop/tools/__main__.py": "",
    "shop/plain/one.py": "",
    "scripts/clean.py": "",
    "folder/__main__.py": "",
    "single.py": "",
    "tests/__init__.py": "",
    "sphinx/conf.py": "",
    "docs/index.rst": "",
    "own/shop/__init__.py": "",
    "own/shop/__main__.py": "",
}


def messages(root: Path, files: Mapping[str, str | bytes], *paths: str) -> list[str]:
    Tree(files).write(root)
    project = Project(load_settings(str(root)), paths or (".",), cwd=str(root))
    return [finding.message for finding in missing_main.check(project)]


NO_MAIN = "and a package cannot be executed itself"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("python -m shop", f"no module named `shop.__main__`, {NO_MAIN}"),
        ("python -m tests", f"no module named `tests.__main__`, {NO_MAIN}"),
        ("python -m shop.nothing", "no module named `shop.nothing`"),
        ("python -m shop.nothing.x", "no module named `shop.nothing`"),
        ("python -m shop.tools.nothing", "no module named `shop.tools.nothing`"),
        ("python -m shop.cli.x", "no module named `shop.cli.x`: `shop.cli` is not a package"),
        ("python -m shop.__main__", "no module named `shop.__main__`"),
        ("python -m single.py", "`single.py` is a file's name, and `-m` takes a module's"),
        ("python -m shop.cli.py", "`shop.cli.py` is a file's name, and `-m` takes a module's"),
        ("python -m shop/cli.py", "`shop/cli.py` is a file's name, and `-m` takes a module's"),
        ("python -m shop/cli", "`shop/cli` is a file's name, and `-m` takes a module's"),
        ("python scripts", "there is no `__main__` module in `scripts`"),
        ("python ./shop/", "there is no `__main__` module in `shop`"),
        ("python -m shop.tools", None),
        ("python -m shop.cli", None),
        ("python -m single", None),
        ("python folder", None),
        ("python shop/tools", None),
        ("python single.py", None),
    ],
)
def test_a_command(tmp_path: Path, command: str, expected: str | None) -> None:
    found = messages(tmp_path, {**SHOP, "Makefile": f"\t{command}\n"})
    assert found == ([f"`{command}` fails: {expected}"] if expected else [])
    for cpython in (installed()[0], installed()[-1]):
        assert cpython.run(command.split()[1:], tmp_path).returncode == (1 if expected else 0)


@pytest.mark.parametrize(
    "line",
    [
        "python -m pytest",
        "python -m sphinx -b html docs",
        "python -m other.thing",
        "python docs",
        "python nothing",
        "python nothing.py",
        "cd own && python -m shop",
        "cd $(X) && python -m shop",
        "cd $(X) && python scripts",
        "PATHS = python scripts",
    ],
)
def test_what_is_not_certain(tmp_path: Path, line: str) -> None:
    assert messages(tmp_path, {**SHOP, "Makefile": f"\t{line}\n"}) == []


def test_only_about_what_is_given(tmp_path: Path) -> None:
    files = {**SHOP, "Makefile": "\tpython -m shop\n\tpython scripts\n"}
    assert messages(tmp_path, files, "shop") == [
        f"`python -m shop` fails: no module named `shop.__main__`, {NO_MAIN}"
    ]


@pytest.mark.parametrize(
    "made",
    [
        {".gitignore": "__main__.py", ".git/HEAD": ""},
        {"shop/__main__.pyx": ""},
        {"shop/__main__.py.in": ""},
        {"setup.py": "open('shop/__main__.py', 'w')"},
    ],
)
def test_what_a_build_makes(tmp_path: Path, made: dict[str, str]) -> None:
    assert messages(tmp_path, {**SHOP, **made, "Makefile": "\tpython -m shop\n"}) == []


def test_in_code(tmp_path: Path) -> None:
    code = 'import subprocess as s\ns.run(["python", "-m", "shop"])\ns.run(["python", "-m", "shop"], cwd=x)\n'
    assert messages(tmp_path, {**SHOP, "check.py": code}) == [
        f"`python -m shop` fails: no module named `shop.__main__`, {NO_MAIN}"
    ]
