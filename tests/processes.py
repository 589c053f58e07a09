"""Real processes, for tests of what becomes of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
_LIMIT = 60.0
"""Seconds that a test waits for what has to come."""


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds; `AssertionError` if it does not."""
    limit = time.monotonic() + _LIMIT
    while not condition():
        assert time.monotonic() < limit, "it does not come"
        time.sleep(0.005)


def lives(process: int) -> bool:
    """Whether a process runs: one that has ended and is not waited for does not. Linux alone tells."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@contextmanager
def running(
    script: str, directory: Path, marks: Path, count: int
) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A Python that runs a script in a directory, once `count` processes have left their ids in `marks`; these."""
    run = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        wait_for(lambda: len(list(marks.glob("*.pid"))) == count)
        yield run, [int(file.stem) for file in marks.glob("*.pid")]
    finally:
        with suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
        run.communicate()
