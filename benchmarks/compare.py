"""From trees and contestants to runs: all alternate on the same tree, round after round."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from benchmarks.contestants import FLOORS, OURS, Contestant, Mode, profiled, start_up
from benchmarks.edits import with_line, with_statement
from benchmarks.measure import Run, run
from benchmarks.place import Place
from benchmarks.trees import Tree, kept

Runs = dict[Contestant, list[Run]]
"""The runs of each contestant, one for each round that it was in."""

REST = "exit, and what no look saw"
"""The phase after the last one: freeing memory, mostly."""


class Compared(Struct, frozen=True):
    """What was measured on one tree."""

    tree: Tree
    files: int
    lines: int
    runs: Runs
    phases: dict[str, float]
    """Seconds of processor time in one process, by phase; empty if that run was stopped or failed."""


class Rounds(Struct, frozen=True):
    """How often, how long, and who is told."""

    repeat: int
    limit: float
    tell: Callable[[str], None]


def compare(place: Place, tree: Tree, contestants: Sequence[Contestant], rounds: Rounds) -> Compared:
    """Measure all contestants on a tree, and then where importlint's time goes."""
    with kept(tree.edited) as data:
        runs = _alternate(place, tree, contestants, data, rounds)
    phases = {} if _is_out(runs, OURS) else _profile(place, tree, rounds)
    return Compared(tree, len(tree.files), tree.lines(), runs, phases)


def compare_start_up(place: Place, rounds: Rounds) -> Runs:
    """Measure the start-up, many rounds: each takes a few hundredths of a second."""
    runs: Runs = {each: [] for each in start_up(place)}
    for _ in range(20 * rounds.repeat):
        for contestant, done in runs.items():
            done.append(_run(place, place.directory, contestant, rounds.limit))
    return runs


def _alternate(
    place: Place, tree: Tree, contestants: Sequence[Contestant], data: bytes, rounds: Rounds
) -> Runs:
    """The runs in rounds; who was stopped or failed is not asked again.

    Before them come runs that do not count: of the floor, which has the system read the files, and of all with a
    cache, importlint last, which sees the directories that the others make.
    """
    runs: Runs = {each: [] for each in contestants}
    first = {each.tool: each for each in contestants if each.tool in FLOORS or each.mode is not Mode.COLD}
    for each in reversed(first.values()):
        _run(place, tree.directory, each, rounds.limit)
    stated = dict.fromkeys(first, data)
    for number in range(rounds.repeat):
        for contestant, done in runs.items():
            if done and not done[-1].is_complete:
                continue
            mark = f"{contestant.tool}, {number}"
            if contestant.mode is Mode.STATEMENT:
                stated[contestant.tool] = with_statement(data, mark)
                tree.edited.write_bytes(stated[contestant.tool])
            elif contestant.mode is Mode.LINE:
                tree.edited.write_bytes(with_line(stated[contestant.tool], mark))
            done.append(_run(place, tree.directory, contestant, rounds.limit))
            rounds.tell(f"{tree.label}: {contestant.label}: {_summary(done[-1])}")
    return runs


def _run(place: Place, directory: Path, contestant: Contestant, limit: float) -> Run:
    return run(
        contestant.command,
        directory,
        limit=limit,
        environ=place.environ(),
        codes=contestant.codes,
        proof=contestant.proof,
    )


def _profile(place: Place, tree: Tree, rounds: Rounds) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as directory:
        result = Path(directory) / "phases.json"
        command = profiled(place, result)
        measured = run(command, tree.directory, limit=4 * rounds.limit, environ=place.environ())
        rounds.tell(f"{tree.label}: phases: {_summary(measured)}")
        if not measured.is_complete:
            return {}
        phases: dict[str, float] = json.loads(result.read_text())
        return {**phases, REST: max(0.0, measured.cpu - sum(phases.values()))}


def _is_out(runs: Runs, tool: str) -> bool:
    """Whether a run of the tool was stopped or failed."""
    return any(
        not each.is_complete for contestant, done in runs.items() if contestant.tool == tool for each in done
    )


def _summary(measured: Run) -> str:
    if measured.is_complete:
        return f"{measured.wall:.2f} s, {measured.cpu:.2f} s of CPU, {measured.memory / 1e6:.0f} MB"
    return "stopped" if measured.code is None else f"failed ({measured.code}): {measured.error.strip()}"
