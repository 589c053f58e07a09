"""IL407, IL408 and IL411 on corners; what children really do is on their pages."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from importlint.check import check
from importlint.config import load_settings
from importlint.project import Project
from tests.cpython import installed
from tests.trees import Tree


def told(
    root: Path, files: dict[str, str], code: str, *, platform: str = "darwin", version: str = "3.13"
) -> list[str]:
    Tree({"pyproject.toml": "", **{path: textwrap.dedent(text) for path, text in files.items()}}).write(root)
    settings = load_settings(
        str(root), path=[], source_roots=["."], platform=platform, python_version=version, select=[code]
    )
    report = check(Project(settings, (".",), cwd=str(root)))
    return [
        f"{each.finding.location.path}:{each.finding.location.span.line} {each.severity.value}"
        for each in report.diagnostics
    ]


STARTING = {
    "a process": "from multiprocessing import Process\nProcess(target=print).start()",
    "a context": "import multiprocessing as mp\nctx = mp.get_context()\nctx.Process(target=print).start()",
    "a name": "from multiprocessing import Process\np = Process(target=print)\np.start()",
    "a class": "from multiprocessing import Process\nclass P(Process):\n    pass\nP().start()",
    "a pool": "import multiprocessing\nwith multiprocessing.Pool() as pool:\n    pool.map(abs, [1])",
    "a manager": "import multiprocessing.managers\nmanager = multiprocessing.Manager()",
    "an executor": "import concurrent.futures as cf\nwith cf.ProcessPoolExecutor() as e:\n    e.map(abs, [1])",
    "a function": "def main():\n    from multiprocessing import Pool\n    Pool()\nmain()",
    "a loop": "from multiprocessing import Process\nfor i in range(2):\n    Process(target=print).start()",
    "a refusal": "import sys\nfrom multiprocessing import Pool\nif sys.platform == 'win32':\n    sys.exit()\nPool()",
}


@pytest.mark.parametrize("text", STARTING.values(), ids=STARTING)
def test_what_starts_a_process(text: str, tmp_path: Path) -> None:
    assert len(told(tmp_path.resolve(), {"app.py": text}, "IL407")) == 1
    guarded = "if __name__ == '__main__':\n" + textwrap.indent(text, "    ")
    assert told(tmp_path.resolve(), {"app.py": guarded}, "IL407") == []


NOT_STARTING = {
    "made only": "from multiprocessing import Process\nProcess(target=print)",
    "an executor without tasks": "from concurrent.futures import ProcessPoolExecutor\nProcessPoolExecutor()",
    "threads": "from concurrent.futures import ThreadPoolExecutor\nThreadPoolExecutor().submit(abs, 1)",
    "a dummy": "from multiprocessing.dummy import Pool\nPool()",
    "an unknown condition": "from multiprocessing import Pool\nif unknown:\n    Pool()",
    "after a way out": "import sys\nfrom multiprocessing import Pool\nif len(sys.argv) < 2:\n    sys.exit()\nPool()",
    "after a return": "from multiprocessing import Pool\ndef f(x):\n    if x:\n        return\n    Pool()\nf(1)",
    "caught": "from multiprocessing import Pool\ntry:\n    Pool()\nexcept RuntimeError:\n    pass",
    "two meanings": "from multiprocessing import Process as p\nimport threading\np = threading.Thread()\np.start()",
    "not called": "from multiprocessing import Pool\ndef f():\n    Pool()",
    "a parameter": "from multiprocessing import Process\np = Process()\ndef f(p):\n    p.start()\nf(unknown)",
    "a generator": "from multiprocessing import Pool\ndef f():\n    Pool()\n    yield\nf()",
    "a coroutine": "from multiprocessing import Pool\nasync def f():\n    Pool()\nf()",
    "fork": "import multiprocessing\nmultiprocessing.set_start_method('fork')\nmultiprocessing.Pool()",
    "short circuit": "from multiprocessing import Pool\nunknown and Pool()",
    "a lambda": "from multiprocessing import Pool\nf = lambda: Pool()",
}


@pytest.mark.parametrize("text", NOT_STARTING.values(), ids=NOT_STARTING)
def test_what_surely_starts_none(text: str, tmp_path: Path) -> None:
    assert told(tmp_path.resolve(), {"app.py": text}, "IL407") == []


@pytest.mark.parametrize(
    ("method", "platform", "version", "expected"),
    [
        ("", "linux", "3.13", "warning"),
        ("", "linux", "3.14", "error"),
        ("", "darwin", "3.8", "error"),
        ("", "win32", "3.8", "error"),
        ("'spawn'", "linux", "3.8", "error"),
        ("'forkserver'", "linux", "3.8", "error"),
        ("'fork'", "darwin", "3.14", None),
        ("unknown", "darwin", "3.8", "warning"),
    ],
)
def test_start_methods(
    method: str, platform: str, version: str, expected: str | None, tmp_path: Path
) -> None:
    text = f"from multiprocessing import get_context\nget_context({method}).Pool()\n"
    found = told(tmp_path.resolve(), {"app.py": text}, "IL407", platform=platform, version=version)
    assert found == ([] if expected is None else [f"app.py:2 {expected}"])


def test_executors_that_restart_their_processes_spawn_them(tmp_path: Path) -> None:
    """CPython `ProcessPoolExecutor.__init__`, from 3.11 on."""
    text = (
        "from concurrent.futures import ProcessPoolExecutor as E\nE(max_tasks_per_child=1).submit(abs, 1)\n"
    )
    found = told(tmp_path.resolve(), {"app.py": text}, "IL407", platform="linux", version="3.12")
    assert found == ["app.py:2 error"]


MAIN = "import multiprocessing as mp\nfrom functools import partial\ndef work(n=0): ...\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("mp.Process(target=work).start()", [4]),
        ("mp.Process(None, work)", [4]),
        ("with mp.Pool() as pool:\n    pool.map(work, [1])\n    pool.apply(func=work)", [5, 6]),
        ("pool = mp.Pool(initializer=work)", [4]),
        (
            "def main():\n    with mp.Pool() as pool:\n        if unknown:\n            pool.map(work, [1])\nmain()",
            [7],
        ),
        ("def main(work):\n    mp.Process(target=work)\nmain(print)", []),
        ("def main():\n    def work(): ...\n    mp.Process(target=work)\nmain()", []),
        ("def main():\n    mp.Process(target=work)", []),
        ("mp.Process(target=print)", []),
        ("map(work, [1])", []),
    ],
)
def test_workers_in_a_main_file(text: str, lines: list[int], tmp_path: Path) -> None:
    files = {"pkg/__init__.py": "", "pkg/__main__.py": MAIN + text + "\n"}
    assert told(tmp_path.resolve(), files, "IL408") == [f"pkg/__main__.py:{line} error" for line in lines]
    assert told(tmp_path.resolve(), {"pkg/__main__.py": "", "pkg/tool.py": MAIN + text + "\n"}, "IL408") == []


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_no_other_process_finds_them(method: str, tmp_path: Path) -> None:
    """Both start methods, and a directory as a program."""
    root = tmp_path.resolve()
    start = f"get_context('{method}').Process(target=work).start()"
    head = "from multiprocessing import get_context\ndef work(): ...\n"
    text = f"{head}if __name__ == '__main__':\n    {start}\n"
    assert told(root, {"tool/__main__.py": text}, "IL408", platform="linux") == ["tool/__main__.py:4 error"]
    for cpython in installed():
        assert "Can't get attribute 'work'" in cpython.run(["tool"], root).stderr


PICKLES = """import pickle, sys
class Point: ...
class Wise:
    def __reduce__(self): ...
if __name__ == '__main__':
"""
LOADS = """
import pickle, runpy
kept, dumps = [], pickle.dumps
pickle.dumps = lambda value: kept.append(dumps(value))
runpy.run_path("app.py", run_name="__main__")
pickle.loads(kept[-1])
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pickle.dump(Point(), sys.stdout.buffer)", True),
        ("pickle.dumps([1, {'p': Point()}])", True),
        ("p = Point()\n    pickle.dumps(p)", True),
        ("pickle.dumps([Point() for _ in 'ab'])", True),
        ("pickle.Pickler(sys.stdout.buffer).dump(Point())", True),
        ("pickle.dumps(Wise())", False),
        ("pickle.dumps(unknown(Point()))", False),
        ("p = Point()\n    p = 1\n    pickle.dumps(p)", False),
        ("pickle.loads(pickle.dumps(Point()))", False),
        ("Point.__module__ = 'points'\n    pickle.dumps(Point())", False),
    ],
)
def test_pickles_of_the_programs_own_classes(text: str, expected: bool, tmp_path: Path) -> None:
    root = tmp_path.resolve()
    assert bool(told(root, {"app.py": f"{PICKLES}    {text}\n"}, "IL411")) is expected
    if expected and "dumps" in text:
        for cpython in installed():
            assert "Can't get attribute 'Point'" in cpython.run(["-c", LOADS], root).stderr
