"""From pinned releases to a virtual environment that has them, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.cpython import CPython, clean_environment


def make_environment(directory: Path, releases: Sequence[str]) -> Path:
    """Install exactly these wheels in a new virtual environment; `AssertionError` if one cannot be had."""
    _succeed("-m", "venv", "--without-pip", str(directory))
    pip = ("-m", "pip", "--disable-pip-version-check", "--python", str(directory / "bin" / "python"))
    _succeed(*pip, "install", "--quiet", "--no-deps", "--only-binary", ":all:", *releases)
    return directory


def site_packages(environment: Path) -> Path:
    """Where the environment's packages are."""
    return environment / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"


def interpreter(environment: Path) -> CPython:
    """The environment's Python."""
    return CPython(str(environment / "bin" / "python"), sys.version_info[:2])


def _succeed(*arguments: str) -> None:
    command = [sys.executable, *arguments]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
