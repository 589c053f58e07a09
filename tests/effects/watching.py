"""Imports a module in a fresh process of CPython, 3.12 or later, and gives what `watcher.py` saw."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from tests.cpython import clean_environment
from tests.effects.observer import KIND_OF_EVENT, WRITING

_EVENTS = {
    **KIND_OF_EVENT,
    "builtins.input": "blocking",
    "os.chdir": "process-state",
    "resource.setrlimit": "process-state",
    "sqlite3.connect": "database",
    "time.sleep": "blocking",
}
_WATCHER = Path(__file__).with_name("watcher.py")
_STACK = re.compile(r'^  File "(.+)", line (\d+) in <module>$', re.MULTILINE)
"""What `faulthandler` writes of a module's body, the innermost first."""
_NO_DISPLAY = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")


class Observation(Struct, frozen=True, array_like=True):
    """An effect that was seen."""

    kind: str
    """A kind, or `=NAME` for an attribute that has another value than before."""
    subject: str
    """The audit event, the function or the module's name, where that is known."""
    through: str
    """The file of a library whose import has the effect; empty if it is the place's own."""
    places: tuple[tuple[str, int], ...]
    """Files and lines of the bodies that run, the innermost first."""
    is_difference: bool = False
    """Whether the state of the process differs, and not an event or a call tells."""


class Watched(Struct, frozen=True, kw_only=True):
    """What importing one module did."""

    observations: tuple[Observation, ...]
    reached: dict[str, tuple[int, ...]]
    """The lines that ran, of each file whose lines were watched."""
    ended: frozenset[str]
    """The files whose modules ran to their end."""
    patched: tuple[str, ...]
    """Attributes of library modules that have another value than after their import."""
    problem: str
    """How the import failed; empty if it did not."""


class Watcher:
    """A CPython whose imports are watched, each in a process and a directory of its own.

    There is no network and no display, and bytecode is kept where `directory` says.
    """

    def __init__(self, python: str, directory: Path, roots: Sequence[Path], patience: float = 60) -> None:
        self._python = python
        self._bytecode = directory
        self._roots = [f"{root}{os.sep}" for root in roots]
        self._patience = patience

    def watch(
        self,
        entry: str,
        *,
        path: Sequence[str] = (),
        passed: Iterable[str] = (),
        attributes: Iterable[str] = (),
    ) -> Watched:
        """Import `entry`, with `path` before everything else on `sys.path`.

        The lines of files in `passed` are not watched; of `attributes`, by their dotted names, is told when they
        have another value.
        """
        with tempfile.TemporaryDirectory(prefix="watch-", ignore_cleanup_errors=True) as directory:
            home = Path(directory, "home")
            home.mkdir()
            told, question = Path(directory, "told"), Path(directory, "question")
            asked = {
                "entry": entry,
                "path": list(path),
                "roots": self._roots,
                "passed": sorted(passed),
                "events": _EVENTS,
                "writing": WRITING,
                "attributes": sorted(attributes),
                "patience": self._patience,
                "told": str(told),
            }
            question.write_bytes(msgspec.json.encode(asked))
            with open(Path(directory, "output"), "wb") as output:
                self._run([self._python, str(_WATCHER), str(question)], home, output)
            text = told.read_text(encoding="utf-8", errors="surrogateescape") if told.exists() else ""
            return _watched(text, tuple(self._roots))

    def _run(self, command: list[str], home: Path, output: Any) -> None:
        """Run until the end, or until patience is over by far; what it has started ends with it."""
        kept = {name: value for name, value in clean_environment().items() if name not in _NO_DISPLAY}
        own = {
            "HOME": str(home),
            "TMPDIR": str(home),
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(self._bytecode),
        }
        child = subprocess.Popen(
            command,
            cwd=home,
            env={**kept, **own},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(self._patience + 30)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _watched(text: str, roots: tuple[str, ...]) -> Watched:
    said: dict[str, list[list[Any]]] = {}
    for line in text.splitlines():
        if line.startswith("["):
            first, *rest = msgspec.json.decode(line)
            said.setdefault(first, []).append(rest)
    observations = msgspec.convert(tuple(said.get("effect", ())), tuple[Observation, ...])
    problem = said["end"][0][0] if "end" in said else "the process has ended"
    waiting = [(file, int(line)) for file, line in _STACK.findall(text) if file.startswith(roots)]
    if "Timeout (" in text:
        problem = "patience is over"
        observations += (Observation("blocking", "", "", tuple(waiting)),) if waiting else ()
    reached: dict[str, tuple[int, ...]] = {}
    for file, lines in (*said.get("ended", ()), *said.get("left", ())):
        reached[file] = (*reached.get(file, ()), *lines)
    return Watched(
        observations=observations,
        reached=reached,
        ended=frozenset(file for file, _ in said.get("ended", ())),
        patched=tuple(said["patched"][0][0]) if "patched" in said else (),
        problem=problem,
    )
