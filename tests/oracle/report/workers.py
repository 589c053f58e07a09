"""Runs the workers, several at a time, and gathers what they say, also of those that die or take too long."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import msgspec
from msgspec import Struct

from tests.documents import ROOT
from tests.oracle.report.worker import internal
from tests.oracle.truth import Comparison
from tests.truth.records import read_records


class Result(Struct, frozen=True):
    """What became of one package."""

    package: str
    comparisons: tuple[Comparison, ...]
    reading: float = 0.0
    """Seconds that reading its sources took."""
    seconds: float = 0.0
    """Seconds that all took."""
    problem: str = ""
    """Why comparisons are missing."""


def gather(
    packages: Sequence[str], environment_of: Callable[[str], Path], jobs: int, timeout: float
) -> Iterator[Result]:
    """The result of each package, as they come; `timeout` seconds are the most that one may take."""

    def examine(package: str) -> Result:
        try:
            environment = environment_of(package)
        except AssertionError as error:
            return Result(package, (), problem=f"no environment: {error}")
        return _run_worker(package, environment, timeout)

    with ThreadPoolExecutor(jobs) as pool:
        for future in as_completed([pool.submit(examine, package) for package in packages]):
            yield future.result()


def _run_worker(package: str, environment: Path, timeout: float) -> Result:
    """What one worker says; if it dies, or its time is up, the machine failed on the entries that are left."""
    command = [sys.executable, "-m", "tests.oracle.report.worker", package, str(environment)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        clock = threading.Timer(timeout, process.kill)
        clock.start()
        output, errors = process.communicate()
        clock.cancel()
    reading, *lines = output.splitlines(keepends=True) or ["0"]
    found = [msgspec.json.decode(line, type=Comparison) for line in lines if line.endswith("}\n")]
    problem, seconds = "", timeout
    if process.returncode == 0:
        seconds = float(lines[-1])
    else:
        reason = (errors.strip().splitlines() or ["no time or no stack left"])[-1]
        problem = f"exit code {process.returncode} after {len(found)} entries: {reason}"
    left = [internal(package, record, problem) for record in list(read_records(package))[len(found) :]]
    return Result(package, (*found, *left), float(reading), seconds, problem)
