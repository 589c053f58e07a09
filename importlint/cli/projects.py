"""The projects of a command that keeps no results: what it reads is seen to progress, and serves later runs."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from importlint.cli.output import visible_progress

if TYPE_CHECKING:
    from importlint.config import Settings
    from importlint.project import Project

    MakeProject = Callable[[Settings, tuple[str, ...]], Project]
    """The project of settings and paths."""


@contextmanager
def projects(settings: Settings, options: argparse.Namespace) -> Iterator[MakeProject]:
    """What makes projects whose files are read, while the block runs, with progress shown and facts remembered."""
    from importlint.cache.cache import open_store
    from importlint.project import Project

    with visible_progress() as progress, open_store(settings, wanted=not options.no_cache) as store:
        yield partial(Project, progress=progress, store=store)
