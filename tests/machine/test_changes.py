"""Changes of facts: what a file would say, and that nothing else of it changes."""

from __future__ import annotations

from importlint.graph.link import statement_text
from importlint.machine.changes import deferred, exchanged, imported_from, moved_below, taken_out
from importlint.syntax import facts as f
from tests.facts import facts_of

TEXT = """
    from a import x, y as z
    import b
    def first():
        return x
    def second():
        import c
    """


def body(facts: f.ModuleFacts) -> list[str]:
    """Its imports as text, its functions by name."""
    return [_shown(statement) for statement in facts.body]


def _shown(statement: f.Statement) -> str:
    if isinstance(statement, f.FunctionDef):
        return statement.name
    assert isinstance(statement, f.Import | f.ImportFrom)
    return statement_text(statement)


def an_import(facts: f.ModuleFacts) -> f.ImportFrom:
    (statement, *_) = facts.body
    assert isinstance(statement, f.ImportFrom)
    return statement


def test_two_statements_exchanged() -> None:
    facts = facts_of(TEXT)
    changed = exchanged(facts, facts.body[0], facts.body[1])
    assert body(changed) == ["import b", "from a import x, y as z", "first", "second"]
    assert changed.bodies == facts.bodies


def test_one_statement_moved_below_another() -> None:
    facts = facts_of(TEXT)
    changed = moved_below(facts, facts.body[0], facts.body[2])
    assert body(changed) == ["import b", "first", "from a import x, y as z", "second"]


def test_a_whole_import_taken_out() -> None:
    facts = facts_of(TEXT)
    assert body(taken_out(facts, facts.body[1], frozenset({"b"}))) == [
        "from a import x, y as z",
        "first",
        "second",
    ]


def test_one_name_of_an_import_taken_out() -> None:
    facts = facts_of(TEXT)
    changed = taken_out(facts, facts.body[0], frozenset({"z"}))
    assert body(changed) == ["from a import x", "import b", "first", "second"]


def test_a_name_deferred_into_a_function_that_had_no_import() -> None:
    facts = facts_of(TEXT)
    first = facts.body[2]
    assert isinstance(first, f.FunctionDef)
    unit = f.FunctionBody(first.span.line, first.span.column, ())
    changed = deferred(facts, facts.body[0], frozenset({"x"}), {first: unit})
    assert body(changed) == ["from a import y as z", "import b", "first", "second"]
    assert [[_shown(each) for each in unit.body] for unit in changed.bodies] == [
        ["from a import x"],
        ["import c"],
    ]


def test_a_name_imported_from_elsewhere() -> None:
    facts = facts_of(TEXT)
    changed = imported_from(facts, an_import(facts), "z", "there", "y2")
    assert body(changed) == ["from there import y2 as z", "from a import x", "import b", "first", "second"]
    both = facts_of("from .a import x\n")
    assert body(imported_from(both, an_import(both), "x", "there", "x")) == ["from there import x as x"]
