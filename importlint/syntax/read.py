"""From a path to a file's facts, or to the reason why there are none."""

from __future__ import annotations

from importlint.syntax.extract import extract
from importlint.syntax.facts import ModuleFacts
from importlint.syntax.parse import parse
from importlint.syntax.source import ProblemKind, SourceProblem, decode_source, read_data


def read_facts(path: str) -> ModuleFacts | SourceProblem:
    """The facts of the file at `path`."""
    data = read_data(path)
    return data if isinstance(data, SourceProblem) else facts_of(path, data)


def facts_of(path: str, data: bytes) -> ModuleFacts | SourceProblem:
    """The facts of a file with the content `data`; `path` is for messages alone."""
    source = decode_source(path, data)
    if isinstance(source, SourceProblem):
        return source
    module = parse(source)
    if isinstance(module, SourceProblem):
        return module
    try:
        return extract(source, module)
    except RecursionError:
        return SourceProblem(ProblemKind.UNPARSABLE, "expressions are nested too deeply to be analysed")
