"""Directories above a path; knows names of paths, nothing of what lies there."""

from __future__ import annotations

import os
from collections.abc import Iterator


def ancestors(directory: str) -> Iterator[str]:
    """The directory and those above it, innermost first, up to the root of the file system."""
    while True:
        yield directory
        parent = os.path.dirname(directory)
        if parent == directory:
            return
        directory = parent
