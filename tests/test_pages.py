"""The rulebook's reader and runner: a page says what it says, a true one passes, and a false claim fails."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

import pytest

import tests.pages
from importlint.diagnostics import Finding, Severity
from importlint.errors import ImportlintError
from importlint.rulebook import (
    Command,
    Console,
    File,
    Page,
    PageError,
    Section,
    examples,
    find_page,
    page_paths,
    parse_page,
    read_page,
)
from importlint.rules.declaration import Rule
from tests.cpython import installed
from tests.pages import FalseClaimError, complaints, run_example
from tests.trees import Tree

HEAD = """\
---
code: IL302
name: cycle-crash-from-entry
severity: error
since: 0.1.0
---
# IL302 cycle-crash-from-entry

Whether `a.b` crashes depends on which of its modules
is imported first. It is a pity.

## What happens
Nothing to run here, `python` is not asked:
```python
import this
```
"""

CYCLE = """\
## Example
```python title="shop/__init__.py"
```
```python title="shop/cart.py"
from shop import user
class Cart: pass
```
```python title="shop/user.py"
from shop.cart import Cart
```
```console
$ python -c "import shop.user"
$ python -c "import shop.cart"
ImportError: cannot import name 'Cart' from partially initialized module 'shop.cart' ...
$ importlint shop
shop/user.py:1:23: IL302 `import shop.cart` fails ...
```
### What to do
```python title="shop/cart.py"
class Cart:
    def owner(self):
        from shop import user
```
```console
$ python -c "import shop.cart; print(shop.cart.Cart); print()"
<class 'shop.cart.Cart'>

$ importlint shop
```
## Not reported
```python title="a.py"
```
```console
$ importlint a.py
```
"""


def no_findings(_project: object) -> Iterator[Finding]:
    return iter(())


RULE = Rule(
    "IL302",
    "cycle-crash-from-entry",
    Severity.ERROR,
    "Whether `a.b` crashes depends on which of its modules is imported first.",
    True,
    no_findings,
)


def a_page(body: str = CYCLE) -> Page:
    return parse_page("page.md", HEAD + body)


def session(console: str, *, files: str = "", title: str = "") -> Page:
    """A page with one section that has `files` and one console."""
    named = f' title="{title}"' if title else ""
    return a_page(f"## Example\n{files}```console{named}\n{textwrap.dedent(console).strip()}\n```\n")


def run_page(page: Page) -> None:
    for example in examples(page):
        run_example(page, example)


def error_of(page: Page) -> str:
    with pytest.raises(FalseClaimError) as caught:
        run_page(page)
    return str(caught.value)


class TestReading:
    def test_head_title_and_summary(self) -> None:
        page = a_page()
        assert page.head == {
            "code": "IL302",
            "name": "cycle-crash-from-entry",
            "severity": "error",
            "since": "0.1.0",
        }
        assert page.title == "IL302 cycle-crash-from-entry"
        assert page.summary == RULE.summary

    def test_sections(self) -> None:
        page = parse_page(
            "page.md",
            HEAD + '## Other\n```text title="a.txt"\nx\n\n```\n```console title="t"\n$ b\nc\n$ d\n```',
        )
        assert page.sections == (
            Section(title="What happens", level=2, line=12, parts=()),
            Section(
                title="Other",
                level=2,
                line=17,
                parts=(
                    File(path="a.txt", text="x\n\n", line=18),
                    Console(
                        title="t",
                        commands=(
                            Command(arguments="b", output=("c",), line=23),
                            Command(arguments="d", output=(), line=25),
                        ),
                        line=22,
                    ),
                ),
            ),
        )

    def test_a_subsection_inherits_its_sections_files_and_no_others(self) -> None:
        example, repaired, neighbour = examples(a_page())
        assert set(example.files) == {"shop/__init__.py", "shop/cart.py", "shop/user.py"}
        assert repaired.files == {
            **example.files,
            "shop/cart.py": "class Cart:\n    def owner(self):\n        from shop import user\n",
        }
        assert neighbour.files == {"a.py": ""}

    def test_second_subsection_does_not_inherit_from_the_first(self) -> None:
        console = "```console\n$ python a.py\n```\n"
        page = a_page(
            f'## A\n```python title="a.py"\n1\n```\n### B\n```python title="a.py"\n2\n```\n{console}### C\n{console}'
        )
        assert [example.files for example in examples(page)] == [{"a.py": "2\n"}, {"a.py": "1\n"}]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("# x", "page.md:1: a page starts with its front matter"),
            ("---\na: b\n---\ntext", "page.md:4: the title"),
            ("---\na: b\n---\n# T\n## x", "page.md:4: no sentence follows the title"),
            (HEAD + "```python\n", "page.md:17: this fence is not closed"),
            (HEAD + "```python titel='x'\n```", "page.md:17: this fence is neither"),
            (HEAD + "```console\npython\n```", "page.md:18: a console starts with `$ `"),
            (HEAD + "# Another", "page.md:17: a page has one title"),
            ("---\na: b\n---\n# T\nText.\n```console\n$ x\n```", "page.md:6: files and consoles stand below"),
        ],
    )
    def test_mistakes_are_told_with_their_line(self, text: str, expected: str) -> None:
        with pytest.raises(PageError) as caught:
            parse_page("page.md", text)
        assert str(caught.value).startswith(expected)


class TestFinding:
    def test_by_code_and_name(self) -> None:
        files = {"IL302-cycle-crash-from-entry.md": HEAD, "IL309-self-import.md": HEAD, "README.md": "x"}
        with Tree(files).written() as root:
            directory = str(root)
            path = str(root / "IL302-cycle-crash-from-entry.md")
            assert page_paths(directory) == [path, str(root / "IL309-self-import.md")]
            assert find_page("IL302", directory) == path
            assert find_page("il302", directory) == path
            assert find_page("cycle-crash-from-entry", directory) == path
            assert read_page(path).startswith("# IL302 cycle-crash-from-entry\n")
            with pytest.raises(
                ImportlintError, match=r"^`self-imprt` is not .*; did you mean `self-import`\?$"
            ):
                find_page("self-imprt", directory)


class TestDeclaration:
    def test_a_good_page(self) -> None:
        assert list(complaints(a_page(), RULE)) == []

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("severity: error", "severity: warning", "`severity: warning`, the declaration error"),
            ("since: 0.1.0", "since: soon", "`since` is not a version"),
            ("# IL302 cycle-crash-from-entry\n", "# IL302\n", "the title is `IL302`"),
            ("is imported first", "comes first", "the first sentence is"),
            (": IL302 `import", ": IL301 `import", "IL302 is not reported below `Example`"),
            ("a.py\n```\n", "a.py\na.py:1:1: IL302 no\n```\n", "IL302 is reported below `Not reported`"),
            (
                "### What to do",
                "### What not to do",
                "no console below `What to do` runs importlint with IL302 on",
            ),
            (
                "$ importlint a.py",
                "$ python a.py",
                "no console below `Not reported` runs importlint with IL302 on",
            ),
        ],
    )
    def test_a_page_that_says_otherwise(self, old: str, new: str, expected: str) -> None:
        text = HEAD + CYCLE
        assert old in text
        (complaint,) = complaints(parse_page("page.md", text.replace(old, new)), RULE)
        assert expected in complaint

    def test_a_rule_that_is_off_has_to_be_selected(self) -> None:
        rule = Rule(RULE.code, RULE.name, RULE.severity, RULE.summary, False, no_findings)
        assert len(list(complaints(a_page(), rule))) == 3
        selected = CYCLE.replace("$ importlint", "$ importlint --select IL302")
        assert list(complaints(a_page(selected), rule)) == []


class TestPython:
    @pytest.mark.parametrize(
        "console",
        [
            '$ python -c "pass"',
            "$ python -c \"print('a b')\"\na b",
            '$ python -c "print(1); print(); print(2)"\n1\n\n2',
            '$ python -c "print(1); 1 / 0"\n1\nZeroDivisionError: division by zero',
            '$ python -c "print(1); print(2); print(3)"\n1\n...',
            '$ python -c "print(1); print(2); print(3)"\n...\n3',
            '$ python -c "print(123)"\n1...3',
            "$ python -c \"import warnings; warnings.warn('odd')\"\n...UserWarning: odd\n...",
            "$ mkdir a/b\n$ chmod +x a/b\n$ mv a/b a/c\n$ python -c \"import os; print(os.listdir('a'))\"\n['c']",
        ],
    )
    def test_true_claim(self, console: str) -> None:
        run_page(session(console))

    @pytest.mark.parametrize(
        "console",
        [
            '$ python -c "print(1)"',
            '$ python -c "pass"\n1',
            '$ python -c "raise SystemExit(3)"',
            '$ python -c "print(1); print(2)"\n1',
            '$ python -c "print(1); print(2)"\n1...',
            '$ python -c "print(12)"\n1.',
            '$ python -c "1 / 0"\nZeroDivisionError',
            '$ python -c "1 / 0"\nTraceback (most recent call last):\n...',
            '$ python -c "1 / 0"',
            "$ python -c \"import sys; sys.exit('gone')\"",
        ],
    )
    def test_false_claim(self, console: str) -> None:
        error_of(session(console))

    def test_failure_names_page_line_version_and_difference(self) -> None:
        oldest = installed()[0]
        assert error_of(session('$ python -c "pass"\n$ python -c "print(1)"\n2')) == (
            f'page.md:20: $ python -c "print(1)"\n--- the page says\n2\n--- {oldest!r} prints (exit code 0)\n1\n'
        )

    def test_every_installed_version_is_asked(self) -> None:
        newest = installed()[-1].version
        message = error_of(session(f'$ python -c "import sys; print(sys.version_info[:2] < {newest})"\nTrue'))
        assert f"--- {installed()[-1]!r} prints" in message

    @pytest.mark.parametrize(
        ("title", "condition"),
        [
            ("Python 3.11 and later", ">= (3, 11)"),
            ("Python 3.11 and earlier", "<= (3, 11)"),
            ("Python 3.11", "== (3, 11)"),
            ("Python 3.10 to 3.12", "in ((3, 10), (3, 11), (3, 12))"),
        ],
    )
    def test_title_limits_the_versions(self, title: str, condition: str) -> None:
        command = f'$ python -c "import sys; print(sys.version_info[:2] {condition})"\nTrue'
        run_page(session(command, title=title))
        error_of(session(command))

    def test_title_that_is_none(self) -> None:
        with pytest.raises(PageError, match=r"^page\.md:18: `newer` is not"):
            run_page(session("$ python -V\n...", title="newer"))

    def test_other_programs_are_refused(self) -> None:
        with pytest.raises(PageError, match=r"^page\.md:19: `ls` is not a command that pages may use"):
            run_page(session("$ ls"))


class TestImportlint:
    @pytest.fixture
    def asked(self, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
        """What importlint was asked, which finds one thing in each file called `bad.py`."""
        asked: list[list[str]] = []

        def fake_main(arguments: list[str]) -> int:
            import os
            import sys

            asked.append(arguments)
            print("importlint: a note", file=sys.stderr)
            bad = os.path.exists("bad.py")
            if bad:
                print("bad.py:1:1: IL302 `bad` fails")
            return int(bad)

        monkeypatch.setattr(tests.pages, "main", fake_main)
        return asked

    BAD = '```python title="bad.py"\n```\n'

    def test_claims(self, asked: list[list[str]]) -> None:
        finding = "bad.py:1:1: IL302 `bad` fails"
        run_page(session("$ importlint ."))
        run_page(session(f"$ importlint .\n{finding}", files=self.BAD))
        run_page(session(f"$ importlint .\n{finding}\n$ rm bad.py\n$ importlint .", files=self.BAD))
        error_of(session("$ importlint .", files=self.BAD))
        error_of(session(f"$ importlint .\n{finding}"))
        error_of(session(f"$ importlint .\n{finding}\n{finding}", files=self.BAD))
        assert asked

    def test_oldest_and_newest_are_the_target(self, asked: list[list[str]]) -> None:
        run_page(session("$ importlint .", title="Python 3.9 to 3.12"))
        assert asked == [[".", "--isolated", "--python-version", version] for version in ("3.9", "3.12")]

    def test_the_pages_own_settings_count(self, asked: list[list[str]]) -> None:
        run_page(session("$ importlint .", files='```toml title="pyproject.toml"\n```\n'))
        assert asked == [["."], ["."]]

    def test_the_commands_own_target_counts(self, asked: list[list[str]]) -> None:
        run_page(session("$ importlint --python-version 3.14 ."))
        assert asked[0] == ["--python-version", "3.14", ".", "--isolated"]


class TestWholePages:
    """Pages as people write them, run by every CPython and by importlint itself."""

    SELF_IMPORT = """
## Example
```python title="shop/__init__.py"
```
```python title="shop/cart.py"
import shop.cart
```
```console
$ python -c "import shop.cart"
$ importlint shop
shop/cart.py:1:8: IL309 `shop.cart` imports itself
```
### What to do
```python title="shop/cart.py"
```
```console
$ importlint shop
```
## Not reported
```python title="shop/__init__.py"
```
```python title="shop/cart.py"
import shop.user
```
```python title="shop/user.py"
```
```console
$ importlint shop
$ rm shop/user.py
$ importlint shop
shop/cart.py:1:8: IL101 ...
```
"""
    BY_VERSION = """
## Example
```python title="a.py"
import imp
```
```console title="Python 3.12 and later"
$ python -W ignore a.py
ModuleNotFoundError: No module named 'imp'
$ importlint a.py
a.py:1:8: IL101 ...
```
```console title="Python 3.11 and earlier"
$ python -W ignore a.py
$ importlint a.py
```
"""
    SETTINGS = """
## Example
```toml title="pyproject.toml"
[tool.importlint]
select = ["import-cycle"]
```
```python title="a.py"
import b
import missing
```
```python title="b.py"
import a
```
```console
$ importlint --path site .
a.py:1:8: IL306 ...
$ importlint --path site --select IL101 .
a.py:2:8: IL101 ...
$ importlint --isolated --ignore IL10 .
```
"""
    PAGES = (SELF_IMPORT, BY_VERSION, SETTINGS)

    @pytest.mark.parametrize("body", PAGES)
    def test_true(self, body: str) -> None:
        run_page(a_page(body))

    @pytest.mark.parametrize(
        ("body", "old", "new", "command"),
        [
            (SELF_IMPORT, "cart.py:1:8: IL309", "cart.py:1:9: IL309", "importlint shop"),
            (SELF_IMPORT, "imports itself", "imports another", "importlint shop"),
            (SELF_IMPORT, "shop/cart.py:1:8: IL101 ...\n", "", "importlint shop"),
            (BY_VERSION, "Python 3.12 and later", "Python 3.11 and later", "python -W ignore a.py"),
            (BY_VERSION, "a.py:1:8: IL101 ...\n", "", "importlint a.py"),
            (SETTINGS, "a.py:1:8: IL306 ...\n", "", "importlint --path site ."),
        ],
    )
    def test_false(self, body: str, old: str, new: str, command: str) -> None:
        assert old in body
        text = body.replace(old, new, 1)
        named = re.match(rf"page\.md:(\d+): \$ {re.escape(command)}\n", error_of(a_page(text)))
        assert named is not None
        assert (HEAD + text).splitlines()[int(named[1]) - 1] == f"$ {command}"
