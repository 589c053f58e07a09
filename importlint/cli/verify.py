"""Import each module first, for real, and compare with what was predicted. This runs the code.

It is the only command that does, and it does so only when asked for by name. Each module is imported in a fresh
process of the environment's Python, with a temporary home and current directory; nothing else holds the code back.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from importlint.cli import FOUND_SOMETHING
from importlint.cli.options import add_settings_arguments, settings_from
from importlint.cli.output import add_output_arguments, write_output
from importlint.cli.projects import projects
from importlint.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from importlint.discovery import Module
    from importlint.project import Project
    from importlint.verify.comparison import Ending, Verdict, Way


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `verify` understands."""
    parser.add_argument("paths", nargs="*", default=["."], metavar="PATHS", help="files and directories")
    add_settings_arguments(parser)
    add_output_arguments(parser)
    parser.add_argument(
        "--only",
        action="append",
        metavar="MODULE",
        help="import just this one of the modules below PATHS (repeatable); else all but `__main__` modules",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=30.0,
        metavar="SECONDS",
        help="the longest that an import may take (default: 30)",
    )
    parser.add_argument("--output-format", choices=("text", "json"), default="text", dest="verdict_format")


def run(options: argparse.Namespace) -> int:
    """Import the modules and print the verdicts; 1 if a prediction is wrong."""
    from importlint.verify.run import verify

    if options.timeout <= 0:
        raise UsageError(f"`--timeout {options.timeout:g}`: give a number of seconds above 0")
    settings = settings_from(options)
    with projects(settings, options) as make_project:
        project = make_project(settings, tuple(options.paths))
        executable = _executable(project)
        modules = _entries(project, options.only)
        print(
            f"importlint: this runs code: {executable} imports {len(modules)} module{'s'[: len(modules) != 1]}, "
            "each in a process of its own that is free to do what it likes",
            file=sys.stderr,
        )
        verdicts = verify(project, modules, executable, options.timeout)
    render = _as_json if options.verdict_format == "json" else _as_text
    write_output(render(verdicts), options.output_file)
    return FOUND_SOMETHING if any(verdict.difference for verdict in verdicts) else 0


def _executable(project: Project) -> str:
    """The interpreter to run; `UsageError` if there is none that the predictions are about."""
    environment, target = project.environment, project.target
    if environment.executable is None:
        raise UsageError(
            "`--path` and the like name no Python that could be run: give one with `--environment`"
        )
    if target != environment.target:
        raise UsageError(
            f"predictions for Python {_version(target.version)} on {target.platform} cannot be verified with "
            f"{environment.executable}, which is {_version(environment.version)} on {environment.target.platform}"
        )
    return environment.executable


def _version(version: tuple[int, int]) -> str:
    return "{}.{}".format(*version)


def _entries(project: Project, only: list[str] | None) -> list[Module]:
    """The modules to import first: those that were given and have names that can be imported."""
    from importlint.discovery import is_importable

    named = {module.name: module for module in project.given_modules if is_importable(module.name)}
    for name in only or ():
        if name not in named:
            raise UsageError(f"`--only {name}`: no such module below the paths{did_you_mean(name, named)}")
    if only:
        return [named[name] for name in dict.fromkeys(only)]
    return [module for module in named.values() if not module.is_main]


def _as_text(verdicts: Sequence[Verdict]) -> str:
    lines: list[str] = []
    for verdict in verdicts:
        difference, ending = verdict.difference, verdict.real.ending
        if difference:
            lines.append(f"{verdict.entry}: differs")
            lines += [f"  predicted  {difference.predicted}", f"  real       {difference.real}"]
        elif not ending.types:
            lines.append(f"{verdict.entry}: as predicted")
        elif verdict.predicted.ending.types:
            lines.append(f"{verdict.entry}: as predicted, {ending}")
        else:
            lines.append(f"{verdict.entry}: as was said to be possible, {ending}")
    wrong = sum(verdict.difference is not None for verdict in verdicts)
    lines.append(f"{len(verdicts)} imported: {len(verdicts) - wrong} as predicted, {wrong} not")
    return "".join(f"{line}\n" for line in lines)


def _as_json(verdicts: Sequence[Verdict]) -> str:
    import json

    return "".join(json.dumps(_as_object(verdict)) + "\n" for verdict in verdicts)


def _as_object(verdict: Verdict) -> dict[str, Any]:
    difference = verdict.difference
    return {
        "entry": verdict.entry,
        "agrees": difference is None,
        "difference": {"predicted": difference.predicted, "real": difference.real} if difference else None,
        "predicted": {
            **_way(verdict.predicted),
            "possible": [_error(ending) for ending in verdict.possible],
        },
        "real": _way(verdict.real),
    }


def _way(way: Way) -> dict[str, Any]:
    return {
        "outcome": "died" if way.ending.death else "error" if way.ending.types else "ok",
        "error": _error(way.ending) if way.ending.types else None,
        "events": [{"event": event, "module": module} for event, module in way.events],
    }


def _error(ending: Ending) -> dict[str, Any]:
    return {
        "type": ending.types[0],
        "message": ending.message,
        "path": ending.path or None,
        "line": ending.line or None,
    }
