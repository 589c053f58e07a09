"""Print a rule's page of the rulebook."""

from __future__ import annotations

import argparse

from importlint.cli.options import add_common_arguments
from importlint.cli.output import write_output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `explain` understands."""
    parser.add_argument("rule", metavar="RULE", help="a code such as IL302, or a name such as cycle-crash")
    add_common_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Print the page."""
    from importlint.rulebook import find_page, page_directory, read_page

    write_output(read_page(find_page(options.rule, page_directory())))
    return 0
