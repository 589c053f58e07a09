"""What changes with 3.14 and 3.15, of which no interpreter is at hand: CPython's own notes are the source."""

import sys
import zipfile
from pathlib import Path

import pytest

from importlint.finder.environment import Environment, choose_environment, explicit_path
from importlint.finder.finder import Finder
from importlint.finder.resolve import resolve
from importlint.finder.spec import Kind
from importlint.target import Target
from tests.trees import Tree


def _installation(root: Path, version: str, build: str = "") -> Environment:
    """An installation that consists of its landmark and what the build says of itself."""
    library = f"lib/python{version}"
    Tree(
        {
            f"{library}/os.py": "",
            f"{library}/_sysconfigdata__linux_x86_64-linux-gnu.py": f"build_time_vars = {{{build}}}\n",
            f"{library}/site-packages/": "",
        }
    ).write(root)
    return choose_environment(str(root), "/", {"PYTHONNOUSERSITE": "1"})


@pytest.mark.parametrize(("minor", "found"), [(13, False), (14, True), (15, True)])
def test_directories_that_an_archive_implies(minor: int, found: bool, tmp_path: Path) -> None:
    """gh-59110: since 3.14 `zipimport` knows directories that only file names show."""
    with zipfile.ZipFile(tmp_path / "archive", "w") as archive:
        archive.writestr("space/inner/m.py", "")
    finder = Finder(explicit_path((), {}), Target(version=(3, minor)))
    path = (str(tmp_path / "archive"),)
    assert bool(resolve(finder, "space.inner.m", path).spec) is found


def test_extension_suffixes(tmp_path: Path) -> None:
    """gh-122931 and PEP 803: 3.15 has stable ABI tags with a platform, and those of free-threaded builds."""
    build = "'EXT_SUFFIX': '.cpython-315-x86_64-linux-gnu.so', 'SOABI_PLATFORM': 'x86_64-linux-gnu'"
    assert _installation(tmp_path / "15", "3.15", build).extension_suffixes == (
        ".cpython-315-x86_64-linux-gnu.so",
        ".abi3-x86_64-linux-gnu.so",
        ".abi3.so",
        ".abi3t-x86_64-linux-gnu.so",
        ".abi3t.so",
        ".so",
    )
    threaded = build.replace("315", "315t")
    assert _installation(tmp_path / "15t", "3.15t", threaded).extension_suffixes == (
        ".cpython-315t-x86_64-linux-gnu.so",
        ".abi3t-x86_64-linux-gnu.so",
        ".abi3t.so",
        ".so",
    )


@pytest.mark.parametrize(
    ("version", "added"),
    [("3.14", ["site-packages", "  indented", " import sys"]), ("3.15", ["site-packages", "indented"])],
)
def test_white_space_before_a_line(version: str, added: list[str], tmp_path: Path) -> None:
    """3.15 strips the lines of `.pth` files; before, the white space belongs to the path."""
    environment = _installation(tmp_path, version)
    site = Path(environment.path[-1])
    for name in ("indented", "  indented", " import sys"):
        (site / name).mkdir()
    (site / "a.pth").write_text("  indented\n import sys\n")
    path = choose_environment(str(tmp_path), "/", {"PYTHONNOUSERSITE": "1"}).path
    assert [Path(entry).name for entry in path[3:]] == added


@pytest.mark.parametrize(
    ("name", "minor", "local"),
    [("linecache", 14, True), ("linecache", 15, False), ("runpy", 14, False), ("random", 15, True)],
)
def test_frozen_modules_win_over_a_script_directory(
    name: str, minor: int, local: bool, tmp_path: Path
) -> None:
    (tmp_path / f"{name}.py").touch()
    environment = explicit_path((), {})
    spec = Finder(environment, Target(version=(3, minor))).find(name, (str(tmp_path), *environment.path)).spec
    assert spec is not None
    assert (spec.origin == str(tmp_path / f"{name}.py")) is local


@pytest.mark.parametrize(
    ("name", "minor", "kind"),
    [
        ("annotationlib", 13, None),
        ("annotationlib", 14, Kind.ASSUMED if sys.version_info < (3, 14) else Kind.SOURCE),
        ("profiling", 14, None),
        ("sre_parse", 14, Kind.SOURCE if sys.version_info < (3, 15) else Kind.ASSUMED),
        ("sre_parse", 15, None),
        ("_types", 14, Kind.BUILTIN),
    ],
)
def test_names_of_the_standard_library(name: str, minor: int, kind: Kind | None) -> None:
    environment = explicit_path((), {})
    spec = Finder(environment, Target(version=(3, minor))).find(name, environment.path).spec
    assert (spec.kind if spec else None) is kind
