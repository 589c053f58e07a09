"""From a parsed file to its facts: one pass over the module's skeleton, and into bodies that import.

The skeleton is what runs when the module is imported: its statements, class bodies, decorators, defaults. Of
functions only the bodies that contain an import are lowered with it (their lines are found in the text
first, so the others are never walked); `bodies.Bodies` lowers any other body when something calls it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from msgspec.structs import replace

from importlint.syntax import facts as f
from importlint.syntax import words
from importlint.syntax.lower import OPERATORS, ExpressionLowering, operands, position
from importlint.syntax.marks import NO_MARKS, Marks, Position
from importlint.syntax.parse import ParsedModule
from importlint.syntax.skim import Skeleton
from importlint.syntax.source import Source

_DEFINITION = re.compile(r"(?:async\s+)?(?:def|class)\s+(\w+)")

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def extract(source: Source, module: ParsedModule) -> f.ModuleFacts:
    """The facts of a file and its syntax tree."""
    return _facts(source, module.tree, Extractor(source, module.marks))


def extract_skeleton(source: Source, skeleton: Skeleton, tree: ast.Module) -> f.ModuleFacts | None:
    """The facts of a file from the tree of its skeleton; None if something was cut out that was no body."""
    extractor = Extractor(source, NO_MARKS)
    extractor.plain = skeleton.plain
    facts = _facts(source, tree, extractor)
    return facts if skeleton.lines <= extractor.passing else None


def _facts(source: Source, tree: ast.Module, extractor: Extractor) -> f.ModuleFacts:
    text = source.text
    body = extractor.block(tree.body)
    return f.ModuleFacts(
        body=body,
        bodies=tuple(sorted(extractor.bodies, key=lambda unit: (unit.line, unit.column))),
        global_names=words.global_names(text),
        future_annotations=_imports_future_annotations(tree),
        reflection=words.reflects(text),
        import_hooks="meta_path" in text or "exec_module" in text,
        import_calls="import_module" in text or "__import__" in text,
        directives="importlint:" in text,
        shebang=text.startswith("#!"),
        launches=words.launches(text),
    )


def _imports_future_annotations(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(alias.name == "annotations" for alias in node.names)
        for node in tree.body
    )


class Extractor(ExpressionLowering):
    """Lowers the nodes of one file; collects the bodies of functions that import."""

    def __init__(self, source: Source, marks: Marks) -> None:
        super().__init__(source, marks)
        self.plain: Mapping[int, f.FunctionDef] = {}
        """The definitions in whose place a `pass` was put, by their lines."""
        self.bodies: list[f.FunctionBody] = []
        self.passing: set[int] = set()
        """The lines of the `pass` that are all that a function does, or that stand for one."""
        self.text = source.text
        self.import_lines = words.lines_of(words.IMPORTS, source.text)
        self.in_function = False

    @cached_property
    def import_call_lines(self) -> list[int]:
        return words.lines_of(words.IMPORT_CALLS, self.text)

    @cached_property
    def yield_lines(self) -> list[int]:
        return words.lines_of(words.YIELDS, self.text)

    def statement_span(self, node: ast.stmt, written: Mapping[Position, Position]) -> f.Span:
        """The span of a statement, from where it starts as it is written."""
        span = self.span(node)
        start = written.get(position(node)) if written else None
        return span if start is None else replace(span, line=start[0], column=self.columns.column(*start))

    def definition_span(self, node: _Function | ast.ClassDef) -> f.Span:
        """From `def` or `class` to the end of the name."""
        if self.has_plain_columns:
            start = node.col_offset + (6 if isinstance(node, ast.ClassDef) else 4)
            if self.lines[node.lineno - 1].startswith(node.name, start):
                return f.Span(node.lineno, node.col_offset + 1, node.lineno, start + len(node.name) + 1)
        column = self.columns.column(*position(node))
        match = _DEFINITION.match(self.lines[node.lineno - 1], column - 1)
        end = match.end() + 1 if match else column + 3
        return f.Span(node.lineno, column, node.lineno, end)

    def module_span(self, node: ast.ImportFrom, statement: f.Span) -> f.Span:
        line = self.lines[node.lineno - 1]
        start = line.find("from", statement.column - 1) + len("from")
        start += len(line[start:]) - len(line[start:].lstrip())
        written = "." * node.level + (node.module or "")
        if not line.startswith(written, start):
            return statement
        return f.Span(node.lineno, start + 1, node.lineno, start + 1 + len(written))

    # ---- statements

    def block(self, nodes: Sequence[ast.stmt]) -> f.Block:
        statements: list[f.Statement] = []
        for node in nodes:
            lower = _STATEMENTS.get(type(node))
            if lower is not None:
                statements.extend(lower(self, node))
        return tuple(statements)

    def import_(self, node: ast.Import) -> Iterable[f.Statement]:
        lazy = self.is_lazy(node)
        return [f.Import(alias.name, alias.asname, lazy, self.span(alias)) for alias in node.names]

    def import_from(self, node: ast.ImportFrom) -> Iterable[f.Statement]:
        span = self.statement_span(node, self.marks.lazy_imports)
        names = tuple([f.ImportedName(alias.name, alias.asname, self.span(alias)) for alias in node.names])
        module_span = self.module_span(node, span)
        return (f.ImportFrom(node.module or "", node.level, names, self.is_lazy(node), span, module_span),)

    def is_lazy(self, node: ast.Import | ast.ImportFrom) -> bool:
        if self.is_marked and position(node) in self.marks.lazy_imports:
            return True
        return bool(getattr(node, "is_lazy", False))

    def evaluate(self, node: ast.Expr) -> Iterable[f.Statement]:
        value = self.expression(node.value)
        if not isinstance(value, f.Constant) and value != f.Opaque(()):
            return (f.Evaluate(value, self.span(node)),)
        return ()

    def assign(self, node: ast.Assign) -> Iterable[f.Statement]:
        if self.is_marked and position(node) in self.marks.type_aliases:
            (target,) = node.targets
            assert isinstance(target, ast.Name)
            return (f.TypeAlias(target.id, self.statement_span(node, self.marks.type_aliases)),)
        value = self.expression(node.value)
        return (f.Assign(self.expressions(node.targets), value, self.span(node)),)

    def type_alias(self, node: ast.stmt) -> Iterable[f.Statement]:
        name = getattr(node, "name")  # noqa: B009 - ast.TypeAlias exists from 3.12 on
        return (f.TypeAlias(name.id, self.span(node)),)

    def augmented_assign(self, node: ast.AugAssign) -> Iterable[f.Statement]:
        return (
            f.AugmentedAssign(
                self.expression(node.target),
                OPERATORS[type(node.op)],
                self.expression(node.value),
                self.span(node),
            ),
        )

    def annotated_assign(self, node: ast.AnnAssign) -> Iterable[f.Statement]:
        annotation = f.Opaque(()) if self.in_function else self.expression(node.annotation)
        value = None if node.value is None else self.expression(node.value)
        return (
            f.AnnotatedAssign(
                self.expression(node.target), annotation, value, self.span(node), bool(node.simple)
            ),
        )

    def delete(self, node: ast.Delete) -> Iterable[f.Statement]:
        return (f.Delete(self.expressions(node.targets), self.span(node)),)

    def if_(self, node: ast.If) -> Iterable[f.Statement]:
        chain = [node]
        while len(chain[-1].orelse) == 1 and isinstance(chain[-1].orelse[0], ast.If):
            chain.append(chain[-1].orelse[0])
        orelse = self.block(chain[-1].orelse)
        for branch in reversed(chain):  # a loop: generated code has `elif` chains deeper than the stack
            orelse = (
                f.If(self.expression(branch.test), self.block(branch.body), orelse, self.span(branch.test)),
            )
        return orelse

    def while_(self, node: ast.While) -> Iterable[f.Statement]:
        return (
            f.While(
                self.expression(node.test),
                self.block(node.body),
                self.block(node.orelse),
                self.span(node.test),
            ),
        )

    def for_(self, node: ast.For | ast.AsyncFor) -> Iterable[f.Statement]:
        return (
            f.For(
                self.expression(node.target),
                self.expression(node.iter),
                self.block(node.body),
                self.block(node.orelse),
                self.span(node.iter),
            ),
        )

    def try_(self, node: ast.Try) -> Iterable[f.Statement]:
        star = type(node) is not ast.Try or position(node) in self.marks.except_stars
        return (
            f.Try(
                self.block(node.body),
                tuple(map(self.handler, node.handlers)),
                self.block(node.orelse),
                self.block(node.finalbody),
                star,
            ),
        )

    def handler(self, node: ast.ExceptHandler) -> f.Handler:
        kinds = node.type
        lowered = None if kinds is None else self.expression(kinds)
        if isinstance(kinds, ast.BinOp) and position(kinds) in self.marks.exception_tuples:
            lowered = f.Display("tuple", self.expressions(operands(kinds)))
        return f.Handler(lowered, node.name, self.block(node.body), self.span(kinds or node))

    def with_(self, node: ast.With | ast.AsyncWith) -> Iterable[f.Statement]:
        items = tuple(
            f.WithItem(
                self.expression(item.context_expr),
                None if item.optional_vars is None else self.expression(item.optional_vars),
            )
            for item in node.items
        )
        return (f.With(items, self.block(node.body), self.span(node.items[0].context_expr)),)

    def match(self, node: ast.Match) -> Iterable[f.Statement]:
        return (
            f.Match(
                self.expression(node.subject), tuple(map(self.case, node.cases)), self.span(node.subject)
            ),
        )

    def case(self, node: ast.match_case) -> f.Case:
        reads: list[ast.expr] = []
        binds: list[str] = []
        for part in ast.walk(node.pattern):
            if isinstance(part, ast.MatchValue):
                reads.append(part.value)
            elif isinstance(part, ast.MatchSingleton) and part is node.pattern:
                reads.append(ast.copy_location(ast.Constant(part.value), part))
            elif isinstance(part, ast.MatchClass):
                reads.append(part.cls)
            elif isinstance(part, ast.MatchMapping):
                reads.extend(part.keys)
                binds.extend([part.rest] if part.rest else [])
            elif isinstance(part, ast.MatchAs | ast.MatchStar) and part.name:
                binds.append(part.name)
        guard = None if node.guard is None else self.expression(node.guard)
        irrefutable = isinstance(node.pattern, ast.MatchAs) and node.pattern.pattern is None
        is_value = isinstance(node.pattern, ast.MatchValue | ast.MatchSingleton)
        return f.Case(
            self.expressions(reads), tuple(binds), guard, irrefutable, self.block(node.body), is_value
        )

    def function(self, node: _Function) -> Iterable[f.Statement]:
        span = self.definition_span(node)
        arguments = node.args
        every = [
            *arguments.posonlyargs,
            *arguments.args,
            arguments.vararg,
            *arguments.kwonlyargs,
            arguments.kwarg,
        ]
        annotations = [argument.annotation for argument in every if argument and argument.annotation]
        definition = f.FunctionDef(
            node.name,
            isinstance(node, ast.AsyncFunctionDef),
            self.expressions(node.decorator_list),
            self.parameters(arguments),
            self.expressions([*annotations, *([node.returns] if node.returns else [])]),
            self.type_parameters(node),
            span,
        )
        if isinstance(node.body[0], ast.Pass) and len(node.body) == 1:
            self.passing.add(node.body[0].lineno)
        elif self.contains_import(node):
            self.bodies.append(self.function_body(node, span))
        return (definition,)

    def pass_(self, node: ast.Pass) -> Iterable[f.Statement]:
        """Nothing, or the definition in whose place the `pass` was put."""
        plain = self.plain.get(node.lineno)
        if plain is None:
            return ()
        self.passing.add(node.lineno)
        return (plain,)

    def function_body(self, node: _Function, span: f.Span) -> f.FunctionBody:
        """What the function does that `node` defines."""
        outer, self.in_function = self.in_function, True
        body = self.block(node.body)
        self.in_function = outer
        speaks = words.is_between(self.yield_lines, node.lineno, node.end_lineno or node.lineno)
        return f.FunctionBody(span.line, span.column, body, speaks and _yields(node.body))

    def parameters(self, node: ast.arguments) -> f.Parameters:
        """The names of a function's parameters, with their defaults."""
        return f.Parameters(
            tuple([argument.arg for argument in node.posonlyargs]),
            tuple([argument.arg for argument in node.args]),
            node.vararg.arg if node.vararg else None,
            tuple([argument.arg for argument in node.kwonlyargs]),
            node.kwarg.arg if node.kwarg else None,
            self.expressions(node.defaults),
            tuple([None if default is None else self.expression(default) for default in node.kw_defaults]),
        )

    def type_parameters(self, node: _Function | ast.ClassDef) -> tuple[str, ...]:
        if self.is_marked and (marked := self.marks.type_parameters.get(position(node))):
            return marked
        return tuple([parameter.name for parameter in getattr(node, "type_params", ())])

    def contains_import(self, node: _Function) -> bool:
        """Whether the function, or one inside it, imports; only a body whose lines say so is walked."""
        first, last = node.body[0].lineno, node.end_lineno or node.lineno
        if not words.is_between(self.import_lines, first, last):
            return False
        if _has_import_statement(node.body):
            return True
        return words.is_between(self.import_call_lines, first, last) and any(
            isinstance(part, ast.Call) and _last_name(part.func) in ("import_module", "__import__")
            for statement in node.body
            for part in ast.walk(statement)
        )

    def class_(self, node: ast.ClassDef) -> Iterable[f.Statement]:
        outer, self.in_function = self.in_function, False
        definition = f.ClassDef(
            node.name,
            self.expressions(node.decorator_list),
            self.expressions(node.bases),
            self.keywords(node.keywords),
            self.type_parameters(node),
            self.block(node.body),
            self.definition_span(node),
        )
        self.in_function = outer
        return (definition,)

    def return_(self, node: ast.Return) -> Iterable[f.Statement]:
        return (f.Return(None if node.value is None else self.expression(node.value), self.span(node)),)

    def raise_(self, node: ast.Raise) -> Iterable[f.Statement]:
        return (
            f.Raise(
                None if node.exc is None else self.expression(node.exc),
                None if node.cause is None else self.expression(node.cause),
                self.span(node),
            ),
        )

    def assert_(self, node: ast.Assert) -> Iterable[f.Statement]:
        message = None if node.msg is None else self.expression(node.msg)
        return (f.Assert(self.expression(node.test), message, self.span(node)),)


_INNER = ("body", "handlers", "orelse", "finalbody", "cases")
"""The fields of statements that have statements in them, or what has."""


def _has_import_statement(body: Sequence[ast.stmt]) -> bool:
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            return True
        for field in _INNER:
            waiting.extend(getattr(node, field, ()))
    return False


def _yields(body: Sequence[ast.stmt]) -> bool:
    """Whether a function with this body is a generator; those inside it count for themselves."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, _Function | ast.Lambda | ast.ClassDef):
            waiting.extend(ast.iter_child_nodes(node))
    return False


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


# The values are methods that take the node type of their key, which a dict's type cannot say.
_STATEMENTS: dict[type[ast.AST], Callable[..., Iterable[f.Statement]]] = {
    ast.Import: Extractor.import_,
    ast.ImportFrom: Extractor.import_from,
    ast.Expr: Extractor.evaluate,
    ast.Assign: Extractor.assign,
    ast.AugAssign: Extractor.augmented_assign,
    ast.AnnAssign: Extractor.annotated_assign,
    ast.Delete: Extractor.delete,
    ast.If: Extractor.if_,
    ast.While: Extractor.while_,
    ast.For: Extractor.for_,
    ast.AsyncFor: Extractor.for_,
    ast.Try: Extractor.try_,
    ast.With: Extractor.with_,
    ast.AsyncWith: Extractor.with_,
    ast.Match: Extractor.match,
    ast.FunctionDef: Extractor.function,
    ast.AsyncFunctionDef: Extractor.function,
    ast.ClassDef: Extractor.class_,
    ast.Return: Extractor.return_,
    ast.Raise: Extractor.raise_,
    ast.Assert: Extractor.assert_,
    ast.Pass: Extractor.pass_,
    ast.Break: lambda self, node: (f.Break(),),
    ast.Continue: lambda self, node: (f.Continue(),),
    ast.Global: lambda self, node: (f.Global(tuple(node.names)),),
    ast.Nonlocal: lambda self, node: (f.Nonlocal(tuple(node.names)),),
}

if hasattr(ast, "TryStar"):
    _STATEMENTS[ast.TryStar] = Extractor.try_
if hasattr(ast, "TypeAlias"):
    _STATEMENTS[ast.TypeAlias] = Extractor.type_alias
