"""From runs to tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from benchmarks.compare import Compared, Runs
from benchmarks.contestants import FLOORS, OURS, Contestant, Mode
from benchmarks.figures import exponent, median_of, ratio
from benchmarks.measure import Run

_NONE = "-"


def comparison_table(compared: Compared, limit: float) -> str:
    """The medians of all contestants on one tree, and importlint's share of each."""
    head = ("", "wall, s", "CPU, s", "peak, MB", "ours ÷ it, wall", "ours ÷ it, CPU")
    title = f"### {compared.tree.label}: {compared.files:,} files, {compared.lines:,} lines\n\n"
    return title + _table(head, (_row(compared.runs, each, limit) for each in compared.runs))


def start_up_table(runs: Runs) -> str:
    """Both start-ups, and their ratio."""
    ours, theirs = runs
    rows = [
        (f"`{_shown(each)}`", _milliseconds(done, "wall"), _milliseconds(done, "cpu"))
        for each, done in runs.items()
    ]
    ratios = (_times(ratio(runs[ours], runs[theirs], figure)) for figure in ("wall", "cpu"))
    return _table(("", "wall, ms", "CPU, ms"), [*rows, ("ratio", *ratios)])


def phase_table(compared: Sequence[Compared]) -> str:
    """Processor time of one cold run in one process, by phase and tree, with the share of the whole."""
    shown = [each for each in compared if each.phases]
    phases = dict.fromkeys(phase for each in shown for phase in each.phases)
    totals = [sum(each.phases.values()) for each in shown]
    rows = [
        (phase, *(_share(each.phases[phase], total) for each, total in zip(shown, totals, strict=True)))
        for phase in phases
    ]
    whole = ("**all**", *(f"{total:.2f}" for total in totals))
    return _table(("CPU, s", *(each.tree.label for each in shown)), [*rows, whole])


def growth_table(compared: Sequence[Compared]) -> str:
    """How the runs on one kind of generated project grow with its size; exponent 1 is linear."""
    sizes = [each.tree.size for each in compared]
    head = (compared[0].tree.name, *(f"{size:,}" for size in sizes), "exponent")
    figures: dict[str, Mapping[int, float]] = {}
    for mode in Mode:
        memory = _by_size(compared, "memory", mode)
        figures[f"{mode.value}: wall, s"] = _by_size(compared, "wall", mode)
        figures[f"{mode.value}: CPU, s"] = _by_size(compared, "cpu", mode)
        figures[f"{mode.value}: peak, MB"] = {size: value / 1e6 for size, value in memory.items()}
    for phase in dict.fromkeys(phase for each in compared for phase in each.phases):
        figures[f"CPU of {phase}, s"] = {
            each.tree.size: each.phases[phase] for each in compared if each.phases
        }
    return _table(head, (_growth_row(name, values, sizes) for name, values in figures.items() if values))


def target_table(compared: Sequence[Compared], started: Runs) -> str:
    """What the project has set itself, beside what was measured."""
    rows = [
        *_start_up_target(started),
        *(row for each in compared if not each.tree.size for row in _tree_targets(each)),
        *(
            row
            for kind in dict.fromkeys(each.tree.name for each in compared if each.tree.size)
            for row in _growth_targets(kind, [each for each in compared if each.tree.name == kind])
        ),
    ]
    return _table(("target", "at most", "measured", ""), rows)


def _start_up_target(started: Runs) -> Iterator[tuple[str, ...]]:
    if started:
        ours, theirs = started.values()
        yield _target("start-up ÷ `python -c 'import argparse'`", 1.6, ratio(ours, theirs, "wall"))


def _tree_targets(compared: Compared) -> Iterator[tuple[str, ...]]:
    by_name = {(each.tool, each.mode): done for each, done in compared.runs.items()}

    def measured(mode: Mode, tool: str, other: Mode) -> float | None:
        return ratio(by_name.get((OURS, mode), []), by_name.get((tool, other), []), "wall")

    name = compared.tree.name
    yield _target(f"{name}: cold ÷ {FLOORS[1]}", 1.0, measured(Mode.COLD, FLOORS[1], Mode.COLD))
    yield _target(
        f"{name}: nothing changed ÷ lint-imports likewise",
        0.5,
        measured(Mode.WARM, "lint-imports", Mode.WARM),
    )
    for mode in (Mode.LINE, Mode.STATEMENT):
        yield _target(
            f"{name}: {mode.value} ÷ lint-imports with nothing changed",
            1.0,
            measured(mode, "lint-imports", Mode.WARM),
        )


def _growth_targets(kind: str, compared: Sequence[Compared]) -> Iterator[tuple[str, ...]]:
    for figure, name in (("cpu", "CPU time"), ("memory", "peak memory")):
        yield _target(f"{kind}: exponent of {name}", 1.1, exponent(_by_size(compared, figure)))
    for size, memory in _by_size(compared, "memory").items():
        if size == max(each.tree.size for each in compared):
            yield _target(f"{kind}: GB of memory at {size:,} modules", 4.0, memory / 1e9)


def _target(name: str, most: float, measured: float | None) -> tuple[str, ...]:
    if measured is None:
        return (name, f"{most}", _NONE, "")
    return (name, f"{most}", _times(measured), "kept" if measured <= most else "missed")


def _row(runs: Runs, contestant: Contestant, limit: float) -> tuple[str, ...]:
    done = runs[contestant]
    ours = next(
        (some for each, some in runs.items() if each.tool == OURS and each.mode is contestant.mode), []
    )
    if contestant.tool == OURS:
        ours = []
    return (
        contestant.label,
        _seconds(done, "wall", limit),
        _seconds(done, "cpu", limit),
        f"{(median_of(done, 'memory') or max((run.memory for run in done), default=0)) / 1e6:,.0f}",
        _times(ratio(ours, done, "wall"), _bound(ours, done, limit)),
        _times(ratio(ours, done, "cpu")),
    )


def _seconds(done: Sequence[Run], figure: str, limit: float) -> str:
    """A median; `> limit` for a run that was stopped, or that it failed."""
    value = median_of(done, figure)
    if value is not None:
        return f"{value:.2f}"
    if not done or done[-1].code is None:
        return f"> {limit:g}" if done and figure == "wall" else _NONE
    return f"failed ({done[-1].code})"


def _bound(ours: Sequence[Run], theirs: Sequence[Run], limit: float) -> str:
    """What the ratio to someone who was stopped is below."""
    value = median_of(ours, "wall")
    stopped = bool(theirs) and theirs[-1].code is None
    return f"< {_times(value / limit)}" if value is not None and stopped else _NONE


def _milliseconds(done: Sequence[Run], figure: str) -> str:
    value = median_of(done, figure)
    return _NONE if value is None else f"{1000 * value:.1f}"


def _times(value: float | None, instead: str = _NONE) -> str:
    return instead if value is None else f"{value:.3f}" if abs(value) < 0.1 else f"{value:.2f}"


def _share(seconds: float, total: float) -> str:
    return f"{seconds:.2f} ({seconds / total:.0%})"


def _by_size(compared: Sequence[Compared], figure: str, mode: Mode = Mode.COLD) -> dict[int, float]:
    """The medians of importlint's runs in one mode by size, of those that ended."""
    found = {
        each.tree.size: median_of(done, figure)
        for each in compared
        for contestant, done in each.runs.items()
        if contestant.tool == OURS and contestant.mode is mode
    }
    return {size: value for size, value in found.items() if value is not None}


def _growth_row(name: str, values: Mapping[int, float], sizes: Sequence[int]) -> tuple[str, ...]:
    cells = (f"{values[size]:.2f}" if size in values else _NONE for size in sizes)
    return (name, *cells, _times(exponent(values)))


def _shown(contestant: Contestant) -> str:
    program, *rest = contestant.command
    return " ".join((program.rpartition("/")[2], *rest))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
