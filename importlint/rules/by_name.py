"""Whether a file imports by names that it computes: what it then loads, nobody can see."""

from __future__ import annotations

from importlint.syntax.asking import found

_BY_NAME = (
    r"(?<!def )import_module\s*\((?!\s*[\"'])|__import__\s*\((?!\s*[\"'])"
    r"|\b(?:walk_packages|iter_modules|exec_module|run_path)\b"
)


def imports_by_name(path: str) -> bool:
    """Whether the text of a file speaks of imports whose names are not written out."""
    return bool(found(path, _BY_NAME))
