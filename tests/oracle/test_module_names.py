"""The table of names in compiled and self-filling modules of the standard library, against the installed CPythons."""

from __future__ import annotations

from importlint.finder.standard_library import load_module_names
from importlint.syntax.namespace import ALWAYS_BOUND
from tests.cpython import CPython

NAMES = """
import importlib, io, sys, warnings
warnings.simplefilter("ignore")
sys.stdout = sys.stderr = io.StringIO()
result = {}
for module in modules:
    try:
        values = vars(importlib.import_module(module))
    except BaseException:
        continue
    result[module] = sorted(
        name for name, value in values.items()
        if type(value) is not type(sys) or value.__name__ != f"{module}.{name}"
    )
"""

STARS = """
import builtins, importlib, warnings
warnings.simplefilter("ignore")
result = {}
for module in modules:
    try:
        found = {}
        exec(f"from {module} import *", found)
    except BaseException:
        continue
    result[module] = sorted(
        name for name, value in vars(builtins).items()
        if not name.startswith("_") and found.get(name, value) is not value
    )
"""


def test_no_name_is_missing(cpython: CPython) -> None:
    """A name that the table lacks for a version is in no build of it; submodules apart."""
    table = load_module_names().of_version(cpython.version)
    real = cpython.evaluate(NAMES, fresh=True, modules=sorted(table))
    assert len(real) > 150
    for module, names in real.items():
        assert set(names) - table[module] - ALWAYS_BOUND == set(), module


def test_builtin_names(cpython: CPython) -> None:
    """Every public name of `builtins`."""
    real = set(cpython.evaluate("import builtins; result = sorted(vars(builtins))"))
    named = load_module_names().builtins(cpython.version)
    assert {name for name in real if not name.startswith("_")} == named - {"WindowsError"}


def test_builtins_that_stars_rebind(cpython: CPython) -> None:
    """IL108 says of the standard library what its stars do."""
    names = load_module_names()
    table = names.stars_of_version(cpython.version)
    modules = sorted(names.of_version(cpython.version).keys() - {"builtins"})
    real = cpython.evaluate(STARS, fresh=True, modules=modules)
    rebound = {module: set(found) for module, found in real.items() if found}
    assert rebound == {module: set(found) for module, found in table.items() if module in real}
