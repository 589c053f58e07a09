"""One line for each diagnostic, as flake8 prints them: `path:line:column: CODE message`."""

from importlint.diagnostics import Diagnostic, Report
from importlint.report.characters import printable


def render_concise(report: Report) -> str:
    """The report's diagnostics, a line each."""
    return "".join(_line(diagnostic) + "\n" for diagnostic in report.diagnostics)


def _line(diagnostic: Diagnostic) -> str:
    place = diagnostic.finding.location
    position = f"{place.path}:{place.span.line}:{place.span.column}"
    return printable(f"{position}: {diagnostic.code} {diagnostic.finding.message}")
