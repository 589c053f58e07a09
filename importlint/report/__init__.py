"""From a report to text, in the format that is asked for; knows nothing of how a finding was made."""

from __future__ import annotations

from collections import Counter

from importlint.config import OutputFormat
from importlint.diagnostics import Report


def render(report: Report, output_format: OutputFormat, *, colour: bool = False) -> str:
    """The report as text that ends with its line, or as nothing; only `full` has colours."""
    match output_format:
        case "full":
            from importlint.report.full import render_full

            return render_full(report, colour=colour)
        case "concise":
            from importlint.report.concise import render_concise

            return render_concise(report)
        case "json":
            from importlint.report.json import render_json

            return render_json(report)


def render_statistics(report: Report) -> str:
    """How many findings each rule has, the most frequent first."""
    counts = Counter((diagnostic.code, diagnostic.name) for diagnostic in report.diagnostics)
    width = len(str(max(counts.values(), default=0)))
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return "".join(f"{count:{width}}  {code}  {name}\n" for (code, name), count in ordered)
