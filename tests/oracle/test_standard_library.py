"""The tables of the standard library against the CPythons that are installed."""

import json
from pathlib import Path

import pytest
from msgspec import structs

from importlint.finder.environment import choose_environment
from importlint.finder.finder import Finder
from importlint.finder.resolve import resolve
from importlint.finder.standard_library import load_standard_library
from importlint.target import Target
from tests.cpython import CPython, installed, interpreters, run

_PRESENT = """
import sys
from importlib.machinery import BuiltinImporter, FrozenImporter, PathFinder
path = [entry for entry in sys.path[1:] if "-packages" not in entry]
finders = [BuiltinImporter.find_spec, FrozenImporter.find_spec, lambda name: PathFinder.find_spec(name, path)]
result = [name for name in names if any(find(name) for find in finders)]
"""

_SHADOWED = """
import sys
at_start = set(sys.modules)
local = []
for name in sys.argv[1:]:
    specs = () if name in at_start else (finder.find_spec(name, None) for finder in sys.meta_path)
    origin = next((spec.origin for spec in specs if spec), None)
    if origin and origin.startswith(sys.path[0]):
        local.append(name)
print("\\n".join(local))
"""


def _present(cpython: CPython) -> set[str]:
    """The names of the tables that a CPython really has."""
    return set(cpython.evaluate(_PRESENT, names=sorted(load_standard_library().modules)))


@pytest.mark.parametrize("other", installed(), ids=repr)
def test_names_of_another_version(cpython: CPython, other: CPython) -> None:
    """With the files of one version, the names of another are told from those that it lacks."""
    environment = choose_environment(cpython.executable, "/", {"PYTHONNOUSERSITE": "1"})
    environment = structs.replace(environment, finders=())  # setuptools may bring a distutils of its own
    finder = Finder(environment, Target(version=other.version))
    everywhere = set.union(*(_present(one) for one in installed()))
    found = {name for name in everywhere if finder.find(name, environment.path).spec}
    assert found == _present(other)


def test_builtin_names(cpython: CPython) -> None:
    """Every build of a version has the built-in modules of the table."""
    builds = [one for one in interpreters() if one.version == cpython.version]
    real = [set(one.evaluate("import sys; result = sys.builtin_module_names")) for one in builds]
    assert load_standard_library().builtin_names(Target(version=cpython.version)) == set.intersection(*real)


def test_frozen_names(cpython: CPython) -> None:
    """`_imp._frozen_module_names`, which exists since 3.11."""
    table = load_standard_library().frozen.items()
    covered = {name for name, module in table if module.covers(Target(version=cpython.version))}
    found = "import _imp; result = [name for name in names if _imp.is_frozen(name)]"
    assert covered == set(cpython.evaluate(found, names=[name for name, _ in table]))
    if cpython.version >= (3, 11):
        assert covered == set(cpython.evaluate("import _imp; result = _imp._frozen_module_names()"))


def test_what_a_script_directory_can_hide(cpython: CPython, tmp_path: Path) -> None:
    """A file beside the script hides a standard library module, unless start-up or the interpreter was first."""
    made = cpython.run(["-m", "venv", "--without-pip", str(tmp_path / "env")], tmp_path)
    assert made.returncode == 0, made.stderr
    beside = tmp_path / "beside"
    beside.mkdir()
    names = sorted(load_standard_library().modules)
    for name in names:
        (beside / f"{name}.py").touch()
    (beside / "the_script.py").write_text(_SHADOWED)
    executable = str(tmp_path / "env" / "bin" / "python")
    answer = run(executable, ["the_script.py", *names], beside)
    assert answer.returncode == 0, answer.stderr
    environment = choose_environment(executable, "/", {})
    finder = Finder(environment)
    specs = {name: finder.find(name, (str(beside), *environment.path)).spec for name in names}
    hidden = {name for name, spec in specs.items() if spec and (spec.origin or "").startswith(str(beside))}
    assert hidden == set(answer.stdout.split())


def test_aliases(cpython: CPython) -> None:
    """Names that importing the parent puts into `sys.modules`: they can be imported although nothing finds them."""
    environment = choose_environment(cpython.executable, "/", {})
    finder = Finder(environment)
    names = sorted(load_standard_library().aliases)
    program = """
import importlib, sys
def importable(name):
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True
result = [name for name in names if importable(name)]
"""
    ours = [name for name in names if resolve(finder, name, environment.path).spec]
    assert ours == cpython.evaluate(program, names=names, fresh=True)


def test_every_lifetime_is_in_order() -> None:
    """The tables name modelled versions only, and no module is gone before it came."""
    library = load_standard_library()
    versions = [(3, minor) for minor in range(8, 16)]
    for table in (library.modules, library.builtin_posix, library.builtin_windows, library.frozen):
        for name, lifetime in table.items():
            assert any(lifetime.in_version(version) for version in versions), name


def test_decoded_tables_know_no_other_keys() -> None:
    """A misspelt key would be ignored when the tables are read."""
    path = Path(load_standard_library.__code__.co_filename).parents[1] / "data" / "standard_library.json"
    keys = {
        key for table in json.loads(path.read_bytes()).values() for item in table.values() for key in item
    }
    assert keys <= {"since", "removed", "platform", "package", "file", "target"}
