"""The harness's arithmetic."""

from __future__ import annotations

import fcntl
import sys
from pathlib import Path

import pytest

from benchmarks.figures import exponent, median_of, ratio
from benchmarks.measure import Run, run


def runs(*walls: float, is_complete: bool = True) -> list[Run]:
    return [Run(wall=wall, cpu=2 * wall, memory=100, code=0, is_complete=is_complete) for wall in walls]


def test_median() -> None:
    assert median_of(runs(3, 1, 10), "wall") == 3
    assert median_of(runs(3, 1), "cpu") == 4


def test_no_median_without_complete_runs() -> None:
    assert median_of([], "wall") is None
    assert median_of([*runs(1, 2), *runs(3, is_complete=False)], "wall") is None


def test_a_ratio_is_taken_round_by_round() -> None:
    """A machine at half its speed in the second round changes nothing; a ratio of medians would be 2 / 2.5."""
    assert ratio(runs(1, 2, 3), runs(2, 4, 2.5), "wall") == 0.5
    assert ratio(runs(1), runs(1, is_complete=False), "wall") is None
    assert ratio([], runs(1), "wall") is None


def test_exponent() -> None:
    assert exponent({size: 7.0 * size for size in (1000, 10000, 50000)}) == pytest.approx(1)
    assert exponent({size: 0.1 * size**2 for size in (1000, 10000)}) == pytest.approx(2)
    assert exponent(dict.fromkeys((1, 10, 100), 3.0)) == pytest.approx(0)
    assert exponent({1000: 3.0}) is None
    assert exponent({1000: 0.0, 2000: 1.0}) is None


_FORKS = """
import os, sys, time
block = bytearray(b"x" * 100_000_000)
if not os.fork():
    own = bytearray(b"y" * 20_000_000)
    time.sleep(2)
    os._exit(0)
os.wait()
sys.exit(3)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_memory_of_all_processes_counts_shared_pages_once(tmp_path: Path) -> None:
    """A parent with 100 MB, which its child shares, and 20 MB of the child's own: 140 MB with both interpreters.

    Counted twice, they are 240; looked at while the child begins or ends to share them, 190.
    """
    done = run([sys.executable, "-c", _FORKS], tmp_path, limit=30, codes=(3,))
    assert done.is_complete
    assert 120e6 < done.memory < 210e6


_LATE = """
import fcntl, os, sys, time
lock = open(sys.argv[1], "w")
fcntl.flock(lock, fcntl.LOCK_EX)
os.fork()
time.sleep(5)
lock.write("late")
"""


def test_a_run_that_takes_too_long_is_stopped_with_its_children(tmp_path: Path) -> None:
    """Whoever has the lock after them sees whether they came to their end."""
    written = tmp_path / "written"
    done = run([sys.executable, "-c", _LATE, str(written)], tmp_path, limit=2)
    assert (done.code, done.is_complete) == (None, False)
    with written.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert file.read() == ""


def test_a_run_fails_by_its_code_or_for_want_of_proof(tmp_path: Path) -> None:
    program = "import sys; print('checked'); print('why', file=sys.stderr); sys.exit(1)"
    assert run([sys.executable, "-c", program], tmp_path, limit=30, proof="checked").is_complete
    assert not run([sys.executable, "-c", program], tmp_path, limit=30, proof="analysed").is_complete
    failed = run([sys.executable, "-c", program], tmp_path, limit=30, codes=(0,))
    assert (failed.is_complete, failed.code, failed.error) == (False, 1, "why\n")
