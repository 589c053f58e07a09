"""When a prediction counts as right: traces and observations written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from importlint.config import load_settings
from importlint.diagnostics import Location
from importlint.machine.trace import Event, Failure, Happening, Hop, Trace
from importlint.project import Project
from importlint.syntax.facts import Span
from importlint.verify.comparison import Comparison, Verdict
from importlint.verify.interpreter import Observation, Raised
from tests.trees import Tree

FILES = {"shop/__init__.py": "", "shop/cart.py": "", "shop/user.py": ""}


def at(path: str, line: int) -> Location:
    return Location(path, Span(line, 1, line, 2))


CRASH = Failure(
    type="ImportError",
    message="cannot import name 'Cart' from 'shop.cart'",
    module="shop.user",
    location=at("shop/user.py", 3),
    missing_name="Cart",
)

HAPPENED = Raised(
    types=("ImportError", "Exception", "BaseException"),
    message="cannot import name 'Cart' from 'shop.cart' (/somewhere)",
    places=(("<string>", 1), ("shop/cart.py", 1), ("shop/user.py", 3), ("/lib/importlib/__init__.py", 90)),
)

STARTS = (Event(Happening.START, "shop.cart"), Event(Happening.END, "shop.cart"))


@pytest.fixture
def comparison(tmp_path: Path) -> Comparison:
    Tree(FILES).write(tmp_path)
    return Comparison(Project(load_settings(str(tmp_path)), ("shop",), cwd=str(tmp_path)))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


def raised(root: Path, **changes: Any) -> Observation:
    """What happened, with the places in files of the project as CPython has them."""
    error = replace(HAPPENED, **changes)
    places = ((str(root / path) if path.startswith("shop") else path, line) for path, line in error.places)
    return Observation(error=replace(error, places=tuple(places)))


def predicted(error: Failure | None = None, *possible: Failure) -> Trace:
    return Trace(entry="shop.cart", events=(), error=error, possible=possible)


def shown(verdict: Verdict) -> tuple[str, str] | None:
    return (verdict.difference.predicted, verdict.difference.real) if verdict.difference else None


def test_the_predicted_failure(comparison: Comparison, root: Path) -> None:
    """The place is the innermost one in the project: code outside of it may have raised."""
    assert shown(comparison.verdict(predicted(CRASH), raised(root))) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"types": ("ValueError", "Exception", "BaseException")},
        {"message": "cannot import name 'Basket' from 'shop.cart'"},
        {"places": (("shop/user.py", 4),)},
        {"places": (("shop/cart.py", 3),)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_another_failure(comparison: Comparison, root: Path, changes: dict[str, Any]) -> None:
    """Another class, name or place."""
    difference = shown(comparison.verdict(predicted(CRASH), raised(root, **changes)))
    assert difference is not None
    assert difference[0] == "ImportError: cannot import name 'Cart' from 'shop.cart' (shop/user.py:3)"


def test_a_subclass(comparison: Comparison, root: Path) -> None:
    """A prediction names a built-in class; what is raised may be one derived from it."""
    types = ("CartError", *HAPPENED.types)
    assert shown(comparison.verdict(predicted(CRASH), raised(root, types=types))) is None


def test_a_failure_that_does_not_happen(comparison: Comparison) -> None:
    assert shown(comparison.verdict(predicted(CRASH), Observation())) == (
        "ImportError: cannot import name 'Cart' from 'shop.cart' (shop/user.py:3)",
        "it succeeds",
    )


def test_a_failure_that_was_not_predicted(comparison: Comparison, root: Path) -> None:
    assert shown(comparison.verdict(predicted(), raised(root))) == (
        "it succeeds",
        "ImportError: cannot import name 'Cart' from 'shop.cart' (/somewhere) (shop/user.py:3)",
    )


def test_a_failure_that_was_possible(comparison: Comparison, root: Path) -> None:
    """Whatever the order is: the prediction went on as if it did not happen."""
    trace = Trace(entry="shop.cart", events=STARTS, error=None, possible=(CRASH,))
    assert shown(comparison.verdict(trace, raised(root))) is None
    assert shown(comparison.verdict(predicted(None, CRASH), raised(root, message="no"))) is not None


def test_a_failure_outside_of_the_project(comparison: Comparison, root: Path) -> None:
    """It is at the line of the project that led there."""
    hop = Hop("shop.user", at("shop/user.py", 3), "import other", "other")
    outside = Failure(
        type="ImportError",
        message="",
        module="other",
        location=at("other.py", 9),
        missing_name="Cart",
        chain=(hop,),
    )
    assert shown(comparison.verdict(predicted(outside), raised(root))) is None


def test_order(comparison: Comparison) -> None:
    """Modules of others do not count, and neither does finding one that is loaded."""
    others = (Event(Happening.FOUND, "shop"), Event(Happening.START, "json"))
    trace = Trace(entry="shop.cart", events=(*others, *STARTS), error=None)
    real = (("start", "shop.cart"), ("start", "os"), ("end", "shop.cart"))
    assert shown(comparison.verdict(trace, Observation(events=real))) is None
    early = (("start", "shop.cart"), ("start", "shop.user"))
    assert shown(comparison.verdict(trace, Observation(events=early))) == (
        "`shop.cart` ends",
        "`shop.user` starts",
    )
    assert shown(comparison.verdict(trace, Observation(events=real[:1]))) == (
        "`shop.cart` ends",
        "nothing more",
    )
    failing = (*real[:1], ("error", "shop.cart"))
    assert shown(comparison.verdict(trace, Observation(events=failing))) == (
        "`shop.cart` ends",
        "`shop.cart` fails",
    )
