"""Statements that import, bind and read, drawn for one module from the templates in `drawn_statements.txt`.

Every text is legal Python wherever it stands. Names come from small pools with one kind of value each, so that they
meet, and hardly anything fails but imports and reads: `X` and `Y` are numbers or modules, `f`, `g`, `h` functions,
`C`, `D` classes, `m`, `n` modules.
"""

from __future__ import annotations

import enum
import functools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from hypothesis import strategies as st
from msgspec import Struct

T = TypeVar("T")
Lines = list[str]


class Feature(enum.Enum):
    """A group of statements; plain imports, reads and assignments are always there."""

    IMPORTS = "imports"
    STARS = "stars"
    HANDLERS = "handlers"
    CONDITIONS = "conditions"
    UNKNOWNS = "unknowns"
    CLASSES = "classes"
    CALLS = "calls"
    VALUES = "values"
    ATTRIBUTES = "attributes"
    SYS_MODULES = "sys-modules"
    DYNAMIC = "dynamic"
    NAMES = "names"
    BLOCKS = "blocks"
    ANNOTATIONS = "annotations"
    LAZY = "lazy"
    LAYOUT = "layout"
    PROGRAMS = "programs"


class Scope(enum.Enum):
    """Where a statement stands."""

    MODULE = "module"
    TRY = "try"
    """At module level, inside a `try` statement: no place for lazy imports."""
    CLASS = "class"
    FUNCTION = "function"


FLAGS = ("FLAG_A", "FLAG_B")
"""Environment variables of which nothing is known; each entry runs with and without them."""


def _pieces(text: str) -> tuple[str, ...]:
    return tuple(re.split(r"; |\n", text.strip()))


_KNOWN = """
True; False; TYPE_CHECKING; not TYPE_CHECKING; __name__ == '__main__'; __debug__; sys.version_info >= (3, 10)
sys.version_info < (3, 12); sys.version_info[:2] == (3, 11); sys.version_info[0] == 2; sys.version_info.minor >= 9
sys.platform == 'win32'; sys.platform.startswith('linux'); os.name == 'posix'; sys.implementation.name == 'cpython'
0; ''; []; 'X'; None; not None; True and not False; False or TYPE_CHECKING; __name__ == 'pkg.a'; typing.TYPE_CHECKING
sys.version_info > (3, 9) and not TYPE_CHECKING
"""
_UNKNOWN = """
os.environ.get('FLAG_A'); not os.environ.get('FLAG_A'); 'FLAG_B' in os.environ; os.getenv('FLAG_A') == '1'
os.environ.get('FLAG_B') and True; TYPE_CHECKING or os.getenv('FLAG_B'); os.environ.get('FLAG_A') is None
os.environ.get('FLAG_B') or not TYPE_CHECKING
"""
_CAUGHT = """
except ImportError:; except AttributeError:; except (ImportError, AttributeError):; except ModuleNotFoundError:
except Exception:; except:; except NameError:; except (KeyError, ValueError):; except BaseException:; except ():
except LookupError:; except ImportError as e:; except (AttributeError, ImportError) as e:; except Exception as e:
"""
_STARRED = """
except* ImportError:; except* AttributeError:; except* (ImportError, AttributeError):; except* ModuleNotFoundError:
except* Exception:; except* (KeyError, ValueError):; except* BaseException:; except* ImportError as e:
"""
_ERRORS = """
ImportError('told'); ModuleNotFoundError('told'); AttributeError('told'); ValueError('told'); KeyError('told')
RuntimeError; NameError('told')
"""

_MISTAKEN = r"lazy import (\w+\.\w+(?:\.\w+)*)\.(\w+) as"
"""What 3.15.0rc1 has a mistake in, and later ones have not: `lazy import pkg.sub.a as m` may give `pkg.a`."""

_TEXTS = {
    "condition": _pieces(_KNOWN),
    "unknown": _pieces(_UNKNOWN),
    "caught": _pieces(_CAUGHT),
    "starred": _pieces(_STARRED),
    "error": _pieces(_ERRORS),
}


class Template(Struct, frozen=True):
    """A statement, or several, with holes."""

    lines: tuple[str, ...]
    module_only: bool = False
    is_lazy: bool = False
    since: tuple[int, int] = (3, 8)


@functools.cache
def _grammar() -> Mapping[Feature, tuple[Template, ...]]:
    """The templates of each group, as often as they are likely."""
    _, *sections = Path(__file__).with_suffix(".txt").read_text("utf-8").split("\n== ")
    named = (section.partition("\n\n") for section in sections)
    return {
        Feature(name): tuple(each for text in body.strip("\n").split("\n\n") for each in _templates(text))
        for name, _, body in named
    }


def _templates(text: str) -> list[Template]:
    lines = text.split("\n")
    needs = lines.pop(0) if text.startswith("# ") else ""
    version, times = re.search(r"3\.(\d+)", needs), re.search(r"x(\d)", needs)
    template = Template(
        tuple(lines), "module" in needs, "lazy" in needs, (3, int(version[1]) if version else 8)
    )
    return [template] * (int(times[1]) if times else 1)


class Writer:
    """Draws the statements of one module; `modules` are the tree's, each with names that it binds somewhere."""

    def __init__(
        self,
        draw: st.DrawFn,
        module: str,
        *,
        is_package: bool,
        modules: Mapping[str, Sequence[str]],
        features: frozenset[Feature],
        version: tuple[int, int],
    ) -> None:
        self._draw = draw
        self.module = module
        self.package = module if is_package else module.rpartition(".")[0]
        self.names = modules
        self.modules = tuple(modules)
        self.features = features
        self.version = version

    def pick(self, choices: Sequence[T]) -> T:
        """One of them; shrinks to the first."""
        return self._draw(st.sampled_from(choices))

    def once_in(self, count: int) -> bool:
        """True about once in so many times."""
        return self._draw(st.integers(0, count - 1)) == count - 1

    def statement(self, scope: Scope = Scope.MODULE, depth: int = 0) -> Lines:
        """Any statement that may stand there; one in two is a plain one, and all that are deep down."""
        others = [group for group in self.features - {Feature.IMPORTS} if self._allowed(group, scope)]
        others.sort(key=list(Feature).index)
        is_plain = depth > 2 or not others or not self.once_in(2)
        group = Feature.IMPORTS if is_plain else self.pick(others)
        return _Filling(self, scope, depth).statement(self.pick(self._allowed(group, scope)))

    def _allowed(self, group: Feature, scope: Scope) -> list[Template]:
        """The templates of a group that may stand there."""
        return [
            template
            for template in _grammar().get(group, ())
            if template.since <= self.version
            and (scope in (Scope.MODULE, Scope.TRY) or not template.module_only)
            and (scope is Scope.MODULE or not template.is_lazy)
            and not (template.lines[-1].startswith("(Y):") and Feature.LAZY in self.features)  # libcst 1.9
        ]

    def block(self, scope: Scope, depth: int = 0) -> Lines:
        """One statement or two."""
        lines = self.statement(scope, depth + 1)
        return [*lines, *self.statement(scope, depth + 1)] if self.once_in(3) else lines

    def target(self) -> str:
        """A module to import; now and then one that is not there."""
        if self.once_in(80):
            return self.pick(["pkg.nope", f"{self.pick(self.modules)}.nope", "nope"])
        return self.pick(self.modules)

    def name(self, module: str) -> str:
        """What to ask that module for: mostly something that is there sooner or later."""
        below = [name.rpartition(".")[2] for name in self.modules if name.rpartition(".")[0] == module]
        if self.once_in(25) or not self.names.get(module):
            return self.pick([*below, "X", "Y", "f", "C", "a", "sub", "nope", "e"])
        return self.pick([*self.names[module], *below])

    def relative(self) -> tuple[str, str]:
        """A relative module name and the absolute one that it stands for."""
        parts = self.package.split(".") if self.package else []
        level = self._draw(st.integers(1, max(1, len(parts) + self.once_in(60))))
        base = ".".join(parts[: len(parts) - level + 1]) or "pkg"
        name = self.pick([base, *(name for name in self.modules if name.startswith(f"{base}."))])
        return "." * level + name[len(base) + 1 :], name


class _Filling:
    """Fills the holes of one template, the same ones alike."""

    def __init__(self, writer: Writer, scope: Scope, depth: int) -> None:
        self.writer = writer
        self.scope = scope
        self.depth = depth
        self.filled: dict[str, str] = {}

    def statement(self, template: Template) -> Lines:
        """The template's lines without holes."""
        lines: Lines = []
        if self.scope is Scope.MODULE and "try:" in template.lines:
            self.scope = Scope.TRY
        for line in template.lines:
            chosen = re.sub(r"<<(.*?)>>(?!>)", lambda found: self.writer.pick(found[1].split("|")), line)
            text = chosen.lstrip()
            lines += [" " * (len(chosen) - len(text)) + each for each in self._expanded(text)]
        return lines

    def _expanded(self, text: str) -> Lines:
        match text:
            case "<statement>":
                return self.writer.statement(self.scope, self.depth + 1)
            case "<block>":
                return self.writer.block(self.scope, self.depth)
            case "<class block>":
                return self.writer.block(Scope.CLASS, self.depth)
            case "<function block>":
                return self.writer.block(Scope.FUNCTION, self.depth)
            case "<read>":
                return [self._read()]
            case "<lazy read>":
                return [re.sub(_MISTAKEN, r"lazy from \1 import \2 as", f"lazy {self._read()}")]
        filled = re.sub(r"<([a-z][a-z ]*)>", lambda found: self._text(found[1]), text)
        return [re.sub(_MISTAKEN, r"lazy from \1 import \2 as", filled)]

    def _text(self, hole: str) -> str:
        if hole not in self.filled:
            self.filled[hole] = self._drawn(hole)
        return self.filled[hole]

    def _drawn(self, hole: str) -> str:
        writer = self.writer
        match hole:
            case "module":
                return writer.target()
            case "name":
                return writer.name(self._text("module"))
            case "names":
                return self._names(self._text("module"))
            case "parent" | "tail":
                parent, _, tail = self._text("module").rpartition(".")
                return (parent or "pkg") if hole == "parent" else tail
            case "relative":
                written, absolute = writer.relative()
                stem = written.lstrip(".")
                self.filled["relative names"] = self._names(absolute)
                self.filled["relative name"] = writer.name(absolute)
                self.filled["relative stem"] = stem
                self.filled["relative level"] = str(len(written) - len(stem))
                return written
            case "relative stem":
                self._text("relative")
                return self.filled[hole]
            case "list":
                names = [writer.name(writer.module) for _ in range(writer.pick([0, 1, 2]))]
                return f"[{', '.join(map(repr, names))}]"
            case "key":
                return self._key()
        return writer.pick(_TEXTS[hole])

    def _names(self, module: str) -> str:
        names = [self.writer.name(module) for _ in range(self.writer.pick([1, 1, 1, 2]))]
        return ", ".join(names) + self.writer.pick(["", "", "", " as Y", " as m"])

    def _key(self) -> str:
        writer = self.writer
        return writer.pick(
            [
                repr(writer.target()),
                "__name__",
                repr(f"{writer.pick(writer.modules)}.{writer.pick(['x', 'X', 'a'])}"),
            ]
        )

    def _read(self) -> str:
        """An import, and in `owner` and `name` an attribute to read from what it imports."""
        module = self._text("module")
        parent, _, tail = module.rpartition(".")
        match self.writer.pick(["plain", "plain", "as", "as", "as", "from", "from", "package"]):
            case "as":
                self.filled["owner"] = "m"
                return f"import {module} as m"
            case "from" if parent:
                self.filled["owner"] = "n"
                return f"from {parent} import {tail} as n"
            case "package" if module.startswith("pkg"):
                self.filled["owner"] = module
                return "import pkg"
        self.filled["owner"] = module
        return f"import {module}"
