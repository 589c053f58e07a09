"""The order of sorters: examples from the documentation of isort's and ruff's settings, at their defaults."""

from __future__ import annotations

import pytest

from importlint.sorters import would_exchange
from importlint.syntax import facts as f
from tests.facts import facts_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from .b import x\nfrom .a import y\n", True),
        ("from .a import x\nfrom .b import y\n", False),
        ("from . import x\nfrom .. import y\n", True),
        ("from .. import x\nfrom . import y\n", False),
        ("from .a import x\nfrom . import y\n", True),
        ("from .a import x\nfrom p import y\n", True),
        ("from p.a import x\nimport p.b\n", True),
        ("import p.b\nfrom p.a import x\n", False),
        ("from .m10 import x\nfrom .m9 import y\n", True),
        ("from .B import x\nfrom .a import y\n", True),
        ("from .a import x\nfrom .a import y\n", False),
        ("from .b import x  # isort: skip\nfrom .a import y\n", False),
        ("from .b import x\nfrom .a import y  # isort:skip\n", False),
        ("from .b import x  # noqa: E402, I001\nfrom .a import y\n", False),
        ("from .b import x  # noqa: F401\nfrom .a import y\n", True),
        ("# isort: off\nfrom .b import x\nfrom .a import y\n# isort: on\n", False),
        ("# isort: off\n# isort: on\nfrom .b import x\nfrom .a import y\n", True),
        ("# isort:skip_file\nfrom .b import x\nfrom .a import y\n", False),
        ("# ruff: noqa: I001\nfrom .b import x\nfrom .a import y\n", False),
        ("# ruff: noqa: F401\nfrom .b import x\nfrom .a import y\n", True),
        ("# ruff: noqa\nfrom .b import x\nfrom .a import y\n", False),
    ],
)
def test_what_a_sorter_exchanges(text: str, expected: bool) -> None:
    """The two imports of a text."""
    upper, lower = facts_of(text).body
    assert isinstance(upper, f.Import | f.ImportFrom)
    assert isinstance(lower, f.Import | f.ImportFrom)
    assert would_exchange(text.splitlines(), upper, lower) is expected
