"""What text alone says of names."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from importlint.installed_text import InstalledText
from tests.cpython import CPython

_ABSENT = """
import importlib, warnings
warnings.simplefilter("ignore")
result = {}
for name, (path, names) in modules.items():
    try:
        module = importlib.import_module(name)
    except BaseException:
        continue
    if getattr(module, "__file__", None) == path:
        result[name] = [each for each in names if not hasattr(module, each)]
"""


def test_what_the_standard_library_plainly_binds_is_there() -> None:
    running = CPython(sys.executable, sys.version_info[:2])
    library = Path(running.evaluate("import os; result = os.path.dirname(os.__file__)"))
    loud = {"this", "antigravity", "idlelib", "__main__", "test", "tests", "lib2to3", "site-packages"}
    texts = InstalledText()
    modules = {}
    for path in sorted(library.rglob("*.py")):
        parts = path.relative_to(library).with_suffix("").parts
        if loud.isdisjoint(parts):
            name = ".".join(parts).removesuffix(".__init__")
            modules[name] = (str(path), sorted(texts.plain_names(str(path))))
    absent = running.evaluate(_ABSENT, fresh=True, modules=modules)
    assert len(absent) > 300
    assert {name: names for name, names in absent.items() if names} == {}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("def a(): pass\nasync def b(): pass\nclass c: pass\nclass d(c): pass\n", "a b c d"),
        ("a = 1\nb=2\nc: int = 3\nd == 4\ne += 5\n", "a b"),
        ("from a import b, c\nfrom d import (e)\nfrom f import g as h\nimport i\n", "b c"),
        ("if x:\n    a = 1\ndef f():\n    b = 1\n", "f"),
        ("a = b = 1\ndel a\n", ""),
        ("a = 1\nb = 2\nif x:\n    del c, a\n", "b"),
    ],
)
def test_plain_names(tmp_path: Path, text: str, names: str) -> None:
    path = os.path.join(tmp_path, "module.py")
    Path(path).write_text(text, encoding="utf-8")
    assert InstalledText().plain_names(path) == frozenset(names.split())
