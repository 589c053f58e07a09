"""The CPythons of this machine, asked what really happens: one child per version, which stays up.

Starting an interpreter costs far more than an answer, so `Interpreter.evaluate` sends source and JSON over a pipe
to a child that has already started. `CPython.run` is for what only a whole process can answer.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from importlint.target import SUPPORTED_VERSIONS

_FACTS = (
    "import json, sys; print(json.dumps([sys.implementation.name, sys.executable, sys.version_info[:2]]))"
)

# Runs in the child, on 3.8 and later.
ANSWER = """
import json, os, sys
programs = {}

def answer(source, arguments):
    try:
        if source not in programs:
            programs[source] = compile(source, "<evaluate>", "exec")
        namespace = {"__name__": "__evaluate__", **arguments}
        exec(programs[source], namespace)
        return json.dumps({"result": namespace.get("result")})
    except BaseException:
        import traceback
        return json.dumps({"error": traceback.format_exc()})
"""

# The pipe is a copy of standard output, so that prints cannot break it.
_SERVER = f"""
{ANSWER}
pipe = os.fdopen(os.dup(1), "w", encoding="ascii")
os.dup2(2, 1)

def answer_in_fork(source, arguments):
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        with os.fdopen(reader, encoding="ascii") as stream:
            text = stream.read()
        os.waitpid(child, 0)
        return text or json.dumps({{"error": "the fork ended without an answer"}})
    with os.fdopen(writer, "w", encoding="ascii") as stream:
        stream.write(answer(source, arguments))
    os._exit(0)

for line in sys.stdin:
    source, arguments, fresh = json.loads(line)
    print((answer_in_fork if fresh else answer)(source, arguments), file=pipe, flush=True)
"""


class Interpreter:
    """A Python that answers questions in a child, which starts with the first one and ends with this process."""

    platform = sys.platform
    """What `sys.platform` says there."""
    can_fork = True

    def __init__(self, command: Sequence[str], version: tuple[int, int]) -> None:
        self.version = version
        self._command = command
        self._child: subprocess.Popen[str] | None = None

    def __repr__(self) -> str:
        return f"CPython {self.version[0]}.{self.version[1]}"

    def evaluate(self, source: str, *, fresh: bool = False, **arguments: object) -> Any:
        """The value of `result` after `source` has run with `arguments` as its globals; JSON both ways.

        `fresh` runs it in a fork of the child, so that imports and other changes leave nothing behind.
        Raises `RuntimeError` with the child's traceback.
        """
        stdin, stdout = self._pipes()
        stdin.write(json.dumps([source, arguments, fresh]) + "\n")
        stdin.flush()
        line = stdout.readline()
        if not line:
            self._close()
        answer = json.loads(line or '{"error": "the child has ended"}')
        if "error" in answer:
            raise RuntimeError(f"{self!r}: {answer['error']}")
        return answer["result"]

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        if self._child is None:
            self._child = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="ascii",
                env=clean_environment(),
                cwd=os.path.dirname(self._command[0]),
            )
            atexit.register(self._close)
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        return self._child.stdin, self._child.stdout

    def kill(self) -> None:
        """End the child while it works on a question, which raises then; the next one starts another."""
        if self._child is not None:
            self._child.kill()

    def _close(self) -> None:
        if self._child is not None:
            child, self._child = self._child, None
            with child:
                assert child.stdin is not None
                child.stdin.close()


class CPython(Interpreter):
    """One that is installed, which can run whole programs, too."""

    def __init__(self, executable: str, version: tuple[int, int]) -> None:
        super().__init__([executable, "-c", _SERVER], version)
        self.executable = executable

    def run(
        self, args: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """What `python args` prints when it is run in `cwd` in a clean environment with `env` added."""
        return run(self.executable, args, cwd, env)


def run(
    executable: str,
    args: Sequence[str],
    cwd: Path,
    env: Mapping[str, str] | None = None,
    timeout: float = 120,
) -> subprocess.CompletedProcess[str]:
    """What any `executable` prints when run with `args` in `cwd`, in a clean environment with `env` added."""
    return subprocess.run(
        [executable, *args],
        cwd=cwd,
        env={**clean_environment(), **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        timeout=timeout,
    )


def clean_environment() -> dict[str, str]:
    """This process's environment without what steers Python; output in UTF-8, hashes fixed, no bytecode."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "VIRTUAL_ENV", "CONDA", "PYENV"))
    }
    return {
        **kept,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "PYTHONUTF8": "1",
    }


@functools.cache
def interpreters() -> tuple[CPython, ...]:
    """Every supported CPython on `PATH` and among pyenv's, no virtual environments, sorted by version."""
    names = [f"python{major}.{minor}" for major, minor in SUPPORTED_VERSIONS]
    directories = dict.fromkeys(os.environ.get("PATH", os.defpath).split(os.pathsep))
    on_path = [shutil.which(name, path=directory) for directory in directories for name in names]
    in_pyenv = sorted(str(path) for path in Path.home().glob(".pyenv/versions/*/bin/python"))
    paths = dict.fromkeys(path for path in [*on_path, *in_pyenv] if path)
    cpythons = {cpython.executable: cpython for path in paths for cpython in _identify(path)}
    return tuple(sorted(cpythons.values(), key=lambda cpython: cpython.version))


@functools.cache
def installed() -> tuple[CPython, ...]:
    """One CPython for each supported minor version that is installed, oldest first."""
    first = {cpython.version: cpython for cpython in reversed(interpreters())}
    return tuple(first[version] for version in sorted(first))


def _identify(path: str) -> list[CPython]:
    """The CPython behind `path`, which may be a shim for a version that is not active; else nothing."""
    program = _FACTS + "; sys.exit(sys.prefix != sys.base_prefix)"
    answer = run(path, ["-c", program], Path("/"))
    if answer.returncode:
        return []
    implementation, executable, version = json.loads(answer.stdout)
    supported = implementation == "cpython" and tuple(version) in SUPPORTED_VERSIONS
    return [CPython(os.path.realpath(executable), (version[0], version[1]))] if supported else []
