"""The one module that asks the operating system: nothing goes past it, and who listens hears all."""

from __future__ import annotations

import ast
import builtins
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from importlint import disk
from importlint.cache.results import Witness
from importlint.check import check
from importlint.config import load_settings
from importlint.project import Project
from tests.trees import Tree

PACKAGE = Path(disk.__file__).parent

FREE = {
    "archive.py": "tells first which archive it reads",
    "config.py": "settings are read in every run",
    "disk.py": "asks",
    "reading/processors.py": "how many read makes no difference",
    "rulebook.py": "importlint's own files",
    "effects/catalogue.py": "importlint's own files",
    "finder/standard_library.py": "importlint's own files",
}
"""Modules that need not ask through `disk`, and why; so do commands, the cache and `verify`, which runs Python."""

FREE_ROOMS = ("cache", "cli", "verify")

ASKS = {
    *(
        f"os.path.{name}"
        for name in "exists lexists isfile isdir islink ismount realpath getsize samefile".split()
    ),
    *(
        f"os.path.{name}"
        for name in "getmtime getctime getatime expanduser expandvars sameopenfile isjunction".split()
    ),
    *(
        f"os.{name}"
        for name in "stat lstat fstat open listdir scandir walk fwalk access readlink statvfs".split()
    ),
    *(f"os.{name}" for name in "environ environb getenv getenvb get_exec_path popen system".split()),
    *(
        "open",
        "io.open",
        "glob",
        "fileinput",
        "linecache",
        "tokenize.open",
        "subprocess",
        "tempfile",
        "shutil",
    ),
    *("zipfile.ZipFile", "tomllib.load", "json.load", "importlib.resources", "importlib.metadata", "pkgutil"),
    *("pathlib.Path", "sysconfig", "site", "time", "datetime", "locale", "socket", "random"),
}


def asked(source: str) -> Iterator[str]:
    """What a module uses that may be among `ASKS`: builtins, attributes of modules, modules."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield from ("open",) if node.func.id == "open" else ()
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_all_questions_go_through_it() -> None:
    for file in sorted(PACKAGE.rglob("*.py")):
        name = file.relative_to(PACKAGE).as_posix()
        if name in FREE or name.startswith(tuple(f"{room}/" for room in FREE_ROOMS)):
            continue
        found = set(asked(file.read_text(encoding="utf-8"))) & ASKS
        assert found <= ALLOWED.get(name, set()), name


ALLOWED = {
    "reading/pool.py": {"os.environ"},  # that of the interpreters which it starts
    "finder/path_entry.py": {"time"},  # the time zone, in which archives tell times
    "progress.py": {"time"},  # when to show something
    "sharing.py": {"time"},  # when others are to help, who find the same
    "finder/site_packages.py": {"os.path.expanduser"},  # where there is no variable `HOME`
}
"""What single modules use beside."""


def test_exceptions_are_there() -> None:
    for name in (*FREE, *ALLOWED):
        assert PACKAGE.joinpath(name).is_file()


PROJECT = Tree(
    {
        "pyproject.toml": "[project]\nname = 'shop'\n[project.scripts]\nshop = 'shop.tool:main'\n",
        "Makefile": "run:\n\tpython -m shop.tool\n\tpython scripts/run.py\n\tpython -m nothing\n",
        ".gitignore": "made/\n",
        ".git/": "",
        "shop/__init__.py": "from . import tool, cart\n__path__.append('extra')\n",
        "shop/tool.py": "import cart, shop.cart, extension, part.one, os.path\nif __name__ == '__main__': main()\n",
        "shop/cart.py": "from shop.user import name\nimport importlib\nimportlib.import_module('shop.' + 'user')\n",
        "shop/user.py": "import shop.cart\nname = 1\n",
        "scripts/run.py": "#!/usr/bin/env python\nimport helper\n",
        "scripts/helper.py": "",
        "venv/pyvenv.cfg": "home = /nowhere\nversion = 3.12.1\n",
        "venv/lib/python3.12/site-packages/part/one.py": "import shop\n",
        "venv/lib/python3.12/site-packages/other.pth": "import site; site.addsitedir('more')\nelsewhere\n",
        "venv/lib/python3.12/site-packages/dist-1.dist-info/METADATA": "Name: dist\nRequires-Dist: shop\n",
        "venv/lib/python3.12/site-packages/dist-1.dist-info/RECORD": "part/one.py,,\n",
        "venv/lib/python3.12/site-packages/elsewhere/there.py": "",
    }
)


def test_a_listener_hears_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a whole check, every call that reaches the operating system comes from where it may, and is heard."""
    root = PROJECT.write(tmp_path)
    before = {
        (owner, name): getattr(owner, name)
        for owner, names in ((os, ("stat", "lstat", "scandir", "listdir", "access")), (builtins, ("open",)))
        for name in names
    }
    past: set[tuple[str, str]] = set()
    reached: set[str] = set()

    def watched(name: str, real: object) -> object:
        def call(path: object, *args: object, **kwargs: object) -> object:
            frame = sys._getframe(1)
            while frame.f_back and not frame.f_code.co_filename.startswith(str(PACKAGE)):
                frame = frame.f_back
            caller = Path(frame.f_code.co_filename)
            if caller.is_relative_to(PACKAGE) and str(path).startswith(str(root)):
                reached.add(str(path))
                if caller.name not in ("disk.py", "archive.py", "config.py"):
                    past.add((caller.name, name))
            return real(path, *args, **kwargs)  # type: ignore[operator]

        return call

    settings = load_settings(str(root), isolated=True)
    witness = Witness(now=0)
    with monkeypatch.context() as patch:
        for (owner, name), real in before.items():
            patch.setattr(owner, name, watched(name, real))
        with disk.heard_by(witness):
            report = check(Project(settings, (".",), cwd=str(root)))
    assert report.diagnostics
    assert not past
    heard = {os.path.normpath(of) for answers in witness.evidence.answers.values() for of in answers}
    # What a real path goes through is in its answer.
    assert {path for path in reached if os.path.normpath(path) not in heard} <= set(map(str, root.rglob("*")))
    assert len(reached & heard) > 20
    assert witness.is_consistent


def test_no_pipe_is_opened(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes here")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        disk.read(str(tmp_path / "pipe"))


@pytest.mark.parametrize("path", ["absent", "a\0b", "\udc80", "file/below"])
def test_what_is_not_there(tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    assert not disk.exists(path)
    assert not disk.is_file(path)
    assert not disk.is_directory(path)
    assert disk.sign(path) is None
    with pytest.raises((OSError, ValueError)):
        disk.read(path)
    with pytest.raises((OSError, ValueError)):
        disk.entries(path)


def test_links(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    for name, target in (("to", "real"), ("nowhere", "absent"), ("round", "round")):
        (tmp_path / name).symlink_to(target)
    found = {entry.name: entry for entry in disk.entries(str(tmp_path))}
    assert [(name, each.is_directory, each.is_file, each.is_link) for name, each in found.items()] == [
        ("nowhere", False, False, True),
        ("real", True, False, False),
        ("round", False, False, True),
        ("to", True, False, True),
    ]
    assert list(disk.walk(str(tmp_path))) == list(_sorted_walk(tmp_path))


def _sorted_walk(top: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    for directory, names, files in os.walk(top):
        names.sort()
        yield directory, list(names), sorted(files)


def test_text_is_read_as_open_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "text"
    file.write_bytes(b"\xef\xbb\xbfone\r\ntwo\rthree\n")
    for encoding in ("utf-8", "utf-8-sig"):
        with disk.open_text(str(file), encoding) as ours, open(file, encoding=encoding) as theirs:
            assert ours.read() == theirs.read()
