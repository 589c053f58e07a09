"""The formats that programs read: flake8's lines, the JSON object, and the counts."""

import json

from msgspec.structs import replace

from importlint.diagnostics import Location, Report
from importlint.report import render, render_statistics
from importlint.syntax.facts import Span
from tests.report.samples import CYCLE, NOTHING, REPORT, WARNING, WHOLE_FILE


def test_concise() -> None:
    assert render(REPORT, "concise") == (
        "shop/cart:1:1: IL203 `shop/cart.py` stands beside the package `shop/cart`\n"
        "shop/main.py:120:2: IL404 `play` may start before the guard\n"
        "shop/user.py:1:23: IL302 `import shop.cart` fails if it comes first: `Cart` is not bound yet\n"
    )


def test_concise_keeps_one_line_for_each_finding() -> None:
    place = Location("a\n\udcffb.py", Span(1, 1, 1, 1))
    odd = replace(CYCLE, finding=replace(CYCLE.finding, location=place, message="`x\r` fails"))
    report = Report(diagnostics=(odd,), files=1, modules=1)
    assert render(report, "concise") == "a\\n\\udcffb.py:1:1: IL302 `x\\r` fails\n"


def test_nothing_found_prints_nothing() -> None:
    assert render(NOTHING, "concise") == ""
    assert render_statistics(NOTHING) == ""


def test_json() -> None:
    """The whole object, keys in the order of the specification."""
    expected = {
        "version": 1,
        "diagnostics": [
            {
                "code": "IL203",
                "name": "module-package-twins",
                "message": "`shop/cart.py` stands beside the package `shop/cart`",
                "severity": "info",
                "certainty": "certain",
                "path": "shop/cart",
                "line": 1,
                "column": 1,
                "end_line": 1,
                "end_column": 1,
                "module": "shop.cart",
                "trace": [],
                "url": "https://example.org/IL203",
            },
            {
                "code": "IL404",
                "name": "missing-guard",
                "message": "`play` may start before the guard",
                "severity": "warning",
                "certainty": "possible",
                "path": "shop/main.py",
                "line": 120,
                "column": 2,
                "end_line": 120,
                "end_column": 10,
                "module": "shop.main",
                "trace": [],
                "url": "https://example.org/IL404",
            },
            {
                "code": "IL302",
                "name": "cycle-crash-from-entry",
                "message": "`import shop.cart` fails if it comes first: `Cart` is not bound yet",
                "severity": "error",
                "certainty": "certain",
                "path": "shop/user.py",
                "line": 1,
                "column": 23,
                "end_line": 1,
                "end_column": 27,
                "module": "shop.user",
                "trace": [
                    {"path": "shop/cart.py", "line": 1, "column": 1, "note": "runs shop.user"},
                    {
                        "path": "shop/user.py",
                        "line": 1,
                        "column": 1,
                        "note": "fails; works when `shop.user` is imported first",
                    },
                ],
                "url": "https://example.org/IL302",
            },
        ],
        "summary": {"files": 42, "modules": 41, "errors": 1, "warnings": 1},
    }
    rendered = render(REPORT, "json")
    assert rendered == json.dumps(expected) + "\n"
    assert rendered.isascii()


def test_statistics_begin_with_the_most_frequent() -> None:
    report = Report(diagnostics=(*[CYCLE] * 10, WARNING, WHOLE_FILE), files=3, modules=3)
    assert render_statistics(report) == (
        "10  IL302  cycle-crash-from-entry\n 1  IL203  module-package-twins\n 1  IL404  missing-guard\n"
    )
