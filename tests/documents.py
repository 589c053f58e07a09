"""From a Markdown document to what a test can hold it to: its fences, tables, links and words of code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).parent.parent

_FENCE = re.compile(r"^```(?P<language>\w*)(?P<title>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (?P<command>.*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)
_CODE = re.compile(r"`(?P<code>[^`\n]+)`")
_LINK = re.compile(r"\[[^\]]+\]\((?P<target>[^)\s]+)\)")


class Fence(Struct, frozen=True):
    """A block between two lines of backticks."""

    language: str
    text: str


def fences(text: str, language: str) -> list[Fence]:
    """The document's fences of one language, in order."""
    found = (Fence(match["language"], match["text"]) for match in _FENCE.finditer(text))
    return [fence for fence in found if fence.language == language]


def console_commands(console: str) -> list[tuple[str, str]]:
    """Each command of a console, and what stands below it."""
    return [(match["command"], match["output"]) for match in _COMMAND.finditer(console)]


def shell_commands(text: str) -> Iterator[str]:
    """Every command that the document's shell fences and consoles show, without its comment."""
    for fence in fences(text, "bash"):
        for line in fence.text.splitlines():
            yield from re.sub(r"\s+#.*", "", line).split(" && ")
    for fence in fences(text, "console"):
        yield from (command for command, _ in console_commands(fence.text))


def prose(text: str) -> str:
    """The document without its fences."""
    return _FENCE.sub("", text)


def code_words(text: str) -> list[str]:
    """What stands between single backticks outside fences."""
    return [match["code"] for match in _CODE.finditer(prose(text))]


def link_targets(text: str) -> list[str]:
    """Where the document's links lead."""
    return [match["target"] for match in _LINK.finditer(prose(text))]


def table(text: str, *header: str) -> list[tuple[str, ...]]:
    """The rows of the table with that header, as texts; an empty list if there is none."""
    lines = iter(prose(text).splitlines())
    for line in lines:
        if _cells(line) == header:
            next(lines)
            rows = []
            for row in lines:
                if not row.startswith("|"):
                    break
                rows.append(_cells(row))
            return rows
    return []


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
