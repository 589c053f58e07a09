"""The command line: which command is meant, what it prints where, and its exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from importlint import __version__
from importlint.cli import COMMANDS, main
from importlint.config import Settings
from importlint.diagnostics import Report
from importlint.errors import InternalError
from tests.report.samples import CYCLE, NOTHING, REPORT, WHOLE_FILE
from tests.trees import Tree

ROOT = Path(__file__).parent.parent.parent


class FakeProject:
    """In place of the analysis: it remembers what it was asked for."""

    environment = SimpleNamespace(reason="of no kind", notes=())

    def __init__(
        self, settings: Settings, paths: tuple[str, ...], store: object = None, progress: object = None
    ) -> None:
        self.settings = settings
        self.paths = paths


Checked = list[FakeProject]
Analysis = Callable[[FakeProject], Report]


@pytest.fixture
def analysis(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Analysis], Checked]:
    """Puts a function in the place of the analysis, in an empty directory; the projects that it is asked about."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def install(answer: Analysis) -> Checked:
        checked: Checked = []

        def check(project: FakeProject) -> Report:
            checked.append(project)
            return answer(project)

        for name, content in (("importlint.project", FakeProject), ("importlint.check", check)):
            module = ModuleType(name)
            setattr(module, "Project" if content is FakeProject else "check", content)
            monkeypatch.setitem(sys.modules, name, module)
        return checked

    return install


Install = Callable[[Analysis], Checked]


def found(report: Report) -> Analysis:
    return lambda _project: report


class TestCheck:
    @pytest.mark.parametrize(
        "arguments", [["check", "src", "tests"], ["src", "tests"], ["-q", "src", "tests"]]
    )
    def test_is_meant_without_a_command(self, analysis: Install, arguments: list[str]) -> None:
        checked = analysis(found(NOTHING))
        Tree({"src/": b"", "tests/": b""}).write(Path())
        assert main(arguments) == 0
        assert [project.paths for project in checked] == [("src", "tests")]

    @pytest.mark.parametrize("arguments", [[], ["check"], ["--isolated"]])
    def test_checks_the_current_directory(self, analysis: Install, arguments: list[str]) -> None:
        checked = analysis(found(NOTHING))
        assert main(arguments) == 0
        assert [project.paths for project in checked] == [(".",)]

    def test_flags_become_settings(self, analysis: Install, tmp_path: Path) -> None:
        checked = analysis(found(NOTHING))
        flags = (
            "--source-root src --source-root lib --python-version 3.9 --platform win32 --environment env "
            "--path p --path q --select IL1,cycle-crash --select IL2 --extend-select IL306 --ignore IL101"
        )
        assert main([*flags.split(), "."]) == 0
        settings = checked[0].settings
        assert settings == Settings(
            source_roots=(f"{tmp_path}/src", f"{tmp_path}/lib"),
            python_version=(3, 9),
            platform="win32",
            environment=f"{tmp_path}/env",
            path=(f"{tmp_path}/p", f"{tmp_path}/q"),
            select=("IL1", "cycle-crash", "IL2"),
            extend_select=("IL306",),
            ignore=("IL101",),
            root=str(tmp_path),
            origins=settings.origins,
        )

    @pytest.mark.parametrize(
        ("report", "flags", "code"),
        [
            (NOTHING, [], 0),
            (REPORT, [], 1),
            (REPORT, ["--exit-zero"], 0),
            (Report(diagnostics=(WHOLE_FILE,), files=1, modules=1), [], 0),
            (Report(diagnostics=(CYCLE,), files=1, modules=1), ["--statistics"], 1),
        ],
    )
    def test_exit_code(self, analysis: Install, report: Report, flags: list[str], code: int) -> None:
        analysis(found(report))
        assert main(flags) == code

    def test_concise_where_nobody_watches(
        self, analysis: Install, capsys: pytest.CaptureFixture[str]
    ) -> None:
        analysis(found(REPORT))
        main([])
        assert capsys.readouterr().out.startswith("shop/cart:1:1: IL203 ")

    def test_full_on_a_terminal(
        self, analysis: Install, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        analysis(found(REPORT))
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        main([])
        assert "\033[1;31merror[IL302]" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("environment", "flags", "coloured"),
        [
            ({}, [], False),
            ({"FORCE_COLOR": "1"}, [], True),
            ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
            ({"FORCE_COLOR": "", "NO_COLOR": ""}, [], False),
            ({"NO_COLOR": "1"}, ["--color", "always"], True),
            ({"FORCE_COLOR": "1"}, ["--color=never"], False),
        ],
    )
    def test_colour(
        self,
        analysis: Install,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        environment: dict[str, str],
        flags: list[str],
        coloured: bool,
    ) -> None:
        analysis(found(REPORT))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        main(["--output-format", "full", *flags])
        assert ("\033[" in capsys.readouterr().out) is coloured

    def test_output_file(
        self, analysis: Install, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        analysis(found(REPORT))
        monkeypatch.setenv("FORCE_COLOR", "1")
        assert main(["--output-format", "json", "--output-file", "out.json"]) == 1
        assert json.loads(Path("out.json").read_text())["summary"]["files"] == 42
        assert capsys.readouterr().out == ""

    def test_settings_choose_the_format(self, analysis: Install, capsys: pytest.CaptureFixture[str]) -> None:
        analysis(found(REPORT))
        Tree({"importlint.toml": 'output-format = "json"'}).write(Path())
        main([])
        assert json.loads(capsys.readouterr().out)["version"] == 1

    def test_statistics(self, analysis: Install, capsys: pytest.CaptureFixture[str]) -> None:
        analysis(found(Report(diagnostics=(CYCLE,), files=1, modules=1)))
        main(["--statistics"])
        assert capsys.readouterr().out == "1  IL302  cycle-crash-from-entry\n"

    def test_notes_are_for_standard_error(
        self, analysis: Install, capsys: pytest.CaptureFixture[str]
    ) -> None:
        analysis(found(Report(diagnostics=(), files=1, modules=1, notes=("name the environment",))))
        main([])
        assert capsys.readouterr() == ("", "importlint: name the environment\n")
        main(["-q"])
        assert capsys.readouterr() == ("", "")


class TestMistake:
    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            (["explian", "IL302"], "`explian` is neither a command nor a path; did you mean `explain`?"),
            (
                ["-q", "rules"],
                "`rules` is a command: write it before flags and paths (`importlint rules ...`)",
            ),
            (
                ["--slect", "IL3"],
                "there is no flag `--slect`; did you mean `--select`? (`importlint check --help`",
            ),
            (["--sel", "IL3"], "there is no flag `--sel`"),
            (["--select"], "argument --select: expected one argument (`importlint check --help`"),
            (["--color", "blue"], "argument --color: invalid choice: 'blue'"),
            (["--output-format", "xml"], "`--output-format`: `xml` is none of full, concise, json"),
            (["--python-version", "2.7"], "`--python-version`: `2.7` is not a Python version"),
            (["--config", "no.toml"], "no.toml: it cannot be read: No such file or directory"),
            (["--config", "a", "--isolated"], "`--config` and `--isolated` exclude each other"),
            (
                ["--output-file", "no/such"],
                "`--output-file`: `no/such` cannot be written: No such file or directory",
            ),
            (["--statistics", "--output-format", "json"], "`--statistics` has no JSON form"),
            (["explain"], "the following arguments are required: RULE (`importlint explain --help`"),
            (["explain", "IL999"], "`IL999` is not a rule's code or name"),
            (["rules", "--select", "XY"], "`--select`: `XY` is not a rule's code or name"),
        ],
    )
    def test_is_one_line_and_exit_code_2(
        self, analysis: Install, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
    ) -> None:
        analysis(found(NOTHING))
        assert main(arguments) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith(f"importlint: {expected}")
        assert err.count("\n") == 1

    def test_path_that_is_called_like_a_command(self, analysis: Install) -> None:
        checked = analysis(found(NOTHING))
        Tree({"rules/": b""}).write(Path())
        assert main(["check", "rules"]) == 0
        assert checked[0].paths == ("rules",)


class TestFailure:
    def failing(self, error: BaseException, cause: BaseException | None = None) -> Analysis:
        def fail(_project: FakeProject) -> Report:
            raise error from cause

        return fail

    @pytest.mark.parametrize(
        ("error", "cause", "expected"),
        [
            (
                InternalError("a/b.py"),
                KeyError("x"),
                "internal error while analysing `a/b.py`: KeyError: 'x'; ",
            ),
            (ValueError("odd"), None, "internal error: ValueError: odd; "),
            (RecursionError("deep"), None, "internal error: RecursionError: deep; "),
        ],
    )
    def test_of_importlint_itself_names_the_file(
        self,
        analysis: Install,
        capsys: pytest.CaptureFixture[str],
        error: Exception,
        cause: Exception | None,
        expected: str,
    ) -> None:
        analysis(self.failing(error, cause))
        assert main([]) == 2
        assert capsys.readouterr() == (
            "",
            f"importlint: {expected}this is a bug in importlint: report it with the traceback that `-v` shows\n",
        )
        assert main(["-v"]) == 2
        err = capsys.readouterr().err
        assert "Traceback (most recent call last):\n" in err
        assert err.endswith("report it with the traceback above\n")

    def test_interrupt_is_quiet(self, analysis: Install, capsys: pytest.CaptureFixture[str]) -> None:
        analysis(self.failing(KeyboardInterrupt()))
        assert main([]) == 130
        assert capsys.readouterr() == ("", "")


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)


def test_closed_pipe_is_quiet() -> None:
    """As in `importlint rules | head -0`, where the reader is gone before anything is written."""
    code = (
        "import os, sys; reader, writer = os.pipe(); os.close(reader); os.dup2(writer, 1)\n"
        "from importlint.cli import main; sys.exit(main(['config', '--isolated']))"
    )
    done = run_python(code)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


def test_version_imports_no_more_than_it_needs() -> None:
    """Start-up: `--version` needs neither msgspec nor anything of the analysis."""
    done = run_python(
        "import sys; from importlint.cli import main; main(['--version'])\n"
        "print(sorted(name for name in sys.modules if name.startswith(('importlint', 'msgspec', 'argparse'))))"
    )
    assert done.stdout == f"importlint {__version__}\n['importlint', 'importlint.cli']\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: importlint {command} ")


def test_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "importlint", "--version"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert done.stdout == f"importlint {__version__}\n"
