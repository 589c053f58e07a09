"""The import machine against CPython: drawn packages, each module imported first in a fresh interpreter.

A test for each group of statements, so that a failure says where to look, and one for all together.
`IMPORTLINT_WHOLE=1` draws more than 20,000 entries. `python -m tests.oracle.drawn` goes on after the first mistake.
CPythons that are too new to be installed take part where `IMPORTLINT_PYODIDE` says that node can run them.
"""

from __future__ import annotations

import os

import pytest

from tests.cpython import CPython, Interpreter, installed
from tests.oracle.drawn_packages import Drawn
from tests.oracle.pyodide import pyodides
from tests.oracle.survey import GROUPS, Survey, questions
from tests.trees import Tree

JUDGES = (*installed(), *pyodides())
EXAMPLES = 150 if os.environ.get("IMPORTLINT_WHOLE") == "1" else 8
"""Packages of each group, which have 7 or 8 entries each; five times as many of all together."""


@pytest.mark.parametrize("group", [group for group in GROUPS if group != "lazy"])
def test_entries_agree_with_cpython(group: str) -> None:
    """Outcome, exception, its place, the missing name, and the order of starts and ends; see `agreement`."""
    survey = Survey()
    survey.draw(questions(installed()[::-1], group), 5 * EXAMPLES if group == "everything" else EXAMPLES)
    _judge(survey)


_NOT_READ = r"(?m)^ *\(\w+\): "
"""What libcst 1.9 does not parse, beside syntax that is newer than the Python which runs the tests: `(name): type`."""


@pytest.mark.parametrize("minor", [14, 15])
def test_entries_agree_with_newer_cpythons(minor: int) -> None:
    """The same, for those that are compiled to WebAssembly: they take seconds to start."""
    pyodide = _pyodide(minor)
    survey = Survey(without=_NOT_READ)
    for group in ("everything", "annotations", "lazy"):
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
    "a call above what it needs": {
        "pkg/__init__.py": "",
        "pkg/a.py": "def h():\n    return Y\ndef g():\n    h()\ng()\nY = 1\n",
        "pkg/b.py": "def h():\n    return Y\ntry:\n    h()\nexcept NameError:\n    from . import c\nY = 1\n",
        "pkg/c.py": "def h(n):\n    return Y if n else X\nY = h(0) if h(1) else 2\nX = 1\n",
        "pkg/d.py": "def h():\n    if False:\n        Y = 1\n    return Y\nh()\nY = 1\n",
        "pkg/e.py": "if __name__ == '__main__':\n    Y = 1\ndef h():\n    return Y\nh()\n",
        "pkg/sub.py": "def h():\n    return Y\nglobals().update(Y=1)\nh()\nY = 1\n",
    },
    "a call from a module that came too early": {
        "pkg/__init__.py": "",
        "pkg/a.py": "def h():\n    return Y\nimport pkg.b\nY = 1\n",
        "pkg/b.py": "import pkg.a\npkg.a.h()\n",
    },
    "a module is no package": {"pkg.py": "", "pkg/a.py": ""},
    "a module below a module": {"pkg/__init__.py": "import pkg.a.nope\n", "pkg/a.py": ""},
    "a name of a module in a loop": {
        "pkg/__init__.py": "",
        "pkg/a.py": "import pkg.b as m\nfor n in (m, m):\n    n.Y\nX = 1\n",
        "pkg/b.py": "import pkg.a\n",
    },
    "the rest of a sequence": {
        "pkg/__init__.py": "",
        "pkg/a.py": "import pkg\n[X, *n] = pkg, pkg\nn[0].b\n",
        "pkg/b.py": "import pkg\n*n, X = (pkg,)\nX.a\nm, *n, X = 1, pkg\n",
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
    "a namespace package whose parent is gone": {
        "pkg/sub/__init__.py": "import pkg.b\n",
        "pkg/b.py": "import pkg.sub.deep\nX = pkg.sub.deep.f\n",
        "pkg/sub/deep/e.py": "",
        "pkg/c.py": "try:\n    import pkg.sub\nexcept AttributeError:\n    import pkg.sub.deep.e\n",
    },
    "super in a metaclass": {
        "pkg/__init__.py": "",
        "pkg/a.py": "class M(type):\n    def __init__(cls, *p):\n        super().__init__(*p)\n"
        "class C(metaclass=M):\n    def __init__(self, *p):\n        import pkg.b\n        C.X\nX = 1\n",
        "pkg/b.py": "from pkg.a import X\n",
    },
    "a module's name with a character's number": {
        "pkg/__init__.py": "from importlib import import_module\nX = import_module('pkg._' + hex(ord('/'))[2:])\n",
        "pkg/_2f.py": "from pkg.b import Y\nX = 1\n",
        "pkg/b.py": "from pkg._2f import X\nY = 1\n",
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
    "a guard that hangs on what is unknown": {
        "pkg/__init__.py": "import json\ndef h():\n    if not json.loads('{}'):\n        return\n"
        "    from . import b\nh()\nX = 1\n",
        "pkg/a.py": "",
        "pkg/b.py": "from pkg import X\n",
    },
    "an import after a long loop in a function": {
        "pkg/__init__.py": "def h():\n    for n in range(450):\n"
        + "        m = n\n" * 10
        + "    from . import b\nh()\nX = 1\n",
        "pkg/b.py": "from pkg.c import Y\n",
        "pkg/c.py": "Y = 1\n",
    },
    "one of several conditions is not met": {
        "pkg/__init__.py": "import os, sys\n"
        "if len(sys.argv) <= 99 and os.environ.get('NOWHERE_SET'):\n    from . import b\nX = 1\n",
        "pkg/b.py": "",
        "pkg/c.py": "",
    },
    "an import for type checkers, or else": {
        "pkg/__init__.py": "import json\nfrom typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING or json.loads('0'):\n    from .b import Y\n",
        "pkg/b.py": "Y = 1\n",
        "pkg/c.py": "",
    },
    "a list that is filled from a generator": {
        "pkg/__init__.py": "def items():\n    from . import b\n    yield b\n"
        "class Items(list):\n    def __init__(self):\n        super().__init__(items())\nItems()\nX = 1\n",
        "pkg/b.py": "",
        "pkg/c.py": "from .b import Y\n",
    },
    "a text of a class of its own": {
        "pkg/__init__.py": "class Text(str):\n    def __new__(cls, text):\n        return str.__new__(cls, text)\n"
        "def h(name):\n    name = Text(name)\n    for n in name[1:]:\n        __import__('pkg._' + n + name[-1])\n"
        "h('abc')\n",
        "pkg/_bc.py": "",
        "pkg/_cc.py": "",
    },
    "submodules of an object in the package's place": {
        "pkg/__init__.py": "import sys, types\nclass Lazy(types.ModuleType):\n    def __getattr__(self, name):\n"
        "        return types.ModuleType.__getattribute__(self, name)\n"
        "new = Lazy(__name__)\nnew.__dict__.update(__path__=__path__, __spec__=__spec__)\n"
        "sys.modules[__name__] = new\n",
        "pkg/a.py": "from pkg import c\n",
        "pkg/b.py": "import pkg.c\nfrom pkg import a, d\n",
        "pkg/c.py": "",
        "pkg/d.py": "from pkg import c\n",
        "pkg/e.py": "from pkg import d\n",
    },
    "a function that another module replaces": {
        "pkg/__init__.py": "",
        "pkg/a.py": "from pkg import hook\nhook.ask()\n",
        "pkg/b.py": "from pkg import hook\ndef h():\n    from . import d\nhook.h = h\n",
        "pkg/c.py": "import pkg.b\nimport pkg.a\n",
        "pkg/d.py": "",
        "pkg/hook.py": "def h():\n    return None\ndef ask():\n    h()\n",
    },
    "a setting with a default": {
        "pkg/__init__.py": "import json\ndef h():\n    x = json.loads('null')\n    if x is None:\n        x = False\n"
        "    return x\nif h():\n    from . import b\nelse:\n    from . import c\n",
        "pkg/b.py": "",
        "pkg/c.py": "",
    },
    "a parent that is an instance": {
        "pkg/__init__.py": "import sys\nclass D:\n    pass\nsys.modules[__name__] = D()\n",
        "pkg/a.py": "",
    },
    "a submodule whose package was already being imported": {
        "pkg/__init__.py": "",
        "pkg/a.py": "import pkg.sub\n",
        "pkg/b.py": "import pkg.sub.x\n",
        "pkg/sub/__init__.py": "import pkg.sub.y\n",
        "pkg/sub/x.py": "import pkg.b\n",
        "pkg/sub/y.py": "import pkg.b\n",
    },
    "a submodule of a package that is imported once more": {
        "pkg/__init__.py": "",
        "pkg/a.py": "try:\n    import pkg.sub\nexcept ImportError:\n    pass\nimport pkg.sub\n",
        "pkg/b.py": "import pkg.sub.x\n",
        "pkg/sub/__init__.py": "import pkg.b\nx\nimport nope\n",
        "pkg/sub/x.py": "import pkg.b\n",
    },
}
"""Packages on which a machine was wrong once."""


@pytest.mark.parametrize("cpython", JUDGES, ids=repr)
@pytest.mark.parametrize("files", EXAMPLE_TREES.values(), ids=EXAMPLE_TREES)
def test_examples_agree_with_cpython(files: dict[str, str], cpython: Interpreter) -> None:
    """What drawn packages have taught."""
    survey = Survey()
    survey.look(cpython, Drawn(Tree({"pyproject.toml": "", **files}), _modules(files)))
    _judge(survey)


@pytest.mark.parametrize("cpython", installed(), ids=repr)
def test_what_the_built_in_names_lack(cpython: CPython) -> None:
    """Of later versions there is no table of names."""
    files = {
        "pkg/__init__.py": "import builtins\nif hasattr(builtins, '__IPYTHON__'):\n    from . import b\n"
        "else:\n    from . import c\n",
        "pkg/b.py": "",
        "pkg/c.py": "",
    }
    survey = Survey()
    survey.look(cpython, Drawn(Tree({"pyproject.toml": "", **files}), _modules(files)))
    _judge(survey)


_GROUPS = """
try:
    import nope
except* {kinds}:
    {block}
"""
GROUP_TREES = {
    "pkg/__init__.py": "",
    "pkg/a.py": _GROUPS.format(kinds="KeyError", block="pass"),
    "pkg/b.py": _GROUPS.format(kinds="ImportError as e", block="isinstance(e, ImportError) or later"),
    "pkg/c.py": _GROUPS.format(kinds="ImportError", block="raise"),
    "pkg/d.py": _GROUPS.format(kinds="ImportError as e", block="raise e"),
    "pkg/e.py": _GROUPS.format(
        kinds="ImportError", block="from pkg import nope\nexcept* ImportError:\n    later"
    ),
    "pkg/f.py": "try:\n    import pkg.c\nexcept ImportError:\n    later\nexcept ExceptionGroup:\n    import pkg.b\n",
    "pkg/g.py": "try:\n    import pkg.e\nexcept ImportError:\n    import pkg.d\n",
}
"""What `except*` does with an exception that is no group, one module for each thing."""


@pytest.mark.parametrize("cpython", [each for each in JUDGES if each.version >= (3, 11)], ids=repr)
def test_except_star_agrees_with_cpython(cpython: Interpreter) -> None:
    """Language reference 8.4.2; a clause sees it in a group, and what the clause raises leaves it as it is."""
    survey = Survey()
    survey.look(cpython, Drawn(Tree({"pyproject.toml": "", **GROUP_TREES}), _modules(GROUP_TREES)))
    _judge(survey)
    assert survey.exact == len(GROUP_TREES)


_LAZY = {"pkg/__init__.py": "", "pkg/b.py": "Y = 1\n"}
LAZY_TREES = {
    "nothing reads it": {**_LAZY, "pkg/a.py": "lazy import pkg.b\nlazy import nope\nX: nope = 1\ndel nope\n"},
    "a bare package": {**_LAZY, "pkg/a.py": "lazy import pkg.b\npkg\nimport pkg.c\npkg.b\n", "pkg/c.py": ""},
    "a failure, and another one": {
        **_LAZY,
        "pkg/a.py": "lazy from pkg.b import nope\ntry:\n    nope\nexcept ImportError:\n    pass\nnope\n",
    },
    "a name that is there already": {
        **_LAZY,
        "pkg/a.py": "import pkg.b\nlazy from pkg.b import Y\ndel pkg.b.Y\nY\n",
    },
    "read from another module": {
        **_LAZY,
        "pkg/a.py": "lazy from pkg.b import Y\n",
        "pkg/c.py": "from pkg import a\na.Y\n",
        "pkg/d.py": "import pkg.c\nfrom pkg.a import Y\n",
        "pkg/e.py": "from pkg.a import *\n",
    },
    "read by a function": {
        **_LAZY,
        "pkg/a.py": "lazy import pkg.b as m\ndef f():\n    return m.X\n",
        "pkg/c.py": "from pkg.a import f\nf()\n",
    },
    "a base and a default": {
        **_LAZY,
        "pkg/a.py": "lazy from pkg.b import Y, D\ndef f(p=Y):\n    pass\nclass C(D):\n    pass\n",
    },
    "a cycle that nobody closes": {
        "pkg/__init__.py": "",
        "pkg/a.py": "lazy from pkg.b import Y\nX = 1\n",
        "pkg/b.py": "from pkg.a import X\nY = 1\n",
    },
    "a cycle through a lazy import": {
        "pkg/__init__.py": "",
        "pkg/a.py": "lazy from pkg.b import Y\nY\nX = 1\n",
        "pkg/b.py": "from pkg.a import X\nY = 1\n",
    },
    "a name that imports itself": {
        "pkg/__init__.py": "",
        "pkg/a.py": "lazy from pkg.b import Y\nY\n",
        "pkg/b.py": "import pkg.a\nhasattr(pkg.a, 'Y')\ntry:\n    pkg.a.Y\nexcept ImportError:\n    pass\n"
        "from pkg.a import Y\n",
    },
    "a package whose submodule somebody has named": {
        **_LAZY,
        "pkg/a.py": "lazy from pkg.b import Y\nlazy from pkg import nope\n",
        "pkg/c.py": "import pkg.a\npkg.b\ndel pkg.b\npkg.b\n",
        "pkg/d.py": "import pkg.a\npkg.nope\n",
    },
    "where a relative import begins": {
        **_LAZY,
        "pkg/a.py": "lazy from . import b\n__package__ = 'nope'\nb\nlazy from .. import c\n",
    },
    "modules that are to be lazy": {
        **_LAZY,
        "pkg/a.py": "__lazy_modules__ = ['pkg.b', 'pkg.c']\nfrom .b import Y\nimport pkg.c\nX = 1\nY\n",
        "pkg/c.py": "from pkg.a import nope\n",
        "pkg/d.py": "__lazy_modules__ = {'pkg.b'}\ntry:\n    import pkg.b\nfinally:\n    import pkg.c\n",
        "pkg/e.py": "__lazy_modules__ = {'pkg'}\nfrom pkg.b import Y\nfrom pkg import c\n",
    },
}
"""Packages with lazy imports, one for each thing that they do."""


@pytest.mark.parametrize("files", LAZY_TREES.values(), ids=LAZY_TREES)
def test_lazy_imports_agree_with_cpython(files: dict[str, str]) -> None:
    """PEP 810."""
    survey = Survey()
    survey.look(_pyodide(15), Drawn(Tree({"pyproject.toml": "", **files}), _modules(files)))
    _judge(survey)


def _pyodide(minor: int) -> Interpreter:
    """The CPython of that version that node runs; without it, the test is skipped."""
    found = next((each for each in pyodides() if each.version == (3, minor)), None)
    if found is None:
        pytest.skip(f"IMPORTLINT_PYODIDE names no CPython 3.{minor}; see CONTRIBUTING.md")
    return found


def _judge(survey: Survey) -> None:
    """Fail with the smallest trees, if anything was found."""
    if survey.found:
        pytest.fail("\n".join(map(survey.shown, survey.found)), pytrace=False)


def _modules(files: dict[str, str]) -> tuple[str, ...]:
    """The modules of the files."""
    paths = (path.removesuffix(".py").removesuffix("/__init__") for path in files)
    return tuple(sorted(path.replace("/", ".") for path in paths))
