"""What one entry of a search path says about a name: a spec, a portion of a namespace package, or nothing.

An entry is a directory, a zip file (or a place inside one), or nothing that has a finder. Listings are read
once per run and kept by `FileSystem`; nothing here knows in what order entries are asked.

Language reference, "Path entry finders"; CPython `FileFinder.find_spec`, `zipimporter.find_spec`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

from importlint import disk
from importlint.archive import list_archive, read_archived, split_archive
from importlint.finder.spec import Kind, Spec

if TYPE_CHECKING:
    from zipfile import ZipInfo

Suffixes = tuple[tuple[str, Kind], ...]
"""File name suffixes in the order in which CPython tries them, with how such a file is loaded."""

IMPLIED_DIRECTORIES_SINCE = (3, 14)
"""From this version on, `zipimport` knows the directories that an archive's file names imply (gh-59110)."""

MAGIC_NUMBERS = {
    (3, 8): 3413,
    (3, 9): 3425,
    (3, 10): 3439,
    (3, 11): 3495,
    (3, 12): 3531,
    (3, 13): 3571,
    (3, 14): 3627,
}
"""What the bytecode files of released versions start with: `importlib.util.MAGIC_NUMBER`, without its line end."""


class PathEntryFinder(Protocol):
    """Finds modules below one path entry."""

    def find(self, name: str) -> Spec | None:
        """The spec of `name`, by its last component; of kind NAMESPACE if the entry has a portion only."""

    def find_all(self, name: str) -> Iterator[Spec]:
        """That spec, and then those that it would be if what comes before were not there."""
        spec = self.find(name)
        if spec is not None:
            yield spec

    def module_names(self) -> list[str]:
        """Every last component that could be found here, sorted; some turn out to be nothing."""


class FileSystem:
    """The listings of one run: each directory and each archive is read at most once."""

    def __init__(self, version: tuple[int, int]) -> None:
        self.version = version
        self._directories: dict[str, Mapping[str, disk.Entry] | None] = {}
        self._archives: dict[str, Mapping[str, ZipInfo | None] | None] = {}

    def listing(self, directory: str) -> Mapping[str, disk.Entry] | None:
        """The entries of a directory by name; None if it cannot be listed."""
        if directory not in self._directories:
            try:
                entries = disk.entries(directory)
                self._directories[directory] = {entry.name: entry for entry in entries}
            except (OSError, ValueError):
                self._directories[directory] = None
        return self._directories[directory]

    def archive(self, path: str) -> Mapping[str, ZipInfo | None] | None:
        """What `list_archive` says of a zip file, with None for each directory that is only implied."""
        if path not in self._archives:
            entries = list_archive(path)
            if entries is not None and self.version >= IMPLIED_DIRECTORIES_SINCE:
                letters = ((name, i) for name in entries for i, letter in enumerate(name) if letter == "/")
                implied: dict[str, ZipInfo | None] = dict.fromkeys(name[: i + 1] for name, i in letters)
                self._archives[path] = {**implied, **entries}
            else:
                self._archives[path] = entries
        return self._archives[path]


def path_entry_finder(entry: str, suffixes: Suffixes, files: FileSystem) -> PathEntryFinder | None:
    """The finder for a path entry; None where no path hook accepts it.

    CPython asks `sys.path_hooks`: `zipimporter`, which takes a path into an archive too, then `FileFinder`.
    """
    try:
        path = os.path.join(os.getcwd(), entry)
    except OSError:  # the current directory is gone
        path = entry
    path = path.rstrip(os.sep) or os.sep
    if disk.is_directory(path):
        return DirectoryFinder(path, suffixes, files)
    archive, inside = split_archive(path)
    entries = files.archive(archive) if archive else None
    return None if entries is None else ZipFinder(archive, inside, entries, files.version)


class DirectoryFinder(PathEntryFinder):
    """Finds modules in a directory, by its listing: so names match case for case on every file system."""

    def __init__(self, directory: str, suffixes: Suffixes, files: FileSystem) -> None:
        self._directory = directory
        self._suffixes = suffixes
        self._files = files

    def find(self, name: str) -> Spec | None:
        """The first that there is."""
        return next(self.find_all(name), None)

    def find_all(self, name: str) -> Iterator[Spec]:
        """Package before module, suffix by suffix, then a portion: CPython `FileFinder.find_spec`."""
        tail = name.rpartition(".")[2]
        listing = self._files.listing(self._directory) or {}
        base = listing.get(tail)
        path = os.path.join(self._directory, tail)
        is_directory = base is not None and base.is_directory
        if is_directory:
            for suffix, kind in self._suffixes:
                if self._is_file(path, "__init__" + suffix):
                    origin = os.path.join(path, "__init__" + suffix)
                    yield Spec(name=name, kind=kind, origin=origin, search_locations=(path,))
        for suffix, kind in self._suffixes:
            file = listing.get(tail + suffix)
            if file is not None and file.is_file:
                yield Spec(name=name, kind=kind, origin=path + suffix)
        if is_directory:
            yield Spec(name=name, kind=Kind.NAMESPACE, search_locations=(path,))

    def module_names(self) -> list[str]:
        """Directories, and files that lose a suffix."""
        listing = self._files.listing(self._directory) or {}
        names = {name for name, entry in listing.items() if entry.is_directory}
        for name in listing:
            names |= {name.removesuffix(suffix) for suffix, _ in self._suffixes if name.endswith(suffix)}
        return sorted(names)

    def _is_file(self, directory: str, name: str) -> bool:
        listing = self._files.listing(directory)
        if listing is None:  # it cannot be listed, but what is in it may still be reached by name
            return disk.is_file(os.path.join(directory, name))
        return name in listing and listing[name].is_file


class ZipFinder(PathEntryFinder):
    """Finds modules in a zip file, below the path `inside` it."""

    _SUFFIXES = ("/__init__.pyc", "/__init__.py", ".pyc", ".py")

    def __init__(
        self, archive: str, inside: str, entries: Mapping[str, ZipInfo | None], version: tuple[int, int]
    ) -> None:
        self._archive = archive
        self._prefix = inside.replace(os.sep, "/").rstrip("/") + "/" if inside else ""
        self._entries = entries
        self._version = version

    def find(self, name: str) -> Spec | None:
        """Packages before modules, bytecode before source: CPython `zipimport._zip_searchorder`.

        The first file says whether it is a package. Its origin is the first file whose code can be loaded, as
        bytecode of another version or of other source cannot: CPython `zipimport._get_module_code`.
        """
        path = self._prefix + name.rpartition(".")[2]
        present = [path + suffix for suffix in self._SUFFIXES if path + suffix in self._entries]
        if present:
            file = next(filter(self._is_loadable, present), None)
            origin = None if file is None else self._located(file)
            kind = Kind.SOURCE if origin and origin.endswith(".py") else Kind.BYTECODE
            locations = (os.path.dirname(origin),) if origin else ()
            is_package = present[0].startswith(f"{path}/")
            return Spec(
                name=name, kind=kind, origin=origin, search_locations=locations if is_package else None
            )
        if path + "/" in self._entries:
            return Spec(name=name, kind=Kind.NAMESPACE, search_locations=(self._located(path),))
        return None

    def module_names(self) -> list[str]:
        """Directories, and files that lose a suffix."""
        below = (name[len(self._prefix) :] for name in self._entries if name.startswith(self._prefix))
        return sorted({name.partition("/")[0].removesuffix(".pyc").removesuffix(".py") for name in below})

    def _located(self, path: str) -> str:
        return os.path.join(self._archive, path.replace("/", os.sep))

    def _is_loadable(self, path: str) -> bool:
        """Whether a file is source, or bytecode of this version that does not belong to other source beside it.

        CPython `zipimport._unmarshal_code`; the hashes of bytecode that is to be checked by them are taken as right.
        """
        if path.endswith(".py"):
            return True
        try:
            header = read_archived(self._located(path), 16)
        except OSError:
            return False
        magic, flags = int.from_bytes(header[:2], "little"), int.from_bytes(header[4:8], "little")
        if header[2:4] != b"\r\n" or magic != MAGIC_NUMBERS.get(self._version, magic):
            return False
        source = self._entries.get(path.removesuffix("c"))
        if flags or source is None:
            return True
        time, size = (int.from_bytes(header[start : start + 4], "little") for start in (8, 12))
        return abs(time - _modified(source)) <= 1 and size == source.file_size


def _modified(source: ZipInfo) -> float:
    """The time of an archived file, in the time zone of this machine as CPython has it; 0 for an impossible one."""
    import time

    try:
        return time.mktime((*source.date_time, -1, -1, -1))
    except (OverflowError, ValueError):
        return 0
