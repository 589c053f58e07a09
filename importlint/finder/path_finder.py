"""From a module name and a search path to a spec: the path-based finder.

Each path entry is asked in order. The first module or regular package wins; directories without `__init__`
add up to a namespace package. Knows names and path entries, nothing of what comes before or after the path.

Language reference, "The Path Based Finder"; CPython `PathFinder._get_spec`.
"""

from __future__ import annotations

from importlint.finder.path_entry import FileSystem, PathEntryFinder, Suffixes, path_entry_finder
from importlint.finder.spec import Attempt, Kind, Outcome, Search, Spec

_OPAQUE = "<unknown: "


def opaque_entry(reason: str) -> str:
    """A path entry that stands for the unknown: names that the rest of its path lacks may exist.

    Like the place-holders that real path hooks put on `sys.path`, it is a text that is no path.
    """
    return f"{_OPAQUE}{reason}>"


def opaque_reason(entry: str) -> str | None:
    """The reason in an opaque path entry; None for every other entry."""
    return entry[len(_OPAQUE) : -1] if entry.startswith(_OPAQUE) else None


class PathFinder:
    """Searches path entries; finders of entries are made once per run, as in `sys.path_importer_cache`."""

    def __init__(self, suffixes: Suffixes, files: FileSystem) -> None:
        self.suffixes = suffixes
        self._files = files
        self._finders: dict[str, PathEntryFinder | None] = {}

    def entry_finder(self, entry: str) -> PathEntryFinder | None:
        """The finder for a path entry; None if no path hook accepts it."""
        if entry not in self._finders:
            self._finders[entry] = path_entry_finder(entry, self.suffixes, self._files)
        return self._finders[entry]

    def hook(self, entry: str, finder: PathEntryFinder) -> None:
        """Let `finder` answer for a path entry from now on."""
        self._finders.setdefault(entry, finder)

    def find(self, name: str, path: tuple[str, ...]) -> Search:
        """What the entries of `path` say about `name`; an opaque entry makes absence uncertain."""
        tried: list[Attempt] = []
        portions: list[str] = []
        opaque: str | None = None
        for entry in path:
            reason = opaque_reason(entry)
            if reason is not None:
                opaque = opaque or reason
                tried.append(Attempt(entry, Outcome.OPAQUE, reason))
                portions.append(entry)
                continue
            finder = self.entry_finder(entry)
            spec = finder.find(name) if finder else None
            tried.append(_attempt(entry, finder, spec))
            if spec is None:
                continue
            if spec.kind is not Kind.NAMESPACE:
                return Search(name=name, spec=spec, tried=tuple(tried))
            portions.extend(spec.search_locations or ())
        if all(opaque_reason(portion) is not None for portion in portions):
            return Search(name=name, spec=None, tried=tuple(tried), opaque=opaque)
        namespace = Spec(name=name, kind=Kind.NAMESPACE, search_locations=tuple(portions))
        return Search(name=name, spec=namespace, tried=tuple(tried))


def _attempt(entry: str, finder: PathEntryFinder | None, spec: Spec | None) -> Attempt:
    if finder is None:
        return Attempt(entry, Outcome.NO_FINDER)
    if spec is None:
        return Attempt(entry, Outcome.ABSENT)
    if spec.kind is Kind.NAMESPACE:
        return Attempt(entry, Outcome.PORTION, ", ".join(spec.search_locations or ()))
    return Attempt(entry, Outcome.FOUND, spec.origin or "")
