"""Where the processor time of one run of importlint goes: `python benchmarks/phases.py RESULT [ARGUMENT ...]`.

Runs importlint with the arguments in this process and writes the seconds of each phase to the file RESULT as JSON.
A thread looks every few milliseconds at the stack of the one that works: the innermost frame of importlint says by its
file which phase it was. The processor time since the last look counts, so a long call into C counts in full.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from types import FrameType

START_UP = "start-up"

ROOMS = (
    ("importlint/syntax/source.py", "read"),
    ("importlint/disk.py", "read"),
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
    ("importlint/progress.py", "report"),
    ("importlint/", "rules"),
)
"""Which phase a file belongs to: the first prefix that fits. Rules lean on whatever has no phase of its own."""

PHASES = (START_UP, *dict.fromkeys(phase for _, phase in ROOMS if phase != START_UP))
"""In the order of a run, about."""


class Profile(threading.Thread):
    """The processor time by phase from the process's start until it is told to stop."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seconds = dict.fromkeys(PHASES, 0.0)
        self._over = threading.Event()
        self._by_file: dict[str, str | None] = {}

    def run(self) -> None:
        """Look until told to stop."""
        last = 0.0
        while not self._over.wait(0.005):
            frames = sys._current_frames()
            now = time.process_time()
            self.seconds[self._phase(frames[self._working()])] += now - last
            last = now

    def _working(self) -> int:
        """The newest thread: the one that started it waits for it."""
        return [each.ident for each in threading.enumerate() if each is not self and each.ident is not None][
            -1
        ]

    def stop(self) -> None:
        """End the looking, and wait for its end."""
        self._over.set()
        self.join()

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
    sys.setswitchinterval(0.0002)  # else looks would come when a file is read: there a thread lets others in
    profile = Profile()
    profile.start()
    from importlint.cli import main as importlint

    code = importlint(arguments)
    profile.stop()
    with open(result, "w", encoding="utf-8") as file:
        json.dump(profile.seconds, file)
    return code


if __name__ == "__main__":
    sys.exit(main())
