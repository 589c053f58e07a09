"""From a command to what it cost: wall time, processor time, and the memory of all its processes together."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

_PROC = Path("/proc")


class Run(Struct, frozen=True, kw_only=True):
    """One run of one command."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds of all processes that were waited for, user and system."""
    memory: int
    """The most bytes that all processes had at one time: proportional set sizes, which count shared pages once."""
    code: int | None
    """The exit code; None if it ran into the limit."""
    is_complete: bool
    """Whether it ended in time and with success."""
    error: str = ""
    """The end of what a failed run wrote to standard error."""


def run(
    command: Sequence[str],
    directory: Path,
    *,
    limit: float,
    environ: Mapping[str, str] | None = None,
    codes: Sequence[int] = (0, 1),
    proof: str = "",
) -> Run:
    """Run `command` in `directory` for at most `limit` seconds.

    It has succeeded if its exit code is one of `codes` and `proof` is in what it printed.

    Its output goes to files, as it would be slowed down by a terminal.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        child = subprocess.Popen(
            command,
            cwd=directory,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
        late = threading.Event()

        def stop() -> None:
            late.set()
            _end(child.pid)

        timer = threading.Timer(limit, stop)
        memory = _Memory(child.pid)
        timer.start()
        memory.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            _end(child.pid)
            raise
        finally:
            wall = time.perf_counter() - started
            timer.cancel()
            memory.stop()
        _end(child.pid)
        child.returncode = os.waitstatus_to_exitcode(status)
        code = None if late.is_set() else child.returncode
        output.seek(0)
        errors.seek(0)
        is_complete = code in codes and proof.encode() in output.read()
        return Run(
            wall=wall,
            cpu=usage.ru_utime + usage.ru_stime,
            memory=memory.most,
            code=code,
            is_complete=is_complete,
            error="" if is_complete else errors.read()[-400:].decode(errors="replace"),
        )


def _end(session: int) -> None:
    """Kill what a session has left."""
    with suppress(ProcessLookupError):
        os.killpg(session, signal.SIGKILL)


class _Memory(threading.Thread):
    """Samples a session's memory, so seldom that it takes a fiftieth of one processor at most."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self._session = session
        self._over = threading.Event()

    def run(self) -> None:
        pause = 0.01
        while not self._over.wait(pause):
            started = time.thread_time()
            self.most = max(self.most, sum(_size(pid) for pid in _members(self._session)))
            pause = max(0.01, 50 * (time.thread_time() - started))

    def stop(self) -> None:
        """End the sampling, and wait for its end."""
        self._over.set()
        self.join()


def _members(session: int) -> Iterator[str]:
    """The processes of a session, by the sixth field of `/proc/PID/stat` (proc_pid_stat(5))."""
    for entry in os.scandir(_PROC):
        if entry.name.isdigit():
            with suppress(OSError):
                fields = (_PROC / entry.name / "stat").read_bytes().rpartition(b")")[2].split()
                if int(fields[3]) == session:
                    yield entry.name


def _size(pid: str) -> int:
    """The proportional set size of a process in bytes, by proc_pid_smaps(5); 0 if it has ended."""
    with suppress(OSError):
        for line in (_PROC / pid / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
