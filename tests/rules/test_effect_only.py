"""IL513: which imports are there for their effect alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from importlint.check import check
from importlint.config import load_settings
from importlint.project import Project
from tests.trees import Tree

LIBRARY = {
    "shop/__init__.py": "",
    "shop/plain.py": "NAME = 1\n",
    "shop/loud.py": "print(1)\nNAME = 1\n",
    "shop/pack/__init__.py": "from shop.pack import loud\n",
    "shop/pack/loud.py": "import atexit\natexit.register(print)\n",
}
PLAIN = "it is there for its effect, or for nothing"
LOUD = "importing `shop.loud` prints: it calls `print`"
PACK = "importing `shop.pack` runs `shop.pack.loud`, which calls `atexit.register`"


def reasons(files: dict[str, str], root: Path) -> list[str]:
    """Why each import that is reported is there, sorted by place."""
    Tree(LIBRARY | files).write(root)
    settings = load_settings(str(root), path=[], source_roots=["."], select=["IL513"])
    found = check(Project(settings, (".",), cwd=str(root))).diagnostics
    return [each.finding.message.partition(": ")[2] for each in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import shop.plain\n", [PLAIN]),
        ("import shop.loud\n", [LOUD]),
        ("import shop.pack\n", [PACK]),
        ("from shop import plain\n", [PLAIN]),
        ("from . import plain\n", [PLAIN]),
        ("from shop.loud import NAME\n", [LOUD]),
        ("from shop import loud, plain\nprint_ = plain\n", [LOUD]),
        ("def ready():\n    import shop.loud\n", [LOUD]),
        ("import shop.loud as other\n", [LOUD]),
        ("import shop.loud  # loud\n'loud'\n", [LOUD]),
    ],
)
def test_reported(text: str, expected: list[str], tmp_path: Path) -> None:
    assert reasons({"shop/main.py": text}, tmp_path.resolve()) == expected


@pytest.mark.parametrize(
    "text",
    [
        "from shop.plain import NAME\n",
        "import json, os.path\n",
        "import shop.loud\nx = shop.loud\n",
        "import shop.loud\ndef late():\n    return shop.loud\n",
        "from shop import loud as loud\n",
        "import shop.plain as plain\n__all__ = ['plain']\n",
        "from shop import loud\n__all__ = [*'loud']\n",
        "from shop import loud\ndef f(x: 'loud.Name'): ...\n",
        "from shop import loud\ndef g():\n    x: 'loud.Name' = 1\n",
        "from shop import loud\nx = globals()\n",
        "try:\n    import shop.loud\nexcept ImportError:\n    pass\n",
        "import sys\nif sys.version_info < (3,):\n    import shop.loud\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import shop.loud\n",
        "import shop.loud\nfrom shop.loud import NAME\nx = NAME\n",
        "from shop import plain, loud\nx = loud\n",
        "import shop\n",
        "from __future__ import annotations\n",
        "from shop.loud import *\n",
        "import absent\n",
    ],
)
def test_silent(text: str, tmp_path: Path) -> None:
    assert reasons({"shop/main.py": text}, tmp_path.resolve()) == []


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("from shop.main import loud\nx = loud\n", []),
        ("from shop.main import *\n", []),
        ("import shop.main\nx = shop.main.loud\n", []),
        ("import shop.main as m\nx = m.loud\n", []),
        ("import shop.main\nx = shop.main\nimport shop.loud\ny = shop.x\n", [LOUD]),
    ],
)
def test_taken_by_another_module(other: str, expected: list[str], tmp_path: Path) -> None:
    files = {"shop/main.py": "from shop import loud\n", "shop/other.py": other}
    assert reasons(files, tmp_path.resolve()) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from shop.sub import own\n", []),
        ("from shop.sub import own\n__all__ = []\n", ["importing `shop.sub.own` prints: it calls `print`"]),
        ("from shop.sub import own\n__all__ = ['own']\n", []),
        ("import shop.sub.own\n", []),
        ("import readline\n", ["importing `readline` configures a library for all"]),
    ],
)
def test_in_an_init(text: str, expected: list[str], tmp_path: Path) -> None:
    """Its own modules are what a package offers."""
    files = {"shop/sub/__init__.py": text, "shop/sub/own.py": "print(1)\n"}
    assert reasons(files, tmp_path.resolve()) == expected


def test_not_in_tests(tmp_path: Path) -> None:
    """Fixtures are used by the names of parameters."""
    files = {"tests/conftest.py": "from shop import loud\n", "tests/test_cart.py": "from shop import loud\n"}
    assert reasons(files, tmp_path.resolve()) == []
