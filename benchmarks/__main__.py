"""Measure importlint beside its peers and the bare parse, where its time goes, and how it grows with a project.

One command makes what it needs (an environment with the peers, the trees), runs all, and prints tables in Markdown.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.compare import Compared, Rounds, Runs, compare, compare_start_up
from benchmarks.contestants import JOBS, PEERS, Mode, contestants
from benchmarks.place import CHECKOUT, PYRIGHT, Place, default_directory
from benchmarks.tables import comparison_table, growth_table, phase_table, start_up_table, target_table
from benchmarks.trees import GENERATED, NAMES, make_tree


def main() -> None:
    """Measure and print."""
    options = _parser().parse_args()
    place = Place(options.place)
    rounds = Rounds(options.repeat, options.limit, lambda text: print(text, file=sys.stderr, flush=True))
    place.prepare(pyright="pyright" in options.peers)
    started = compare_start_up(place, rounds) if options.start_up else {}
    compared = []
    for name in options.trees:
        for size in options.sizes if name in GENERATED else (0,):
            tree = make_tree(place, name, size)
            modes = tuple(Mode[mode.upper()] for mode in options.modes)
            compared.append(
                compare(place, tree, contestants(place, tree, tuple(options.peers), modes), rounds)
            )
    text = "\n".join(_report(compared, started, options))
    print(text)
    if options.output:
        options.output.write_text(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument(
        "--trees", nargs="*", choices=NAMES, default=NAMES, metavar="TREE", help=", ".join(NAMES)
    )
    parser.add_argument(
        "--sizes", nargs="*", type=int, default=(1000, 10000, 50000), help="of generated projects"
    )
    parser.add_argument(
        "--peers", nargs="*", choices=PEERS, default=PEERS, metavar="PEER", help=", ".join(PEERS)
    )
    modes = [mode.name.lower() for mode in Mode]
    parser.add_argument(
        "--modes", nargs="*", choices=modes, default=modes, metavar="MODE", help=", ".join(modes)
    )
    parser.add_argument("--repeat", type=int, default=5, help="rounds (%(default)s)")
    parser.add_argument(
        "--limit", type=float, default=300, help="seconds that one run may take (%(default)s)"
    )
    parser.add_argument("--no-start-up", dest="start_up", action="store_false", help="leave out the start-up")
    parser.add_argument(
        "--place", type=Path, default=default_directory(), help="for all it makes (%(default)s)"
    )
    parser.add_argument("--output", type=Path, help="write the tables to this file too")
    return parser


def _report(compared: Sequence[Compared], started: Runs, options: argparse.Namespace) -> Iterator[str]:
    """The parts of the report."""
    yield f"# Results\n\n{_machine()}. Medians of {options.repeat} rounds, in which all alternate.\n"
    yield "## Targets\n"
    yield target_table(compared, started)
    if started:
        yield "## Start-up\n"
        yield start_up_table(started)
    if compared:
        yield "## Beside others\n"
        for each in compared:
            yield comparison_table(each, options.limit)
        yield "## Phases\n"
        yield phase_table(compared)
    grown = [[each for each in compared if each.tree.name == kind] for kind in GENERATED]
    if any(len(sizes) > 1 for sizes in grown):
        yield "## Growth\n"
        yield from (growth_table(sizes) for sizes in grown if len(sizes) > 1)


def _machine() -> str:
    """The date, and what kind of machine this is."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    requirements = (CHECKOUT / "benchmarks" / "requirements.txt").read_text().splitlines()
    peers = [line for line in requirements if line.partition("==")[0] in ("import-linter", *PEERS)]
    return (
        f"{datetime.date.today()}, {platform.system()} {platform.machine()}, {JOBS} cores, {memory:.0f} GB, "
        f"{platform.python_implementation()} {platform.python_version()}; "
        f"{', '.join(peers)}, pyright=={PYRIGHT}"
    )


if __name__ == "__main__":
    main()
