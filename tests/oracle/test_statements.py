"""Import statements against CPython: which modules they load, in which order, and how they fail."""

from __future__ import annotations

from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from importlint.check import check
from importlint.config import load_settings
from importlint.project import Project
from tests.cpython import CPython, installed
from tests.trees import Tree

NAMES = ("a", "b", "c")
BODIES = st.sampled_from(["", "", "b = 1\n", "__all__ = ['b', 'c']\nb = 2\n", "c = 3\n__all__ = ['c']\n"])
PLACES = st.sampled_from(["a", "b", "a/b", "a/c", "a/b/c", "b/a"])
DOTTED = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map(".".join)


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Modules and packages, regular and not, beside each other and below."""
    files: dict[str, str] = {}
    for place in draw(st.lists(PLACES, min_size=1, max_size=5)):
        kind = draw(st.sampled_from(["module", "package", "package", "directory"]))
        if kind == "directory":
            files[f"{place}/"] = ""
        else:
            files[f"{place}.py" if kind == "module" else f"{place}/__init__.py"] = draw(BODIES)
    return Tree(files)


@st.composite
def imports(draw: st.DrawFn) -> str:
    """One statement; relative ones may be out of place."""
    if draw(st.booleans()):
        return f"import {draw(DOTTED)}" + draw(st.sampled_from(["", "", " as x"]))
    dots = "." * draw(st.integers(0, 3))
    module = draw(DOTTED) if not dots or draw(st.booleans()) else ""
    names = draw(
        st.one_of(st.just("*"), st.lists(st.sampled_from(NAMES), min_size=1, max_size=2).map(", ".join))
    )
    return f"from {dots}{module} import {names}"


RUN = """
import importlib, sys
sys.path.insert(0, root)
sys.dont_write_bytecode = True
class Searches:  # asked before the finders: the order in sys.modules is that of the ends
    names = []
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        cls.names.append(name)
sys.meta_path.insert(0, Searches)
error = None
try:
    __import__(name)
except ImportError as caught:
    error = [type(caught).__name__, str(caught).replace(root, "ROOT")]
except (ValueError, AttributeError) as caught:
    error = [type(caught).__name__, str(caught)]
result = [[each for each in Searches.names if each in sys.modules], error]
"""


@given(tree=trees(), statement=imports(), place=st.sampled_from(["m", "a/m", "a/b/m"]))
@example(Tree({"a/__init__.py": "b = 1\n", "a/b.py": ""}), "from a import b", "m")
@example(Tree({"a/__init__.py": "", "a/b.py": ""}), "from . import b", "a/m")
@example(Tree({"a/__init__.py": ""}), "from .. import b", "a/m")
def test_what_a_statement_does(tree: Tree, statement: str, place: str) -> None:
    """Language reference 5.3: parents first, then the module, then submodules that a `from` asks for.

    Where the module fails, something is reported; where something is reported, it fails, in the finder's words.
    """
    name = place.replace("/", ".")
    tree = Tree({**tree.files, "pyproject.toml": "", f"{place}.py": f"{statement}\n"})
    with tree.written() as root:
        for cpython in installed():
            project = _project(cpython, root, place)
            (module,) = project.given_modules
            spec = project.resolve(name, module).spec
            if spec is None or spec.origin != module.path:
                continue  # something hides the file
            if module.fallback_path != (str(root),):
                continue  # its directory may be on the path as well, so less is said to be missing
            (link,) = project.reading.links[module.path]
            loaded, error = cpython.evaluate(RUN, fresh=True, root=str(root), name=name)
            context = f"{cpython}: {statement} in {place}\n{tree}"
            if link.failure:
                assert error == [link.failure.type, link.failure.message], context
            reported = [diagnostic.code for diagnostic in check(project).diagnostics]
            if reported:
                assert error is not None, context
            if error is None:
                parents = name.split(".")[:-1]
                above = [".".join(parents[: end + 1]) for end in range(len(parents))]
                expected = dict.fromkeys([*above, name, *(load.spec.name for load in link.loads)])
                assert loaded == list(expected), context
            elif error[0] != "AttributeError":  # a star import of a name that is not there
                assert reported, f"{error}\n{context}"


def _project(cpython: CPython, root: Path, place: str) -> Project:
    rules = ("IL101", "IL102", "IL103", "IL104", "IL309", "IL403")
    version = f"{cpython.version[0]}.{cpython.version[1]}"
    settings = load_settings(
        str(root), path=[], python_version=version, select=rules, source_roots=[str(root)]
    )
    return Project(settings, (f"{place}.py",), cwd=str(root))
