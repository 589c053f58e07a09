"""From a path that leads into a zip file to what is there, as `zipimport` finds it. Knows nothing of modules.

CPython `zipimport._read_directory`, `zipimport._get_data`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from importlint import disk

if TYPE_CHECKING:
    from zipfile import ZipInfo


def split_archive(path: str) -> tuple[str, str]:
    """The longest existing part of `path` if that is a regular file, and the rest; else two empty strings."""
    archive, inside = path, ""
    while not disk.exists(archive):
        shorter, name = os.path.split(archive)
        if shorter == archive:
            return "", ""
        archive, inside = shorter, os.path.join(name, inside) if inside else name
    return (archive, inside) if disk.is_file(archive) else ("", "")


def list_archive(path: str) -> Mapping[str, ZipInfo] | None:
    """The entries of a zip file by name, `/` separated, directories with a `/` at the end; None if it is none."""
    import struct
    import zipfile

    disk.announce(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return {info.filename: info for info in archive.infolist()}
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, struct.error):
        return None


def read_file(path: str, size: int, *, whole: bool = True) -> bytes:
    """The first `size` bytes of a file, which may lie in a zip file; `OSError` where that cannot be read.

    `whole` as for `disk.read`; zip files are always taken as a whole.
    """
    try:
        return disk.read(path, whole=whole)[:size]
    except NotADirectoryError:
        return read_archived(path, size)


def read_archived(path: str, size: int) -> bytes:
    """The first `size` bytes of the file at a path that leads into a zip file.

    Raises:
        OSError: there is none, or it cannot be read.
    """
    import struct
    import zipfile
    import zlib

    archive, inside = split_archive(path)
    failures = (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, struct.error, RuntimeError)
    disk.announce(archive)
    try:
        with zipfile.ZipFile(archive) as opened, opened.open(inside.replace(os.sep, "/")) as file:
            return file.read(size)
    except (*failures, KeyError, zlib.error) as error:
        raise FileNotFoundError(2, "it is not in the archive, or cannot be read", path) from error
