"""What holds for all tests: no deadlines, since a question to a real interpreter takes as long as it takes.

In CI the examples are the same in every run, so that a change is judged by what it changes; elsewhere they are
new ones each time, and what they find becomes an `@example`.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "importlint",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("importlint")
