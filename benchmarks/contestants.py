"""Who is measured: the command line of each tool in each mode."""

from __future__ import annotations

import enum
import os
from pathlib import Path

from msgspec import Struct

from benchmarks.place import CHECKOUT, Place
from benchmarks.trees import Tree


class Mode(enum.Enum):
    """What a tool can know of a tree from earlier runs."""

    COLD = "cold"
    """Nothing: without a cache."""
    STATEMENT = "one statement added"
    """All but one module, which has one statement more."""
    LINE = "one line added in a function"
    """All but the body of one function, which has one line more."""
    WARM = "nothing changed"
    """Everything."""


OURS = "importlint"
PEERS = ("lint-imports", "tach", "ruff", "pylint", "pyright")

FORGETFUL = ("--no-cache",)
"""What makes importlint forget."""
ONE_PROCESS = ("--jobs", "1")
"""What makes importlint do everything in one process."""

JOBS = len(os.sched_getaffinity(0))
"""How many processes can run at once."""


class Contestant(Struct, frozen=True):
    """One command."""

    tool: str
    mode: Mode
    command: tuple[str, ...]
    codes: tuple[int, ...] = (0, 1)
    """The exit codes of success, findings or not."""
    proof: str = ""
    """What a success prints, of tools whose exit code does not tell."""

    @property
    def label(self) -> str:
        """As tables name it."""
        return (
            self.tool
            if self.tool in FLOORS or self.tool in _WITHOUT_CACHE
            else f"{self.tool}, {self.mode.value}"
        )


FLOORS = tuple(f"bare `ast.parse`, {_count}" for _count in ("1 process", f"{JOBS} processes"))
_ANALYZED = "Analyzed"
_WITHOUT_CACHE = ("tach", "ruff", "pylint", "pyright")


def contestants(
    place: Place, tree: Tree, peers: tuple[str, ...], modes: tuple[Mode, ...]
) -> list[Contestant]:
    """Those that take part on a tree: the cold ones, then for each cache the edits before the same tree again."""
    ours = place.program(OURS)
    cache = str(tree.directory / ".import_linter_cache")
    lint_imports = (place.program("lint-imports"), "--no-logo")
    parse = (place.python, str(CHECKOUT / "benchmarks" / "parse.py"), ".")
    cold = [
        Contestant(OURS, Mode.COLD, (ours, *FORGETFUL, ".")),
        Contestant(FLOORS[0], Mode.COLD, (*parse, "--jobs", "1")),
        Contestant(FLOORS[1], Mode.COLD, (*parse, "--jobs", str(JOBS))),
        Contestant("lint-imports", Mode.COLD, (*lint_imports, "--no-cache"), proof=_ANALYZED),
        Contestant("tach", Mode.COLD, (place.program("tach"), "check")),
        Contestant("ruff", Mode.COLD, (place.program("ruff"), "analyze", "graph")),
        Contestant("pylint", Mode.COLD, _pylint(place), codes=tuple(range(32))),
        Contestant("pyright", Mode.COLD, (place.pyright,)),
    ]
    remembering = [
        Contestant(tool, mode, command, proof=proof)
        for tool, command, proof in (
            (OURS, (ours, "."), ""),
            ("lint-imports", (*lint_imports, "--cache-dir", cache), _ANALYZED),
        )
        for mode in (Mode.STATEMENT, Mode.LINE, Mode.WARM)
    ]
    wanted = (OURS, *FLOORS, *peers)
    return [each for each in (*cold, *remembering) if each.tool in wanted and each.mode in modes]


def start_up(place: Place) -> tuple[Contestant, Contestant]:
    """The least that importlint can do, and a Python that has done as little."""
    return (
        Contestant(OURS, Mode.COLD, (place.program(OURS), "--version")),
        Contestant("python", Mode.COLD, (place.python, "-c", "import argparse")),
    )


def profiled(place: Place, result: Path) -> tuple[str, ...]:
    """The command that writes where importlint's time goes to the file `result`."""
    program = str(CHECKOUT / "benchmarks" / "phases.py")
    return (place.python, program, str(result), *ONE_PROCESS, *FORGETFUL, ".")


def _pylint(place: Place) -> tuple[str, ...]:
    only_cycles = ("--disable=all", "--enable=cyclic-import", "--persistent=no")
    return (place.program("pylint"), *only_cycles, "--recursive=y", ".")
