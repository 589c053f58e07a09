"""From text in syntax newer than the running Python's to the same text in that of Python 3.10.

Every construct is overwritten in place: what older versions do not know becomes spaces or older syntax of the
same length, so that all that is kept stays where it is; marks say what was meant. Only a backslash may be
added at the end of a line. No other module needs libcst to parse: import this one when needed.

| PEP | written | lowered | marked |
| --- | --- | --- | --- |
| 646 | `a[*b]`, `*args: *Ts` | `a[ b]`, `*args:  Ts` | |
| 654 | `except* A:` | `except  A:` | the `try` |
| 695, 696 | `def f[T: int = str](x)`, `class C[T]` | `def f              (x)`, `class C   ` | the statement |
| 695 | `type X[T] = value` | `...; X    = value` | the assignment |
| 701, 750 | `f"a {x!r:{w}}"`, `t"{x}"` | `(    x,   w,  )`, `(  x,)` | the tuple |
| 758 | `except A, B:` | `except A\\| B:` | the `\\|` |
| 798 | `[*x for x in y]`, `{**d for d in ds}` | `[ x for x in y]`, `{  d for d in ds}` | the latter |
| 810 | `lazy import a` | `...; import a` | the import |
"""

from __future__ import annotations

import re
import sys
import threading
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, CodeSpan, MetadataWrapper
from msgspec import Struct

from importlint.syntax.marks import Marks, Position
from importlint.syntax.nesting import nests_too_deeply

_STACK_SIZE = 64 * 1024 * 1024
"""Of the thread that parses: enough on every platform for all that `nests_too_deeply` lets pass."""
_RECURSION_LIMIT = 30_000
"""While it parses; libcst writes code with up to a dozen Python calls for each level of nesting."""

_T_PREFIX = re.compile(rb"""\b[tT](?=[rR]?["'])|(?<=\b[rR])[tT](?=["'])""")
_MARGIN = re.compile(rb"[ \t\f]*")
_GAP = rb"(?:[ \t\f]|\\\n)*"
_WIDE_GAP = rb"(?:\s|\\\n|#[^\n]*)*"
_KEYWORD = re.compile(rb"(?:lazy|type)" + _GAP)
_STAR = re.compile(rb"except" + _GAP + rb"\*")
_DOUBLE_STAR = re.compile(rb"\{" + _WIDE_GAP + rb"\*\*")
_ITEM_END = re.compile(rb"(?:[\s)]|\\\n|#[^\n]*)*")


class Lowered(Struct, frozen=True):
    """A text in the syntax of Python 3.10, with every node at its place, and what it says otherwise."""

    text: str
    marks: Marks


def lower(text: str) -> Lowered | None:
    """`text` in the syntax of Python 3.10; None if libcst cannot read it, or it is too deep for libcst."""
    if nests_too_deeply(text):
        return None
    stack_size = threading.stack_size(_STACK_SIZE)
    recursion_limit = sys.getrecursionlimit()
    sys.setrecursionlimit(_RECURSION_LIMIT)
    try:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(_lower, text.encode()).result()
    finally:
        threading.stack_size(stack_size)
        sys.setrecursionlimit(recursion_limit)


def _lower(data: bytes) -> Lowered | None:
    # libcst 1.9 cannot concatenate t-strings, nor read `tr""`; to it they are f-strings. Where this hits the
    # inside of another string or a comment, nothing but its content changes.
    readable = _T_PREFIX.sub(b"f", data)
    try:
        module = cst.parse_module(readable.decode())
        shifts = _shifts(module.code.encode(), readable)
        spans = MetadataWrapper(module, unsafe_skip_copy=True).resolve(ByteSpanPositionProvider)
    except (cst.ParserSyntaxError, cst.CSTLogicError, cst.CSTValidationError, RecursionError, MemoryError):
        return None
    lowering = _Lowering(data, spans, shifts)
    lowering.lower_all()
    return lowering.lowered()


def _shifts(code: bytes, data: bytes) -> list[tuple[int, int]]:
    """From `libcst`'s rendering of `data` back to it: from which offset on, in order, what is to be added.

    libcst 1.9 forgets white space before some colons and rewrites margins with form feeds; it is meant to
    forget nothing, so `CSTLogicError` is raised for all else.
    """
    shifts = [(0, 0)]
    if code == data:
        return shifts
    written, read = 0, 0
    if code.count(b"\n") != data.count(b"\n"):
        raise cst.CSTLogicError("libcst renders other lines than it read")
    for rendered, original in zip(code.split(b"\n"), data.split(b"\n"), strict=True):
        if rendered != original:
            for at, there in _aligned(rendered, original):
                shifts.append((written + at, read + there - written - at))
        written += len(rendered) + 1
        read += len(original) + 1
        shifts.append((written, read - written))
    return shifts


def _aligned(rendered: bytes, original: bytes) -> Iterator[tuple[int, int]]:
    """Where the two lines, which differ in white space, are the same again: offsets in each."""
    at, there = _match_end(_MARGIN, rendered, 0), _match_end(_MARGIN, original, 0)
    yield at, there
    while there < len(original):
        if rendered[at : at + 1] == original[there : there + 1]:
            at += 1
            there += 1
            continue
        forgotten = _match_end(_MARGIN, original, there) - there
        if not forgotten:
            raise cst.CSTLogicError("libcst renders other code than it read")
        there += forgotten
        yield at, there
    if at != len(rendered):
        raise cst.CSTLogicError("libcst renders more code than it read")


_LOWERED = {
    cst.LazyImport,
    cst.LazyImportFrom,
    cst.TypeAlias,
    cst.FunctionDef,
    cst.ClassDef,
    cst.TryStar,
    cst.ExceptStarHandler,
    cst.ExceptHandler,
    cst.Index,
    cst.Annotation,
    cst.ListComp,
    cst.SetComp,
    cst.GeneratorExp,
    cst.StarredDictComp,
    cst.ConcatenatedString,
    cst.FormattedString,
}


class _Lowering:
    """Overwrites, in a copy of the text, what it is shown of newer syntax."""

    def __init__(
        self, data: bytes, spans: Mapping[cst.CSTNode, CodeSpan], shifts: Sequence[tuple[int, int]]
    ) -> None:
        self.original = data
        self.data = bytearray(data)
        self.spans = spans
        self.line_starts = [0, *(match.end() for match in re.finditer(rb"\n", data))]
        self.shifts = shifts
        self.done: set[cst.CSTNode] = set()
        """Strings that were looked at as a part of another."""
        self.dropped_until = 0
        """Where the last type parameters end, of which nothing is kept."""
        self.continued: list[int] = []
        """Offsets of the line feeds that need a backslash before them."""
        self.lazy_imports: dict[Position, Position] = {}
        self.type_aliases: dict[Position, Position] = {}
        self.type_parameters: dict[Position, tuple[str, ...]] = {}
        self.except_stars: set[Position] = set()
        self.exception_tuples: set[Position] = set()
        self.opaque_strings: set[Position] = set()
        self.dict_comprehensions: set[Position] = set()

    def lowered(self) -> Lowered:
        for offset in sorted(self.continued, reverse=True):
            self.data[offset:offset] = b"\\"
        marks = Marks(
            lazy_imports=self.lazy_imports,
            type_aliases=self.type_aliases,
            type_parameters=self.type_parameters,
            except_stars=self.except_stars,
            exception_tuples=self.exception_tuples,
            opaque_strings=self.opaque_strings,
            dict_comprehensions=self.dict_comprehensions,
        )
        return Lowered(self.data.decode(), marks)

    # ---- places: offsets in bytes from the beginning of the text ----

    def start(self, node: cst.CSTNode) -> int:
        return self.offset(self.spans[node].start)

    def end(self, node: cst.CSTNode) -> int:
        span = self.spans[node]
        return self.offset(span.start + span.length)

    def offset(self, rendered: int) -> int:
        """From an offset in what libcst renders to one in the text."""
        index = bisect_right(self.shifts, (rendered, len(self.original))) - 1
        return rendered + self.shifts[index][1]

    def position(self, offset: int) -> Position:
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1]

    def blank(self, start: int, length: int) -> None:
        end = start + length
        self.data[start:end] = re.sub(rb"[^\n]", b" ", self.original[start:end])

    # ---- constructs ----

    def lower_all(self) -> None:
        """Lower every construct, the enclosing before the enclosed."""
        nodes = [node for node in self.spans if type(node) in _LOWERED]
        nodes.sort(key=lambda node: (self.spans[node].start, -self.spans[node].length))
        for node in nodes:
            if node not in self.done and self.start(node) >= self.dropped_until:
                self.lower(node)

    def lower(self, node: cst.CSTNode) -> None:
        match node:
            case cst.LazyImport() | cst.LazyImportFrom():
                self.lazy_import(node)
            case cst.TypeAlias():
                self.type_alias(node)
            case (
                cst.FunctionDef(type_parameters=cst.TypeParameters() as parameters)
                | cst.ClassDef(type_parameters=cst.TypeParameters() as parameters)
            ):
                self.drop_type_parameters(self.start(node), parameters)
            case cst.TryStar():
                self.except_stars.add(self.position(self.start(node)))
            case cst.ExceptStarHandler(type=kinds):
                self.blank(_match_end(_STAR, self.original, self.start(node)) - 1, 1)
                self.unite(kinds)
            case cst.ExceptHandler(type=kinds):
                self.unite(kinds)
            case cst.Index(star="*"):
                self.blank(self.start(node), 1)
            case (
                cst.Annotation(annotation=cst.StarredElement() as starred)
                | cst.ListComp(elt=cst.StarredElement() as starred)
                | cst.SetComp(elt=cst.StarredElement() as starred)
                | cst.GeneratorExp(elt=cst.StarredElement() as starred)
            ):
                self.blank(self.start(starred), 1)
            case cst.StarredDictComp():
                start = self.start(node)
                self.blank(_match_end(_DOUBLE_STAR, self.original, start) - 2, 2)
                self.dict_comprehensions.add(self.position(start))
            case cst.ConcatenatedString() | cst.FormattedString():
                self.string(node)

    def lazy_import(self, node: cst.LazyImport | cst.LazyImportFrom) -> None:
        start = self.start(node)
        self.lazy_imports[self.position(self.split_off_keyword(start))] = self.position(start)

    def type_alias(self, node: cst.TypeAlias) -> None:
        start = self.start(node)
        assignment = self.split_off_keyword(start)
        self.type_aliases[self.position(assignment)] = self.position(start)
        if node.type_parameters:
            self.drop_type_parameters(assignment, node.type_parameters)

    def split_off_keyword(self, start: int) -> int:
        """Make a soft keyword of four letters a statement without effect; the offset of what follows it."""
        self.data[start : start + 4] = b"...;"
        return _match_end(_KEYWORD, self.original, start)

    def drop_type_parameters(self, statement: int, parameters: cst.TypeParameters) -> None:
        names = tuple(parameter.param.name.value for parameter in parameters.params)
        self.type_parameters[self.position(statement)] = names
        start, end = self.start(parameters), self.end(parameters)
        self.blank(start, end - start)
        self.dropped_until = end
        lines = re.finditer(rb"\n", self.original[start:end])
        self.continued.extend(start + match.start() for match in lines)

    def unite(self, kinds: cst.BaseExpression | None) -> None:
        """Make the commas of an exception tuple without parentheses into operators."""
        if not isinstance(kinds, cst.Tuple) or kinds.lpar:
            return
        for element in kinds.elements[:-1]:
            comma = _match_end(_ITEM_END, self.original, self.end(element.value))
            self.data[comma : comma + 1] = b"|"
        self.exception_tuples.add(self.position(self.start(kinds)))

    def string(self, node: cst.BaseExpression) -> None:
        """Make a string a tuple of what it evaluates, if it evaluates anything or is a t-string."""
        strings = _strings(node)
        self.done.update(strings)
        parts = [part for part in strings if isinstance(part, cst.FormattedString)]
        fields = [field for part in parts for field in _fields(part.parts)]
        if not fields and not any(self.is_template(part) for part in parts):
            return
        start, end = self.start(node), self.end(node)
        self.blank(start, end - start)
        self.data[start : start + 1] = b"("
        self.data[end - 1 : end] = b")"
        self.opaque_strings.add(self.position(start))
        for field in fields:
            self.keep_field(field)

    def is_template(self, part: cst.FormattedString) -> bool:
        start = self.start(part)
        return b"t" in self.original[start : start + 2].lower()

    def keep_field(self, field: cst.FormattedStringExpression) -> None:
        """Put back the expression of a replacement field, as an item of a tuple."""
        start = self.start(field) + 1
        end = _match_end(_ITEM_END, self.original, self.end(field.expression))
        self.data[start:end] = self.original[start:end]
        expression: cst.BaseExpression | None = field.expression
        if isinstance(expression, cst.Yield) and not expression.lpar:  # no item of a tuple
            self.blank(self.start(expression), len("yield"))
            value = expression.value
            if isinstance(value, cst.From):
                self.blank(self.start(value), len("from"))
                value = value.item
            expression = value
        if expression is not None and not _ends_with_comma(expression):
            self.data[end : end + 1] = b","


def _match_end(pattern: re.Pattern[bytes], data: bytes, start: int) -> int:
    match = pattern.match(data, start)
    if match is None:
        raise cst.CSTLogicError(f"no {pattern.pattern!r} at byte {start}")
    return match.end()


def _strings(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    """A string and the strings that it is concatenated of, in order."""
    strings = [node]
    while isinstance(node, cst.ConcatenatedString):
        strings += [node.left, node.right]
        node = node.right
    return strings


def _fields(contents: Sequence[cst.CSTNode]) -> Iterator[cst.FormattedStringExpression]:
    """The replacement fields, those of format specs included, in the order in which they are evaluated."""
    for content in contents:
        if isinstance(content, cst.FormattedStringExpression):
            yield content
            yield from _fields(content.format_spec or ())


def _ends_with_comma(expression: cst.BaseExpression) -> bool:
    if not isinstance(expression, cst.Tuple) or expression.lpar:
        return False
    return isinstance(expression.elements[-1].comma, cst.Comma)
