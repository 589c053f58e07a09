"""Which distribution an installed module belongs to, and what a project calls its own: read from metadata files.

Core metadata specification; "Recording installed projects" (`RECORD`); PEP 503 (normalised names).
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator

from msgspec import Struct

from importlint import disk


class Distribution(Struct, frozen=True):
    """What the metadata of an installed distribution says."""

    name: str
    """Normalised."""
    requires: frozenset[str]
    """The normalised names of what it needs in any case; what its extras need is not among it."""
    record: str
    """The path of its `RECORD`."""

    @property
    def top_level_names(self) -> frozenset[str]:
        """The top-level modules and packages that have Python sources of it."""
        paths = (line.partition(",")[0].strip('"') for line in _text(self.record).splitlines())
        tops = (path.partition("/")[0] for path in paths if path.endswith(".py"))
        return frozenset(top.removesuffix(".py") for top in tops if top.removesuffix(".py").isidentifier())


def distributions(sites: Collection[str]) -> Iterator[Distribution]:
    """The distributions in directories for installed packages, sorted by name in each."""
    for site in sites:
        for name in _listed(site):
            if name.endswith(".dist-info"):
                head = _text(os.path.join(site, name, "METADATA")).partition("\n\n")[0]
                needs = re.findall(r"^Requires-Dist:\s*([\w.-]+)(?!.*\bextra\s*==)", head, re.MULTILINE)
                yield Distribution(
                    normalised(name.removesuffix(".dist-info").rpartition("-")[0]),
                    frozenset(map(normalised, needs)),
                    os.path.join(site, name, "RECORD"),
                )


def dependents(installed: Collection[Distribution], own: Collection[str]) -> frozenset[str]:
    """The normalised names of the distributions that need one of `own`, at first or at second hand; and `own`."""
    reached = frozenset(own)
    while more := {each.name for each in installed if each.requires & reached} - reached:
        reached |= more
    return reached


def normalised(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def distribution_of(origin: str, top: str) -> str | None:
    """The name of the distribution whose `RECORD` lists the file `origin` of the top-level module `top`."""
    directory = os.path.dirname(origin)
    site = os.path.dirname(directory) if os.path.basename(directory) == top else directory
    recorded = os.path.relpath(origin, site).replace(os.sep, "/")
    for name in _listed(site):
        if name.endswith(".dist-info") and _lists(os.path.join(site, name, "RECORD"), recorded):
            return name.removesuffix(".dist-info").rpartition("-")[0]
    return None


def declared_name(project: str) -> str | None:
    """The normalised name that a project's `pyproject.toml` or `setup.cfg` gives it."""
    for file, section in (
        ("pyproject.toml", "project"),
        ("pyproject.toml", "tool.poetry"),
        ("setup.cfg", "metadata"),
    ):
        text = _text(os.path.join(project, file))
        found = re.search(
            rf"""^\[{re.escape(section)}\][^\[]*?^name\s*=\s*["']?([\w.-]+)""", text, re.MULTILINE | re.DOTALL
        )
        if found:
            return normalised(found[1])
    return None


def _listed(directory: str) -> list[str]:
    try:
        return disk.names(directory)
    except OSError:
        return []


def _lists(record: str, path: str) -> bool:
    return any(line.startswith((path + ",", f'"{path}",')) for line in _text(record).splitlines())


def _text(path: str) -> str:
    try:
        with disk.open_text(path, errors="replace") as file:
            return file.read()
    except OSError:
        return ""
