"""CPython's own test data for circular imports: each module of it as an entry, in each version that ships it.

The data are the directory `data/circular_imports` of `test.test_import`, whose modules import each other by their full
names. Here its parents are empty packages, so that nothing but the data is imported.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from importlint.config import load_settings
from importlint.project import Project
from tests.cpython import CPython, installed
from tests.oracle.agreement import difference
from tests.oracle.recorder import record
from tests.trees import Tree

_DATA = Path("test", "test_import", "data", "circular_imports")

_FIND = f"import os; result = os.path.join(os.path.dirname(os.__file__), {str(_DATA)!r})"


def _shipping() -> list[tuple[CPython, Path]]:
    """The CPythons that have the data, and where."""
    places = [(cpython, Path(cpython.evaluate(_FIND))) for cpython in installed()]
    return [(cpython, place) for cpython, place in places if place.is_dir()]


def _name(value: object) -> str:
    return repr(value) if isinstance(value, CPython) else "its data"


@pytest.mark.parametrize(("cpython", "place"), _shipping(), ids=_name)
def test_every_module_as_an_entry(cpython: CPython, place: Path, tmp_path: Path) -> None:
    """Outcome, message, place, missing name and order, as this version has them."""
    Tree({"test/__init__.py": "", "test/test_import/__init__.py": ""}).write(tmp_path)
    shutil.copytree(place, tmp_path / _DATA, ignore=shutil.ignore_patterns("__pycache__"))
    settings = load_settings(
        str(tmp_path),
        environment=cpython.executable,
        python_version="{}.{}".format(*cpython.version),
        platform=sys.platform,
        source_roots=["."],
    )
    project = Project(settings, ("test",), cwd=str(tmp_path))
    entries = sorted(module.name for module in project.given_modules)
    assert len(entries) > 15
    recorded = record(cpython, tmp_path, ("test",), entries)
    assert any(run.error for (run,) in recorded)
    wrong = {
        entry: kind
        for entry, these in zip(entries, recorded, strict=True)
        if (kind := difference(project.runs.trace(entry), these))
    }
    assert wrong == {}


def test_there_are_some() -> None:
    assert _shipping()
