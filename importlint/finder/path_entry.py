"""What one entry of a search path says about a name: a spec, a portion of a namespace package, or nothing.

An entry is a directory, a zip file (or a place inside one), or nothing that has a finder. Listings are read
once per run and kept by `FileSystem`; nothing here knows in what order entries are asked.

Language reference, "Path entry finders"; CPython `FileFinder.find_spec`, `zipimporter.find_spec`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Protocol

from importlint.finder.spec import Kind, Spec

Suffixes = tuple[tuple[str, Kind], ...]
"""File name suffixes in the order in which CPython tries them, with how such a file is loaded."""

IMPLIED_DIRECTORIES_SINCE = (3, 14)
"""From this version on, `zipimport` knows the directories that an archive's file names imply (gh-59110)."""


class PathEntryFinder(Protocol):
    """Finds modules below one path entry."""

    def find(self, name: str) -> Spec | None:
        """The spec of `name`, by its last component; of kind NAMESPACE if the entry has a portion only."""

    def module_names(self) -> list[str]:
        """Every last component that could be found here, sorted; some turn out to be nothing."""


class FileSystem:
    """The listings of one run: each directory and each archive is read at most once."""

    def __init__(self, version: tuple[int, int]) -> None:
        self._version = version
        self._directories: dict[str, Mapping[str, os.DirEntry[str]] | None] = {}
        self._archives: dict[str, frozenset[str] | None] = {}

    def listing(self, directory: str) -> Mapping[str, os.DirEntry[str]] | None:
        """The entries of a directory by name; None if it cannot be listed."""
        if directory not in self._directories:
            try:
                with os.scandir(directory) as entries:
                    self._directories[directory] = {entry.name: entry for entry in entries}
            except (OSError, ValueError):
                self._directories[directory] = None
        return self._directories[directory]

    def archive(self, path: str) -> frozenset[str] | None:
        """The names in a zip file, `/` separated, directories with a `/` at the end; None if it is none."""
        if path not in self._archives:
            self._archives[path] = self._read_archive(path)
        return self._archives[path]

    def _read_archive(self, path: str) -> frozenset[str] | None:
        import struct
        import zipfile

        try:
            with zipfile.ZipFile(path) as archive:
                names = {info.filename for info in archive.infolist()}
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, struct.error):
            return None
        if self._version >= IMPLIED_DIRECTORIES_SINCE:
            names |= {name[: i + 1] for name in names for i, letter in enumerate(name) if letter == "/"}
        return frozenset(names)


def path_entry_finder(entry: str, suffixes: Suffixes, files: FileSystem) -> PathEntryFinder | None:
    """The finder for a path entry; None where no path hook accepts it.

    CPython asks `sys.path_hooks`: `zipimporter`, which takes a path into an archive too, then `FileFinder`.
    """
    try:
        path = os.path.join(os.getcwd(), entry)
    except OSError:  # the current directory is gone
        path = entry
    path = path.rstrip(os.sep) or os.sep
    if os.path.isdir(path):
        return DirectoryFinder(path, suffixes, files)
    archive, inside = _split_archive(path)
    names = files.archive(archive) if archive else None
    return None if names is None else ZipFinder(archive, inside, names)


def _split_archive(path: str) -> tuple[str, str]:
    """The longest existing part of `path` if that is a regular file, and the rest; else two empty strings."""
    archive, inside = path, ""
    while not _exists(archive):
        shorter, name = os.path.split(archive)
        if shorter == archive:
            return "", ""
        archive, inside = shorter, os.path.join(name, inside) if inside else name
    return (archive, inside) if os.path.isfile(archive) else ("", "")


def _exists(path: str) -> bool:
    try:
        os.stat(path)
    except (OSError, ValueError):
        return False
    return True


class DirectoryFinder:
    """Finds modules in a directory, by its listing: so names match case for case on every file system."""

    def __init__(self, directory: str, suffixes: Suffixes, files: FileSystem) -> None:
        self._directory = directory
        self._suffixes = suffixes
        self._files = files

    def find(self, name: str) -> Spec | None:
        """Package before module, suffix by suffix, then a portion: CPython `FileFinder.find_spec`."""
        tail = name.rpartition(".")[2]
        listing = self._files.listing(self._directory) or {}
        base = listing.get(tail)
        path = os.path.join(self._directory, tail)
        is_directory = base is not None and _is_directory(base)
        if is_directory:
            for suffix, kind in self._suffixes:
                if self._is_file(path, "__init__" + suffix):
                    origin = os.path.join(path, "__init__" + suffix)
                    return Spec(name=name, kind=kind, origin=origin, search_locations=(path,))
        for suffix, kind in self._suffixes:
            file = listing.get(tail + suffix)
            if file is not None and _is_regular_file(file):
                return Spec(name=name, kind=kind, origin=path + suffix)
        return Spec(name=name, kind=Kind.NAMESPACE, search_locations=(path,)) if is_directory else None

    def module_names(self) -> list[str]:
        """Directories, and files that lose a suffix."""
        listing = self._files.listing(self._directory) or {}
        names = {name for name, entry in listing.items() if _is_directory(entry)}
        for name in listing:
            names |= {name.removesuffix(suffix) for suffix, _ in self._suffixes if name.endswith(suffix)}
        return sorted(names)

    def _is_file(self, directory: str, name: str) -> bool:
        listing = self._files.listing(directory)
        if listing is None:  # it cannot be listed, but what is in it may still be reached by name
            return os.path.isfile(os.path.join(directory, name))
        return name in listing and _is_regular_file(listing[name])


def _is_directory(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_regular_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


class ZipFinder:
    """Finds modules in a zip file, below the path `inside` it."""

    _SUFFIXES = (("/__init__", ".pyc"), ("/__init__", ".py"), ("", ".pyc"), ("", ".py"))

    def __init__(self, archive: str, inside: str, names: frozenset[str]) -> None:
        self._archive = archive
        self._prefix = inside.replace(os.sep, "/").rstrip("/") + "/" if inside else ""
        self._names = names

    def find(self, name: str) -> Spec | None:
        """Bytecode before source, packages before modules: CPython `zipimport._zip_searchorder`."""
        path = self._prefix + name.rpartition(".")[2]
        location = os.path.join(self._archive, path.replace("/", os.sep))
        for init, suffix in self._SUFFIXES:
            if path + init + suffix in self._names:
                kind = Kind.SOURCE if suffix == ".py" else Kind.BYTECODE
                origin = location + init.replace("/", os.sep) + suffix
                return Spec(
                    name=name, kind=kind, origin=origin, search_locations=(location,) if init else None
                )
        if path + "/" in self._names:
            return Spec(name=name, kind=Kind.NAMESPACE, search_locations=(location,))
        return None

    def module_names(self) -> list[str]:
        """Directories, and files that lose a suffix."""
        below = (name[len(self._prefix) :] for name in self._names if name.startswith(self._prefix))
        return sorted({name.partition("/")[0].removesuffix(".pyc").removesuffix(".py") for name in below})
