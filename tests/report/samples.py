"""One report that has everything which a format has to show; all formats are tested with it."""

from importlint.diagnostics import Certainty, Diagnostic, Finding, Location, Report, Severity, Step
from importlint.syntax.facts import Span


def at(path: str, line: int, column: int, end_column: int, end_line: int | None = None) -> Location:
    return Location(path, Span(line, column, end_line or line, end_column))


CYCLE = Diagnostic(
    finding=Finding(
        location=at("shop/user.py", 1, 23, 27),
        message="`import shop.cart` fails if it comes first: `Cart` is not bound yet",
        module="shop.user",
        label="`shop.cart` has run only as far as its line 1; `Cart` is bound at line 2",
        trace=(
            Step(at("shop/cart.py", 1, 1, 22), "runs shop.user", "from shop import user"),
            Step(
                at("shop/user.py", 1, 1, 27),
                "fails; works when `shop.user` is imported first",
                "from shop.cart import Cart",
            ),
        ),
        help="import `user` inside `Cart.owner`, the only place that reads it",
    ),
    code="IL302",
    name="cycle-crash-from-entry",
    severity=Severity.ERROR,
    url="https://example.org/IL302",
    excerpt="from shop.cart import Cart",
)

WARNING = Diagnostic(
    finding=Finding(
        location=at("shop/main.py", 120, 2, 10),
        message="`play` may start before the guard",
        module="shop.main",
        certainty=Certainty.POSSIBLE,
    ),
    code="IL404",
    name="missing-guard",
    severity=Severity.WARNING,
    url="https://example.org/IL404",
    excerpt="\tplay(1)",
)

WHOLE_FILE = Diagnostic(
    finding=Finding(
        location=at("shop/cart", 1, 1, 1),
        message="`shop/cart.py` stands beside the package `shop/cart`",
        module="shop.cart",
        label="the package wins",
    ),
    code="IL203",
    name="module-package-twins",
    severity=Severity.INFO,
    url="https://example.org/IL203",
)

REPORT = Report(diagnostics=(WHOLE_FILE, WARNING, CYCLE), files=42, modules=41)
NOTHING = Report(diagnostics=(), files=1, modules=1)


def with_location(
    excerpt: str,
    column: int,
    end_column: int,
    *,
    label: str = "here",
    line: int = 7,
    end_line: int | None = None,
) -> Report:
    """A report of one finding in the source line `excerpt`."""
    finding = Finding(
        location=at("a.py", line, column, end_column, end_line), message="`a` fails", module="a", label=label
    )
    diagnostic = Diagnostic(
        finding=finding, code="IL101", name="n", severity=Severity.ERROR, url="", excerpt=excerpt
    )
    return Report(diagnostics=(diagnostic,), files=1, modules=1)
