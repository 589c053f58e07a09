"""From the tables in `importlint/data/effects` to the catalogue, and to the file that importlint loads.

`python -m tests.effects.compiled` writes `importlint/data/effects.json`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

import importlint
from importlint.effects.catalogue import Catalogue
from importlint.effects.entries import CallEffect, ImportEffect
from importlint.effects.kinds import Kind

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DATA = Path(importlint.__file__).parent / "data"
SOURCE = DATA / "effects"
COMPILED = DATA / "effects.json"


class Library(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`standard_library.toml` or `third_party.toml`."""

    calls: dict[str, dict[str, dict[str, Any] | list[dict[str, Any]]]]
    objects: dict[str, Kind]
    attributes: dict[str, Kind]
    imports: dict[str, ImportEffect]

    def effects(self) -> list[tuple[str, CallEffect]]:
        """Every entry of `calls` with its name, in order."""
        return [
            (name, msgspec.convert({**entry, "kind": kind}, CallEffect))
            for kind, table in self.calls.items()
            for name, entries in table.items()
            for entry in (entries if isinstance(entries, list) else [entries])
        ]


class Harmless(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """`harmless.toml`."""

    standard_library: str
    third_party: str


class Names(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """`names.toml`."""

    harmless_methods: str
    changing_methods: str
    aliases: dict[str, str]
    instances: dict[str, str]


def standard_library() -> Library:
    """The table of the standard library."""
    return msgspec.convert(_read("standard_library"), Library)


def third_party() -> Library:
    """The table of other libraries."""
    return msgspec.convert(_read("third_party"), Library)


def harmless() -> Harmless:
    """The lists of harmless names."""
    return msgspec.convert(_read("harmless"), Harmless)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((SOURCE / f"{name}.toml").read_text(encoding="utf-8"))


def catalogue() -> Catalogue:
    """The catalogue that the source files are the text of."""
    libraries = standard_library(), third_party()
    names = msgspec.convert(_read("names"), Names)
    calls: dict[str, tuple[CallEffect, ...]] = {}
    for library in libraries:
        for name, effect in library.effects():
            calls[name] = (*calls.get(name, ()), effect)
    return Catalogue(
        calls=dict(sorted(calls.items())),
        objects={name: kind for library in libraries for name, kind in library.objects.items()},
        attributes={name: kind for library in libraries for name, kind in library.attributes.items()},
        imports={name: effect for library in libraries for name, effect in library.imports.items()},
        harmless=frozenset((harmless().standard_library + harmless().third_party).split()),
        harmless_methods=frozenset(names.harmless_methods.split()),
        changing_methods=frozenset(names.changing_methods.split()),
        aliases=names.aliases,
        instances=names.instances,
    )


def encoded(value: Catalogue) -> bytes:
    """The catalogue as the compiled file has it: one entry a line, so that changes can be read."""
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=0) + b"\n"


if __name__ == "__main__":
    COMPILED.write_bytes(encoded(catalogue()))
