"""From comparisons to figures, lists of differences and their causes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

from tests.oracle.truth import Comparison

_Kind = tuple[str, Callable[[Comparison], bool]]

DIFFERENCES: tuple[_Kind, ...] = (
    ("false certain failure", lambda each: each.is_false_alarm),
    (
        "circular crash not predicted, or elsewhere",
        lambda each: each.real == "circular" and not each.is_found_crash,
    ),
    ("the machine itself failed", lambda each: each.predicted == "internal"),
    ("another order", lambda each: each.is_clean and each.predicted == "ok" and not each.is_same_order),
    ("another outcome", lambda each: not each.agrees and not each.is_false_alarm and each.real != "circular"),
)
"""The kinds of differences, worst first."""


class Figures(Struct, frozen=True, kw_only=True):
    """How many entries of a package, or of all."""

    entries: int
    agreeing: int
    """Whose outcome is the predicted one."""
    false_alarms: int
    false_circular: int
    crashes: int
    found_crashes: int
    possible_crashes: int
    """Those that are not found, but are at least said to be possible."""
    clean: int
    same_order: int
    internal: int


def figures(comparisons: Sequence[Comparison]) -> Figures:
    """The figures of some comparisons."""

    def count(holds: Callable[[Comparison], bool]) -> int:
        return sum(map(holds, comparisons))

    return Figures(
        entries=len(comparisons),
        agreeing=count(lambda each: each.agrees),
        false_alarms=count(lambda each: each.is_false_alarm),
        false_circular=count(lambda each: each.is_false_circular),
        crashes=count(lambda each: each.real == "circular"),
        found_crashes=count(lambda each: each.is_found_crash),
        possible_crashes=count(
            lambda each: each.real == "circular" and not each.is_found_crash and each.is_possible
        ),
        clean=count(lambda each: each.is_clean),
        same_order=count(lambda each: each.is_same_order),
        internal=count(lambda each: each.predicted == "internal"),
    )


HEAD = (
    f"{'package':17} {'entries':>7} {'outcome':>12} {'false':>6} {'circular':>8} {'crashes':>9} {'order':>15} "
    f"{'internal':>8} {'seconds':>7}"
)


def row(package: str, found: Figures, seconds: float) -> str:
    """One line of the table whose head is `HEAD`."""
    crashes = f"{found.found_crashes}/{found.crashes}" if found.crashes else ""
    if found.possible_crashes:
        crashes += f"+{found.possible_crashes}"
    return (
        f"{package:17} {found.entries:7} {share(found.agreeing, found.entries):>12} {found.false_alarms or '':>6} "
        f"{found.false_circular or '':>8} {crashes:>9} {share(found.same_order, found.clean):>15} "
        f"{found.internal or '':>8} {seconds:7.1f}"
    )


def share(part: int, whole: int) -> str:
    """Such as `95/100 95.0%`."""
    return f"{part}/{whole} {100 * part / whole:5.1f}%" if whole else ""


def show_differences(comparisons: Iterable[Comparison], limit: int) -> Iterator[str]:
    """The first differences of each kind, a block each."""
    given = list(comparisons)
    for kind, holds in DIFFERENCES:
        these = [each for each in given if holds(each)]
        if these:
            yield f"\n{kind}: {len(these)}"
            yield from (_described(each) for each in these[:limit])


def _described(each: Comparison) -> str:
    lines = [f"  {each.entry}"]
    if not each.agrees or each.real != "ok":
        certainty = "" if each.certain else " (possible)"
        lines.append(f"    predicted {each.predicted}{certainty} {_one_line(each.predicted_error)}")
        lines.append(f"    real      {each.real} {_one_line(each.real_error)}")
    if each.parting is not None:
        lines.append(f"    order     {each.parting}")
        if each.parting.cause:
            lines.append(f"              {each.parting.cause}")
    return "\n".join(lines)


def show_partings(package_of: dict[str, str], comparisons: Iterable[Comparison], limit: int) -> Iterator[str]:
    """Where orders part, most entries first: each is probably one cause."""
    entries: dict[tuple[str, str, str, str], list[Comparison]] = {}
    for each in comparisons:
        if each.is_clean and each.parting is not None:
            place = (package_of[each.entry], each.parting.running, each.parting.predicted, each.parting.real)
            entries.setdefault(place, []).append(each)
    ordered = sorted(entries.items(), key=lambda item: (-len(item[1]), item[0]))
    if ordered:
        total = sum(map(len, entries.values()))
        yield f"\nwhere the order parts: {total} entries at {len(ordered)} places"
    for (package, *_), these in ordered[:limit]:
        shortest = min(these, key=lambda each: (len(each.entry), each.entry))
        parting = shortest.parting
        assert parting is not None
        yield f"{len(these):5}  {package}: {parting}  (e.g. {shortest.entry})"
        if parting.cause:
            yield f"         {parting.cause}"


def show_endings(comparisons: Iterable[Comparison], limit: int) -> Iterator[str]:
    """Outcomes that differ, most entries first: each is probably one cause."""
    endings = Counter(
        (each.predicted_error or each.predicted, each.real_error or each.real)
        for each in comparisons
        if not each.agrees
    )
    if endings:
        yield f"\nhow outcomes differ: {endings.total()} entries in {len(endings)} ways"
    for (predicted, real), count in endings.most_common(limit):
        yield f"{count:5}  predicted {_one_line(predicted)}\n       real      {_one_line(real)}"


def show_outcomes(comparisons: Iterable[Comparison]) -> Iterator[str]:
    """How often each outcome was predicted for each real one."""
    pairs = Counter((each.real, each.predicted) for each in comparisons)
    yield "\noutcomes (real, predicted): " + ", ".join(
        f"{real} as {predicted} {count}"
        for (real, predicted), count in sorted(pairs.items(), key=lambda item: -item[1])
    )


def _one_line(text: str) -> str:
    return " | ".join(line.strip() for line in text.splitlines()[-3:])
