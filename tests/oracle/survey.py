"""Many drawn packages compared with CPython: how many entries there were, and each kind of disagreement once."""

from __future__ import annotations

import re
import traceback
from collections import Counter

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.cpython import Interpreter
from tests.oracle.agreement import compare, is_compared
from tests.oracle.drawn_packages import Drawn, packages
from tests.oracle.drawn_statements import Feature
from tests.oracle.smaller import smallest

GROUPS = {
    **{feature.value: frozenset({Feature.IMPORTS, feature}) for feature in Feature},
    "programs": frozenset(Feature),
    "everything": frozenset(Feature) - {Feature.PROGRAMS},
}
"""The statements that are drawn together: those of one feature beside plain imports, and all.

Programs have statements of all features; their entries are programs alone.
"""


def questions(cpythons: tuple[Interpreter, ...], group: str) -> st.SearchStrategy[tuple[Interpreter, Drawn]]:
    """One of those CPythons and a package that it can run."""
    return st.sampled_from(cpythons).flatmap(
        lambda cpython: st.tuples(st.just(cpython), packages(GROUPS[group], cpython.version))
    )


class Survey:
    """Draws and compares until it has found so many kinds of disagreements; passes over what matches `without`."""

    def __init__(self, kinds: int = 1, without: str = "(?!)") -> None:
        self.kinds = kinds
        self.without = re.compile(without)
        self.found: dict[str, tuple[Interpreter, Drawn]] = {}
        self.wrong: Counter[str] = Counter()
        self.trees = self.entries = self.crashes = self.exact = 0

    def draw(
        self,
        strategy: st.SearchStrategy[tuple[Interpreter, Drawn]],
        examples: int,
        seed_: int | None = None,
    ) -> None:
        """Look at so many questions, the same ones for the same seed."""

        # Nothing fails in here: a tree is made small as text, not by drawing again.
        @settings(
            max_examples=examples,
            phases=[Phase.generate],
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def look(question: tuple[Interpreter, Drawn]) -> None:
            if len(self.found) < self.kinds and not self.without.search(str(question[1].tree)):
                self.look(*question)

        (look if seed_ is None else seed(seed_)(look))()

    def look(self, cpython: Interpreter, drawn: Drawn) -> None:
        """Compare the entries of one tree."""
        self.trees += 1
        try:
            comparisons = compare(cpython, drawn)
        except Exception as error:
            self._note(_summary(error), cpython, drawn)
            return
        for comparison in comparisons:
            self.entries += 1
            self.crashes += any(run.error for run in comparison.runs)
            self.exact += is_compared(comparison.runs)
            if comparison.difference:
                self._note(comparison.difference, cpython, drawn)

    def shown(self, kind: str) -> str:
        """A small tree that has that kind of disagreement, and what the machine and CPython say of it."""
        cpython, drawn = self.found[kind]
        small = smallest(drawn, lambda each: bool(_of_kind(cpython, each, kind)))
        return f"{cpython}, {self.wrong[kind]} times: {kind}\n\n{small.tree}\n{_of_kind(cpython, small, kind)[0]}"

    def __str__(self) -> str:
        return (
            f"{self.trees} trees, {self.entries} entries, {self.crashes} of them crash, {self.exact} are compared "
            f"exactly: {self.wrong.total()} disagreements of {len(self.wrong)} kinds"
        )

    def _note(self, kind: str, cpython: Interpreter, drawn: Drawn) -> None:
        if not self.without.search(kind):
            self.wrong[kind] += 1
            self.found.setdefault(kind, (cpython, drawn))


def _of_kind(cpython: Interpreter, drawn: Drawn, kind: str) -> list[str]:
    """The texts of the disagreements of that kind; an exception of importlint's own is one, too."""
    try:
        return [str(each) for each in compare(cpython, drawn) if each.difference == kind]
    except Exception as error:
        return [traceback.format_exc()] if _summary(error) == kind else []


def _summary(error: Exception) -> str:
    return f"{type(error).__name__} in {traceback.extract_tb(error.__traceback__)[-1].name}"
