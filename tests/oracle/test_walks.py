"""Entries that are found out about together, against the machine, which runs each over a state of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from importlint.config import load_settings
from importlint.diagnostics import Certainty
from importlint.finder.resolve import with_parents
from importlint.machine.entries import Runs
from importlint.machine.trace import Failure, Outcome, PartialRead
from importlint.machine.walks import Walked
from importlint.machine.world import ProjectWorld
from importlint.project import Project
from tests.oracle.drawn_packages import Drawn
from tests.oracle.smaller import smallest
from tests.oracle.tangles import tangle
from tests.trees import Tree

EXAMPLES = 2000 if os.environ.get("IMPORTLINT_WHOLE") == "1" else 60


def test_walks_agree_with_runs() -> None:
    """How an entry fares, which bodies it runs, and the shortest ways on which names are read too early."""
    walked = failed = 0
    for seed in range(EXAMPLES):
        drawn = tangle(seed)
        assert not (kind := next(_differences(drawn), "")), _shown(drawn, kind)
        outcomes, _ = _outcomes(drawn)
        walked += sum(isinstance(outcome, Walked) for outcome in outcomes.values())
        failed += sum(isinstance(each, Walked) and each.error is not None for each in outcomes.values())
    assert walked > EXAMPLES
    assert failed > EXAMPLES // 30


@pytest.mark.parametrize("is_late", [False, True])
def test_functions_of_running_modules_are_called(is_late: bool) -> None:
    """Where what a called function looks up is bound, there are walks, wherever its module has arrived."""
    lines = ["def f():\n    return V\n", "V = 1\n", "import pkg.b\n"]
    files = {
        "pkg/__init__.py": "",
        "pkg/a.py": "".join([lines[0], lines[2], lines[1]] if is_late else lines),
        "pkg/b.py": "from pkg.a import f\nW = f()\n",
    }
    drawn = Drawn(Tree({"pyproject.toml": "", **files}), ("pkg.a", "pkg.b"))
    assert not list(_differences(drawn))
    together, _ = _outcomes(drawn)
    assert is_late or all(isinstance(outcome, Walked) for outcome in together.values())


_SKIPS = "import os\nif os.environ.get('X'):\n    import pkg.d\n"


def test_what_is_skipped_again_is_in_doubt_again() -> None:
    """A run in which an import had been skipped before, and one in which it is skipped for the first time."""
    files = {
        "pkg/__init__.py": "",
        "pkg/a.py": _SKIPS + "import pkg.b\n",
        "pkg/b.py": _SKIPS,
        "pkg/c.py": "import pkg.b\nimport pkg.d\n",
        "pkg/d.py": "import pkg.e\nV = 1\n",
        "pkg/e.py": "from pkg.d import V\n",
    }
    together, alone = _outcomes(
        Drawn(Tree({"pyproject.toml": "", **files}), tuple(map("pkg.{}".format, "abcde")))
    )
    errors = together["pkg.c"].error, alone["pkg.c"].error
    assert [error and error.certainty for error in errors] == [Certainty.POSSIBLE] * 2


def test_what_is_swallowed_again_is_judged_again() -> None:
    """A run in which nothing was skipped before a failure that is caught, and one in which something was."""
    files = {
        "pkg/__init__.py": "",
        "pkg/a.py": "import pkg.d\n",
        "pkg/b.py": _SKIPS + "import pkg.d\n",
        "pkg/d.py": "import pkg.e\nV = 1\n",
        "pkg/e.py": "try:\n    from pkg.d import V\nexcept ImportError:\n    pass\n",
    }
    expected = {"pkg.a": Certainty.CERTAIN, "pkg.b": Certainty.POSSIBLE, "pkg.d": Certainty.CERTAIN}
    with Tree({"pyproject.toml": "", **files}).written() as root:
        settings = load_settings(str(root), path=[], platform=sys.platform, source_roots=["."])
        project = Project(settings, ("pkg",), cwd=str(root))
        for order in (sorted(expected), sorted(expected, reverse=True)):
            runs = Runs(ProjectWorld(project)).traces(order)
            caught = {run.entry: run.swallowed[0].certainty for run in runs}
            assert caught == expected


def test_what_calls_have_made_of_global_names_counts() -> None:
    """A function that looks at a name which others bind through another function: not if they have not run."""
    files = {
        "pkg/__init__.py": "",
        "pkg/a.py": "import pkg.y\nimport pkg.z\n",
        "pkg/b.py": "import pkg.z\n",
        "pkg/found.py": "",
        "pkg/x.py": "flag = False\n\ndef turn():\n    global flag\n    flag = True\n\n"
        "def look():\n    if flag:\n        import pkg.found\n",
        "pkg/y.py": "import pkg.x\npkg.x.turn()\n",
        "pkg/z.py": "import pkg.x\npkg.x.look()\n",
    }
    together, alone = _outcomes(
        Drawn(Tree({"pyproject.toml": "", **files}), ("pkg.a", "pkg.b", "pkg.y", "pkg.z"))
    )
    for outcomes in (together, alone):
        assert [outcomes[entry].starts("pkg.found") for entry in ("pkg.a", "pkg.b", "pkg.z")] == [
            True,
            False,
            False,
        ]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("from pkg.a import function\nfunction()\n", id="a call into a module that is running"),
        pytest.param(
            "import sys\nimport pkg.a as a\nsys.intern(a)\n", id="a module in the hands of the library"
        ),
        pytest.param("import os\nif not os.environ.get('X'):\n    import pkg.e\n", id="a presumed condition"),
    ],
)
def test_scripts_tell_of(body: str) -> None:
    """Bodies after which a name is missed, or is there, as if each entry were run."""
    files = {
        "pkg/__init__.py": "",
        "pkg/a.py": "def function():\n    pass\n\nimport pkg.b\nimport pkg.c\nV = 1\n",
        "pkg/b.py": body,
        "pkg/c.py": "from pkg.a import V\n",
        "pkg/d.py": "import pkg.b\nimport pkg.c\n",
        "pkg/e.py": "import pkg.f\n",
        "pkg/f.py": "W = 1\n",
    }
    drawn = Drawn(Tree({"pyproject.toml": "", **files}), tuple(map("pkg.{}".format, "abcdef")))
    assert list(_differences(drawn)) == []
    together, _ = _outcomes(drawn)
    assert isinstance(together["pkg.a"], Walked)
    assert together["pkg.a"].error is not None


@pytest.mark.parametrize(
    ("definition", "change", "look"),
    [
        pytest.param("V = []", "r.V.append(1)", "r.V", id="a list"),
        pytest.param("V = {}", "r.V['k'] = 1", "'k' in r.V", id="a dict"),
        pytest.param("class V:\n    own = []", "r.V.own.append(1)", "r.V.own", id="a list of a class"),
        pytest.param(
            "class V:\n    def __init__(self):\n        self.on = False\nv = V()",
            "r.v.on = True",
            "r.v.on",
            id="an object",
        ),
        pytest.param(
            "V = []\ndef add():\n    V.append(1)\ndef has():\n    return bool(V)",
            "r.add()",
            "r.has()",
            id="functions",
        ),
    ],
)
def test_what_others_have_put_into_a_value(definition: str, change: str, look: str) -> None:
    """`pkg.d` works if it comes first: then nobody has changed what `pkg.c` looks into."""
    files = {
        "pkg/__init__.py": "",
        "pkg/r.py": f"{definition}\n",
        "pkg/a.py": f"from pkg import r\n{change}\nfrom pkg import c\n",
        "pkg/c.py": f"from pkg import r\nif {look}:\n    from pkg.d import x\nfrom pkg import a\n",
        "pkg/d.py": "from pkg import c\nx = 1\n",
    }
    together, alone = _outcomes(Drawn(Tree({"pyproject.toml": "", **files}), ("pkg.a", "pkg.c", "pkg.d")))
    assert [entry for entry, run in alone.items() if run.error] == []
    assert [entry for entry, outcome in together.items() if outcome.error] == []


def test_what_others_have_put_into_a_modules_own_value() -> None:
    """`pkg.d` works if it comes first: `pkg.a` fills the list of `pkg.r` before that looks."""
    files = {
        "pkg/__init__.py": "",
        "pkg/r.py": "V = []\nfrom pkg import a\nif not V:\n    from pkg.d import x\n",
        "pkg/a.py": "from pkg import r\nr.V.append(1)\n",
        "pkg/d.py": "from pkg import r\nx = 1\n",
    }
    together, alone = _outcomes(Drawn(Tree({"pyproject.toml": "", **files}), ("pkg.a", "pkg.d", "pkg.r")))
    assert [entry for entry, run in alone.items() if run.error] == []
    assert [entry for entry, outcome in together.items() if outcome.error] == []


def _shown(drawn: Drawn, kind: str) -> str:
    def holds(smaller: Drawn) -> bool:
        try:
            return kind in _differences(smaller)
        except SyntaxError:
            return False

    return f"{kind}\n{smallest(drawn, holds).tree}"


def _outcomes(drawn: Drawn) -> tuple[dict[str, Outcome], dict[str, Outcome]]:
    """How the entries and their parents fare: found out together, and each run on its own."""
    with drawn.tree.written() as root:
        settings = load_settings(str(root), path=[], platform=sys.platform, source_roots=["."])
        world = ProjectWorld(Project(settings, ("pkg",), cwd=str(root)))
        entries = sorted({part for entry in drawn.entries for part in with_parents(entry)})
        together = dict(zip(entries, Runs(world).outcomes(entries), strict=True))
        return together, {entry: Runs(world).trace(entry) for entry in entries}


def _differences(drawn: Drawn) -> Iterator[str]:
    """What is not the same, without names."""
    together, alone = _outcomes(drawn)
    for entry, outcome in together.items():
        run = alone[entry]
        if outcome.error != run.error or outcome.possible != run.possible:
            yield "error"
        if list(map(_told, outcome.swallowed)) != list(map(_told, run.swallowed)):
            yield "swallowed"
        if any(_fare(outcome, name) != _fare(run, name) for name in together):
            yield "bodies"
        if not set(map(_key, outcome.partial_reads)) <= set(map(_key, run.partial_reads)):
            yield "reads"
    ran = [entry for entry, outcome in together.items() if not isinstance(outcome, Walked)]
    is_same = all(_read(together[entry]) == _read(alone[entry]) for entry in ran)
    if is_same and _shortest(together) != _shortest(alone):
        yield "shortest ways"


def _told(failure: Failure) -> tuple[object, ...]:
    return (failure.type, failure.message, failure.location, failure.reached, failure.certainty)


def _fare(outcome: Outcome, module: str) -> tuple[bool, bool]:
    return outcome.starts(module), outcome.ends(module)


def _key(read: PartialRead) -> tuple[object, ...]:
    return (read.location, read.from_module, read.name, read.reached)


def _read(outcome: Outcome) -> list[tuple[object, ...]]:
    return [(*_key(read), len(read.chain)) for read in outcome.partial_reads]


def _shortest(outcomes: dict[str, Outcome]) -> dict[tuple[object, ...], int]:
    """The length of the shortest way to each read of a name in a run that works."""
    ways: dict[tuple[object, ...], int] = {}
    for outcome in outcomes.values():
        for read in outcome.partial_reads if outcome.error is None else ():
            if read.name != "*":
                ways[_key(read)] = min(len(read.chain), ways.get(_key(read), len(read.chain)))
    return ways
