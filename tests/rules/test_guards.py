"""IL405 against CPython: what is said of a condition is what it does, in a program and on import."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from importlint.check import check
from importlint.config import load_settings
from importlint.project import Project
from tests.cpython import CPython, installed
from tests.trees import Tree

NAMES = ("__name__", '"__name__"', "__file__", "__package__", "__main__", "name", "__name", "__Name__")
TEXTS = (
    '"__main__"',
    '"main"',
    '"__main"',
    '"__main_"',
    '"__main___"',
    '"_main_"',
    '"__Main__"',
    '"__MAIN__"',
    '" __main__"',
    '"__mian__"',
    '"slips"',
    '"__name__"',
    '"__mp_main__"',
    "__main__",
    '("__main__",)',
    '["main", "__main"]',
    '{"__main__", "main"}',
)
CONDITIONS = (
    *(
        f"{name} {symbol} {text}"
        for name, symbol, text in itertools.product(NAMES, ("==", "!=", "in"), TEXTS)
    ),
    *(f"{text} == {name}" for name, text in itertools.product(NAMES, TEXTS)),
    *(f"__name__ == {text} and {more}" for text in TEXTS for more in ("__doc__ is None", "not __debug__")),
    *(f"__name__ == {text} == {more}" for text in TEXTS for more in ("True", "1", '"__main__"', "__name__")),
    *(f"__name__ == {text} or {more}" for text in TEXTS for more in ("True", '"main"', "not __debug__")),
    *(f"not __name__ == {text}" for text in TEXTS),
    '"__main__" in __name__',
    "__name__",
    '"__main__"',
    "(__name__ := __name__)",
    "True",
    "__name__ == chr(109)",
)

ASK = """
import json
found = []
for condition in json.load(open("conditions.json")):
    try:
        found.append(bool(eval(condition, dict(globals()))))
    except NameError:
        found.append(None)
    except TypeError:
        found.append("TypeError")
if __name__ == "__main__":
    print(json.dumps(found))
"""

MEANINGS = {
    "never runs": (False, False),
    "is always true": (True, True),
    "runs on import, and not as a program": (False, True),
    "does not run as a program": (False, False),
    "raises NameError": (None, None),
    "looks for a part": (True, None),
}
"""How a message begins, and what the condition is in a program and in an import."""


@pytest.mark.parametrize("name", ["slips", "main"])
@pytest.mark.parametrize("cpython", installed(), ids=repr)
def test_slips_do_what_is_said(cpython: CPython, name: str, tmp_path: Path) -> None:
    """Each condition is the test of an `if` that calls `main`."""
    root = tmp_path.resolve()
    text = "".join(f"if {condition}:\n    main()\n" for condition in CONDITIONS)
    asked = {f"{name}.py": ASK, "conditions.json": json.dumps(CONDITIONS)}
    Tree({f"read/{name}.py": text, **{f"run/{path}": content for path, content in asked.items()}}).write(root)
    as_program = json.loads(cpython.run(["-W", "ignore", f"{name}.py"], root / "run").stdout)
    command = f"import json, {name}; print(json.dumps({name}.found))"
    on_import = json.loads(cpython.run(["-W", "ignore", "-c", command], root / "run").stdout)

    version = f"{cpython.version[0]}.{cpython.version[1]}"
    settings = load_settings(str(root / "read"), isolated=True, select=["IL405"], python_version=version)
    said = {
        each.finding.location.span.line // 2: each.finding.message.removeprefix("this main guard ")
        for each in check(Project(settings, (".",), cwd=str(root / "read"))).diagnostics
    }
    for index, told in said.items():
        expected = next(value for start, value in MEANINGS.items() if told.startswith(start))
        if told.startswith("looks for a part"):
            expected = (True, name == "main")
        if " and not __debug__" in CONDITIONS[index]:
            expected = (expected[0], on_import[index])  # the other condition decides
        assert (as_program[index], on_import[index]) == expected, (CONDITIONS[index], told)
    assert len(said) > 100
