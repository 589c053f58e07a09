"""Packages of five to ten modules that import each other, drawn by Hypothesis."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hypothesis import strategies as st
from msgspec import Struct

from tests.oracle.drawn_statements import FLAGS, Feature, Lines, Scope, Writer
from tests.trees import Tree

_PLACES: Mapping[str, str] = {
    "pkg": "pkg/__init__.py",
    "pkg.a": "pkg/a.py",
    "pkg.b": "pkg/b.py",
    "pkg.sub": "pkg/sub/__init__.py",
    "pkg.sub.d": "pkg/sub/d.py",
}
_MORE_PLACES: Mapping[str, str] = {
    "pkg.c": "pkg/c.py",
    "pkg.sub.a": "pkg/sub/a.py",
    "pkg.sub.deep": "pkg/sub/deep/__init__.py",
    "pkg.sub.deep.e": "pkg/sub/deep/e.py",
}
_MAIN_PLACES: Mapping[str, str] = {
    "pkg.__main__": "pkg/__main__.py",
    "pkg.sub.__main__": "pkg/sub/__main__.py",
}
_HEADS: Mapping[str, str] = {
    **{
        name: f"import {name}"
        for name in ("contextlib", "dataclasses", "functools", "importlib", "os", "sys")
    },
    **{name: f"import {name}" for name in ("types", "typing")},
    "TYPE_CHECKING": "from typing import TYPE_CHECKING",
}


class Drawn(Struct, frozen=True):
    """A tree of files with a package `pkg` and perhaps a module `top`, and the modules to import first or to run."""

    tree: Tree
    entries: tuple[str, ...]

    @property
    def flags(self) -> tuple[str, ...]:
        """The environment variables that its conditions ask for."""
        text = str(self.tree)
        return tuple(flag for flag in FLAGS if flag in text)


@st.composite
def packages(draw: st.DrawFn, features: frozenset[Feature], version: tuple[int, int]) -> Drawn:
    """A package whose statements are of those groups, for a CPython of that version."""
    places = {**_PLACES, **{name: place for name, place in _MORE_PLACES.items() if draw(st.booleans())}}
    if "pkg.sub.deep.e" in places:
        places["pkg.sub.deep"] = _MORE_PLACES["pkg.sub.deep"]
    if Feature.PROGRAMS in features:
        places |= {name: place for name, place in _MAIN_PLACES.items() if draw(st.booleans())}
    namespaces: set[str] = set()
    shadowed: set[str] = set()
    if Feature.LAYOUT in features:
        # one without a module would have no directory
        inits = [name for name in places if any(each.startswith(f"{name}.") for each in places)]
        namespaces = draw(st.sets(st.sampled_from(inits)))
        shadowed = draw(st.sets(st.sampled_from(["pkg/sub.py", "pkg/a/__init__.py", "pkg.py"]), max_size=1))
        if draw(st.booleans()):
            places["top"] = "top.py"
    definitions = {name: () if name in namespaces else _defined(draw, features) for name in sorted(places)}
    files: dict[str, str] = {"pyproject.toml": ""}
    for name in definitions:
        if name not in namespaces:
            is_package = places[name].endswith("__init__.py")
            writer = Writer(
                draw, name, is_package=is_package, modules=definitions, features=features, version=version
            )
            files[places[name]] = _module(writer)
    entries = _programs(files) if Feature.PROGRAMS in features else tuple(definitions)
    return Drawn(Tree({**files, **dict.fromkeys(shadowed, "X = 1\n")}), entries)


def _programs(files: Mapping[str, str]) -> tuple[str, ...]:
    """The files in both ways to run them."""
    paths = [path for path in files if path.endswith(".py")]
    modules = [path[:-3].replace("/", ".") for path in paths if not path.endswith("__init__.py")]
    return (*paths, *(f"-m {name.removesuffix('.__main__')}" for name in modules))


def _defined(draw: st.DrawFn, features: frozenset[Feature]) -> tuple[str, ...]:
    """What others can ask a module for: it is there sooner or later."""
    names = ["Y"]
    if Feature.CALLS in features:
        names += ["f", "g"]
    if Feature.CLASSES in features:
        names.append("C")
    return ("X", *(name for name in names if draw(st.booleans())))


def _module(writer: Writer) -> str:
    body = [_opening(writer)]
    most = writer.pick([2, 3, 4, 5])
    while len(body) < most and writer.pick([False, True, True, True]):
        body.append(writer.statement())
    for name in writer.names[writer.module]:
        body.insert(writer.pick([0, *range(len(body) + 1)]), _definition(writer, name))
    lines = [line for statement in body for line in statement]
    text = "\n".join(lines)
    heads = [head for name, head in _HEADS.items() if re.search(rf"\b{name}\b", text)]
    if Feature.ANNOTATIONS in writer.features and writer.once_in(4):
        heads.insert(0, "from __future__ import annotations")
    return "".join(f"{line}\n" for line in [*heads, *lines])


def _opening(writer: Writer) -> Lines:
    """What an `__init__` often starts with: imports of what is below it."""
    below = [name for name in writer.modules if name.rpartition(".")[0] == writer.module]
    if not below or not writer.once_in(4):
        return []
    tails = [name.rpartition(".")[2] for name in below]
    match writer.pick(["siblings", "modules", "names", "stars"]):
        case "siblings":
            return [f"from . import {', '.join(tails)}"]
        case "names":
            return [
                f"from .{tail} import {writer.name(name)}" for name, tail in zip(below, tails, strict=True)
            ]
        case "stars":
            return [f"from .{tail} import *" for tail in tails]
    return [f"import {name}" for name in below]


def _definition(writer: Writer, name: str) -> Lines:
    match name:
        case "f" | "g":
            return [f"def {name}(p=None, *q):", *_indented(writer.block(Scope.FUNCTION))]
        case "C":
            method = ["def f(self, *q):", *_indented(writer.block(Scope.FUNCTION, 1))]
            return ["class C:", *_indented(writer.pick([["X = 1"], method]))]
    return [f"{name} = 1"]


def _indented(lines: Lines) -> Lines:
    return [f"    {line}" for line in lines]
