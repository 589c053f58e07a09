"""Which lines of a file are which after an edit; none are if it says something else."""

from __future__ import annotations

import pytest

from importlint.cache.lines import Lines
from importlint.syntax.read import facts_of

TEXT = """\
# a comment
import a, b

class C:
    x: int = 1.0
    def f(self, y=[1,
                   2]):
        import c
        return c.d

try: z = C()
except Error: pass
"""


def paired(before: str, now: str) -> dict[int, int] | None:
    """The lines of two texts."""
    lines = Lines()
    is_same = lines.pair(facts_of("", before.encode()), facts_of("", now.encode()))
    return lines.now if is_same and lines.keep_order else None


def test_the_same() -> None:
    assert paired(TEXT, TEXT) == {line: line for line in (1, 2, 4, 5, 6, 8, 9, 11, 12)}


def test_lines_move() -> None:
    lines = paired(
        TEXT,
        TEXT.replace("class C:", "\n# two more\nclass C:\n    '''one more'''").replace("1,\n", "1, # 1\n#\n"),
    )
    assert lines == {1: 1, 2: 2, 4: 6, 5: 8, 6: 9, 8: 12, 9: 13, 11: 15, 12: 16}
    assert paired(TEXT, TEXT.removesuffix("\n")) is not None
    assert paired(TEXT, TEXT.replace("return c.d", "return c.d  # comment\n")) is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import a, b", "import b, a"),
        ("import a, b", "import a, \\\nb"),
        ("import a, b", "import a; import b"),
        ("import a, b", "import  a, b"),
        ("# a comment\n", ""),  # what stands on the first line is where the file is
        ("1.0", "1"),
        ("1.0", "True"),
        ("x: int", "y: int"),
        ("return c.d", "return c.e"),
        ("import c", "import c\n        e = 1"),
        ("y=[1", "y=[3"),
        ("    def f", "    async def f"),
        ("# a comment", "#!shebang"),
        ("# a comment", "# importlint: ignore[IL101]"),
        ("except Error", "except* Error"),
    ],
)
def test_something_else(old: str, new: str) -> None:
    assert old in TEXT
    assert paired(TEXT, TEXT.replace(old, new)) is None


def test_lines_that_meet_or_cross() -> None:
    lines = Lines()
    assert lines.pair((facts_of("", b"#\nx\n"),), (facts_of("", b"#\n\nx\n"),))
    assert lines.keep_order
    assert not lines.pair(facts_of("", b"#\nx\n"), facts_of("", b"#\nx\n"))
    lines.now[3] = 3
    assert not lines.keep_order
    lines.now[3] = 2
    assert not lines.keep_order
