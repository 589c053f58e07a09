"""Drawn packages that act when they are imported: what is claimed is seen, and what is sure is claimed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cpython import CPython, installed
from tests.effects.agreement import disagreements
from tests.effects.drawn_acts import DEEDS, PLACES, WAYS, Act, Drawn, drawn

WATCHED = tuple(cpython for cpython in installed() if cpython.version >= (3, 12))

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the watcher knows Linux"),
    pytest.mark.skipif(not WATCHED, reason="needs CPython 3.12 or later"),
]


@pytest.fixture(scope="module")
def bytecode(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bytecode")


EVERY = {
    "deed": [Act(deed, WAYS[0], PLACES[0]) for deed in DEEDS],
    "way": [Act(DEEDS[0], way, PLACES[0]) for way in WAYS],
    "place": [Act(DEEDS[0], WAYS[2], place) for place in PLACES],
    "undone": [Act(deed, WAYS[0], place) for place in PLACES for deed in DEEDS if "UNDO" in place.text],
}


@pytest.mark.parametrize("cpython", WATCHED, ids=repr)
@pytest.mark.parametrize("part", EVERY)
def test_every_part_once(bytecode: Path, part: str, cpython: CPython) -> None:
    assert disagreements(Drawn(tuple(EVERY[part])), cpython, bytecode) == []


@given(drawn(), st.sampled_from(WATCHED))
@settings(max_examples=20)
def test_drawn_packages(bytecode: Path, package: Drawn, cpython: CPython) -> None:
    assert disagreements(package, cpython, bytecode) == []
