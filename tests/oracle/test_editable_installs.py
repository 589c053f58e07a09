"""Start-up files of editable installs, run by real interpreters and read by importlint: what is imported then?

`editable/` holds what the backends write, with `/P` for the project's directory.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from importlint.finder.environment import choose_environment
from importlint.finder.finder import Finder
from importlint.finder.resolve import resolve
from tests.cpython import CPython, run

_WRITTEN = Path(__file__).parent / "editable"
_SETUPTOOLS = sorted(_WRITTEN.glob("setuptools-*.txt"))

_IMPORT = """
import importlib, json, sys
def imported(name):
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        return [str(error)]
    path = getattr(module, "__path__", None)
    return [getattr(module, "__file__", None), path and list(path)]
print(json.dumps({name: imported(name) for name in sys.argv[1:]}))
"""

_PROJECT = (
    *("flat/__init__.py", "flat/inner.py", "flat/data/module.py", "single_module.py", "other.py"),
    *("lib/remapped/__init__.py", "lib/remapped/sub/__init__.py", "lib/remapped/sub/deep.py"),
    *("inner/__init__.py", "inner/leaf.py", "portion1/one.py", "portion1/deep/bottom.py", "portion2/two.py"),
)
_SETUPTOOLS_NAMES = (
    *(
        "flat",
        "flat.inner",
        "flat.data",
        "flat.data.module",
        "flat.absent",
        "single",
        "other",
        "remap.sub.deep",
    ),
    *("ns", "ns.inner", "ns.inner.leaf", "ns.absent", "portions", "portions.one", "portions.two"),
    *("portions.deep", "portions.deep.bottom", "portions.absent", "remap", "remap.sub", "single.below"),
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name in _PROJECT:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


@pytest.fixture
def site_packages(cpython: CPython, tmp_path: Path) -> Path:
    """The site directory of an empty virtual environment."""
    place = tmp_path / "env"
    made = cpython.run(["-m", "venv", "--without-pip", str(place)], tmp_path)
    assert made.returncode == 0, made.stderr
    return next(place.glob("lib/python3.*/site-packages"))


def _assert_same(site_packages: Path, names: tuple[str, ...], cwd: Path) -> dict[str, list[object]]:
    """Each name leads to the same file and `__path__`, or fails with the same message."""
    executable = str(site_packages.parents[2] / "bin" / "python")
    answer = run(executable, ["-c", _IMPORT, *names], cwd)
    assert answer.returncode == 0, answer.stderr
    real: dict[str, list[object]] = json.loads(answer.stdout)
    environment = choose_environment(executable, "/", {"PYTHONNOUSERSITE": "1"})
    finder = Finder(environment)
    assert {name: _resolved(finder, name, (str(cwd), *environment.path)) for name in names} == real
    assert not environment.notes
    return real


def _resolved(finder: Finder, name: str, path: tuple[str, ...]) -> list[object]:
    resolution = resolve(finder, name, path)
    if resolution.spec is None:
        return [resolution.failure and resolution.failure.message]
    locations = resolution.spec.search_locations
    return [resolution.spec.origin, None if locations is None else list(locations)]


@pytest.mark.parametrize("written", _SETUPTOOLS, ids=lambda path: path.stem)
def test_setuptools_finder(written: Path, project: Path, site_packages: Path, tmp_path: Path) -> None:
    """A mapping with a remapped and a nested package, a module, and namespaces of three shapes."""
    finder = written.read_text().replace("/P", str(project))
    (site_packages / "__editable___demo_1_0_finder.py").write_text(finder)
    line = "import __editable___demo_1_0_finder; __editable___demo_1_0_finder.install()\n"
    (site_packages / "__editable__.demo-1.0.pth").write_text(line)
    cwd = tmp_path / "elsewhere"
    cwd.mkdir()
    (cwd / "portions" / "deep").mkdir(parents=True)
    (cwd / "portions" / "local.py").touch()
    real = _assert_same(site_packages, (*_SETUPTOOLS_NAMES, "portions.local"), cwd)
    assert real["flat.inner"][0] == str(project / "flat" / "inner.py")


def test_setuptools_finder_is_asked_last(cpython: CPython, project: Path, site_packages: Path) -> None:
    """A directory of the package's name on the path, without `__init__`, hides the package but not its modules."""
    test_setuptools_finder(_SETUPTOOLS[-1], project, site_packages, project.parent)
    cwd = project.parent / "shadow"
    (cwd / "flat").mkdir(parents=True)
    real = _assert_same(site_packages, ("flat", "flat.inner", "single"), cwd)
    assert real["flat"] == [None, [str(cwd / "flat")]]


def test_editables_redirector(project: Path, site_packages: Path, tmp_path: Path) -> None:
    """Exact files for top-level names; everything below follows from them."""
    (site_packages / "editables").mkdir()
    (site_packages / "editables" / "__init__.py").touch()
    redirector = (_WRITTEN / "editables-redirector.txt").read_text()
    (site_packages / "editables" / "redirector.py").write_text(redirector)
    (site_packages / "_editable_impl_demo.py").write_text(
        "from editables.redirector import RedirectingFinder as F\nF.install()\n"
        f"F.map_module('flat', {str(project / 'flat' / '__init__.py')!r})\n"
        f"F.map_module('single', {str(project / 'single_module.py')!r})\n"
    )
    (site_packages / "_editable_impl_demo.pth").write_text("import _editable_impl_demo\n")
    _assert_same(site_packages, ("flat", "flat.inner", "flat.absent", "single", "single_module"), tmp_path)


def test_namespace_made_at_start(project: Path, site_packages: Path, tmp_path: Path) -> None:
    """`-nspkg.pth`: the `__init__` in its portion never runs, and other portions are found."""
    (site_packages / "old" / "inner").mkdir(parents=True)
    (site_packages / "old" / "inner" / "__init__.py").touch()
    (site_packages / "demo-nspkg.pth").write_text(
        "import sys, types, os;has_mfs = sys.version_info > (3, 5);"
        "p = os.path.join(sys._getframe(1).f_locals['sitedir'], *('old',));"
        "importlib = has_mfs and __import__('importlib.util');"
        "has_mfs and __import__('importlib.machinery');"
        "m = has_mfs and sys.modules.setdefault('old', importlib.util.module_from_spec("
        "importlib.machinery.PathFinder.find_spec('old', [os.path.dirname(p)])));"
        "m = m or sys.modules.setdefault('old', types.ModuleType('old'));"
        "mp = (m or []) and m.__dict__.setdefault('__path__',[]);(p not in mp) and mp.append(p)\n"
    )
    other = tmp_path / "cwd"
    (other / "old").mkdir(parents=True)
    (other / "old" / "local.py").touch()
    _assert_same(site_packages, ("old.inner", "old.local", "old.absent"), other)
    (other / "old" / "__init__.py").write_text("raise SystemExit('ran')")
    _assert_same(site_packages, ("old.inner", "old.local"), other)


def test_setuptools_own_distutils(cpython: CPython, site_packages: Path, tmp_path: Path) -> None:
    """`distutils-precedence.pth` puts setuptools' copy before the standard library's, even where that is gone."""
    (site_packages / "setuptools" / "_distutils").mkdir(parents=True)
    for name in (
        "setuptools/__init__.py",
        "setuptools/_distutils/__init__.py",
        "setuptools/_distutils/core.py",
    ):
        (site_packages / name).touch()
    hack = "\n".join(
        [
            "import importlib, importlib.abc, importlib.util, sys",
            "class Finder:",
            "    def find_spec(self, fullname, path, target=None):",
            "        if path is None and fullname == 'distutils':",
            "            module = importlib.import_module('setuptools._distutils')",
            "            class Loader(importlib.abc.Loader):",
            "                def create_module(self, spec):",
            "                    module.__name__ = 'distutils'",
            "                    return module",
            "                def exec_module(self, module): pass",
            "            return importlib.util.spec_from_loader('distutils', Loader(), origin=module.__file__)",
            "def add_shim(): sys.meta_path.insert(0, Finder())",
        ]
    )
    (site_packages / "_distutils_hack.py").write_text(hack)
    (site_packages / "distutils-precedence.pth").write_text(
        "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') == 'local'; "
        "enabled and __import__('_distutils_hack').add_shim(); \n"
    )
    real = _assert_same(site_packages, ("distutils", "distutils.core", "distutils.absent"), tmp_path)
    assert "setuptools" in str(real["distutils.core"][0])
