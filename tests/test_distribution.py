"""What is shipped: the sdist and the wheel that is built from it, and the rulebook as the wheel has it."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

from importlint import __version__
from importlint.rules import RULES
from tests.cpython import clean_environment
from tests.documents import ROOT

PAGES = {path.name: path.read_bytes() for path in ROOT.glob("rules/*.md")}
MODULES = {str(path.relative_to(ROOT)) for path in ROOT.glob("importlint/**/*.py")}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with both distributions, the wheel built from the unpacked sdist."""
    directory = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--outdir", str(directory), str(ROOT)]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return directory


@pytest.fixture(scope="module")
def wheel(built: Path) -> zipfile.ZipFile:
    (path,) = built.glob("*.whl")
    assert path.name == f"importlint-{__version__}-py3-none-any.whl"
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    return message_from_bytes(wheel.read(f"importlint-{__version__}.dist-info/METADATA"))


def test_wheel_has_every_module_and_nothing_else_at_the_top(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    assert {name.partition("/")[0] for name in names} == {"importlint", f"importlint-{__version__}.dist-info"}
    assert {name for name in names if name.endswith(".py")} == MODULES
    assert "importlint/py.typed" in names


def test_wheel_has_the_pages_as_they_are(wheel: zipfile.ZipFile) -> None:
    inside = {Path(name).name: wheel.read(name) for name in wheel.namelist() if name.endswith(".md")}
    assert inside == PAGES
    assert sum(name.startswith("IL") for name in PAGES) == len(RULES)


def test_metadata(metadata: Message) -> None:
    assert metadata["Requires-Python"] == ">=3.10"
    assert metadata["License-Expression"] == "MIT"
    always = [
        requirement for requirement in metadata.get_all("Requires-Dist", []) if "extra ==" not in requirement
    ]
    assert always == [
        "ast-serialize<0.14,>=0.13.1",
        "libcst>=1.9",
        "msgspec>=0.19",
        "pathspec>=1.0",
        "tomli>=2.0; python_version < '3.11'",
        "tqdm>=4.66",
    ]


def test_entry_point_and_licence(wheel: zipfile.ZipFile) -> None:
    folder = f"importlint-{__version__}.dist-info"
    assert "importlint = importlint.cli:main" in wheel.read(f"{folder}/entry_points.txt").decode()
    assert wheel.read(f"{folder}/licenses/LICENSE") == ROOT.joinpath("LICENSE").read_bytes()


def test_explain_works_from_the_wheel(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    """Away from the checkout, each rule's page is found in the package itself."""
    wheel.extractall(tmp_path / "site")
    for rule in (RULES[0], RULES[-1]):
        done = subprocess.run(
            [sys.executable, "-m", "importlint", "explain", rule.code],
            cwd=tmp_path,
            env={**clean_environment(), "PYTHONPATH": str(tmp_path / "site")},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (0, "")
        page = PAGES[f"{rule.code}-{rule.name}.md"].decode()
        assert done.stdout == page.partition("\n---\n")[2]


def test_sdist_has_what_its_tests_need(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        files = {name.partition("/")[2] for name in archive.getnames()}
    tests = {str(path.relative_to(ROOT)) for path in ROOT.glob("tests/**/*.py")}
    documents = {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "pyproject.toml"}
    hidden = {os.path.join(".ci", "run"), ".pre-commit-hooks.yaml"}
    assert MODULES | tests | documents | hidden | {f"rules/{name}" for name in PAGES} <= files
