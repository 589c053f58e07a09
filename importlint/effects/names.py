"""From an expression to the one name by which the catalogue knows what it stands for.

`logging.getLogger("a").info` is written `logging.getLogger().info`, with `()` for a call, and known as
`logging.Logger.info`: aliases take a name to the one that is documented, instances a call or an attribute to
the class of what it gives.
"""

from __future__ import annotations

from collections.abc import Mapping

from importlint.syntax import facts as f
from importlint.syntax.qualified import Aliases


def written_name(expression: f.Expression, names: Aliases) -> str | None:
    """The dotted name of what an expression stands for, with `()` for each call in it.

    `names` are those of the file with what they stand for, built-in ones as `builtins.open`. `path / "a"` is
    written `path.__truediv__()`. None for other expressions, and for names that are not in `names`.
    """
    match expression:
        case f.Name(id):
            return names.get(id)
        case f.Attribute(value, attr):
            owner = written_name(value, names)
            return owner and f"{owner}.{attr}"
        case f.Call(function):
            called = written_name(function, names)
            return called and f"{called}()"
        case f.BinaryOperation(left, "/"):
            owner = written_name(left, names)
            return owner and f"{owner}.__truediv__()"
    return None


def documented_name(name: str, aliases: Mapping[str, str]) -> str:
    """A written name with every part that is an alias replaced, from left to right."""
    documented = ""
    for part in name.split("."):
        bare = part.removesuffix("()")
        reached = f"{documented}.{bare}" if documented else bare
        documented = aliases.get(reached, reached) + part[len(bare) :]
    return documented


def known_name(documented: str, instances: Mapping[str, str]) -> str:
    """A documented name with the class in place of each instance: a call of a class gives an instance of it."""
    known = ""
    for part in documented.split("."):
        reached = f"{known}.{part}" if known else part
        known = instances.get(reached, reached.removesuffix("()"))
    return known
