"""Each file is read once: from the store, by a worker, or by the reader itself, with the same facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from importlint.check import check
from importlint.config import load_settings
from importlint.errors import InternalError
from importlint.progress import Progress
from importlint.project import Project
from importlint.reading import pool, reader
from importlint.reading.reader import Reader
from importlint.reading.record import Record, encode, read_record
from importlint.syntax.facts import ModuleFacts
from importlint.syntax.read import read_facts
from importlint.syntax.source import ProblemKind, SourceProblem
from importlint.syntax.traverse import statements
from tests.trees import Tree

PADDING = "# many bytes, of which little is made\n" * 4_000
MANY = {f"pkg/m{number}.py": f"import pkg.m{number + 1}\n{PADDING}" for number in range(12)}
"""More bytes than are read by one process."""


class MemoryStore:
    """Remembers records by path alone."""

    def __init__(self, known: dict[str, bytes] | None = None) -> None:
        self.known = known or {}
        self.kept: dict[str, Record] = {}

    def find(self, path: str) -> bytes | None:
        return self.known.get(path)

    def keep(self, path: str, record: Record) -> None:
        assert path not in self.kept
        self.kept[path] = record


def tell_nothing(path: str) -> Record:
    raise AssertionError(f"{path} is read again")


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    return [str(Tree(MANY).write(tmp_path) / path) for path in MANY]


@pytest.mark.parametrize("jobs", [1, 3])
def test_facts_are_those_of_the_file(files: list[str], jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = {path: read_facts(path) for path in files}
    store = MemoryStore()
    reading = Reader(jobs, Progress(), store)
    reading.prefetch(files)
    monkeypatch.setattr(reader, "read_record", tell_nothing)
    assert {path: reading.facts(path) for path in files} == expected
    assert {path: record.encoded for path, record in store.kept.items()} == {
        path: encode(facts) for path, facts in expected.items()
    }


def test_without_prefetching(files: list[str]) -> None:
    reading = Reader(2, Progress())
    assert reading.facts(files[0]) == read_facts(files[0])
    assert reading.facts(files[0]) is reading.facts(files[0])


def test_what_the_store_knows_is_not_read(files: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    expected = {path: read_facts(path) for path in files}
    store = MemoryStore({path: encode(facts) for path, facts in expected.items()})
    monkeypatch.setattr(reader, "read_record", tell_nothing)
    reading = Reader(2, Progress(), store)
    assert reading.facts(files[0]) == expected[files[0]]
    reading.prefetch(files)
    assert {path: reading.facts(path) for path in files} == expected
    assert store.kept == {}


@pytest.mark.parametrize("damaged", [b"", b"F\\x90", b"junk"])
def test_damage_in_the_store_is_read_again(files: list[str], damaged: bytes) -> None:
    store = MemoryStore({files[0]: damaged})
    assert Reader(1, Progress(), store).facts(files[0]) == read_facts(files[0])
    assert store.kept == {files[0]: read_record(files[0])}


def test_what_workers_do_not_read_is_read_here(files: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    problem = SourceProblem(ProblemKind.UNREADABLE, "the process that read it died (SIGKILL)")
    death = Record(None, b"", encode(problem))

    def most_die(paths: Sequence[tuple[str, int]], _jobs: int, found: pool.Found) -> None:
        for path, _ in paths[1:]:
            found(path, death)

    monkeypatch.setattr(pool, "read_in_parallel", most_die)
    store = MemoryStore()
    reading = Reader(2, Progress(), store)
    reading.prefetch(files)
    assert [reading.facts(path) for path in files] == [read_facts(files[0]), *[problem] * 11]
    assert store.kept == dict.fromkeys(files[1:], death) | {files[0]: read_record(files[0])}


def test_what_is_nested_too_deeply_to_be_written_down(tmp_path: Path) -> None:
    """msgspec follows data to a depth that depends on the version of Python."""
    file = tmp_path / "long.py"
    file.write_text("if a: x = 1\n" + "elif b: x = 2\n" * 1500)
    facts = Reader(1, Progress()).facts(str(file))
    assert isinstance(facts, ModuleFacts)
    assert len(list(statements(facts.body))) == 3002


def test_warnings_about_the_code_are_not_shown(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = f"x = '\\d'\nif x is 'y':\n    pass\n{PADDING}"
    paths = [str(Tree({f"{name}.py": text}).write(tmp_path) / f"{name}.py") for name in "abcdef"]
    Reader(3, Progress()).prefetch(paths)
    assert capfd.readouterr() == ("", "")


# ---- in a project


@pytest.fixture
def project(tmp_path: Path) -> Callable[[int], Project]:
    Tree({**MANY, "pkg/m12.py": "", "pkg/__init__.py": "import absent\n"}).write(tmp_path)
    return lambda jobs: Project(
        load_settings(str(tmp_path), isolated=True, path=[], jobs=jobs), ("pkg",), cwd=str(tmp_path)
    )


def test_findings_are_those_of_one_process(project: Callable[[int], Project]) -> None:
    report = check(project(1))
    assert [each.code for each in report.diagnostics] == ["IL101"]
    assert check(project(4)) == report


@pytest.mark.parametrize("jobs", [1, 4])
def test_failure_of_importlint_names_the_file(
    project: Callable[[int], Project], jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: str) -> Record:
        if path.endswith("m7.py"):
            raise KeyError("odd")
        return read_record(path)

    monkeypatch.setattr(pool, "read_record", fail)
    monkeypatch.setattr(reader, "read_record", fail)
    with pytest.raises(InternalError, match=r"internal error while analysing `pkg/m7\.py`") as raised:
        check(project(jobs))
    assert isinstance(raised.value.__cause__, KeyError)
