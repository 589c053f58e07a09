"""The CPythons that are too new to be installed everywhere: compiled to WebAssembly, they run in node.

`IMPORTLINT_PYODIDE` names the directory into which CONTRIBUTING.md's command has installed them.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import tempfile
import threading
from pathlib import Path
from typing import Any

from tests.cpython import ANSWER, Interpreter

_SERVER = (
    ANSWER
    + """
sys.setrecursionlimit(300)  # the stack is a small one, and its end would be the child's
sys.meta_path[:] = [finder for finder in sys.meta_path if finder.__module__.startswith("_frozen_importlib")]

def answer_line(line):
    source, arguments, fresh = json.loads(line)
    return answer(source, arguments)

answer_line
"""
)

_PATIENCE = 120
"""Seconds, in which Python starts, and each entry of a tree is imported."""


class Pyodide(Interpreter):
    """One of them; it sees the directory for temporary files, and has no processes to start."""

    platform = "emscripten"
    can_fork = False

    def __init__(self, node: str, package: Path, version: tuple[int, int]) -> None:
        driver = str(Path(__file__).with_suffix(".mjs"))
        shared = str(Path(tempfile.gettempdir()).resolve())
        super().__init__([node, driver, str(package), shared, _SERVER], version)

    def evaluate(self, source: str, *, fresh: bool = False, **arguments: object) -> Any:
        """As with any other; a question that takes minutes ends the child, as nothing else can."""
        deadline = threading.Timer(_PATIENCE, self.kill)
        deadline.start()
        try:
            return super().evaluate(source, fresh=fresh, **arguments)
        finally:
            deadline.cancel()


@functools.cache
def pyodides() -> tuple[Pyodide, ...]:
    """Those that are installed, oldest first; none where the environment variable is not set."""
    directory = os.environ.get("IMPORTLINT_PYODIDE")
    if not directory:
        return ()
    node = shutil.which("node")
    packages = sorted(Path(directory).resolve().glob("node_modules/*/pyodide.mjs"))
    if node is None or not packages:
        raise RuntimeError(f"IMPORTLINT_PYODIDE is set, but there is no {'node' if packages else 'pyodide'}")
    found = [Pyodide(node, path.parent, _version(path.parent)) for path in packages]
    return tuple(sorted(found, key=lambda each: each.version))


def _version(package: Path) -> tuple[int, int]:
    """Of the CPython in it: 314.0.7 has 3.14."""
    text = json.loads((package / "package.json").read_bytes())["version"]
    return int(text[0]), int(text[1:].partition(".")[0])
