"""The report for programs: one JSON object, version 1, in ASCII, with its keys in a fixed order."""

import json
from typing import Any

from importlint.diagnostics import Diagnostic, Report, Severity, Step

VERSION = 1


def render_json(report: Report) -> str:
    """The report as one line of JSON."""
    severities = [diagnostic.severity for diagnostic in report.diagnostics]
    document = {
        "version": VERSION,
        "diagnostics": [_diagnostic(diagnostic) for diagnostic in report.diagnostics],
        "summary": {
            "files": report.files,
            "modules": report.modules,
            "errors": severities.count(Severity.ERROR),
            "warnings": severities.count(Severity.WARNING),
        },
    }
    return json.dumps(document) + "\n"


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    finding = diagnostic.finding
    span = finding.location.span
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "message": finding.message,
        "severity": diagnostic.severity.value,
        "certainty": finding.certainty.value,
        "path": finding.location.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "module": finding.module,
        "trace": [_step(step) for step in finding.trace],
        "url": diagnostic.url,
    }


def _step(step: Step) -> dict[str, Any]:
    span = step.location.span
    return {"path": step.location.path, "line": span.line, "column": span.column, "note": step.note}
