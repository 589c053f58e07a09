"""From pinned releases to a virtual environment that has them, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.cpython import CPython, clean_environment

WHEELS = ("--only-binary", ":all:")
"""What tells pip to build nothing."""


def make_environment(
    directory: Path, releases: Sequence[str], python: str = sys.executable, options: Sequence[str] = WHEELS
) -> Path:
    """Install exactly these releases in a new virtual environment, with further options of pip's.

    Raises `AssertionError` if one cannot be had.
    """
    _succeed(python, "-m", "venv", "--without-pip", str(directory))
    pip = ("-m", "pip", "--disable-pip-version-check", "--python", str(directory / "bin" / "python"))
    _succeed(python, *pip, "install", "--quiet", "--no-compile", "--no-deps", *options, *releases)
    return directory


@contextmanager
def environments_in(kept: Path | None) -> Iterator[Path]:
    """The directory in which environments are kept, absolute; a temporary one if none is named."""
    if kept is not None:
        yield kept.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="environments-") as directory:
        yield Path(directory)


def keep_environment(
    kept: Path, name: str, releases: Sequence[str], python: str, options: Sequence[str] = WHEELS
) -> Path:
    """The environment that `kept` has under `name`; made anew unless it is there with exactly these releases."""
    directory, contents = kept / name, "\n".join(releases)
    ready = directory / "ready"
    if not ready.exists() or ready.read_text(encoding="utf-8") != contents:
        shutil.rmtree(directory, ignore_errors=True)
        make_environment(directory, releases, python, options)
        ready.write_text(contents, encoding="utf-8")
    return directory


def site_packages(environment: Path) -> Path:
    """Where the environment's packages are."""
    (directory,) = environment.glob("lib/python3.*/site-packages")
    return directory


def interpreter(environment: Path) -> CPython:
    """The environment's Python."""
    return CPython(str(environment / "bin" / "python"), sys.version_info[:2])


def _succeed(python: str, *arguments: str) -> None:
    command = [python, *arguments]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
