"""IL416 and IL417: names on the wrong side of a guard, each file asked of CPython as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from importlint.check import check
from importlint.config import load_settings
from importlint.project import Project
from tests.cpython import installed
from tests.trees import Tree


def told(root: Path, text: str) -> list[str]:
    Tree({"pyproject.toml": "", "pkg/__init__.py": "", "pkg/tool.py": text}).write(root)
    settings = load_settings(str(root), path=[], source_roots=["."], select=["IL416", "IL417"])
    report = check(Project(settings, (".",), cwd=str(root)))
    return [f"{each.finding.location.span.line} {each.code}" for each in report.diagnostics]


CALL = "def main():\n    return helper()\nif __name__ == '__main__':\n    main()\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CALL + "def helper(): ...\n", "3 IL416"),
        ("if __name__ == '__main__':\n    main()\ndef main(): ...\n", "1 IL416"),
        ("if __name__ == '__main__':\n    X\nX = 1\n", "1 IL416"),
        ("if __name__ == '__main__':\n    X\nfor X in 'ab': pass\n", "1 IL416"),
        (CALL, ""),
        (CALL + "if unknown:\n    def helper(): ...\n", ""),
        ("def helper(): ...\n" + CALL + "def helper(): ...\n", ""),
        ("try:\n    X\nexcept NameError:\n    pass\nif __name__ == '__main__':\n    pass\nX = 1\n", ""),
        ("if __name__ == '__main__':\n    try:\n        X\n    except NameError:\n        pass\nX = 1\n", ""),
        ("if __name__ == '__main__':\n    raise SystemExit\n    X\nX = 1\n", ""),
        ("if __name__ == '__main__':\n    import sys\n    sys.exit()\n    X\nX = 1\n", ""),
        ("def f():\n    return X\nf()\nif __name__ == '__main__':\n    pass\nX = 1\n", ""),
    ],
)
def test_a_guard_above_what_it_needs(text: str, expected: str, tmp_path: Path) -> None:
    root = tmp_path.resolve()
    assert told(root, text) == ([expected] if expected else [])
    if expected:
        for cpython in installed():
            assert "NameError" in cpython.run(["-m", "pkg.tool"], root).stderr
            assert cpython.run(["-c", "import pkg.tool"], root).returncode == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("if __name__ == '__main__':\n    X = 1\nprint(X)\n", "3 IL417"),
        ("if __name__ == '__main__':\n    X = 1\ndef f():\n    return X\nf()\n", "4 IL417"),
        ("if __name__ == '__main__':\n    X = 1\nelse:\n    X = 2\nprint(X)\n", ""),
        ("if __name__ == '__main__':\n    X = 1\ndef f():\n    return X\n", ""),
        ("if __name__ == '__main__':\n    X = 1\ndef f():\n    global X\n    X = 2\nf()\nprint(X)\n", ""),
        ("if __name__ == '__main__':\n    int = 1\nprint(int)\n", ""),
    ],
)
def test_a_name_that_the_guard_binds(text: str, expected: str, tmp_path: Path) -> None:
    root = tmp_path.resolve()
    assert told(root, text) == ([expected] if expected else [])
    for cpython in installed():
        fails = cpython.run(["-c", "import pkg.tool"], root).returncode != 0
        assert fails is bool(expected)
        assert cpython.run(["-m", "pkg.tool"], root).returncode == 0
