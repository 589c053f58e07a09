"""What decides, apart from the files it reads, what importlint makes of them: its own code, and the Python it runs on.

Facts come from the running Python's `ast` and from libcst. What another importlint or another Python left in a
cache is never found, for its keys are made of another identity.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from importlint.disk import digest

_LIBRARIES = ("ast_serialize-", "libcst-", "msgspec-", "pathspec-")


def identity() -> bytes:
    """What stands for this importlint on this Python: the contents of its files, not their names alone.

    A version number would not do: it stays while importlint is being worked on.
    """
    python = (sys.implementation.name, sys.implementation.cache_tag, sys.hexversion, sys.platform)
    return digest(repr((python, sorted(_libraries()), list(_own_files()))).encode())


def _libraries() -> set[str]:
    """The names and versions of the installed libraries that have a part in facts."""
    found: set[str] = set()
    for entry in sys.path:
        try:
            names = os.listdir(entry or os.curdir)
        except OSError:
            continue
        found |= {name for name in names if name.startswith(_LIBRARIES) and name.endswith(".dist-info")}
    return found


def _own_files() -> Iterator[tuple[str, bytes]]:
    """The path of each of importlint's own files, with the digest of its content."""
    top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for directory, names, files in os.walk(top):
        names[:] = sorted(set(names) - {"__pycache__"})
        for name in sorted(files):
            path = os.path.join(directory, name)
            with open(path, "rb", buffering=0) as file:
                yield os.path.relpath(path, top), digest(file.read())
