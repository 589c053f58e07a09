"""IL409 against what a console script does: it is silent wherever CPython has no complaint, and says what happens."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from importlint.config import load_settings
from importlint.project import Project
from importlint.rules.entry_points import entry_point_broken
from tests.cpython import CPython, installed
from tests.trees import Tree

PACKAGE = {"shop/__init__.py": ""}


def messages(root: Path, files: Mapping[str, str | bytes]) -> list[str]:
    Tree(files).write(root)
    project = Project(load_settings(str(root)), (".",), cwd=str(root))
    return [finding.message for finding in entry_point_broken.check(project)]


def script(value: str) -> dict[str, str]:
    return {"pyproject.toml": f'[project.scripts]\nshop = "{value}"\n'}


def ending(cpython: CPython, root: Path, value: str) -> tuple[int, str]:
    """The exit code of the script that an installer makes, and the last line that it prints of an error."""
    module, _, attribute = value.partition(":")
    code = f"import sys; from {module} import {attribute.partition('.')[0]}; sys.exit({attribute}())"
    process = cpython.run(["-S", "-c", code], root)
    return process.returncode, (process.stderr.splitlines() or [""])[-1]


BROKEN = [
    ("shop.nothing:main", "", "fails: no module named `shop.nothing`"),
    ("shop.cli.main:main", "", "fails: no module named `shop.cli.main`: `shop.cli` is not a package"),
    ("shop.cli:main", "def Main(): ...", "fails: cannot import name `main` from `shop.cli`"),
    ("shop.cli:main", "def main(): ...\ndel main", "fails: cannot import name `main` from `shop.cli`"),
    (
        "shop.cli:main",
        "if __name__ == '__main__':\n    def main(): ...",
        "fails: cannot import name `main` from `shop.cli`",
    ),
    ("shop:cli.mian", "def main(): ...", "fails: cannot import name `mian` from `shop.cli`"),
    ("shop.cli:A.run", "class A:\n    def go(): ...", "fails: `A` has no attribute `run`"),
    ("shop.cli:A.run", "class A:\n    def run(self): ...", "fails: `run` needs an argument: `self`"),
    ("shop.cli:main", "def main(a, b=1, *c, d, e=2, **f): ...", "fails: `main` needs arguments: `a`, `d`"),
    ("shop.cli:main", "def main(a, /): ...", "fails: `main` needs an argument: `a`"),
    (
        "shop.cli:main",
        "async def main(): ...",
        "never runs: `main` is a coroutine function, and nothing awaits it",
    ),
    ("shop.cli:main", "async def main():\n    yield", "never runs: `main` is an async generator function"),
    ("shop.cli:main", "def main():\n    x = yield", "never runs: `main` is a generator function"),
    ("shop.cli:main", "def main():\n    yield from ()", "never runs: `main` is a generator function"),
    ("shop.cli:main", "main = 1", "fails: `shop.cli:main` is an int, which cannot be called"),
    ("shop.cli:main", "main: object = {}", "fails: `shop.cli:main` is a dict, which cannot be called"),
    ("shop.cli:main", "main = [1]", "fails: `shop.cli:main` is a list, which cannot be called"),
    ("shop.cli:main", "main = None", "fails: `shop.cli:main` is a NoneType, which cannot be called"),
    ("shop.cli:main", "from shop.other import go as main", "fails: `go` needs an argument: `x`"),
    ("shop.cli:other.go", "from shop import other", "fails: `go` needs an argument: `x`"),
    ("shop:cli", "", "fails: `shop.cli` is a module, which cannot be called"),
    ("shop.cli:main", "def main():\n    return 'x'", "always ends with exit code 1: `main` returns a str"),
    ("shop.cli:main", "def main():\n    return f'{1}'", "always ends with exit code 1: `main` returns a str"),
    (
        "shop.cli:main",
        "import sys\ndef main():\n    if sys.argv:\n        return []\n    else:\n        return 'x'",
        "always ends with exit code 1: `main` returns a list",
    ),
    ("shop.cli:main", "def main():\n    return True", "always ends with exit code 1: `main` returns a bool"),
    ("shop.cli:main", "def main():\n    return {}", "always ends with exit code 1: `main` returns a dict"),
    ("shop.cli:main", "def main():\n    return 0.0", "always ends with exit code 1: `main` returns a float"),
    (
        "shop.cli:main",
        "def main():\n    try:\n        return 'a'\n    except ValueError:\n        return 'b'",
        "always ends with exit code 1: `main` returns a str",
    ),
]


@pytest.mark.parametrize(("value", "code", "expected"), BROKEN)
def test_a_broken_script(tmp_path: Path, value: str, code: str, expected: str) -> None:
    files = {**PACKAGE, **script(value), "shop/cli.py": code, "shop/other.py": "def go(x): ..."}
    assert messages(tmp_path, files) == [f"the console script `shop` {expected}"]
    for cpython in (installed()[0], installed()[-1]):
        exit_code, error = ending(cpython, tmp_path, value)
        assert exit_code == 1
        assert ("Error: " in error) is expected.startswith("fails"), error


GOOD = [
    ("shop.cli:main", "def main(a=1, *b, c=2, **d): ..."),
    ("shop.cli:A", "class A:\n    def __new__(cls): return None"),
    ("shop.cli:A.run", "class A:\n    @staticmethod\n    def run(): ..."),
    ("shop.cli:A.run", "class A:\n    @classmethod\n    def run(cls): ..."),
    ("shop.cli:A.run", "class B:\n    run = print\nclass A(B): ..."),
    ("shop.cli:A.run", "class M(type):\n    def run(cls): ...\nclass A(metaclass=M): ..."),
    ("shop.cli:A.run", "class A: ...\nA.run = print"),
    ("shop.cli:A.run", "class A: ...\nsetattr(A, 'run', print)"),
    ("shop.cli:A.run", "class A:\n    def run(self): ...\n    run = staticmethod(print)"),
    ("shop.cli:a.run", "class A:\n    def run(self): ...\na = A()"),
    ("shop.cli:main", "def main(x): ...\nmain = print"),
    ("shop.cli:main", "main = 1\nif main:\n    def main(): ..."),
    ("shop.cli:main", "main = None\ndef set_main():\n    global main\n    main = print\nset_main()"),
    ("shop.cli:main", "main = None\nglobals()['main'] = print"),
    ("shop.cli:main", "globals()['main'] = print"),
    ("shop.cli:main", "def __getattr__(name):\n    return print"),
    ("shop.cli:main", "def main(x): ...\nfrom shop.stars import *"),
    ("shop.cli:main", "from shop.stars import *"),
    ("shop.cli:main", "try:\n    from nothing import main\nexcept ImportError:\n    def main(): ..."),
    ("shop.cli:main", "import functools\n@functools.partial(functools.partial, x=1)\ndef main(x): ..."),
    ("shop.cli:main", "def run(f):\n    return lambda: None\n@run\nasync def main(): ..."),
    ("shop.cli:main", "def run(f):\n    return lambda: None\n@run\ndef main():\n    yield"),
    ("shop.cli:main", "import asyncio\ndef main():\n    async def go(): ...\n    asyncio.run(go())"),
    ("shop.cli:main", "def main():\n    def go():\n        yield\n    list(go())"),
    ("shop.cli:main", "import sys\ndef main():\n    if len(sys.argv) > 5:\n        return 'no'"),
    (
        "shop.cli:main",
        "import sys\ndef main():\n    if len(sys.argv) > 5:\n        return 'no'\n    return 0",
    ),
    ("shop.cli:main", "def main():\n    return False"),
    ("shop.cli:main", "def main():\n    return"),
    (
        "shop.cli:main",
        "import contextlib\ndef main():\n    with contextlib.suppress(Exception):\n        1 / 0\n        return 'x'",
    ),
    ("shop.cli:main", "def main():\n    for x in ():\n        return 'x'"),
    (
        "shop.cli:main",
        "def main():\n    try:\n        1 / 0\n        return 'x'\n    except Exception:\n        pass",
    ),
    ("shop.cli:main", "def main():\n    try:\n        return 'x'\n    finally:\n        return 0"),
    ("shop:cli.main", "def main(): ..."),
    ("shop:stars", ""),
    ("shop.patched:main", ""),
]


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize(("value", "code"), GOOD)
def test_a_script_that_works(tmp_path: Path, value: str, code: str) -> None:
    files = {
        **PACKAGE,
        **script(value),
        "shop/cli.py": code,
        "shop/stars.py": "import sys\ndef main(): ...\nclass Callable(type(sys)):\n    def __call__(self): ...\n"
        "sys.modules[__name__].__class__ = Callable\n",
        "shop/patched.py": "from shop import patch\nmain = 1\npatch.apply()\n",
        "shop/patch.py": "import sys\ndef apply():\n    sys.modules['shop.patched'].main = print\n",
    }
    assert messages(tmp_path, files) == []
    for cpython in (installed()[0], installed()[-1]):
        assert ending(cpython, tmp_path, value)[0] == 0


LOADED = """
from importlib.metadata import EntryPoint
try:
    EntryPoint(name="x", value={value!r}, group="g").load()
except Exception as error:
    print(type(error).__name__)
"""


@pytest.mark.parametrize(
    ("value", "expected", "raised"),
    [
        ("shop.nothing", "fails: no module named `shop.nothing`", "ModuleNotFoundError"),
        ("shop.cli:nothing", "fails: `shop.cli` has no attribute `nothing`", "AttributeError"),
        ("shop.cli:A.run", "fails: `A` has no attribute `run`", "AttributeError"),
        ("shop.cli", None, ""),
        ("shop.cli:NAME", None, ""),
        ("shop.cli:needs", None, ""),
        ("shop.cli:later", None, ""),
        ("other.plugin:x", None, "ModuleNotFoundError"),
        ("shop.cli.A", None, "ModuleNotFoundError"),  # some groups have readers of their own
        (
            "shop.cli.B",
            "fails: no module named `shop.cli.B`: `shop.cli` is not a package",
            "ModuleNotFoundError",
        ),
    ],
)
def test_entry_points_of_other_groups_are_only_loaded(
    tmp_path: Path, value: str, expected: str | None, raised: str
) -> None:
    code = "NAME = 1\nclass A: ...\ndef needs(x): ...\nasync def later(): ..."
    files = {**PACKAGE, "pyproject.toml": f'[project.entry-points.g]\nx = "{value}"\n', "shop/cli.py": code}
    assert messages(tmp_path, files) == ([f"the entry point `x` of `g` {expected}"] if expected else [])
    for cpython in (installed()[0], installed()[-1]):
        assert cpython.run(["-c", LOADED.format(value=value)], tmp_path).stdout.strip() == raised


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"pyproject.toml": '[project.scripts]\na = "nothing.at:all"\n'}, []),
        (
            {
                "pyproject.toml": '[project.scripts]\na = "shop._version:all"\n',
                ".gitignore": "_version.py",
                ".git/HEAD": "",
            },
            [],
        ),
        (
            {
                "pyproject.toml": '[project.scripts]\na = "shop.made:x"\n[tool.hatch]\nversion-file = "shop/made.py"'
            },
            [],
        ),
        ({"pyproject.toml": '[project.scripts]\na = "shop.fast:x"\n', "shop/fast.pyx": ""}, []),
        ({"pyproject.toml": '[project.scripts]\na = "space.made:x"\n', "space/cli.py": ""}, []),
        ({"pyproject.toml": '[project.scripts]\na = "broken:x"\n', "broken.py": "def"}, []),
        (
            {"pyproject.toml": '[project.scripts]\na = "shop.crat:x"\n', "shop/cart.py": ""},
            ["the console script `a` fails: no module named `shop.crat`"],
        ),
    ],
)
def test_modules_that_are_not_there(tmp_path: Path, files: dict[str, str], expected: list[str]) -> None:
    assert messages(tmp_path, {**PACKAGE, **files}) == expected


def test_what_was_meant(tmp_path: Path) -> None:
    files = {**PACKAGE, **script("shop.crt:x"), "shop/cart.py": ""}
    Tree(files).write(tmp_path)
    project = Project(load_settings(str(tmp_path)), (".",), cwd=str(tmp_path))
    (finding,) = entry_point_broken.check(project)
    assert finding.help == "did you mean `shop.cart`?"
