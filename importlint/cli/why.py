"""Show the chains of imports by which one module loads another."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint.cli import FOUND_SOMETHING
from importlint.cli.options import add_settings_arguments, settings_from
from importlint.cli.output import write_output
from importlint.cli.projects import projects
from importlint.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from importlint.graph.graph import Edge


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `why` understands."""
    parser.add_argument("importer", metavar="A", help="a module of the project")
    parser.add_argument("imported", metavar="B", help="the module that it loads, of the project or not")
    parser.add_argument(
        "paths", nargs="*", metavar="PATHS", help="where the project is (default: the current directory)"
    )
    add_settings_arguments(parser)
    parser.add_argument(
        "--all-phases", action="store_true", help="follow deferred, lazy and typing-only imports too"
    )
    parser.add_argument(
        "--limit", type=int, default=5, metavar="N", help="show at most N chains (default: 5)"
    )


def run(options: argparse.Namespace) -> int:
    """Print the chains; 1 if there is none."""
    from importlint.graph.chains import chains
    from importlint.syntax.flow import Phase

    settings, paths = settings_from(options), tuple(options.paths or ["."])
    with projects(settings, options) as make_project:
        graph = make_project(settings, paths).graph
    start, goal = options.importer, options.imported
    if start not in graph.modules:
        raise UsageError(f"no module of the project is named `{start}`{did_you_mean(start, graph.modules)}")
    if goal not in graph.modules and goal not in graph.importers:
        known = graph.modules.union(graph.importers)
        raise UsageError(f"nothing here imports a module named `{goal}`{did_you_mean(goal, known)}")
    phases = tuple(Phase) if options.all_phases else (Phase.IMPORT_TIME,)
    found = chains(graph, start, goal, phases, options.limit)
    if not found:
        later = "" if options.all_phases else " at import time (`--all-phases` follows the other imports too)"
        write_output(f"`{start}` does not load `{goal}`{later}\n")
        return FOUND_SOMETHING
    write_output("\n".join("".join(line + "\n" for line in _lines(chain)) for chain in found))
    return 0


def _lines(chain: tuple[Edge, ...]) -> Iterator[str]:
    yield chain[0].importer
    places = [f"{edge.location.path}:{edge.location.span.line}" for edge in chain]
    width, wide = max(map(len, places)), max(len(edge.statement) for edge in chain)
    for edge, place in zip(chain, places, strict=True):
        yield f"  {place:{width}}  {edge.statement:{wide}}  loads {edge.imported}"
