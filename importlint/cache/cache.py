"""A project's cache: a directory with one file in it, which can be deleted at any time."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlint.cache.database import Database
    from importlint.cache.results import Results
    from importlint.cache.store import Store
    from importlint.config import Settings

_NAME = ".importlint_cache"

_MARKS = {
    ".gitignore": "*\n",
    "CACHEDIR.TAG": (
        "Signature: 8a477f597d28d172789f06886806bc55\n"
        "# This is a cache of importlint; see https://bford.info/cachedir/\n"
    ),
}
"""Files that keep the directory out of repositories and backups."""


class Cache:
    """What earlier runs left, and what this one leaves."""

    def __init__(self, database: Database, store: Store, results: Results) -> None:
        self._database = database
        self.store = store
        self.results = results

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of it, a line each."""
        return tuple(self._database.notes)


def cache_directory(settings: Settings) -> str:
    """Where the cache is, absolute."""
    return settings.cache_dir or os.path.join(settings.root, _NAME)


@contextmanager
def open_cache(settings: Settings, *, wanted: bool) -> Iterator[Cache | None]:
    """The cache of a project; None where there is to be none, or none can be made. What is new is saved at the end."""
    now = time.time_ns()
    directory = cache_directory(settings)
    if not wanted or not _is_made(directory):
        yield None
        return
    try:
        from importlint.cache.database import Database
    except ImportError:  # a Python that was built without SQLite
        yield None
        return
    from importlint.cache.identity import identity
    from importlint.cache.results import Results
    from importlint.cache.store import Store

    database, own = Database(os.path.join(directory, "cache.sqlite")), identity()
    store = Store(database, own, settings.root, now)
    try:
        yield Cache(database, store, Results(database, store, own, now))
    finally:
        store.save()
        database.close()


@contextmanager
def open_store(settings: Settings, *, wanted: bool) -> Iterator[Store | None]:
    """The facts of a project's cache, for commands that have no results to keep; None as in `open_cache`."""
    with open_cache(settings, wanted=wanted) as cache:
        yield None if cache is None else cache.store


def _is_made(directory: str) -> bool:
    """Whether the directory is there, or could be made."""
    try:
        os.makedirs(directory, exist_ok=True)
    except OSError:
        return False
    for name, content in _MARKS.items():
        with suppress(OSError), open(os.path.join(directory, name), "x", encoding="ascii") as file:
            file.write(content)
    return True
