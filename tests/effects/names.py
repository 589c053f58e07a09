"""Which dotted names a CPython knows, and which of them are the same thing."""

from __future__ import annotations

from collections.abc import Iterable

from tests.cpython import CPython

_VALUES = """
import importlib, warnings

def value_of(name):
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            value = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            value = getattr(value, part)
        return value
    raise AttributeError(name)

def resolves(name):
    try:
        value_of(name)
        return True
    except Exception:  # what fails while it is imported cannot be asked
        return False

warnings.simplefilter("ignore")
"""

_RESOLVED = _VALUES + "result = [name for name in names if resolves(name)]"

_DIFFERING = (
    _VALUES
    + """
def is_same(one, other):
    one, other = value_of(one), value_of(other)
    if one is other or one == other:
        return True
    if not isinstance(one, type(importlib)):
        return isinstance(one, type) and isinstance(other, type) and issubclass(one, other)
    return any(value is getattr(other, name, None) for name, value in vars(one).items() if callable(value))

result = [[one, other] for one, other in pairs if resolves(one) and not is_same(one, other)]
"""
)


def resolved(cpython: CPython, names: Iterable[str]) -> set[str]:
    """Those of the names that stand for a module, or for what is found in one by its attributes."""
    return set(cpython.evaluate(_RESOLVED, fresh=True, names=list(names)))


def differing_aliases(cpython: CPython, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs whose names do not stand for the same.

    What is the same is one object, a class and one that it derives from, or a module and one that has some of
    the same functions. A first name that there is not is passed over.
    """
    return [(one, other) for one, other in cpython.evaluate(_DIFFERING, fresh=True, pairs=list(pairs))]
