"""Modules that are absent from a checkout because a build makes them are not reported; their neighbours are."""

from __future__ import annotations

from pathlib import Path

import pytest

from importlint.check import check
from importlint.config import load_settings
from importlint.project import Project
from tests.trees import Tree

_VERSION_FILES = {
    "setuptools_scm": '[tool.setuptools_scm]\nversion_file = "src/shop/_made.py"\n',
    "setuptools_scm before 8": '[tool.setuptools_scm]\nwrite_to = "src/shop/_made.py"\n',
    "hatch-vcs": '[tool.hatch.build.hooks.vcs]\nversion-file = "src/shop/_made.py"\n',
    "pdm": '[tool.pdm.version]\nsource = "scm"\nwrite_to = "shop/_made.py"\n',
    "versioningit": '[tool.versioningit.write]\nfile = "src/shop/_made.py"\n',
    "scikit-build-core": '[[tool.scikit-build.generate]]\npath = "shop/_made.py"\ntemplate = "x"\n',
    "maturin": '[tool.maturin]\nmodule-name = "shop._made"\n',
    "setuptools": '[[tool.setuptools.ext-modules]]\nname = "shop._made"\nsources = ["x.c"]\n',
    "setuptools-rust": '[[tool.setuptools-rust.ext-modules]]\ntarget = "shop._made"\n',
}
_BUILD_FILES = {
    **{name: {"pyproject.toml": text} for name, text in _VERSION_FILES.items()},
    "setup.py scm": {"setup.py": "setup(use_scm_version={'write_to': join('src', 'shop', '_made.py')})\n"},
    "setup.py extension": {"setup.py": "setup(ext_modules=[Extension('shop._made', ['src/x.c'])])\n"},
    "setup.py extension by keyword": {"setup.py": "Extension(\n    name='shop._made', sources=['x.c'])\n"},
    "setup.cfg": {"setup.cfg": "[tool:x]\nversion_file = src/shop/_made.py\n"},
    "CMake": {"CMakeLists.txt": "pybind11_add_module(_made x.cpp)\n"},
    "CMake's own": {"src/shop/CMakeLists.txt": "Python_add_library(_made MODULE WITH_SOABI x.c)\n"},
    "Meson": {"src/shop/meson.build": "py.extension_module('_made', 'x.c', install: true)\n"},
    "Cargo": {"Cargo.toml": '[lib]\ncrate-type = ["cdylib"]\nname = "_made"\n'},
}
_BESIDE = {
    name: {f"src/shop/_made{name}": ""}
    for name in (".pyx", ".c", ".cpp", ".pyi", ".rs", ".py.in", ".pyd", ".cpython-27-darwin.so")
}
_IGNORED = {
    "file": {".git/": "", ".gitignore": "_made.py\n"},
    "directory": {".git/": "", "src/.gitignore": "shop/_made/\n"},
}
_ELSEWHERE = {
    "not beside": {"src/_made.pyx": "", "src/shop/inner/_made.c": ""},
    "another module": {"pyproject.toml": '[tool.setuptools_scm]\nversion_file = "src/shop/not_made.py"\n'},
    "a part of a word": {"setup.py": "Extension('shop._made_up', ['src/_made_it.c'])\n"},
    "an entry point": {"pyproject.toml": '[project.scripts]\nshop = "shop._made:main"\n'},
    "not ignored": {".git/": "", ".gitignore": "_made.py\n!src/shop/_made.py\n"},
    "ignored by another repository": {".git/": "", "vendored/.gitignore": "_made.py\n"},
}
_PROJECT = {"pyproject.toml": "", "src/shop/__init__.py": "", "src/shop/cart.py": "import shop._made\n"}


def _found(root: Path, files: dict[str, str]) -> list[str]:
    Tree(files).write(root)
    settings = load_settings(str(root), isolated=True)
    return [each.code for each in check(Project(settings, (".",), cwd=str(root))).diagnostics]


@pytest.mark.parametrize(
    "files",
    [*_BUILD_FILES.values(), *_BESIDE.values(), *_IGNORED.values()],
    ids=[*_BUILD_FILES, *_BESIDE, *_IGNORED],
)
@pytest.mark.parametrize(
    "code",
    [
        "import shop._made\n",
        "from shop._made import version\n",
        "from . import _made\n",
        "from shop import _made\n",
        "import shop._made.below\n",
    ],
)
def test_silence(files: dict[str, str], code: str, tmp_path: Path) -> None:
    assert _found(tmp_path, {**_PROJECT, "src/shop/cart.py": code, **files}) == []


@pytest.mark.parametrize("files", _ELSEWHERE.values(), ids=_ELSEWHERE)
def test_neighbours_are_reported(files: dict[str, str], tmp_path: Path) -> None:
    codes = _found(tmp_path, {**_PROJECT, **files})
    assert [code for code in codes if code.startswith("IL1")] == ["IL101"]


def test_names_in_all(tmp_path: Path) -> None:
    """IL107 and IL102 ask whether the name is a submodule."""
    files = {**_PROJECT, "src/shop/__init__.py": "__all__ = ['_made', 'absent']\n", "src/shop/_made.pyx": ""}
    assert _found(tmp_path, files) == ["IL107"]


def test_protobuf(tmp_path: Path) -> None:
    code = "from shop import cart_pb2\nimport shop.cart_pb2_grpc\nimport shop.user_pb2\n"
    assert _found(tmp_path, {**_PROJECT, "src/shop/cart.py": code, "src/shop/cart.proto": ""}) == ["IL101"]


def test_gitignore_may_be_left_alone(tmp_path: Path) -> None:
    files = {**_PROJECT, **_IGNORED["file"], "importlint.toml": "respect-gitignore = false\n"}
    Tree(files).write(tmp_path)
    settings = load_settings(str(tmp_path))
    codes = [each.code for each in check(Project(settings, (".",), cwd=str(tmp_path))).diagnostics]
    assert codes == ["IL101"]


def test_a_top_level_extension_module(tmp_path: Path) -> None:
    """By the build's declarations and by sources beside, not by a `.gitignore` file, whose patterns are too wide."""
    code = "import fast\nimport slow\nimport unheard_of\nimport dependency\n"
    files = {
        ".git/": "",
        ".gitignore": "/*.py\n",
        "pyproject.toml": '[project]\ndependencies = ["dependency"]\n[tool.maturin]\nmodule-name = "fast"\n',
        "src/slow.pyx": "",
        "src/shop/__init__.py": "",
        "src/shop/cart.py": code,
        ".venv/pyvenv.cfg": "home = /nowhere\nversion = 3.12.1\n",
        ".venv/lib/python3.12/site-packages/": "",
    }
    assert _found(tmp_path, files) == ["IL101", "IL101"]


def test_installed_packages_are_judged(tmp_path: Path) -> None:
    """No build of the project makes what a distribution lacks, whatever lies beside it."""
    site = ".venv/lib/python3.12/site-packages"
    files = {
        "pyproject.toml": "",
        ".venv/pyvenv.cfg": "home = /nowhere\nversion = 3.12.1\n",
        f"{site}/other/__init__.py": "",
        f"{site}/other/_made.c": "",
        "shop/__init__.py": "import other._made\n",
    }
    assert _found(tmp_path, files) == ["IL101"]
