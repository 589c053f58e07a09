"""Rules in two processes: they find what they find in one, whatever becomes of the other process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from importlint import disk, sharing
from importlint.cache.database import Database
from importlint.cache.results import Witness
from importlint.cache.store import Store
from importlint.check import check
from importlint.config import load_settings
from importlint.diagnostics import Finding, Location, Severity
from importlint.disk import heard_by
from importlint.project import Project
from importlint.rulebook import examples, page_directory, page_paths, parse_page
from importlint.rules import RULES
from importlint.rules.declaration import Rule
from importlint.sharing import Found, found_together
from importlint.syntax.facts import Span
from tests.processes import lives, running, wait_for
from tests.trees import Tree

PROJECT = Path(__file__).resolve().parents[1]
TWO = {"a.py": "", "b.py": ""}

pytestmark = pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="nothing is forked there")


@pytest.fixture(autouse=True)
def _is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each module is worth a process."""
    monkeypatch.setattr(sharing, "_PER_PROCESS", 1)


def project_of(tree: Tree, root: Path, jobs: int = 2, store: Store | None = None) -> Project:
    tree.write(root)
    settings = load_settings(str(root), isolated=True, path=[], jobs=jobs, extend_select=("IL",))
    return Project(settings, (".",), cwd=str(root), store=store)


def rule(code: str, find: Callable[[Project], str]) -> Rule:
    """A rule that finds what `find` says."""

    def check(project: Project) -> Iterator[Finding]:
        yield Finding(location=Location("a.py", Span(1, 1, 1, 1)), message=find(project), module="a")

    return Rule(code, f"rule-{code}", Severity.ERROR, "", True, check)


def messages(found: Found) -> dict[str, list[str]]:
    return {code: [finding.message for finding in findings] for code, findings in found.items()}


def nothing() -> None:
    pass


class Meeting:
    """Two rules that end only when both have begun, so that each is done by a process of its own."""

    def __init__(
        self,
        place: Path,
        in_fork: Callable[[Project], str] = lambda _: "in fork",
        here: Callable[[Project], str] = lambda _: "here",
    ) -> None:
        self._place = place
        self._us = os.getpid()
        self._in_fork = in_fork
        self._here = here
        place.mkdir(exist_ok=True)
        self.rules = (rule("IL100", self._meet), rule("IL200", self._meet))

    def _meet(self, project: Project) -> str:
        self._place.joinpath(str(os.getpid())).touch()
        wait_for(lambda: len(os.listdir(self._place)) > 1)
        return (self._here if os.getpid() == self._us else self._in_fork)(project)


def pages() -> Iterator[object]:
    """The first project of each page that is checked."""
    for path in page_paths(page_directory()):
        page = parse_page(path, Path(path).read_text(encoding="utf-8"))
        yield pytest.param(Tree(next(iter(examples(page))).files), id=Path(path).stem)


@pytest.mark.parametrize("tree", list(pages()))
def test_reports_are_those_of_one_process(tree: Tree, tmp_path: Path) -> None:
    alone, together = (check(project_of(tree, tmp_path, jobs)) for jobs in (1, 3))
    assert together == alone


def test_families_are_shared_out(tmp_path: Path) -> None:
    meeting = Meeting(tmp_path / "meeting")
    done: list[None] = []
    found = found_together(
        project_of(Tree(TWO), tmp_path / "project"), meeting.rules, lambda: done.append(None)
    )
    assert sorted(messages(found).values()) == [["here"], ["in fork"]]
    assert len(done) == 2


def test_rules_of_one_family_stay_together(tmp_path: Path) -> None:
    """Each family needs stages that take long: computed in two processes, they would take twice as long."""
    rules = [rule(f"IL{number}", lambda _: str(os.getpid())) for number in (101, 102, 103, 301, 302, 501)]
    found = messages(found_together(project_of(Tree(TWO), tmp_path, 4), rules, nothing))
    assert found["IL101"] == found["IL102"] == found["IL103"]
    assert found["IL301"] == found["IL302"]


@pytest.mark.parametrize("each", [each for each in RULES if not each.code.startswith("IL3")], ids=str)
def test_cycles_are_run_for_one_family(each: Rule, tmp_path: Path) -> None:
    cycle = {"a.py": "from b import x\ny = 1\n", "b.py": "from a import y\nx = 1\nimport a\n"}
    project = project_of(Tree(cycle), tmp_path)
    list(each.check(project))
    assert "cycles" not in vars(project)


@pytest.mark.parametrize(
    ("jobs", "files", "rules"), [(1, TWO, 2), (2, {"a.py": ""}, 2), (2, TWO, 1)], ids=str
)
def test_is_not_worth_it(jobs: int, files: dict[str, str], rules: int, tmp_path: Path) -> None:
    some = [rule("IL100", lambda _: ""), rule("IL200", lambda _: "")][:rules]
    assert found_together(project_of(Tree(files), tmp_path, jobs), some, nothing) == {}


def test_processes_with_threads_are_not_forked(tmp_path: Path) -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        rules = (rule("IL100", lambda _: ""), rule("IL200", lambda _: ""))
        assert found_together(project_of(Tree(TWO), tmp_path), rules, nothing) == {}
    finally:
        end.set()
        thread.join()


def test_no_room_for_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_process: object) -> None:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr("multiprocessing.context.ForkProcess.start", fail)
    rules = (rule("IL100", lambda _: "one"), rule("IL200", lambda _: "two"))
    found = found_together(project_of(Tree(TWO), tmp_path), rules, nothing)
    assert messages(found) == {"IL100": ["one"], "IL200": ["two"]}


# ---- what goes wrong


def die(_project: Project) -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return "never"


def fail(_project: Project) -> str:
    raise ZeroDivisionError


@pytest.mark.parametrize("end", [die, fail])
def test_what_a_fork_does_not_tell_is_left(
    end: Callable[[Project], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = Meeting(tmp_path / "meeting", in_fork=end)
    project = project_of(Tree(TWO), tmp_path / "project")
    assert list(messages(found_together(project, meeting.rules, nothing)).values()) == [["here"]]


@pytest.mark.parametrize("end", [die, fail])
def test_left_rules_are_done_here(
    end: Callable[[Project], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = Meeting(tmp_path / "meeting", in_fork=end)
    monkeypatch.setattr("importlint.check.RULES", meeting.rules)
    report = check(project_of(Tree(TWO), tmp_path / "project"))
    assert [each.finding.message for each in report.diagnostics] == ["here", "here"]


def test_the_first_rule_that_fails_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever process fails first: an error is the same in each run."""

    def complain(project: Project) -> str:
        raise KeyError("the second")

    rules = (rule("IL100", fail), rule("IL200", complain), rule("IL300", complain))
    monkeypatch.setattr("importlint.check.RULES", rules)
    with pytest.raises(ZeroDivisionError):
        check(project_of(Tree(TWO), tmp_path))


class Unsendable(str):
    def __reduce__(self) -> str:
        return "no such thing"


def test_findings_that_cannot_be_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no more than a fork that died."""

    def odd(_project: Project) -> str:
        return Unsendable("odd")

    meeting = Meeting(tmp_path / "meeting", in_fork=odd)
    found = found_together(project_of(Tree(TWO), tmp_path / "project"), meeting.rules, nothing)
    assert list(messages(found).values()) == [["here"]]


_SLOW = """
import os, pathlib, signal, sys, time
from importlint import check, sharing
from importlint.rules.declaration import Rule
from importlint.diagnostics import Severity

signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in a shell's background ignores it
sharing._PER_PROCESS = 1

def work(project):
    pathlib.Path({directory!r}, f"{{os.getpid()}}.pid").touch()
    end = time.monotonic() + 1000
    while time.monotonic() < end:
        {work}
    yield

check.RULES = tuple(Rule(code, code, Severity.ERROR, "", True, work) for code in ("IL100", "IL200", "IL500"))
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


def test_questions_of_a_fork_are_heard(tmp_path: Path) -> None:
    def ask(project: Project) -> str:
        disk.exists(str(tmp_path / "absent"))
        disk.read(str(tmp_path / "project" / "b.py"))
        return ""

    project = project_of(Tree(TWO), tmp_path / "project")
    assert project.modules
    witness = Witness(time.time_ns() + 3600 * 10**9)
    with heard_by(witness):
        found_together(project, Meeting(tmp_path / "meeting", in_fork=ask).rules, nothing)
    file = str(tmp_path / "project" / "b.py")
    assert witness.evidence.answers["mode"] == {str(tmp_path / "absent"): None}
    assert witness.evidence.answers["content"] == {file: disk.digest(b"")}
    assert witness.evidence.signatures == {file: disk.sign(file)}
    assert witness.is_consistent


def test_processes_that_are_answered_differently(tmp_path: Path) -> None:
    """Then the result is not to be kept."""
    there = str(tmp_path / "there")

    def make(project: Project) -> str:
        Path(there).touch()
        return str(disk.exists(there))

    project = project_of(Tree(TWO), tmp_path / "project")
    assert project.modules
    witness = Witness(time.time_ns())
    with heard_by(witness):
        disk.exists(there)
        found_together(project, Meeting(tmp_path / "meeting", in_fork=make).rules, nothing)
    assert not witness.is_consistent


def test_what_a_fork_reads_is_kept(tmp_path: Path) -> None:
    """By the parent: two processes do not share a connection to SQLite's file."""
    other = Tree({"other.py": "import a\n"}).write(tmp_path / "elsewhere") / "other.py"

    def read(project: Project) -> str:
        return repr(project.facts(str(other)))

    texts: set[str] = set()
    for expected in (False, True):
        database = Database(str(tmp_path / "cache.sqlite"))
        store = Store(database, b"me", str(tmp_path), time.time_ns())
        assert (store.find(str(other)) is not None) is expected
        project = project_of(Tree(TWO), tmp_path / "project", store=store)
        meeting = Meeting(tmp_path / f"meeting {expected}", in_fork=read)
        texts.update(text for (text,) in messages(found_together(project, meeting.rules, nothing)).values())
        store.save()
        database.close()
        assert not database.notes
    assert len(texts) == 2  # `here` and the facts, the same ones when they come out of the store


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
