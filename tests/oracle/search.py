"""One question to the finder and to a CPython, in one shape: what does each dotted name lead to?"""

from __future__ import annotations

from typing import Any

from importlint.finder.finder import Finder
from importlint.finder.resolve import resolve
from importlint.finder.spec import Kind
from tests.cpython import CPython

Answer = list[Any]
"""`[kind, origin, search locations]` of the whole name, or `[message]` of the first part that fails."""

# The walk of `_find_and_load_unlocked` without loading anything: `PathFinder._get_spec` is asked instead of
# `find_spec`, whose namespace paths look for the parent in `sys.modules`.
_WALK = """
import os, sys
from importlib.machinery import (
    BuiltinImporter, ExtensionFileLoader, FrozenImporter, PathFinder, SourceFileLoader, SourcelessFileLoader
)

LOADERS = {SourceFileLoader: "source", SourcelessFileLoader: "bytecode", ExtensionFileLoader: "extension"}

def find(name, path):
    if inside:
        for importer, kind in ((BuiltinImporter, "builtin"), (FrozenImporter, "frozen")):
            spec = importer.find_spec(name)
            if spec is not None:
                return kind, spec
    spec = PathFinder._get_spec(name, path)
    if spec is None or spec.loader is None:
        return "namespace", spec if spec and spec.submodule_search_locations else None
    kind = LOADERS.get(type(spec.loader))
    return kind or ("source" if spec.origin.endswith(".py") else "bytecode"), spec

def origin(kind, spec):
    if kind == "frozen":
        file = getattr(spec.loader_state, "filename", None)
        return file if file and os.path.isfile(file) else None
    return None if kind == "builtin" or spec.origin == "<unknown>" else spec.origin

def walk(name):
    locations, parent = path, None
    for part in name.split("."):
        full = parent + "." + part if parent else part
        if locations is None:
            return ["No module named %r; %r is not a package" % (full, parent)]
        if full not in found:
            found[full] = find(full, locations)
        kind, spec = found[full]
        if spec is None:
            return ["No module named %r" % full]
        locations, parent = spec.submodule_search_locations, full
        if spec.origin == "<unknown>" and locations:  # nothing in the archive can be loaded
            locations = []
    return [kind, origin(kind, spec), None if locations is None else list(locations)]

found = {}
sys.path_importer_cache.clear()
result = {name: walk(name) for name in names}
"""


def answers_of_cpython(
    cpython: CPython, names: list[str], path: tuple[str, ...], *, inside: bool
) -> dict[str, Answer]:
    """CPython's answer for each name; `inside` asks for built-in and frozen modules too."""
    answers: dict[str, Answer] = cpython.evaluate(_WALK, names=names, path=list(path), inside=inside)
    return answers


def answers_of_importlint(finder: Finder, names: list[str], path: tuple[str, ...]) -> dict[str, Answer]:
    """Our answer for each name."""
    return {name: _answer(finder, name, path) for name in names}


def _answer(finder: Finder, name: str, path: tuple[str, ...]) -> Answer:
    resolution = resolve(finder, name, path)
    if resolution.failure is not None:
        return [resolution.failure.message]
    spec = resolution.spec
    assert spec is not None
    assert spec.kind is not Kind.ASSUMED
    locations = None if spec.search_locations is None else list(spec.search_locations)
    return [spec.kind.value, spec.origin, locations]


def disagreements(ours: dict[str, Answer], theirs: dict[str, Answer]) -> str:
    """The names whose answers differ, as a failure should print them; empty if there is none."""
    return "\n".join(
        f"{name}:\n  importlint {ours[name]}\n  CPython    {theirs[name]}"
        for name in theirs
        if ours[name] != theirs[name]
    )
