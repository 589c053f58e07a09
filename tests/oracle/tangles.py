"""Packages of a few modules that import each other in all ways, many of them to their ruin."""

from __future__ import annotations

from random import Random

from tests.oracle.drawn_packages import Drawn
from tests.trees import Tree

_KINDS = {"f": "{0}()", "g": "{0}()", "C": "class D_{0}({0}):\n    pass", "V": "W_{0} = {0}"}
"""What modules define, by the first letter of the name, and what others make of it at import time."""


def tangle(seed: int) -> Drawn:
    """The package of that number."""
    random = Random(seed)
    layout = {"pkg": "pkg/__init__.py"}
    layout |= {f"pkg.m{i}": f"pkg/m{i}.py" for i in range(random.randrange(2, 5))}
    for number in range(random.randrange(0, 3)):
        layout[f"pkg.s{number}"] = f"pkg/s{number}/__init__.py"
        for i in range(random.randrange(1, 4)):
            layout[f"pkg.s{number}.k{i}"] = f"pkg/s{number}/k{i}.py"
    failing, using = random.choice((0, 0.1, 0.4)), random.choice((0, 0.15, 0.4))
    names = list(layout)
    files = {layout[name]: _text(random, name, names, failing, using) for name in names}
    return Drawn(Tree({"pyproject.toml": "", **files}), tuple(names))


def _text(random: Random, module: str, names: list[str], failing: float, using: float) -> str:
    taken: list[str] = []
    count = random.randrange(0, 4) if module != "pkg" or random.random() < 0.5 else 0
    imports = (_import(random, random.choice(names), failing, using, taken) for _ in range(count))
    lines = [_wrapped(random, names, text) for text in imports]
    own = _tag(module)
    for definition in (
        f"def f_{own}():\n    return 1",
        f"def g_{own}():\n    import {random.choice(names)}\n    return V_{own}",
        f"class C_{own}:\n    pass",
        f"V_{own} = 1",
    ):
        is_anywhere = random.random() < 0.3
        lines.insert(random.randrange(len(lines) + 1) if is_anywhere else len(lines), definition)
    lines += [_KINDS[name[0]].format(name) for name in taken if random.random() < using]
    lines += [f"del V_{own}"] if random.random() < 0.05 else []
    lines += ["import sys\n'pkg.m0' in sys.modules"] if random.random() < 0.05 else []
    return "\n".join(lines) + "\n"


def _import(random: Random, target: str, failing: float, using: float, taken: list[str]) -> str:
    """An import of a module, or of a name of it, which is added to those that are taken; perhaps used at once."""
    parent, _, last = target.rpartition(".")
    kind, wanted = random.random(), f"{random.choice('fgCV')}_{_tag(target)}"
    if kind < failing:
        taken.append(wanted)
        return f"from {target} import {wanted}"
    if kind < 0.8 or not parent:
        alias = f"z_{_tag(target)}" if random.random() < 0.4 else ""
        text, name = f"import {target}" + (f" as {alias}" if alias else ""), alias or target
    else:
        text, name = f"from {parent} import {last}", last
    return f"{text}\n{name}.{wanted}{random.choice(('', '()'))}" if random.random() < using else text


def _wrapped(random: Random, names: list[str], text: str) -> str:
    """The import, or rarely: guarded, conditional, or one that takes everything."""
    inner = "".join(f"    {line}\n" for line in text.splitlines())
    kind = random.random()
    if kind < 0.06:
        return f"try:\n{inner}except (ImportError, AttributeError):\n    pass"
    if kind < 0.1:
        return f"import os\nif os.environ.get('X'):\n{inner}".rstrip()
    return f"from {random.choice(names)} import *" if kind < 0.13 else text


def _tag(module: str) -> str:
    return module.replace(".", "_")
