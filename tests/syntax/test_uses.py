"""Who uses a name: the body, functions, annotations."""

from __future__ import annotations

import textwrap

import pytest

from importlint.syntax.bodies import Bodies
from importlint.syntax.extract import extract
from importlint.syntax.parse import ParsedModule, parse
from importlint.syntax.source import Source
from importlint.syntax.uses import Uses, uses


def uses_in(text: str, *, annotations_run: bool = False) -> Uses:
    """The uses of `x`, which the first line imports."""
    source = Source("module.py", "from a import x\n" + textwrap.dedent(text))
    module = parse(source)
    assert isinstance(module, ParsedModule)
    facts = extract(source, module)
    bodies = Bodies(source)
    return uses(facts, bodies, frozenset({"x"}), facts.body[0], annotations_run=annotations_run)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "y = x.z",
        "class A(x): pass",
        "class A:\n    y = x",
        "@x\ndef f(): pass",
        "def f(y=x): pass",
        "y = lambda: x",
        "y = [x for _ in ()]",
        "x.y = 1",
        "x = 2",
        "def x(): pass",
        "from b import x",
        "del x",
        "if 1:\n    x()",
        "def f():\n    global x\n    x = 1",
        "class A:\n    y: x",
        "@dataclass\ndef f(y: x): pass",
    ],
)
def test_the_body_uses_it(text: str) -> None:
    assert uses_in(text).at_import


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("def f():\n    return x", ("f",)),
        ("async def f():\n    await x.y()", ("f",)),
        ("class A:\n    def f(self):\n        x", ("A.f",)),
        ("class A:\n    class B:\n        def f(self):\n            x", ("A.B.f",)),
        ("def f():\n    def g():\n        x", ("f",)),
        ("def f():\n    return lambda: x", ("f",)),
        ("def f():\n    class A(x): pass", ("f",)),
        ("def f():\n    x.y = 1", ("f",)),
        ("if 1:\n    def f():\n        x\ndef g():\n    x", ("f", "g")),
        ("def f(x):\n    return x", ()),
        ("def f():\n    x = 1\n    return x", ()),
        ("def f():\n    from b import x\n    return x", ()),
        ("def f():\n    return y", ()),
        ("def f(x):\n    def g():\n        return x", ()),
        ("y = lambda x: x", ()),
    ],
)
def test_functions_that_use_it(text: str, names: tuple[str, ...]) -> None:
    used = uses_in(text)
    assert not used.at_import
    assert not used.annotates
    assert tuple(name for name, _ in used.functions) == names


@pytest.mark.parametrize("text", ["def f(y: x): pass", "def f() -> list[x]: pass", 'def f(y: "x"): pass'])
def test_annotations(text: str) -> None:
    used = uses_in(text)
    assert used.annotates
    assert not used.at_import
    assert used.functions == ()
    assert uses_in(text, annotations_run=True).at_import
