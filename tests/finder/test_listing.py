"""Every module below a path, against `pkgutil.walk_packages` where the two mean the same, and on nasty trees."""

import os
from pathlib import Path

import pytest
from msgspec import structs

from importlint.finder.environment import choose_environment, explicit_path
from importlint.finder.finder import Finder
from importlint.finder.listing import list_modules
from importlint.finder.meta_path import RedirectingFinder
from importlint.finder.spec import Kind
from tests.cpython import CPython, installed
from tests.trees import Tree

_WALK = """
import pkgutil
def walk(path, prefix):
    for info in pkgutil.iter_modules(path, prefix):
        yield info.name
        if info.ispkg:
            inner = info.module_finder.find_spec(info.name).submodule_search_locations
            yield from walk(inner, info.name + ".")
result = sorted(name for name in walk([directory], "") if all(part.isidentifier() for part in name.split(".")))
"""


@pytest.mark.parametrize("cpython", installed(), ids=repr)
def test_listing_of_a_standard_library(cpython: CPython) -> None:
    """All regular packages and their modules; `pkgutil` knows no namespace packages."""
    environment = structs.replace(choose_environment(cpython.executable, "/", {}), finders=())
    specs = list_modules(Finder(environment), (environment.library,))
    namespaces = tuple(f"{spec.name}." for spec in specs if spec.kind is Kind.NAMESPACE)
    ours = [spec.name for spec in specs if not f"{spec.name}.".startswith(namespaces)]
    theirs = cpython.evaluate(_WALK, directory=environment.library)
    assert ours == sorted(name for name in theirs if not name.endswith("__init__"))


def test_links_and_unreadable_directories_and_odd_names(tmp_path: Path) -> None:
    files = {
        "a/__init__.py": "",
        "a/m.py": "",
        "a/1number.py": "",
        "a/da-sh.py": "",
        "a/__main__.py": "",
        "a/data/readme.txt": "",
        "a/space/deep/n.py": "",
        "class.py": "",
        "a.py": "",
    }
    Tree(files).write(tmp_path)
    (tmp_path / "a" / "loop").symlink_to(".")
    (tmp_path / "a" / "up").symlink_to("..")
    (tmp_path / "twin").symlink_to("a")
    (tmp_path / "closed").mkdir(mode=0)
    names = [spec.name for spec in list_modules(Finder(explicit_path((), {})), (str(tmp_path),))]
    inner = ["__main__", "m", "space", "space.deep", "space.deep.n"]
    assert names == sorted(
        [p + s for p in ("a", "twin") for s in ("", *(f".{name}" for name in inner))] + ["class"]
    )


def test_portions_are_listed_together(tmp_path: Path) -> None:
    """A namespace package's modules come from all its portions; a hidden package's do not come."""
    Tree({"1/ns/a.py": "", "2/ns/b.py": "", "2/p/c.py": "", "3/p/__init__.py": "", "1/p/d.py": ""}).write(
        tmp_path
    )
    path = tuple(str(tmp_path / name) for name in "123")
    assert [spec.name for spec in list_modules(Finder(explicit_path((), {})), path)] == [
        "ns",
        "ns.a",
        "ns.b",
        "p",
    ]
    below = list_modules(Finder(explicit_path((), {})), (os.path.join(path[0], "ns"),), "ns")
    assert [spec.name for spec in below] == ["ns.a"]


def test_each_directory_is_read_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """However often modules are listed and searched in one run."""
    Tree({"a/__init__.py": "", "a/m.py": "", "a/space/n.py": "", "b/__init__.py": ""}).write(tmp_path)
    read: list[str] = []
    scandir = os.scandir

    def recorded(path: str) -> object:
        read.append(path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", recorded)
    finder, path = Finder(explicit_path((), {})), (str(tmp_path),)
    for _ in range(2):
        list_modules(finder, path)
        assert all(finder.find(name, path).spec is None for name in ("absent", "b.absent"))
    assert sorted(read) == sorted({str(tmp_path), *(str(tmp_path / name) for name in ("a", "a/space", "b"))})


def test_what_finders_of_editable_installs_have(tmp_path: Path) -> None:
    """Their top-level names are on no path entry."""
    Tree({"away/package/__init__.py": "", "away/package/m.py": "", "away/single.py": ""}).write(tmp_path)
    modules = {"package": "package/__init__.py", "single": "single.py", "gone": "gone.py"}
    finder = RedirectingFinder(
        where="", modules=tuple((name, str(tmp_path / "away" / file)) for name, file in modules.items())
    )
    environment = structs.replace(explicit_path((), {}), finders=(finder,))
    specs = list_modules(Finder(environment), (str(tmp_path / "empty"),))
    assert [spec.name for spec in specs] == ["package", "package.m", "single"]
