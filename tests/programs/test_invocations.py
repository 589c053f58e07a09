"""Where a project writes down what it runs, in which directory, and which programs that makes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from importlint.config import load_settings
from importlint.errors import ConfigError
from importlint.programs.program import Invocation, Program, Start
from importlint.project import Project
from tests.cpython import CPython, installed
from tests.trees import Tree


def project_of(root: Path, files: Mapping[str, str | bytes], *paths: str) -> Project:
    Tree(files).write(root)
    return Project(load_settings(str(root)), paths or (".",), cwd=str(root))


def told(project: Project) -> list[tuple[str, str, str | None]]:
    """Of each invocation the place, what is run, and the directory relative to the project's."""
    return [
        (
            f"{each.location.path}:{each.location.span.line}",
            each.written,
            each.directory and os.path.relpath(each.directory, project.cwd),
        )
        for each in project.invocations
    ]


def started(project: Project) -> list[str]:
    return [f"{each.command} ({each.module.display})" for each in project.programs]


class TestFiles:
    @pytest.mark.parametrize(
        "path",
        [
            *("Makefile", "GNUmakefile", "docs/Makefile", "rules.mk", "Dockerfile", "Dockerfile.dev"),
            *("docker/web.dockerfile", "Containerfile", "tox.ini", "setup.cfg", "Procfile", "justfile"),
            *("run.sh", "scripts/run.sh", "bin/run.sh", "tools/run.sh"),
        ],
    )
    def test_read_for_its_name(self, tmp_path: Path, path: str) -> None:
        (found,) = told(project_of(tmp_path, {path: "x = 1\n  python -m shop\n"}))
        directory = "docs" if path.startswith("docs") else "."
        assert found == (f"{path}:2", "python -m shop", directory)

    @pytest.mark.parametrize(
        "path",
        [
            *(".github/workflows/ci.yml", ".github/workflows/ci.yaml", ".circleci/config.yml", ".travis.yml"),
            *(".gitlab-ci.yml", "azure-pipelines.yml", "bitbucket-pipelines.yml", ".pre-commit-config.yaml"),
            *("docker-compose.yml", "compose.dev.yaml"),
        ],
    )
    def test_yaml_is_read_for_its_name(self, tmp_path: Path, path: str) -> None:
        text = "a:\n  - run: python -m shop\n"
        assert told(project_of(tmp_path, {path: text})) == [(f"{path}:2", "python -m shop", ".")]

    @pytest.mark.parametrize(
        "path",
        [
            "README.md",
            "deep/er/Makefile",
            "docs/run.sh",
            ".github/x.yml",
            ".hidden/Makefile",
            "node_modules/Makefile",
        ],
    )
    def test_not_read(self, tmp_path: Path, path: str) -> None:
        assert told(project_of(tmp_path, {path: "python -m shop\n", "pyproject.toml": ""})) == []

    def test_pyproject(self, tmp_path: Path) -> None:
        text = (
            '[tool.pdm.scripts]\na = "python -m one"\nb = {cmd = ["python", "two.py"]}\n'
            '[tool.importlint]\nprograms = ["-m three"]\n[tool.tox]\nlegacy = """\ncommands =\n  python -m four\n"""'
        )
        assert [each[:2] for each in told(project_of(tmp_path, {"pyproject.toml": text}))] == [
            ("pyproject.toml:2", "python -m one"),
            ("pyproject.toml:3", "python two.py"),
            ("pyproject.toml:5", "python -m three"),
            ("pyproject.toml:9", "python -m four"),
        ]

    def test_bad_files_are_skipped(self, tmp_path: Path) -> None:
        elsewhere = tmp_path / "elsewhere"
        files: dict[str, str | bytes] = {
            "p/pyproject.toml": "",
            "p/Makefile": b"\tpython -m \xff\n",
            "p/tox.ini": b"python -m a\0",
            "p/Dockerfile": b"RUN python -m big\n" + b"#" * 1_000_000,
            "p/Procfile/x": "",
            "elsewhere/Makefile": "\tpython -m shop\n",
        }
        root = Tree(files).write(tmp_path) / "p"
        root.joinpath("docs").symlink_to(elsewhere)
        root.joinpath("other.mk").symlink_to(elsewhere / "Makefile")
        root.joinpath("dangling.mk").symlink_to("nowhere")
        os.mkfifo(root / "pipe.mk")
        assert told(Project(load_settings(str(root)), (".",), cwd=str(root))) == []

    def test_what_is_excluded(self, tmp_path: Path) -> None:
        files = {
            "importlint.toml": 'extend-exclude = ["old/", "x.mk"]',
            ".gitignore": "y.mk\n",
            ".git/HEAD": "",
            **dict.fromkeys(("old/Makefile", "x.mk", "y.mk", "z.mk"), "\tpython -m shop\n"),
        }
        assert [each[0] for each in told(project_of(tmp_path, files))] == ["z.mk:1"]


class TestDirectories:
    @pytest.mark.parametrize(
        ("path", "text", "expected"),
        [
            ("docs/Makefile", "\tcd .. && python run.py", "."),
            ("Makefile", "x:\n\tcd docs\n\tpython run.py", "."),
            ("run.sh", "cd docs\npython run.py", None),
            ("run.sh", 'cd "$(dirname "$0")" && make\npython run.py', None),
            ("scripts/run.sh", "cd docs && python run.py", "docs"),
            ("tox.ini", "changedir = docs\ncommands = python run.py", None),
            ("Dockerfile", "WORKDIR /app\nRUN cd x\nCMD python run.py", "."),
            (".gitlab-ci.yml", "script:\n  - cd docs\n  - python run.py", None),
            (".github/workflows/a.yml", "- run: cd docs\n- run: python run.py", "."),
            (".github/workflows/a.yml", "- run: |\n    cd docs\n    python run.py", None),
            (".github/workflows/a.yml", "- run: python run.py\n  working-directory: docs\n- x: y", "docs"),
            (".github/workflows/a.yml", "- working-directory: './docs'\n  run: python run.py", "docs"),
            (".github/workflows/a.yml", "- run: x\n  working-directory: docs\n- run: python run.py", "."),
            (".github/workflows/a.yml", "- working-directory: ${{ x }}\n  run: python run.py", None),
            (
                ".github/workflows/a.yml",
                "defaults:\n  run:\n    working-directory: docs\nsteps:\n- run: python run.py",
                None,
            ),
            (
                ".circleci/config.yml",
                "- run:\n    command: python run.py\n    working_directory: docs\n",
                "docs",
            ),
        ],
    )
    def test_of_a_command(self, tmp_path: Path, path: str, text: str, expected: str | None) -> None:
        (found,) = told(project_of(tmp_path, {path: text, "pyproject.toml": ""}))
        assert found[1:] == ("python run.py", expected)


class TestCode:
    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            (
                'import subprocess, sys\nsubprocess.run([sys.executable, "-m", "shop"])',
                ("python -m shop", "."),
            ),
            (
                'from subprocess import check_call as go\ngo(("python3", "-u", "run.py"))',
                ("python run.py", "."),
            ),
            (
                'import subprocess as s, sys\ns.Popen(args=[sys.executable, "run.py", x])',
                ("python run.py", "."),
            ),
            (
                'import subprocess, sys\nsubprocess.call([sys.executable, "-m", "shop"] + x)',
                ("python -m shop", "."),
            ),
            ('import subprocess\nsubprocess.run("cd docs && python run.py", shell=True)', None),
            (
                'import subprocess\nsubprocess.run(["python", "run.py"], cwd="docs")',
                ("python run.py", "docs"),
            ),
            ('import subprocess\nsubprocess.run(["python", "run.py"], cwd=x)', ("python run.py", None)),
            ('import subprocess\nsubprocess.run(["python", "run.py"], **x)', ("python run.py", None)),
            ('import os\nos.chdir(x)\nos.system("python run.py")', ("python run.py", None)),
            ('import os\ndef f():\n    os.system("python run.py")', ("python run.py", ".")),
            ('import os, sys\nos.execv(sys.executable, [sys.executable, "run.py"])', ("python run.py", ".")),
            ('import os\nos.execlp("python", "python", "-m", "shop")', ("python -m shop", ".")),
            (
                "import asyncio, sys\nimport subprocess\nasync def f():\n"
                '    await asyncio.create_subprocess_exec(sys.executable, "-m", "shop")',
                ("python -m shop", "."),
            ),
            ('def tests(session):\n    session.run("python", "-m", "shop")', ("python -m shop", ".")),
            (
                'def tests(session):\n    session.run("coverage", "run", "run.py")',
                ("coverage run run.py", "."),
            ),
            ('import runpy\nrunpy.run_module("shop", run_name="__main__")', ("python -m shop", ".")),
            ('import runpy\nrunpy.run_module("shop", None, "__main__", True)', ("python -m shop", ".")),
            ('import runpy\nrunpy.run_path("run.py", run_name="__main__")', ("python run.py", ".")),
            ('import runpy\nrunpy.run_path("run.py")', None),
            ('import subprocess\nsubprocess.run([python, "run.py"])', None),
            ('import subprocess\nsubprocess.run(["python", *x, "run.py"])', None),
            ('import subprocess\nsubprocess.run(["python", "-c", "run.py"])', None),
            ('import subprocess\nsubprocess.run(["ls", "run.py"])', None),
            ('import subprocess\nother.run(["python", "run.py"])', None),
            ("import subprocess\nsubprocess.run()\nsubprocess.run", None),
        ],
    )
    def test_a_call(self, tmp_path: Path, code: str, expected: tuple[str, str | None] | None) -> None:
        found = told(project_of(tmp_path, {"code.py": code, "pyproject.toml": ""}))
        assert [each[1:] for each in found] == ([expected] if expected else [])

    def test_its_place(self, tmp_path: Path) -> None:
        code = '"é"; import os; os.system("python run.py")\n'
        (found,) = project_of(tmp_path, {"code.py": code}).invocations
        span = found.location.span
        assert code[span.column - 1 : span.end_column - 1] == 'os.system("python run.py")'


RECORDED = (
    "import json, sys; print(json.dumps([__spec__ and __spec__.name, __package__, __file__, sys.path[0]]))\n"
)


class TestPrograms:
    FILES: ClassVar[dict[str, str | bytes]] = {
        "pyproject.toml": "",
        **dict.fromkeys(
            (
                "run.py",
                "shop/__main__.py",
                "shop/tool.py",
                "folder/__main__.py",
                "docs/build.py",
                "docs/shop.py",
            ),
            RECORDED,
        ),
        "shop/__init__.py": "",
    }

    @pytest.mark.parametrize(
        ("command", "program", "module"),
        [
            ("python -m shop", "python -m shop", "shop/__main__.py"),
            ("python -m shop.__main__", "python -m shop", "shop/__main__.py"),
            ("python -m shop.tool", "python -m shop.tool", "shop/tool.py"),
            ("python shop/tool.py", "python shop/tool.py", "shop/tool.py"),
            ("python ./run.py", "python run.py", "run.py"),
            ("python folder", "python folder", "folder/__main__.py"),
            ("python shop/", "python shop", "shop/__main__.py"),
            ("python folder/__main__.py", "python folder/__main__.py", "folder/__main__.py"),
            ("python -m docs.build", "python -m docs.build", "docs/build.py"),
            ("cd docs && python build.py", "python docs/build.py", "docs/build.py"),
            ("cd docs && python -m shop", "python -m shop", "docs/shop.py"),
            ("cd docs && python -m build", "python -m build", "docs/build.py"),
        ],
    )
    def test_python_runs_the_same_file_in_the_same_way(
        self, tmp_path: Path, command: str, program: str, module: str
    ) -> None:
        project = project_of(tmp_path, {**self.FILES, "Makefile": f"\t{command}\n"})
        reason = f"`{command.rpartition('&& ')[2]}` in `Makefile`"
        (found,) = (each for each in project.programs if reason in [why.text for why in each.reasons])
        assert (found.command, found.module.display) == (program, module)
        for cpython in (installed()[0], installed()[-1]):
            self.compare(cpython, tmp_path, found, project.invocations[0])

    def compare(self, cpython: CPython, root: Path, found: Program, invocation: Invocation) -> None:
        assert invocation.directory is not None
        arguments = invocation.written.split()[1:]
        printed = cpython.run(arguments, Path(invocation.directory)).stdout
        spec_name, package, file, first = json.loads(printed)
        assert spec_name == found.spec_name
        assert (package or None) == (found.package or None)
        assert os.path.normpath(os.path.join(invocation.directory, file)) == found.module.path
        if found.start is not Start.MODULE:
            assert os.path.normpath(os.path.join(invocation.directory, first)) == found.own_directory

    def test_nothing_of_the_projects_own(self, tmp_path: Path) -> None:
        makefile = "\tpython -m pytest\n\tpython -m shop.nothing\n\tpython nothing.py\n\tpython docs\n"
        assert started(project_of(tmp_path, {"docs/x.txt": "", "Makefile": makefile, "shop.py": ""})) == []

    def test_reasons_for_one_program_are_put_together(self, tmp_path: Path) -> None:
        files = {
            "shop/__init__.py": "",
            "shop/__main__.py": 'if __name__ == "__main__":\n    print()\n',
            "Makefile": "\tpython -m shop\n",
            "noxfile.py": 'def tests(session):\n    session.run("python", "-m", "shop")\n',
        }
        (program,) = project_of(tmp_path, files).programs
        assert [(f"{why.location.path}:{why.location.span.line}", why.text) for why in program.reasons] == [
            ("Makefile:1", "`python -m shop` in `Makefile`"),
            ("noxfile.py:2", "`python -m shop` in `session.run`"),
            ("shop/__main__.py:1", "the name `__main__.py`"),
            ("shop/__main__.py:2", "a main guard"),
        ]

    def test_a_script_that_runpy_runs_has_no_directory_of_its_own(self, tmp_path: Path) -> None:
        code = 'import runpy\nrunpy.run_path("tools/run.py", run_name="__main__")\n'
        files = {"code.py": code, "tools/run.py": "import sys; print(sys.path)", "tools/x/__main__.py": ""}
        (program,) = project_of(tmp_path, files | {"pyproject.toml": ""}).programs[:1]
        assert program.own_directory is None
        for cpython in (installed()[0], installed()[-1]):
            assert str(tmp_path / "tools") not in cpython.run(["code.py"], tmp_path).stdout

    def test_only_given_modules_are_programs(self, tmp_path: Path) -> None:
        files = {"Makefile": "\tpython run.py\n\tpython -m shop\n", "run.py": "", "pyproject.toml": ""}
        project = project_of(tmp_path, {**files, "shop/__main__.py": "", "shop/__init__.py": ""}, "shop")
        assert started(project) == ["python -m shop (shop/__main__.py)"]


class TestSetting:
    def test_programs(self, tmp_path: Path) -> None:
        settings = 'programs = [\n  "-m shop",\n  "python -P tools/run.py",\n  "gone.py",\n]\n'
        files = {"shop.py": "", "tools/run.py": "", "importlint.toml": settings}
        project = project_of(tmp_path, files)
        assert [(each.command, each.reasons[0].location.span.line) for each in project.programs] == [
            ("python -m shop", 2),
            ("python -P tools/run.py", 3),
        ]
        assert project.programs[0].reasons[0].text == "`python -m shop` in the setting `programs`"

    @pytest.mark.parametrize("program", ["", "python", "-c pass", "*.py"])
    def test_what_runs_nothing_is_an_error(self, tmp_path: Path, program: str) -> None:
        Tree({"importlint.toml": f'programs = ["{program}"]'}).write(tmp_path)
        with pytest.raises(ConfigError) as caught:
            load_settings(str(tmp_path))
        assert str(caught.value) == (
            f"importlint.toml: `programs`: `{program}` runs nothing: write `-m package.module` or `path/to/file.py`"
        )
