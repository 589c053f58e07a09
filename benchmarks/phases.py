"""Where the processor time of one run of importlint goes: `python benchmarks/phases.py RESULT [ARGUMENT ...]`.

Runs importlint with the arguments in this process and writes the seconds of each phase to the file RESULT as JSON.
Every millisecond of processor time a signal looks at the stack: the innermost frame of importlint says by its file
which phase it was. The time since the last look counts, so a long call into C counts in full.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from types import FrameType

START_UP = "start-up"

ROOMS = (
    ("importlint/syntax/source.py", "read"),
    ("importlint/reading/", "read"),
    ("importlint/cache/", "cache"),
    ("importlint/syntax/parse.py", "parse"),
    ("importlint/syntax/skim.py", "parse"),
    ("importlint/syntax/newer.py", "parse"),
    ("importlint/syntax/lower.py", "parse"),
    ("importlint/syntax/", "extract"),
    ("importlint/discovery.py", "discover"),
    ("importlint/gitignore.py", "discover"),
    ("importlint/paths.py", "discover"),
    ("importlint/finder/", "resolve"),
    ("importlint/package_path.py", "resolve"),
    ("importlint/project.py", "resolve"),
    ("importlint/graph/", "graph"),
    ("importlint/machine/", "machine"),
    ("importlint/crashes.py", "machine"),
    ("importlint/swaps.py", "machine"),
    ("importlint/remedies.py", "machine"),
    ("importlint/effects/", "effects"),
    ("importlint/programs/", "programs"),
    ("importlint/report/", "report"),
    ("importlint/cli/", START_UP),
    ("importlint/config.py", START_UP),
    ("importlint/", "rules"),
)
"""Which phase a file belongs to: the first prefix that fits. Rules lean on whatever has no phase of its own."""

PHASES = (START_UP, *dict.fromkeys(phase for _, phase in ROOMS if phase != START_UP))
"""In the order of a run, about."""


class Profile:
    """The processor time by phase while the block runs, and what the process took before it."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(PHASES, 0.0)
        self._last = 0.0
        self._by_file: dict[str, str | None] = {}

    def __enter__(self) -> Profile:
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)
        return self

    def __exit__(self, *error: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        self.seconds[START_UP] += time.process_time() - self._last

    def _look(self, number: int, frame: FrameType | None) -> None:
        now = time.process_time()
        self.seconds[self._phase(frame)] += now - self._last
        self._last = now

    def _phase(self, frame: FrameType | None) -> str:
        """The phase of a stack; a module's own body is part of the start-up, whenever it is imported."""
        while frame is not None:
            phase = self._of_file(frame.f_code.co_filename)
            if phase is not None:
                return START_UP if frame.f_code.co_name == "<module>" else phase
            frame = frame.f_back
        return START_UP

    def _of_file(self, path: str) -> str | None:
        if path not in self._by_file:
            inside = path.replace(os.sep, "/").rpartition("/importlint/")[2]
            found = (phase for prefix, phase in ROOMS if f"importlint/{inside}".startswith(prefix))
            self._by_file[path] = next(found) if inside != path.replace(os.sep, "/") else None
        return self._by_file[path]


def main() -> int:
    """Run importlint under the profile; its exit code."""
    result, *arguments = sys.argv[1:]
    profile = Profile()
    with profile:
        from importlint.cli import main as importlint

        code = importlint(arguments)
    with open(result, "w", encoding="utf-8") as file:
        json.dump(profile.seconds, file)
    return code


if __name__ == "__main__":
    sys.exit(main())
