"""IL501 to IL511: which effects are one finding, and who runs a module without naming it."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importlint.check import check
from importlint.config import load_settings
from importlint.diagnostics import Finding
from importlint.effects.triggers import Trigger
from importlint.project import Project
from tests.cpython import CPython, installed
from tests.trees import Tree


def project_of(files: dict[str, str], root: Path) -> Project:
    Tree(files).write(root)
    return Project(load_settings(str(root), path=[], source_roots=["."]), (".",), cwd=str(root))


def findings(files: dict[str, str], root: Path) -> list[Finding]:
    return [each.finding for each in check(project_of(files, root)).diagnostics]


class TestRows:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ('os.environ["A"] = "1"\nos.environ["B"] = "1"\n\nos.environ.setdefault("C", "1")\n', [(2, 2)]),
            ('os.environ["A"] = "1"\nos.environ["B"] = "1"\n', [(2, 1)]),
            ('os.environ["A"] = os.environ["B"] = "1"\n', [(2, 0)]),
            ('os.environ["A"] = "1"\nother = 1\nos.environ["B"] = "1"\n', [(2, 0), (4, 0)]),
            ('os.environ["A"] = "1"\nos.umask(0)\nos.environ["B"] = "1"\n', [(2, 0), (3, 0), (4, 0)]),
            ('os.environ["A"] = "1"\ntry:\n  os.environ["B"] = "1"\nfinally: ...\n', [(2, 0), (4, 0)]),
            ("def a(): os.umask(0)\ndef b(): os.umask(0)\na()\na()\nb()\nb()\n", [(4, 1), (6, 1)]),
        ],
    )
    def test_the_same_in_a_row_is_one_finding(
        self, text: str, expected: list[tuple[int, int]], tmp_path: Path
    ) -> None:
        """Each with its line and the number of statements that follow it."""
        found = findings({"shop.py": f"import os\n{text}"}, tmp_path.resolve())
        assert [(each.location.span.line, _further(each.message)) for each in found] == expected

    def test_a_comment_at_the_first_silences_the_row(self, tmp_path: Path) -> None:
        text = 'import os\nos.environ["A"] = "1"  # importlint: ignore[IL505]\nos.environ["B"] = "1"\n'
        assert findings({"shop.py": text}, tmp_path.resolve()) == []


def _further(message: str) -> int:
    _, _, row = message.partition("; the next ")
    return 0 if not row else 1 if row.startswith("statement ") else int(row.split()[0])


SHOP = {
    "shop/__init__.py": "from shop import db\n",
    "shop/db.py": "import os\nos.umask(0)\n",
    "shop/cart.py": "import shop.prices\n",
    "shop/prices.py": "def late():\n    import shop.db\n",
    "shop/named.py": "import shop.db\n",
    "tool.py": "import shop.cart\n",
    "other.py": "import sys\nif len(sys.argv) > 100:\n    import shop\n",
    "tests/test_cart.py": "import shop.cart\n",
}


class TestWhoRunsIt:
    def test_count_and_shortest_way(self, tmp_path: Path) -> None:
        """Neither tests nor what hangs on a condition, nor those that name the module."""
        (finding,) = findings(SHOP, tmp_path.resolve())
        assert finding.label == (
            "runs on import of any of 3 modules that do not name it; shortest way: shop.named -> shop.db"
        )

    @pytest.mark.parametrize("cpython", installed(), ids=repr)
    def test_cpython_runs_it(self, cpython: CPython, tmp_path: Path) -> None:
        """As many modules load it without naming it as are counted."""
        project = project_of(SHOP, tmp_path.resolve())
        names = [module.name for module in project.given_modules if not module.name.startswith("test")]
        loading = [name for name in names if _loads(cpython, tmp_path, name, "shop.db")]
        naming = {"shop", "shop.db", "shop.named"}
        assert project.triggers["shop.db"].count == len(set(loading) - naming)

    def test_only_by_name(self, tmp_path: Path) -> None:
        files = {"shop.py": "import os\nos.umask(0)\n", "tool.py": "import shop\n"}
        (finding,) = findings(files, tmp_path.resolve())
        assert finding.label == "runs by way of tool -> shop"

    def test_nobody(self, tmp_path: Path) -> None:
        (finding,) = findings({"shop.py": "import os\nos.umask(0)\n"}, tmp_path.resolve())
        assert finding.label == ""

    def test_the_way_starts_at_a_program(self, tmp_path: Path) -> None:
        """Although there is one of the same length that nobody runs."""
        files = {
            "a.py": "import shop\n",
            "run.py": "#!/usr/bin/env python\nimport shop\n",
            "shop.py": "import os\nos.umask(0)\n",
        }
        assert project_of(files, tmp_path.resolve()).triggers["shop"] == Trigger(0, ("run", "shop"))

    def test_the_way_starts_at_the_top_of_a_cycle(self, tmp_path: Path) -> None:
        files = {
            "shop/__init__.py": "import shop.a\n",
            "shop/a.py": "import shop.b\n",
            "shop/b.py": "import os\nos.umask(0)\n",
        }
        triggers = project_of(files, tmp_path.resolve()).triggers
        assert triggers["shop.b"] == Trigger(1, ("shop", "shop.a", "shop.b"))

    @settings(max_examples=30)
    @given(edges=st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20))
    def test_against_a_search_from_each_module(
        self, edges: set[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        """What one pass says of all modules is what a search from each of them says."""
        files = {f"m{each}.py": "import os\nos.umask(0)\n" for each in range(8)}
        for importer, imported in sorted(edges):
            files[f"m{importer}.py"] += f"import m{imported}\n"
        triggers = project_of(files, tmp_path_factory.mktemp("tree").resolve()).triggers
        for target in range(8):
            behind = {each for each in range(8) if target in _reached(each, edges)}
            naming = {importer for importer, imported in edges if imported == target}
            trigger = triggers[f"m{target}"]
            assert trigger.count == len(behind - naming - {target})
            way = [int(name[1:]) for name in trigger.chain]
            assert all(pair in edges for pair in itertools.pairwise(way))
            assert way[-1:] in ([], [target])


def _reached(start: int, edges: set[tuple[int, int]]) -> set[int]:
    found = {start}
    while more := {imported for importer, imported in edges if importer in found} - found:
        found |= more
    return found


def _loads(cpython: CPython, root: Path, name: str, wanted: str) -> bool:
    code = f"import sys\nsys.path.insert(0, {str(root)!r})\nimport {name}\nresult = {wanted!r} in sys.modules"
    return bool(cpython.evaluate(code, fresh=True))
