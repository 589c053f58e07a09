"""Comments that silence findings: which text is a comment, what it names, and for which lines it counts."""

import io
import os
import sysconfig
import tokenize
from pathlib import Path

import pytest

from importlint.diagnostics import Diagnostic, Finding, Location, Severity
from importlint.errors import SuppressionError
from importlint.suppression import Suppression, check_suppressions, find_suppression, suppressions
from importlint.syntax.comments import comments
from importlint.syntax.facts import Span
from tests.test_selection import RULES


def a_diagnostic(
    code: str = "IL302", name: str = "cycle-crash-from-entry", *, line: int = 1, end: int = 1
) -> Diagnostic:
    location = Location("a.py", Span(line, 1, end, 5))
    finding = Finding(location=location, message="m", module="a")
    return Diagnostic(finding=finding, code=code, name=name, severity=Severity.ERROR, url="")


def is_silenced(text: str, **where: int) -> bool:
    return find_suppression(a_diagnostic(**where), suppressions(text)) is not None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "#noqa",
        "# NoQA",
        "#  noqa # and more",
        "# type: ignore # noqa",
        "# type: ignore  # noqa: IL302",
        "# noqa: IL302",
        "# noqa:IL302",
        "# noqa : IL302",
        "# noqa: il302",
        "# noqa: IL3",
        "# noqa: IL",
        "# noqa: F401, IL302",
        "# noqa: F401 IL302",
        "# noqa: F401,IL302 because",
        "# noqa: because",
        "# importlint: ignore[IL302]",
        "#importlint:ignore[IL302]",
        "# importlint: ignore[cycle-crash-from-entry]",
        "# importlint: ignore[cycle-crash, cycle-crash-from-entry] the plugin loads it",
        "# noqa: F401 # importlint: ignore[IL302]",
        "# importlint: ignore[IL101] # importlint: ignore[IL302]",
    ],
)
def test_silences(comment: str) -> None:
    assert is_silenced(f"import a  {comment}\n")


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "noqa",
        "# a noqa",
        "# noqa-nothing",
        "# noqable",
        "# noqa: F401",
        "# noqa: F401, E402",
        "# noqa: I",
        "# noqa: I001",
        "# noqa: IL301",
        "# noqa: IL1",
        "# noqa: IL3021",
        "# flake8: noqa",
        "# ruff: noqa",
        "# importlint: ignore",
        "# importlint: ignore[]",
        "# importlint: ignore[IL3]",
        "# importlint: ignore[IL301]",
        "# importlint: ignored[IL302]",
        "# importlint: ignore[IL302",
        "# pylint: ignore[IL302]",
        '"# noqa"',
        "'# noqa'",
        '"""# noqa"""',
        '"\\"# noqa"',
        "r'\\'# noqa'",
        'f"# noqa"',
    ],
)
def test_does_not_silence(comment: str) -> None:
    assert not is_silenced(f"import a  {comment}\n")


@pytest.mark.parametrize(
    ("text", "line", "end", "silenced"),
    [
        ("import a\nimport b  # noqa\n", 1, 1, False),
        ("import a\nimport b  # noqa\n", 2, 2, True),
        ("from a import (  # noqa\n    b,\n    c,\n)\n", 1, 4, True),
        ("from a import (\n    b,\n    c,\n)  # noqa\n", 1, 4, True),
        ("from a import (\n    b,  # noqa\n    c,\n)\n", 1, 4, False),
        ("from a import (\n    b,  # noqa\n    c,\n)\n", 2, 2, True),
        ("'''\nx\n'''  # noqa\nimport b\n", 3, 3, True),
        ("'''\n# noqa\n'''\nimport b\n", 2, 2, False),
        ("x = '\\\n# noqa'\n", 2, 2, False),
        ("a\r\nb # noqa\r\nc", 2, 2, True),
        ("a\rb # noqa\rc", 2, 2, True),
        ("a\x0cb\u2028c # noqa", 1, 1, True),
        ("it's broken\nimport b  # noqa\n", 2, 2, True),
        ("'''never closed\n# noqa\n", 2, 2, False),
        ("'never closed # noqa\nimport b  # noqa\n", 1, 1, False),
        ("'never closed # noqa\nimport b  # noqa\n", 2, 2, True),
        ('x = """a""b"""\n# noqa\n', 2, 2, True),
        ("'ends in a backslash # noqa\\", 1, 1, False),
        ("# noqa", 1, 1, True),
    ],
)
def test_counts_on_the_first_and_last_line_of_the_span(
    text: str, line: int, end: int, silenced: bool
) -> None:
    assert is_silenced(text, line=line, end=end) is silenced


def test_says_where_it_stands_and_what_it_lists() -> None:
    text = "\n\timport a  # noqa: F401, IL3  # importlint: ignore[cycle-crash] why\n"
    assert suppressions(text) == {
        2: (
            Suppression(selectors=("F401", "IL3"), is_noqa=True, span=Span(2, 12, 2, 29)),
            Suppression(selectors=("cycle-crash",), is_noqa=False, span=Span(2, 31, 2, 64)),
        )
    }


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# importlint: ignore", "this comment names no rule; say which: `# importlint: ignore[IL302]`"),
        ("# importlint: ignore[]", "this comment names no rule; say which: `# importlint: ignore[IL302]`"),
        (
            "# importlint: ignore IL302",
            "this comment names no rule; say which: `# importlint: ignore[IL302]`",
        ),
        (
            "# importlint: ignore[IL302",
            "this comment names no rule; say which: `# importlint: ignore[IL302]`",
        ),
        (
            "# importlint: ignore[IL302, cycle-crsh]",
            "`cycle-crsh` is not a rule's code or name; did you mean `cycle-crash`?",
        ),
        ("# importlint: ignore[F401]", "`F401` is not a rule's code or name"),
    ],
)
def test_comment_that_cannot_be_meant(comment: str, expected: str) -> None:
    with pytest.raises(SuppressionError) as caught:
        check_suppressions("a/b.py", suppressions(f"import a\nimport b  {comment}\n"), RULES)
    assert str(caught.value) == f"a/b.py:2: {expected}"


def test_noqa_may_list_anything() -> None:
    check_suppressions("a.py", suppressions("import a  # noqa: F401, IL999\nimport b  # noqa: E1\n"), RULES)


def test_prose_about_importlint_is_no_suppression() -> None:
    check_suppressions("a.py", suppressions("# importlint: see the docs on ignoring\n"), RULES)


def source_files() -> list[Path]:
    """Every twentieth file of the standard library, tests left out, and this project's own."""
    library = Path(sysconfig.get_path("stdlib"))
    found = sorted(
        path for path in library.rglob("*.py") if not {"test", "tests", "site-packages"} & set(path.parts)
    )
    return [*found[::20], *sorted(Path(__file__).parent.parent.rglob("*.py"))]


def test_comments_agree_with_tokenize() -> None:
    """The `tokenize` module of the running Python, over real files."""
    files = source_files()
    assert len(files) > 30, os.fspath(files[0])
    for path in files:
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        expected = [token.string for token in tokens if token.type == tokenize.COMMENT]
        assert [text[start:end] for start, end in comments(text)] == expected, path


@pytest.mark.parametrize(
    "unit", ['"', "'", '"\\', "'''\\", '"""', "\\", "# noqa: ", "# noqa: A1 ", "# importlint: ignore["]
)
def test_a_long_line_comes_to_an_end(unit: str) -> None:
    """A pass over this much text takes a fraction of a second; nobody would wait for a quadratic scan."""
    text = unit * 200_000 + "noqa"
    assert set(suppressions(text)) == ({1} if unit.startswith("#") else set())
