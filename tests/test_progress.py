"""The progress bar: on a terminal, of runs that take a while, and gone when they end."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from importlint.progress import Bar, Progress, progress_on
from tests.trees import Tree

PROJECT = Path(__file__).resolve().parents[1]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, as the only item."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def last_look(terminal: Terminal) -> str:
    return terminal.getvalue().rpartition("\r")[2].rstrip()


def test_shows_the_innermost_stage_after_a_second(clock: list[float]) -> None:
    terminal = Terminal()
    bar = Bar(terminal)
    with bar.phase("checking", 3) as check:
        check()
        clock[0] += 0.9
        with bar.phase("reading", 250) as read:
            read()
            assert terminal.getvalue() == ""
            clock[0] += 0.2
            read()
            assert last_look(terminal).startswith("reading ")
            assert " 2/250 " in last_look(terminal)
            read()
            assert " 2/250 " in last_look(terminal)  # not so soon
        clock[0] += 0.2
        check()
        assert last_look(terminal).startswith("checking ")
        assert " 2/3 " in last_look(terminal)
    bar.close()
    assert last_look(terminal) == ""
    assert "\n" not in terminal.getvalue()


def test_short_runs_show_nothing(clock: list[float]) -> None:
    terminal = Terminal()
    bar = Bar(terminal)
    with bar.phase("reading", 2) as read:
        read()
    bar.close()
    assert terminal.getvalue() == ""


def test_only_terminals_have_a_bar() -> None:
    assert isinstance(progress_on(Terminal()), Bar)
    assert type(progress_on(io.StringIO())) is Progress


_SLOW = """
import sys, time
from importlint.reading import reader

def read_slowly(path, read=reader.read_record):
    time.sleep(0.2)
    return read(path)

reader.read_record = read_slowly
from importlint.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """A project that takes two seconds to read, with one finding."""
    return Tree({**{f"m{number}.py": "" for number in range(9)}, "a.py": "import m0, absent\n"}).write(
        tmp_path
    )


def run(slow: Path, *arguments: str, errors: int) -> str:
    """What importlint prints to its standard output."""
    return subprocess.run(
        [sys.executable, "-c", _SLOW, *arguments, "--isolated", "--path", "."],
        cwd=slow,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        check=False,
    ).stdout


@pytest.mark.skipif(sys.platform == "win32", reason="has no terminals of this kind")
@pytest.mark.parametrize(
    ("arguments", "shown"), [(("check",), True), (("graph",), True), (("check", "-q"), False)]
)
def test_on_a_terminal(slow: Path, arguments: tuple[str, ...], shown: bool) -> None:
    import fcntl
    import pty
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    out = run(slow, *arguments, errors=theirs)
    os.close(theirs)
    errors = b""
    while True:
        try:
            errors += os.read(ours, 65536)
        except OSError:  # Linux's way to say that nobody writes any more
            break
    os.close(ours)
    assert out.startswith("a")
    assert "reading" not in out
    assert (b"\rreading " in errors) is shown
    assert errors.rpartition(b"\r")[2] == b""
    assert b"\n" not in errors


def test_not_in_a_pipe(slow: Path) -> None:
    reader, writer = os.pipe()
    out = run(slow, "check", errors=writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as errors:
        assert errors.read() == b""
    assert out == "a.py:1:12: IL101 no module named `absent`\n"
