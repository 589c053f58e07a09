"""The dotted walk and relative names: CPython's failures, in its words, from every installed version."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importlint.finder.environment import explicit_path
from importlint.finder.finder import Finder
from importlint.finder.path_finder import opaque_entry
from importlint.finder.resolve import absolute_name, resolve
from importlint.finder.spec import Failure, FailureKind, Spec
from tests.cpython import installed
from tests.trees import Tree

_RELATIVE = """
import importlib._bootstrap as bootstrap
try:
    if not package:
        exec("from " + "." * level + (module or "") + " import x", {"__name__": "m", "__package__": ""})
    result = bootstrap._resolve_name(module, package, level)
except Exception as error:
    result = [type(error).__name__, str(error)]
"""

_PACKAGES = st.lists(st.sampled_from("abc"), max_size=4).map(".".join)


@settings(deadline=None)
@given(package=_PACKAGES, level=st.integers(1, 6), module=st.sampled_from(["", "m", "m.n"]))
def test_relative_names_agree_with_cpython(package: str, level: int, module: str) -> None:
    """Language reference, "Package Relative Imports"."""
    for cpython in installed():
        ours = absolute_name(package, level, module, cpython.version)
        theirs = cpython.evaluate(_RELATIVE, package=package, level=level, module=module)
        assert (ours if isinstance(ours, str) else [ours.type, ours.message]) == theirs


def test_a_script_has_no_parent_package(tmp_path: Path) -> None:
    """`__package__` of a file that is run is None."""
    (tmp_path / "script.py").write_text("from . import absent\n")
    ours = absolute_name(None, 1, "", (3, 12))
    assert isinstance(ours, Failure)
    for cpython in installed():
        answer = cpython.run(["script.py"], tmp_path)
        assert answer.stderr.splitlines()[-1] == f"{ours.type}: {ours.message}"


@pytest.mark.parametrize(
    "name",
    ["a", "a.absent", "a.b.c.d", "absent.x", "module", "module.x", "ns", "ns.m", "ns.x", "a..b", "module."],
)
def test_failures_in_the_words_of_cpython(name: str, tmp_path: Path) -> None:
    """The first part that fails is the one that is named."""
    Tree({"a/__init__.py": "", "a/b.py": "", "module.py": "", "ns/m.py": ""}).write(tmp_path)
    environment = explicit_path((), {})
    failure = resolve(Finder(environment), name, (str(tmp_path), *environment.path)).failure
    ours = f"{failure.type}: {failure.message}" if failure else ""
    program = f"import importlib; importlib.import_module({name!r})"
    for cpython in installed():
        answer = cpython.run(["-c", program], tmp_path)
        assert (answer.stderr.splitlines() or [""])[-1] == ours


def test_the_empty_name(tmp_path: Path) -> None:
    failure = resolve(Finder(explicit_path((), {})), "", (str(tmp_path),)).failure
    assert failure is not None
    for cpython in installed():
        answer = cpython.run(["-c", "__import__('')"], tmp_path)
        assert answer.stderr.splitlines()[-1] == f"{failure.type}: {failure.message}"


def test_locate_replaces_the_path_of_a_package(tmp_path: Path) -> None:
    """A package that moved its `__path__`, a module that gave itself one, and a package that deleted its own."""
    files = {"a/__init__.py": "", "a/here.py": "", "other/there.py": "", "module.py": ""}
    Tree(files).write(tmp_path)
    finder, path = Finder(explicit_path((), {})), (str(tmp_path),)
    other = (str(tmp_path / "other"),)

    def locate(spec: Spec, path: tuple[str, ...]) -> tuple[str, ...] | None:
        return other if spec.name in ("a", "module") else None

    assert resolve(finder, "a.there", path, locate).spec
    assert resolve(finder, "module.there", path, locate).spec
    assert resolve(finder, "a.here", path, locate).failure
    deleted = resolve(finder, "a.here", path, lambda spec, path: None).failure
    assert deleted is not None
    assert deleted.kind is FailureKind.NOT_A_PACKAGE


def test_an_unknown_path_makes_absence_uncertain(tmp_path: Path) -> None:
    Tree({"a/__init__.py": "", "a/here.py": "", "a/space/m.py": ""}).write(tmp_path)
    finder, path = Finder(explicit_path((), {})), (str(tmp_path),)

    def locate(spec: Spec, path: tuple[str, ...]) -> tuple[str, ...] | None:
        own = spec.search_locations
        return (*own, opaque_entry("`a` edits it")) if own and spec.name == "a" else own

    assert resolve(finder, "a.here", path, locate).opaque is None
    assert resolve(finder, "a.absent", path, locate).opaque == "`a` edits it"
    assert resolve(finder, "a.space.absent", path, locate).opaque == "`a` edits it"
    assert resolve(finder, "a.absent.below", path, locate).opaque == "`a` edits it"
    assert resolve(finder, "a.absent", path).opaque is None


def test_an_extension_module_may_make_its_submodules(tmp_path: Path) -> None:
    """It can put them into `sys.modules`, which nobody can see from outside."""
    Tree({"native.so": "", "package/__init__.so": ""}).write(tmp_path)
    finder, path = Finder(explicit_path((), {})), (str(tmp_path),)
    assert "native" in str(resolve(finder, "native.inner", path).opaque)
    assert "package" in str(resolve(finder, "package.inner", path).opaque)
