"""Print the import graph: which module imports which, where, and when."""

from __future__ import annotations

import argparse

from importlint.cli.options import add_settings_arguments, settings_from
from importlint.cli.output import add_output_arguments, write_output
from importlint.cli.projects import projects

FORMATS = ("text", "json", "dot", "mermaid")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `graph` understands."""
    parser.add_argument(
        "paths", nargs="*", metavar="PATHS", help="files and directories (default: the current one)"
    )
    add_settings_arguments(parser)
    add_output_arguments(parser)
    parser.add_argument("--output-format", choices=FORMATS, default="text", dest="graph_format")


def run(options: argparse.Namespace) -> int:
    """Print the graph of the paths."""
    from importlint.graph.render import render_graph

    settings, paths = settings_from(options), tuple(options.paths or ["."])
    with projects(settings, options) as make_project:
        text = render_graph(make_project(settings, paths).graph, options.graph_format)
    write_output(text, options.output_file)
    return 0
