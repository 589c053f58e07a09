from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from importlint.syntax import facts as f
from importlint.syntax.bodies import Bodies
from importlint.syntax.extract import extract
from importlint.syntax.parse import ParsedModule, parse
from importlint.syntax.source import Source, read_source
from importlint.syntax.traverse import statements
from importlint.syntax.words import global_names
from tests.cpython import CPython, installed
from tests.facts import facts_of


def imports(facts: f.ModuleFacts) -> Iterator[f.Import | f.ImportFrom]:
    for block in (facts.body, *(unit.body for unit in facts.bodies)):
        for statement in statements(block):
            if isinstance(statement, f.Import | f.ImportFrom):
                yield statement


@pytest.mark.parametrize("cpython", installed()[-1:], ids=repr)
def test_every_import_of_a_file_is_a_fact(cpython: CPython) -> None:
    """The facts have the imports that `ast` has, wherever they stand, at the same lines."""
    library = Path(cpython.evaluate("import os; result = os.path.dirname(os.__file__)"))
    seen = 0
    for path in random.Random(1).sample(sorted(library.rglob("*.py")), 200):
        source = read_source(str(path))
        module = parse(source) if isinstance(source, Source) else source
        if not isinstance(source, Source) or not isinstance(module, ParsedModule):
            continue
        expected = sorted(
            (alias.lineno, alias.name, alias.asname or "")
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        )
        found = sorted(
            (place.span.line, name, asname or "")
            for statement in imports(extract(source, module))
            for place, name, asname in (
                [(statement, statement.module, statement.asname)]
                if isinstance(statement, f.Import)
                else [(each, each.name, each.asname) for each in statement.names]
            )
        )
        assert found == expected, path
        seen += len(expected)
    assert seen > 500


def test_facts_survive_storage() -> None:
    facts = facts_of(Path(__file__).read_text())
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=f.ModuleFacts) == facts


def test_lone_surrogates_and_huge_numbers_can_be_stored() -> None:
    facts = facts_of("x = '\\ud800'\ny = 99999999999999999999\nz = -9223372036854775808\nw = 1j\nv = b'x'\n")
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=f.ModuleFacts) == facts


def test_import_spans_are_in_code_points() -> None:
    (first, second, third) = imports(
        facts_of("é = 'ü'; import os.path as p, sys\nfrom ..a.b import c as d\n")
    )
    assert isinstance(first, f.Import)
    assert first == f.Import("os.path", "p", False, f.Span(1, 17, 1, 29))
    assert second == f.Import("sys", None, False, f.Span(1, 31, 1, 34))
    assert isinstance(third, f.ImportFrom)
    assert (third.module, third.level, third.written) == ("a.b", 2, "..a.b")
    assert third.module_span == f.Span(2, 6, 2, 11)
    assert third.names == (f.ImportedName("c", "d", f.Span(2, 19, 2, 25)),)


def test_module_span_falls_back_to_the_statement() -> None:
    (statement,) = imports(facts_of("from \\\n    a import b\n"))
    assert isinstance(statement, f.ImportFrom)
    assert statement.module_span == statement.span == f.Span(1, 1, 2, 15)


def test_lazy_imports_are_marked_on_any_python() -> None:
    """PEP 810."""
    facts = facts_of("lazy import json.decoder\nlazy from os import path\nlazy = 1\nimport re\n")
    assert [(statement.module, statement.lazy) for statement in imports(facts)] == [
        ("json.decoder", True),
        ("os", True),
        ("re", False),
    ]


def test_only_bodies_that_import_are_facts() -> None:
    facts = facts_of(
        '''
        def plain():
            """Talks about import only."""
            return 1
        def importing(x=default()):
            import os
        class C:
            def method(self):
                def inner():
                    return __import__("re")
        def dynamic():
            importlib.import_module("x")
        '''
    )
    assert [(unit.line, unit.column) for unit in facts.bodies] == [(5, 1), (8, 5), (9, 9), (11, 1)]


def test_a_body_is_fetched_when_asked_for() -> None:
    source = Source("m.py", "def f():\n    return g()\nasync def f():\n    pass\n")
    module = parse(source)
    assert isinstance(module, ParsedModule)
    first, second = extract(source, module).body
    assert isinstance(first, f.FunctionDef)
    assert isinstance(second, f.FunctionDef)
    assert extract(source, module).bodies == ()
    call = f.Call(f.Name("g", f.Span(2, 12, 2, 13)), (), (), f.Span(2, 12, 2, 15))
    bodies = Bodies(source)
    assert bodies.of(first).body == (f.Return(call, f.Span(2, 5, 2, 15)),)
    assert bodies.of(second) == f.FunctionBody(3, 1, ())
    with pytest.raises(KeyError):
        bodies.of(msgspec.structs.replace(first, span=f.Span(9, 1, 9, 6), name="g"))


def test_a_lambda_is_a_function_that_returns_its_value() -> None:
    source = Source("m.py", "f = lambda a, *b: (yield a)\n")
    module = parse(source)
    assert isinstance(module, ParsedModule)
    (assign,) = extract(source, module).body
    assert isinstance(assign, f.Assign)
    assert isinstance(assign.value, f.Lambda)
    bodies = Bodies(source)
    definition = bodies.definition(assign.value)
    assert (definition.parameters.positional, definition.parameters.rest) == (("a",), "b")
    body = bodies.of(definition)
    assert body.is_generator
    name = f.Name("a", f.Span(1, 26, 1, 27))
    assert body.body == (f.Return(f.Yield(name, is_from=False), f.Span(1, 20, 1, 27)),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f():\n    yield", True),
        ("def f():\n    x = [(yield) for _ in y]", True),
        ("def f():\n    def g():\n        yield", False),
        ("def f():\n    return lambda: (yield)", False),
    ],
)
def test_generators_are_told_from_functions_that_define_them(text: str, expected: bool) -> None:
    source = Source("m.py", text.replace("[(yield) for _ in y]", "[(yield)]"))
    module = parse(source)
    assert isinstance(module, ParsedModule)
    (function,) = extract(source, module).body
    assert isinstance(function, f.FunctionDef)
    assert Bodies(source).of(function).is_generator is expected


def test_long_chains_do_not_exhaust_the_stack() -> None:
    chain = "if a == 0:\n    import m0\n" + "".join(
        f"elif a == {n}:\n    import m{n}\n" for n in range(1, 300)
    )
    assert len(list(imports(facts_of(chain)))) == 300
    (assign,) = facts_of("x = " + " + ".join(f"a{n}" for n in range(500)) + "\n").body
    assert isinstance(assign, f.Assign)
    assert isinstance(assign.value, f.Opaque)
    assert len(assign.value.parts) == 500


def test_names_declared_global_anywhere() -> None:
    facts = facts_of("def f():\n    global a, b\n    a = 1\nclass C:\n    def m(self):\n        global c\n")
    assert facts.global_names == ("a", "b", "c")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("def f(): global a\n", ("a",)),
        ("x = 1; global a ;y = 2", ("a",)),
        ("global a # because\n", ("a",)),
        ("global \\\n a, \\\n  b", ("a", "b")),
        ("if 1:\\\n  global\ta", ("a",)),
        ("x = 1 # update from global settings\n", ()),
        ('"""Of the global settings\nand of\nglobal settings (but only those)."""', ()),
    ],
)
def test_what_only_speaks_of_something_global_declares_nothing(text: str, names: tuple[str, ...]) -> None:
    assert global_names(text) == names
    declared = [each for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Global)]
    assert sorted(name for each in declared for name in each.names) == sorted(names)


@pytest.mark.parametrize(
    ("text", "reflects"),
    [
        ("globals()['x'] = 1\n", True),
        ("import sys\nsys.modules[__name__] = 1\n", True),
        ("x = globals\n", False),
    ],
)
def test_reflection(text: str, reflects: bool) -> None:
    assert facts_of(text).reflection is reflects


def test_head_of_the_file() -> None:
    facts = facts_of("#!/usr/bin/python\nfrom __future__ import annotations, division\nx = 1")
    assert facts.shebang
    assert facts.future_annotations
