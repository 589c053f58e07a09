"""What the catalogue says of other libraries, in an environment that has them.

`IMPORTLINT_WHOLE=1 python -m pytest tests/effects/test_third_party.py`; it installs `requirements.txt` on CPython 3.12.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from importlint.effects.entries import Verified
from tests.cpython import CPython, installed
from tests.effects import compiled
from tests.effects.cases import read_cases
from tests.effects.names import differing_aliases, resolved
from tests.effects.probe import observe
from tests.packages.environments import interpreter, keep_environment

REQUIREMENTS = (Path(__file__).parent / "requirements.txt").read_text(encoding="utf-8")
RELEASES = [line for line in REQUIREMENTS.splitlines() if not line.startswith("#")]

pytestmark = pytest.mark.skipif(
    os.environ.get("IMPORTLINT_WHOLE") != "1", reason="installs many packages: IMPORTLINT_WHOLE=1"
)


@pytest.fixture(scope="module")
def python(request: pytest.FixtureRequest) -> CPython:
    """The Python of an environment that has the libraries."""
    kept = Path(request.config.cache.mkdir("environments"))
    (base,) = (cpython for cpython in installed() if cpython.version == (3, 12))
    return interpreter(keep_environment(kept, "effects", RELEASES, base.executable))


def test_cases_have_their_effect(python: CPython, tmp_path: Path) -> None:
    """Some take long, without bytecode; their modules are imported by each for itself, since some change others."""
    observed = observe(python, read_cases("third_party"), tmp_path, patience=40, preload=False)
    assert [str(each) for each in observed if not each.shows] == []


def test_names_resolve_where_their_library_is(python: CPython) -> None:
    """Except those that are said to be known from documentation alone."""
    entries = {name: effect for name, effect in compiled.third_party().effects() if "()" not in name}
    names = entries.keys() | set(compiled.harmless().third_party.split())
    known = {
        name for name in names if name not in entries or entries[name].verified is not Verified.DOCUMENTED
    }
    libraries: dict[str, set[str]] = {}
    for name in known:
        libraries.setdefault(name.partition(".")[0], set()).add(name)
    there = {library: names for library, names in libraries.items() if resolved(python, [library])}
    assert len(there) > 50
    missing = {name for names in there.values() for name in names - resolved(python, names)}
    assert sorted(missing) == []


def test_aliases_are_the_documented_names(python: CPython) -> None:
    aliases = compiled.catalogue().aliases.items()
    assert differing_aliases(python, [pair for pair in aliases if not pair[0].startswith("six.")]) == []
