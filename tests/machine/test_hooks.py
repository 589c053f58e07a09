"""What the machine makes of functions that are told of new subclasses."""

import sys

import pytest

from importlint.config import load_settings
from importlint.diagnostics import Certainty
from importlint.machine.entries import Runs
from importlint.machine.world import ProjectWorld
from importlint.project import Project
from tests.trees import Tree

_BASE = """\
LISTED = []

class Base:
    known = []

    def __init_subclass__(cls):
        number = 0
{lines}        cls.late = 1
        Base.known.append(cls)
        LISTED.append(cls)
"""
_TESTS = {
    "the class": "not hasattr(Sub, 'late')",
    "a list of the base": "not Base.known",
    "a list of the module": "not LISTED",
}


@pytest.mark.parametrize("test", _TESTS.values(), ids=_TESTS)
@pytest.mark.parametrize("times", [2, 200])
def test_what_a_long_hook_does_is_unknown(test: str, times: int) -> None:
    """The condition is false: a short hook is followed, and nothing is certain after one that is cut short."""
    files = {
        "pyproject.toml": "",
        "base.py": _BASE.format(lines="        number += 1\n" * times),
        "a.py": f"from base import LISTED, Base\nclass Sub(Base):\n    pass\nif {test}:\n    import a.b\n",
    }
    with Tree(files).written() as root:
        settings = load_settings(str(root), path=[], platform=sys.platform, source_roots=["."])
        project = Project(settings, ("a.py", "base.py"), cwd=str(root))
        trace = Runs(ProjectWorld(project)).trace("a")
    assert trace.error is None or (times == 200 and trace.error.certainty is Certainty.POSSIBLE)
