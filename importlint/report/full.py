"""The report for people: what is wrong, the source line with the reason, how it comes about, the remedy.

The layout is rustc's and ruff's. Lines are as long as they are; only source lines are cut, around the span.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from importlint.diagnostics import Diagnostic, Report, Severity, Step
from importlint.report.characters import CUT, TAB, Painter, padded, painter, printable, shortened, width

MAX_SOURCE_WIDTH = 100
"""Columns of a source line that are shown."""
CONTEXT_WIDTH = 30
"""Columns that stay before the span where a line is cut."""

_BOLD = "1"
_FRAME = "1;34"
_HELP = "1;36"
_SEVERITIES = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;34"}


def render_full(report: Report, *, colour: bool) -> str:
    """The report's diagnostics, a block each, and a line that counts them."""
    paint = painter(colour)
    blocks = ["\n".join(_block(diagnostic, paint)) + "\n" for diagnostic in report.diagnostics]
    return "\n".join([*blocks, summary(report) + "\n"])


def summary(report: Report) -> str:
    """`Found 3 errors and 1 warning in 42 files.`"""
    severities = [diagnostic.severity for diagnostic in report.diagnostics]
    counts = [
        _count(severities.count(severity), noun)
        for severity, noun in (
            (Severity.ERROR, "error"),
            (Severity.WARNING, "warning"),
            (Severity.INFO, "remark"),
        )
        if severity in severities
    ]
    found = " and ".join(filter(None, [", ".join(counts[:-1]), *counts[-1:]])) or "no problems"
    return f"Found {found} in {_count(report.files, 'file')}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _block(diagnostic: Diagnostic, paint: Painter) -> Iterator[str]:
    """The lines of one diagnostic."""
    finding = diagnostic.finding
    place = finding.location
    margin = " " * len(str(place.span.line))
    edge = margin + paint(" |", _FRAME)
    severity = _SEVERITIES[diagnostic.severity]
    yield (
        f"{paint(f'{diagnostic.severity.value}[{diagnostic.code}]', severity)}"
        f": {paint(printable(finding.message), _BOLD)}"
    )
    yield f"{margin}{paint('-->', _FRAME)} {printable(place.path)}:{place.span.line}:{place.span.column}"
    notes = list(_notes(diagnostic, paint))
    if diagnostic.excerpt:
        source, underline = _excerpt(diagnostic)
        yield edge
        yield paint(f"{place.span.line} |", _FRAME) + f" {source}".rstrip()
        yield f"{edge} {underline[0]}{paint(f'{underline[1]} {printable(finding.label)}'.rstrip(), severity)}"
        if notes:
            yield edge
    for first, line in notes:
        yield f"{margin} {paint('=' if first else ' ', _FRAME)} {line}"


def _notes(diagnostic: Diagnostic, paint: Painter) -> Iterator[tuple[bool, str]]:
    """What stands below the source: each line, and whether it begins something."""
    finding = diagnostic.finding
    if finding.label and not diagnostic.excerpt:
        yield True, f"{paint('note', _HELP)}: {printable(finding.label)}"
    for number, line in enumerate(_trace(finding.trace)):
        yield number == 0, line
    if finding.help:
        yield True, f"{paint('help', _HELP)}: {printable(finding.help)}"


def _trace(steps: Sequence[Step]) -> Iterator[str]:
    """`1. path:line   code   note`, aligned."""
    places = [printable(f"{step.location.path}:{step.location.span.line}") for step in steps]
    codes = [shortened(printable(step.code.strip())) for step in steps]
    columns = [column for column in (places, codes) if any(column)]
    widths = [max(map(width, column)) for column in columns]
    for index, step in enumerate(steps):
        number = f"{index + 1}.".rjust(len(f"{len(steps)}."))
        cells = [padded(column[index], wide) for column, wide in zip(columns, widths, strict=True)]
        yield f"{number} {'   '.join([*cells, printable(step.note)])}".rstrip()


def _excerpt(diagnostic: Diagnostic) -> tuple[str, tuple[str, str]]:
    """The source line as it is shown; what stands before the carets, and the carets."""
    span = diagnostic.finding.location.span
    cells = [TAB if character == "\t" else printable(character) for character in diagnostic.excerpt]
    start = min(span.column - 1, len(cells))
    end = min(span.end_column - 1, len(cells)) if span.end_line == span.line else len(cells)
    offsets = list(accumulate(map(width, cells), initial=0))
    first, last = _window(offsets, start)
    before = CUT if first > 0 else ""
    after = CUT if last < len(cells) else ""
    blank = " " * (len(before) + offsets[start] - offsets[first])
    carets = "^" * max(offsets[min(end, last)] - offsets[start], 1)
    return before + "".join(cells[first:last]) + after, (blank, carets)


def _window(offsets: Sequence[int], start: int) -> tuple[int, int]:
    """Which cells of a line to show so that `start` is among them; `offsets` are the cells' columns."""
    if offsets[-1] <= MAX_SOURCE_WIDTH:
        return 0, len(offsets) - 1
    left = max(min(offsets[start] - CONTEXT_WIDTH, offsets[-1] - MAX_SOURCE_WIDTH), 0)
    first = next(index for index, offset in enumerate(offsets) if offset >= left)
    last = max(index for index, offset in enumerate(offsets) if offset <= offsets[first] + MAX_SOURCE_WIDTH)
    return first, last
