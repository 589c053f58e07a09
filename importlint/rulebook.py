"""From a rule's code or name to its page, and from a page's text to the examples that it shows.

A page is documentation, fixture and claim about CPython: a fence with a title is a file, a `console` fence
is a session in a directory that holds the files above it. `##` starts from an empty directory; `###` inherits
the files of its `##`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from importlint.errors import ImportlintError, did_you_mean

_PAGE_NAME = re.compile(r"(?P<code>IL\d{3})-(?P<name>[a-z0-9-]+)\.md")
_HEADING = re.compile(r"(?P<level>#{1,3}) (?P<title>.+)")
_FENCE = re.compile(r"(?P<ticks>`{3,}|~{3,})(?P<language>[\w-]*)(?: +title=\"(?P<title>[^\"]*)\")? *")
_SENTENCE = re.compile(r".+?[.!?](?=\s|$)", re.DOTALL)


class PageError(ImportlintError):
    """A page is not written as the rulebook's pages are; the text names page and line."""


class File(Struct, frozen=True, kw_only=True):
    """A file that the reader has from here on."""

    path: str
    text: str
    line: int


class Command(Struct, frozen=True, kw_only=True):
    """A line after `$`, and what stands below it."""

    arguments: str
    output: tuple[str, ...]
    line: int


class Console(Struct, frozen=True, kw_only=True):
    """A session in the directory of the files above."""

    title: str
    """The versions it is about, such as `Python 3.13 and later`; empty for all."""
    commands: tuple[Command, ...]
    line: int


class Section(Struct, frozen=True, kw_only=True):
    """A heading with what it shows, in order."""

    title: str
    level: int
    line: int
    parts: tuple[File | Console, ...]


class Example(Struct, frozen=True, kw_only=True):
    """A console with the files that are in its directory when it begins, by path."""

    section: Section
    console: Console
    files: Mapping[str, str]


class Page(Struct, frozen=True, kw_only=True):
    """One rule's page."""

    path: str
    head: Mapping[str, str]
    """The front matter: `code`, `name`, `severity`, `since`."""
    title: str
    summary: str
    """Its first sentence, on one line."""
    sections: tuple[Section, ...]


def page_directory() -> str:
    """Where the pages are: inside an installed package, or beside the package in a checkout."""
    package = os.path.dirname(os.path.abspath(__file__))
    installed = os.path.join(package, "_pages")
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(package), "rules")


def find_page(wanted: str, directory: str) -> str:
    """The path of the page of the rule with that code or name; `ImportlintError` if there is none."""
    names = [name for path in page_paths(directory) if (name := _PAGE_NAME.fullmatch(os.path.basename(path)))]
    for name in names:
        if wanted.casefold() in (name["code"].casefold(), name["name"]):
            return os.path.join(directory, name.string)
    known = [word for name in names for word in (name["code"], name["name"])]
    raise ImportlintError(f"`{wanted}` is not a rule's code or name{did_you_mean(wanted, known)}")


def page_paths(directory: str) -> list[str]:
    """The paths of all pages in `directory`, sorted; a directory that does not exist has none."""
    names = sorted(os.listdir(directory)) if os.path.isdir(directory) else []
    return [os.path.join(directory, name) for name in names if _PAGE_NAME.fullmatch(name)]


def read_page(path: str) -> str:
    """A page as people read it: without its front matter."""
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    return text.partition("\n---\n")[2] if text.startswith("---\n") else text


def parse_page(path: str, text: str) -> Page:
    """What a page says and shows; `PageError` if it is not in the rulebook's format."""
    lines = text.splitlines()
    head, start = _head(path, lines)
    blocks = list(_blocks(path, lines, start))
    if not blocks or not isinstance(blocks[0], Section) or blocks[0].level != 1:
        raise PageError(f"{path}:{start + 1}: the title (`# `) comes first")
    first = blocks[0]
    prose = " ".join(_paragraph(lines, first.line))
    sentence = _SENTENCE.match(prose)
    if sentence is None:
        raise PageError(f"{path}:{first.line}: no sentence follows the title")
    return Page(
        path=path,
        head=head,
        title=first.title,
        summary=sentence[0],
        sections=tuple(_sections(path, blocks[1:])),
    )


def examples(page: Page) -> Iterator[Example]:
    """Every console of the page, with its files."""
    inherited: dict[str, str] = {}
    for section in page.sections:
        files = dict(inherited) if section.level == 3 else {}
        for part in section.parts:
            if isinstance(part, File):
                files[part.path] = part.text
            else:
                yield Example(section=section, console=part, files=dict(files))
        if section.level == 2:
            inherited = files


def _head(path: str, lines: list[str]) -> tuple[dict[str, str], int]:
    """The front matter, and the index of the line after it."""
    if lines[:1] != ["---"] or "---" not in lines[1:]:
        raise PageError(f"{path}:1: a page starts with its front matter between two lines of `---`")
    end = lines.index("---", 1)
    pairs = [line.partition(": ") for line in lines[1:end]]
    return {key: value.strip() for key, _, value in pairs}, end + 1


def _paragraph(lines: list[str], start: int) -> Iterator[str]:
    """The first paragraph at or after the index `start`, line by line."""
    while start < len(lines) and not lines[start].strip():
        start += 1
    for line in lines[start:]:
        if not line.strip() or _HEADING.fullmatch(line) or _FENCE.fullmatch(line):
            return
        yield line.strip()


def _blocks(path: str, lines: list[str], index: int) -> Iterator[Section | File | Console]:
    """Headings (as sections without parts), files and consoles from the line at `index` on."""
    while index < len(lines):
        line = index + 1
        fence = _FENCE.fullmatch(lines[index])
        heading = _HEADING.fullmatch(lines[index])
        if fence is None:
            if lines[index].startswith(("```", "~~~")):
                raise PageError(f"{path}:{line}: this fence is neither a plain one nor one with a title")
            if heading is not None:
                yield Section(
                    title=heading["title"].strip(), level=len(heading["level"]), line=line, parts=()
                )
            index += 1
            continue
        end = next((at for at in range(line, len(lines)) if lines[at].rstrip() == fence["ticks"]), None)
        if end is None:
            raise PageError(f"{path}:{line}: this fence is not closed")
        body = lines[line:end]
        if fence["language"] == "console":
            yield Console(title=fence["title"] or "", commands=_commands(path, body, line), line=line)
        elif fence["title"] is not None:
            yield File(path=fence["title"], text="".join(f"{text}\n" for text in body), line=line)
        index = end + 1


def _commands(path: str, body: list[str], above: int) -> tuple[Command, ...]:
    """The commands of a console whose first line stands below line `above`."""
    starts = [at for at, text in enumerate(body) if text.startswith("$ ")]
    if not starts or starts[0] != 0:
        raise PageError(f"{path}:{above + 1}: a console starts with `$ ` and a command")
    return tuple(
        Command(
            arguments=body[start][2:].strip(), output=tuple(body[start + 1 : end]), line=above + 1 + start
        )
        for start, end in zip(starts, [*starts[1:], len(body)], strict=True)
    )


def _sections(path: str, blocks: list[Section | File | Console]) -> Iterator[Section]:
    """The sections with their parts."""
    headings = [at for at, block in enumerate(blocks) if isinstance(block, Section)]
    if headings[:1] != [0] and blocks:
        raise PageError(f"{path}:{blocks[0].line}: files and consoles stand below a `## ` heading")
    for start, end in zip(headings, [*headings[1:], len(blocks)], strict=True):
        heading = blocks[start]
        assert isinstance(heading, Section)
        if heading.level == 1:
            raise PageError(f"{path}:{heading.line}: a page has one title")
        parts = tuple(part for part in blocks[start + 1 : end] if not isinstance(part, Section))
        yield Section(title=heading.title, level=heading.level, line=heading.line, parts=parts)
