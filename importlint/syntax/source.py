"""From the bytes of a file to its text, decoded as CPython decodes a module that it imports.

Language reference, "Encoding declarations"; PEP 263; CPython's `decode_str`, `check_bom` and
`get_coding_spec`. What `python file` says may differ: it reads line by line, an import all at once.
"""

from __future__ import annotations

import codecs
import encodings
import enum
import os
import re
import stat
import warnings
from collections.abc import Sequence
from functools import cached_property

from msgspec import Struct

from importlint import disk
from importlint.archive import read_file

SIZE_LIMIT = 16 * 1024 * 1024
"""Bytes of the largest file that is read. A syntax tree takes 65 times the memory of common code, and 500
times that of a table of numbers; the largest module of CPython 3.13 has 0.8 MB."""

_BOM = codecs.BOM_UTF8
_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
_BLANK = re.compile(rb"[ \t\f]*(?:#|$)")
_LINE_END = re.compile(rb"\r\n?|\n")


class ProblemKind(enum.Enum):
    """At which step a file stopped being readable."""

    UNREADABLE = "unreadable"
    UNDECODABLE = "undecodable"
    UNPARSABLE = "unparsable"


class SourceProblem(Struct, frozen=True):
    """Why there is no text, or no syntax tree, of a file."""

    kind: ProblemKind
    message: str
    """In CPython's words where CPython would speak."""
    line: int = 1
    column: int = 1
    """Both from 1; columns in code points."""


class Source(Struct, frozen=True, dict=True):
    """The text of a file; every line end is a line feed."""

    path: str
    text: str

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends; after a final line feed comes an empty one."""
        return self.text.split("\n")


class Columns:
    """From the byte offsets of `ast` to columns in code points, for the text with these lines."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._tables: dict[int, list[int]] = {}

    def column(self, line: int, byte_offset: int) -> int:
        """The column, from 1, of `ast`'s `lineno` and `col_offset`; what is beyond a line is at its end."""
        text = self._lines[line - 1] if line <= len(self._lines) else ""
        if text.isascii():
            return min(byte_offset, len(text)) + 1
        table = self._tables.get(line)
        if table is None:
            table = self._tables[line] = _columns_of_bytes(text)
        return table[min(byte_offset, len(table) - 1)]


def read_source(path: str | os.PathLike[str], *, whole: bool = True) -> Source | SourceProblem:
    """The text of a regular file; `path` and `whole` as for `read_data`."""
    data = read_data(path, whole=whole)
    return data if isinstance(data, SourceProblem) else decode_source(os.fspath(path), data)


def read_data(path: str | os.PathLike[str], *, whole: bool = True) -> bytes | SourceProblem:
    """The bytes of the regular file at `path`, perhaps in an archive; devices, pipes and directories are not opened.

    `whole` as for `disk.read`.
    """
    path = os.fspath(path)
    try:
        if problem := _refusal(path):
            return SourceProblem(ProblemKind.UNREADABLE, problem)
        data = read_file(path, SIZE_LIMIT + 1, whole=whole)
    except OSError as error:
        dangling = isinstance(error, FileNotFoundError) and disk.is_link(path)
        reason = "it is a link that leads nowhere" if dangling else error.strerror or str(error)
        return SourceProblem(ProblemKind.UNREADABLE, reason)
    except ValueError as error:  # a null byte or a lone surrogate in the path
        return SourceProblem(ProblemKind.UNREADABLE, str(error))
    if len(data) > SIZE_LIMIT:
        return SourceProblem(ProblemKind.UNREADABLE, _TOO_LARGE)
    return data


def decode_source(path: str, data: bytes) -> Source | SourceProblem:
    """The text of a file with the content `data`."""
    if (null := data.find(0)) >= 0:
        place = _place(data.removeprefix(_BOM), null - len(_BOM) * data.startswith(_BOM))
        return SourceProblem(ProblemKind.UNPARSABLE, "source code string cannot contain null bytes", *place)
    bom = data.startswith(_BOM)
    if bom:
        data = data.removeprefix(_BOM)
    line, cookie = _declared_encoding(data)
    name = _normal_name(cookie)
    if bom and name != "utf-8":
        return SourceProblem(ProblemKind.UNDECODABLE, f"encoding problem: {name} with BOM", line)
    try:
        text = data.decode("utf-8") if name == "utf-8" else _decode(data, name)
        text.encode("utf-8")
    except UnicodeDecodeError as error:
        return SourceProblem(ProblemKind.UNDECODABLE, str(error), *_place(data, error.start))
    except (UnicodeError, LookupError) as error:
        return SourceProblem(ProblemKind.UNDECODABLE, str(error), line)
    return Source(path, text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text)


_TOO_LARGE = f"larger than {SIZE_LIMIT // 1024 // 1024} MiB"


def _refusal(path: str) -> str | None:
    mode = disk.mode(path)
    if stat.S_ISDIR(mode):
        return "is a directory"
    if mode and not stat.S_ISREG(mode):
        return "is not a regular file"
    signature = disk.sign(path)  # of what is read, the size is told with the content
    is_too_large = signature is not None and signature.size > SIZE_LIMIT and disk.size(path) > SIZE_LIMIT
    return _TOO_LARGE if is_too_large else None


def _declared_encoding(data: bytes) -> tuple[int, str]:
    """The line and name of the encoding declaration; line 1 and `utf-8` where there is none.

    It must be a comment in the first line, or in the second below a blank line or comment.
    """
    for number, line in enumerate(_LINE_END.split(data, 2)[:2], 1):
        if cookie := _COOKIE.match(line):
            return number, cookie[1].decode("ascii")
        if not _BLANK.match(line):
            break
    return 1, "utf-8"


def _normal_name(name: str) -> str:
    """CPython's `get_normal_name`: two encodings are recognised by the beginning of their names."""
    start = name[:12].lower().replace("_", "-")
    if re.match(r"utf-8(-|$)", start):
        return "utf-8"
    if re.match(r"(latin-1|iso-8859-1|iso-latin-1)(-|$)", start):
        return "iso-8859-1"
    return name


def _decode(data: bytes, encoding: str) -> str:
    """`data` decoded by a codec of the standard library; codecs that others registered are not run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        codec = encodings.search_function(encoding.lower())
        if codec is None:
            raise LookupError(f"unknown encoding: {encoding}")
        if not codec._is_text_encoding:  # `hex`, `zlib`, ...; CPython asks for the same attribute
            raise LookupError(f"{encoding!r} is not a text encoding")
        return codec.decode(data, "strict")[0]


def _place(data: bytes, offset: int) -> tuple[int, int]:
    """The line and column of the byte at `offset`."""
    before = _LINE_END.split(data[:offset])
    return len(before), len(before[-1].decode("utf-8", "replace")) + 1


def _columns_of_bytes(text: str) -> list[int]:
    """For each byte of `text` in UTF-8, and the end, the column of the character that it belongs to."""
    columns: list[int] = []
    for column, character in enumerate(text, 1):
        columns.extend([column] * len(character.encode("utf-8")))
    columns.append(len(text) + 1)
    return columns
