"""The bodies of a file's functions and lambdas, lowered to facts when something calls them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from importlint.syntax import facts as f
from importlint.syntax.extract import Extractor
from importlint.syntax.parse import ParsedModule, parse
from importlint.syntax.places import functions
from importlint.syntax.source import Source, SourceProblem, read_source

_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Bodies:
    """What the functions of one file do; each body is lowered once."""

    def __init__(self, source: Source, module: ParsedModule) -> None:
        self._extractor = Extractor(source, module.marks)
        self._functions: dict[int, list[_Function]] = {}
        self._lambdas: dict[int, list[ast.Lambda]] = {}
        names: set[str] = set()
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Name):
                if isinstance(node.ctx, ast.Load):
                    names.add(node.id)
            elif isinstance(node, _Function):
                self._functions.setdefault(node.lineno, []).append(node)
            elif isinstance(node, ast.Lambda):
                self._lambdas.setdefault(node.lineno, []).append(node)
        self.names_read = frozenset(names)
        """The names that expressions anywhere in the file read."""
        self._known: dict[f.Span, f.FunctionBody] = {}
        self._known_lambdas: dict[f.Span, f.FunctionDef] = {}

    def of(self, definition: f.FunctionDef) -> f.FunctionBody:
        """The body of the function that `definition`, a fact of the same file, defines.

        Raises:
            KeyError: no function definition starts there.
        """
        span = definition.span
        if span not in self._known:
            for node in self._functions.get(span.line, ()):
                if self._extractor.definition_span(node) == span:
                    self._known[span] = self._extractor.function_body(node, span)
                    break
            else:
                raise KeyError(definition.name)
        return self._known[span]

    def definition(self, expression: f.Lambda) -> f.FunctionDef:
        """A lambda as a function whose body, which `of` gives, returns its value.

        Raises:
            KeyError: no lambda starts there.
        """
        span = expression.span
        if span not in self._known_lambdas:
            for node in self._lambdas.get(span.line, ()):
                if self._extractor.span(node) == span:
                    break
            else:
                raise KeyError("lambda")
            value = self._extractor.expression(node.body)
            is_generator = any(isinstance(part, ast.Yield | ast.YieldFrom) for part in ast.walk(node.body))
            self._known[span] = f.FunctionBody(
                span.line, span.column, (f.Return(value, self._extractor.span(node.body)),), is_generator
            )
            self._known_lambdas[span] = f.FunctionDef(
                "<lambda>", False, (), self._extractor.parameters(node.args), (), (), span
            )
        return self._known_lambdas[span]


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
    source = read_source(path)
    if isinstance(source, SourceProblem):
        return None
    module = parse(source)
    return None if isinstance(module, SourceProblem) else Bodies(source, module)
