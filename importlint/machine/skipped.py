"""What a statement would do that is not run: the names it would bind and change, the imports in it, how it leaves.

That hangs on its text alone, so it is found once for each statement.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from importlint.syntax import facts as f
from importlint.syntax.flow import Circumstances, Situated
from importlint.syntax.namespace import bindings
from importlint.syntax.traverse import expressions, parts, statements

_HERE = Circumstances()
_LEAVES = (f.Raise, f.Return, f.Break, f.Continue)


class Skipped(Struct, frozen=True, kw_only=True):
    """A statement, with those in its blocks, as far as it counts that it may run."""

    statement: f.Statement
    bound: tuple[str, ...]
    """The names that it may bind or unbind; `*` for those of a star import."""
    changed: tuple[str, ...]
    """The names whose values it may change: what it calls methods of, passes on, or puts items into."""
    imports: tuple[f.Import | f.ImportFrom, ...]
    leaves: f.Statement | None
    """The first statement in it by which it may end what is around it."""


def skipped(statement: f.Statement) -> Skipped:
    """What a statement would do that is not run."""
    inside = tuple(statements((statement,)))
    bound = (binding.name for each in inside for binding in bindings(Situated(each, _HERE)))
    changed = (name for each in inside for name in _changed(each))
    return Skipped(
        statement=statement,
        bound=tuple(dict.fromkeys(bound)),
        changed=tuple(dict.fromkeys(changed)),
        imports=tuple(each for each in inside if isinstance(each, f.Import | f.ImportFrom)),
        leaves=next((each for each in inside if isinstance(each, _LEAVES)), None),
    )


def _changed(statement: f.Statement) -> Iterator[str]:
    for root in expressions(statement):
        for part in parts(root):
            if isinstance(part, f.Call):
                owner = part.function.value if isinstance(part.function, f.Attribute) else None
                yield from (each.id for each in (owner, *part.arguments) if isinstance(each, f.Name))
    targets = statement.targets if isinstance(statement, f.Assign | f.Delete) else ()
    for target in (*targets, *((statement.target,) if isinstance(statement, f.AugmentedAssign) else ())):
        if isinstance(target, f.Subscript) and isinstance(target.value, f.Name):
            yield target.value.id
        elif isinstance(target, f.Name):
            yield target.id
