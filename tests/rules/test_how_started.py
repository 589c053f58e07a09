"""IL404, IL412, IL414 and IL415 on whole trees: their corners, and what CPython does there."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from importlint.check import check
from importlint.config import load_settings
from importlint.diagnostics import Diagnostic
from importlint.project import Project
from tests.cpython import installed
from tests.trees import Tree

GUARD = 'if __name__ == "__main__":\n'
SHEBANG = "#!/usr/bin/env python3\n"


def found(root: Path, files: dict[str, str], select: str, executable: str = "") -> list[Diagnostic]:
    Tree({"pyproject.toml": "", **{path: textwrap.dedent(text) for path, text in files.items()}}).write(root)
    if executable:
        (root / executable).chmod(0o755)
    settings = load_settings(str(root), path=[], platform="linux", source_roots=["."], select=[select])
    return list(check(Project(settings, (".",), cwd=str(root))).diagnostics)


def told(diagnostics: list[Diagnostic]) -> list[str]:
    return [
        f"{each.finding.location.path}:{each.finding.location.span.line} {each.finding.message}"
        for each in diagnostics
    ]


# ---- IL404


@pytest.mark.parametrize(
    ("body", "call"),
    [
        ("def main(): pass\nmain()\n", "main()"),
        ("from other import main\nmain()\n", "main()"),
        ("def main(): pass\nraise SystemExit(main())\n", "SystemExit()"),
        ("import sys\ndef main(): pass\nsys.exit(main())\n", "sys.exit()"),
        ("import argparse\nargs = argparse.ArgumentParser().parse_args()\n", "parse_args()"),
        (
            "import argparse\nparser = argparse.ArgumentParser()\nargs = parser.parse_args()\n",
            "parser.parse_args()",
        ),
        ("from flask import Flask\napp = Flask(__name__)\napp.run()\n", "app.run()"),
        ("import click\n@click.command()\ndef hello(): pass\nhello()\n", "hello()"),
        ("import typer\nrun = typer.Typer()\nrun()\n", "run()"),
        ("import unittest\nunittest.main()\n", "unittest.main()"),
        ("import asyncio\nasync def go(): pass\nasyncio.run(go())\n", "asyncio.run()"),
        ("def main(): pass\n", None),
        ("import sys\nif sys.argv[1:]:\n    sys.exit()\n", None),
        ("def hello(): pass\nhello()\n", None),
        ("import setup_logging\nsetup_logging.run()\n", None),
        (f"import sys\ndef main(): pass\n{GUARD}    sys.exit(main())\n", None),
        ("# %%\ndef main(): pass\nmain()\n", None),
    ],
)
def test_work_at_import(body: str, call: str | None, tmp_path: Path) -> None:
    files = {"tool.py": SHEBANG + body, "user.py": "import tool\n"}
    messages = [each.finding.message for each in found(tmp_path, files, "IL404")]
    assert messages == ([f"importing `tool` runs the program: `{call}` has no guard"] if call else [])


@pytest.mark.parametrize("name", ["conftest", "setup", "tool"])
def test_nobody_is_meant_to_import_some_files(name: str, tmp_path: Path) -> None:
    files = {f"{name}.py": f"{SHEBANG}def main(): pass\nmain()\n", "user.py": f"import {name}\n"}
    assert len(found(tmp_path, files, "IL404")) == (name == "tool")


def test_an_import_for_types_is_none(tmp_path: Path) -> None:
    user = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import tool\n"
    files = {"tool.py": f"{SHEBANG}def main(): pass\nmain()\n", "user.py": user}
    assert found(tmp_path, files, "IL404") == []


def test_a_console_script_imports_its_module(tmp_path: Path) -> None:
    """The script calls `main` once more, after the import has."""
    files = {
        "pyproject.toml": '[project]\nname = "shop"\n[project.scripts]\nshop = "shop.__main__:main"\n',
        "shop/__init__.py": "",
        "shop/__main__.py": "def main(): print(1)\nmain()\n",
    }
    (diagnostic,) = found(tmp_path, files, "IL404")
    assert told([diagnostic]) == [
        "shop/__main__.py:2 importing `shop.__main__` runs the program: `main()` has no guard"
    ]
    (step,) = diagnostic.finding.trace
    assert (step.location.path, step.note) == (
        "pyproject.toml",
        "the console script shop imports `shop.__main__`",
    )
    for cpython in installed():
        script = "import sys; from shop.__main__ import main; sys.exit(main())"
        assert cpython.run(["-c", script], tmp_path).stdout == "1\n1\n"


def test_a_command_says_that_a_file_is_run(tmp_path: Path) -> None:
    files = {"tool.py": "def main(): pass\nmain()\n", "user.py": "import tool\n"}
    assert found(tmp_path / "without", files, "IL404") == []
    assert len(found(tmp_path / "with", {**files, "Makefile": "all:\n\tpython tool.py\n"}, "IL404")) == 1


# ---- IL412

HIDDEN = {
    "after a relative import": (
        {"dir/random.py": "", "dir/tool.py": "from . import x\nimport tempfile\n"},
        False,
    ),
    "a file that the standard library needs": (
        {"dir/random.py": "", "dir/tool.py": "import tempfile\n"},
        True,
    ),
    "a package": ({"dir/random/__init__.py": "", "dir/tool.py": "import tempfile\n"}, True),
    "through a file beside it": (
        {"dir/random.py": "", "dir/near.py": "import tempfile\n", "dir/tool.py": "import near\n"},
        True,
    ),
    "in the guard": ({"dir/random.py": "", "dir/tool.py": "GUARD    import tempfile\n"}, True),
    "a namespace portion": ({"dir/random/x.py": "", "dir/tool.py": "import tempfile\n"}, False),
    "a built-in module": ({"dir/time.py": "", "dir/tool.py": "import tempfile\n"}, False),
    "a frozen module": ({"dir/zipimport.py": "", "dir/tool.py": "import zipimport, pkgutil\n"}, False),
    "a module that nothing needs": ({"dir/turtle.py": "", "dir/tool.py": "import tempfile\n"}, False),
    "a function that nobody calls": (
        {"dir/random.py": "", "dir/tool.py": "def later():\n    import tempfile\n"},
        False,
    ),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_hidden_by_what_is_beside(name: str, tmp_path: Path) -> None:
    """CPython imports the file beside the program where IL412 says so, and nowhere else."""
    files, is_hidden = HIDDEN[name]
    mark = "import sys\nsys.modules['marked'] = sys\n"
    files = {
        path: mark if not path.endswith(("tool.py", "near.py")) else text.replace("GUARD", GUARD)
        for path, text in files.items()
    }
    tool = files["dir/tool.py"]
    show = f'{GUARD}    import sys\n    print("marked" in sys.modules)\n'
    files["dir/tool.py"] = (
        f"try:\n    import io\n{textwrap.indent(tool, '    ')}except ImportError:\n    pass\n{show}"
    )
    assert bool(found(tmp_path, files, "IL412")) is is_hidden
    for cpython in installed():
        assert cpython.run(["-S", "dir/tool.py"], tmp_path).stdout == f"{is_hidden}\n", cpython


def test_the_way_to_the_hidden_module_is_told(tmp_path: Path) -> None:
    files = {"pkg/__init__.py": "", "pkg/random.py": "", "pkg/tool.py": f"{SHEBANG}import tempfile\n"}
    (diagnostic,) = found(tmp_path, files, "IL412", executable="pkg/tool.py")
    assert told([diagnostic]) == [
        "pkg/tool.py:2 `python pkg/tool.py` makes `pkg/random.py` hide the standard library's `random`"
    ]
    finding = diagnostic.finding
    assert finding.label == "`tempfile` imports `random`, and gets `pkg/random.py`"
    assert [step.note for step in finding.trace] == ["runs `tempfile`", "gets `pkg/random.py`"]
    assert finding.help == "run it with `python -m pkg.tool`, or rename `pkg/random.py`"


def test_a_packaged_file_that_hides_what_it_imports_itself(tmp_path: Path) -> None:
    files = {"pkg/__init__.py": "", "pkg/random.py": f"{SHEBANG}import random\nprint(random.randint(1, 2))\n"}
    assert len(found(tmp_path, files, "IL412", executable="pkg/random.py")) == 1
    for cpython in installed():
        assert "AttributeError" in cpython.run(["-S", "pkg/random.py"], tmp_path).stderr


@pytest.mark.parametrize("edit", ["sys.path.pop(0)", "sys.path = sys.path[1:]", "del sys.path[0]"])
def test_a_program_that_changes_the_path_knows_better(edit: str, tmp_path: Path) -> None:
    files = {"dir/random.py": "", "dir/tool.py": f"import sys\n{edit}\nimport tempfile\n{GUARD}    print()\n"}
    assert found(tmp_path, files, "IL412") == []


# ---- IL414


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("from __main__ import app\n", "`app`"),
        ("from __main__ import app, db as d\n", "`app` and `db`"),
        ("def later():\n    from __main__ import app\n", "`app`"),
        ("import __main__\nprint(__main__.app)\n", "`app`"),
        ("import __main__ as m\ndef later():\n    return m.app\n", "`app`"),
        ("import __main__\ngetattr(__main__, 'app')\n", "`app`"),
        ("from __main__ import __file__\n", None),
        ("try:\n    from __main__ import app\nexcept ImportError:\n    app = None\n", None),
        ("import __main__\nprint(__main__.__file__)\n", None),
        ("import __main__\ngetattr(__main__, 'app', None)\n", None),
        ("import __main__\nif hasattr(__main__, 'app'):\n    print(__main__.app)\n", None),
        ("import __main__\ntry:\n    print(__main__.app)\nexcept AttributeError:\n    pass\n", None),
        ("import __main__\n__main__.app = 1\n", None),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from __main__ import app\n", None),
        ("import sys\nprint(sys.modules['__main__'].app)\n", None),
    ],
)
def test_names_of_main(text: str, names: str | None, tmp_path: Path) -> None:
    messages = [each.finding.message for each in found(tmp_path, {"a.py": text}, "IL414")]
    assert [message.partition(" that has ")[2] for message in messages] == (
        [f"{names}, and in no other"] if names else []
    )


def test_a_program_may_speak_of_itself(tmp_path: Path) -> None:
    text = f"import __main__\napp = 1\n{GUARD}    print(__main__.app)\n"
    assert found(tmp_path, {"a.py": text}, "IL414") == []


# ---- IL415


@pytest.mark.parametrize(
    ("text", "fails"),
    [
        ("from pkg import other\n", True),
        ("import pkg.other\n", True),
        (f"{GUARD}    import pkg.other\n", True),
        ("try:\n    import pkg\nexcept ImportError:\n    pass\n", False),
        ("def later():\n    import pkg\n", False),
        ("import other\n", False),
        ("import sys\nsys.path.insert(0, '.')\nimport pkg.other\n", False),
    ],
)
def test_a_file_without_its_package(text: str, fails: bool, tmp_path: Path) -> None:
    files = {"pkg/__init__.py": "", "pkg/other.py": "", "pkg/tool.py": SHEBANG + text}
    assert bool(found(tmp_path, files, "IL415", executable="pkg/tool.py")) is fails
    for cpython in installed():
        error = cpython.run(["-S", "pkg/tool.py"], tmp_path).stderr
        assert error.endswith("ModuleNotFoundError: No module named 'pkg'\n") is fails, cpython


def test_an_installed_package_is_found(tmp_path: Path) -> None:
    files = {"pkg/__init__.py": "", "pkg/tool.py": f"{SHEBANG}import pkg\n"}
    Tree(files).write(tmp_path)
    (tmp_path / "pkg/tool.py").chmod(0o755)
    for path, count in (([str(tmp_path)], 0), ([], 1)):
        settings = load_settings(str(tmp_path), path=path, source_roots=["."], select=["IL415"])
        assert len(check(Project(settings, ("pkg",), cwd=str(tmp_path))).diagnostics) == count
