"""When Python looks for cyclic garbage: not while importlint works, which makes many objects and keeps nearly all.

Looking at all of them again and again takes two fifths of a check's time and finds next to nothing. What does become
garbage in large pieces is a world that was made to see what an edit would change: those are collected, a few at once.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MANY = 2_000_000
"""Objects that can be part of cycles: 200 to 400 MB. To look at them takes as long as to make them."""


@contextmanager
def paused(*, for_good: bool = False) -> Iterator[None]:
    """No collection inside, other than those that are asked for; `for_good` if the process ends after it anyway."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if for_good:
            gc.freeze()
        if was_enabled:
            gc.enable()


def collect() -> None:
    """Collect, where nobody else does, if there may be much garbage; what is left then is there to stay."""
    if not gc.isenabled() and gc.get_count()[0] > _MANY:
        gc.collect()
        gc.freeze()
