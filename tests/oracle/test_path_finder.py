"""The path-based finder against `importlib.machinery.PathFinder` of every installed CPython, on drawn trees."""

import itertools
import tempfile
from functools import cache
from pathlib import Path

from hypothesis import example, given, settings

from importlint.finder.environment import choose_environment
from importlint.finder.finder import Finder
from tests.cpython import CPython
from tests.oracle.path_trees import (
    DATE,
    FILE,
    NAMES,
    Archive,
    Bytecode,
    Entry,
    Leaf,
    search_paths,
    write_path,
)
from tests.oracle.search import answers_of_cpython, answers_of_importlint, disagreements

_QUESTIONS = [".".join(parts) for length in (1, 2, 3) for parts in itertools.product(NAMES, repeat=length)]

_BYTECODE = """
import time
from importlib._bootstrap_external import _code_to_hash_pyc, _code_to_timestamp_pyc
code = compile("", "<empty>", "exec")
dated = _code_to_timestamp_pyc(code, int(time.mktime((*date, -1, -1, -1))), 0)
files = {
    "unchecked": _code_to_hash_pyc(code, b"12345678", False),
    "dated": dated,
    "old": _code_to_timestamp_pyc(code, 12345, 0),
    "foreign": b"\\x42\\x0d" + dated[2:],
}
result = {name: content.hex() for name, content in files.items()}
"""


@cache
def _bytecode(cpython: CPython) -> Bytecode:
    """An empty module's bytecode files."""
    answer: dict[str, str] = cpython.evaluate(_BYTECODE, date=DATE)
    return {name: bytes.fromhex(content) for name, content in answer.items()}


@example([{"a.EXT": FILE, "a.py": FILE, "a.pyc": FILE, "a.so": FILE, "a.abi3.so": FILE}])
@example([{"a.so": FILE, "a.py": FILE}, {"a.py": FILE, "a.pyc": FILE}])
@example([{"a": {"__init__.EXT": FILE, "__init__.py": FILE}, "b": {"__init__.pyi": FILE}, "b.pyi": FILE}])
@example([{"a": {"b.py": FILE}}, {"a": {"__init__.py": FILE}}, {"a": {"A.py": FILE}}])
@example([{"a": {"b.py": FILE}}, {"a.py": FILE}])
@example([{"a": {"b": {"A.py": FILE}}}, {"a": {"b": {"__init__.py": FILE}, "A.py": FILE}}])
@example([{"a": {}, "b.py": {}, "b": Leaf("a")}, {"b": {"__init__.py": {}}}])
@example([Archive({"a": {"b.py": FILE}}, False), Archive({"a": {"b.py": FILE}}, True), {"a": {"A.py": FILE}}])
@example([Archive({"a": {"__init__.py": FILE, "__init__.pyc": FILE}, "b.py": FILE, "b.pyc": FILE}, False)])
@example([Archive({"a.py": FILE, "a.pyc": Leaf(bytecode="old"), "b.pyc": Leaf(bytecode="foreign")}, False)])
@example([Archive({"a": {"__init__.pyc": Leaf(bytecode="foreign")}, "a.py": FILE}, False)])
@example([Archive({"a.pyc": Leaf(bytecode="dated"), "a.py": FILE, "b.pyc": Leaf(bytecode="old")}, False)])
@example([{"a.py": Leaf(is_pipe=True), "b.py": Leaf("/dev/null"), "A.py": Leaf("absent"), "A": Leaf("b")}])
@settings(max_examples=60, deadline=None)
@given(entries=search_paths)
def test_find_agrees_with_cpython(cpython: CPython, entries: list[Entry]) -> None:
    """Language reference, "The Path Based Finder": the entries of the path are searched in order."""
    environment = choose_environment(cpython.executable, "/", {})
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory).resolve()
        path = write_path(entries, root, _bytecode(cpython), environment.extension_suffixes[0])
        ours = answers_of_importlint(Finder(environment), _QUESTIONS, path)
        theirs = answers_of_cpython(cpython, _QUESTIONS, path, inside=False)
        assert disagreements(ours, theirs) == ""
