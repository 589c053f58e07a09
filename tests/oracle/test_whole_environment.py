"""Every name of an interpreter's own path, and as many absent ones, against the finders of that interpreter."""

import os
import random

from msgspec import structs

from importlint.finder.environment import choose_environment
from importlint.finder.finder import Finder
from tests.cpython import CPython
from tests.oracle.search import answers_of_cpython, answers_of_importlint, disagreements

_ONLY_IN_THE_CACHE = {"importlib._bootstrap", "importlib._bootstrap_external"}
"""Importing `importlib` puts these into `sys.modules`: no finder is ever asked for them."""


def test_every_first_and_second_level_name(cpython: CPython) -> None:
    """Built-in and frozen modules, extension modules, packages, data directories, and names that nothing has."""
    environment = choose_environment(cpython.executable, "/", {"PYTHONNOUSERSITE": "1"})
    environment = structs.replace(environment, finders=())  # CPython's own finders alone
    present = _names_on(environment.path, cpython)
    names = sorted((present | _absent(present)) - _ONLY_IN_THE_CACHE)
    ours = answers_of_importlint(Finder(environment), names, environment.path)
    theirs = answers_of_cpython(cpython, names, environment.path, inside=True)
    assert len(names) > 3000
    assert disagreements(ours, theirs) == ""


def _names_on(path: tuple[str, ...], cpython: CPython) -> set[str]:
    """What the listings of the path's directories could be called, two levels deep, and what has no file."""
    names = set(cpython.evaluate("import sys; result = sorted(sys.builtin_module_names)"))
    for entry in path:
        for name in _listed(entry):
            names.add(name)
            names |= {f"{name}.{inner}" for inner in _listed(os.path.join(entry, name))}
    return names | {"__hello__", "__phello__", "__phello__.spam", "__hello_alias__", "__phello_alias__.spam"}


def _listed(directory: str) -> set[str]:
    if not os.path.isdir(directory):
        return set()
    return {name.partition(".")[0] for name in os.listdir(directory)} - {""}


def _absent(present: set[str]) -> set[str]:
    """As many names that are near to present ones."""
    chosen = random.Random(0)
    letters = "abcxyz_"
    return {f"{name}{chosen.choice(letters)}" for name in present} | {
        f"{name}.absent" for name in sorted(present)[::9]
    }
