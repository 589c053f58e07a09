"""Which rules are on: of two selectors that disagree, the more specific one decides."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importlint.config import Settings, load_settings
from importlint.diagnostics import Finding, Severity
from importlint.errors import ConfigError
from importlint.rules.declaration import Rule
from importlint.selection import select_rules


def no_findings(_project: object) -> Iterator[Finding]:
    return iter(())


def a_rule(code: str, name: str, *, default: bool = True) -> Rule:
    return Rule(code, name, Severity.ERROR, f"{name}.", default, no_findings)


RULES = (
    a_rule("IL101", "module-not-found"),
    a_rule("IL301", "cycle-crash"),
    a_rule("IL302", "cycle-crash-from-entry"),
    a_rule("IL306", "import-cycle", default=False),
)


def chosen(**keys: tuple[str, ...] | None) -> list[str]:
    return [rule.code for rule in select_rules(RULES, Settings(root="/", **keys)).rules]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("keys", "codes"),
    [
        ({}, ["IL101", "IL301", "IL302"]),
        ({"select": ("IL3",)}, ["IL301", "IL302", "IL306"]),
        ({"select": ("IL",)}, ["IL101", "IL301", "IL302", "IL306"]),
        ({"select": ()}, []),
        ({"select": ("cycle-crash",)}, ["IL301"]),
        ({"extend_select": ("import-cycle",)}, ["IL101", "IL301", "IL302", "IL306"]),
        ({"ignore": ("IL3",)}, ["IL101"]),
        ({"ignore": ("cycle-crash-from-entry",)}, ["IL101", "IL301"]),
        ({"select": ("IL3",), "ignore": ("IL301",)}, ["IL302", "IL306"]),
        ({"select": ("IL301",), "ignore": ("IL3",)}, ["IL301"]),
        ({"select": ("cycle-crash",), "ignore": ("IL30",)}, ["IL301"]),
        ({"select": ("IL30",), "ignore": ("IL3",)}, ["IL301", "IL302", "IL306"]),
        ({"select": ("IL301",), "ignore": ("cycle-crash",)}, []),
        ({"select": ("IL3",), "ignore": ("IL3",)}, []),
    ],
)
def test_most_specific_selector_decides(keys: dict[str, tuple[str, ...]], codes: list[str]) -> None:
    assert chosen(**keys) == codes


SELECTORS = st.lists(
    st.sampled_from(["IL", "IL1", "IL3", "IL30", "IL301", "cycle-crash", "import-cycle"])
).map(tuple)


@given(select=SELECTORS, extend=SELECTORS, ignore=SELECTORS)
def test_order_and_place_of_selectors_do_not_matter(
    select: tuple[str, ...], extend: tuple[str, ...], ignore: tuple[str, ...]
) -> None:
    """`extend-select` beside `select` is one list, and lists are sets."""
    assert chosen(select=select, extend_select=extend, ignore=ignore) == chosen(
        select=(*extend[::-1], *select[::-1]), ignore=ignore[::-1]
    )


@pytest.mark.parametrize(
    ("selector", "suggestion"),
    [
        ("IL309", "; did you mean `IL306`?"),
        ("il101", "; did you mean `IL101`?"),
        ("cycle-crsh", "; did you mean `cycle-crash`?"),
        ("E501", ""),
        ("I", ""),
        ("", ""),
    ],
)
def test_unknown_selector(tmp_path: Path, selector: str, suggestion: str) -> None:
    (tmp_path / "importlint.toml").write_text(f'per-file-ignores = {{"a" = ["{selector}"]}}')
    with pytest.raises(ConfigError) as caught:
        select_rules(RULES, load_settings(str(tmp_path)))
    assert str(caught.value) == (
        f"importlint.toml: `per-file-ignores`: `{selector}` is not a rule's code or name, "
        f"or the beginning of codes{suggestion}"
    )


def test_severity_takes_no_prefix() -> None:
    with pytest.raises(ConfigError, match="`IL3` is not a rule's code or name"):
        select_rules(RULES, Settings(root="/", severity={"IL3": Severity.INFO}))


def test_severity_by_name_and_code() -> None:
    selection = select_rules(
        RULES, Settings(root="/", severity={"cycle-crash": Severity.INFO, "IL101": Severity.WARNING})
    )
    assert selection.severities == {"IL301": Severity.INFO, "IL101": Severity.WARNING}


@pytest.mark.parametrize(
    ("pattern", "path", "silenced"),
    [
        ("tests", "tests/a/b.py", True),
        ("tests/", "lib/tests/b.py", True),
        ("/tests/", "lib/tests/b.py", False),
        ("*_pb2.py", "a/b_pb2.py", True),
        ("a/*.py", "a/b/c.py", False),
        ("tests", "../tests/a.py", False),
    ],
)
def test_per_file_ignores_are_relative_to_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str, path: str, silenced: bool
) -> None:
    (tmp_path / "project/sub").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "project/sub")
    settings = Settings(
        root=str(tmp_path / "project"), per_file_ignores={pattern: ("IL3", "module-not-found")}
    )
    selection = select_rules(RULES, settings)
    assert [selection.is_silenced(rule, f"../{path}") for rule in RULES] == [silenced] * 4
    assert not select_rules(RULES, Settings(root="/")).is_silenced(RULES[0], path)


def test_per_file_ignores_silence_only_what_they_name(tmp_path: Path) -> None:
    selection = select_rules(RULES, Settings(root=str(tmp_path), per_file_ignores={"a.py": ("IL301",)}))
    silent = [rule.code for rule in RULES if selection.is_silenced(rule, str(tmp_path / "a.py"))]
    assert silent == ["IL301"]
