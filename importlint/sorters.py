"""Which lines a sorter of imports would exchange: the order that isort and ruff share by default, and their comments.

Absolute imports stand above relative ones, `import x` above `from x import y`, further packages above closer ones,
and modules in natural order, whatever their case (isort's `force_sort_within_sections` and `reverse_relative` are off).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from importlint.syntax import facts as f

_KEPT_FILE = re.compile(
    r"#\s*(isort:\s*skip_file|ruff:\s*noqa(\s*$|:.*\bI(001)?\b))", re.IGNORECASE | re.MULTILINE
)
_KEPT_LINE = re.compile(r"#.*\b(isort:\s*(skip|split)|noqa(?!:)|noqa:.*\bI(001)?\b)", re.IGNORECASE)
_SWITCH = re.compile(r"#\s*isort:\s*(on|off)\b", re.IGNORECASE)


def would_exchange(
    lines: Sequence[str], upper: f.Import | f.ImportFrom, lower: f.Import | f.ImportFrom
) -> bool:
    """Whether sorting the block that two imports of a project's own modules stand in would turn them around."""
    return _key(lower) < _key(upper) and not _is_kept(lines, upper.span.line, lower.span.end_line)


def _key(statement: f.Import | f.ImportFrom) -> tuple[object, ...]:
    level = statement.level if isinstance(statement, f.ImportFrom) else 0
    parts = re.split(r"(\d+)", statement.module.lower())
    natural = tuple((int(part), "") if part.isdigit() else (0, part) for part in parts)
    return (level > 0, isinstance(statement, f.ImportFrom), -level, natural)


def _is_kept(lines: Sequence[str], first: int, last: int) -> bool:
    """Whether comments keep sorters away from the lines of two imports, or from what is between them."""
    if any(map(_KEPT_FILE.search, lines)) or any(map(_KEPT_LINE.search, lines[first - 1 : last])):
        return True
    switches = [switch for line in lines[:last] if (switch := _SWITCH.search(line))]
    return bool(switches) and switches[-1].group(1).lower() == "off"
