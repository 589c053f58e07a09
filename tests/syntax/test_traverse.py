"""Going through facts misses nothing, and keeps the order of the text."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from importlint.syntax import facts as f
from importlint.syntax.read import read_facts
from importlint.syntax.traverse import blocks, evaluated, expressions, parts, statements
from tests.cpython import CPython


def modules() -> Iterator[f.ModuleFacts]:
    """The facts of some files of the standard library."""
    running = CPython(sys.executable, sys.version_info[:2])
    library = Path(running.evaluate("import os; result = os.path.dirname(os.__file__)"))
    paths = sorted(path for path in library.rglob("*.py") if "site-packages" not in path.parts)
    for path in random.Random(1 if os.environ.get("CI") else None).sample(paths, 60):
        facts = read_facts(str(path))
        if isinstance(facts, f.ModuleFacts):
            yield facts


def by_fields(value: object) -> Iterator[f.Fact]:
    """All facts in a value, as its fields have them, before those in these."""
    if isinstance(value, f.Fact):
        yield value
    if isinstance(value, Struct):
        value = tuple(getattr(value, field) for field in value.__struct_fields__)
    for each in value if isinstance(value, tuple) else ():
        yield from by_fields(each)


def test_parts_are_what_the_fields_of_an_expression_have() -> None:
    seen = 0
    for facts in modules():
        for statement in statements(facts.body):
            for root in expressions(statement):
                assert [*parts(root)] == [*by_fields(root)]
                seen += 1
            every = [part for root in expressions(statement) for part in parts(root)]
            assert sorted(map(repr, every)) == sorted(repr(part) for part, _ in evaluated(statement))
    assert seen > 100


def test_statements_are_what_the_fields_of_a_module_have() -> None:
    kinds = f.Statement.__args__
    for facts in modules():
        assert [*statements(facts.body)] == [
            each for each in by_fields(facts.body) if isinstance(each, kinds)
        ]


def test_what_is_evaluated_is_all_but_targets_blocks_and_patterns() -> None:
    """Targets of assignments are told by `namespace.written`."""
    for facts in modules():
        for statement in statements(facts.body):
            inside = [*by_fields(blocks(statement))]
            every = sum(1 for each in by_fields(statement) if each is not statement) - len(inside)
            told = sum(1 for root in expressions(statement) for _ in parts(root))
            match statement:
                case f.Assign(targets=targets) | f.Delete(targets=targets):
                    every -= sum(1 for target in targets for _ in parts(target))
                case f.AnnotatedAssign(target=target) | f.For(target=target):
                    every -= sum(1 for _ in parts(target))
                case f.With(items=items):
                    every -= sum(1 for item in items if item.target for _ in parts(item.target))
            assert told == every, statement
