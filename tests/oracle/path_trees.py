"""Search paths of the nasty kind, drawn by Hypothesis: twins, portions, links, devices, archives, foreign suffixes."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

from hypothesis import strategies as st
from msgspec import Struct

NAMES = ("a", "b", "A")
"""Every name that is asked for; few, so that they meet."""


class Leaf(Struct, frozen=True):
    """Something that is no directory: a regular file, a named pipe, or a link to `target`."""

    target: str | None = None
    is_pipe: bool = False
    bytecode: str = "unchecked"
    """What a `.pyc` file holds, by the keys of `Bytecode`."""


class Archive(Struct, frozen=True):
    """A zip file of a directory, with or without entries for its directories."""

    content: Mapping[str, Node]
    lists_directories: bool
    prefix: bytes = b""


Bytecode = Mapping[str, bytes]
"""Contents of `.pyc` files: `unchecked`, `dated` as the files of archives are, `old`, or `foreign`."""

DATE = (2024, 2, 3, 4, 5, 6)
"""When every file in an archive was modified, in the machine's time zone."""

Node = Leaf | Mapping[str, "Node"]
Entry = Mapping[str, Node] | Archive | Leaf | None

_SUFFIXES = (
    *(".py", ".py", ".py", ".pyc", ".EXT", ".so", ".abi3.so", ".pyi", ".pyd", ".pyw", ".PY"),
    *(".cpython-27-x86_64-linux-gnu.so", ".egg-link", ".py.py", ""),
)
FILE = Leaf()
"""A regular file."""
_LINKS = (".", "..", "a", "b.py", "absent", "/dev/null", "../a", "a/__init__.py")
_FILES = st.sampled_from([f"{name}{suffix}" for name in ("a", "a", "b", "A") for suffix in _SUFFIXES])
_INITS = st.sampled_from(
    [f"__init__{suffix}" for suffix in (".py", ".py", ".pyc", ".EXT", ".so", ".pyi", "", ".PY")]
)
_PLAIN = st.sampled_from([FILE, *(Leaf(bytecode=kind) for kind in ("dated", "old", "foreign"))])
_LEAVES = st.one_of(
    *[st.just(FILE)] * 4,
    st.just(Leaf(is_pipe=True)),
    st.sampled_from(_LINKS).map(lambda target: Leaf(target)),
)


def _directories(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Mapping[str, Node]]:
    own = st.dictionaries(_INITS, st.just(FILE) | children, max_size=2)
    modules = st.dictionaries(_FILES, st.just(FILE) | children, max_size=6)
    packages = st.dictionaries(st.sampled_from(NAMES), children, max_size=3)
    return st.builds(lambda *parts: {**parts[0], **parts[1], **parts[2]}, own, modules, packages)


_TREES = _directories(st.recursive(_LEAVES, _directories, max_leaves=12))
_PLAIN_FILES = st.sampled_from(
    [f"{name}{suffix}" for name in (*NAMES, "__init__") for suffix in (".py", ".pyc")]
)
_PLAIN_TREES = st.recursive(
    st.dictionaries(_PLAIN_FILES, _PLAIN, max_size=3),
    lambda inner: st.builds(
        lambda files, packages: {**files, **packages},
        st.dictionaries(_PLAIN_FILES, _PLAIN, max_size=3),
        st.dictionaries(st.sampled_from(NAMES), inner, max_size=2),
    ),
    max_leaves=8,
)
_ARCHIVES = st.builds(Archive, _PLAIN_TREES, st.booleans(), st.sampled_from([b"", b"#!/usr/bin/python\n"]))

search_paths: st.SearchStrategy[list[Entry]] = st.lists(
    st.one_of(_TREES, _TREES, _TREES, _ARCHIVES, st.just(FILE), st.none()), min_size=1, max_size=4
)
"""The entries of a search path: directories, archives, a text file, nothing at all."""


def write_path(entries: list[Entry], root: Path, bytecode: Bytecode, extension: str) -> tuple[str, ...]:
    """Write the entries below `root`; the search path, on which archives are followed by a place inside them.

    `.EXT` in a name becomes `extension`.
    """
    path: list[str] = []
    for number, entry in enumerate(entries):
        place = root / f"entry{number}"
        path.append(str(place))
        if isinstance(entry, Archive):
            _write_archive(entry, place, bytecode)
            path.append(str(place / "a"))
        elif entry is not None:
            _write(entry, place, bytecode, extension)
    return tuple(path)


def _write(node: Node, place: Path, bytecode: Bytecode, extension: str) -> None:
    if not isinstance(node, Leaf):
        place.mkdir()
        for name, child in node.items():
            _write(child, place / name.replace(".EXT", extension), bytecode, extension)
    elif node.is_pipe:
        os.mkfifo(place)
    elif node.target is not None:
        place.symlink_to(node.target)
    else:
        place.write_bytes(bytecode[node.bytecode] if place.name.endswith(".pyc") else b"")


def _write_archive(archive: Archive, place: Path, bytecode: Bytecode) -> None:
    with place.open("wb") as file:
        file.write(archive.prefix)
    with zipfile.ZipFile(place, "a") as target:
        pending: list[tuple[str, Node]] = [("", archive.content)]
        while pending:
            name, node = pending.pop()
            if isinstance(node, Leaf):
                content = bytecode[node.bytecode] if name.endswith(".pyc") else b""
                target.writestr(zipfile.ZipInfo(name, DATE), content)
                continue
            if name and archive.lists_directories:
                target.writestr(name + "/", b"")
            pending.extend((f"{name}/{child}" if name else child, inner) for child, inner in node.items())
