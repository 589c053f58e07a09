"""A body that is parsed alone is the same as in its file."""

from __future__ import annotations

import ast
import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from importlint.syntax import facts as f
from importlint.syntax.bodies import Bodies
from importlint.syntax.extract import Extractor, extract
from importlint.syntax.parse import ParsedModule, parse
from importlint.syntax.places import functions
from importlint.syntax.source import Source, read_source
from importlint.syntax.traverse import expressions, parts, statements
from tests.cpython import CPython

WHOLE = os.environ.get("IMPORTLINT_WHOLE") == "1"


def parsed(source: Source) -> ParsedModule:
    module = parse(source)
    assert isinstance(module, ParsedModule)
    return module


def bodies_in(source: Source, module: ParsedModule) -> dict[f.Span, f.FunctionBody]:
    """Every body of a file, from its one tree."""
    extractor = Extractor(source, module.marks)
    nodes = (
        node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return {
        span: extractor.function_body(node, span)
        for node in nodes
        for span in [extractor.definition_span(node)]
    }


def lambdas_of(facts: f.ModuleFacts) -> Iterator[f.Lambda]:
    for statement in statements(facts.body):
        for root in expressions(statement):
            yield from (part for part in parts(root) if isinstance(part, f.Lambda))


def test_bodies_of_the_standard_library_are_the_same() -> None:
    """Every file with IMPORTLINT_WHOLE=1, else some that differ from run to run where the other examples do too."""
    running = CPython(sys.executable, sys.version_info[:2])
    library = Path(running.evaluate("import os; result = os.path.dirname(os.__file__)"))
    paths = sorted(path for path in library.rglob("*.py") if "site-packages" not in path.parts)
    seen = 0
    for path in paths if WHOLE else random.Random(1 if os.environ.get("CI") else None).sample(paths, 60):
        source = read_source(str(path))
        module = parse(source) if isinstance(source, Source) else source
        if not isinstance(source, Source) or not isinstance(module, ParsedModule):
            continue
        facts, expected = extract(source, module), bodies_in(source, module)
        for _, definition in functions(facts.body):
            assert Bodies(source).of(definition) == expected[definition.span], (path, definition.span)
            seen += 1
    assert seen > 300


TEXTS = [
    "@d\ndef f(a):\n    return a\n",
    "def f(): return 1\nx = 1\n",
    "class C:\n    async def f(self):\n        '''\ntext\n'''\n        return self\n    x = 1\n",
    "class C:\n\tdef f(self,\n\ta=1):\n\t\t# comment\n\n\t\treturn {\n1: 2}\n\tx = 1\n",
    'def f():\n    x = 1 # """\ny = 2 # """\n',
    "é = 1\nclass C:\n    def é(self):\n        return 'é', é\n",
    "def f():\n    x = '\\\ny = 1'\n    return x\n",
    "def f():\n    return 1\n# '''\ndef g(): '''\n  '''; return 2\n",
    "if x:\n    def f():\n        if y:\n            return 1\nelse:\n    def f():\n        yield 2",
]


@pytest.mark.parametrize("text", TEXTS)
def test_bodies_are_the_same(text: str) -> None:
    source = Source("m.py", text)
    module = parsed(source)
    expected = bodies_in(source, module)
    for _, definition in functions(extract(source, module).body):
        assert Bodies(source).of(definition) == expected.pop(definition.span)
    assert not expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("lambda: x", "x"),
        ("f = lambda: x", "x"),
        ("é = ('ü', lambda\n  : x)", "x"),
        ("f(\nlambda a=1, *b: # comment\n(x)\n)", "x"),
        ("class C:\n    f = [lambda: lambda: x]", ""),
        ("f(lambda: y, lambda: x)", "x"),
    ],
)
def test_lambdas_are_the_same(text: str, value: str) -> None:
    source = Source("m.py", text + "\n")
    *_, last = lambdas_of(extract(source, parsed(source)))
    bodies = Bodies(source)
    (result,) = bodies.of(bodies.definition(last)).body
    assert isinstance(result, f.Return)
    assert isinstance(result.value, f.Name if value else f.Lambda)
    place = result.value.span
    line = source.lines[place.line - 1]
    assert line[place.column - 1 : place.end_column - 1].endswith(value or "lambda: x")


def test_names_that_are_read() -> None:
    bodies = Bodies(Source("m.py", "import a, b, c\ndef f():\n    return a\n# b\nc = 1\n"))
    assert [bodies.reads(name) for name in "abc"] == [True, False, False]
