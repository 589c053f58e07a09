"""The modelled `sys.path` against the one that each interpreter, and environments made with it, start with."""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from importlint.finder.environment import choose_environment
from importlint.finder.finder import Finder
from tests.cpython import CPython, interpreters, run
from tests.trees import Tree

_SHOW = ["-c", "import json, sys; print(json.dumps(sys.path[1:]))"]

_PTH_FILES: dict[str, bytes] = {
    "B-first.pth": b"../sibling\n# comment\n\nabsent\n{root}/elsewhere   \n",
    "a.pth": b"sibling2\r\n./sibling2\r\n\t\n  indented\n",
    "a.PTH": b"{root}/never\n",
    ".hidden.pth": b"{root}/hidden\n",
    "bom.pth": b"\xef\xbb\xbf{root}/bom\n{root}/after-bom\n",
    "call.pth": b"import sys; sys.path.append('{root}/appended')\nimport sys; sys.path.insert(0, '{root}/inserted')\n",
    "easy-install.pth": (
        b"import sys; sys.__plen = len(sys.path)\n./egg.egg\n{root}/developed\n"
        b"import sys; new=sys.path[sys.__plen:]; del sys.path[sys.__plen:]; "
        b"p=getattr(sys,'__egginsert',0); sys.path[p:p]=new; sys.__egginsert = p+len(new)\n"
    ),
    "feed.pth": b"{root}/feed1\x0c{root}/feed2\n",
    "file.pth": b"{root}/archive.zip\n",
    "import.pth": b"importable\n import indented\n",
    "site.pth": b"import site; site.addsitedir('{root}/nested-site')\n",
    "unknown.pth": b"import os; os.environ.get('nothing')\n",
}
_CMEEL = """
import os
import sys
from pathlib import Path
SITELIB = os.sep.join(["lib", "python" + ".".join(sys.version.split(".")[:2]), "site-packages"])
sys.path.append(str(Path(__file__).parent / "cmeel.prefix" / SITELIB))
"""
"""The part of cmeel's module that counts where there is no other prefix on the path."""

_DIRECTORIES = (
    *("elsewhere", "never", "hidden", "bom", "after-bom", "appended", "inserted", "developed"),
    *("feed1", "feed2", "nested-site", "by-nested-site", "user"),
)
_IN_SITE = ("../sibling", "sibling2", "  indented", "egg.egg", "importable", " import indented")


@pytest.fixture(params=interpreters(), ids=lambda cpython: cpython.executable, scope="module")
def interpreter(request: pytest.FixtureRequest) -> CPython:
    answer: CPython = request.param
    return answer


@pytest.mark.parametrize(
    "env", [{"PYTHONNOUSERSITE": "1"}, {"PYTHONNOUSERSITE": "", "PYTHONUSERBASE": "user"}]
)
def test_path_of_an_installation(interpreter: CPython, env: Mapping[str, str], tmp_path: Path) -> None:
    user = {name: str(tmp_path / value) if value == "user" else value for name, value in env.items()}
    version = f"python{interpreter.version[0]}.{interpreter.version[1]}"
    (tmp_path / "user" / "lib" / version / "site-packages").mkdir(parents=True)
    assert _modelled(interpreter.executable, user) == _started(interpreter.executable, user, tmp_path)


@pytest.mark.parametrize("options", [[], ["--system-site-packages"]], ids=["isolated", "system"])
def test_path_of_a_virtual_environment(interpreter: CPython, options: list[str], tmp_path: Path) -> None:
    executable = _make_environment(interpreter, tmp_path / "env", options)
    assert _modelled(executable, {}) == _started(executable, {}, tmp_path)
    assert _modelled(str(tmp_path / "env"), {}) == _started(executable, {}, tmp_path)


def test_path_files(interpreter: CPython, tmp_path: Path) -> None:
    """`Lib/site.py`: which `.pth` files are read, in which order, and which lines add a path entry."""
    executable = _make_environment(interpreter, tmp_path / "env", [])
    site = Path(next(entry for entry in _started(executable, {}, tmp_path) if "site-packages" in entry))
    for name in _DIRECTORIES:
        (tmp_path / name).mkdir()
    for name in _IN_SITE:
        (site / name).mkdir()
    (tmp_path / "archive.zip").write_bytes(b"")
    (tmp_path / "nested-site" / "more.pth").write_text("../by-nested-site\n")
    for name, content in _PTH_FILES.items():
        (site / name).write_bytes(content.replace(b"{root}", str(tmp_path).encode()))
    modelled, real = _modelled(executable, {}), _started(executable, {}, tmp_path)
    assert modelled == real
    assert str(tmp_path / "developed") in real


@pytest.mark.parametrize(
    "settings",
    [
        "",
        "include-system-site-packages = yes\n",
        "include-system-site-packages = TRUE\n",
        "Include-System-Site-Packages=false\ninclude-system-site-packages = true\n",
        "# home = nowhere\ninclude-system-site-packages = false\n",
    ],
)
def test_settings_of_a_virtual_environment(cpython: CPython, settings: str, tmp_path: Path) -> None:
    """PEP 405: `pyvenv.cfg`, without a version, with the last of several values."""
    executable = _make_environment(cpython, tmp_path / "env", [])
    home = Path(cpython.executable).parent
    (tmp_path / "env" / "pyvenv.cfg").write_text(f"home = {home}\n{settings}")
    assert _modelled(executable, {}) == _started(executable, {}, tmp_path)


def test_path_of_the_running_python(tmp_path: Path) -> None:
    """The fall-back is not known to be the project's, and equals what this very Python starts with."""
    environment = choose_environment(None, str(tmp_path), {"PYTHONNOUSERSITE": "1"})
    assert not environment.known
    assert list(environment.path) == _started(sys.executable, {}, tmp_path)


_PYTHONPATHS = {
    "several": "{root}/one:{root}/absent:{root}/two/../one:{root}/two",
    "current directory": ":{root}/one:",
    "relative": "one:./two/.",
    "nothing": "",
    "link": "{root}/link:{root}/one",
    "archive": "{root}/archive.zip/inside",
    "home": "~:$HOME",
    "standard library": "{library}/lib-dynload:{root}/one:{library}",
    "site directory": "{root}/one:{site}:{root}/two",
}


def test_pythonpath(interpreter: CPython, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its entries come first, whether or not they are there, and site-packages' `.pth` files count nevertheless."""
    monkeypatch.chdir(tmp_path)
    executable = _make_environment(interpreter, tmp_path / "env", [])
    library, site = (_started(executable, {}, tmp_path)[position] for position in (1, -1))
    Tree({"one/": "", "two/": "", "archive.zip": ""}).write(tmp_path)
    (tmp_path / "link").symlink_to("one")
    (Path(site) / "a.pth").write_text(
        f"{tmp_path}/two\n{tmp_path}/link\nimport sys; sys.path.insert(0, '/inserted')\n"
    )
    (Path(site) / "easy-install.pth").write_bytes(_PTH_FILES["easy-install.pth"])
    (Path(site) / "egg.egg").mkdir()
    places = {"root": tmp_path, "library": library, "site": site}
    for python in (executable, interpreter.executable):
        envs = {case: {"PYTHONPATH": text.format_map(places)} for case, text in _PYTHONPATHS.items()}
        real = {case: _started(python, env, tmp_path) for case, env in envs.items()}
        assert {case: _modelled(python, env) for case, env in envs.items()} == real


def test_pythonpath_is_there_when_start_up_imports(cpython: CPython, tmp_path: Path) -> None:
    """What CPython imports before anything else is found there, unless it is frozen; not so in source roots."""
    env = {"PYTHONPATH": str(tmp_path / "first")}
    library = choose_environment(cpython.executable, "/", {}).library
    names = ("stat", "genericpath", "_sitebuiltins", "codecs", "colorsys")
    for name in names:
        for place in ("first", "cwd"):
            (tmp_path / place).mkdir(exist_ok=True)
            shutil.copy(f"{library}/{name}.py", tmp_path / place)
    program = (
        f"import json, {', '.join(names)}; print(json.dumps([{', '.join(f'{n}.__file__' for n in names)}]))"
    )
    for variables in ({}, env):
        answer = cpython.run(["-c", program], tmp_path / "cwd", variables)
        environment = choose_environment(cpython.executable, "/", {"PYTHONNOUSERSITE": "1", **variables})
        path = (str(tmp_path / "cwd"), *environment.path)
        specs = [Finder(environment).find(name, path).spec for name in names]
        assert [spec and spec.origin for spec in specs] == json.loads(answer.stdout)


@pytest.mark.parametrize("name", ["PYTHONHOME", "PYTHONPLATLIBDIR", "PYTHONCASEOK", "PYTHONSAFEPATH"])
def test_variables_that_are_not_modelled(name: str) -> None:
    environment = choose_environment(sys.executable, "/", {name: "x"})
    assert environment.notes == (f"`{name}` is set, which is not modelled",)


_SCRIPT = "import json, sys; print(json.dumps(sys.path))"


@pytest.mark.parametrize("start", ["-c", "-m", "script", "link", "directory", "zip"])
def test_path_of_every_start(interpreter: CPython, start: str, tmp_path: Path) -> None:
    """What is started adds one entry at the front, and changes nothing else."""
    Tree({"cwd/m.py": _SCRIPT, "place/m.py": _SCRIPT, "program/__main__.py": _SCRIPT}).write(tmp_path)
    (tmp_path / "cwd" / "link.py").symlink_to("../place/m.py")
    with zipfile.ZipFile(tmp_path / "program.zip", "w") as archive:
        archive.writestr("__main__.py", _SCRIPT)
    arguments, first = {
        "-c": (["-c", _SCRIPT], ""),
        "-m": (["-m", "m"], str(tmp_path / "cwd")),
        "script": (["../place/m.py"], str(tmp_path / "place")),
        "link": (["link.py"], str(tmp_path / "place")),
        "directory": ([str(tmp_path / "program")], str(tmp_path / "program")),
        "zip": ([str(tmp_path / "program.zip")], str(tmp_path / "program.zip")),
    }[start]
    executable = _make_environment(interpreter, tmp_path / "env", [])
    for env in ({}, {"PYTHONPATH": str(tmp_path / "extra")}):
        answer = run(executable, arguments, tmp_path / "cwd", env)
        assert answer.returncode == 0, answer.stderr
        assert json.loads(answer.stdout) == [first, *_modelled(executable, env)]


def test_start_files(tmp_path: Path) -> None:
    """PEP 829 for 3.15, by its text: code after all path lines, import lines only without a `.start` file."""
    site = "env/lib/python3.15/site-packages"
    line = "import sys; sys.path.insert(0, '/inserted')\n"
    settings = f"home = {tmp_path}/gone\nversion = 3.15.0\ninclude-system-site-packages = false\n"
    finder = "class _EditableFinder: ...\nMAPPING = {'mapped': '/mapped'}\n"
    Tree(
        {
            "env/pyvenv.cfg": settings,
            f"{site}/a.pth": f"{line}  {tmp_path}/later\n",
            f"{site}/b.pth": "import sys; sys.path.append('/never')\n",
            f"{site}/b.start": "# comment\n\n  __editable___x_finder:install\n",
            f"{site}/c.pth": f"{tmp_path}/last\n",
            f"{site}/__editable___x_finder.py": finder,
            f"{site}/mapped/": "",
            "later/": "",
            "last/": "",
        }
    ).write(tmp_path)
    environment = choose_environment(str(tmp_path / "env"), "/", {})
    assert environment.path[0] == "/inserted"
    assert environment.path[-3:] == tuple(str(tmp_path / name) for name in (site, "later", "last"))
    assert [finder.where for finder in environment.finders] == [f"{tmp_path}/{site}/__editable___x_finder.py"]


def test_cmeel(cpython: CPython, tmp_path: Path) -> None:
    """`cmeel.pth` adds a prefix of its own, once, whether or not it is there."""
    executable = _make_environment(cpython, tmp_path / "env", [])
    site = Path(next(entry for entry in _started(executable, {}, tmp_path) if "site-packages" in entry))
    (site / "cmeel.pth").write_text("import cmeel_pth\n")
    (site / "cmeel_pth.py").write_text(_CMEEL)
    assert _modelled(executable, {}) == _started(executable, {}, tmp_path)


def _make_environment(interpreter: CPython, place: Path, options: list[str]) -> str:
    made = interpreter.run(["-m", "venv", "--without-pip", *options, str(place)], place.parent)
    assert made.returncode == 0, made.stderr
    return str(place / "bin" / "python")


def _modelled(explicit: str, env: Mapping[str, str]) -> list[str]:
    return list(choose_environment(explicit, "/", {"PYTHONNOUSERSITE": "1", **env}).path)


def _started(executable: str, env: Mapping[str, str], cwd: Path) -> list[str]:
    answer = run(executable, _SHOW, cwd, env)
    assert answer.returncode == 0, answer.stderr
    path: list[str] = json.loads(answer.stdout)
    return path
