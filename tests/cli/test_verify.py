"""`importlint verify`: what it says of small packages that really run, what they can see, and when it refuses."""

from __future__ import annotations

import ast
import json
import os
import time
from pathlib import Path

import pytest

from importlint.cli import main
from tests.cpython import CPython, installed, run
from tests.documents import ROOT
from tests.trees import Tree

NEWEST = installed()[-1]

CYCLE = {
    "shop/__init__.py": "",
    "shop/cart.py": "from shop import user\nclass Cart: ...\n",
    "shop/user.py": "from shop.cart import Cart\n",
}

CRASH = "ImportError: cannot import name 'Cart' from partially initialized module 'shop.cart'"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory, which is the current one."""
    directory = tmp_path / "project"
    directory.mkdir()
    monkeypatch.chdir(directory)
    return directory


def verify(*arguments: str, python: str = NEWEST.executable) -> int:
    return main(["verify", "--environment", python, *arguments])


class TestVerdicts:
    @pytest.mark.parametrize("cpython", installed(), ids=repr)
    def test_a_predicted_crash(
        self, cpython: CPython, project: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """It agrees: the entry that crashes does, with that message and there, and the others do not."""
        Tree(CYCLE).write(project)
        assert verify(python=cpython.executable) == 0
        shop, cart, user, summary = capsys.readouterr().out.splitlines()
        assert (shop, user) == ("shop: as predicted", "shop.user: as predicted")
        assert cart.startswith(f"shop.cart: as predicted, {CRASH} ")
        assert cart.endswith(" (shop/user.py:1)")
        assert summary == "3 imported: 3 as predicted, 0 not"

    def test_an_exception_that_nobody_can_foresee(
        self, project: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        Tree({"lot.py": "import json\n\njson.loads('')\n"}).write(project)
        assert verify() == 1
        assert capsys.readouterr().out == (
            "lot: differs\n"
            "  predicted  it succeeds\n"
            "  real       JSONDecodeError: Expecting value: line 1 column 1 (char 0) (lot.py:3)\n"
            "1 imported: 0 as predicted, 1 not\n"
        )

    def test_another_order(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """The first event that differs, of the project's own modules."""
        hidden = {"a.py": "import this\nexec('imp' + 'ort b')\n", "b.py": ""}
        Tree(hidden).write(project)
        assert verify("--only", "a") == 1
        assert capsys.readouterr().out.splitlines()[:3] == [
            "a: differs",
            "  predicted  `a` ends",
            "  real       `b` starts",
        ]

    def test_an_import_that_ends_the_process(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Each goes on with the next one."""
        Tree(
            {
                "a.py": "import os\nos._exit(3)\n",
                "b.py": "import os\nos.kill(os.getpid(), 11)\n",
                "c.py": "import sys\nsys.exit('enough')\n",
                "d.py": "",
            }
        ).write(project)
        verify()
        out = capsys.readouterr().out
        assert (
            "a: differs\n  predicted  it succeeds\n  real       it ends the process with exit code 3\n" in out
        )
        assert "b: differs\n  predicted  it succeeds\n  real       it ends the process by signal 11\n" in out
        assert "SystemExit: enough (c.py:2)" in out
        assert "d: as predicted\n" in out

    def test_an_import_that_does_not_end(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        Tree({"a.py": "while True: pass\n", "b.py": ""}).write(project)
        assert verify("--timeout", "0.5") == 1
        out = capsys.readouterr().out
        assert "  real       it is not done after 0.5 s\n" in out
        assert "b: as predicted\n" in out

    def test_json(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        Tree(CYCLE).write(project)
        assert verify("--only", "shop.cart", "--output-format", "json") == 0
        answer = json.loads(capsys.readouterr().out)
        events = [
            {"event": event, "module": module}
            for event, module in (
                ("start", "shop"),
                ("end", "shop"),
                ("start", "shop.cart"),
                ("start", "shop.user"),
                ("error", "shop.user"),
                ("error", "shop.cart"),
            )
        ]
        assert (answer["entry"], answer["agrees"], answer["difference"]) == ("shop.cart", True, None)
        assert answer["predicted"]["events"] == answer["real"]["events"] == events
        assert answer["real"]["outcome"] == "error"
        error = answer["real"]["error"]
        assert error["message"].startswith(CRASH.partition(": ")[2])
        assert (error["type"], error["path"], error["line"]) == ("ImportError", "shop/user.py", 1)

    def test_json_of_a_difference(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        Tree({"a.py": "import os\nos._exit(0)\n"}).write(project)
        assert verify("--output-format", "json") == 1
        answer = json.loads(capsys.readouterr().out)
        assert answer["difference"] == {
            "predicted": "it succeeds",
            "real": "it ends the process with exit code 0",
        }
        assert answer["real"] == {"outcome": "died", "error": None, "events": []}


class TestWhatRuns:
    def test_it_is_said(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Before anything runs, and not among the verdicts."""
        Tree(CYCLE).write(project)
        verify()
        assert "importlint: this runs code: " in capsys.readouterr().err

    def test_programs_do_not(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Unless they are asked for by name."""
        Tree({"shop/__init__.py": "", "shop/__main__.py": "import no_such_module\n"}).write(project)
        assert verify() == 0
        assert capsys.readouterr().out == "shop: as predicted\n1 imported: 1 as predicted, 0 not\n"
        verify("--only", "shop.__main__")
        assert "No module named 'no_such_module'" in capsys.readouterr().out

    def test_what_the_code_sees(
        self, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Empty directories of its own, no input, no secrets; what it prints and writes is gone afterwards."""
        monkeypatch.setenv("SECRET", "42")
        seen = project.parent / "seen"
        body = """
            import json, os, pathlib, sys, tempfile
            home, current, temporary = pathlib.Path.home(), os.getcwd(), tempfile.gettempdir()
            (home / "left").write_text("")
            pathlib.Path("left").write_text("")
            print("not a verdict")
            print("no error", file=sys.stderr)
            facts = [str(home), current, temporary, sys.stdin.read(), os.environ.get("SECRET"), sys.argv, sys.path]
            pathlib.Path(SEEN).write_text(json.dumps(facts))
        """
        Tree({"a.py": f"SEEN = {str(seen)!r}\n" + body.replace("            ", "")}).write(project)
        assert verify() == 0
        out, err = capsys.readouterr()
        assert "not a verdict" not in out
        assert "no error" not in err
        home, current, temporary, stdin, secret, argv, path = json.loads(seen.read_text())
        for directory in (home, current, temporary):
            assert Path(directory) not in (Path.home(), project)
            assert not Path(directory).exists()
        assert (stdin, secret, argv, path[0]) == ("", None, ["-c"], str(project))
        assert set(os.listdir(project)) == {"a.py", ".importlint_cache"}

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are left alone where there are no groups")
    def test_what_it_leaves_running_is_ended(self, project: Path) -> None:
        noted = project.parent / "pid"
        start = f"import subprocess\nchild = subprocess.Popen(['sleep', '60'])\nnoted = {str(noted)!r}\n"
        start += "open(noted, 'w').write(str(child.pid))\n"
        Tree({"a.py": start, "b.py": f"{start}while True: pass\n"}).write(project)
        for name in "ab":
            verify("--only", name, "--timeout", "2")
            assert ended(int(noted.read_text()))

    def test_where_there_is_no_fork(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Each import has an interpreter of its own: after a crash, and after one that takes too long."""
        environment = project.parent / "environment"
        make_environment(environment, "import os; del os.fork")
        slow = {"shop/slow.py": "while True: pass\n", "shop/dead.py": "import os\nos._exit(3)\n"}
        Tree({**CYCLE, **slow}).write(project)
        assert verify("--timeout", "1", python=str(environment)) == 1
        out = capsys.readouterr().out
        assert f"shop.cart: as predicted, {CRASH} " in out
        assert "shop.user: as predicted\n" in out
        assert "it is not done after 1 s\n" in out
        assert "it ends the process with exit code 3\n" in out

    def test_pythonpath_counts(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        Tree({"a.py": "import elsewhere\n"}).write(project)
        other = Tree({"elsewhere.py": ""}).write(project.parent / "other")
        assert verify("--pythonpath", str(other)) == 0
        assert "a: as predicted\n" in capsys.readouterr().out

    def test_nothing_else_starts_processes(self) -> None:
        """One module imports what can run others' code, and one command imports that."""
        users = {
            name: {
                path.relative_to(ROOT / "importlint").as_posix()
                for path in ROOT.glob("importlint/**/*.py")
                if name in imported_by(path)
            }
            for name in ("subprocess", "multiprocessing", "runpy", "importlint.verify")
        }
        assert users["subprocess"] == {"verify/interpreter.py"}
        forks_of_importlint = {"reading/pool.py", "sharing.py"}
        assert users["multiprocessing"] == forks_of_importlint
        assert users["runpy"] == set()
        assert {path for path in users["importlint.verify"] if not path.startswith("verify/")} == {
            "cli/verify.py"
        }


class TestRefusals:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("--path", "."), "give one with `--environment`"),
            (("--only", "shop.crt"), "did you mean `shop.cart`?"),
            (("--timeout", "0"), "give a number of seconds above 0"),
            (("--environment", NEWEST.executable, "--platform", "win32"), "cannot be verified with"),
            (("--environment", NEWEST.executable, "--python-version", "3.15"), "cannot be verified with"),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
    )
    def test_what_makes_no_sense(
        self, project: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
    ) -> None:
        Tree({**CYCLE, "shop/trap.py": "open('trapped', 'w')\n"}).write(project)
        assert main(["verify", *arguments]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert message in err
        assert "this runs code" not in err

    def test_a_python_that_does_not_start(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        environment = project.parent / "environment"
        make_environment(environment, "import os; os._exit(7)")
        Tree(CYCLE).write(project)
        assert verify(python=str(environment)) == 2
        assert "ends with exit code 7 before it imports anything\n" in capsys.readouterr().err


def make_environment(directory: Path, startup: str) -> None:
    """A virtual environment of the newest Python, with a line that runs when it starts."""
    assert run(NEWEST.executable, ["-m", "venv", "--without-pip", str(directory)], Path("/")).returncode == 0
    (site,) = directory.glob("lib/python*/site-packages")
    (site / "startup.pth").write_text(f"{startup}\n")


def ended(pid: int) -> bool:
    """Whether a process ends within two seconds; it may be a zombie of somebody else's."""
    for _ in range(40):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def imported_by(path: Path) -> set[str]:
    """The modules that a file's imports name, with their parents."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        given = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            given = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        names |= {".".join(name.split(".")[:count]) for name in given for count in range(1, 9)}
    return names
