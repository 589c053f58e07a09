"""The cycle rules against CPython: packages whose modules import each other, drawn by Hypothesis.

What IL301 and IL302 say of entries is what happens. A remedy, typed into the files, makes every entry work that the
finding promises, and functions can still be called. Lines that IL303 names break the import when exchanged.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from importlint.config import load_settings
from importlint.crashes import Crash, find_crashes
from importlint.machine import changes
from importlint.machine.trace import Failure
from importlint.project import Project
from importlint.remedies import TRIED, find_remedy
from importlint.swaps import failure_of, find_swaps
from tests.cpython import CPython, installed
from tests.edits import edited
from tests.trees import Tree

EXAMPLES = 3000 if os.environ.get("IMPORTLINT_WHOLE") == "1" else 60
MODULES = ("pkg", "pkg.a", "pkg.b", "pkg.c")

_IMPORT_ALL = """
import importlib, os, sys, types
sys.path.insert(0, root)
sys.dont_write_bytecode = True
try:
    importlib.import_module(entry)
    result = ""
    for name in also:
        importlib.import_module(name)
    for name in also:
        for value in list(vars(sys.modules[name]).values()):
            if isinstance(value, types.FunctionType):
                try:
                    value()
                except AttributeError:
                    pass  # some read what is not there
except BaseException as error:
    result = f"{type(error).__name__}: {error}"
"""


def outcome(cpython: CPython, root: Path, entry: str, also: Sequence[str] = ()) -> str:
    """The exception of importing `entry` first, then `also`, then calling their functions; empty if there is none."""
    answer: str = cpython.evaluate(_IMPORT_ALL, fresh=True, root=str(root), entry=entry, also=list(also))
    return answer


@st.composite
def cyclic_packages(draw: st.DrawFn) -> dict[str, str]:
    """Four modules with constants, functions and classes of their own, and imports of the others' anywhere."""
    files: dict[str, str] = {"pyproject.toml": ""}
    for module in MODULES:
        path = "pkg/__init__.py" if module == "pkg" else f"{module.replace('.', '/')}.py"
        files[path] = draw(_module(module))
    return files


@st.composite
def _module(draw: st.DrawFn, module: str) -> str:
    short = module.rpartition(".")[2]
    imports: list[str] = []
    called: list[str] = []
    read: list[str] = []
    for other in draw(st.lists(st.sampled_from(MODULES), max_size=3 if module == "pkg" else 2, unique=True)):
        if other == module:
            continue
        there = other.rpartition(".")[2]
        owner = (
            draw(st.sampled_from(("pkg", "a", "b", "c"))) if other == "pkg" else there
        )  # passed on, perhaps
        name = f"{owner}_{draw(st.sampled_from(('one', 'two', 'three')))}"
        form = draw(st.sampled_from(("from", "from", "from", "import", "submodule")))
        if form == "from":
            imports.append(f"from {other} import {name}")
            use = name
        elif form == "import":
            imports.append(f"import {other}")
            use = f"{other}.{name}"
        elif other == "pkg":
            continue
        else:
            imports.append(f"from pkg import {there}")
            use = f"{there}.{name}"
        kind = draw(st.sampled_from(("called", "called", "read", "passed on")))
        if kind == "called":
            called.append(use)
        elif kind == "read":
            read.append(use)
    own = [
        f"{short}_one = 1",
        "\n".join([f"def {short}_two():", *(f"    {use}" for use in called), "    return 2"]),
        f"class {short}_three:\n    pass",
        *(f"{short}_read_{index} = {use}" for index, use in enumerate(read)),
    ]
    position = draw(st.sampled_from((0, 0, 1, 2)))
    return "\n".join([*own[:position], *imports, *own[position:]]) + "\n"


@settings(max_examples=EXAMPLES)
@given(files=cyclic_packages(), cpython=st.sampled_from(installed()))
@example(
    files={
        "pyproject.toml": "",
        "pkg/__init__.py": "",
        "pkg/a.py": "from pkg.b import b_two\ndef a_two():\n    b_two()\n",
        "pkg/b.py": "from pkg.a import a_two\ndef b_two():\n    return a_two\n",
    },
    cpython=installed()[-1],
)
def test_crashes_and_remedies(files: dict[str, str], cpython: CPython) -> None:
    """IL301 and IL302: which entries fail and which work; and what cures a crash cures it."""
    with Tree(files).written() as root:
        project = _project(root, cpython)
        for cycle in project.cycles:
            for crash in find_crashes(project, cycle):
                assert _is_told(outcome(cpython, root, crash.entry), crash.failure), (
                    f"{crash.entry}\n{Tree(files)}"
                )
                for entry in crash.failing:
                    assert outcome(cpython, root, entry), f"{entry}\n{Tree(files)}"
                _check_remedy(project, crash, files, cpython)


def _check_remedy(project: Project, crash: Crash, files: Mapping[str, str], cpython: CPython) -> None:
    remedy = find_remedy(project, crash, TRIED)
    if remedy is None:
        return
    before = project.facts(remedy.path)
    path = os.path.relpath(remedy.path, project.cwd)
    after = {**files, path: edited(files[path], before, remedy.facts)}  # type: ignore[arg-type]
    working = [entry for entry, trace in crash.cycle.traces.items() if trace.error is None]
    entries = sorted({*crash.failing, *working})
    is_whole = len(entries) == len(crash.cycle.traces)  # nothing else is wrong with any of them
    with Tree(after).written() as root:
        for entry in entries:
            failed = outcome(cpython, root, entry, entries if is_whole else ())
            assert not failed, f"{entry}: {failed}\n{remedy.advice}\n{Tree(files)}{Tree({path: after[path]})}"


@settings(max_examples=EXAMPLES)
@given(files=cyclic_packages(), cpython=st.sampled_from(installed()))
@example(
    files={
        "pyproject.toml": "",
        "pkg/__init__.py": "from pkg.a import a_one\nfrom pkg.b import b_one\n",
        "pkg/a.py": "a_one = 1\n",
        "pkg/b.py": "from pkg import a_one\nb_one = a_one\n",
    },
    cpython=installed()[-1],
)
def test_lines_that_must_keep_their_order(files: dict[str, str], cpython: CPython) -> None:
    """IL303: the entry works as it is, and fails as predicted with the two lines exchanged."""
    with Tree(files).written() as root:
        project = _project(root, cpython)
        for swap in find_swaps(project):
            failure = failure_of(project, swap, may_run=True)
            if failure is None:
                continue
            assert not outcome(cpython, root, swap.run.entry), f"{swap.run.entry}\n{Tree(files)}"
            facts = changes.exchanged(swap.facts, swap.upper, swap.lower)
            path = os.path.relpath(swap.module.path, root)
            after = {**files, path: edited(files[path], swap.facts, facts)}
            with Tree(after).written() as changed:
                assert _is_told(outcome(cpython, changed, swap.run.entry), failure), str(Tree(after))


def _is_told(outcome: str, failure: Failure) -> bool:
    """Whether CPython's message is about the same; 3.13 adds a path to some."""
    names = (f"'{failure.missing_name}'", f"'{failure.from_module}'")
    return outcome.startswith(f"{failure.type}: ") and all(name in outcome for name in names)


def _project(root: Path, cpython: CPython) -> Project:
    version = f"{cpython.version[0]}.{cpython.version[1]}"
    settings = load_settings(
        str(root), path=[], python_version=version, platform=sys.platform, source_roots=["."]
    )
    return Project(settings, ("pkg",), cwd=str(root))
