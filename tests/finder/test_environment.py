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


@pytest.mark.parametrize("name", ["sitecustomize.py", "usercustomize/__init__.py"])
def test_modules_that_run_at_start_up(name: str, tmp_path: Path) -> None:
    """Those that leave imports alone change nothing; of others, nothing that is absent is certain."""
    site = f"env/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
    settings = _HOME + "include-system-site-packages = true\n"
    Tree({"env/pyvenv.cfg": settings, f"{site}/{name}": "import os\nos.umask(0o77)\n"}).write(tmp_path)
    before = choose_environment(str(tmp_path / "env"), "/", {"HOME": "/nowhere"})
    assert before.notes == ()
    assert not Finder(before).find("absent", before.path).opaque
    (tmp_path / site / name).write_text("import sys\nsys.path.append(made_up())\n")
    after = choose_environment(str(tmp_path / "env"), "/", {"HOME": "/nowhere"})
    assert after.notes == (f"{tmp_path}/{site}/{name}: runs code at start-up that cannot be modelled",)
    assert Finder(after).find("absent", after.path).opaque
    without = choose_environment(str(tmp_path / "env"), "/", {"HOME": "/nowhere", "PYTHONNOUSERSITE": "1"})
    assert bool(without.notes) is name.startswith("site")


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


def test_the_environment_that_pre_commit_made_is_not_the_projects(project: Path) -> None:
    """In a hook, `VIRTUAL_ENV` is where importlint itself is installed; another one was activated by someone."""
    hook = {"PRE_COMMIT": "1", "VIRTUAL_ENV": sys.prefix}
    active = {"PRE_COMMIT": "1", "VIRTUAL_ENV": str(project.parent / "active")}
    assert choose_environment(None, str(project), hook).prefix == str(project / ".venv")
    assert not choose_environment(None, str(project.parent), hook).known
    assert choose_environment(None, str(project), active).prefix == active["VIRTUAL_ENV"]
    assert choose_environment(None, str(project), {"VIRTUAL_ENV": sys.prefix}).prefix == sys.prefix


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
    environment = explicit_path((str(tmp_path),), {})
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
    environment = explicit_path((str(tmp_path / "one"), str(tmp_path / "two")), {})
    finder = Finder(environment)
    assert environment.path[-2:] == (str(tmp_path / "one"), str(tmp_path / "two"))
    assert not environment.site_dirs
    assert not any("site-packages" in entry for entry in environment.path)
    spec = resolve(finder, "m", environment.path).spec
    assert spec is not None
    assert spec.origin == str(tmp_path / "one" / "m.py")
    assert finder.find("json", environment.path).spec != finder.find("json", (str(tmp_path / "one"),)).spec


def test_start_up_code_that_cannot_be_modelled(tmp_path: Path) -> None:
    """Absent top-level names are uncertain; what is found stays found, and what is below it absent."""
    site = f"env/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
    meson = "class MesonpyMetaFinder: ...\ndef init(): sys.meta_path.insert(0, MesonpyMetaFinder({'built'}, '/gone'))\n"
    Tree(
        {
            "env/pyvenv.cfg": _HOME + "include-system-site-packages = false\n",
            f"{site}/_built_editable.py": meson,
            f"{site}/_built_editable.pth": "import _built_editable\n",
        }
    ).write(tmp_path)
    environment = choose_environment(str(tmp_path / "env"), "/", {})
    assert resolve(Finder(environment), "built.core", environment.path).opaque
    assert [note for note in environment.notes if "_built_editable.pth" in note]
    (tmp_path / site / "_built_editable.pth").unlink()
    (tmp_path / site / "unknown.pth").write_text("import os; exec(os.environ.get('START', ''))\n")
    environment = choose_environment(str(tmp_path / "env"), "/", {})
    resolution = resolve(Finder(environment), "other", environment.path)
    assert resolution.opaque
    assert resolution.searches[-1].tried[-1].outcome is Outcome.OPAQUE
    assert resolve(Finder(environment), "json.absent", environment.path).opaque is None
    assert [note for note in environment.notes if "unknown.pth" in note]


def test_start_up_code_that_leaves_imports_alone(tmp_path: Path) -> None:
    """Neither the line nor the module that it imports speaks of what finds modules."""
    site = f"env/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
    settings = _HOME + "include-system-site-packages = false\n"
    Tree({"env/pyvenv.cfg": settings, f"{site}/helper.py": "import json\njson.loads('1')\n"}).write(tmp_path)

    def is_uncertain(line: str) -> bool:
        (tmp_path / site / "line.pth").write_text(line)
        environment = choose_environment(str(tmp_path / "env"), "/", {})
        return resolve(Finder(environment), "other", environment.path).opaque is not None

    assert not is_uncertain("import helper\n")
    assert not is_uncertain("import os; exec('try:\\n import helper\\nexcept Exception: pass')\n")
    assert not is_uncertain("import gone\n")
    assert is_uncertain("import os; exec('import helper, os')\n")
    assert is_uncertain("import helper; __import__('hel' + 'per')\n")
    (tmp_path / site / "helper.py").write_text("import sys\nsys.meta_path.append(None)\n")
    assert is_uncertain("import helper\n")


def test_windows_own_path_file(tmp_path: Path) -> None:
    """`._pth` beside the DLL says all of the path; `site` runs only where it is told to."""
    Tree(
        {
            "python.exe": "",
            "python313.dll": "",
            "Lib/os.py": "",
            "Lib/site-packages/m.py": "",
            "python313._pth": "python313.zip # comment\n.\n\nimport other\nLib\\inner\n",
        }
    ).write(tmp_path)
    environment = choose_environment(str(tmp_path), "/", {})
    assert environment.path == tuple(str(tmp_path / name) for name in ("python313.zip", "", "Lib/inner"))
    with (tmp_path / "python313._pth").open("a") as file:
        file.write("import site\n")
    environment = choose_environment(str(tmp_path), "/", {"PYTHONNOUSERSITE": "1"})
    assert environment.path[-1] == str(tmp_path / "Lib" / "site-packages")


def test_a_stale_setting_is_named(project: Path) -> None:
    """`VIRTUAL_ENV` of an environment that is gone is passed over, and `config` shows that it was."""
    environment = choose_environment(None, str(project), {"VIRTUAL_ENV": "/nowhere/gone"})
    assert Path(environment.prefix).name == ".venv"
    assert [note for note in environment.notes if "`VIRTUAL_ENV`" in note and "/nowhere/gone" in note]


def _kind(finder: Finder, name: str, environment: Environment) -> Kind | None:
    spec = resolve(finder, name, environment.path).spec
    return spec.kind if spec else None
