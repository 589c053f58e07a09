"""One package in one process: reads its sources, runs the machine over its recorded entries, prints a line for each.

The first line is the seconds that reading took, the last one those that all took. Each is written as soon as it is
there: whatever ends the process, what it had found stays.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from importlint.config import load_settings
from importlint.machine.entries import Runs
from importlint.project import Project
from tests.oracle.truth import Comparison, compare
from tests.packages.environments import site_packages
from tests.truth.environments import VERSION
from tests.truth.records import Record, full_name, read_records


def runs_of(package: str, environment: Path) -> Runs:
    """The machine's runs over a package in an environment in which it is installed."""
    site = site_packages(environment)
    version = "{}.{}".format(*VERSION)
    settings = load_settings(
        str(site), isolated=True, environment=str(environment), python_version=version, platform="linux"
    )
    project = Project(settings, (str(site.joinpath(*package.split("."))),), cwd=str(site))
    return project.runs


def compare_all(package: str, runs: Runs, below: str = ".") -> Iterator[Comparison]:
    """The predictions for a package's recorded entries, and what happened; those at and `below` a module only.

    The machine's own failure is an outcome too: then the entries that it has left are run one by one.
    """
    records = [record for record in read_records(package) if f"{record.module}.".startswith(below)]
    with suppress(Exception):
        runs.traces(full_name(package, record.module) for record in records)
    for record in records:
        try:
            trace = runs.trace(full_name(package, record.module))
        except Exception:
            yield internal(package, record, traceback.format_exc(limit=-3))
        else:
            yield compare(package, record, trace)


def internal(package: str, record: Record, error: str) -> Comparison:
    """An entry on which the machine failed."""
    return Comparison(
        entry=full_name(package, record.module),
        real=record.status,
        predicted="internal",
        certain=False,
        predicted_error=error,
    )


def main() -> None:
    """Print the comparisons of the package that the arguments name, in the environment that they name."""
    package, environment = sys.argv[1:3]
    started = time.perf_counter()
    runs = runs_of(package, Path(environment).absolute())
    print(time.perf_counter() - started, flush=True)
    for comparison in compare_all(package, runs):
        print(msgspec.json.encode(comparison).decode(), flush=True)
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main()
