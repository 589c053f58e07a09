"""How many processors this process may use: those it is bound to, no more than its container's share of time."""

from __future__ import annotations

import os

_QUOTA = "/sys/fs/cgroup/cpu.max"
"""Linux, control groups of version 2: microseconds in each period, or `max`, and the period."""


def available_processors(quota_file: str = _QUOTA) -> int:
    """The number, at least 1. A share of one and a half counts as two: one would leave half of it unused."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        with open(quota_file, encoding="ascii") as file:
            quota, period = map(int, file.read().split())
    except (OSError, ValueError):  # there is no limit
        return count
    return max(1, min(count, -(-quota // period))) if period else count
