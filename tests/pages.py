"""Runs the rulebook: from a page's example to whether CPython and importlint do what it says.

Each installed CPython that a console is about gets a directory of its own with the example's files. `python` is
run by each of them, with `-S` lest a page's truth depend on what is installed there; `importlint` in this
process, for the oldest and the newest as its target; `mv`, `rm`, `mkdir` and `chmod +x` are done here, in every
directory.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import CompletedProcess
from unittest import mock

from importlint.cli import main
from importlint.rulebook import Command, Example, Page, PageError, examples
from importlint.rules.declaration import Rule
from tests.cpython import CPython, installed
from tests.trees import Tree

_VERSION = r"3\.\d+"
_VERSIONS = re.compile(
    rf"Python (?P<first>{_VERSION})(?: (?:(?P<open>and later|and earlier)|to (?P<last>{_VERSION})))?"
)
_SETTINGS_FILES = ("importlint.toml", "pyproject.toml")


class FalseClaimError(AssertionError):
    """A page says what is not so; the text names page and line."""


def run_example(page: Page, example: Example) -> None:
    """Run a console; `FalseClaimError` for the first command that prints something else than the page says."""
    cpythons = [cpython for cpython in installed() if _is_about(page, example, cpython.version)]
    if not cpythons:
        return
    with contextlib.ExitStack() as stack:
        places = {cpython: Path(stack.enter_context(tempfile.TemporaryDirectory())) for cpython in cpythons}
        for place in places.values():
            Tree(example.files).write(place.resolve())
        for command in example.console.commands:
            for who, code, printed in _run(page, example, command, places):
                _compare(page, command, who, code, printed)


def complaints(page: Page, rule: Rule) -> Iterator[str]:
    """What the page lacks or says otherwise than its rule's declaration."""
    expected = {"code": rule.code, "name": rule.name, "severity": rule.severity.value}
    for key, value in expected.items():
        if page.head.get(key) != value:
            yield f"{page.path}: the front matter says `{key}: {page.head.get(key)}`, the declaration {value}"
    if not re.fullmatch(r"\d+\.\d+\.\d+", page.head.get("since", "")):
        yield f"{page.path}: `since` is not a version"
    if page.title != f"{rule.code} {rule.name}":
        yield f"{page.path}: the title is `{page.title}`"
    if page.summary != rule.summary:
        yield f"{page.path}: the first sentence is `{page.summary}`, the declaration's is `{rule.summary}`"
    for title, reported in (("Example", True), ("What to do", False), ("Not reported", False)):
        yield from _missing(page, rule, title, reported=reported)


def _missing(page: Page, rule: Rule, title: str, *, reported: bool) -> Iterator[str]:
    """Whether importlint is run below the heading `title`, with the rule on, and reports it, or not."""
    shown = [example for example in examples(page) if example.section.title == title]
    runs = [
        (command, f"{command.arguments}\n{''.join(example.files.get(name, '') for name in _SETTINGS_FILES)}")
        for example in shown
        for command in example.console.commands
        if command.arguments.split()[0] == "importlint"
    ]
    if not rule.default:
        runs = [(command, settings) for command, settings in runs if "select" in settings]
    outputs = [any(f": {rule.code} " in line for line in command.output) for command, _ in runs]
    if not runs:
        yield f"{page.path}: no console below `{title}` runs importlint with {rule.code} on"
    elif reported and not any(outputs):
        yield f"{page.path}: {rule.code} is not reported below `{title}`"
    elif not reported and any(outputs):
        yield f"{page.path}: {rule.code} is reported below `{title}`"


def _is_about(page: Page, example: Example, version: tuple[int, int]) -> bool:
    """Whether the console's title, if it has one, includes the version."""
    title = example.console.title
    if not title:
        return True
    named = _VERSIONS.fullmatch(title)
    if named is None:
        raise PageError(
            f"{page.path}:{example.console.line}: `{title}` is not `Python 3.13 and later` or its like"
        )
    first = _parsed(named["first"])
    if named["last"]:
        return first <= version <= _parsed(named["last"])
    return {"and later": version >= first, "and earlier": version <= first}.get(
        named["open"], version == first
    )


def _parsed(version: str) -> tuple[int, int]:
    major, minor = version.split(".")
    return int(major), int(minor)


def _run(
    page: Page, example: Example, command: Command, places: dict[CPython, Path]
) -> Iterator[tuple[str, int, str]]:
    """Who ran the command, the exit code, and what counts of what was printed."""
    program, *arguments = shlex.split(command.arguments)
    if program == "python":
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            done = pool.map(lambda cpython: cpython.run(["-S", *arguments], places[cpython]), places)
        for cpython, process in zip(places, done, strict=True):
            yield repr(cpython), process.returncode, _printed(process)
    elif program == "importlint":
        for cpython in dict.fromkeys((min(places, key=_version), max(places, key=_version))):
            flags = _flags(example, arguments, cpython)
            code, printed = _importlint([*arguments, *flags], places[cpython])
            yield " ".join(["importlint", *flags]), code, printed
    elif program in ("mv", "rm", "mkdir", "chmod"):
        for place in places.values():
            _change_files(program, [word for word in arguments if word[0] not in "-+"], place)
    else:
        raise PageError(f"{page.path}:{command.line}: `{program}` is not a command that pages may use")


def _version(cpython: CPython) -> tuple[int, int]:
    return cpython.version


def _printed(process: CompletedProcess[str]) -> str:
    """Standard output, and of standard error a traceback's last line, or all of it if there is none."""
    errors = process.stderr
    if "Traceback (most recent call last):\n" in errors:
        errors = errors.splitlines()[-1] + "\n"
    return process.stdout + errors


def _flags(example: Example, arguments: Sequence[str], cpython: CPython) -> list[str]:
    """What the runner adds: no settings but the page's own, and a target where the page leaves it open."""
    if any(name in example.files for name in _SETTINGS_FILES) or "--config" in arguments:
        return []
    if "--python-version" in arguments:
        return ["--isolated"]
    return ["--isolated", "--python-version", f"{cpython.version[0]}.{cpython.version[1]}"]


def _importlint(arguments: list[str], directory: Path) -> tuple[int, str]:
    """Exit code and standard output of a run in `directory`; standard error if it could not run."""
    out, err = io.StringIO(), io.StringIO()
    kept = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
    before = Path.cwd()
    os.chdir(directory)
    try:
        with (
            mock.patch.dict(os.environ, kept, clear=True),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = main(arguments)
    finally:
        os.chdir(before)
    return code, out.getvalue() + (err.getvalue() if code > 1 else "")


def _change_files(program: str, names: list[str], directory: Path) -> None:
    paths = [directory / name for name in names]
    assert all(directory in path.resolve().parents for path in paths), names
    if program == "mkdir":
        for path in paths:
            path.mkdir(parents=True)
    elif program == "mv":
        source, target = paths
        shutil.move(source, target)
    elif program == "chmod":
        for path in paths:
            path.chmod(0o755)
    else:
        for path in paths:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _compare(page: Page, command: Command, who: str, code: int, printed: str) -> None:
    """`FalseClaimError` unless the command printed what the page says, and ended well where it says nothing."""
    expected = "".join(f"{line}\n" for line in command.output)
    if _matches(command.output, printed) and (command.output or code == 0):
        return
    raise FalseClaimError(
        f"{page.path}:{command.line}: $ {command.arguments}\n"
        f"--- the page says\n{expected}--- {who} prints (exit code {code})\n{printed}"
    )


def _matches(expected: Sequence[str], printed: str) -> bool:
    """Whether the lines were printed; `...` is any text on its line, and any lines where it stands alone."""
    patterns = [
        r"(?:[^\n]*\n)*" if line == "..." else "[^\n]*".join(map(re.escape, line.split("..."))) + "\n"
        for line in expected
    ]
    complete = printed if not printed or printed.endswith("\n") else printed + "\n"
    return re.fullmatch("".join(patterns), complete) is not None
