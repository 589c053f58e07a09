"""From measured numbers to what a table says: medians, ratios by pairs, exponents of growth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, median

from benchmarks.measure import Run


def median_of(runs: Sequence[Run], figure: str) -> float | None:
    """The median of `wall`, `cpu` or `memory`; None if a run was stopped, failed, or there is none."""
    if not runs or any(not run.is_complete for run in runs):
        return None
    return median(_value(run, figure) for run in runs)


def ratio(ours: Sequence[Run], theirs: Sequence[Run], figure: str) -> float | None:
    """The median of ours ÷ theirs, round by round, so that a machine that slows down for a while slows both.

    None if a run of either was stopped or failed.
    """
    if median_of(ours, figure) is None or median_of(theirs, figure) is None:
        return None
    pairs = zip(ours, theirs, strict=False)
    return median(_value(one, figure) / max(_value(other, figure), 1e-6) for one, other in pairs)


def exponent(values: Mapping[int, float]) -> float | None:
    """The `b` of the curve `a * size ** b` nearest to the values by size: 1 is linear, 2 is quadratic.

    Least squares in the logarithms; None for fewer than two sizes, or where a value is not above zero.
    """
    if len(values) < 2 or any(value <= 0 for value in values.values()):
        return None
    across = [math.log(size) for size in values]
    up = [math.log(value) for value in values.values()]
    middle, height = fmean(across), fmean(up)
    slope = sum((x - middle) * (y - height) for x, y in zip(across, up, strict=True))
    return slope / sum((x - middle) ** 2 for x in across)


def _value(run: Run, figure: str) -> float:
    return float(getattr(run, figure))
