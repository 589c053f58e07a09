"""What a file would say if someone edited it: from facts to facts.

Each change moves, splits or replaces statements of a module's body, none of which runs inside another one. The
statements keep their spans, so what goes wrong afterwards is still told by the lines of the file as it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from importlint.syntax import facts as f


def exchanged(facts: f.ModuleFacts, first: f.Statement, second: f.Statement) -> f.ModuleFacts:
    """Two statements of the body in each other's place."""
    swaps = {id(first): second, id(second): first}
    return replace(facts, body=tuple(swaps.get(id(statement), statement) for statement in facts.body))


def moved_below(facts: f.ModuleFacts, statement: f.Statement, place: f.Statement) -> f.ModuleFacts:
    """A statement of the body right below another one."""
    body = [each for each in facts.body if each is not statement]
    position = next(index for index, each in enumerate(body) if each is place)
    body.insert(position + 1, statement)
    return replace(facts, body=tuple(body))


def taken_out(facts: f.ModuleFacts, statement: f.Statement, names: frozenset[str]) -> f.ModuleFacts:
    """The body without an import, or without those of a `from` import's names that it binds as `names`."""
    rest = _split(statement, names)[1]
    return _with_instead(facts, statement, () if rest is None else (rest,))


def deferred(
    facts: f.ModuleFacts,
    statement: f.Statement,
    names: frozenset[str],
    into: Mapping[f.FunctionDef, f.FunctionBody],
) -> f.ModuleFacts:
    """An import, or some of its names, at the start of functions instead; `into` has their bodies."""
    moved = _split(statement, names)[0]
    changed = {(unit.line, unit.column): replace(unit, body=(moved, *unit.body)) for unit in into.values()}
    bodies = {(unit.line, unit.column): unit for unit in facts.bodies} | changed
    return replace(
        taken_out(facts, statement, names), bodies=tuple(bodies[position] for position in sorted(bodies))
    )


def imported_from(
    facts: f.ModuleFacts, statement: f.ImportFrom, binds: str, module: str, original: str
) -> f.ModuleFacts:
    """What a `from` import binds to one name taken from another module, where it is called `original`."""
    (own,) = (each for each in statement.names if each.binds == binds)
    name = replace(own, name=original, asname=binds)
    direct = replace(statement, module=module, level=0, names=(name,))
    rest = _split(statement, frozenset({binds}))[1]
    return _with_instead(facts, statement, (direct,) if rest is None else (direct, rest))


def _with_instead(facts: f.ModuleFacts, statement: f.Statement, others: f.Block) -> f.ModuleFacts:
    """The body with other statements in the place of one."""
    parts = ((others if each is statement else (each,)) for each in facts.body)
    return replace(facts, body=tuple(each for part in parts for each in part))


def _split(statement: f.Statement, names: frozenset[str]) -> tuple[f.Statement, f.Statement | None]:
    """The part of an import that binds `names`, and the part that does not, if there is one."""
    if not isinstance(statement, f.ImportFrom):
        return statement, None
    moved = tuple(each for each in statement.names if each.binds in names)
    rest = tuple(each for each in statement.names if each.binds not in names)
    return replace(statement, names=moved), replace(statement, names=rest) if rest else None
