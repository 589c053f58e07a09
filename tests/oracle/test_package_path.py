"""The `__path__` of a package after its code has run: followed by importlint, run by every installed CPython."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importlint.config import load_settings
from importlint.finder.path_finder import opaque_reason
from importlint.finder.resolve import resolve
from importlint.project import Project
from tests.cpython import CPython, installed
from tests.trees import Tree

_SHOW = """
import importlib, sys
sys.path[:0] = path
def shown(name):
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        return str(error)
    path = getattr(module, "__path__", None)
    return None if path is None else [entry for entry in path if isinstance(entry, str)]
result = {name: shown(name) for name in names}
"""

_WITHOUT_PKG_RESOURCES = "No module named 'pkg_resources'"
"""What running a package says there, which finding it does not know."""

_EXTEND = "from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n"
_DECLARE = "__import__('pkg_resources').declare_namespace(__name__)\n"
_EITHER = (
    f"try:\n    {_DECLARE}except ImportError:\n"
    "    __path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
)

_SURROUNDINGS = {
    "one/p/__init__.py": "",
    "one/p/here.py": "",
    "one/p/inner/x.py": "",
    "one/p/inner/deep/y.py": "",
    "one/p/sub/__init__.py": "",
    "one/other/z.py": "",
    "two/p/more.py": "",
    "two/p/sub/less.py": "",
    "three/p/__init__.py": "raise SystemExit('it is never run')",
    "three/p/most.py": "",
    "three/p/sub/__init__.py": "",
    "three/p.pkg": "# comment\n\n/listed\nrelative  \n",
    "four/p.py": "",
    "one/elsewhere/__init__.py": "",
    "one/elsewhere/moved/__init__.py": "__path__ = [__path__[0] + '/to']\n",
    "one/elsewhere/moved/to/x.py": "",
    "one/spread/x.py": "",
    "two/spread/y.py": "",
}
_NAMES = ("p", "p.here", "p.more", "p.most", "p.x", "p.deep.y", "p.inner.x", "p.z", "p.sub", "p.sub.less")

_FOLLOWED = {
    "nothing": "",
    "extend_path": _EXTEND,
    "extend_path by module": "import pkgutil as u\n__path__ = u.extend_path(__path__, __name__)\n",
    "extend_path on the spot": "__path__ = __import__('pkgutil').extend_path(path=__path__, name=__name__)\n",
    "extend_path of a list": f"{_EXTEND}__path__ = extend_path(['/a'], __name__)\n",
    "extend_path in a try": (
        "try:\n    import absent\nexcept ImportError:\n    from pkgutil import extend_path as e\n"
        "    __path__ = e(__path__, __name__)\n"
    ),
    "declare_namespace": "import pkg_resources\npkg_resources.declare_namespace(__name__)\n",
    "declare_namespace on the spot": _DECLARE,
    "declare_namespace or extend_path": _EITHER,
    "declare_namespace from": "from pkg_resources import declare_namespace\ndeclare_namespace(__name__)\n",
    "empty": "__path__ = []\n",
    "deleted": "del __path__\n",
    "cleared": "__path__.clear()\n",
    "literal": "__path__ = ['/a', *__path__, '/b']\n",
    "tuple": "__path__ = ('/a',)\n",
    "annotated": "__path__: list = ['/a']\n",
    "append": "import os\n__path__.append(os.path.join(os.path.dirname(__file__), 'inner'))\n",
    "insert": "from os import path as osp\n__path__.insert(0, osp.join(osp.abspath(osp.dirname(__file__)), 'inner'))\n",
    "extend": "from os.path import dirname, join\n__path__.extend([join(dirname(dirname(__file__)), 'other')])\n",
    "plus": "import os\n__path__ += [os.path.realpath(os.path.join(__path__[0], os.pardir, 'other'))]\n",
    "sum": "import os\nhere = os.path.dirname(__file__)\n__path__ = __path__ + [here + '/inner']\n",
    "pathlib": "from pathlib import Path\n__path__.append(str(Path(__file__).parent / 'inner'))\n",
    "pathlib resolved": "import pathlib as l\n__path__ = [str(l.Path(__file__).resolve().parents[1] / 'other')]\n",
    "a path that is no text": "from pathlib import Path\n__path__.append(Path(__file__).parent / 'inner')\n",
    "fspath": "import os, pathlib\n__path__ = [os.fspath(pathlib.Path(__file__).parent)]\n",
    "alias of the list": "p = __path__\np.append('/a')\n",
    "slice": "__path__[:] = ['/a']\n",
    "slice of the list": "p = __path__[:]\np.append('/a')\n",
    "removed": "__path__.remove(__path__[0])\n",
    "version": "import sys\nif sys.version_info >= (3, 10):\n    __path__ = ['/new']\nelse:\n    __path__ = ['/old']\n",
    "typing": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    __path__ = []\n",
    "a directory that is there": (
        "import os\nd = os.path.join(os.path.dirname(__file__), 'inner')\nif os.path.isdir(d):\n"
        "    __path__.append(d)\n"
    ),
    "a directory that is not there": (
        "import os\nd = os.path.join(os.path.dirname(__file__), 'no')\nif not os.path.isdir(d):\n    __path__ = [d]\n"
    ),
    "conditional expression": "import sys\n__path__.append('/a' if sys.platform == 'linux' else '/b')\n",
    "try that succeeds": "try:\n    import re\nexcept ImportError:\n    __path__ = []\nelse:\n    __path__ = ['/a']\n",
    "try that fails": "try:\n    import absent.x\n    __path__ = []\nexcept ImportError:\n    __path__.append('/a')\n",
    "finally": "try:\n    pass\nfinally:\n    __path__ = ['/a']\n",
    "a class's own": "class C:\n    __path__ = []\n",
    "a reader": "import pkgutil\nfor m in pkgutil.iter_modules(__path__):\n    m\nn = len(__path__)\n",
    "in a function that is not called": "def f():\n    __path__ = []\n",
    "unpacked": "a, __path__ = 1, ['/a']\n",
    "walrus": "(__path__ := ['/a'])\n",
    "with": "import contextlib\nwith contextlib.suppress(OSError):\n    __path__ = ['/a']\n",
    "loop": "for d in ['/a', '/b']:\n    __path__.append(d)\n",
    "loop over pairs": (
        "import os\nfor a, b in (('..', 'other'), ('.', 'inner')):\n"
        "    __path__ += [os.path.abspath(os.path.join(__path__[0], a, b))]\nelse:\n    __path__.append('/end')\n"
    ),
    "loop over nothing": "for d in ():\n    __path__ = []\n",
    "comprehension": "__path__ = [p + '/inner' for p in __path__]\n",
    "comprehension with a condition": (
        "import os\n__path__ = [p for p in [*__path__, '/absent'] if os.path.isdir(p)]\n"
    ),
    "generator": "import os\n__path__.extend(os.path.join(__path__[0], d) for d in ('inner', 'no'))\n",
    "a comprehension's own name": "d = '/d'\nq = [d for d in ('/x', '/y')]\n__path__ += q + [d]\n",
    "f-string": "import os\nd = os.path.dirname(__file__)\n__path__ = [f'{d}/inner', *__path__]\n",
    "another's path": "import elsewhere\n__path__ = elsewhere.__path__\n",
    "another's path by a longer name": "import elsewhere.moved as m\n__path__ = list(m.__path__) + ['/a']\n",
    "another's path by from": "from elsewhere import moved\n__path__ += moved.__path__\n",
    "the path of a namespace package": "import spread\n__path__ = list(spread.__path__)\n",
    "chained": "q = __path__ = ['/a']\nq.append('/b')\n",
}

_UNKNOWN = {
    "environment": "import os\n__path__.append(os.environ.get('HOME', '/h'))\n",
    "function": "def f():\n    __path__.append('/a')\nf()\n",
    "global": "def f():\n    global __path__\n    __path__ = ['/a']\nf()\n",
    "its own submodule's path": "from p import inner\n__path__ = inner.__path__\n",
    "growing loop": "for d in __path__:\n    if len(__path__) < 5:\n        __path__.append(d + '/inner')\n",
    "loop with a break": "for d in ['/a', '/b']:\n    __path__.append(d)\n    break\n",
    "loops in loops in loops": (
        "for a in '/a', '/b':\n    for b in [a]:\n        for c in [b]:\n            __path__.append(c)\n"
    ),
    "long loop": f"for d in {['/a'] * 200}:\n    __path__.append(d)\n",
    "loop over the unknown": "import os\nfor d in os.listdir('/'):\n    __path__.append(d)\n",
    "comprehension over the unknown": "import os\n__path__ = [d for d in os.listdir('/')]\n",
    "the path of what is absent": (
        "try:\n    import absent as m\nexcept ImportError:\n    import os as m\n__path__ = m.__path__\n"
    ),
    "condition": "import os\nif os.environ.get('X'):\n    __path__ = []\nelse:\n    __path__.append('/a')\n",
    "passed on": "def f(p): p.append('/a')\nf(__path__)\n",
    "from elsewhere": "from other import z\n__path__ = z.__name__.split('.')\n",
    "a text": "__path__ = __file__\n",
}


@pytest.mark.parametrize("code", [*_FOLLOWED.values()], ids=[*_FOLLOWED])
def test_idioms(cpython: CPython, code: str, tmp_path: Path) -> None:
    """The whole `__path__` is known, entry for entry; some versions come with `pkg_resources`, others without."""
    Tree({**_SURROUNDINGS, "one/p/__init__.py": code, "one/p/sub/__init__.py": code}).write(tmp_path)
    _assert_same(cpython, _NAMES, tmp_path, ("one", "two", "three", "four"))
    _assert_same(cpython, _NAMES, tmp_path, ("four", "one"))


@pytest.mark.parametrize("code", [*_UNKNOWN.values()], ids=[*_UNKNOWN])
def test_what_is_not_followed(code: str, tmp_path: Path) -> None:
    """No claim is made that is not true: what CPython finds is found, or not certainly absent."""
    Tree({**_SURROUNDINGS, "one/p/__init__.py": code}).write(tmp_path)
    project = _project(tmp_path, installed()[-1], ("one",))
    path = _located(project, "p", (str(tmp_path / "one"),))
    assert path is not None
    assert any(opaque_reason(entry) for entry in path)


def test_a_module_becomes_a_package(cpython: CPython, tmp_path: Path) -> None:
    """Language reference: any module that has a `__path__` is a package."""
    code = "import os\n__path__ = [os.path.join(os.path.dirname(__file__), 'hidden')]\n"
    Tree({"m.py": code, "hidden/x.py": "", "plain.py": "", "pl/x.py": ""}).write(tmp_path)
    _assert_same(cpython, ("m", "m.x", "m.y", "plain", "plain.x"), tmp_path, (".",))


@pytest.mark.parametrize("code", [_EXTEND, _FOLLOWED["append"], _FOLLOWED["literal"]], ids=["e", "a", "l"])
def test_packages_in_archives(cpython: CPython, code: str, tmp_path: Path) -> None:
    """`zipimport`: what an `__init__` in an archive makes of its `__path__`, and what lies below."""
    with zipfile.ZipFile(tmp_path / "one.zip", "w") as archive:
        for name, text in {"p/__init__.py": code, "p/here.py": "", "p/inner/x.py": ""}.items():
            archive.writestr(name, text)
    Tree({name: text for name, text in _SURROUNDINGS.items() if not name.startswith("one")}).write(tmp_path)
    _assert_same(cpython, ("p", "p.here", "p.more", "p.most", "p.x"), tmp_path, ("one.zip", "two", "three"))


_KEEP_A_LIST = (
    *("extend_path", "extend_path by module", "declare_namespace or extend_path", "empty", "cleared"),
    *("literal", "append", "insert", "extend", "sum", "pathlib", "fspath", "alias of the list", "slice"),
    *("version", "a directory that is there", "try that fails", "with", "unpacked", "walrus", "chained"),
)


@settings(max_examples=20, deadline=None)
@given(idioms=st.lists(st.sampled_from(_KEEP_A_LIST), min_size=2, max_size=4))
def test_idioms_after_one_another(idioms: list[str]) -> None:
    """What one statement made of the list is what the next one finds."""
    code = "".join(_FOLLOWED[idiom] for idiom in idioms)
    tree = Tree(
        {**_SURROUNDINGS, "one/p/__init__.py": code, "one/p/sub/__init__.py": code, "three/p/__init__.py": ""}
    )
    with tempfile.TemporaryDirectory() as directory:
        root = tree.write(Path(directory).resolve())
        for cpython in installed():
            _assert_same(cpython, ("p", "p.sub", "p.inner.x"), root, ("one", "two", "three"))


def _assert_same(cpython: CPython, names: tuple[str, ...], root: Path, entries: tuple[str, ...]) -> None:
    """Each name has the same `__path__`, or fails with the same message."""
    path = tuple(str((root / entry).resolve()) for entry in entries)
    answers = cpython.evaluate(_SHOW, fresh=True, path=path, names=names)
    real = {name: answer for name, answer in answers.items() if answer != _WITHOUT_PKG_RESOURCES}
    project = _project(root, cpython, entries)
    assert {name: _answer(project, name, path) for name in real} == real


def _project(root: Path, cpython: CPython, entries: tuple[str, ...]) -> Project:
    settings = load_settings(
        str(root), isolated=True, environment=cpython.executable, source_roots=list(entries)
    )
    return Project(settings, (str(root),), str(root))


def _located(project: Project, name: str, path: tuple[str, ...]) -> tuple[str, ...] | None:
    answer = _answer(project, name, path)
    assert not isinstance(answer, str)
    return None if answer is None else tuple(answer)


def _answer(project: Project, name: str, path: tuple[str, ...]) -> list[str] | str | None:
    """The `__path__` of a module, or the message of its failure."""
    searched = (*path, *project.environment.path)
    resolution = resolve(project.finder, name, searched, project.package_paths.locate)
    if resolution.failure is not None:
        return resolution.failure.message
    *parents, last = [search.spec for search in resolution.searches if search.spec is not None]
    for parent in parents:
        searched = project.package_paths.locate(parent, searched) or ()
    located = project.package_paths.locate(last, searched)
    return None if located is None else list(located)
