"""The benchmarks' tables."""

from __future__ import annotations

from pathlib import Path

from benchmarks.compare import Compared
from benchmarks.contestants import OURS, Contestant, Mode
from benchmarks.measure import Run
from benchmarks.tables import growth_table
from benchmarks.trees import Tree


def grown(size: int, *, is_complete: bool = True) -> Compared:
    """Runs that take a time as the size, and a memory as its square; those with nothing changed take no longer."""
    done = {
        Mode.COLD: Run(wall=size, cpu=2 * size, memory=size**2, code=0, is_complete=is_complete),
        Mode.WARM: Run(wall=1, cpu=1, memory=size**2, code=0, is_complete=True),
    }
    runs = {Contestant(tool=OURS, mode=mode, command=()): [run] for mode, run in done.items()}
    tree = Tree("generated", Path(), size)
    return Compared(tree=tree, files=size, lines=size, runs=runs, phases={"graph": size / 10})


def rows(table: str) -> dict[str, list[str]]:
    """A table's rows by their first cells."""
    cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines())
    return {first: rest for first, *rest in cells}


def test_growth_of_time_and_memory_in_each_mode() -> None:
    table = rows(growth_table([grown(1000), grown(10_000), grown(50_000, is_complete=False)]))
    assert table["generated"] == ["1,000", "10,000", "50,000", "exponent"]
    assert table["cold: CPU, s"] == ["2000.00", "20000.00", "-", "1.00"]
    assert table["cold: peak, MB"] == ["1.00", "100.00", "-", "2.00"]
    assert table["nothing changed: wall, s"] == ["1.00", "1.00", "1.00", "0.000"]
    assert table["CPU of graph, s"] == ["100.00", "1000.00", "5000.00", "1.00"]
    assert not [row for row in table if row.startswith(Mode.LINE.value)]
