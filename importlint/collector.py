"""When Python looks for cyclic garbage: not while importlint works, which makes many objects and keeps nearly all.

Looking at all of them again and again takes two fifths of a check's time and finds next to nothing. What does become
garbage in large pieces is a world that was made to see what an edit would change: those are collected one by one.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """No collection inside, other than those that are asked for."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def collect() -> None:
    """Collect, where nobody else does, what has become garbage since the last time; what is left is there to stay."""
    if not gc.isenabled():
        gc.collect()
        gc.freeze()
