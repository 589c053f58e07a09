"""Generated projects: the same ones every time, which Python can import."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.generate import Shape, generate, write
from importlint.config import load_settings
from importlint.graph.components import strongly_connected_components
from importlint.project import Project
from importlint.syntax.flow import Phase

SHAPES = [Shape(modules=60), Shape(modules=60, giant=0.4), Shape(modules=7)]

_IMPORT_EACH = """
import dataclasses, json, os, sys, typing
failed = {}
for name in json.loads(sys.argv[1]):
    reading, writing = os.pipe()
    if not os.fork():
        try:
            __import__(name)
        except Exception as error:
            os.write(writing, f"{type(error).__name__}: {error}".encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        message = file.read()
    os.wait()
    if message:
        failed[name] = message
print(json.dumps(failed))
"""


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_shape_is_one_project(shape: Shape) -> None:
    files = list(generate(shape))
    assert files == list(generate(shape))
    assert len({path for path, _ in files}) == len(files) == shape.modules


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_cpython_imports_each_module_first(shape: Shape, tmp_path: Path) -> None:
    """Each one works but the second ones of crashing pairs, which other modules leave alone."""
    write(shape, tmp_path)
    names = [module.name for module in project(tmp_path).modules.values()]
    command = [sys.executable, "-c", _IMPORT_EACH, json.dumps(names)]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    failed: dict[str, str] = json.loads(answer.stdout)
    assert all("partially initialized module" in message for message in failed.values()), failed
    assert len(names) == shape.modules
    assert len(failed) <= shape.modules // 20


def test_the_giant_is_one_component(tmp_path: Path) -> None:
    write(Shape(modules=60, giant=0.4), tmp_path)
    loads = project(tmp_path).graph.successors((Phase.IMPORT_TIME,), implicit=False)
    largest = max(strongly_connected_components(loads), key=len)
    modules = sum(not path.endswith("__init__.py") for path, _ in generate(SHAPES[1]))
    assert len(largest) == round(0.4 * modules)


def test_the_same_kinds_of_imports_as_in_real_projects(tmp_path: Path) -> None:
    """Those in functions and for type checkers too, and targets that many share."""
    write(Shape(modules=60), tmp_path)
    graph = project(tmp_path).graph
    own = [edge for edge in graph.edges if edge.imported in graph.modules and not edge.implicit]
    assert {edge.phase for edge in own} == {
        Phase.IMPORT_TIME.value,
        Phase.DEFERRED.value,
        Phase.TYPING.value,
    }
    shares = sorted(len(graph.importers.get(module, ())) for module in graph.modules)
    assert shares[-1] > 10 * max(1, shares[len(shares) // 2])


def project(directory: Path) -> Project:
    """The project in a directory, as importlint reads it."""
    return Project(load_settings(str(directory), isolated=True), (str(directory),), str(directory))
