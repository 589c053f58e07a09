"""Processes that work for this one: when they can be forks of it, and how it is seen to that none outlives it.

They leave it to this process to be interrupted: it ends them.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_INTERRUPTIONS = (signal.SIGINT, signal.SIGTERM)


def can_fork() -> bool:
    """Whether a copy of this process works: other threads are not copied, nor is all of macOS's own state."""
    return hasattr(os, "fork") and sys.platform != "darwin" and threading.active_count() == 1


@contextmanager
def killed_at_the_end(kill: Callable[[], None]) -> Iterator[None]:
    """See to it that `kill`, which ends the workers, is called at the end of the block.

    Whichever exception ends it; and on SIGTERM, which then ends this process as ever.
    """

    def end(number: int, frame: object) -> None:
        kill()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    is_ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    )
    if is_ours:
        signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        kill()
        if is_ours:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def signals_wait() -> Iterator[None]:
    """Inside, nobody is interrupted: neither a worker that is not known yet, nor one that does not know what to do."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTIONS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def leave_signals_to_the_parent() -> None:
    """In a worker that was started while signals waited: let it be ended by its parent alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _INTERRUPTIONS)
