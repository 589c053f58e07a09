"""Hold the machine against what CPython did in real packages: `python -m tests.oracle.report [PACKAGE ...]`.

The environments in which that was recorded are needed: those in `--environments DIR` are used, and made where they
are not there. Nothing of them is run.

The columns: entries; those with the predicted outcome; certain failures predicted of imports that succeed, and how
many of them circular; circular crashes that were predicted, with place and name (`+` those that were
at least said to be possible); clean imports in the predicted order; entries on which the machine failed.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import msgspec

from tests.oracle.report.changes import show_changes
from tests.oracle.report.summary import (
    HEAD,
    figures,
    row,
    show_differences,
    show_endings,
    show_outcomes,
    show_partings,
)
from tests.oracle.report.workers import Result, gather
from tests.packages.environments import environments_in
from tests.truth.environments import Environments
from tests.truth.records import packages, read_header


def main() -> int:
    """Print the report; 0 unless a package could not be compared."""
    options = _options()
    results: list[Result] = []
    with environments_in(options.environments) as kept:
        environments = Environments(kept)
        print(HEAD)
        largest_first = sorted(options.packages, key=lambda package: -read_header(package).modules)
        for result in gather(largest_first, environments.of_package, options.jobs, options.timeout):
            results.append(result)
            print(row(result.package, figures(result.comparisons), result.seconds), flush=True)
            if result.problem:
                print(f"  {result.problem}", flush=True)
    results.sort(key=lambda result: result.package)
    everything = [each for result in results for each in result.comparisons]
    package_of = {each.entry: result.package for result in results for each in result.comparisons}
    blocks = [
        *show_differences(everything, options.show),
        *show_endings(everything, options.causes),
        *show_partings(package_of, everything, options.causes),
        *show_outcomes(everything),
    ]
    print("\n".join(blocks))
    print(
        f"\n{HEAD}\n{row(f'{len(results)} packages', figures(everything), sum(r.seconds for r in results))}"
    )
    if options.compare:
        print("\n".join(show_changes(_load(options.compare), results, options.show)))
    if options.save:
        options.save.write_bytes(msgspec.json.encode(results))
    return 1 if any(result.problem for result in results) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.oracle.report",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("packages", nargs="*", metavar="PACKAGE", help="import packages (default: all)")
    parser.add_argument("--environments", type=Path, metavar="DIR", help="(default: a temporary directory)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--timeout", type=float, default=900, metavar="SECONDS", help="for a package")
    parser.add_argument("--show", type=int, default=3, metavar="N", help="differences of each kind")
    parser.add_argument(
        "--causes", type=int, default=10, metavar="N", help="ways in which outcomes and orders differ"
    )
    parser.add_argument("--save", type=Path, metavar="FILE", help="keep the comparisons as JSON")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="which entries differ from a kept run")
    options = parser.parse_args()
    unknown = set(options.packages) - set(packages())
    if unknown:
        parser.error(
            f"no records of {', '.join(sorted(unknown))}; there are those of {', '.join(packages())}"
        )
    options.packages = options.packages or packages()
    return options


def _load(file: Path) -> list[Result]:
    return msgspec.json.decode(file.read_bytes(), type=list[Result])


if __name__ == "__main__":
    sys.exit(main())
