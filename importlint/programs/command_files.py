"""From a project's text files to the commands in them that start Python: Makefiles, CI files, settings of tools.

The files are known by their names; they are read as text, a line at a time, and not as what they are.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint import disk
from importlint.diagnostics import Location
from importlint.discovery import Exclusion, is_site
from importlint.programs.command_lines import PlacedCommand, commands_in
from importlint.programs.places import span_of
from importlint.programs.program import Invocation
from importlint.syntax.source import Source, read_source

if TYPE_CHECKING:
    from importlint.project import Project

SIZE_LIMIT = 1_000_000
"""Bytes of the largest file that is read."""

_MAKEFILE = r"(?:GNUm|M|m)akefile|.*\.mk"
_CONTAINER_FILE = r"(?:Docker|Container)file.*|.*\.[Dd]ockerfile"
_PLACES = (
    (
        re.compile(r""),
        re.compile(
            rf"{_MAKEFILE}|{_CONTAINER_FILE}|tox\.ini|setup\.cfg|pyproject\.toml|\.pre-commit-config\.yaml"
            r"|\.gitlab-ci\.yml|\.travis\.yml|azure-pipelines\.yml|bitbucket-pipelines\.yml"
            r"|(?:docker-)?compose.*\.ya?ml|Procfile.*|\.?[Jj]ustfile|.*\.sh"
        ),
    ),
    (re.compile(r"\.github/workflows"), re.compile(r".*\.ya?ml")),
    (re.compile(r"\.circleci"), re.compile(r"config\.ya?ml")),
    (re.compile(r"scripts|bin|tools"), re.compile(rf"{_MAKEFILE}|{_CONTAINER_FILE}|.*\.sh")),
    (re.compile(r"[^/.][^/]*"), re.compile(rf"{_MAKEFILE}|{_CONTAINER_FILE}")),
)
"""Directories relative to the project's, and the names of the files in them that have commands."""

_STEPS = ("azure-pipelines.yml", "config.yml", "config.yaml")
"""Files with a shell for each step, besides those of GitHub; in other YAML files, commands share one."""
_STEP = re.compile(r"^([ \t]*)- ", re.MULTILINE)
_STEP_DIRECTORY = re.compile(
    r"""^[ \t]*(?:- )?(?:working[-_]directory|workingDirectory):[ \t]*["']?(.*?)["']?[ \t]*$""", re.MULTILINE
)
_GOES_ELSEWHERE = re.compile(r"(?<![\w./-])(?:cd|pushd)[ \t]")
_TOX_DIRECTORY = re.compile(r"^change_?dir\s*=", re.MULTILINE)
_LITERAL = re.compile(r"[\w./-]+")


def commands_of_files(project: Project) -> Iterator[Invocation]:
    """The invocations in the text files of the project's directory."""
    top = project.layout.project
    if is_site(top):
        return
    for path in _files(project, top):
        source = read_source(path)
        if isinstance(source, Source) and "py" in source.text.lower():
            for placed in commands_in(source.text):
                shown = project.shown(path)
                yield Invocation(
                    location=Location(shown, span_of(source.text, placed.start, placed.end)),
                    written=placed.command.written,
                    origin=f"`{shown}`",
                    is_module=placed.command.is_module,
                    target=placed.command.target,
                    directory=_directory(source, placed, top),
                    is_safe=placed.command.is_safe,
                )


def _files(project: Project, top: str) -> Iterator[str]:
    """The text files that may have commands, without what is excluded; links are not followed."""
    exclusion = Exclusion(top, project.settings, project.cwd)
    waiting = [""]
    while waiting:
        directory = waiting.pop(0)
        try:
            entries = disk.entries(os.path.join(top, directory))
        except OSError:
            continue
        names = [each for place, each in _PLACES if place.fullmatch(directory)]
        exclusion.enter(os.path.join(top, directory), entries)
        for entry in entries:
            path = f"{directory}/{entry.name}" if directory else entry.name
            is_directory = entry.is_directory and not entry.is_link
            if is_directory and not _leads_to_files(path):
                continue
            if not is_directory and not any(name.fullmatch(entry.name) for name in names):
                continue
            if exclusion.excludes(entry.path, is_directory):
                continue
            if is_directory:
                waiting.append(path)
            elif entry.is_file and not entry.is_link and disk.size(entry.path) <= SIZE_LIMIT:
                yield entry.path


def _leads_to_files(directory: str) -> bool:
    return directory == ".github" or any(place.fullmatch(directory) for place, _ in _PLACES)


def _directory(source: Source, placed: PlacedCommand, top: str) -> str | None:
    """Where a command runs, as far as the file says it; None if it says something that is not followed."""
    here = _line_directory(source, placed.start, top)
    if here is None or placed.changes is None:
        return None
    return os.path.normpath(os.path.join(here, *placed.changes))


def _line_directory(source: Source, offset: int, top: str) -> str | None:
    """Where the commands of a line start."""
    text, (directory, name) = source.text, os.path.split(source.path)
    if re.fullmatch(_MAKEFILE, name):
        return directory
    if name in ("tox.ini", "setup.cfg"):
        return None if _TOX_DIRECTORY.search(text) else top
    line_start = text.rfind("\n", 0, offset) + 1
    if name.endswith(".sh"):
        return None if _GOES_ELSEWHERE.search(text, 0, line_start) else top
    if not name.endswith((".yml", ".yaml")):
        return top
    if name not in _STEPS and os.path.basename(directory) != "workflows":
        return None if _GOES_ELSEWHERE.search(text, 0, line_start) else top
    start, end = _step(text, offset)
    own = _STEP_DIRECTORY.search(text, start, end)
    if own is not None:
        return os.path.join(top, own[1]) if _LITERAL.fullmatch(own[1]) else None
    if _GOES_ELSEWHERE.search(text, start, line_start) or (
        "defaults:" in text and _STEP_DIRECTORY.search(text)
    ):
        return None
    return top


def _step(text: str, offset: int) -> tuple[int, int]:
    """Where the innermost item of a YAML list around an offset starts and ends."""
    starts = [found for found in _STEP.finditer(text) if found.start() <= offset]
    if not starts:
        return 0, len(text)
    last = starts[-1]
    following = re.compile(rf"^[ \t]{{0,{len(last[1])}}}\S", re.MULTILINE).search(text, last.end())
    return last.start(), following.start() if following else len(text)
