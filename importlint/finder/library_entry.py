"""Path entries of the standard library, judged by the tables of another version or platform.

Where the target is not what the environment has, its standard library's files answer only for the names that
the target has too; what only the target has is assumed. Contents of packages differ as well, so nothing
below them is certainly absent.
"""

from __future__ import annotations

from importlint.finder.path_entry import FileSystem, PathEntryFinder, Suffixes, path_entry_finder
from importlint.finder.path_finder import opaque_entry
from importlint.finder.spec import Kind, Spec
from importlint.finder.standard_library import StandardLibrary
from importlint.target import Target


class LibraryEntry(PathEntryFinder):
    """Finds in one path entry what the target's standard library has."""

    def __init__(
        self, files: PathEntryFinder | None, library: StandardLibrary, target: Target, assume: bool
    ) -> None:
        self._files = files
        self._library = library
        self._target = target
        self._assume = assume

    def find(self, name: str) -> Spec | None:
        """The spec by file, or an assumed one where the entry is the last that could have one."""
        module = self._library.modules.get(name)
        if module is not None and not module.covers(self._target):
            return None
        spec = self._files.find(name) if self._files else None
        unknown = opaque_entry(f"the standard library of {self._version} is not at hand")
        if spec is not None and spec.search_locations is not None:
            return Spec(
                name=name,
                kind=spec.kind,
                origin=spec.origin,
                search_locations=(*spec.search_locations, unknown),
            )
        if spec is None and module is not None and self._assume:
            return Spec(name=name, kind=Kind.ASSUMED, search_locations=(unknown,) if module.package else None)
        return spec

    def module_names(self) -> list[str]:
        """The names of the files that the target has too, with all assumed ones in the last entry."""
        names = set(self._files.module_names()) if self._files else set()
        covered = {name for name, module in self._library.modules.items() if module.covers(self._target)}
        foreign = self._library.modules.keys() - covered
        return sorted((names | covered if self._assume else names) - foreign)

    @property
    def _version(self) -> str:
        return f"{self._target.platform} {self._target.version[0]}.{self._target.version[1]}"


def library_hooks(
    path: tuple[str, ...], library: StandardLibrary, target: Target, suffixes: Suffixes, files: FileSystem
) -> dict[str, PathEntryFinder]:
    """A finder for each path entry of the standard library; the last one assumes what no file shows."""
    return {
        entry: LibraryEntry(path_entry_finder(entry, suffixes, files), library, target, entry == path[-1])
        for entry in path
    }
