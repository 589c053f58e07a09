"""Every name of real environments, and as many absent ones, against `importlib.util.find_spec` in them.

By default one environment with few distributions. All of them, with every installed CPython:
`IMPORTLINT_WHOLE=1 python -m pytest tests/oracle/test_installed.py`
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cpython import CPython, installed
from tests.oracle.installed.environments import make_environment
from tests.oracle.installed.questions import Answer, Model, answers_of_cpython, list_names

_REPLACED = {"collections.abc"}
"""While its file runs, 3.13 puts another module into its place in `sys.modules`, which `find_spec` then shows."""

_WHOLE = bool(os.environ.get("IMPORTLINT_WHOLE"))


def _cases() -> list[tuple[CPython, str]]:
    """The environments to ask about: a CPython and a file of requirements."""
    if not _WHOLE:
        return [(installed()[-1], "few.txt")]
    many = [(cpython, "many.txt") for cpython in installed() if cpython.version >= (3, 10)]
    return [*((cpython, "few.txt") for cpython in installed()), *many]


@pytest.mark.parametrize(("cpython", "requirements"), _cases(), ids=str)
def test_every_name(
    cpython: CPython, requirements: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Kind, origin, search locations, and whether it is a package, of what is there; and what is not."""
    place = make_environment(cpython, requirements, request.config.cache.mkdir("environments"))
    python = str(place / "bin" / "python")
    projects = sorted((place / "projects").iterdir())
    directories = [*projects, *(project / "src" for project in projects)]
    skipped = "" if _WHOLE else " ".join(sorted(os.listdir(Path(os.__file__).parent)))
    names = list_names(python, tmp_path, directories, skipped)
    theirs = {
        name: answer
        for name, answer in answers_of_cpython(python, tmp_path, names).items()
        if answer[0] != "parent fails"
    }
    for name in _REPLACED & theirs.keys():
        del theirs[name]
    model = Model(python, tmp_path)
    ours = {name: model.answer(name, answer[-1] is True) for name, answer in theirs.items()}
    assert not model.project.environment.notes
    assert len(theirs) > 0.9 * len(names)
    assert not [name for name in theirs if ours[name][0] == "not certain" and theirs[name][0] == "found"]
    if cpython.version < (3, 10):  # the last scikit-build-core for these keeps the locations in a set
        for answer in (ours["scikit_redirect"], theirs["scikit_redirect"]):
            answer[3].sort()
    assert _disagreements(ours, theirs) == ""


def _disagreements(ours: dict[str, Answer], theirs: dict[str, Answer]) -> str:
    """The names whose answers differ; an absence that is not certain is no claim."""
    return "\n".join(
        f"{name}:\n  importlint {ours[name]}\n  CPython    {theirs[name]}"
        for name in theirs
        if ours[name] != theirs[name] and ours[name][0] != "not certain"
    )
