"""IL403 and IL410 where a page cannot show them: files that are executable."""

from __future__ import annotations

from pathlib import Path

import pytest

from importlint.check import check
from importlint.config import load_settings
from importlint.project import Project
from tests.cpython import installed
from tests.trees import Tree


def told(root: Path, files: dict[str, str], *executable: str) -> list[str]:
    Tree({"pyproject.toml": "", **files}).write(root)
    for path in executable:
        (root / path).chmod(0o755)
    settings = load_settings(str(root), path=[], source_roots=["."], select=["IL403", "IL410"])
    report = check(Project(settings, (".",), cwd=str(root)))
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
