"""What a name or attribute chain stands for, as far as the imports and plain assignments of the file say.

`import os.path as p` makes `p.join` stand for `os.path.join`; `from sys import platform as here` makes
`here` stand for `sys.platform`. Relative imports keep their dots: `.utils.connect`.
"""

from __future__ import annotations

from collections.abc import Mapping

from importlint.syntax import facts as f

Aliases = Mapping[str, str]
"""From a name to the dotted name that an import binds it to."""


def chain(expression: f.Expression) -> tuple[str, ...] | None:
    """The names of `a.b.c` from left to right; None for any other expression."""
    attributes: list[str] = []
    while isinstance(expression, f.Attribute):
        attributes.append(expression.attr)
        expression = expression.value
    if not isinstance(expression, f.Name):
        return None
    return (expression.id, *reversed(attributes))


def qualified_name(expression: f.Expression, aliases: Aliases) -> str | None:
    """The dotted name that `a.b.c` stands for; None where `a` is not a name that an import binds."""
    names = chain(expression)
    if names is None or names[0] not in aliases:
        return None
    return ".".join((aliases[names[0]], *names[1:]))


def import_aliases(statement: f.Import | f.ImportFrom) -> dict[str, str]:
    """The names that an import statement binds, each with what it stands for; not those of a star."""
    if isinstance(statement, f.Import):
        if statement.asname:
            return {statement.asname: statement.module}
        top = statement.module.partition(".")[0]
        return {top: top}
    base = statement.written
    separator = "" if not statement.module else "."
    return {name.binds: f"{base}{separator}{name.name}" for name in statement.names if name.name != "*"}
