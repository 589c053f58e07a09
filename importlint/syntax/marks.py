"""What a lowered text says otherwise than the text it was made of.

`importlint.syntax.newer` rewrites syntax that the running Python does not know into older syntax of the same
length. The tree of the lowered text then stands at the right places but says something else at some of them;
these marks say where, and what was meant.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

from msgspec import Struct

Position = tuple[int, int]
"""`(node.lineno, node.col_offset)` of a node in the lowered tree: line from 1, UTF-8 bytes from 0."""


class Marks(Struct, frozen=True, kw_only=True):
    """Where the nodes of a lowered tree mean something else; empty for a tree that was not lowered."""

    lazy_imports: Mapping[Position, Position] = {}
    """`Import` or `ImportFrom` of a `lazy` import → the start of the statement as written, at `lazy`."""
    type_aliases: Mapping[Position, Position] = {}
    """`Assign` of a `type X = value` → the start of the statement as written, at `type`."""
    type_parameters: Mapping[Position, tuple[str, ...]] = {}
    """`FunctionDef`, `AsyncFunctionDef`, `ClassDef` or marked `Assign` → its type parameters' names."""
    except_stars: Set[Position] = frozenset()
    """`Try` with `except*` handlers."""
    exception_tuples: Set[Position] = frozenset()
    """`BinOp` in `except A | B:` that was written `except A, B:`; its operands are the tuple's."""
    opaque_strings: Set[Position] = frozenset()
    """`Tuple` of what an f-string or t-string evaluates, in order."""
    dict_comprehensions: Set[Position] = frozenset()
    """`SetComp` over `d` that was written `{**d for ...}`."""


NO_MARKS = Marks()
