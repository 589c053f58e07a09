"""From a package, or a whole search path, to every module that can be found below it.

CPython `pkgutil.walk_packages`, which would import packages to learn their `__path__`; here `locate` says it.
"""

from __future__ import annotations

from collections.abc import Iterator

from importlint import disk
from importlint.finder.finder import Finder
from importlint.finder.resolve import Locate
from importlint.finder.spec import Kind, Spec


def list_modules(
    finder: Finder,
    path: tuple[str, ...],
    package: str = "",
    locate: Locate = lambda spec, path: spec.search_locations,
) -> list[Spec]:
    """The specs of all modules that `path` leads to, at any depth, sorted by name.

    `path` is that of `package`, or of top-level names. Names that no import statement could write and `__init__`
    are left out, and so are directories without any module below, and packages inside themselves by a link.
    """
    found: dict[str, Spec] = {}
    pending = [(package, path, frozenset(_real(path)))]
    while pending:
        parent, locations, above = pending.pop()
        for spec in _children(finder, parent, locations):
            inside = locate(spec, locations)
            real = frozenset(_real(inside or ()))
            if real & above:
                continue
            found[spec.name] = spec
            if inside is not None:
                pending.append((spec.name, inside, above | real))
    kept = {name for name, spec in found.items() if spec.kind is not Kind.NAMESPACE}
    kept |= {name[:i] for name in kept for i, letter in enumerate(name) if letter == "."}
    return [found[name] for name in sorted(found) if name in kept]


def _children(finder: Finder, parent: str, path: tuple[str, ...]) -> Iterator[Spec]:
    """The specs of the modules directly on `path`."""
    entry_finders = (finder.path_finder.entry_finder(entry) for entry in path)
    names = {name for entry_finder in entry_finders if entry_finder for name in entry_finder.module_names()}
    if not parent:
        names |= finder.names_beside_the_path()
    for name in sorted(names):
        if name.isidentifier() and name not in ("__init__", "__pycache__"):
            spec = finder.find(f"{parent}.{name}" if parent else name, path).spec
            if spec is not None:
                yield spec


def _real(path: tuple[str, ...]) -> Iterator[str]:
    return (disk.real_path(entry) for entry in path)
