"""From a text to the same text without the function bodies that import nothing, line for line.

Most of a file is inside functions, and nothing of that is a fact unless they import. Regular expressions guess
where a body begins and ends; three things prove the guess, and without them a file is parsed whole:

- in the tree of what is left, the `pass` that was put in place of a body is all that a function does; one in place
  of a whole definition, whose facts its first line tells, is a statement;
- a parser accepts each body that was cut out as that of a function: it has no syntax errors and is complete;
- its lines are deeper than their `def`, but for blank ones, comments, and what is inside strings.

Language reference, "Lexical analysis".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from importlint.syntax import facts as f
from importlint.syntax.words import IMPORT_CALLS

_HEAD = "def f():\n"
_VALUES: Mapping[str, bool | None] = {"None": None, "True": True, "False": False}
_SHORT = 60
"""Characters of a body that is not worth cutting out."""
_STEPS = 1000
"""Attributes, calls and operators of the largest statement that is cut out. Its parser recurses into a chain of
them: 1 MiB of stack, all that Windows gives, is enough for 7,000."""
_ELIFS = 100
"""Of the largest body that is cut out; CPython's parser recurses into a chain of them."""

_EMPTY = r"(?:[ \t\f]*(?:\#[^\n]*)?\n)"
_COLON = r"[^\n\#]*:[ \t]*(?:\#[^\n]*)?\n"
"""The rest of a line, up to a colon."""
_TRIPLE = r'(?:"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""' + r"|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*''')"
_DEFINITION = re.compile(
    rf"""
      \"\"\" | \'\'\'
    | \n (?P<indent> [ \t]*) (?:async[ \t]+)? def [ \t]
      (?: {_COLON}                                          # the signature ends with its line, or
        | [^\n\#]*[(,\[][ \t]*(?:\#[^\n]*)?\n               # with the first one below that has a colon at its end
          (?: {_EMPTY} | (?P=indent)(?:[ \t]+(?=[^\s\#])|(?=\)))(?!{_COLON})[^\n]*\n ){{0,200}}
          (?P=indent)(?:[ \t]+(?=[^\s\#])|(?=\))){_COLON}
      )
      (?P<body>
        {_EMPTY}* (?P<margin> (?P=indent)[ \t]+ )[^\s\#][^\n]*\n
        (?: (?P=indent)[ \t][^\n]*\n | \n | {_EMPTY} )*
      )
    """,
    re.VERBOSE,
)
_NAME = r"[A-Za-z_]\w*"
_PLAIN = re.compile(
    rf"""
      def[ ] (?P<name> {_NAME}) \(
      (?: (?P<names> {_NAME} (?:,[ ]{_NAME})*) (?:,[ ]|(?=\))) )?
      (?P<defaults> (?: {_NAME}=(?:None|True|False) (?:,[ ]|(?=\))) )*)
      (?: \*(?P<rest> {_NAME}) (?:,[ ]|(?=\))) )?
      (?: \*\*(?P<keywords> {_NAME}) )?
      \):\n
    """,
    re.VERBOSE | re.ASCII,
)
"""The first line of a definition that says all that is a fact of it."""
_DEFAULT = re.compile(r"(\w+)=(\w+)")
_STRING = re.compile(_TRIPLE, re.DOTALL)
_DOCSTRING = re.compile(rf"{_EMPTY}*[ \t]*[rRuU]?{_TRIPLE}", re.DOTALL)
_SURE_STATEMENT = re.compile(r"(?<!\\)\n[ \t]+(?=(?:assert|del|raise|return|while|with)\b)")
"""Where a statement begins: no expression has such a line, nor has a string without triple quotes."""
_TAB = re.compile(r"^ *\t", re.MULTILINE)
_SPACE = re.compile(r"^\t* ", re.MULTILINE)
_IMPORT_STATEMENT = re.compile(r"(?:^|[:;])[ \t]*(?:lazy[ \t]+)?(?:from\b[^\n]*)?\bimport\b", re.MULTILINE)


class Skeleton(Struct, frozen=True):
    """A text whose function bodies that import nothing are cut out, if the guess is right."""

    text: str
    """All lines of it, with a `pass` in place of each body or plain definition."""
    lines: frozenset[int]
    """Where a `pass` was put."""
    plain: Mapping[int, f.FunctionDef]
    """The definitions that were cut out whole, by their lines."""
    bodies: str
    """A module of functions with the bodies that were cut out."""


def skim(text: str) -> Skeleton | None:
    """The skeleton of a text; None if there is nothing to cut out."""
    text = f"\n{text}" if text.endswith("\n") else f"\n{text}\n"
    left: list[str] = []
    lines: set[int] = set()
    plain: dict[int, f.FunctionDef] = {}
    bodies: list[str] = []
    position = kept = line = 0
    while found := _DEFINITION.search(text, position):
        indent, body, margin = found.groups()
        if body is None:
            string = _STRING.match(text, found.start())
            if string is None:
                break
            position = string.end()
            continue
        start, end = found.span("body")
        if is_dedented := _is_cut_short(body):
            end = _end(text, start, indent)
            body = text[start:end]
        position = end - 1
        first = found.start() + 1 + len(indent)
        head = None if is_dedented else _plain_head(text, first, start)
        if (head is None and len(body) < _SHORT) or not _can_be_cut_out(body):
            continue
        module = _module(body, margin) if is_dedented else f"{head[0] if head else _HEAD}{body}"
        if not module:
            continue
        bodies.append(module)
        if head is not None:
            start, margin = first, ""
        above, count = text[kept:start], text.count("\n", start, end)
        line += above.count("\n")
        lines.add(line)
        if head is not None:
            plain[line] = _definition(head, line, len(indent) + 1)
        line += count
        left += (above, margin, "pass", "\n" * count)
        kept = end
    if not bodies:
        return None
    left.append(text[kept:])
    return Skeleton("".join(left)[1:], frozenset(lines), plain, "".join(bodies))


def _plain_head(text: str, start: int, body: int) -> re.Match[str] | None:
    """The first line of a definition that begins at `start`, if it is plain and surely not decorated."""
    head = _PLAIN.fullmatch(text, start, body)
    if head is None:
        return None
    above = text[text.rfind("\n", 0, text.rfind("\n", 0, start)) + 1 : start].strip()
    return None if above.startswith("@") or above.endswith((")", "\\")) else head


def _definition(head: re.Match[str], line: int, column: int) -> f.FunctionDef:
    """The fact that the first line of a plain definition tells."""
    name, names, defaults, rest, keywords = head.groups()
    positional = names.split(", ") if names else []
    values: list[f.Expression] = []
    for parameter, value in _DEFAULT.findall(defaults):
        positional.append(parameter)
        values.append(f.Constant(_VALUES[value]))
    parameters = f.Parameters((), tuple(positional), rest, (), keywords, tuple(values), ())
    span = f.Span(line, column, line, column + len("def ") + len(name))
    return f.FunctionDef(name, False, (), parameters, (), (), span)


def definition_end(text: str, start: int) -> int:
    """Where the definition of a function on the line that begins at `start` ends, as guessed."""
    found = _DEFINITION.match(f"\n{text}" if start == 0 else text, max(start - 1, 0))
    if found is None or found["body"] is None:
        return text.find("\n", start) + 1 or len(text)
    end = found.end() - (start == 0)
    return (
        _end(text, found.start("body") - (start == 0), found["indent"])
        if _is_cut_short(found["body"])
        else end
    )


def _is_cut_short(body: str) -> bool:
    """Whether a string or an expression goes on below a body, as guessed."""
    return body.count('"""') % 2 == 1 or body.count("'''") % 2 == 1 or body.endswith("\\\n")


def _can_be_cut_out(body: str) -> bool:
    """Whether a body surely imports nothing and is no danger to the parsers."""
    if "\f" in body or ("import" in body and _imports(body)):
        return False
    if "\t" in body and _TAB.search(body) and _SPACE.search(body):  # how deep is that?
        return False
    return len(body) < 2 * _STEPS or (_steps(body) < _STEPS and body.count("elif") < _ELIFS)


def _steps(body: str) -> int:
    """How many attributes, calls and operators a body has, or a part of it that surely begins with a statement."""
    pieces = (body,) if '"""' in body or "'''" in body else _SURE_STATEMENT.split(body)
    return max(sum(map(piece.count, ".([+-*/%@&|^<>")) for piece in pieces)


def _imports(body: str) -> bool:
    """Whether a body has an import, as far as can be told without its docstring."""
    docstring = _DOCSTRING.match(body)
    start = docstring.end() if docstring else 0
    return (IMPORT_CALLS.search(body, start) or _IMPORT_STATEMENT.search(body, start)) is not None


def _module(body: str, margin: str) -> str:
    """A text with no syntax error only if what looks less deep than `margin` in `body` is in strings.

    Empty if there is none: as code, a `try` around the function lets pass just what is looked for here.
    """
    outer = margin[0]
    if len(margin) < 2 or re.search(rf"\n(?:{outer}[^\s#]|except\b|finally\b)", body):
        return ""
    return f"try:\n{outer}def f():\n{body}finally: pass\n"


def _end(text: str, start: int, indent: str) -> int:
    """Where a body ends that starts at `start`, found by following its strings."""
    found = _deeper_lines(indent).match(text, start)
    assert found, "no lines are lines"
    return found.end()


@lru_cache(maxsize=64)
def _deeper_lines(indent: str) -> re.Pattern[str]:
    """Lines that are deeper than `indent`, with the strings that begin on them."""
    plain = r"[^\n\"'#\\]*"
    token = rf"""{_TRIPLE}|"(?!"")(?:[^"\\\n]|\\.)*"|'(?!'')(?:[^'\\\n]|\\.)*'|\\.|\#[^\n]*"""
    return re.compile(rf"(?:{_EMPTY}|{indent}[ \t]+(?=[^\s#]){plain}(?:(?:{token}){plain})*\n)*", re.DOTALL)
