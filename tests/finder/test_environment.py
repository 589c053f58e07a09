"""Which environment is chosen, and what happens where none is; the paths themselves are the oracle's business."""

import sys
from pathlib import Path

import pytest

from importlint.finder.environment import (
    Environment,
    EnvironmentNotFoundError,
    choose_environment,
    explicit_path,
)
from importlint.finder.finder import Finder
from importlint.finder.resolve import resolve
from importlint.finder.spec import Kind, Outcome
from importlint.target import Target
from tests.trees import Tree

_HOME = f"home = {sys.base_prefix}/bin\nversion = {sys.version_info[0]}.{sys.version_info[1]}.0\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Four virtual environments: two beside the project, two elsewhere."""
    for name in ("project/.venv", "project/venv", "active", "conda"):
        Tree({f"{name}/pyvenv.cfg": _HOME}).write(tmp_path)
    return tmp_path / "project"


def test_order_of_choice(project: Path) -> None:
    """What is named wins over what is active, that over what lies beside the project."""
    active = {"VIRTUAL_ENV": str(project.parent / "active"), "CONDA_PREFIX": str(project.parent / "conda")}
    conda = {"VIRTUAL_ENV": "", "CONDA_PREFIX": active["CONDA_PREFIX"]}

    def chosen(explicit: str | None, environ: dict[str, str]) -> str:
        environment = choose_environment(explicit, str(project), environ)
        assert environment.known
        return Path(environment.prefix).name

    assert chosen(str(project / "venv"), active) == "venv"
    assert chosen(None, active) == "active"
    assert chosen(None, conda) == "conda"
    assert chosen(None, {"VIRTUAL_ENV": str(project / "absent")}) == ".venv"
    (project / ".venv" / "pyvenv.cfg").unlink()
    assert chosen(None, {}) == "venv"
    (project / "venv" / "pyvenv.cfg").unlink()
    assert not choose_environment(None, str(project), {}).known


@pytest.mark.parametrize("explicit", ["absent", "empty", "file", "old"])
def test_no_environment_where_one_is_named(explicit: str, tmp_path: Path) -> None:
    """The message names the path and says what to name instead."""
    old = "home = /nowhere\nversion = 3.7.1\n"
    Tree({"empty/": "", "file": "no interpreter", "old/pyvenv.cfg": old}).write(tmp_path)
    with pytest.raises(EnvironmentNotFoundError, match=str(tmp_path / explicit)):
        choose_environment(str(tmp_path / explicit), str(tmp_path), {})


@pytest.mark.parametrize("text", ["", "home\n", "= \n", "\0", "version = x.y\nhome = /nowhere\n"])
def test_strange_settings_do_not_crash(text: str, tmp_path: Path) -> None:
    """A `pyvenv.cfg` that says little is followed as far as it goes, or leads to no environment."""
    Tree({"env/pyvenv.cfg": text, "env/lib/python3.12/site-packages/m.py": ""}).write(tmp_path)
    environment = choose_environment(str(tmp_path / "env"), "/", {})
    assert environment.version == (3, 12)
    assert resolve(Finder(environment), "m", environment.path).spec


def test_an_environment_whose_base_is_gone(tmp_path: Path) -> None:
    """Its packages are found, and its standard library is taken from the tables."""
    settings = f"home = {tmp_path}/gone\nversion = 3.9.1\ninclude-system-site-packages = false\n"
    Tree({"env/pyvenv.cfg": settings, "env/lib/python3.9/site-packages/m.py": ""}).write(tmp_path)
    environment = choose_environment(str(tmp_path / "env"), "/", {})
    finder = Finder(environment)
    assert any("standard library" in note for note in environment.notes)
    assert _kind(finder, "m", environment) is Kind.SOURCE
    assert _kind(finder, "parser", environment) is Kind.ASSUMED
    assert _kind(finder, "json.decoder", environment) is None
    assert resolve(finder, "json.decoder", environment.path).opaque
    assert _kind(finder, "tomllib", environment) is None
    assert resolve(finder, "tomllib", environment.path).opaque is None


def test_another_platform(tmp_path: Path) -> None:
    """Windows' modules are found for Windows, and POSIX' are not."""
    environment = explicit_path((str(tmp_path),))
    finder = Finder(environment, Target(version=environment.version, platform="win32"))
    assert _kind(finder, "winsound", environment) is Kind.ASSUMED
    assert _kind(finder, "fcntl", environment) is None
    fcntl = finder.standard_library("fcntl")
    assert fcntl is not None
    assert fcntl.platform == "posix"
    assert finder.standard_library("numpy") is None


def test_exactly_the_given_path(tmp_path: Path) -> None:
    """The standard library, then the directories, and no site-packages."""
    Tree({"one/json.py": "", "one/m.py": "", "two/m.py": ""}).write(tmp_path)
    environment = explicit_path((str(tmp_path / "one"), str(tmp_path / "two")))
    finder = Finder(environment)
    assert environment.path[-2:] == (str(tmp_path / "one"), str(tmp_path / "two"))
    assert not environment.site_dirs
    assert not any("site-packages" in entry for entry in environment.path)
    spec = resolve(finder, "m", environment.path).spec
    assert spec is not None
    assert spec.origin == str(tmp_path / "one" / "m.py")
    assert finder.find("json", environment.path).spec != finder.find("json", (str(tmp_path / "one"),)).spec


def test_start_up_code_that_cannot_be_modelled(tmp_path: Path) -> None:
    """Absent names are uncertain: all top-level ones, or those that the code names; what is found stays found."""
    site = f"env/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
    skbuild = "class ScikitBuildRedirectingFinder: ...\ninstall({'built.core': '/p/core.py'}, {'built._c': 'c.so'})\n"
    Tree(
        {
            "env/pyvenv.cfg": _HOME + "include-system-site-packages = false\n",
            f"{site}/_built_editable.py": skbuild,
            f"{site}/_built_editable.pth": "import _built_editable\n",
        }
    ).write(tmp_path)
    environment = choose_environment(str(tmp_path / "env"), "/", {})
    assert resolve(Finder(environment), "built.core", environment.path).opaque
    assert resolve(Finder(environment), "other", environment.path).opaque is None
    assert not environment.notes
    (tmp_path / site / "unknown.pth").write_text("import os; exec('anything')\n")
    environment = choose_environment(str(tmp_path / "env"), "/", {})
    resolution = resolve(Finder(environment), "other", environment.path)
    assert resolution.opaque
    assert resolution.searches[-1].tried[-1].outcome is Outcome.OPAQUE
    assert resolve(Finder(environment), "json.absent", environment.path).opaque is None
    assert [note for note in environment.notes if "unknown.pth" in note]


def _kind(finder: Finder, name: str, environment: Environment) -> Kind | None:
    spec = resolve(finder, name, environment.path).spec
    return spec.kind if spec else None
