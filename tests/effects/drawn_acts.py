"""Modules that act when they are imported, in parts: the effect, how its name gets there, and the place that does it.

Each act is a few lines, one of which ends with its mark. CPython runs the lines, so only what *must* be told is
written here: what the reader of the code is sure of.
"""

from __future__ import annotations

from hypothesis import strategies as st
from msgspec import Struct

from importlint.effects.kinds import Kind
from tests.trees import Tree


class Deed(Struct, frozen=True):
    """An effect of one name: what `{}` stands for in the statement; `{n}` is the act's number."""

    kind: Kind
    module: str
    name: str
    statement: str
    undo: str = ""
    """The statement that takes it back, if there is one."""


DEEDS = (
    Deed(Kind.OUTPUT, "builtins", "print", '{}("x")'),
    Deed(Kind.FS_WRITE, "builtins", "open", '{}("f{n}", "w")'),
    Deed(Kind.ENV_WRITE, "os", "environ", '{}["A{n}"] = "1"', 'del {}["A{n}"]'),
    Deed(Kind.ENV_WRITE, "os", "environ", '{}.setdefault("A{n}", "1")', '{}.pop("A{n}")'),
    Deed(Kind.ENV_WRITE, "os", "putenv", '{}("A{n}", "1")'),
    Deed(Kind.PROCESS_STATE, "os", "chdir", '{}(".")'),
    Deed(Kind.FS_WRITE, "os", "makedirs", '{}("d{n}")'),
    Deed(Kind.PROCESS, "os", "system", '{}("true")'),
    Deed(Kind.SYS_PATH, "sys", "path", '{}.append("p{n}")', '{}.remove("p{n}")'),
    Deed(Kind.SYS_PATH, "sys", "path", '{}[:0] = ["p{n}"]'),
    Deed(Kind.SYS_MODULES, "sys", "modules", '{}["absent{n}"] = object()'),
    Deed(Kind.INTERPRETER_STATE, "sys", "setrecursionlimit", "{}(2000 + {n})"),
    Deed(Kind.WARNINGS_CONFIG, "warnings", "simplefilter", '{}("ignore", UserWarning)'),
    Deed(Kind.SIGNAL, "signal", "signal", "{}(10, len)"),
    Deed(Kind.RANDOM_STATE, "random", "seed", "{}({n})"),
    Deed(Kind.LOGGING_CONFIG, "logging", "disable", "{}({n} + 1)"),
    Deed(Kind.ATEXIT, "atexit", "register", "{}(len, ())"),
    Deed(Kind.MONKEYPATCH, "builtins", "__dict__", '{}["added{n}"] = 1'),
    Deed(Kind.THREAD, "threading", "Thread", '{}(target=len, args=("",)).start()'),
)


class Way(Struct, frozen=True):
    """How a name is reached: lines for `shop/lib.py`, `shop/mid.py` and the module that acts, and the expression.

    `{m}` is the name's module, `{a}` the name, `{n}` the number of the act.
    """

    expression: str
    here: str = ""
    lib: str = ""
    mid: str = ""
    init: str = ""
    is_sure: bool = True


_LIB = "from {m} import {a} as thing{n}"
_OTHER = "from .lib import harmless as thing{n}"
_REBIND = "\ndef change{n}():\n    global thing{n}\n    thing{n} = harmless\nchange{n}()"

WAYS = (
    Way("{m}.{a}", "import {m}"),
    Way("mod{n}.{a}", "import {m} as mod{n}"),
    Way("thing{n}", _LIB),
    Way("thing{n}", "import {m}\nthing{n} = {m}.{a}"),
    Way("thing{n}", "import {m}\nother{n} = {m}\nthing{n} = other{n}.{a}"),
    Way("thing{n}", "import {m}\nthing{n}: object = {m}.{a}"),
    Way("thing{n}", "import {m}\nthing{n}, rest{n} = {m}.{a}, 1", is_sure=False),
    Way("thing{n}", "from shop.lib import thing{n}", lib=_LIB),
    Way("thing{n}", "from .lib import thing{n}", lib=_LIB),
    Way("other{n}", "from shop.lib import thing{n} as other{n}", lib=_LIB),
    Way("lib.thing{n}", "from shop import lib", lib=_LIB),
    Way("shop.lib.thing{n}", "import shop.lib", lib=_LIB),
    Way("lib{n}.thing{n}", "import shop.lib as lib{n}", lib=_LIB),
    Way("mod{n}.{a}", "from shop.lib import mod{n}", lib="import {m} as mod{n}"),
    Way("lib.mod{n}.{a}", "from . import lib", lib="import {m} as mod{n}"),
    Way("thing{n}", "from shop.lib import *", lib=_LIB),
    Way("thing{n}", "from shop.mid import *", lib=_LIB, mid="from shop.lib import *"),
    Way("thing{n}", "from .mid import thing{n}", lib=_LIB, mid="from .lib import thing{n}"),
    Way("thing{n}", "from shop.mid import thing{n}", lib=_LIB, mid="from shop.lib import *"),
    Way("mid.lib.thing{n}", "from shop import mid", lib=_LIB, mid="from . import lib"),
    Way("thing{n}", "from shop import thing{n}", lib=_LIB, init="from shop.lib import thing{n}"),
    Way("shop.thing{n}", "import shop", lib=_LIB, init="from .lib import thing{n}"),
    Way("thing{n}", "try:\n    from absent import thing{n}\nexcept ImportError:\n    " + _LIB, is_sure=False),
    Way(
        "thing{n}", "import sys\nif sys.version_info >= (3,):\n    " + _LIB + "\nelse:\n    thing{n} = object"
    ),
    Way('getattr({m}, "{a}")', "import {m}", is_sure=False),
    Way('__import__("{m}").{a}', is_sure=False),
    Way('sys.modules["{m}"].{a}', "import sys, {m}", is_sure=False),
    # other things of that name
    Way("thing{n}", _LIB + "\nfrom shop.lib import harmless as thing{n}", is_sure=False),
    Way("thing{n}", "from shop.lib import *\nfrom shop.mid import *", lib=_LIB, mid=_OTHER, is_sure=False),
    Way("thing{n}", "from shop.mid import *\nfrom shop.lib import *", lib=_LIB, mid=_OTHER, is_sure=False),
    Way("thing{n}", "from shop.lib import *\nfrom shop.lib import harmless as thing{n}", lib=_LIB, is_sure=False),
    Way("thing{n}", "from shop.lib import harmless as thing{n}\nfrom shop.lib import *", lib=_LIB, is_sure=False),
    Way("thing{n}", _LIB + "\nfor thing{n} in (lib.harmless,):\n    pass\nelse:\n    pass", is_sure=False),
    Way("thing{n}", _LIB + "\n(thing{n} := lib.harmless)", is_sure=False),
    Way("thing{n}", _LIB + "\nwith lib.Context() as thing{n}:\n    pass", is_sure=False),
    Way("thing{n}", "from shop.lib import harmless\n" + _LIB + _REBIND, is_sure=False),
    Way("lib.thing{n}", "lib.thing{n} = lib.harmless", lib=_LIB, is_sure=False),
    Way("lib.thing{n}", "setattr(lib, 'thing{n}', lib.harmless)", lib=_LIB, is_sure=False),
    Way("lib.thing{n}", lib=_LIB + _REBIND, is_sure=False),
    Way("thing{n}", "from .lib import thing{n}", lib=_LIB + "\nif harmless:\n    thing{n} = harmless", is_sure=False),
)  # fmt: skip

LIB = '''\
class Harmless:
    """Takes everything and does nothing."""
    def __call__(self, *arguments, **keywords): return self
    def __getattr__(self, name): return self
    def __getitem__(self, key): return self
    def __setitem__(self, key, value): pass
    def __delitem__(self, key): pass
    def __iadd__(self, other): return self
harmless = Harmless()
class Context:
    def __enter__(self): return harmless
    def __exit__(self, *error): return True
def fails(*arguments): raise ValueError
def nothing(*arguments, **keywords): pass
def replaced(function): return nothing
def kept(function): return function
class Failing:
    def __init__(self): raise ValueError
'''


class Place(Struct, frozen=True):
    """Where and how a statement runs: `STATEMENT` with its lines, `ACT` with the mark; `{n}` is the act's number."""

    text: str
    is_sure: bool = True
    """Whether it has to be told."""


def _sure(*texts: str) -> tuple[Place, ...]:
    return tuple(Place(text) for text in texts)


def _doubtful(*texts: str) -> tuple[Place, ...]:
    return tuple(Place(text, is_sure=False) for text in texts)


_DEF = "def act{n}(*arguments):\n    STATEMENT\n"
_METHOD = "class Cart{n}:\n    def do{n}(self, *arguments):\n        STATEMENT\n"

PLACES = (
    *_sure(
        "STATEMENT ACT",
        "if True:\n    STATEMENT ACT",
        "if not lib.__name__ == '__main__':\n    pass\nSTATEMENT ACT",
        "import sys\nif sys.version_info >= (3, 8):\n    STATEMENT ACT",
        "try:\n    STATEMENT ACT\nexcept ValueError:\n    pass",
        "try:\n    pass\nfinally:\n    STATEMENT ACT",
        "with open(__file__):\n    STATEMENT ACT",
        "class Cart{n}:\n    STATEMENT ACT",
        "class Cart{n}:\n    class Item:\n        STATEMENT ACT",
        _DEF + "act{n}() ACT",
        _DEF + "x{n} = act{n}() ACT",
        _DEF + "x{n} = [each for each in [act{n}()]] ACT",
        _DEF + "x{n} = {{'a': (act{n}(), 1)}} ACT",
        _DEF + "x{n} = f'{{act{n}()}}' ACT",
        _DEF + "x{n} = act{n}() and 1 ACT",
        _DEF + "x{n} = lib.nothing(act{n}()) ACT",
        _DEF + "def other{n}x(given=act{n}()): ACT\n    pass",
        _DEF + "lib.nothing(*[act{n}()]) ACT",
        _DEF + "class Cart{n}:\n    item = act{n}() ACT",
        _DEF + "start{n} = act{n}\nstart{n}() ACT",
        _DEF + "def outer{n}():\n    act{n}()\nouter{n}() ACT",
        _DEF + "def outer{n}():\n    if True:\n        return act{n}()\nouter{n}() ACT",
        _DEF + "@act{n} ACT\ndef decorated{n}():\n    pass",
        "def outer{n}():\n    inner{n}()\ndef inner{n}():\n    STATEMENT\n    outer{n}x = outer{n}\nouter{n}() ACT",
        "def act{n}(again=False):\n    STATEMENT\n    if again:\n        act{n}()\nact{n}() ACT",
        _METHOD + "Cart{n}().do{n}() ACT",
        _METHOD + "cart{n} = Cart{n}()\ncart{n}.do{n}() ACT",
        _METHOD + "class More{n}(Cart{n}):\n    pass\nMore{n}().do{n}() ACT",
        _METHOD + "    def begin(self):\n        self.do{n}()\nCart{n}().begin() ACT",
        "class Base{n}:\n    def begin(self):\n        self.do{n}()\n    def do{n}(self): pass\n"
        "class Cart{n}(Base{n}):\n    def do{n}(self):\n        STATEMENT\nCart{n}().begin() ACT",
        "class Cart{n}:\n    def __init__(self):\n        STATEMENT\nCart{n}() ACT",
        "class Cart{n}:\n    def __init__(self):\n        STATEMENT\nclass More{n}(Cart{n}): pass\nMore{n}() ACT",
        "class Cart{n}:\n    @classmethod\n    def do{n}(cls):\n        STATEMENT\nCart{n}.do{n}() ACT",
        "class Cart{n}:\n    @staticmethod\n    def do{n}():\n        STATEMENT\nCart{n}.do{n}() ACT",
        "class Base{n}:\n    def __init_subclass__(cls):\n        STATEMENT\nclass Cart{n}(Base{n}): ACT\n    pass",
        "try:\n    import absent\n    lib.nothing()\nexcept ImportError:\n    pass\nSTATEMENT ACT",
    ),
    # it is taken back, if it can be
    *_doubtful(
        "STATEMENT ACT\nUNDO",
        "STATEMENT ACT\nimport json\nUNDO",
        "try:\n    STATEMENT ACT\nfinally:\n    UNDO",
        "class Cart{n}:\n    STATEMENT ACT\n    UNDO",
        "def act{n}():\n    STATEMENT\n    UNDO\nact{n}() ACT",
        "def act{n}():\n    try:\n        STATEMENT\n    finally:\n        UNDO\nact{n}() ACT",
    ),
    # it happens, and may be told
    *_doubtful(
        "for each{n} in (1,):\n    STATEMENT ACT",
        "while True:\n    STATEMENT ACT\n    break",
        "if lib:\n    STATEMENT ACT",
        "try:\n    raise ValueError\nexcept ValueError:\n    STATEMENT ACT",
        "try:\n    import absent\nexcept ImportError:\n    STATEMENT ACT",
        "try:\n    pass\nexcept ValueError:\n    pass\nelse:\n    STATEMENT ACT",
        "class Meta{n}(type):\n    def __init__(cls, *arguments):\n        STATEMENT\n"
        "class Cart{n}(metaclass=Meta{n}): ACT\n    pass",
        "class Cart{n}:\n    def __call__(self):\n        STATEMENT\nCart{n}()() ACT",
        "class Cart{n}:\n    @property\n    def do{n}(self):\n        STATEMENT\nCart{n}().do{n} ACT",
        "class Cart{n}:\n    def __enter__(self):\n        STATEMENT\n    def __exit__(self, *error): pass\n"
        "with Cart{n}(): ACT\n    pass",
        "class Cart{n}:\n    def __new__(cls):\n        STATEMENT\nCart{n}() ACT",
        "class Base{n}:\n    def __init__(self):\n        STATEMENT\nclass Cart{n}(Base{n}):\n"
        "    def __init__(self):\n        super().__init__()\nCart{n}() ACT",
        "def outer{n}():\n    def inner():\n        STATEMENT\n    inner()\nouter{n}() ACT",
        "def factory{n}():\n    STATEMENT\n    return lib.kept\n@factory{n}() ACT\ndef decorated{n}():\n    pass",
        _DEF + "(lambda: act{n}())() ACT",
        _DEF + "list(map(act{n}, [1])) ACT",
        _DEF + "x{n} = 1 if lib else 2; x{n} = act{n}() if lib else 2 ACT",
        "import contextlib\n@contextlib.contextmanager\ndef act{n}():\n    STATEMENT\n    yield\n"
        "with act{n}(): ACT\n    pass",
        "def act{n}():\n    STATEMENT\n    yield 1\nlist(act{n}()) ACT",
        "@lib.kept\n" + _DEF + "act{n}() ACT",
        _DEF + "act{n}() ACT\ndef act{n}():\n    pass",
    ),
    # it does not happen
    *_doubtful(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    STATEMENT ACT",
        "if False:\n    STATEMENT ACT",
        "import sys\nif sys.version_info < (3, 8):\n    STATEMENT ACT",
        "import sys\nif sys.platform == 'win32':\n    STATEMENT ACT",
        "if __name__ == '__main__':\n    STATEMENT ACT",
        "import os\nif 'ABSENT' in os.environ:\n    STATEMENT ACT",
        "for each{n} in ():\n    STATEMENT ACT",
        "while not lib:\n    STATEMENT ACT",
        "try:\n    import json\nexcept ImportError:\n    STATEMENT ACT",
        "try:\n    import absent\n    STATEMENT ACT\nexcept ImportError:\n    pass",
        "try:\n    from shop.lib import absent\n    STATEMENT ACT\nexcept ImportError:\n    pass",
        "try:\n    from shop import absent\nexcept ImportError:\n    pass\nelse:\n    STATEMENT ACT",
        "try:\n    raise ValueError\n    STATEMENT ACT\nexcept ValueError:\n    pass",
        "try:\n    lib.fails()\n    STATEMENT ACT\nexcept ValueError:\n    pass",
        "try:\n    x{n} = lib.fails()\nexcept ValueError:\n    pass\nelse:\n    STATEMENT ACT",
        "try:\n    lib.Failing()\n    STATEMENT ACT\nexcept Exception:\n    pass",
        "import contextlib\nwith contextlib.suppress(ImportError):\n    import absent\n    STATEMENT ACT",
        "import contextlib\nwith contextlib.suppress(ValueError):\n    lib.fails()\n    STATEMENT ACT",
        "with lib.Context():\n    lib.fails()\n    STATEMENT ACT",
        "class Cart{n}:\n    def __init__(self):\n        STATEMENT ACT",
        _DEF + "x{n} = lambda: act{n}() ACT",
        _DEF + "x{n} = (act{n}() for each in [1]) ACT",
        _DEF + "x{n} = [act{n}() for each in []] ACT",
        _DEF + "x{n} = True or act{n}() ACT",
        _DEF + "x{n} = 1 if True else act{n}() ACT",
        _DEF + "x{n} = map(act{n}, [1]) ACT",
        "def act{n}():\n    return\n    STATEMENT\nact{n}() ACT",
        "def act{n}(given=None):\n    if not given:\n        return\n    STATEMENT\nact{n}() ACT",
        "def act{n}():\n    lib.fails()\n    STATEMENT\ntry:\n    act{n}() ACT\nexcept ValueError:\n    pass",
        "def act{n}():\n    for each in [1]:\n        return\n    STATEMENT\nact{n}() ACT",
        "def act{n}():\n    while True:\n        return\n    STATEMENT\nact{n}() ACT",
        "def act{n}():\n    try:\n        return\n    except ValueError:\n        pass\n    STATEMENT\nact{n}() ACT",
        "def act{n}():\n    with open(__file__):\n        return\n    STATEMENT\nact{n}() ACT",
        "def act{n}():\n    for each in []:\n        STATEMENT\nact{n}() ACT",
        "def act{n}():\n    for each in [1]:\n        break\n    else:\n        STATEMENT\nact{n}() ACT",
        "for each{n} in [1]:\n    break\n    STATEMENT ACT",
        "for each{n} in [1]:\n    continue\n    STATEMENT ACT",
        "def act{n}():\n    STATEMENT\n    yield 1\nact{n}() ACT",
        "async def act{n}():\n    STATEMENT\nact{n}().close() ACT",
        _DEF + "def act{n}():\n    pass\nact{n}() ACT",
        _DEF + "act{n} = lib.nothing\nact{n}() ACT",
        _DEF + "def swap{n}():\n    global act{n}\n    act{n} = lib.nothing\nswap{n}()\nact{n}() ACT",
        _DEF + "from shop.lib import nothing as act{n}\nact{n}() ACT",
        "@lib.replaced\n" + _DEF + "act{n}() ACT",
        "class Cart{n}:\n    @lib.replaced\n    def do{n}(self):\n        STATEMENT\nCart{n}().do{n}() ACT",
        _METHOD + "    def do{n}(self): pass\nCart{n}().do{n}() ACT",
        _METHOD + "    do{n} = lib.nothing\nCart{n}().do{n}() ACT",
        _METHOD + "    if True:\n        def do{n}(self): pass\nCart{n}().do{n}() ACT",
        _METHOD + "    from shop.lib import nothing as do{n}\nCart{n}().do{n}() ACT",
        _METHOD + "    def __init__(self):\n        self.do{n} = lib.nothing\nCart{n}().do{n}() ACT",
        _METHOD + "Cart{n}.do{n} = lib.nothing\nCart{n}().do{n}() ACT",
        _METHOD + "cart{n} = Cart{n}()\ncart{n}.do{n} = lib.nothing\ncart{n}.do{n}() ACT",
        _METHOD + "class More{n}(Cart{n}):\n    do{n} = lib.nothing\nMore{n}().do{n}() ACT",
        _METHOD + "class More{n}(Cart{n}):\n    def do{n}(self): pass\nMore{n}().do{n}() ACT",
        _METHOD + "class Mixin{n}:\n    def do{n}(self): pass\nclass More{n}(Mixin{n}, Cart{n}): pass\n"
        "More{n}().do{n}() ACT",
        "class Base{n}:\n    def do{n}(self):\n        STATEMENT\nclass Left{n}(Base{n}): pass\n"
        "class Right{n}(Base{n}):\n    def do{n}(self): pass\nclass Cart{n}(Left{n}, Right{n}): pass\n"
        "Cart{n}().do{n}() ACT",
        "@lib.replaced\nclass Cart{n}:\n    def __init__(self):\n        STATEMENT\nCart{n}() ACT",
        "class Cart{n}:\n    def __new__(cls): return 1\n    def __init__(self):\n        STATEMENT\nCart{n}() ACT",
        "class Meta{n}(type):\n    def __call__(cls): pass\nclass Cart{n}(metaclass=Meta{n}):\n"
        "    def __init__(self):\n        STATEMENT\nCart{n}() ACT",
        "class Base{n}:\n    def __init_subclass__(cls): pass\n    def __init__(self):\n        STATEMENT\n"
        "class Cart{n}(Base{n}): ACT\n    pass",
        "class Base{n}:\n    def __post_init__(self):\n        STATEMENT\nBase{n}() ACT",
        "class Base{n}:\n    def __init_subclass__(cls):\n        STATEMENT\nclass Cart{n}: ACT\n    pass",
        "def outer{n}(NAME):\n    STATEMENT\nouter{n}(lib.harmless) ACT",
        "def outer{n}():\n    NAME = idle\n    STATEMENT\nouter{n}() ACT",
        "def outer{n}():\n    for NAME in [idle]:\n        pass\n    STATEMENT\nouter{n}() ACT",
        "def outer{n}():\n    from shop.lib import harmless as NAME\n    STATEMENT\nouter{n}() ACT",
        "def outer{n}():\n    with Context() as NAME:\n        pass\n    STATEMENT\nouter{n}() ACT",
        "def outer{n}(NAME):\n    def inner():\n        STATEMENT\n    inner()\nouter{n}(lib.harmless) ACT",
        "def outer{n}(NAME):\n    class Inner:\n        STATEMENT\nouter{n}(lib.harmless) ACT",
        "class Cart{n}:\n    NAME = idle\n    STATEMENT ACT",
        "class Cart{n}:\n    for NAME in [idle]:\n        STATEMENT ACT",
        "class Cart{n}:\n    from shop.lib import harmless as NAME\n    STATEMENT ACT",
    ),
)  # fmt: skip


class Act(Struct, frozen=True):
    """One effect at one place."""

    deed: Deed
    way: Way
    place: Place

    @property
    def must(self) -> bool:
        """Whether it has to be told."""
        return self.way.is_sure and self.place.is_sure

    @property
    def is_undone(self) -> bool:
        """Whether it is taken back, and is not to be told although it is seen."""
        return bool(self.deed.undo) and "UNDO" in self.place.text


def _acts() -> st.SearchStrategy[Act]:
    return st.builds(Act, st.sampled_from(DEEDS), st.sampled_from(WAYS), st.sampled_from(PLACES))


class Drawn(Struct, frozen=True):
    """A package `shop`, whose `shop.main` does the acts one after the other."""

    acts: tuple[Act, ...]

    @property
    def tree(self) -> Tree:
        """Its files."""
        init: list[str] = []
        mid: list[str] = []
        lib, main = [LIB], ["from shop import lib", "from shop.lib import harmless as idle, Context"]
        for number, act in enumerate(self.acts):
            names = {"m": act.deed.module, "a": act.deed.name, "n": str(number)}
            way = act.way
            for lines, text in ((init, way.init), (lib, way.lib), (mid, way.mid), (main, way.here)):
                lines += [text.format(**names)] if text else []
            expression = way.expression.format(**names)
            name = expression.partition(".")[0]
            statement = act.deed.statement.replace("{n}", str(number)).replace("{}", expression, 1)
            undo = act.deed.undo.replace("{n}", str(number)).replace("{}", expression, 1) or "pass"
            text = act.place.text.format(n=number).replace("STATEMENT", statement).replace("UNDO", undo)
            text = text.replace("NAME", name if name.isidentifier() else "unused")
            main.append(text.replace(" ACT", f"  # act {number}"))
        files = {"__init__": init, "lib": lib, "mid": mid, "main": main}
        return Tree({f"shop/{name}.py": "\n".join(lines) + "\n" for name, lines in files.items()})


def drawn() -> st.SearchStrategy[Drawn]:
    """Packages of one to eight acts."""
    return st.builds(Drawn, st.lists(_acts(), min_size=1, max_size=8).map(tuple))
