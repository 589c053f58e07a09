"""What runs leave to the collector, which rests while they go on: no frames, with all that these hold."""

from __future__ import annotations

import gc
import types
from pathlib import Path

from importlint.config import load_settings
from importlint.project import Project
from tests.trees import Tree

TREE = Tree(
    {
        "p/__init__.py": "",
        "p/caught.py": "try:\n    import nowhere\nexcept ImportError:\n    pass\n",
        "p/passed_on.py": """
try:
    try:
        import nowhere
    except ValueError:
        pass
except ImportError:
    pass
""",
        "p/failing.py": "from p import nothing\n",
    }
)


def test_exceptions_leave_no_frames(tmp_path: Path) -> None:
    settings = load_settings(str(TREE.write(tmp_path)))
    project = Project(settings, ("p",), cwd=str(tmp_path))
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        (failing, *others) = project.runs.outcomes(["p.failing", "p.caught", "p.passed_on"])
        gc.collect()
        left = [each.f_code.co_name for each in gc.garbage if isinstance(each, types.FrameType)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
    assert failing.error is not None
    assert not any(each.error for each in others)
    assert left == []
