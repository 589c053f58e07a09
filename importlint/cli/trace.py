"""Show what importing a module first does: which modules run, in which order, what loads each, and where it fails.

The module's code is interpreted from its text, never run.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from importlint.cli import FOUND_SOMETHING
from importlint.cli.options import add_settings_arguments, settings_from
from importlint.cli.output import add_output_arguments, has_colour, print_environment, write_output
from importlint.errors import UsageError

if TYPE_CHECKING:
    from importlint.machine.trace import Event, Failure, Trace
    from importlint.project import Project

_SHOWN = """\
Each module stands below the one whose code loads it, with the line that does. Imports of modules that are only
partially initialised are shown, unless they ask a package above for its submodules; -v shows all imports, also of
modules that are already loaded, and failures that the code catches. With --all, the failures and counts only.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `trace` understands."""
    parser.add_argument(
        "names", nargs="*", metavar="MODULE", help="a module to import first, or its file; with --all, PATHS"
    )
    parser.add_argument_group("the tree", _SHOWN)
    add_settings_arguments(parser)
    add_output_arguments(parser)
    parser.add_argument("--all", action="store_true", help="every module found under PATHS (default: here)")
    parser.add_argument("--output-format", choices=("text", "json"), default="text", dest="trace_format")


def run(options: argparse.Namespace) -> int:
    """Print the traces; 1 unless all are clean."""
    from importlint.cli.entries import all_entries, named_entries
    from importlint.report.tree import View, chief_failure, render_outcomes, render_tree

    if not options.names and not options.all:
        raise UsageError("name a module to trace, or use `--all`")
    settings = settings_from(options)
    if options.all:
        entries = all_entries(settings, tuple(options.names or ["."]))
    else:
        entries = named_entries(settings, options.names)
    project = entries.project
    if options.verbose:
        print_environment(project.environment)
    traces = [_own(project, trace) for trace in project.runs.traces(entries.names)]
    if options.trace_format == "json":
        text = "".join(map(_as_json, traces))
    else:
        view = View(
            kind=lambda module: _kind(project, module),
            line=_source_lines(project),
            verbose=options.verbose,
            colour=has_colour(options.color, options.output_file),
        )
        text = (
            render_outcomes(traces, view)
            if options.all
            else "\n".join(render_tree(trace, view) for trace in traces)
        )
    write_output(text, options.output_file)
    return FOUND_SOMETHING if any(map(chief_failure, traces)) else 0


def _own(project: Project, trace: Trace) -> Trace:
    """The trace without namespace packages that hold nothing of the project, or are there before any import."""
    from msgspec.structs import replace

    from importlint.discovery import is_below
    from importlint.finder.spec import Kind

    def is_own(event: Event) -> bool:
        spec = project.runs.world.resolve(event.module).spec
        if spec is None or spec.kind is not Kind.NAMESPACE:
            return True
        locations = spec.search_locations or ()
        return event.module not in project.finder.preloaded and any(
            is_below(path, location) for path in project.modules for location in locations
        )

    return replace(trace, events=tuple(filter(is_own, trace.events)))


# ---- for people


def _kind(project: Project, module: str) -> str:
    """What a module is, unless it is a Python file."""
    from importlint.finder.spec import Kind

    words = {
        Kind.NAMESPACE: "namespace package",
        Kind.EXTENSION: "extension module",
        Kind.BYTECODE: "bytecode only",
    }
    spec = project.runs.world.resolve(module).spec
    return words.get(spec.kind, "") if spec else ""


def _source_lines(project: Project) -> Callable[[str, int], str]:
    """Answers with lines of the project's files, by their paths as reports show them."""
    from importlint.check import Texts

    return Texts({module.display: module.path for module in project.reading.modules}).line


# ---- for programs


def _as_json(trace: Trace) -> str:
    import json

    from importlint.machine.trace import Happening
    from importlint.report.tree import chief_failure, has_failed

    failure = chief_failure(trace)
    answer: dict[str, Any] = {
        "entry": trace.entry,
        "outcome": "ok" if failure is None else "error" if has_failed(trace) else "possible",
        "error": _error(failure) if failure else None,
        "events": [
            {"event": event.happening.value, "module": event.module}
            for event in trace.events
            if event.happening is not Happening.FOUND
        ],
    }
    return json.dumps(answer) + "\n"


def _error(failure: Failure) -> dict[str, Any]:
    return {
        "type": failure.type,
        "message": failure.message,
        "module": failure.module,
        "path": failure.location.path,
        "line": failure.location.span.line,
        "missing_name": failure.missing_name,
        "from_module": failure.from_module,
    }
