"""From the compressed records to what CPython did when each module was imported first: typed, lists whole."""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

_RECORDED = Path(__file__).with_name("recorded")

_LISTS = ("events", "absent", "swallowed", "effects", "injected", "removed")
"""The fields that hold only what comes after those of the record that `after` names."""

Status = Literal["ok", "circular", "missing", "import", "exit", "error"]


class Header(Struct, frozen=True):
    """What a file of records is about."""

    package: str
    modules: int
    """How many modules the package has."""
    surveyed: int
    """How many of them were imported."""
    python: str
    distribution: str
    version: str
    environment: str
    """The name of the file in `requirements` with everything that was installed."""


class Error(Struct, frozen=True):
    """The exception that escaped from an import."""

    type: str
    message: str
    importing: str = ""
    """The innermost module of the package whose body it left; relative."""
    at: str = ""
    """The innermost frame inside the package, as `file:line` below site-packages."""
    name: str = ""
    """The exception's own `name`."""
    deepest: str = ""
    """The innermost frame of all, where that is outside the package."""
    causes: tuple[str, ...] = ()


class Record(Struct, frozen=True):
    """What happened when a fresh interpreter imported one module before anything else of its package.

    Names of modules are relative to the package: `.` is the package itself, `.a.b` its submodule.
    """

    module: str
    kind: Literal["package", "namespace", "module", "extension"]
    status: Status
    events: tuple[str, ...] = ()
    """`+m`: the body of m starts; `-m`: it ends; `!m`: an exception leaves it."""
    error: Error | None = None
    absent: tuple[str, ...] = ()
    swallowed: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    injected: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    preloaded: tuple[str, ...] = ()
    stdout: str = ""


def packages() -> tuple[str, ...]:
    """The packages of which there are records, sorted."""
    return tuple(sorted(path.name.removesuffix(".jsonl.xz") for path in _RECORDED.glob("*.jsonl.xz")))


def read_header(package: str) -> Header:
    """What the records of a package are about."""
    return msgspec.json.decode(_lines(package)[0], type=Header)


def read_records(package: str) -> Iterator[Record]:
    """The records of a package; ancestors come before their descendants."""
    whole: dict[str, dict[str, Any]] = {}
    for line in _lines(package)[1:]:
        record: dict[str, Any] = msgspec.json.decode(line)
        record["events"] = record["events"].split()
        before = whole[record.pop("after")] if "after" in record else {}
        for key in _LISTS:
            record[key] = [*before.get(key, []), *record.get(key, [])]
        whole[record["module"]] = record
        yield msgspec.convert(record, Record)


def full_name(package: str, module: str) -> str:
    """The absolute name of a module that a record names."""
    return package + module.rstrip(".")


def relative_name(package: str, name: str) -> str | None:
    """The name by which a record calls a module; None for one outside the package."""
    if name == package:
        return "."
    return name[len(package) :] if name.startswith(f"{package}.") else None


def _lines(package: str) -> list[bytes]:
    return lzma.decompress((_RECORDED / f"{package}.jsonl.xz").read_bytes()).splitlines()
