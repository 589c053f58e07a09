"""IL403 and IL410 where a page cannot show them: files that are executable."""

from __future__ import annotations

from pathlib import Path

import pytest

from importlint.check import check
from importlint.config import load_settings
from importlint.diagnostics import Location
from importlint.programs.program import Program, Reason, Start
from importlint.project import Project
from importlint.syntax.facts import Span
from tests.cpython import installed
from tests.trees import Tree


def told(
    root: Path, files: dict[str, str], *executable: str, start: tuple[str, Start, str] | None = None
) -> list[str]:
    """What is found, if nothing but `start` says how a file is run: its path, the way, and what Python is given."""
    Tree({"pyproject.toml": "", **files}).write(root)
    for path in executable:
        (root / path).chmod(0o755)
    settings = load_settings(str(root), path=[], source_roots=["."], select=["IL403", "IL410"])
    project = Project(settings, (".",), cwd=str(root))
    if start is not None:
        path, way, name = start
        (module,) = (each for each in project.given_modules if each.display == path)
        reason = Reason(Location("Makefile", Span(1, 1, 1, 1)), f"`python {name}` in `Makefile`")
        project.programs = (Program(module=module, start=way, name=name, reasons=(reason,)),)
    report = check(project)
    return [
        f"{each.finding.location.path}:{each.finding.location.span.line} {each.code} {each.finding.message}"
        for each in report.diagnostics
    ]


TOOLS = {"tools/__init__.py": "", "tools/steps.py": "def build(): ...\n"}
RELATIVE = "#!/usr/bin/env python3\nfrom .steps import build\nif __name__ == '__main__':\n    build()\n"


def test_an_executable_file_of_a_package(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    assert told(root, {**TOOLS, "tools/build.py": RELATIVE}, "tools/build.py") == [
        "tools/build.py:2 IL403 `.steps` has nothing to start from: `python tools/build.py` gives it no package"
    ]
    for cpython in installed():
        assert cpython.run(["tools/build.py"], root).stderr.endswith(
            "ImportError: attempted relative import with no known parent package\n"
        )


@pytest.mark.parametrize(
    ("text", "executable"),
    [
        (RELATIVE, ()),
        (RELATIVE.partition("\n")[2], ("tools/build.py",)),
        (RELATIVE.replace("from .steps", "from tools.steps"), ("tools/build.py",)),
    ],
    ids=["not executable", "no #!", "absolute"],
)
def test_what_is_not_made_to_be_run_by_its_path(
    text: str, executable: tuple[str, ...], tmp_path: Path
) -> None:
    assert told(tmp_path.resolve(), {**TOOLS, "tools/build.py": text}, *executable) == []


def test_how_a_command_starts_it_counts_and_not_what_it_looks_like(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    files = {
        **TOOLS,
        "tools/build.py": RELATIVE,
        "tool/__main__.py": "from .steps import build\n",
        "tool/steps.py": "build = 1\n",
    }
    assert told(root, files) == [
        "tool/__main__.py:1 IL403 `.steps` has nothing to start from: `python tool` gives it no package"
    ]
    assert (
        "tools/build.py:2 IL403 `.steps` has nothing to start from: `python tools/build.py` gives it no package"
        in told(root, files, start=("tools/build.py", Start.FILE, "tools/build.py"))
    )
    assert told(root, files, start=("tool/__main__.py", Start.MODULE, "tool")) == []
    for cpython in installed():
        assert cpython.run(["-m", "tool"], root).returncode == 0


@pytest.mark.parametrize(
    ("start", "name", "arguments", "expected"),
    [
        (Start.FILE, "app.py", ["app.py"], [3, 4]),
        (Start.MODULE, "app", ["-m", "app"], [4]),
    ],
)
def test_what_a_start_leaves_out(
    start: Start, name: str, arguments: list[str], expected: list[int], tmp_path: Path
) -> None:
    """Each line that is reported fails; the others do not."""
    root = tmp_path.resolve()
    lines = ["import importlib", "import sys", "__spec__.name", "importlib.import_module('.x', __package__)"]
    found = told(root, {"app.py": "\n".join(lines) + "\n"}, start=("app.py", start, name))
    assert [int(line.split(":")[1].split()[0]) for line in found] == expected
    for number in (3, 4):
        text = "\n".join(line for index, line in enumerate(lines, 1) if index in (1, 2, number))
        Tree({"app.py": text + "\n"}).write(root)
        for cpython in installed():
            assert (cpython.run(arguments, root).returncode != 0) is (number in expected)


@pytest.mark.parametrize(
    ("path", "name", "why"),
    [
        ("pkg/sub/deep.py", "sub.deep", "starts in the package `sub`"),
        ("pkg/tool.py", "tool", "gives it no package"),
        ("pkg/sub/near.py", "sub.near", None),
        ("pkg/sub/deep.py", "pkg.sub.deep", None),
    ],
)
def test_a_module_that_is_run_from_inside_its_package(
    path: str, name: str, why: str | None, tmp_path: Path
) -> None:
    root = tmp_path.resolve()
    files = {
        "pkg/__init__.py": "",
        "pkg/util.py": "x = 1\n",
        "pkg/tool.py": "from .util import x\n",
        "pkg/sub/__init__.py": "",
        "pkg/sub/deep.py": "from ..util import x\n",
        "pkg/sub/near.py": "from .other import __name__\n",
        "pkg/sub/other.py": "",
    }
    found = told(root, files, start=(path, Start.MODULE, name))
    assert [line.partition(": ")[2] for line in found] == (
        [] if why is None else [f"`python -m {name}` {why}"]
    )
    for cpython in installed():
        place = root if name.startswith("pkg.") else root / "pkg"
        assert (cpython.run(["-m", name], place).returncode != 0) is (why is not None)


PEP_366 = """#!/usr/bin/env python3
import os
import sys
if __name__ == "__main__" and __package__ is None:
    sys.path.insert(0, {path})
    __package__ = "{package}"
    import tools
from .steps import build
"""


@pytest.mark.parametrize(
    ("path", "package", "works"),
    [
        ("os.path.dirname(os.path.dirname(os.path.abspath(__file__)))", "tools", True),
        ("os.path.dirname(os.path.dirname(os.path.abspath(__file__)))", "", False),
    ],
)
def test_a_file_that_gives_itself_a_package(path: str, package: str, works: bool, tmp_path: Path) -> None:
    """PEP 366: the run of the program decides."""
    root = tmp_path.resolve()
    text = PEP_366.format(path=path, package=package)
    found = told(root, {**TOOLS, "tools/build.py": text}, "tools/build.py")
    assert (not any("IL403" in line for line in found)) is works, found
    for cpython in installed():
        assert (cpython.run(["tools/build.py"], root).returncode == 0) is works
