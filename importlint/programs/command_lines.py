"""From text to the commands in it that start Python with a literal target.

One scanner serves shells, Makefiles, YAML, TOML, ini files and lists of quoted words alike: it looks for the
interpreter's name where a command can stand, and reads the words behind it as far as they are written out.

"Command line and environment", "Interface options"; CPython `config_parse_cmdline` in `Python/initconfig.c`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

_WITH_VALUE = frozenset("WX")
_WITHOUT_VALUE = frozenset("bBdEiIOPqRsStuvx")
_SAFE = frozenset("IP")
_VERSION = re.compile(r"-(?:V:)?\d[\w.-]*")
"""What the launcher `py` is told of the version."""

_COVERAGE_WITH_VALUE = (
    "--concurrency",
    "--context",
    "--data-file",
    "--include",
    "--omit",
    "--rcfile",
    "--source",
)

_LITERAL = re.compile(r"[\w./\\+-]+")
"""Targets without variables, patterns and placeholders."""

_INTERPRETER = r"(?:python|pypy)(?:\d(?:\.\d+)*)?[dt]?(?:\.exe)?"
_INTERPRETER_WORD = re.compile(rf"(?:.*[/\\])?(?:{_INTERPRETER}|py)")

_PROGRAM = re.compile(
    rf"""
    (?<!\w) (?<!\w-)
    (?: {_INTERPRETER}
      | py (?=[ \t]+-)
      | \$[({{]?\w*PY(?:THON)?3?(?:_?(?:BIN|CMD|EXE))?\b[)}}]?
      | \{{envpython\}}
      | (?P<coverage> coverage3?(?:["']\s*,\s*["']|[ \t]+)run )
    )
    (?= ["']?(?:\s*,|[ \t]) )
    | (?<![^\s"'@]) (?P<script> \./[\w./-]+\.py ) (?![\w./-])
    """,
    re.VERBOSE,
)
_SHELL_WORD = re.compile(r"""[ \t]+(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"'`;&|<>()#][^\s"'`;&|<>()]*))""")
_LIST_ITEM = re.compile(r"""\s*,\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s,"'\][{}]+))""")

_LONGEST = 2000
"""How far from the start of its line a command can stand: no longer line was written by hand."""
_WORD_START = re.compile(r"""[\s"'`=;&|,\[]""")
_DIRECTORY_OR_MARK = re.compile(r"(?:[@+]|-(?!-))*|.*[(/\\]")
"""What may stand before an interpreter's name in its word: a path, what a Makefile silences it with, a bracket."""
_BREAK = re.compile(r"""&&|\|\||[;|(\["'`]|[:?+]?=\s|(?:^|\s)-\s|:\s""")
"""After this a command can begin."""
_BEFORE_COMMAND = re.compile(
    r"[@+-].*|\w+=.*|\d[\d.]*\w?|RUN|CMD|ENTRYPOINT|HEALTHCHECK|ONBUILD|exec|time|timeout|sudo|nohup|env|nice|command|then|do"
    r"|else|elif|if|while|until|!|\{|uv|poetry|pdm|hatch|pipenv|rye|pixi|conda|run|xvfb-run"
    rf"|{_INTERPRETER}|\$[({{]?\w*PY(?:THON)?3?[)}}]?|\{{envpython\}}"
)
"""Words that may stand between such a place and the interpreter's name."""
_ELSEWHERE = re.compile(r"--(?:directory|project)\b|-C")
_COMMENT = re.compile(r"(?:^|\s)#")
_NO_COMMAND = re.compile(
    r"\b(?:echo|printf|print)\b"
    r"|^[\s-]*(?:name|displayName|description|desc|title|summary|help|label)\s*[:=]"
)
"""What makes the rest of a line a text that is printed, or the name of something; not what is substituted in it."""
_CHANGES_DIRECTORY = re.compile(
    r"""(?:^|[\s;&|("'@`])cd[ \t]+(?:"([^"]*)"|'([^']*)'|([^\s;&|"']+))[ \t]*(?:&&|;)"""
)


class Command(Struct, frozen=True, kw_only=True):
    """What Python is told to run."""

    written: str
    """The words that count: `python -m shop.tool`."""
    is_module: bool
    """Whether the target is a module's name, after `-m`; else it is a path."""
    target: str
    is_safe: bool = False
    """`-P` or `-I` is among the options."""


class PlacedCommand(Struct, frozen=True, kw_only=True):
    """A command in a text."""

    command: Command
    start: int
    """An offset, as is `end`, the end of the target."""
    end: int
    changes: tuple[str, ...] | None = ()
    """The directories that the same line goes into before; None where they are not literal."""


def parse_command(words: Sequence[str]) -> Command | None:
    """What a list of words runs; None if it is no Python, or if its target is not written out."""
    match words:
        case [program, *arguments] if _INTERPRETER_WORD.fullmatch(program):
            return _python(arguments)
        case ["coverage" | "coverage3", "run", *arguments]:
            return _coverage(arguments)
    return None


def parse_program(written: str) -> Command | None:
    """What a setting says is run: a command of Python, or the arguments of one, such as `-m shop.tool`."""
    words = written.split()
    is_command = bool(words) and _INTERPRETER_WORD.fullmatch(words[0])
    return parse_command(words) if is_command else parse_command(["python", *words])


def commands_in(text: str) -> Iterator[PlacedCommand]:
    """The commands in a text, in order; its lines end in a line feed, and go on after a backslash."""
    text = text.replace("\\\n", "  ")  # as long as before
    for found in _PROGRAM.finditer(text):
        line_start = text.rfind("\n", 0, found.start()) + 1
        before = text[line_start : found.start()]
        if len(before) > _LONGEST:
            continue
        *_, own = _WORD_START.split(before)
        before = before[: len(before) - len(own)]
        if not _DIRECTORY_OR_MARK.fullmatch(own) or not _is_command_place(before, own):
            continue
        words = _words_after(text, found.end())
        command = _command(found, words)
        if command is not None and not _is_assigned_list(before, command):
            start = found.start() - len(own.lstrip("@+-("))
            target = start if found["script"] else text.index(command.target, found.end())
            end = target + len(command.target)
            yield PlacedCommand(command=command, start=start, end=end, changes=_changes(before))


def _command(found: re.Match[str], words: Sequence[str]) -> Command | None:
    if found["script"]:
        return Command(written=found["script"], is_module=False, target=found["script"])
    return _coverage(words) if found["coverage"] else _python(words)


def _is_command_place(before: str, own: str) -> bool:
    """Whether a command can begin after what stands before its word on its line, and before its name in its word."""
    if _COMMENT.search(before):
        return False
    if own.endswith("$("):
        return True
    if _NO_COMMAND.search(before):
        return False
    *_, last = _BREAK.split(before)
    words = last.split()
    return all(_BEFORE_COMMAND.fullmatch(word) and not _ELSEWHERE.match(word) for word in words)


def _is_assigned_list(before: str, command: Command) -> bool:
    """Whether it may be a list of names with `python` among them: `SOURCES = python tests`."""
    return not command.is_module and not command.target.endswith(".py") and before.rstrip().endswith("=")


def _changes(before: str) -> tuple[str, ...] | None:
    places = tuple(next(filter(None, groups), "") for groups in _CHANGES_DIRECTORY.findall(before))
    return places if all(_LITERAL.fullmatch(place) for place in places) else None


def _words_after(text: str, position: int) -> list[str]:
    """The words behind a program's name."""
    item = re.compile(r"""["']?(?=\s*,)""").match(text, position)
    pattern = _LIST_ITEM if item else _SHELL_WORD
    position = item.end() if item else position
    position += not item and text[position : position + 1] in ('"', "'")  # `"$PYTHON" -m shop`
    words: list[str] = []
    while found := pattern.match(text, position):
        words.append(found[1] or found[2] or found[3] or "")
        position = found.end()
    return words


def _python(arguments: Sequence[str]) -> Command | None:
    """What Python runs with these arguments."""
    rest = iter(arguments)
    option = ""
    for word in rest:
        if word == "--check-hash-based-pycs":
            next(rest, None)
        elif not word.startswith("-"):
            return _literal(f"python{option}", word, is_module=False, is_safe=bool(option))
        elif not _VERSION.fullmatch(word):
            for index, letter in enumerate(word[1:], 2):
                if letter == "m":
                    name = word[index:] or next(rest, "")
                    return _literal(f"python{option}", name, is_module=True, is_safe=bool(option))
                if letter in _WITH_VALUE:
                    if not word[index:]:
                        next(rest, None)
                    break
                if letter in _SAFE:
                    option = f" -{letter}"
                elif letter not in _WITHOUT_VALUE:
                    return None
            if word == "-":
                return None
    return None


def _coverage(arguments: Sequence[str]) -> Command | None:
    """What `coverage run` runs with these arguments."""
    rest = iter(arguments)
    is_module = False
    for word in rest:
        if word in ("-m", "--module"):
            is_module = True
        elif word in _COVERAGE_WITH_VALUE:
            next(rest, None)
        elif not word.startswith("-"):
            return _literal("coverage run", word, is_module=is_module, is_safe=False)
    return None


def _literal(program: str, target: str, *, is_module: bool, is_safe: bool) -> Command | None:
    target = target.removeprefix("{toxinidir}/")
    if not _LITERAL.fullmatch(target):
        return None
    written = f"{program} -m {target}" if is_module else f"{program} {target}"
    return Command(written=written, is_module=is_module, target=target, is_safe=is_safe)
