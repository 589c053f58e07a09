"""The import machine against CPython: drawn packages, each module imported first in a fresh interpreter.

A test for each group of statements, so that a failure says where to look, and one for all together.
`IMPORTLINT_WHOLE=1` draws more than 20,000 entries. `python -m tests.oracle.drawn` goes on after the first mistake.
CPythons that are too new to be installed take part where `IMPORTLINT_PYODIDE` says that node can run them.
"""

from __future__ import annotations

import os

import pytest

from tests.cpython import Interpreter, installed
from tests.oracle.drawn_packages import Drawn
from tests.oracle.pyodide import pyodides
from tests.oracle.survey import GROUPS, Survey, questions
from tests.trees import Tree

EXAMPLES = 150 if os.environ.get("IMPORTLINT_WHOLE") == "1" else 8
"""Packages of each group, which have 7 or 8 entries each; five times as many of all together."""


@pytest.mark.parametrize("group", GROUPS)
def test_entries_agree_with_cpython(group: str) -> None:
    """Outcome, exception, its place, the missing name, and the order of starts and ends; see `agreement`."""
    survey = Survey()
    survey.draw(questions(installed()[::-1], group), 5 * EXAMPLES if group == "everything" else EXAMPLES)
    _judge(survey)


@pytest.mark.parametrize("minor", [14, 15])
def test_entries_agree_with_newer_cpythons(minor: int) -> None:
    """The same, for those that are compiled to WebAssembly: they take seconds to start."""
    pyodide = next((each for each in pyodides() if each.version == (3, minor)), None)
    if pyodide is None:
        pytest.skip(f"IMPORTLINT_PYODIDE names no CPython 3.{minor}; see CONTRIBUTING.md")
    survey = Survey()
    for group in ("everything", "annotations"):
        survey.draw(questions((pyodide,), group), 2 * EXAMPLES)
    _judge(survey)


EXAMPLE_TREES = {
    "a circular import": {
        "pkg/__init__.py": "",
        "pkg/a.py": "from pkg.b import Y\nX = 1\n",
        "pkg/b.py": "from pkg.a import X\nY = 1\n",
    },
    "None in sys.modules when the parent has imported the entry": {
        "pkg/__init__.py": "import pkg.a\n",
        "pkg/a.py": "import sys\nsys.modules['pkg.a'] = None\n",
    },
    "a return that hangs on the environment": {
        "pkg/__init__.py": "import pkg.sub.deep\n",
        "pkg/sub/__init__.py": "import pkg.sub.d\n",
        "pkg/sub/d.py": "import os\nfrom typing import TYPE_CHECKING\ndef h():\n"
        "    if TYPE_CHECKING or os.getenv('FLAG_B'):\n        return\n"
        "    from pkg.sub import deep as n\n    n.e\nh()\n",
        "pkg/sub/deep/__init__.py": "",
    },
    "an import that hangs on the environment": {
        "pkg/__init__.py": "",
        "pkg/a.py": "",
        "pkg/b.py": "import os\nif os.environ.get('FLAG_B') and True:\n    import pkg.a\nimport pkg\npkg.a\n",
    },
    "a raise below a circular import": {
        "pkg/__init__.py": "from .c import X\n",
        "pkg/c.py": "from .c import X as Y\nraise NameError('told')\n",
    },
    "a generator that is iterated": {
        "pkg/__init__.py": "",
        "pkg/a.py": "def h():\n    from . import b\n    yield 1\nX, = h()\n",
        "pkg/b.py": "from pkg.a import X\n",
    },
    "a generator that is not": {
        "pkg/__init__.py": "",
        "pkg/a.py": "def h():\n    from . import b\n    yield 1\nh()\n",
        "pkg/b.py": "from pkg.a import X\n",
    },
    "a dynamic import with a level": {
        "pkg/__init__.py": "",
        "pkg/a.py": "__import__('b', globals(), locals(), ['X'], 1)\nY = 1\n",
        "pkg/b.py": "from pkg.a import Y\n",
    },
    "the word for a missing key": {"pkg/__init__.py": "", "pkg/a.py": "raise KeyError('told')\n"},
    "a module is no package": {"pkg.py": "", "pkg/a.py": ""},
    "a module below a module": {"pkg/__init__.py": "import pkg.a.nope\n", "pkg/a.py": ""},
    "a name of a module in a loop": {
        "pkg/__init__.py": "",
        "pkg/a.py": "import pkg.b as m\nfor n in (m, m):\n    n.Y\nX = 1\n",
        "pkg/b.py": "import pkg.a\n",
    },
    "no star import takes `__all__`": {
        "pkg/__init__.py": "from pkg.b import __all__ as names\n",
        "pkg/a.py": "import pkg.b\n__all__ = []\n",
        "pkg/b.py": "from pkg.a import *\n",
    },
    "a module that takes itself away": {
        "pkg/__init__.py": "",
        "pkg/a.py": "import sys\ndel sys.modules[__name__]\n",
        "pkg/b.py": "from .a import *\n",
    },
    "the annotation of a target that is no name": {
        "pkg/__init__.py": "",
        "pkg/a.py": "from __future__ import annotations\nimport pkg\nY = 1\n(Y): pkg.b = 2\n",
        "pkg/b.py": "X: 'pkg' = 1\n",
    },
    "names of globals": {
        "pkg/__init__.py": "",
        "pkg/a.py": "globals()['X'] = 1\nX\nif 'X' in globals():\n    from . import b\n",
        "pkg/b.py": "from .a import X\nfrom .a import Y\n",
    },
    "no submodule search in a replaced parent": {
        "pkg/__init__.py": "import sys, pkg.sub\nsys.modules['pkg'] = pkg.sub\n",
        "pkg/sub/__init__.py": "",
        "pkg/sub/b.py": "from pkg import a\n",
        "pkg/a.py": "",
        "pkg/b.py": "",
    },
    "a module's name by a regular expression": {
        "pkg/__init__.py": "import re\ndef snake(name, hump=re.compile('[a-z][A-Z]')):\n"
        "    def repl(match):\n        lower, upper = match.group()\n        return f'{lower}_{upper.lower()}'\n"
        "    return hump.sub(repl, name).lower()\n"
        "def __getattr__(name):\n    if not re.match('[A-Z]', name):\n        raise AttributeError(name)\n"
        "    from importlib import import_module\n    return import_module('._' + snake(name), __name__)\n",
        "pkg/_some_thing.py": "from pkg.b import Y\nX = 1\n",
        "pkg/b.py": "from pkg import SomeThing\nfrom pkg._some_thing import X\nY = 1\n",
    },
    "a name that an instance does not have": {
        "pkg/__init__.py": "",
        "pkg/a.py": "import sys\nclass D:\n    X = 1\nsys.modules[__name__] = D()\n",
        "pkg/b.py": "from pkg.a import X\nfrom pkg.a import Y\n",
    },
    "a parent that is an instance": {
        "pkg/__init__.py": "import sys\nclass D:\n    pass\nsys.modules[__name__] = D()\n",
        "pkg/a.py": "",
    },
}
"""Packages on which a machine was wrong once."""


@pytest.mark.parametrize("cpython", [*installed(), *pyodides()], ids=repr)
@pytest.mark.parametrize("files", EXAMPLE_TREES.values(), ids=EXAMPLE_TREES)
def test_examples_agree_with_cpython(files: dict[str, str], cpython: Interpreter) -> None:
    """What drawn packages have taught."""
    survey = Survey()
    survey.look(cpython, Drawn(Tree({"pyproject.toml": "", **files}), _modules(files)))
    _judge(survey)


def _judge(survey: Survey) -> None:
    """Fail with the smallest trees, if anything was found."""
    if survey.found:
        pytest.fail("\n".join(map(survey.shown, survey.found)), pytrace=False)


def _modules(files: dict[str, str]) -> tuple[str, ...]:
    """The modules of the files."""
    paths = (path.removesuffix(".py").removesuffix("/__init__") for path in files)
    return tuple(sorted(path.replace("/", ".") for path in paths))
