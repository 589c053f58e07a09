"""From a dotted name to specs, component by component, with CPython's failures in CPython's words.

The walk goes from left to right and never back: `a.b` is searched on the `__path__` of `a` alone.

Language reference, "The import system"; CPython `importlib._bootstrap._find_and_load_unlocked`,
`_resolve_name`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from importlint.finder.finder import Finder
from importlint.finder.spec import Failure, FailureKind, Kind, Resolution, Search, Spec

Locate = Callable[[Spec, tuple[str, ...]], tuple[str, ...] | None]
"""From a spec, and the path that it was searched on, to its module's `__path__` once its code has run.

None if it has none. An `opaque_entry` (see `path_finder`) in it means that the path is not known, or not all of it.
"""


def resolve(
    finder: Finder,
    name: str,
    search_path: tuple[str, ...],
    locate: Locate = lambda spec, path: spec.search_locations,
) -> Resolution:
    """The specs of every prefix of an absolute dotted name, up to the first that fails.

    `locate` says what the `__path__` of a module has become, where something is asked for below it; by default
    it is what the spec says.
    """
    searches: list[Search] = []
    path: tuple[str, ...] | None = search_path
    prefix = ""
    parent: Spec | None = None
    for part in name.split("."):
        if parent is not None:
            prefix, path = f"{prefix}.{part}", locate(parent, path or ())
        else:
            prefix = part
        search = _find_below(finder, prefix, parent, path)
        searches.append(search)
        if search.spec is None:
            failure = _failure(prefix, parent if path is None else None)
            return Resolution(name=name, searches=tuple(searches), failure=failure)
        parent = search.spec
    return Resolution(name=name, searches=tuple(searches), failure=None)


def _find_below(finder: Finder, name: str, parent: Spec | None, path: tuple[str, ...] | None) -> Search:
    """What importing `name` after `parent` finds: in `sys.modules`, else by the finders, given a path."""
    alias = finder.find_alias(name, parent) if parent else None
    if alias is not None:
        return alias
    search = Search(name=name, spec=None, tried=()) if path is None else finder.find(name, path)
    if search.spec is None and parent is not None and parent.kind is Kind.EXTENSION:
        reason = f"the extension module `{parent.name}` may make it"
        return Search(name=name, spec=None, tried=search.tried, opaque=reason)
    return search


def _failure(name: str, plain_module: Spec | None) -> Failure:
    if not name:
        return Failure(kind=FailureKind.NOT_FOUND, name="", message="Empty module name", type="ValueError")
    if plain_module is None:
        return Failure(kind=FailureKind.NOT_FOUND, name=name, message=f"No module named {name!r}")
    return Failure(
        kind=FailureKind.NOT_A_PACKAGE,
        name=name,
        message=f"No module named {name!r}; {plain_module.name!r} is not a package",
    )


def with_parents(name: str) -> Iterator[str]:
    """A module's name, after those of its parents."""
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts) + 1))


def absolute_name(package: str | None, level: int, module: str, version: tuple[int, int]) -> str | Failure:
    """The absolute name that `from {level dots}{module} import ...` means in `package`, or why there is none.

    `package` is the importing module's `__package__`: empty for a top-level module, None for a script.
    """
    if level == 0:
        return module
    written = "." * level + module
    if not package:
        return Failure(
            kind=FailureKind.NO_PARENT_PACKAGE,
            name=written,
            message="attempted relative import with no known parent package",
            type="ImportError",
        )
    components = package.split(".")
    if level > len(components):
        return Failure(
            kind=FailureKind.BEYOND_TOP_LEVEL,
            name=written,
            message="attempted relative import beyond top-level package",
            type="ValueError" if version < (3, 9) else "ImportError",
        )
    base = ".".join(components[: len(components) - level + 1])
    return f"{base}.{module}" if module else base
