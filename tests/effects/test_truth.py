"""What importlint says of real distributions, and what importing them does.

By default of a few small ones; `IMPORTLINT_WHOLE=1 python -m pytest tests/effects/test_truth.py` takes all of
`requirements.txt`, as `python -m tests.effects.truth` does.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from tests.cpython import CPython, installed
from tests.effects.test_doing import SAMPLES, SILENT, tree
from tests.effects.truth import (
    RELEASES,
    VERSION,
    Result,
    examine,
    is_false,
    is_tested,
    make_environment,
    names,
)
from tests.effects.watching import Watched, Watcher
from tests.packages.environments import keep_environment

SMALL = ("colorama", "distro", "msgpack", "pyparsing", "six", "toolz", "websocket-client", "zope.hookable")
WELL_KEPT = ("attrs", "click", "httpx", "rich", "pydantic", "requests", "SQLAlchemy")
WATCHED = [cpython for cpython in installed() if cpython.version == VERSION]

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the watcher knows Linux"),
    pytest.mark.skipif(not WATCHED, reason="needs CPython 3.12"),
]


@pytest.fixture(scope="module")
def kept(request: pytest.FixtureRequest) -> Path:
    """Where environments are kept from one run to the next."""
    return Path(request.config.cache.mkdir("environments"))


class TestWatcher:
    """Samples whose effect is known, and where."""

    @pytest.mark.parametrize(
        "kind", [kind for kind in SAMPLES if kind not in (*SILENT, "monkeypatch", "registry")]
    )
    def test_sees_an_effect_where_it_is(self, kind: str, tmp_path: Path) -> None:
        """At the last line of the module, or one further up in what it does."""
        text = next(iter(SAMPLES[kind].values()))
        watched = watch(text, WATCHED[0], tmp_path)
        main = str(tmp_path / "root" / "shop" / "main.py")
        assert (kind, main) in {(each.kind, each.places[0][0]) for each in watched.observations}

    def test_sees_a_value_that_is_replaced(self, tmp_path: Path) -> None:
        text = "import textwrap\ntextwrap.dedent = str\nimport json\n"
        watched = watch(text, WATCHED[0], tmp_path, attributes=["textwrap.dedent"])
        (patch,) = (each for each in watched.observations if each.kind == "=textwrap.dedent")
        assert patch.places[0][1] == 2
        assert watched.patched == ("textwrap.dedent",)

    def test_sees_nothing_where_nothing_is(self, tmp_path: Path) -> None:
        """What is for type checkers, behind guards, in functions that nobody calls; and what imports read."""
        text = "import csv\nimport xml.dom.minidom\n" + SAMPLES["none"]["functions that nobody calls"]
        assert watch(text, WATCHED[0], tmp_path).observations == ()

    def test_waits_no_longer_than_it_has_patience(self, tmp_path: Path) -> None:
        watched = watch("import threading\nthreading.Event().wait()\n", WATCHED[0], tmp_path, patience=0.5)
        assert watched.problem == "patience is over"
        assert [(each.kind, each.places[0][1]) for each in watched.observations] == [("blocking", 2)]


def watch(
    text: str, cpython: CPython, directory: Path, *, attributes: Iterable[str] = (), patience: float = 60
) -> Watched:
    """What importing `shop.main` of a sample does."""
    root = tree(text).write(directory / "root")
    watcher = Watcher(cpython.executable, directory / "bytecode", [root], patience)
    return watcher.watch("shop.main", path=[str(root)], attributes=attributes)


def test_claims_about_small_distributions_are_true(kept: Path, tmp_path: Path) -> None:
    releases = [release for release in RELEASES if release.partition("==")[0] in SMALL]
    environment = keep_environment(kept, "effects-small", releases, WATCHED[0].executable)
    results = [examine(name, environment, tmp_path / "bytecode") for name in SMALL]
    assert false_claims(results) == []
    assert sum(is_tested(each) for result in results for each in result.verdicts) >= 5


@pytest.mark.skipif(
    os.environ.get("IMPORTLINT_WHOLE") != "1", reason="imports many packages: IMPORTLINT_WHOLE=1"
)
def test_claims_about_all_distributions_are_true(kept: Path) -> None:
    """At least 95 % of them, and in well-kept libraries at most one in 2,000 lines."""
    environment = make_environment(kept)
    job = partial(examine, environment=environment, bytecode=kept / "bytecode")
    with ProcessPoolExecutor() as pool:
        results = list(pool.map(job, names()))
    reported = [each for result in results for each in result.verdicts if each.claim.kind.rule]
    tested = [each for each in reported if is_tested(each)]
    assert len(results) >= 60
    assert len(tested) >= 30
    assert len(false_claims(results)) <= 0.05 * len(tested)
    for result in results:
        if result.name in WELL_KEPT:
            findings = sum(each.claim.kind.rule is not None for each in result.verdicts)
            assert findings <= max(1, result.lines / 2000), result.name


def false_claims(results: Iterable[Result]) -> list[str]:
    """What would be reported and was not seen."""
    return [
        f"{each.claim.file}:{each.claim.line} {each.claim.kind.value}: {each.claim.words}"
        for result in results
        for each in result.verdicts
        if is_false(each)
    ]
