"""What CPython does when a line of code runs, as kinds of effects."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from importlint.effects.kinds import Kind
from tests.cpython import CPython
from tests.effects.cases import Case

_PROGRAM = (Path(__file__).parent / "observer.py").read_text(
    encoding="utf-8"
) + "\nresult = observe(questions, directory, patience, preload)"

_SIGNS = {
    Kind.COMMAND_LINE: "exit",
    Kind.DATABASE: "network",
    Kind.LOGGING_EMIT: "output",
    Kind.MAIN_LOOP: "blocking",
    Kind.NONDETERMINISM: "random-state",
    Kind.WARNINGS_EMIT: "output",
}
"""How a kind shows that is a case of another one."""


class Observation(Struct, frozen=True):
    """What was seen while the last statement of a case ran."""

    case: Case
    seen: frozenset[str]
    """Kinds, `state` for the case's own state, and what was raised."""
    impossible: str
    """Why it could not run; empty if it could."""

    @property
    def shows(self) -> bool:
        """Whether it has the effect that it should have."""
        kind = self.case.kind
        if self.impossible:
            return False
        if kind is None:
            return not self.reported
        if kind is Kind.FAILURE:
            return any(each.startswith("raised") for each in self.seen)
        return bool(self.seen & {"state" if self.case.state else _SIGNS.get(kind, kind.value)})

    @property
    def reported(self) -> list[str]:
        """The kinds that a rule reports."""
        return sorted(kind.value for kind in Kind if kind.value in self.seen and kind.rule)

    def __str__(self) -> str:
        return f"{self.case}: {self.impossible or ', '.join(sorted(self.seen)) or 'nothing'}"


def observe(
    cpython: CPython, cases: Sequence[Case], directory: Path, *, patience: float = 0.4, preload: bool = True
) -> list[Observation]:
    """Run each case in a process and a directory of its own.

    A statement that takes longer than `patience`, in seconds, counts as blocking. With `preload` the modules of
    all cases are imported once, and not by each case for itself.
    """
    answers: list[Any] = cpython.evaluate(
        _PROGRAM,
        fresh=True,
        questions=[[case.modules, case.setup, case.statement, case.state] for case in cases],
        directory=str(directory),
        patience=patience,
        preload=preload,
    )
    seen = (frozenset() if isinstance(answer, str) else frozenset(answer) for answer in answers)
    impossible = (answer if isinstance(answer, str) else "" for answer in answers)
    return list(map(Observation, cases, seen, impossible))
