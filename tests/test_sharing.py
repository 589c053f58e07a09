"""Work in several processes: its results are those of one, whatever becomes of the others."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from importlint import disk, sharing
from importlint.cache.database import Database
from importlint.cache.results import Witness
from importlint.cache.store import Store
from importlint.check import check
from importlint.config import load_settings
from importlint.disk import heard_by
from importlint.project import Project
from importlint.rulebook import examples, page_directory, page_paths, parse_page
from importlint.rules import RULES
from importlint.rules.declaration import Rule
from importlint.sharing import in_turn
from tests.processes import lives, running, wait_for
from tests.trees import Tree

pytestmark = pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="nothing is forked there")


def project_of(tree: Tree, root: Path, jobs: int = 2, store: Store | None = None) -> Project:
    tree.write(root)
    settings = load_settings(str(root), isolated=True, path=[], jobs=jobs, extend_select=("IL",))
    return Project(settings, (".",), cwd=str(root), store=store)


@pytest.fixture(autouse=True)
def _is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every project is large enough."""
    monkeypatch.setattr(sharing, "_MANY", 0)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = project_of(Tree({"a.py": "", "b.py": ""}), tmp_path / "project")
    assert project.modules
    return project


Work = Callable[[], object]


class Meeting:
    """Work on two pieces that ends only when both are begun, so that each is done by a process of its own."""

    def __init__(self, place: Path, in_fork: Work = lambda: "in fork", here: Work = lambda: "here") -> None:
        self._place = place
        self._us = os.getpid()
        self._in_fork = in_fork
        self._here = here
        place.mkdir()

    def __call__(self, piece: int) -> object:
        self._place.joinpath(str(os.getpid())).touch()
        wait_for(lambda: len(os.listdir(self._place)) > 1)
        return self._here() if os.getpid() == self._us else self._in_fork()

    def results(self, project: Project) -> list[object]:
        return list(in_turn(project, self, (0, 1)))


CRASHES = {
    f"{name}/{file}.py": text.format(name)
    for name in ("one", "two", "three")
    for file, text in (
        ("__init__", ""),
        ("a", "from {}.b import x\ny = 1\n"),
        ("b", "from {}.a import y\nx = 1\n"),
    )
}
"""Three cycles that fail, whose remedies are shared out while other rules still run."""


def pages() -> Iterator[object]:
    """The first project of each page, and one of several crashes."""
    yield pytest.param(Tree(CRASHES), id="crashes")
    for path in page_paths(page_directory()):
        page = parse_page(path, Path(path).read_text(encoding="utf-8"))
        yield pytest.param(Tree(next(iter(examples(page))).files), id=Path(path).stem)


@pytest.mark.parametrize("tree", list(pages()))
def test_reports_are_those_of_one_process(tree: Tree, tmp_path: Path) -> None:
    """And so are the questions that they depend on."""
    witnesses, reports = [Witness(time.time_ns()) for _ in range(2)], []
    for jobs, witness in zip((1, 3), witnesses, strict=True):
        with heard_by(witness):
            reports.append(check(project_of(tree, tmp_path, jobs)))
        assert witness.is_consistent
    assert reports[0] == reports[1]
    assert witnesses[0].evidence == witnesses[1].evidence


@pytest.mark.parametrize("jobs", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 2, 300])
def test_results_are_in_order(project: Project, jobs: int, count: int) -> None:
    project.jobs = jobs
    assert list(in_turn(project, str, range(count))) == [str(number) for number in range(count)]


def test_more_than_a_pipe_has_room_for(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "_MOST", 7)
    assert list(in_turn(project, str, range(20))) == [str(number) for number in range(20)]


def test_pieces_are_shared_out(project: Project, tmp_path: Path) -> None:
    assert Meeting(tmp_path / "meeting").results(project) == ["here", "in fork"]


def test_large_results_do_not_wait_for_a_busy_parent(project: Project, tmp_path: Path) -> None:
    """A pipe would not take the first of them; the parent waits until its fork has done them all."""
    last = tmp_path / "last"

    def work(piece: int) -> str:
        if piece == 0:
            wait_for(last.exists)
        if piece == 5:
            last.touch()
        return str(piece) * 1_000_000

    assert list(in_turn(project, work, range(6))) == [str(piece) * 1_000_000 for piece in range(6)]


def test_alone_while_there_is_patience(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "_MANY", 3)
    assert set(in_turn(project, lambda _: os.getpid(), range(9))) == {os.getpid()}


def test_called_when_patience_is_at_its_end(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "_MANY", 3)
    monkeypatch.setattr(sharing, "_PATIENCE", 0.01)
    meeting = Meeting(tmp_path / "meeting")

    def work(piece: int) -> object:
        if piece:
            return meeting(piece)
        time.sleep(0.02)
        return "slow"

    assert list(in_turn(project, work, range(3))) == ["slow", "here", "in fork"]


def test_no_more_processes_than_jobs(project: Project) -> None:
    """Of what is shared out inside of what is shared out, too."""

    def count(piece: int) -> int:
        time.sleep(0.001)
        return len(multiprocessing.active_children())

    def work(piece: int) -> int:
        return max(in_turn(project, count, range(20)))

    project.jobs = 3
    assert 0 < max(in_turn(project, work, range(8))) <= 2


def test_the_end_of_one_makes_room(project: Project, tmp_path: Path) -> None:
    """While this process is at its first piece, its fork has done all others: the next can help with the first."""

    def work(piece: int) -> object:
        if piece:
            return "other"
        wait_for(lambda: sharing._room(project) == 1)
        return Meeting(tmp_path / "meeting").results(project)

    assert list(in_turn(project, work, range(3))) == [["here", "in fork"], "other", "other"]


def test_nobody_goes_on_after_the_last_result_that_is_wanted(project: Project, tmp_path: Path) -> None:
    def work(piece: int) -> int:
        if piece:
            tmp_path.joinpath(f"{os.getpid()}.pid").touch()
            time.sleep(1000)
        wait_for(lambda: bool(list(tmp_path.glob("*.pid"))))
        return piece

    with closing(in_turn(project, work, range(2))) as results:
        assert next(results) == 0
    (mark,) = tmp_path.glob("*.pid")
    assert not lives(int(mark.stem))


@pytest.mark.parametrize("each", [each for each in RULES if not each.code.startswith("IL3")], ids=str)
def test_cycles_are_run_for_one_family(each: Rule, tmp_path: Path) -> None:
    cycle = {"a.py": "from b import x\ny = 1\n", "b.py": "from a import y\nx = 1\nimport a\n"}
    project = project_of(Tree(cycle), tmp_path)
    list(each.check(project))
    assert "cycles" not in vars(project)


def test_processes_with_threads_are_not_forked(project: Project) -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        assert set(in_turn(project, lambda _: os.getpid(), range(9))) == {os.getpid()}
    finally:
        end.set()
        thread.join()


def test_no_room_for_processes(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_process: object) -> None:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr("multiprocessing.context.ForkProcess.start", fail)
    assert list(in_turn(project, str, range(3))) == ["0", "1", "2"]


# ---- what goes wrong


class Unsendable(str):
    def __reduce__(self) -> str:
        return "no such thing"


def die() -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return "never"


def fail() -> str:
    raise ZeroDivisionError


@pytest.mark.parametrize("end", [die, fail, lambda: Unsendable("odd")], ids=["dies", "fails", "is not sent"])
def test_what_a_fork_does_not_tell_is_done_here(end: Work, project: Project, tmp_path: Path) -> None:
    assert Meeting(tmp_path / "meeting", in_fork=end).results(project) == ["here", "here"]


def test_the_first_exception_comes_in_its_turn(project: Project) -> None:
    """Whichever process meets one first: an error is the same in each run."""

    def work(piece: int) -> int:
        if piece > 2:
            raise KeyError(piece)
        time.sleep(0.01)
        return piece

    results = in_turn(project, work, range(9))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(KeyError, match="3"):
        next(results)


_SLOW = """
import os, pathlib, signal, sys, time
from importlint import check, sharing
from importlint.rules.declaration import Rule
from importlint.diagnostics import Severity

signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in a shell's background ignores it
sharing._MANY = 0

def work(project):
    pathlib.Path({directory!r}, f"{{os.getpid()}}.pid").touch()
    end = time.monotonic() + 1000
    while time.monotonic() < end:
        {work}
    yield

check.RULES = tuple(Rule(code, code, Severity.ERROR, "", True, work) for code in ("IL100", "IL200", "IL300"))
from importlint.cli import main
sys.exit(main(["--jobs", "3", "--isolated", "--path", ".", "."]))
"""


@contextmanager
def slow_run(directory: Path, work: str) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A run of importlint whose three processes are busy for a long time, and their ids."""
    project = Tree({f"{name}.py": "" for name in "abc"}).write(directory / "project")
    with running(_SLOW.format(directory=str(directory), work=work), project, directory, 3) as found:
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
    with slow_run(tmp_path, "time.sleep(1)") as (run, processes):
        (os.killpg if to_all else os.kill)(run.pid, number)
        assert run.communicate(timeout=60) == ("", "")
        assert run.returncode == code
        assert not any(map(lives, processes))


@on_linux
@pytest.mark.parametrize("work", ["time.sleep(1000)", "pass"])
def test_forks_of_a_killed_parent_end(tmp_path: Path, work: str) -> None:
    """Whether they wait or are busy."""
    with slow_run(tmp_path, work) as (run, processes):
        run.kill()
        run.wait()
        wait_for(lambda: not any(map(lives, processes)))


# ---- what the cache has to hear


def test_questions_of_a_fork_are_heard(project: Project, tmp_path: Path) -> None:
    file = str(tmp_path / "project" / "b.py")

    def ask() -> None:
        disk.exists(str(tmp_path / "absent"))
        disk.read(file)

    witness = Witness(time.time_ns() + 3600 * 10**9)
    with heard_by(witness):
        Meeting(tmp_path / "meeting", in_fork=ask).results(project)
    assert witness.evidence.answers["mode"] == {str(tmp_path / "absent"): None}
    assert witness.evidence.answers["content"] == {file: disk.digest(b"")}
    assert witness.evidence.signatures == {file: disk.sign(file)}
    assert witness.is_consistent


def test_processes_that_are_answered_differently(project: Project, tmp_path: Path) -> None:
    """Then the result is not to be kept."""
    there = tmp_path / "there"

    def make_and_ask() -> bool:
        there.touch()
        return disk.exists(str(there))

    witness = Witness(time.time_ns())
    with heard_by(witness):
        assert not disk.exists(str(there))
        Meeting(tmp_path / "meeting", in_fork=make_and_ask).results(project)
    assert not witness.is_consistent


def test_what_a_fork_reads_is_kept(tmp_path: Path) -> None:
    """By the parent: two processes do not share a connection to SQLite's file."""
    other = str(Tree({"other.py": "import a\n"}).write(tmp_path / "elsewhere") / "other.py")
    facts = set()
    for known in (False, True):
        database = Database(str(tmp_path / "cache.sqlite"))
        store = Store(database, b"me", str(tmp_path), time.time_ns())
        assert (store.find(other) is not None) is known
        project = project_of(Tree({"a.py": ""}), tmp_path / "project", store=store)
        meeting = Meeting(tmp_path / f"meeting {known}", in_fork=lambda: repr(project.facts(other)))  # noqa: B023
        facts.add(meeting.results(project)[1])
        store.save()
        database.close()
        assert not database.notes
    assert len(facts) == 1


def test_a_fork_makes_its_own_connection(tmp_path: Path) -> None:
    database = Database(str(tmp_path / "cache.sqlite"))
    database.write({b"key": b"value"})
    fork = os.fork()
    if not fork:
        read = database.value(b"key") == b"value"
        database.write({b"other": b"more"})
        database.close()
        os._exit(0 if read and not database.notes else 1)
    assert os.waitpid(fork, 0)[1] == 0
    assert database.value(b"other") == b"more"
    database.write({b"key": b"new"})
    assert database.value(b"key") == b"new"
    database.close()
    assert database.notes == []
