"""Findings of IL301 to IL306 on whole trees: how many there are, where, and what they say."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from importlint.check import check
from importlint.config import load_settings
from importlint.diagnostics import Certainty, Diagnostic
from importlint.project import Project
from tests.trees import Tree


def found(
    root: Path, files: dict[str, str], *, select: str = "IL3", version: str = "3.12"
) -> list[Diagnostic]:
    Tree({"pyproject.toml": "", **{path: textwrap.dedent(text) for path, text in files.items()}}).write(root)
    settings = load_settings(
        str(root), path=[], python_version=version, platform="linux", source_roots=["."], select=[select]
    )
    return list(check(Project(settings, (".",), cwd=str(root))).diagnostics)


def told(diagnostics: list[Diagnostic]) -> list[str]:
    return [
        f"{each.finding.location.path}:{each.finding.location.span.line} {each.code} {each.finding.message}"
        for each in diagnostics
    ]


RING = {
    "pkg/__init__.py": "",
    "pkg/a.py": "from pkg.b import b\na = 1\n",
    "pkg/b.py": "from pkg.c import c\nb = 1\n",
    "pkg/c.py": "from pkg.a import a\nc = 1\n",
}


def test_a_ring_is_one_finding_wherever_it_is_entered(tmp_path: Path) -> None:
    (diagnostic,) = found(tmp_path, RING)
    assert told([diagnostic]) == [
        "pkg/c.py:1 IL301 `import pkg.a` fails, whichever module of its cycle comes first: `a` is not bound yet"
    ]
    finding = diagnostic.finding
    assert finding.certainty is Certainty.CERTAIN
    assert finding.subjects == ("pkg.a", "a")
    assert [(step.location.path, step.location.span.line, step.note) for step in finding.trace] == [
        ("pkg/a.py", 1, "runs `pkg.b`"),
        ("pkg/b.py", 1, "runs `pkg.c`"),
        ("pkg/c.py", 1, "fails"),
        ("pkg/a.py", 2, "binds `a`, too late"),
        ("pkg/a.py", 1, "fails instead if `pkg.b` comes first"),
        ("pkg/b.py", 1, "fails instead if `pkg.c` comes first"),
    ]


LAZY = {
    "pkg/__init__.py": "",
    "pkg/a.py": """
        lazy from pkg import b
        class A(b.Base):
            pass
        """,
    "pkg/b.py": "from pkg.a import A\nclass Base: pass\n",
}


def test_a_lazy_import_is_an_edge_where_its_module_reads_it(tmp_path: Path) -> None:
    body = "lazy import pkg.b\nlazy from pkg import {} as n\nX: n = 1\ndef f(p: pkg.b) -> n:\n    pkg.b\npkg\n{}\n"
    for name, last, code in (("b", "", "IL307"), ("b", "pkg.b.X", "IL306"), ("b", "lambda: n", "IL307")):
        files = {"pkg/__init__.py": "", "pkg/a.py": body.format(name, last), "pkg/b.py": "import pkg.a\n"}
        assert [each.code for each in found(tmp_path, files, version="3.15")] == [code], last


def test_a_lazy_import_closes_a_cycle_where_it_is_used(tmp_path: Path) -> None:
    (diagnostic,) = found(tmp_path, LAZY, select="IL301", version="3.15")
    assert told([diagnostic]) == [
        "pkg/b.py:1 IL301 `import pkg.a` fails, whichever module of its cycle comes first: `A` is not bound yet"
    ]
    assert [
        (step.location.path, step.location.span.line, step.note) for step in diagnostic.finding.trace
    ] == [
        ("pkg/a.py", 3, "runs `pkg.b`"),
        ("pkg/b.py", 1, "fails"),
        ("pkg/a.py", 3, "binds `A`, too late"),
        ("pkg/a.py", 3, "fails instead if `pkg.b` comes first"),
    ]


def test_a_lazy_import_that_only_a_function_uses_closes_none(tmp_path: Path) -> None:
    files = {
        **LAZY,
        "pkg/a.py": "lazy from pkg import b\nclass A:\n    def f(self) -> b.Base: return b.Base()\n",
    }
    assert [each.code for each in found(tmp_path, files, version="3.15")] == ["IL307"]


def test_a_comment_where_it_fails_silences_it(tmp_path: Path) -> None:
    silenced = "from pkg.a import a  # importlint: ignore[IL301]\nc = 1\n"
    assert found(tmp_path, {**RING, "pkg/c.py": silenced}) == []


def test_two_defects_of_one_cycle_are_two_findings(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/base.py": "from pkg.one import one\nfrom pkg.two import two\nbase = 1\n",
        "pkg/one.py": "import pkg.base as base\none = 1\n",
        "pkg/two.py": "import pkg.base as base\ntwo = 1\n",
    }
    assert told(found(tmp_path, files, select="IL302")) == [
        "pkg/base.py:1 IL302 `import pkg.one` fails if it comes first: `one` is not bound yet",
        "pkg/base.py:2 IL302 `import pkg.two` fails if it comes first: `two` is not bound yet",
    ]


def test_entries_that_work_and_fail_are_named(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/a.py": "from pkg import b\nclass A: pass\n",
        "pkg/b.py": "from pkg.a import A\ndef b(): return A\n",
        "pkg/c.py": "import pkg.b\nimport pkg.a\n",
    }
    (diagnostic,) = found(tmp_path, files, select="IL302")
    finding = diagnostic.finding
    assert finding.trace[1].note == "fails; works if `pkg.b` comes first"
    assert finding.label == "`pkg.a` has run only as far as its line 1; `A` is bound at line 2"


def test_a_name_that_is_nowhere_is_no_crash_of_a_cycle(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/a.py": "import pkg.b\n",
        "pkg/b.py": "from pkg.a import nothing\n",
    }
    codes = [each.code for each in found(tmp_path, files, select="IL")]
    assert [code for code in codes if code.startswith("IL3")] == ["IL306"]
    assert "IL102" in codes


@pytest.mark.parametrize(
    "guard",
    ["if unknown():\n    from pkg.b import b", "try:\n    from pkg.b import b\nexcept ImportError: raise"],
)
def test_only_what_is_certain_is_claimed(tmp_path: Path, guard: str) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/a.py": f"{guard}\na = 1\n",
        "pkg/b.py": "from pkg.a import a\nb = 1\n",
    }
    codes = [each.code for each in found(tmp_path, files, select="IL3")]
    assert codes == (["IL306"] if "unknown" in guard else ["IL301"])


def test_an_import_in_a_function_that_is_called_at_import_time_closes_a_cycle(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/a.py": "from pkg.b import b\na = 1\n",
        "pkg/b.py": "def fill():\n    from pkg.a import a\nfill()\nb = 1\n",
    }
    assert told(found(tmp_path, files, select="IL301")) == [
        "pkg/b.py:2 IL301 `import pkg.a` fails, whichever module of its cycle comes first: `a` is not bound yet"
    ]


def test_a_cycle_that_is_reported_as_a_crash_is_not_reported_again(tmp_path: Path) -> None:
    harmless = {"pkg/x.py": "import pkg.y\n", "pkg/y.py": "import pkg.x\n"}
    assert [each.code for each in found(tmp_path, {**RING, **harmless})] == ["IL301", "IL306"]


def remedy(tmp_path: Path, files: dict[str, str], code: str = "IL302") -> str:
    (diagnostic,) = found(tmp_path, {"pkg/__init__.py": "", **files}, select=code)
    return diagnostic.finding.help


def test_remedy_in_functions(tmp_path: Path) -> None:
    files = {
        "pkg/a.py": "from pkg import b\nclass A:\n    def m(self): return b\n",
        "pkg/b.py": "from pkg.a import A, A as B\nclass D(B):\n    def f(self): return A\n    def g(self): return A\n",
    }
    assert remedy(tmp_path, files) == (
        "move `from pkg import b` (pkg/a.py:1) into `A.m`, the only function that uses it; with that,"
        " any of the 2 modules of the cycle can come first"
    )


def test_remedy_for_annotations(tmp_path: Path) -> None:
    files = {
        "pkg/a.py": "from pkg import b\nclass A: pass\n",
        "pkg/b.py": "from __future__ import annotations\nfrom pkg.a import A\ndef f(a: A): pass\n",
    }
    assert remedy(tmp_path, files).startswith(
        "put `from pkg.a import A` (pkg/b.py:2) under `if TYPE_CHECKING:`, as annotations alone use it; with that,"
    )


def test_remedy_at_the_end(tmp_path: Path) -> None:
    files = {
        "pkg/a.py": "from pkg import b\nclass A: pass\n",
        "pkg/b.py": "from pkg.a import A\nclass B(A): pass\n",
    }
    assert remedy(tmp_path, files).startswith(
        "move `from pkg import b` (pkg/a.py:1) to the end of the file: `A` is bound by then; with that,"
    )


def test_no_remedy_that_other_modules_would_miss(tmp_path: Path) -> None:
    files = {
        "pkg/a.py": "from pkg.b import f\nclass A: pass\nf\n",
        "pkg/b.py": "from pkg.a import A\ndef f(): return A\n",
    }
    assert "into `f`" in remedy(tmp_path, files, "IL301")
    assert remedy(tmp_path, {**files, "pkg/c.py": "from pkg.b import A\n"}, "IL301") == ""


def test_a_swallowed_ring_names_its_handler(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/a.py": "import contextlib\nwith contextlib.suppress(ImportError):\n    from pkg.b import b\na = 1\n",
        "pkg/b.py": "from pkg.a import a\nb = 1\n",
    }
    (diagnostic,) = [each for each in found(tmp_path, files) if each.code == "IL304"]
    assert told([diagnostic]) == [
        "pkg/b.py:1 IL304 `with contextlib.suppress(ImportError)` hides a circular import:"
        " `a` is not bound in `pkg.a` yet"
    ]


def test_lines_in_order_are_reported_once_for_several_readers(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "from pkg.w import x\nfrom pkg.y import y\nfrom pkg.z import z\n",
        "pkg/w.py": "x = 1\n",
        "pkg/y.py": "from pkg import x\ny = x\n",
        "pkg/z.py": "from pkg import x\nz = x\n",
    }
    assert told(found(tmp_path, files, select="IL303")) == [
        "pkg/__init__.py:1 IL303 lines 1 and 2 have to keep their order: exchanged, `import pkg` fails,"
        " as `x` is not bound yet"
    ]
