"""IL401 and IL402 on whole trees: what is said of them, and that CPython runs the same bodies as often."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from importlint.check import check
from importlint.config import load_settings
from importlint.diagnostics import Certainty, Diagnostic
from importlint.machine.trace import Happening
from importlint.programs.program import Program
from importlint.project import Project
from tests.cpython import CPython, installed
from tests.trees import Tree

SAY = 'print("run", __name__)\n'
GUARD = 'if __name__ == "__main__":\n'


def project_of(root: Path, files: dict[str, str], select: str = "IL4", version: str = "3.12") -> Project:
    Tree({"pyproject.toml": "", **{path: textwrap.dedent(text) for path, text in files.items()}}).write(root)
    settings = load_settings(
        str(root), path=[], python_version=version, platform="linux", source_roots=["."], select=[select]
    )
    return Project(settings, (".",), cwd=str(root))


def found(root: Path, files: dict[str, str], select: str = "IL4") -> list[Diagnostic]:
    return list(check(project_of(root, files, select)).diagnostics)


def told(diagnostics: list[Diagnostic]) -> list[str]:
    return [
        f"{each.finding.location.path}:{each.finding.location.span.line} {each.code} {each.severity.value} "
        f"{each.finding.message}"
        for each in diagnostics
    ]


# ---- against CPython

TREES: dict[str, dict[str, str]] = {
    "a direct loop": {"app.py": "import other\n", "other.py": "import app\n"},
    "a loop in a function that the guard calls": {
        "app.py": f"def main():\n    import other\n{GUARD}    main()\n",
        "other.py": "from app import main\n",
    },
    "a loop in another module's function": {
        "app.py": f"import other\n{GUARD}    other.go()\n",
        "other.py": "def go():\n    import app\n",
    },
    "a function that nobody calls": {
        "app.py": f"import other\n{GUARD}    print()\n",
        "other.py": "def go():\n    import app\n",
    },
    "a guard that imports its own name": {"app.py": f"{GUARD}    import app\n"},
    "its own name in `sys.modules`": {
        "app.py": f'import sys\n{GUARD}    sys.modules["app"] = sys.modules["__main__"]\nimport other\n',
        "other.py": "import app\n",
    },
    "an import that is caught": {
        "app.py": "import other\n",
        "other.py": "try:\n    import app\nexcept ImportError:\n    pass\n",
    },
    "a package around it": {
        "pkg/__init__.py": "",
        "pkg/app.py": "import pkg.other\n",
        "pkg/other.py": "import pkg.app\n",
    },
    "a package that imports it": {
        "pkg/__init__.py": "from pkg import app\n",
        "pkg/app.py": "import pkg.other\n",
        "pkg/other.py": "",
    },
    "a package that imports its `__main__`": {
        "pkg/__init__.py": "import pkg.__main__\n",
        "pkg/__main__.py": "import pkg.other\n",
        "pkg/other.py": "from pkg import __main__\n",
    },
    "a directory": {"dir/__main__.py": "import other\n", "dir/other.py": "import __main__\n"},
    "a package that is named by its file": {
        "pkg/__init__.py": "",
        "pkg/app.py": f'{GUARD}    __package__ = "pkg.app"\nfrom . import x\nx = 1\n',
        "pkg/x.py": "",
    },
    "a cycle that running hides": {"app.py": "import other\nX = 1\n", "other.py": "from app import X\n"},
    "a cycle that running opens": {"app.py": "from other import Y\n", "other.py": "import app\nY = 1\n"},
}


def programs_of(project: Project) -> list[Program]:
    names = ("app.py", "__main__.py")
    return [each for each in project.programs if Path(each.module.path).name in names]


def with_guards(files: dict[str, str]) -> dict[str, str]:
    """The files, each of which says that it runs; `app.py` and `__main__.py` are programs by their guards."""
    return {
        path: SAY + text + (f"{GUARD}    print()\n" if path.endswith("app.py") else "")
        for path, text in files.items()
    }


def really_run(cpython: CPython, program: Program, root: Path) -> list[str]:
    done = cpython.run(["-W", "ignore", *program.command.split()[1:]], root)
    return [line.removeprefix("run ") for line in done.stdout.splitlines() if line.startswith("run ")]


@pytest.mark.parametrize("name", TREES)
def test_bodies_run_as_often_as_in_cpython(name: str, tmp_path: Path) -> None:
    project = project_of(tmp_path, with_guards(TREES[name]))
    programs = programs_of(project)
    assert programs
    for program in programs:
        trace = project.program_runs.trace(program)
        expected = [event.module for event in trace.events if event.happening is Happening.START]
        for cpython in installed():
            run = really_run(cpython, program, tmp_path)
            if trace.error is not None:  # since 3.13 a traceback imports once more, to suggest a name
                run = run[: len(expected)]
            assert run == expected, (cpython, program.command)


TWICE = {
    "a direct loop",
    "a loop in a function that the guard calls",
    "a loop in another module's function",
    "an import that is caught",
    "a package around it",
    "a cycle that running hides",
    "a cycle that running opens",
}
PRELOADED = {"a package that imports its `__main__`"}
# "a package that is named by its file" is missed: the import graph does not know that program's `__package__`


@pytest.mark.parametrize("name", TREES)
def test_what_is_reported(name: str, tmp_path: Path) -> None:
    codes = [
        each.code for each in found(tmp_path, with_guards(TREES[name])) if each.code in ("IL401", "IL402")
    ]
    assert codes == ["IL401"] * (name in TWICE) + ["IL402"] * (name in PRELOADED)


# ---- what is said


def test_what_doubles_comes_in_the_order_of_what_it_breaks(tmp_path: Path) -> None:
    app = """
        import other

        class Plain:
            pass

        class Caught(Exception):
            pass

        class Compared:
            pass

        CHOICES = ["constant"]
        cache = {}
        counter = 0

        def count():
            global counter
            counter += 1

        def main():
            try:
                other.work()
            except (ValueError, Caught) as error:
                return isinstance(error.args[0], Compared)

        if __name__ == "__main__":
            main()
    """
    (diagnostic,) = found(tmp_path, {"app.py": app, "other.py": "import app\ndef work(): pass\n"})
    assert told([diagnostic]) == [
        "app.py:2 IL401 error `app` runs twice when it is run as a program: its imports lead back to it"
    ]
    assert diagnostic.finding.label == "then there are two of `Caught`, `Compared`, `cache` and 2 more"
    assert [(step.location.path, step.location.span.line) for step in diagnostic.finding.trace] == [
        ("app.py", 2),
        ("other.py", 1),
        ("app.py", 7),
        ("app.py", 14),
        ("app.py", 4),
    ]


def test_without_classes_and_state_it_is_a_warning(tmp_path: Path) -> None:
    files = {"app.py": f"import other\nNAMES = ('a',)\n{GUARD}    print()\n", "other.py": "import app\n"}
    assert told(found(tmp_path, files)) == [
        "app.py:1 IL401 warning `app` runs twice when it is run as a program: its imports lead back to it"
    ]


def test_an_unknown_condition_makes_it_possible(tmp_path: Path) -> None:
    files = {
        "app.py": f"import other\nx = []\n{GUARD}    print()\n",
        "other.py": "import sys\nif sys.argv[1:]:\n    import app\n",
    }
    (diagnostic,) = found(tmp_path, files)
    assert diagnostic.finding.certainty is Certainty.POSSIBLE
    assert diagnostic.finding.message.startswith("`app` may run twice")


def test_an_unknown_condition_inside_what_is_done_again(tmp_path: Path) -> None:
    """A recorded module's doubt is not forgotten for the next program that imports it."""
    files = {
        "app.py": f"import other\nx = []\n{GUARD}    print()\n",
        "before.py": f"import third\nimport other\n{GUARD}    print()\n",
        "other.py": "import sys\nif sys.argv[1:]:\n    import third\n",
        "third.py": "import app\n",
    }
    certainties = {each.finding.subjects: each.finding.certainty for each in found(tmp_path, files)}
    assert certainties == {("app",): Certainty.POSSIBLE}


def test_a_second_run_that_fails(tmp_path: Path) -> None:
    files = {"app.py": f"from other import Y\n{GUARD}    print()\n", "other.py": "import app\nY = 1\n"}
    assert told(found(tmp_path, files)) == [
        "app.py:1 IL401 error `app` runs twice when it is run as a program, and fails: ImportError: cannot "
        "import name 'Y' from partially initialized module 'other' (most likely due to a circular import)"
    ]


def test_a_module_that_cannot_be_imported_either_just_runs_twice(tmp_path: Path) -> None:
    files = {
        "app.py": f"from other import Y\nX = []\n{GUARD}    print()\n",
        "other.py": "from app import X\nY = 1\n",
    }
    assert "IL401" in [each.code for each in found(tmp_path, files)]
    assert all(", and fails" not in each.finding.message for each in found(tmp_path, files))


@pytest.mark.parametrize("shebang", ["", "#!/usr/bin/env python3\n"])
def test_in_a_package_a_guard_alone_may_lead_back(shebang: str, tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/app.py": f"{shebang}class A: pass\n{GUARD}    import pkg.other\n",
        "pkg/other.py": "import pkg.app\n",
    }
    assert [each.code for each in found(tmp_path, files)] == ["IL401"] * bool(shebang)


def test_a_self_import_is_the_business_of_il309(tmp_path: Path) -> None:
    assert [each.code for each in found(tmp_path, {"app.py": f"import app\n{GUARD}    print()\n"}, "IL")] == [
        "IL309"
    ]


def test_a_program_that_hides_a_cycle_is_named(tmp_path: Path) -> None:
    files = {"app.py": f"import other\nX = 1\n{GUARD}    print(X)\n", "other.py": "from app import X\n"}
    (diagnostic,) = found(tmp_path, files, "IL302")
    assert diagnostic.finding.trace[-1].note == "`python app.py` works: there `app` is `__main__`"


def test_a_command_elsewhere_is_not_shown_as_a_line_of_the_program(tmp_path: Path) -> None:
    """The step stands in the `Makefile`: no text of the module's is put beside it."""
    files = {
        "Makefile": "run:\n\tpython app.py\n",
        "app.py": "import report\nclass Problem(Exception): ...\n",
        "report.py": "from app import Problem\n",
    }
    (diagnostic,) = found(tmp_path, files, select="IL302")
    step = diagnostic.finding.trace[-1]
    assert (step.location.path, step.code) == ("Makefile", "")


def test_a_program_that_fails_too_is_not_named(tmp_path: Path) -> None:
    files = {
        "app.py": f"from other import Y\nX = 1\n{GUARD}    print()\n",
        "other.py": "from app import X\nY = 1\n",
    }
    crashes = found(tmp_path, files, "IL301")
    assert crashes
    assert all("works:" not in step.note for each in crashes for step in each.finding.trace)


@pytest.mark.parametrize("command", ["", "python -m pkg.app"])
def test_preloaded_where_a_command_runs_it(command: str, tmp_path: Path) -> None:
    files = {
        "Makefile": f"all:\n\t{command}\n",
        "pkg/__init__.py": "from pkg import app\n",
        "pkg/app.py": f"class A: pass\n{GUARD}    print()\n",
    }
    told_of = told(found(tmp_path, files, "IL402"))
    expected = "pkg/__init__.py:1 IL402 warning `python -m pkg.app` runs `pkg.app` twice: `pkg` has imported it by then"
    assert told_of == [expected] * bool(command)
    for cpython in installed():
        assert (
            "RuntimeWarning: 'pkg.app' found in sys.modules"
            in cpython.run(["-m", "pkg.app"], tmp_path).stderr
        )


def test_a_package_that_gives_up_on_it_has_not_preloaded_it(tmp_path: Path) -> None:
    """What has failed is not in `sys.modules`, and runs once more, from the start."""
    files = {
        "pkg/__init__.py": "try:\n    import pkg.__main__\nexcept ValueError:\n    pass\n",
        "pkg/__main__.py": f'if __name__ != "__main__":\n    raise ValueError\n{GUARD}    print()\n',
    }
    assert found(tmp_path, files, "IL402") == []
    for cpython in installed():
        assert "RuntimeWarning" not in cpython.run(["-m", "pkg"], tmp_path).stderr
