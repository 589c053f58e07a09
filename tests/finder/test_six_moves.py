"""`six.moves`, from the shapes that `six.py` has: a table of moved modules, and calls that add virtual ones."""

from pathlib import Path

import pytest

from importlint.finder.environment import explicit_path
from importlint.finder.finder import Finder
from importlint.finder.resolve import resolve
from tests.cpython import installed
from tests.trees import Tree

_SIX = """
import importlib.util, sys, types

class _Importer:
    def __init__(self): self.known = {}
    def _add_module(self, module, *names):
        self.known.update((__name__ + "." + name, module) for name in names)
    def find_spec(self, name, path, target=None):
        return importlib.util.spec_from_loader(name, self) if name in self.known else None
    def create_module(self, spec): return self.known[spec.name]
    def exec_module(self, module): pass

class MovedModule:
    def __init__(self, name, *rest): self.name = name

class MovedAttribute(MovedModule): pass

_importer = _Importer()
_moved_attributes = [
    MovedAttribute("range", "__builtin__", "builtins", "xrange", "range"),
    MovedModule("configparser", "ConfigParser"),
    MovedModule("http_client", "httplib", "http.client"),
    MovedModule("urllib_parse", __name__ + ".moves.urllib_parse", "urllib.parse"),
]
for attr in _moved_attributes:
    if type(attr) is MovedModule:
        _importer._add_module(types.ModuleType(attr.name), "moves." + attr.name)
moves = types.ModuleType("moves")
moves.__path__ = []
_importer._add_module(moves, "moves")
_importer._add_module(types.ModuleType("parse"), "moves.urllib_parse", "moves.urllib.parse")
urllib = types.ModuleType("urllib")
urllib.__path__ = []
_importer._add_module(urllib, "moves.urllib")
__path__ = []
sys.meta_path.append(_importer)
"""


@pytest.mark.parametrize("package", ["", "vendored."])
def test_moved_modules(package: str, tmp_path: Path) -> None:
    """What `importlib.util.find_spec` finds is found, for six itself and for a copy inside a package."""
    Tree({"six.py": _SIX, "vendored/__init__.py": "", "vendored/six.py": _SIX, "other.py": ""}).write(
        tmp_path
    )
    finder = Finder(explicit_path((), {}))
    names = ["six", "six.moves", "six.absent", "other", "other.moves"]
    below = [
        "configparser",
        "http_client",
        "range",
        "absent",
        "urllib",
        "urllib.parse",
        "urllib.absent",
        "urllib_parse",
    ]
    names = [package + name for name in (*names, *(f"six.moves.{name}" for name in below)) if name != "other"]
    ours = [name for name in names if resolve(finder, name, (str(tmp_path),)).spec]
    assert f"{package}six.moves.urllib.parse" in ours
    program = f"""
import importlib
for name in {names!r}:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        continue
    print(name)
"""
    for cpython in installed():
        answer = cpython.run(["-c", program], tmp_path)
        assert answer.stdout.split() == ours, answer.stderr


def test_a_file_that_is_no_six(tmp_path: Path) -> None:
    """A syntax error in `six.py` leaves `six.moves` without names, and without an exception."""
    Tree({"six.py": "def :\n"}).write(tmp_path)
    assert resolve(Finder(explicit_path((), {})), "six.moves.urllib", (str(tmp_path),)).failure
