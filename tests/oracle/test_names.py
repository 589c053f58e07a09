"""The names of modules against CPython: what the text is said not to bind must not be there after the import."""

from __future__ import annotations

import os
import random
from pathlib import Path

from importlint.config import load_settings
from importlint.finder.spec import Kind, Spec
from importlint.project import Project
from tests.cpython import CPython

NAMES_OF = """
import importlib, io, os, sys, warnings
warnings.simplefilter("ignore")
sys.stdout = sys.stderr = io.StringIO()
try:
    module = importlib.import_module(name)
    result = sorted(vars(module)) if getattr(module, "__file__", None) == path else None
except BaseException:
    result = None
"""

LOUD = {
    "antigravity",
    "idlelib",
    "turtledemo",
    "test",
    "lib2to3",
    "this",
    "__phello__",
    "ensurepip",
    "site-packages",
}
"""Directories and modules of the standard library that act when they are imported."""

WHOLE = os.environ.get("IMPORTLINT_WHOLE") == "1"
"""`IMPORTLINT_WHOLE=1` asks about every module instead of a sample."""


def _modules(library: Path) -> dict[str, Path]:
    found = {}
    for path in sorted(library.rglob("*.py")):
        parts = path.relative_to(library).with_suffix("").parts
        if LOUD.isdisjoint(parts) and "__main__" not in parts and all(part.isidentifier() for part in parts):
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    chosen = found if WHOLE else random.Random(3).sample(sorted(found), 60)
    return {name: found[name] for name in chosen}


def test_no_name_is_missed(cpython: CPython) -> None:
    """`from m import x` is reported only for names that `m` does not have."""
    library = Path(cpython.evaluate("import os; result = os.path.dirname(os.__file__)"))
    settings = load_settings(str(library), isolated=True, environment=cpython.executable)
    modules = _modules(library)
    project = Project(settings, tuple(map(str, modules.values())), cwd=str(library))
    closed = 0
    for name, path in modules.items():
        exports = project.exports.of(Spec(name=name, kind=Kind.SOURCE, origin=str(path)))
        real = cpython.evaluate(NAMES_OF, fresh=True, name=name, path=str(path))
        if exports is None or real is None:
            continue
        closed += 1
        beside = {found.name.split(".")[0] for found in path.parent.iterdir()}
        submodules = beside if path.name == "__init__.py" else set()
        assert set(real) - exports - submodules == set(), name
    assert closed >= 30, "hardly any module's names are known"
