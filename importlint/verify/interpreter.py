"""Imports modules first, each in a fresh process of a chosen Python. Nothing else in importlint starts a process.

Where the system can fork, one interpreter starts and forks for each module; elsewhere each module has its own.
"""

from __future__ import annotations

import ast
import os
import queue
import site
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

import msgspec
from msgspec import Struct

from importlint.errors import ImportlintError

PASSED_ON = ("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH", "PYTHONNOUSERSITE", "SYSTEMROOT", "TZ")
"""The variables that the imported code sees of those that importlint has."""

_CHILD = Path(__file__).with_name("child.py")


class InterpreterError(ImportlintError):
    """The environment's Python does not start, or ends before it has imported anything."""


class SearchPath(Struct, frozen=True):
    """What `sys.path` has beside the environment's own entries."""

    first: tuple[str, ...]
    """In the place of `sys.path[0]`."""
    pythonpath: tuple[str, ...]
    last: tuple[str, ...]
    """After the environment's."""


class Raised(Struct, frozen=True):
    """An exception that escaped from an import."""

    types: tuple[str, ...]
    """The names of its class and of that class's bases, in method resolution order."""
    message: str
    places: tuple[tuple[str, int], ...]
    """The files and lines that it passed through, the innermost last."""


class Observation(Struct, frozen=True):
    """What happened when a module was imported first."""

    events: tuple[tuple[str, str], ...] = ()
    """`start`, `end` or `error`, and the module whose body that was, whosever it is."""
    error: Raised | None = None
    death: str = ""
    """How the process ended, if the import did not: a predicate."""


class Interpreter:
    """A Python with a search path, in a directory that is to have its home, temporary and current directories."""

    def __init__(self, executable: str, path: SearchPath, directory: str, timeout: float) -> None:
        self._executable = executable
        self._path = path
        self._directory = Path(directory)
        self._timeout = timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._importing: int | None = None

    def import_first(self, name: str) -> Observation:
        """What importing `name` before anything else does; `InterpreterError` if that cannot be found out."""
        process = self._process or self._start()
        assert process.stdin is not None
        with suppress(OSError):  # one that has ended is heard of when its answer is read
            process.stdin.write(name.encode())
            process.stdin.flush()
        try:
            return self._read_answer(process)
        finally:
            if self._importing is not None or process.poll() is not None:
                self.stop()

    def stop(self) -> None:
        """End its process and the import that is under way; the next import starts it anew."""
        if self._importing is not None and hasattr(os, "killpg"):
            with suppress(OSError):
                os.killpg(self._importing, 9)
        self._importing = None
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _start(self) -> subprocess.Popen[bytes]:
        folders = {name: self._directory / name for name in ("home", "temporary", "bytecode", "current")}
        for folder in folders.values():
            folder.mkdir(exist_ok=True)
        program = _CHILD.read_text(encoding="utf-8")
        first, last = self._path.first, self._path.last
        try:
            self._process = subprocess.Popen(
                [self._executable, "-c", program, str(len(first)), *first, *last],
                cwd=folders["current"],
                env=_variables(os.environ, self._path.pythonpath, folders),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise InterpreterError(f"`{self._executable}` cannot be run: {error.strerror}") from error
        assert self._process.stdout is not None
        self._lines = queue.Queue()
        threading.Thread(target=_read_lines, args=(self._process.stdout, self._lines), daemon=True).start()
        return self._process

    def _read_answer(self, process: subprocess.Popen[bytes]) -> Observation:
        """Up to the line with the exit status, or the end of the process, or of the time."""
        deadline = time.monotonic() + self._timeout
        answer: Observation | None = None
        is_importing = False
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return answer or Observation(death=f"is not done after {self._timeout:g} s")
            if line is None:
                code = process.wait()
                break
            if line.startswith("#"):
                code = os.waitstatus_to_exitcode(int(line[1:]))
                break
            if line.startswith("{"):
                answer = msgspec.convert(ast.literal_eval(line), Observation)
            else:
                self._importing, is_importing = int(line), True
        self._importing = None
        if not is_importing:
            raise InterpreterError(
                f"`{self._executable}` ends with exit code {code} before it imports anything"
            )
        return answer or Observation(death=_death(code))


def _read_lines(stream: IO[bytes], lines: queue.Queue[str | None]) -> None:
    """Pass on a stream's lines, and None at its end."""
    with suppress(OSError, ValueError):
        for line in stream:
            lines.put(line.decode().rstrip("\n"))
    lines.put(None)


def _variables(
    environ: Mapping[str, str], pythonpath: tuple[str, ...], folders: Mapping[str, Path]
) -> dict[str, str]:
    """The variables that the imported code sees: few, so that they are the same for everybody."""
    return {
        **{name: value for name, value in environ.items() if name in PASSED_ON},
        **dict.fromkeys(("HOME", "USERPROFILE"), str(folders["home"])),
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folders["temporary"])),
        "PYTHONPATH": os.pathsep.join(pythonpath),
        "PYTHONUSERBASE": site.getuserbase(),  # else it would be sought in the new home
        "PYTHONPYCACHEPREFIX": str(folders["bytecode"]),
        "PYTHONHASHSEED": "0",
    }


def _death(code: int) -> str:
    return f"ends the process by signal {-code}" if code < 0 else f"ends the process with exit code {code}"
