"""The environments in which the records were made: virtual environments with exactly the same releases.

What is not installed matters as much as what is: it decides which optional imports fail. Nothing in them is run.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from threading import Lock

from tests.cpython import installed
from tests.packages.environments import WHEELS, keep_environment
from tests.truth.records import read_header

VERSION = (3, 13)
"""The CPython whose imports were recorded."""

_REQUIREMENTS = Path(__file__).with_name("requirements")

_FROM_SOURCE = ("--no-binary", "mypy")
"""mypy without its compiled modules."""

_PURE = ("--platform", "any", "--implementation", "py", "--abi", "none", *WHEELS)
"""Cython without its compiled modules."""


class Environments:
    """The environments below a directory, each made when it is asked for first, by whatever thread."""

    def __init__(self, kept: Path) -> None:
        self._kept = kept
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)

    def of_package(self, package: str) -> Path:
        """The environment in which the package's records were made; `AssertionError` if it cannot be had."""
        name = read_header(package).environment
        directory = self._kept / name / "lib" / "python{}.{}".format(*VERSION) / "site-packages"
        options = {"mypysrc": _FROM_SOURCE, "cython": (*_PURE, "--target", str(directory))}.get(name, ())
        with self._locks[name]:
            return keep_environment(self._kept, name, requirements(name), python(), options)


def requirements(environment: str) -> tuple[str, ...]:
    """Everything that is installed in an environment, as `name==version`."""
    return tuple((_REQUIREMENTS / f"{environment}.txt").read_text(encoding="utf-8").split())


def python() -> str:
    """The executable of the CPython whose imports were recorded; `AssertionError` if it is not installed."""
    found = [cpython.executable for cpython in installed() if cpython.version == VERSION]
    assert found, "the records are of CPython {}.{}, which is not installed".format(*VERSION)
    return found[0]
