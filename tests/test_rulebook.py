"""Page and code together: every rule has its page, says the same there, and every console on it is true."""

import os
from collections.abc import Iterator

import pytest

from importlint.rulebook import Example, Page, examples, page_directory, page_paths, parse_page
from importlint.rules import RULES
from importlint.rules.declaration import Rule
from tests.pages import complaints, run_example


def pages() -> dict[str, Page]:
    """By file name."""
    parsed = {}
    for path in page_paths(page_directory()):
        with open(path, encoding="utf-8") as stream:
            name = os.path.basename(path)
            parsed[name] = parse_page(f"rules/{name}", stream.read())
    return parsed


PAGES = pages()


def consoles() -> Iterator[object]:
    for name, page in PAGES.items():
        for example in examples(page):
            yield pytest.param(page, example, id=f"{name.removesuffix('.md')}:{example.console.line}")


def page_name(rule: Rule) -> str:
    return f"{rule.code}-{rule.name}.md"


def test_rules_and_pages_are_the_same_set() -> None:
    assert sorted(os.listdir(page_directory())) == [*map(page_name, RULES), "programs.md"]


@pytest.mark.parametrize("rule", RULES, ids=page_name)
def test_page_says_what_the_declaration_says(rule: Rule) -> None:
    assert list(complaints(PAGES[page_name(rule)], rule)) == []


@pytest.mark.parametrize(("page", "example"), list(consoles()))
def test_console_is_true(page: Page, example: Example) -> None:
    run_example(page, example)
