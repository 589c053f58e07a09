"""A result that is shown again is the one that a run without a cache would have, whatever was done in between."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from importlint import disk
from importlint.cache import identity
from importlint.cache.database import Database
from importlint.cache.results import Witness, verified
from importlint.cache.store import Store
from importlint.cli import check as command
from importlint.cli import main
from importlint.reading.record import Record, encode, read_record
from importlint.syntax.source import ProblemKind, SourceProblem
from tests.cache.commands import Checks, Printed, current_directory, run
from tests.trees import Tree

SITE = ".venv/lib/python3.12/site-packages"

PROJECT = Tree(
    {
        "pyproject.toml": "[tool.importlint]\nextend-select = ['IL306']\n",
        "shop/__init__.py": "",
        "shop/a.py": "from shop import b\nimport third\n",
        "shop/b.py": "from shop.a import x\n",
        "tool.py": "import shop.c\nif __name__ == '__main__':\n    shop.c.run()\n",
        ".venv/pyvenv.cfg": "home = /nowhere\nversion = 3.12.1\n",
        f"{SITE}/third.py": "",
        ".git/": b"",
    }
)

Edit = Callable[[Path], object]

TEXTS = (
    "",
    "import third\n",
    "import shopx\n",
    "import shop.a, shop.b, space.part, packed\n",
    "from shop.b import x\nx = 1\n",
    "x = 1\nfrom .a import x\n",
    "from third import *\nprint(unknown)\n",
    "import a  # importlint: ignore\n",
    "def broken(\n",
    "if __name__ == '__main__':\n    import shop.a\n",
    "import os.path\nif os.path.exists(__file__ + '.flag'):\n    import shop.absent\n",
)
MODULES = ("shop/__init__.py", "shop/a.py", "shop/b.py", "shop/c.py", "tool.py", "space/part.py", "third.py")
PLACES = ("shop/sub", "space", "src", f"{SITE}/space", f"{SITE}/shop", f"{SITE}/other-1.dist-info", "build")


def write(name: str, text: str) -> Edit:
    def edit(root: Path) -> None:
        root.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
        root.joinpath(name).write_text(text)

    return edit


def rewrite_in_place(name: str) -> Edit:
    """Other content of the same size in the same file, with its time put back."""

    def edit(root: Path) -> None:
        file = root / name
        if file.is_file():
            status = file.stat()
            file.write_text(file.read_text().replace("shop", "shpo").replace("third", "thrid"))
            os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))

    return edit


def touch(name: str) -> Edit:
    def edit(root: Path) -> None:
        if root.joinpath(name).exists():
            os.utime(root / name, (5, 5))

    return edit


def remove(name: str) -> Edit:
    def edit(root: Path) -> None:
        path = root / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    return edit


def make(name: str) -> Edit:
    return lambda root: root.joinpath(name).mkdir(parents=True, exist_ok=True)


def link(name: str, target: str) -> Edit:
    def edit(root: Path) -> None:
        if not os.path.lexists(root / name):
            root.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
            root.joinpath(name).symlink_to(target)

    return edit


def change_mode(name: str, mode: int) -> Edit:
    def edit(root: Path) -> None:
        if root.joinpath(name).is_file():
            root.joinpath(name).chmod(mode)

    return edit


def pack(name: str) -> Edit:
    """A zip file on the path, with a module in it."""

    def edit(root: Path) -> None:
        root.joinpath(SITE).mkdir(parents=True, exist_ok=True)
        root.joinpath(SITE, "packed.pth").write_text("packed.zip\n")
        with zipfile.ZipFile(root / SITE / "packed.zip", "w") as archive:
            archive.writestr(f"{name}.py", "import shop.a\n")

    return edit


EDITS: st.SearchStrategy[Edit] = st.one_of(
    st.builds(write, st.sampled_from(MODULES), st.sampled_from(TEXTS)),
    st.builds(write, st.sampled_from((f"{SITE}/third.py", f"{SITE}/space/part.py")), st.sampled_from(TEXTS)),
    st.builds(rewrite_in_place, st.sampled_from(MODULES)),
    st.builds(touch, st.sampled_from((*MODULES, "pyproject.toml", "shop"))),
    st.builds(remove, st.sampled_from((*MODULES, *PLACES, ".venv", f"{SITE}/third.py", ".gitignore"))),
    st.builds(make, st.sampled_from(PLACES)),
    st.builds(
        link,
        st.sampled_from(("linked", "shop/linked", "space")),
        st.sampled_from(("shop", "../shop", "nowhere")),
    ),
    st.builds(change_mode, st.sampled_from(("tool.py", "shop/a.py")), st.sampled_from((0o644, 0o755))),
    st.builds(pack, st.sampled_from(("packed", "space"))),
    st.builds(
        write,
        st.just(f"{SITE}/more.pth"),
        st.sampled_from(
            ("../../../../src\n", "import unknown_hook\n", "import sys; sys.path.append('/absent')\n")
        ),
    ),
    st.builds(
        write,
        st.just("Makefile"),
        st.sampled_from(
            ("run:\n\tpython tool.py\n", "run:\n\tpython -m shop.c\n", "run:\n\tpython -m shop\n")
        ),
    ),
    st.builds(write, st.just(".gitignore"), st.sampled_from(("shop/b.py\n", "tool.py\nspace/\n", "\n"))),
    st.builds(write, st.just("shop/a.py.flag"), st.just("")),
    st.builds(
        write,
        st.just("pyproject.toml"),
        st.sampled_from(
            (
                "[tool.importlint]\n",
                "[tool.importlint]\nignore = ['IL101']\n",
                "[tool.importlint]\nexclude = ['shop/b.py']\n",
                "[tool.importlint]\nsource-roots = ['src', '.']\n[tool.importlint.severity]\nIL101 = 'info'\n",
                "[tool.importlint]\nprograms = ['-m shop.b']\npython-version = '3.9'\n",
                "[project]\nname = 'shop'\nscripts = {shop = 'shop.c:main'}\n[tool.importlint]\n",
            )
        ),
    ),
)

FLAGS = st.sampled_from(
    (
        (),
        ("--output-format", "json"),
        ("--output-format", "full", "--color", "always"),
        ("--statistics",),
        ("-v",),
        ("-q", "--exit-zero"),
        ("--select", "IL1"),
        ("--python-version", "3.9"),
        ("--pythonpath", "src"),
        ("shop",),
        ("tool.py", "shop/a.py"),
        ("--isolated",),
    )
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    PROJECT.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@given(
    edits=st.lists(st.tuples(EDITS, FLAGS), min_size=1, max_size=6),
    clock=st.sampled_from((0, 3600)),
)
@example(edits=[(pack("space"), ()), (write("shop/__init__.py", TEXTS[3]), ())], clock=0)
@settings(max_examples=25)
def test_as_without_a_cache(edits: list[tuple[Edit, tuple[str, ...]]], clock: int) -> None:
    """With the clock of the files an hour behind, their signatures are relied on."""
    patch = pytest.MonkeyPatch()
    real = time.time_ns
    with patch.context() as patched, PROJECT.written() as root, current_directory(root):
        patched.delenv("VIRTUAL_ENV", raising=False)
        patched.setattr(time, "time_ns", lambda: real() + clock * 1_000_000_000)
        checks = Checks(patched)
        run()
        for edit, flags in edits:
            edit(root)
            expected = run(*flags, "--no-cache")
            before = checks.count
            assert run(*flags) == expected
            event("checked anew" if checks.count > before else "known")
            before = checks.count
            assert run(*flags) == expected
            if expected[0] != 2:
                assert checks.count == before


def test_nothing_changed(project: Path, checks: Checks) -> None:
    first = run()
    assert first[0] == 1
    for flags in ((), ("--output-format", "json"), ("--output-format", "full"), ("--statistics",), ("-v",)):
        known = run(*flags)
        assert checks.count == 1
        assert known == run("--no-cache", *flags)
        checks.count = 1


@pytest.mark.parametrize(
    "edit",
    [
        write("shop/a.py", "import nowhere\n"),
        rewrite_in_place("shop/a.py"),
        remove("shop/b.py"),
        make("shop/sub"),
        write(f"{SITE}/other.py", ""),
        write(f"{SITE}/more.pth", "/absent\n"),
        remove(".venv"),
        write("Makefile", "run:\n\tpython tool.py\n"),
        write("pyproject.toml", "[tool.importlint]\nignore = ['IL1']\n"),
        write("importlint.toml", ""),
        write(".gitignore", "shop\n"),
    ],
)
def test_what_a_result_depends_on(project: Path, checks: Checks, edit: Edit) -> None:
    run()
    edit(project)
    found = run()
    assert checks.count == 2
    assert found == run("--no-cache")


def test_variables(project: Path, checks: Checks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that were asked for count, and no others."""
    run()
    monkeypatch.setenv("SOMETHING_ELSE", "1")
    run()
    assert checks.count == 1
    monkeypatch.setenv("VIRTUAL_ENV", str(project / "absent"))
    found = run("-v")
    assert checks.count == 2
    assert found == run("-v", "--no-cache")


def test_what_makes_no_difference(project: Path, checks: Checks) -> None:
    run()
    touch("shop/a.py")(project)
    shutil.copy(project / "shop/b.py", project / "copy")
    os.replace(project / "copy", project / "shop/b.py")
    write("notes/text.txt", "")(project)
    remove("notes")(project)
    write("shop/__pycache__/a.cpython-312.pyc", "")(project)
    write("__pycache__/tool.cpython-312.pyc", "")(project)
    write(f"{SITE}/third.py", "of which nothing is imported = 1\n")(project)
    write("shop/a.py", (project / "shop/a.py").read_text())(project)
    run()
    assert checks.count == 1


def test_another_importlint(project: Path, checks: Checks, monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    monkeypatch.setattr(identity, "identity", lambda: b"another")
    run()
    assert checks.count == 2


def test_the_code_is_part_of_the_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    before = identity.identity()
    assert identity.identity() == before
    files = list(identity._own_files())
    assert {"__init__.py", "cache/identity.py", "data/standard_library.json"} <= {name for name, _ in files}
    monkeypatch.setattr(identity, "_own_files", lambda: iter([*files[:-1], (files[-1][0], b"changed")]))
    assert identity.identity() != before
    monkeypatch.setattr(identity, "_own_files", lambda: iter(files))
    assert identity.identity() == before
    monkeypatch.setattr(identity, "_libraries", lambda: {"libcst-99.dist-info"})
    assert identity.identity() != before


def test_files_that_change_while_they_are_read(
    project: Path, checks: Checks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that read two contents of one file has a result of neither."""
    real = command._check

    def check(*arguments: object) -> object:
        result = real(*arguments)  # type: ignore[arg-type]
        write("shop/a.py", "changed = 1\n")(project)
        disk.read(str(project / "shop/a.py"))
        return result

    with monkeypatch.context() as patch:
        patch.setattr(command, "_check", check)
        run()
    count = checks.count
    assert run() == run("--no-cache")
    assert checks.count == count + 2


@pytest.mark.parametrize(
    "arguments",
    [["graph"], ["why", "shop.a", "shop.b"], ["trace", "shop.a"], ["trace", "--program", "tool.py"]],
)
def test_other_commands_know_facts(
    project: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(arguments)
    printed = capsys.readouterr()
    monkeypatch.setattr("importlint.reading.reader.read_record", lambda path: pytest.fail(f"{path} was read"))
    assert main(arguments) == code
    assert capsys.readouterr() == printed


def test_many_files(project: Path, checks: Checks) -> None:
    """So many that other processes read them: no question of theirs is lost."""
    for number in range(6):
        write(f"shop/m{number}.py", "import third\n" + "# a long line of text\n" * 10_000)(project)
    flags = ("--jobs", "2")
    expected = run(*flags, "--no-cache")
    checks.count = 0
    for _ in range(2):
        assert run(*flags) == expected
    assert checks.count == 1
    for text in ("import shopx\n", "def"):
        write("shop/m3.py", text)(project)
        assert run(*flags) == run(*flags, "--no-cache")
    remove("shop/m4.py")(project)
    assert run(*flags) == run(*flags, "--no-cache")


def test_what_a_link_leads_to(project: Path, checks: Checks, monkeypatch: pytest.MonkeyPatch) -> None:
    """It can change without a trace in the directory that has the link."""
    monkeypatch.setattr(time, "time_ns", lambda real=time.time_ns: real() + 3_600_000_000_000)
    write("elsewhere/x.py", "import nowhere\n")(project)
    link("shop/linked", "../elsewhere")(project)
    for _ in range(2):
        run()
    assert checks.count == 1
    remove("elsewhere")(project)
    write("elsewhere", "")(project)
    assert run() == run("--no-cache")
    assert checks.count == 3


class TestWorkers:
    """What another process read is heard of when it is remembered."""

    def kept(self, project: Path, file: Path, record: Record) -> bool:
        witness = Witness(now=0)
        with disk.heard_by(witness):
            Store(Database(str(project / "kept")), b"", str(project), 0).keep(str(file), record)
        verdict = verified(witness.evidence, 0)
        return witness.is_consistent and verdict is not None and not verdict.changed

    @pytest.mark.parametrize("text", ["import a\n", "def"])
    def test_content(self, project: Path, text: str) -> None:
        file = project / "file.py"
        file.write_text(text)
        record = read_record(str(file))
        assert self.kept(project, file, record)
        file.write_text("")
        assert not self.kept(project, file, record)

    def test_no_content(self, project: Path) -> None:
        file = project / "shop"
        assert self.kept(project, file, read_record(str(file)))
        assert self.kept(project, project / "absent.py", read_record(str(project / "absent.py")))

    def test_in_an_archive(self, project: Path) -> None:
        pack("packed")(project)
        file = project / SITE / "packed.zip/packed.py"
        record = read_record(str(file))
        assert record.digest
        assert self.kept(project, file, record)
        pack("other")(project)
        assert not self.kept(project, file, record)

    def test_a_reader_that_was_killed(self, project: Path) -> None:
        problem = SourceProblem(ProblemKind.UNREADABLE, "its reader was killed")
        for name in ("shop/a.py", "absent.py"):
            assert not self.kept(project, project / name, Record(None, b"", encode(problem)))


_ANALYSIS = {
    f"importlint.{name}"
    for name in ("project", "check", "rules", "machine", "finder", "graph", "effects.catalogue", "programs")
}


def loaded(*arguments: str) -> tuple[Printed, set[str]]:
    """What a run in a process of its own prints, and the modules that it loads."""
    program = (
        "import sys\n"
        "from importlint.cli import main\n"
        f"code = main({arguments})\n"
        "print('modules:', *sys.modules, file=sys.stderr)\n"
        "sys.exit(code)"
    )
    environ = {**os.environ, "PYTHONPATH": str(Path(command.__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, env=environ
    )
    told, _, modules = done.stderr.rpartition("modules:")
    return (done.returncode, done.stdout, told), set(modules.split())


def test_what_is_known_needs_no_analysis(project: Path) -> None:
    """Starting is most of what a second run takes: it loads nothing that finds, reads or runs modules."""
    first = run("--output-format", "full")
    printed, modules = loaded("--output-format", "full")
    assert printed == first
    reading = {"importlint.reading", "importlint.syntax.facts", "importlint.syntax.extract"}
    assert (_ANALYSIS | reading | {"libcst", "pathspec", "multiprocessing", "shutil"}) & modules == set()


def test_an_edited_file_is_read_and_no_more(project: Path) -> None:
    write("shop/a.py", "from shop import b\nimport third\n\ndef f():\n    return 1\nimport nowhere\n")(
        project
    )
    run()
    write(
        "shop/a.py", "from shop import b\nimport third\n\ndef f():\n    x = 1\n    return x\nimport nowhere\n"
    )(project)
    printed, modules = loaded()
    assert printed == run("--no-cache")
    assert "shop/a.py:7:8: IL101" in printed[1]
    assert "importlint.syntax.extract" in modules
    assert (_ANALYSIS | {"libcst", "pathspec", "multiprocessing", "shutil"}) & modules == set()


class TestDirectory:
    def test_it_keeps_out_of_the_way(self, project: Path) -> None:
        run()
        directory = project / ".importlint_cache"
        assert directory.joinpath(".gitignore").read_text() == "*\n"
        assert (
            directory.joinpath("CACHEDIR.TAG")
            .read_text()
            .startswith("Signature: 8a477f597d28d172789f06886806bc55")
        )
        assert (directory / "cache.sqlite").is_file()
        status = subprocess.run(["git", "-C", str(project), "init", "-q"], check=False, capture_output=True)
        if status.returncode == 0:
            listed = subprocess.run(
                ["git", "-C", str(project), "status", "--porcelain"],
                check=True,
                capture_output=True,
                text=True,
            )
            assert ".importlint_cache" not in listed.stdout

    def test_it_is_where_the_setting_says(self, project: Path, checks: Checks) -> None:
        write("pyproject.toml", "[tool.importlint]\ncache-dir = 'kept/here'\n")(project)
        with current_directory(project / "shop"):
            run()
            run()
        assert (project / "kept/here/cache.sqlite").is_file()
        assert not (project / ".importlint_cache").exists()
        assert checks.count == 1
        run("--cache-dir", "elsewhere")
        assert (project / "elsewhere/cache.sqlite").is_file()

    def test_it_is_not_looked_into(self, project: Path) -> None:
        write("pyproject.toml", "[tool.importlint]\nexclude = []\ncache-dir = 'kept'\n")(project)
        write("kept/module.py", "import nowhere\n")(project)
        assert "kept" not in run("--no-cache")[1]

    def test_without(self, project: Path, checks: Checks) -> None:
        run("--no-cache")
        assert not (project / ".importlint_cache").exists()

    def test_a_file_is_in_its_place(self, project: Path) -> None:
        write(".importlint_cache", "")(project)
        assert run() == run("--no-cache")

    def test_a_directory_that_cannot_be_made(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(path: str, exist_ok: bool) -> None:
            raise PermissionError(13, "Permission denied", path)

        monkeypatch.setattr(os, "makedirs", refuse)
        assert run() == run("--no-cache")

    def test_a_directory_that_cannot_be_written(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """As SQLite says it: tests may run as root, who may write everywhere."""
        (project / ".importlint_cache/cache.sqlite").mkdir(parents=True)
        assert run() == run("--no-cache")

    def test_python_without_sqlite(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "importlint.cache.database", None)
        assert run() == run("--no-cache")


class TestDamage:
    """Of the file: `test_database` has each byte; here is what the user sees."""

    def test_one_note(self, project: Path, checks: Checks) -> None:
        expected = run()
        file = project / ".importlint_cache/cache.sqlite"
        file.write_bytes(b"damaged" * 1000)
        code, out, err = run()
        assert (code, out) == expected[:2]
        assert err.startswith(expected[2])
        assert "is damaged" in err
        assert len(err.splitlines()) == len(expected[2].splitlines()) + 1
        assert run() == expected
        assert run() == expected
        assert checks.count == 3

    def test_any_region(self, project: Path) -> None:
        expected = run()
        file = project / ".importlint_cache/cache.sqlite"
        whole = file.read_bytes()
        for offset in range(0, len(whole), len(whole) // 24):
            file.write_bytes(whole[:offset] + b"\x07" * 400 + whole[offset + 400 :])
            assert run()[:2] == expected[:2]
            file.write_bytes(whole[:offset])
            assert run()[:2] == expected[:2]

    def test_a_full_disk(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        expected = run("--no-cache")
        real = sqlite3.connect

        def connect(*arguments: object, **flags: object) -> sqlite3.Connection:
            connection: sqlite3.Connection = real(*arguments, **flags)  # type: ignore[call-overload]
            connection.execute("PRAGMA max_page_count = 4")
            return connection

        monkeypatch.setattr(sqlite3, "connect", connect)
        for _ in range(2):
            code, out, err = run()
            assert (code, out) == expected[:2]
            assert "full" in err


def test_two_at_a_time(project: Path) -> None:
    expected = run("--no-cache")
    for _ in range(2):
        processes = [
            subprocess.Popen(
                [sys.executable, "-m", "importlint"],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHONPATH": str(Path(command.__file__).parents[2])},
            )
            for _ in range(3)
        ]
        for process in processes:
            out, err = process.communicate()
            assert (process.returncode, out, err) == expected
