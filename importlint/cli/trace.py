"""Show what importing a module first does, or a program: which modules run, in which order, and where it fails.

The module's code is interpreted from its text, never run.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from importlint.cli import FOUND_SOMETHING
from importlint.cli.options import add_settings_arguments, settings_from
from importlint.cli.output import add_output_arguments, has_colour, print_environment, write_output
from importlint.cli.projects import projects
from importlint.errors import UsageError

if TYPE_CHECKING:
    from importlint.effects.order import Done
    from importlint.effects.reach import Happening as Effect
    from importlint.machine.trace import Event, Failure, Trace
    from importlint.programs.program import Program
    from importlint.project import Project
    from importlint.report.tree import View

_SHOWN = """\
Each module stands below the one whose code loads it, with the line that does. Imports of modules that are only
partially initialised are shown, unless they ask a package above for its submodules; -v shows all imports, also of
modules that are already loaded, and failures that the code catches. An effect is what the import of a module of the
project surely does besides importing. With --all, the failures and counts only.
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
    parser.add_argument(
        "--program",
        action="store_true",
        help="run each as the program `__main__`: a name with -m, a file or directory by its path",
    )
    parser.add_argument("--output-format", choices=("text", "json"), default="text", dest="trace_format")


def run(options: argparse.Namespace) -> int:
    """Print the traces; 1 unless all are clean."""
    from importlint.cli.entries import all_entries, named_entries, named_programs
    from importlint.report.tree import chief_failure, render_outcomes, render_tree

    if not options.names and not options.all:
        raise UsageError("name a module to trace, or use `--all`")
    if options.all and options.program:
        raise UsageError("`--program` runs what is named: leave out `--all`")
    settings = settings_from(options)
    programs: tuple[Program, ...] = ()
    with projects(settings, options) as make_project:
        if options.program:
            project, programs = named_programs(settings, options.names, make_project)
            traces = [project.program_runs.trace(program) for program in programs]
        else:
            entries = (
                all_entries(settings, tuple(options.names or ["."]), make_project)
                if options.all
                else named_entries(settings, options.names, make_project)
            )
            project = entries.project
            traces = list(project.runs.traces(entries.names))
        traces = [_own(project, trace) for trace in traces]
        if options.all and options.trace_format == "text":
            text = render_outcomes(traces, _view(project, options))
        else:
            views = [_view(project, options, program) for program in programs or [None] * len(traces)]
            if options.trace_format == "json":
                text = "".join(map(_as_json, traces, views))
            else:
                text = "\n".join(map(render_tree, traces, views))
    if options.verbose:
        print_environment(project.environment)
    write_output(text, options.output_file)
    return FOUND_SOMETHING if any(map(chief_failure, traces)) else 0


def _view(project: Project, options: argparse.Namespace, program: Program | None = None) -> View:
    from importlint.report.tree import View

    return View(
        kind=lambda module: _kind(project, module, program),
        line=_source_lines(project),
        effects=lambda module: _effects(project, module, program),
        verbose=options.verbose,
        colour=has_colour(options.color, options.output_file),
    )


def _effects(project: Project, module: str, program: Program | None) -> list[Effect]:
    """What running one of the project's modules does besides importing, as far as a rule is about it."""
    if program is not None and module == "__main__":
        found = project.effects.of_program(program.module)
    else:
        found = project.effects.of(project.named[module]) if module in project.named else ()
    return [each for each in found if each.effect.kind.rule]


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


def _kind(project: Project, module: str, program: Program | None) -> str:
    """What a module is, unless it is a Python file; which file `__main__` is, and that it runs twice."""
    from importlint.finder.spec import Kind

    words = {
        Kind.NAMESPACE: "namespace package",
        Kind.EXTENSION: "extension module",
        Kind.BYTECODE: "bytecode only",
    }
    if program is not None and module == "__main__":
        return program.module.display
    spec = project.runs.world.resolve(module).spec
    if program is not None and spec is not None and spec.origin == program.module.path:
        return "the same file, not as `__main__`"
    return words.get(spec.kind, "") if spec else ""


def _source_lines(project: Project) -> Callable[[str, int], str]:
    """Answers with lines of the project's files, by their paths as reports show them."""
    from importlint.texts import Texts

    return Texts(project.cwd).line


# ---- for programs


def _as_json(trace: Trace, view: View) -> str:
    import json

    from importlint.effects.order import with_effects
    from importlint.report.tree import chief_failure, has_failed

    failure = chief_failure(trace)
    answer: dict[str, Any] = {
        "entry": trace.entry,
        "outcome": "ok" if failure is None else "error" if has_failed(trace) else "possible",
        "error": _error(failure) if failure else None,
        "events": [event for item, _ in with_effects(trace, view.effects) if (event := _event(item))],
    }
    return json.dumps(answer) + "\n"


def _event(item: Event | Done) -> dict[str, Any] | None:
    """A start, an end, an exception or an effect; None for an import that runs nothing."""
    from importlint.effects.order import Done
    from importlint.machine.trace import Happening

    if not isinstance(item, Done):
        found = item.happening is Happening.FOUND
        return None if found else {"event": item.happening.value, "module": item.module}
    happening = item.happening
    return {
        "event": "effect",
        "module": item.module,
        "kind": happening.effect.kind.value,
        "rule": happening.effect.kind.rule,
        "message": happening.words,
        "path": happening.location.path,
        "line": happening.location.span.line,
    }


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
