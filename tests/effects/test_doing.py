"""What importing small packages surely does, as importlint and the CPythons say."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from importlint.config import load_settings
from importlint.effects.kinds import Kind
from importlint.project import Project
from tests.cpython import CPython, installed
from tests.effects.cases import Case
from tests.effects.probe import observe
from tests.trees import Tree

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SAMPLES: dict[str, dict[str, str]] = tomllib.loads(
    (Path(__file__).parent / "samples.toml").read_text(encoding="utf-8")
)
ALL = [(kind, title, text) for kind, texts in SAMPLES.items() for title, text in texts.items()]
SILENT = ("none", "undone", "doubt")
RUN = [(kind, text) for kind, _, text in ALL if kind == "none" or kind not in SILENT]
STATES = {"monkeypatch": "  # textwrap.dedent"}
"""What to look at, where the observer does not know by itself."""
ASKED = tuple(dict.fromkeys((installed()[0], installed()[-1])))


def tree(text: str) -> Tree:
    """The files of a sample."""
    main, *others = text.lstrip("\n").split("--- ")
    named = (other.split("\n", 1) for other in others)
    return Tree({"shop/__init__.py": "", "shop/main.py": main} | dict(named))


def claimed(root: Path) -> list[str]:
    """The kinds of the effects that importing `shop.main` has, as importlint says."""
    project = Project(load_settings(str(root), path=[], source_roots=["."]), (".",), cwd=str(root))
    found = [each for module in project.given_modules for each in project.effects.of(module)]
    return sorted({each.effect.kind.value for each in found if each.effect.kind.rule})


@pytest.mark.parametrize(
    ("kind", "text"), [pytest.param(kind, text, id=f"{kind}: {title}") for kind, title, text in ALL]
)
def test_what_is_sure_is_claimed(kind: str, text: str, tmp_path: Path) -> None:
    root = tree(text).write(tmp_path.resolve())
    assert claimed(root) == ([] if kind in SILENT else [kind])


@pytest.mark.skipif(sys.platform != "linux", reason="each sample is imported in a fork")
@pytest.mark.parametrize("cpython", ASKED, ids=repr)
def test_cpython_does_it(cpython: CPython, tmp_path: Path) -> None:
    """What is claimed is seen, and where nothing is claimed nothing is seen that a rule reports."""
    cases = []
    for index, (kind, text) in enumerate(RUN):
        root = tree(text).write(tmp_path / str(index))
        statements = f"import sys\nsys.path.insert(0, {str(root)!r})\nimport shop.main{STATES.get(kind, '')}"
        cases.append(Case(None if kind == "none" else Kind(kind), statements))
    places = tmp_path / "places"
    places.mkdir()
    observed = zip(RUN, observe(cpython, cases, places), strict=True)
    assert [
        f"{kind}: {text}{sorted(each.seen)} {each.impossible}"
        for (kind, text), each in observed
        if not each.shows
    ] == []
