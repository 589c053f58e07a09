"""How far a run has come: stages say what they go through, and a bar shows it to whoever waits at a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from tqdm import tqdm

_PATIENCE = 1.0
"""Seconds that a run takes before it shows anything."""
_PAUSE = 0.1
"""Seconds between two looks of the bar."""
_FORMAT = "{desc} {bar:30} {n_fmt}/{total_fmt} {elapsed}"


class Progress:
    """Is told how far the run has come, and tells nobody."""

    @contextmanager
    def phase(self, name: str, total: int) -> Iterator[Callable[[], None]]:
        """A stage with `total` parts; what it yields is called when one is done. Stages nest."""
        yield _nothing

    def hush(self) -> None:
        """Tell nobody any more, as in a fork, whose parent tells."""

    def close(self) -> None:
        """Leave no trace on the screen."""


def _nothing() -> None:
    pass


def progress_on(stream: TextIO) -> Progress:
    """Progress as a bar on `stream` if that is a terminal."""
    return Bar(stream) if stream.isatty() else Progress()


class Bar(Progress):
    """A bar at the bottom of a terminal, for the innermost stage of a run that takes more than a second."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._next_look = time.monotonic() + _PATIENCE
        self._bar: tqdm[Any] | None = None

    @contextmanager
    def phase(self, name: str, total: int) -> Iterator[Callable[[], None]]:
        """As in `Progress`."""
        done = 0
        self._show(name, done, total)

        def advance() -> None:
            nonlocal done
            done += 1
            self._show(name, done, total)

        yield advance

    def _show(self, name: str, done: int, total: int) -> None:
        if time.monotonic() < self._next_look:
            return
        if self._bar is None:
            self._bar = _bar(self._stream)
        self._bar.set_description_str(name, refresh=False)
        self._bar.n, self._bar.total = done, total
        self._bar.refresh()
        self._next_look = time.monotonic() + _PAUSE

    def hush(self) -> None:
        """As in `Progress`."""
        self._next_look = inf

    def close(self) -> None:
        """As in `Progress`."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _bar(stream: TextIO) -> tqdm[Any]:
    import threading

    from tqdm import tqdm

    # Neither the thread that tqdm watches bars with nor a lock between processes: workers are forked.
    tqdm.monitor_interval = 0
    tqdm.set_lock(threading.RLock())
    bar: tqdm[Any] = tqdm(file=stream, leave=False, bar_format=_FORMAT, dynamic_ncols=True)
    bar.start_t -= _PATIENCE
    return bar
