"""No text ends the process, and none that people write is refused."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from importlint.syntax.nesting import nests_too_deeply
from importlint.syntax.newer import lower

NESTED = {
    "parentheses": ("(", "a", ")"),
    "calls": ("f(a, k=", "a", ")"),
    "subscripts": ("a[b:", "a", "]"),
    "dicts": ("{1: ", "a", "}"),
    "comprehensions": ("[a for a in ", "a", "]"),
    "f-strings": ("f'{", "a", "}'"),
    "format specs": ("f'{a:{", "a", "}}'"),
    "t-strings": ("t'''{", "a", "}'''"),
    "signs": ("-", "1", ""),
    "not": ("not ", "a", ""),
    "lambdas": ("lambda: ", "a", ""),
    "lambdas with parameters": ("lambda a, b=1: ", "a", ""),
    "powers": ("a ** ", "a", ""),
    "sums": ("a + ", "a", ""),
    "conditionals": ("a if a else ", "a", ""),
    "attributes": ("a", "", ".b"),
    "chained calls": ("a", "", "()"),
    "strings in a row": ("'a' ", "'a'", ""),
    "lines of strings": ("(", "", "'a'\n"),
    "behind a quote in a format spec": ("f'{a:\">10}' + ", "a", ""),
    "behind a bracket in a string": ("f'{a[\"(\"]}' + ", "a", ""),
    "raw f-strings": ("rf'\\N{", "a", "}'"),
}


PARSE_NESTED = """
import json, sys
from importlint.syntax.parse import parse
from importlint.syntax.source import Source
for shape, (before, middle, after) in json.loads(sys.argv[1]).items():
    for depth in (450, 900, 50_000):
        parse(Source("x.py", "lazy import a; x = " + before * depth + middle + after * depth + "\\n"))
    print(shape, flush=True)
"""


def test_deep_nesting_does_not_end_the_process() -> None:
    arguments = [sys.executable, "-c", PARSE_NESTED, json.dumps(NESTED)]
    child = subprocess.run(arguments, capture_output=True, text=True, timeout=300)
    assert child.stdout.splitlines() == list(NESTED), (child.returncode, child.stderr[-500:])


@pytest.mark.parametrize("depth", [5, 20, 50_000])
@pytest.mark.parametrize(("before", "after"), ["[]", "()", ("{1:", "}"), ("C(", ")")])
def test_deep_patterns_take_no_time(before: str, after: str, depth: int) -> None:
    text = f"lazy import a\nmatch a:\n    case {before * depth}a{after * depth}: pass\n"
    assert nests_too_deeply(text) == (depth > 5)
    assert (lower(text) is None) == (depth > 5)


def test_chains_of_elif() -> None:
    assert nests_too_deeply("if a: pass\n" + "elif a: pass\n" * 20_000)


WRITTEN = {
    "a table": "x = {\n" + "    'a': [lambda: b, -1, c(d[e])],\n" * 600 + "}\n",
    "a long sum": "x = (a\n" + "    + b\n" * 600 + ")\n",
    "many strings in a row": "x = (\n" + "    'a'\n" * 600 + ")\n",
    "a long method chain": "x = a" + ".b(c)" * 300 + "\n",
    "brackets in literal text": "f'({a}[{{'\n" * 600,
    "brackets in strings in fields": "f'{a['(']}'\n" * 600,
    "brackets and quotes in format specs": "f'{a:(>10}{a:\">{b}}'\n" * 600,
    "quotes in triple quotes": "f'''a \"( {b} '('''\n" * 600,
    "escapes": "f'\\'({a}\\N{LEFT PARENTHESIS}\\\\'\n" * 600,
    "comments": "a  # ( [ ' it's\n" * 600,
    "statements on one line": "a = 1;" * 600 + "\n",
    "one call on many lines": "a(\n" + "    b.c(d=-1),\n" * 600 + ")\n",
    "cases": "match a:\n" + "    case {'b': [C(d=1), *_]} if e(f[(1,)]): pass\n" * 200,
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_what_people_write_is_lowered(kind: str) -> None:
    assert lower("lazy import a\n" + WRITTEN[kind]) is not None
