"""Lines of code by the effect they have, and what the catalogue says of each."""

from __future__ import annotations

import ast
import builtins
import sys
from pathlib import Path

from msgspec import Struct

from importlint.effects.catalogue import Catalogue, call_kind, import_kind, write_kind
from importlint.effects.kinds import Kind
from importlint.effects.names import written_name
from importlint.syntax import facts as f
from importlint.target import parse_version
from tests.facts import facts_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

BUILTINS = {name: f"builtins.{name}" for name in dir(builtins)}


class Case(Struct, frozen=True):
    """Statements, of which the last one is the call, write or import in question."""

    kind: Kind | None
    """What it does; None if no rule reports it."""
    text: str
    since: tuple[int, int] = (3, 8)

    def __str__(self) -> str:
        return self.text

    @property
    def state(self) -> str:
        """An expression whose value the effect changes; empty where the observer knows by itself."""
        return self.text.partition("  # ")[2]

    @property
    def setup(self) -> str:
        """What comes before the last statement."""
        return ast.unparse(ast.Module(ast.parse(self.text).body[:-1], []))

    @property
    def statement(self) -> str:
        """The last statement."""
        return ast.unparse(ast.parse(self.text).body[-1])

    @property
    def modules(self) -> list[str]:
        """Dotted names that may be modules, to be imported before."""
        nodes = [node for part in (self.text, self.state) for node in ast.walk(ast.parse(part))]
        bound = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        dotted = [ast.unparse(node) for node in nodes if isinstance(node, ast.Name | ast.Attribute)]
        known = bound | BUILTINS.keys()
        names = (name for name in dotted if name.partition(".")[0] not in known)
        return sorted({name for name in names if all(map(str.isidentifier, name.split(".")))})


def read_cases(name: str) -> list[Case]:
    """The cases of `tests/effects/NAME.toml`."""
    table = tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))
    newer = table.pop("since", {})
    return [
        Case(None if kind == "none" else Kind(kind), text, parse_version(version))
        for version, kinds in {"3.8": table, **newer}.items()
        for kind, texts in kinds.items()
        for text in texts
    ]


def names_of(case: Case) -> dict[str, str]:
    """What the names in a case stand for: modules by their own names, and built-in functions."""
    return BUILTINS | {name: name for name in case.modules if "." not in name}


def predicted(catalogue: Catalogue, case: Case) -> Kind | None:
    """What the catalogue says of the last statement of a case."""
    names = names_of(case)

    def qualified(expression: f.Expression) -> str | None:
        return written_name(expression, names)

    (statement,) = facts_of(case.statement).body
    match statement:
        case f.Evaluate(f.Call(function) as call):
            return call_kind(catalogue, qualified(function) or "", call, qualified)
        case f.Assign((target,)) | f.Delete((target,)):
            return write_kind(catalogue, target, qualified)
        case f.AugmentedAssign(target):
            return write_kind(catalogue, target, qualified, augmented=True)
        case f.Import(module):
            return import_kind(catalogue, module)
    raise AssertionError(f"no call, write or import: {case}")


def entries(catalogue: Catalogue, case: Case) -> list[str]:
    """The entries of `calls` that a case is about, the most exact first; none if it is about another table."""
    (statement,) = facts_of(case.statement).body
    if not (isinstance(statement, f.Evaluate) and isinstance(statement.value, f.Call)):
        return []
    names = catalogue.names(written_name(statement.value.function, names_of(case)) or "")
    return [name for name in names if name in catalogue.calls]
