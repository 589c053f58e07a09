"""Virtual environments with pinned distributions, and a project of every back end among them installed in place.

They are made once and kept, by what goes into them: making one takes longer than asking it thousands of names.
maturin, which needs `cargo`, is on the long list alone.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

from msgspec import json

from tests.cpython import CPython, run
from tests.oracle.installed.projects import PROJECTS, EditableProject

_HERE = Path(__file__).parent
_READY = "ready"


def make_environment(cpython: CPython, requirements: str, kept: Path) -> Path:
    """A virtual environment below `kept` with what a requirements file beside this one pins; its directory."""
    text = (_HERE / requirements).read_text()
    pinned = re.sub(r"[-_]+", "-", text)
    projects = [each for each in PROJECTS if f"\n{each.requires}==" in pinned]
    version = "{}.{}".format(*cpython.version)
    ingredients = json.encode([cpython.executable, text, [[each, each.tree.files] for each in projects]])
    place = kept / f"{version}-{hashlib.sha256(ingredients).hexdigest()[:12]}"
    if (place / _READY).exists():
        return place
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    _checked(cpython.executable, ["-m", "venv", str(place)], place)
    python = str(place / "bin" / "python")
    pip = ["-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-compile"]
    _checked(python, [*pip, "--requirement", str(_HERE / requirements)], place)
    for project in projects:
        project.tree.write(place / "projects" / project.name)
    in_place = [*pip, "--no-build-isolation", "--no-deps"]
    for mode in (None, "compat", "strict"):
        chosen = [each for each in projects if each.mode == mode and not each.develop]
        settings = ["--config-settings", f"editable_mode={mode}"] if mode else []
        _checked(python, [*in_place, *settings, *(_editable(place, each) for each in chosen)], place)
    for project in projects:
        if project.develop:
            directory = place / "projects" / project.name
            _checked(python, ["setup.py", "--quiet", "develop", "--no-deps"], directory)
    (place / _READY).touch()
    return place


def _editable(place: Path, project: EditableProject) -> str:
    return f"--editable={place / 'projects' / project.name}"


def _checked(executable: str, arguments: list[str], directory: Path) -> None:
    path = f"{Path(executable).parent}:/usr/local/bin:/usr/bin:/bin:{Path.home()}/.cargo/bin"
    answer = run(executable, arguments, directory, {"PATH": path}, timeout=1200)
    assert answer.returncode == 0, f"{arguments}\n{answer.stdout}\n{answer.stderr}"
