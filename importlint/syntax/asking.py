"""From a path to single parts of its file's text."""

from __future__ import annotations

from typing import Any

from importlint.syntax.bodies import Bodies
from importlint.syntax.parts import MatchPart, Part, tell
from importlint.syntax.source import SourceProblem, read_source


def ask(path: str, part: Part) -> Any:
    """The answer to a part of the file at `path`; None if that cannot be read."""
    source = read_source(path, whole=False)
    if isinstance(source, SourceProblem):
        return None
    answer = part.answer(Bodies(source))
    tell(path, part, answer)
    return answer


def found(path: str, pattern: str) -> list[tuple[str, ...]]:
    """What a regular expression finds in the file at `path`: the groups of each match, sorted, each once."""
    return ask(path, MatchPart(pattern)) or []
