"""Whether a file imports by names that it computes: what it then loads, nobody can see."""

from __future__ import annotations

import re

from importlint.syntax.source import Source, read_source

_BY_NAME = re.compile(
    r"(?<!def )import_module\s*\((?!\s*[\"'])|__import__\s*\((?!\s*[\"'])"
    r"|\b(?:walk_packages|iter_modules|exec_module|run_path)\b"
)


def imports_by_name(path: str) -> bool:
    """Whether the text of a file speaks of imports whose names are not written out."""
    source = read_source(path)
    return isinstance(source, Source) and _BY_NAME.search(source.text) is not None
