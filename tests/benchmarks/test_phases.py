"""Phases of a run: each file of importlint belongs to one, and a run's processor time is shared out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.generate import Shape, write
from benchmarks.phases import PHASES, ROOMS
from benchmarks.place import CHECKOUT


def test_each_prefix_is_there() -> None:
    """Phases follow the code when files move."""
    missing = [prefix for prefix, _ in ROOMS if not (CHECKOUT / prefix).exists()]
    assert not missing


def test_a_run_has_its_time_in_the_phases_that_it_went_through(tmp_path: Path) -> None:
    write(Shape(modules=60), tmp_path)
    result = tmp_path / "phases.json"
    command = [sys.executable, str(CHECKOUT / "benchmarks" / "phases.py"), str(result), "acme"]
    environ = {"PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    phases = json.loads(result.read_text())
    assert tuple(phases) == PHASES
    assert all(phases[name] > 0 for name in ("start-up", "parse", "extract"))
