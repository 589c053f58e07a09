"""The bodies of a file's functions and lambdas, lowered to facts when something calls them.

Few are called while modules are imported, so that each is parsed alone, where it stands: above it are as many
empty lines as in the file. A file of which much is asked is parsed whole.
"""

from __future__ import annotations

import ast
import re
from array import array
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate

from importlint.syntax import facts as f
from importlint.syntax.extract import Extractor
from importlint.syntax.marks import NO_MARKS
from importlint.syntax.parse import parse, parse_piece
from importlint.syntax.parts import FunctionPart, LambdaPart, ReadPart, tell
from importlint.syntax.places import functions
from importlint.syntax.skim import definition_end
from importlint.syntax.source import Source, SourceProblem, read_source

_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Bodies:
    """What the functions of one file do; each body is lowered once."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._unparsed = len(source.text) // 2
        """How many characters of single functions may still be parsed before the whole file is."""
        self._known: dict[f.Span, f.FunctionBody] = {}
        self._known_lambdas: dict[f.Span, f.FunctionDef] = {}

    def of(self, definition: f.FunctionDef) -> f.FunctionBody:
        """The body of the function that `definition`, a fact of the same file, defines.

        Raises:
            KeyError: no function definition starts there.
        """
        span = definition.span
        if span not in self._known:
            self._known[span] = self.at(span)
            tell(self.source.path, FunctionPart(span), self._known[span])
        return self._known[span]

    def definition(self, expression: f.Lambda) -> f.FunctionDef:
        """A lambda as a function whose body, which `of` gives, returns its value.

        Raises:
            KeyError: no lambda starts there.
        """
        span = expression.span
        if span not in self._known_lambdas:
            self._known_lambdas[span], self._known[span] = found = self.lambda_at(span)
            tell(self.source.path, LambdaPart(span), found)
        return self._known_lambdas[span]

    def reads(self, name: str) -> bool:
        """Whether an expression anywhere in the file reads a name that is also written where it is bound."""
        is_read = self.read(name)
        tell(self.source.path, ReadPart(name), is_read)
        return is_read

    # ---- the same, untold

    def at(self, span: f.Span) -> f.FunctionBody:
        """The body of the function whose definition is at `span`; `KeyError` if there is none."""
        body = self._alone(span) or (self._file.body(span) if self._file else None)
        if body is None:
            raise KeyError(span)
        return body

    def lambda_at(self, span: f.Span) -> tuple[f.FunctionDef, f.FunctionBody]:
        """The lambda at `span` as a function, and its body; `KeyError` if there is none."""
        found = self._lambda_alone(span) or (self._file.find_lambda(span) if self._file else None)
        if found is None:
            raise KeyError(span)
        node, extractor = found
        value = extractor.expression(node.body)
        is_generator = any(isinstance(part, ast.Yield | ast.YieldFrom) for part in ast.walk(node.body))
        body = f.FunctionBody(
            span.line, span.column, (f.Return(value, extractor.span(node.body)),), is_generator
        )
        return f.FunctionDef("<lambda>", False, (), extractor.parameters(node.args), (), (), span), body

    def read(self, name: str) -> bool:
        """Whether an expression anywhere reads a name, as in `reads`."""
        mentions = re.finditer(rf"\b{re.escape(name)}\b", self.source.text)
        if next(mentions, None) is None or next(mentions, None) is None:
            return False
        return self._names_read is None or name in self._names_read

    @cached_property
    def _names_read(self) -> frozenset[str] | None:
        """The names that the file's expressions read; None if it cannot be parsed. The tree is not kept."""
        module = parse(self.source)
        if isinstance(module, SourceProblem):
            return None
        names = (node for node in ast.walk(module.tree) if isinstance(node, ast.Name))
        return frozenset({node.id for node in names if isinstance(node.ctx, ast.Load)})

    @cached_property
    def _file(self) -> _ParsedFile | None:
        module = parse(self.source)
        if isinstance(module, SourceProblem):
            return None
        return _ParsedFile(module.tree, Extractor(self.source, module.marks))

    @cached_property
    def _line_starts(self) -> array[int]:
        """Where each line starts, and where one after the last would."""
        lengths = (len(line) + 1 for line in self.source.text.split("\n"))
        return array("L", accumulate(lengths, initial=0))

    def _extractor(self, first: int, start: int, end: int) -> Extractor:
        """What lowers nodes of the lines from number `first`, which are the text from `start` to `end`."""
        lines = self.source.text[start:end]
        return Extractor(Source(self.source.path, "\n" * (first - 1) + lines), NO_MARKS)

    def _alone(self, span: f.Span) -> f.FunctionBody | None:
        """The body of the function whose definition is there, parsed alone; None if that cannot be done."""
        if "_file" in self.__dict__ or not 0 < span.line < len(self._line_starts):
            return None
        start = self._line_starts[span.line - 1]
        end = definition_end(self.source.text, start)
        text = self.source.text[start:end]
        self._unparsed -= len(text)
        if self._unparsed < 0:
            return None
        node = _only_function(text, span)
        if node is None:
            return None
        extractor = self._extractor(span.line, start, end)
        return extractor.function_body(node, span) if extractor.definition_span(node) == span else None

    def _lambda_alone(self, span: f.Span) -> tuple[ast.Lambda, Extractor] | None:
        """The lambda that is there, parsed alone, and what lowers it; None if that cannot be done."""
        if "_file" in self.__dict__ or not 0 < span.line <= span.end_line < len(self._line_starts):
            return None
        start = self._line_starts[span.line - 1]
        end = self._line_starts[span.end_line - 1] + span.end_column - 1
        margin = " " * len(self.source.text[start : start + span.column - 1].encode())
        above = "\n" * (span.line - 2) + "(\n" + margin if span.line > 1 else "(" + margin[1:]
        tree = parse_piece(f"{above}{self.source.text[start + span.column - 1 : end]})")
        match tree:
            case ast.Module(body=[ast.Expr(value=ast.Lambda() as node)]):
                extractor = self._extractor(span.line, start, self._line_starts[span.end_line] - 1)
                return (node, extractor) if extractor.span(node) == span else None
        return None


class _ParsedFile:
    """The functions of a whole file."""

    def __init__(self, tree: ast.Module, extractor: Extractor) -> None:
        self.extractor = extractor
        self._functions: dict[int, list[_Function]] = {}
        self._lambdas: dict[int, list[ast.Lambda]] = {}
        for node in ast.walk(tree):
            if isinstance(node, _Function):
                self._functions.setdefault(node.lineno, []).append(node)
            elif isinstance(node, ast.Lambda):
                self._lambdas.setdefault(node.lineno, []).append(node)

    def body(self, span: f.Span) -> f.FunctionBody | None:
        for node in self._functions.get(span.line, ()):
            if self.extractor.definition_span(node) == span:
                return self.extractor.function_body(node, span)
        return None

    def find_lambda(self, span: f.Span) -> tuple[ast.Lambda, Extractor] | None:
        nodes = (node for node in self._lambdas.get(span.line, ()) if self.extractor.span(node) == span)
        return next(((node, self.extractor) for node in nodes), None)


def _only_function(text: str, span: f.Span) -> _Function | None:
    """The function whose definition `text` begins with, if there is nothing else in it."""
    margin = len(text) - len(text.lstrip(" \t"))
    above = "\n" * (span.line - 2) + "if 1:\n" if margin else "\n" * (span.line - 1)
    match parse_piece(above + text):
        case ast.Module(body=[ast.If(body=[ast.FunctionDef() | ast.AsyncFunctionDef() as node], orelse=[])]):
            return node
        case ast.Module(body=[ast.FunctionDef() | ast.AsyncFunctionDef() as node]):
            return node
    return None


def every_block(facts: f.ModuleFacts, bodies: Bodies | None) -> Iterator[f.Block]:
    """A file's own block and the bodies of all its functions, those in functions too; `bodies` are the same file's."""
    waiting = [facts.body]
    while waiting:
        block = waiting.pop()
        yield block
        if bodies is not None:
            waiting.extend(bodies.of(definition).body for _, definition in functions(block))


def read_bodies(path: str) -> Bodies | None:
    """The bodies of the file at `path`; None if it cannot be read."""
    source = read_source(path, whole=False)
    return None if isinstance(source, SourceProblem) else Bodies(source)
