"""From the text of a file to what it speaks of, whether in code, in a string or in a comment.

What a file does not speak of it does not do: such words tell cheaply where a closer look is needed. Patterns
begin with the letters of a word and look back for its boundary, so that the search for it is one for a text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence

IMPORTS = re.compile(r"import(?:_module|(?<=__import)__|(?<=\bimport)\b)")
"""Where something is imported: the statement, `import_module` or `__import__`."""
IMPORT_CALLS = re.compile(r"import(?:_module|(?<=__import)__)")
YIELDS = re.compile(r"yield")

_GLOBAL = re.compile(
    r"global(?<=\bglobal)GAP+(\w+(?:GAP*,GAP*\w+)*)(?=GAP*(?:[;#\n]|\Z))".replace("GAP", r"(?:[ \t\f]|\\\n)")
)
_COMMA = re.compile(r"[\s\\]*,[\s\\]*")
# each pattern by a word that it has in it
_REFLECTION: Mapping[str, re.Pattern[str]] = {
    "global": re.compile(r"global(?<=\bglobal)(?:s\s*\(|_enum\b)"),
    "exec": re.compile(r"exec(?<=\bexec)\s*\("),
    "vars": re.compile(r"vars(?<=\bvars)\s*\(\s*\)"),
    "modules": re.compile(r"sys(?<=\bsys)\s*\.\s*modules\b(?!\s*\[\s*[\"'])"),
    "frame": re.compile(r"frame(?:(?<=\b_getframe)|(?<=\bcurrentframe))\b"),
    "inspect": re.compile(r"inspect(?<=\binspect)\.stack\b"),
    "_convert_": re.compile(r"_convert_(?<=\b_convert_)\b"),
}
_STARTERS = ("subprocess", "os.system", "os.popen", "os.exec", "session.run")
_INTERPRETERS = {
    "executable": re.compile(r"executable(?<=\bexecutable)\b"),
    "python": re.compile(r"python(?<=\bpython)[\d.]*(?:[\"'],| -| [\w./-]*\.py\b)"),
    "coverage": re.compile(r"coverage(?<=\bcoverage)(?:[\"'], *[\"']| +)run\b"),
}


def global_names(text: str) -> tuple[str, ...]:
    """The names that a `global` statement declares, sorted."""
    found = _GLOBAL.finditer(text) if "global" in text else ()
    declared = (match[1] for match in found if _begins_statement(text, match.start()))
    return tuple(sorted({name for names in declared for name in _COMMA.split(names)}))


def _begins_statement(text: str, position: int) -> bool:
    """Whether a statement may begin there: a line does, or something ends that a statement may follow."""
    line = text[text.rfind("\n", 0, position) + 1 : position].strip()
    return not line or line[-1] in ";:"


def reflects(text: str) -> bool:
    """Whether it speaks of `globals()`, `exec`, `sys.modules`, frames or `global_enum`."""
    return _speaks(text, _REFLECTION)


def launches(text: str) -> bool:
    """Whether it speaks of Python and of what starts it."""
    if "run_module" in text or "run_path" in text:
        return True
    return any(word in text for word in _STARTERS) and _speaks(text, _INTERPRETERS)


def _speaks(text: str, patterns: Mapping[str, re.Pattern[str]]) -> bool:
    return any(word in text and pattern.search(text) for word, pattern in patterns.items())


def lines_of(pattern: re.Pattern[str], text: str) -> list[int]:
    """The numbers of the lines on which the pattern matches, sorted."""
    lines: list[int] = []
    line, position = 1, 0
    for match in pattern.finditer(text):
        line += text.count("\n", position, match.start())
        position = match.start()
        lines.append(line)
    return lines


def is_between(lines: Sequence[int], first: int, last: int) -> bool:
    """Whether one of the sorted lines is among those from `first` to `last`."""
    index = bisect_left(lines, first)
    return index < len(lines) and lines[index] <= last
