"""From text to a syntax tree, whatever version of Python its syntax is of.

The running Python's `ast` reads nearly every file. What it calls a syntax error is lowered to older syntax,
with marks that say what was meant, and read again.
"""

from __future__ import annotations

import ast
import warnings

from msgspec import Struct

from importlint.syntax.marks import NO_MARKS, Marks
from importlint.syntax.skim import Skeleton
from importlint.syntax.source import ProblemKind, Source, SourceProblem


class ParsedModule(Struct, frozen=True):
    """A module's syntax tree, at the positions of its source text, and where it means something else."""

    tree: ast.Module
    marks: Marks


def parse(source: Source) -> ParsedModule | SourceProblem:
    """The syntax tree of `source`; a problem is at the place, and in the words, of CPython's first error."""
    try:
        return ParsedModule(_parse(source.text), NO_MARKS)
    except SyntaxError as error:
        return _parse_lowered(source.text) or SourceProblem(
            ProblemKind.UNPARSABLE, error.msg, max(error.lineno or 1, 1), max(error.offset or 1, 1)
        )
    except (RecursionError, MemoryError):
        return SourceProblem(ProblemKind.UNPARSABLE, "nested too deeply to be parsed")
    except UnicodeEncodeError as error:  # a lone surrogate
        return SourceProblem(ProblemKind.UNPARSABLE, str(error))
    except ValueError as error:  # a null byte, or an f-string that Python 3.12.1 trips over
        return _parse_lowered(source.text) or SourceProblem(ProblemKind.UNPARSABLE, str(error))


def parse_skeleton(skeleton: Skeleton) -> ast.Module | None:
    """The syntax tree of what is left of a text; None unless that and what was cut out have no syntax error."""
    import ast_serialize

    tree = parse_piece(skeleton.text)
    if tree is None:
        return None
    _, errors, *_ = ast_serialize.parse("", skeleton.bodies, skip_function_bodies=True)
    return None if errors else tree


def parse_piece(text: str) -> ast.Module | None:
    """The syntax tree of a text that the running Python can read; None of another."""
    try:
        return _parse(text)
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        return None


def _parse_lowered(text: str) -> ParsedModule | None:
    from importlint.syntax.newer import lower  # libcst takes longer to import than most projects to check

    lowered = lower(text)
    tree = None if lowered is None else parse_piece(lowered.text)
    return None if lowered is None or tree is None else ParsedModule(tree, lowered.marks)


def _parse(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)
