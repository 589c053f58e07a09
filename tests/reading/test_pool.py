"""Workers: what they read, what is left of them when they or their parent die, and that they do not outlive it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from importlint.reading import pool
from importlint.reading.pool import read_in_parallel
from importlint.reading.record import Record, encode, read_record
from importlint.syntax.source import ProblemKind, SourceProblem
from tests.processes import lives, running, wait_for
from tests.trees import Tree

PROJECT = Path(__file__).resolve().parents[2]
FILES = sorted(map(str, PROJECT.joinpath("importlint", "syntax").rglob("*.py")))
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(PROJECT)}
MEGABYTES = 1 << 30
"""A size, in place of a file's own, for which any number of workers is worth it."""

Read = Callable[[str], "Record"]


def read(paths: list[str], jobs: int = 2) -> dict[str, Record]:
    """What workers make of files, each of which is told of once."""
    found: dict[str, Record] = {}

    def take(path: str, what: Record) -> None:
        assert path not in found
        found[path] = what

    read_in_parallel([(path, MEGABYTES) for path in paths], jobs, take)
    return found


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Callable[[Read], None]:
    """Puts a function in the place of what workers do with a path; they have it because they are forked."""
    return lambda function: monkeypatch.setattr(pool, "read_record", function)


WAYS = [sys.platform != "darwin", False] if sys.version_info >= (3, 11) else [True]
"""Whether workers are forked, as far as there are these ways."""

forked = pytest.mark.skipif(sys.platform == "darwin", reason="no worker is forked there")


@pytest.mark.parametrize("jobs", [2, 5])
@pytest.mark.parametrize("forks", WAYS)
def test_records_are_those_of_one_process(
    jobs: int, forks: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pool, "can_fork", lambda: forks)
    absent = str(tmp_path / "absent.py")
    broken = Tree({"broken.py": "def", "odd.py": b"\xff"}).write(tmp_path)
    paths = [*FILES, absent, *map(str, broken.iterdir())]
    assert read(paths, jobs) == {path: read_record(path) for path in paths}


def test_one_worker_is_none() -> None:
    assert read(FILES, jobs=1) == {}


def test_few_bytes_are_not_worth_it() -> None:
    found: list[str] = []
    read_in_parallel([(path, 10) for path in FILES], 4, lambda path, _: found.append(path))
    assert found == []


def test_chunks_begin_with_the_largest_files_and_have_each_once() -> None:
    sizes = [(f"{number}.py", number * 7919 % 300_000) for number in range(1000)]
    chunks = list(pool._chunks(sizes))
    paths = [path for chunk in chunks for path in chunk]
    assert sorted(paths) == sorted(path for path, _ in sizes)
    assert [dict(sizes)[path] for path in paths] == sorted((size for _, size in sizes), reverse=True)
    assert all(len(chunk) == 1 or sum(dict(sizes)[path] for path in chunk) <= 128 * 1024 for chunk in chunks)
    assert max(map(len, pool._chunks([(str(number), 0) for number in range(1000)]))) == 100


_NEW_INTERPRETERS = """
import sys
from importlint.reading import pool

def main():
    pool.can_fork = lambda: False
    found = []
    pool.read_in_parallel([(path, 1 << 30) for path in sys.argv[1:]], 2, lambda path, _: found.append(path))
    print(len(found))

if __name__ == "__main__":
    main()
"""


def test_new_interpreters_import_nothing_of_what_is_analysed(tmp_path: Path) -> None:
    """`python -c`, which `multiprocessing` starts, would look for the standard library in the current directory."""
    trap = f"open({str(tmp_path / 'trapped')!r}, 'w')\n"
    names = (
        "multiprocessing/__init__",
        "msgspec/__init__",
        "pickle",
        "struct",
        "socket",
        "random",
        "importlint",
    )
    Tree({f"project/{name}.py": trap for name in names}).write(tmp_path)
    script = Tree({"bin/run.py": _NEW_INTERPRETERS}).write(tmp_path) / "bin" / "run.py"
    project = tmp_path / "project"
    done = subprocess.run(
        [sys.executable, str(script), *map(str, project.glob("*.py"))],
        cwd=project,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    # Before Python 3.11 nothing keeps interpreters from looking there, so none are started.
    expected = "5\n" if sys.version_info >= (3, 11) else "0\n"
    assert (done.stdout, done.stderr) == (expected, "")
    assert not (tmp_path / "trapped").exists()


# ---- deaths


def death(words: str) -> Record:
    """What is told of the file that a worker was on."""
    problem = SourceProblem(ProblemKind.UNREADABLE, f"the process that read it {words}")
    return Record(None, b"", encode(problem))


@forked
@pytest.mark.parametrize(
    ("end", "words"),
    [
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "died (SIGKILL)"),
        (lambda: os._exit(3), "died (exit code 3)"),
        (lambda: os.kill(os.getpid(), 40), "died (signal 40)"),
    ],
)
def test_death_costs_the_file_that_was_read(
    end: Callable[[], None], words: str, reading: Callable[[Read], None]
) -> None:
    deadly = FILES[1::4]

    def read_or_die(path: str) -> Record:
        if path in deadly:
            end()
        return read_record(path)

    reading(read_or_die)
    died = death(words)
    assert read(FILES) == {path: died if path in deadly else read_record(path) for path in FILES}


@forked
def test_death_in_the_middle_of_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pipe holds the beginning of a message, and no more comes: so it goes with every file."""

    def work(pipe: Connection, others: Iterable[Connection]) -> None:
        for other in others:
            other.close()
        pipe.send(pool._READY)
        pipe.recv()
        os.write(pipe.fileno(), b"\0\1\0\0abc")
        os._exit(9)

    monkeypatch.setattr(pool, "_work", work)
    assert read(FILES) == dict.fromkeys(FILES, death("died (exit code 9)"))


@forked
def test_nothing_is_blamed_on_workers_that_do_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_work", lambda *_: os._exit(1))
    assert read(FILES) == {}


def test_no_room_for_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_process: object) -> None:
        raise BlockingIOError("Resource temporarily unavailable")

    for context in ("ForkProcess", "SpawnProcess"):
        monkeypatch.setattr(f"multiprocessing.context.{context}.start", fail)
    assert read(FILES) == {}


@forked
def test_exceptions_leave_their_file_to_the_parent(reading: Callable[[Read], None]) -> None:
    def fail(path: str) -> Record:
        if path == FILES[2]:
            raise KeyError(path)
        return read_record(path)

    reading(fail)
    assert read(FILES) == {path: read_record(path) for path in FILES if path != FILES[2]}


# ---- orphans


_SLOW = """
import os, pathlib, signal, sys, time
from importlint.reading import pool

signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in a shell's background ignores it

def read_slowly(path, read=pool.read_record):
    name = pathlib.Path({directory!r}, f"{{os.getpid()}}.part")
    name.touch()
    name.rename(name.with_suffix(".pid"))
    time.sleep({seconds})
    return read(path)

pool.read_record = read_slowly
from importlint.cli import main
sys.exit(main(["--jobs", "3", "--isolated", "--path", ".", "."]))
"""


@contextmanager
def slow_run(directory: Path, seconds: float) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A run of importlint whose three workers take `seconds` for each file and are at their first; their ids."""
    project = Tree({f"m{number}.py": "# padding\n" * 30_000 for number in range(6)}).write(
        directory / "project"
    )
    script = _SLOW.format(directory=str(directory), seconds=seconds)
    with running(script, project, directory, 3) as found:
        yield found


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")


@on_linux
@pytest.mark.parametrize("to_all", [True, False], ids=["the group", "the parent"])
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)], ids=["SIGINT", "SIGTERM"]
)
def test_interruption_ends_all_at_once(
    tmp_path: Path, number: signal.Signals, code: int, to_all: bool
) -> None:
    with slow_run(tmp_path, 1000) as (run, workers):
        (os.killpg if to_all else os.kill)(run.pid, number)
        assert run.communicate(timeout=60) == ("", "")
        assert run.returncode == code
        assert not any(map(lives, workers))
    again = [sys.executable, "-m", "importlint", "--isolated", "--path", ".", "."]
    done = subprocess.run(again, cwd=tmp_path / "project", env=ENVIRONMENT, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")  # what it left in the cache is sound


@on_linux
def test_workers_of_a_killed_parent_end_with_the_file_that_they_read(tmp_path: Path) -> None:
    with slow_run(tmp_path, 1) as (run, workers):
        run.kill()
        run.wait()
        wait_for(lambda: not any(map(lives, workers)))


@on_linux
def test_run_goes_on_without_a_killed_worker(tmp_path: Path) -> None:
    with slow_run(tmp_path, 0.5) as (run, workers):
        os.kill(workers[0], signal.SIGKILL)
        out, err = run.communicate(timeout=60)
        (finding,) = out.splitlines()
        file, _, message = finding.partition(":1:1: IL004 ")
        assert message == f"`{file}` cannot be read: the process that read it died (SIGKILL)"
        assert (run.returncode, err) == (1, "")
