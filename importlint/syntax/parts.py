"""What is asked of a file's text besides its facts, part by part.

Whoever asks for a part depends on the answer alone: an edit elsewhere in the file makes no difference to it. So a
listener hears of the part and its answer, where of a text that is read it hears of all of the content.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from msgspec import Struct

from importlint import disk
from importlint.syntax import facts as f
from importlint.syntax.comments import comments

if TYPE_CHECKING:
    from importlint.syntax.bodies import Bodies


class Part(Struct, frozen=True, tag=True, array_like=True, gc=False):
    """A question about the text of one file."""

    answers: ClassVar[Any]
    """The type of the answer, as `msgspec` knows types."""

    def answer(self, bodies: Bodies) -> object:
        """What the text says; `KeyError` if it has no such part."""
        raise NotImplementedError

    def moved(self, lines: Mapping[int, int]) -> Part:
        """The same question about a text with other lines; `KeyError` if `lines` does not tell where it has gone."""
        return self


class FunctionPart(Part, frozen=True, gc=False):
    """The body of the function whose definition is at a span."""

    answers = f.FunctionBody
    span: f.Span

    def answer(self, bodies: Bodies) -> f.FunctionBody:
        """The body."""
        return bodies.at(self.span)

    def moved(self, lines: Mapping[int, int]) -> FunctionPart:
        """The same function."""
        return FunctionPart(self.span.moved(lines))


class LambdaPart(Part, frozen=True, gc=False):
    """The lambda at a span."""

    answers = tuple[f.FunctionDef, f.FunctionBody]
    span: f.Span

    def answer(self, bodies: Bodies) -> tuple[f.FunctionDef, f.FunctionBody]:
        """The lambda as a function, and its body."""
        return bodies.lambda_at(self.span)

    def moved(self, lines: Mapping[int, int]) -> LambdaPart:
        """The same lambda."""
        return LambdaPart(self.span.moved(lines))


class ReadPart(Part, frozen=True, gc=False):
    """Whether anything reads a name."""

    answers = bool
    name: str

    def answer(self, bodies: Bodies) -> bool:
        """Whether an expression reads it."""
        return bodies.read(self.name)


class LinePart(Part, frozen=True, gc=False):
    """One line, counted from 1."""

    answers = str
    number: int

    def answer(self, bodies: Bodies) -> str:
        """Its text; empty where there is none."""
        lines = bodies.source.lines
        return lines[self.number - 1] if self.number <= len(lines) else ""

    def moved(self, lines: Mapping[int, int]) -> LinePart:
        """The line that has it now."""
        return LinePart(lines[self.number])


class MatchPart(Part, frozen=True, gc=False):
    """What a regular expression finds."""

    answers = list[tuple[str, ...]]
    pattern: str

    def answer(self, bodies: Bodies) -> list[tuple[str, ...]]:
        """The groups of each match, sorted, each once."""
        return sorted({match.groups() for match in re.finditer(self.pattern, bodies.source.text)})


class ChainPart(Part, frozen=True, gc=False):
    """Whatever looks like attributes of some names: `b.c` of `a.b.c`."""

    answers = list[tuple[str, str]]
    names: tuple[str, ...]

    def answer(self, bodies: Bodies) -> list[tuple[str, str]]:
        """The names with what follows on them, each pair once."""
        text = bodies.source.text
        return [(name, chain) for name in self.names if name in text for chain in sorted(_chains(name, text))]


def _chains(name: str, text: str) -> set[str]:
    word = re.escape(name)  # a pattern that begins with letters is searched for at once
    return set(re.findall(rf"{word}(?<=\b{word})\s*\.\s*([\w.]+)", text))


class CommentPart(Part, frozen=True, gc=False):
    """The comments that a regular expression finds something in."""

    answers = list[str]
    pattern: str

    def answer(self, bodies: Bodies) -> list[str]:
        """Their texts, in order."""
        text = bodies.source.text
        texts = (text[start:end] for start, end in comments(text))
        return [each for each in texts if re.search(self.pattern, each)]


AnyPart = FunctionPart | LambdaPart | ReadPart | LinePart | MatchPart | ChainPart | CommentPart


def tell(path: str, part: Part, answer: object) -> None:
    """Let the listener hear of an answer about the file at `path`, which was read with `whole=False`."""
    if disk.is_heard():
        disk.tell_part(path, msgspec.json.encode(part).decode(), encode_answer(answer))


def encode_answer(answer: object) -> bytes:
    """An answer as bytes; none of one that is nested too deeply to be written down."""
    try:
        return msgspec.msgpack.encode(answer)
    except RecursionError:
        return b""
