"""Which distribution an installed module belongs to, and what a project calls its own: read from metadata files.

Core metadata specification; "Recording installed projects" (`RECORD`); PEP 503 (normalised names).
"""

from __future__ import annotations

import os
import re


def normalised(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def distribution_of(origin: str, top: str) -> str | None:
    """The name of the distribution whose `RECORD` lists the file `origin` of the top-level module `top`."""
    directory = os.path.dirname(origin)
    site = os.path.dirname(directory) if os.path.basename(directory) == top else directory
    recorded = os.path.relpath(origin, site).replace(os.sep, "/")
    try:
        names = sorted(os.listdir(site))
    except OSError:
        return None
    for name in names:
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


def _lists(record: str, path: str) -> bool:
    return any(line.startswith((path + ",", f'"{path}",')) for line in _text(record).splitlines())


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
