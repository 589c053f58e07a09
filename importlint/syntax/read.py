"""From a path to a file's facts, or to the reason why there are none."""

from __future__ import annotations

from importlint import collector
from importlint.syntax.extract import extract, extract_skeleton
from importlint.syntax.facts import ModuleFacts
from importlint.syntax.parse import parse, parse_skeleton
from importlint.syntax.skim import skim
from importlint.syntax.source import ProblemKind, Source, SourceProblem, decode_source, read_data


def read_facts(path: str) -> ModuleFacts | SourceProblem:
    """The facts of the file at `path`."""
    data = read_data(path, whole=False)
    return data if isinstance(data, SourceProblem) else facts_of(path, data)


def facts_of(path: str, data: bytes) -> ModuleFacts | SourceProblem:
    """The facts of a file with the content `data`; `path` is for messages alone."""
    source = decode_source(path, data)
    if isinstance(source, SourceProblem):
        return source
    with collector.paused():  # a syntax tree is many objects without cycles
        try:
            return _skimmed(source) or _whole(source)
        except RecursionError:
            return SourceProblem(ProblemKind.UNPARSABLE, "expressions are nested too deeply to be analysed")


def _skimmed(source: Source) -> ModuleFacts | None:
    """The facts from the skeleton of a text; None if it has none."""
    skeleton = skim(source.text)
    tree = None if skeleton is None else parse_skeleton(skeleton)
    return None if skeleton is None or tree is None else extract_skeleton(source, skeleton, tree)


def _whole(source: Source) -> ModuleFacts | SourceProblem:
    module = parse(source)
    return module if isinstance(module, SourceProblem) else extract(source, module)
