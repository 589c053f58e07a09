"""Two runs of the report beside each other: which entries got better, and which worse."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tests.oracle.report.workers import Result
from tests.oracle.truth import Comparison

_QUALITIES: tuple[tuple[str, Callable[[Comparison], bool]], ...] = (
    ("no false certain failure", lambda each: not each.is_false_alarm),
    ("circular crash found", lambda each: each.real != "circular" or each.is_found_crash),
    ("outcome", lambda each: each.agrees),
    ("order", lambda each: not each.is_clean or each.is_same_order),
)


def show_changes(before: Sequence[Result], after: Sequence[Result], limit: int) -> Iterator[str]:
    """For each quality the entries that gained and lost it, among those of both runs."""
    old = {each.entry: each for result in before for each in result.comparisons}
    new = {each.entry: each for result in after for each in result.comparisons if each.entry in old}
    yield f"\ncompared with the other run: {len(new)} entries of both"
    for quality, holds in _QUALITIES:
        gained = [entry for entry in new if holds(new[entry]) and not holds(old[entry])]
        lost = [entry for entry in new if holds(old[entry]) and not holds(new[entry])]
        yield f"  {quality}: {len(gained)} better, {len(lost)} worse"
        for sign, entries in (("+", gained), ("-", lost)):
            yield from (f"    {sign} {entry}" for entry in entries[:limit])
            if len(entries) > limit:
                yield f"    {sign} ... {len(entries) - limit} more"
