"""IL514: what an import surely loads, against CPython, and what budgets say of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from importlint.check import check
from importlint.config import ImportBudget, load_settings
from importlint.diagnostics import Finding
from importlint.errors import ConfigError
from importlint.project import Project
from importlint.sure_loads import sure_loads
from tests.cpython import CPython, installed
from tests.trees import Tree

SHOP = {
    "shop/__init__.py": "from shop import cart\nNEW = True\nglobals()['WEN'[::-1]] = False\n",
    "shop/cart.py": (
        "import json\ntry:\n    import absent\n    from shop import skipped\nexcept ImportError:\n    pass\n"
        "else:\n    from shop import other\ndef late():\n    import shop.late\n"
    ),
    "shop/cli.py": "import sys\nif len(sys.argv) > 100:\n    import shop.late\nimport shop.report\n",
    "shop/report.py": "from shop.tools import table, tool\nimport space.member, email.mime\n",
    "shop/tools/__init__.py": "table = 1\n",
    "shop/tools/table.py": "",
    "shop/tools/tool.py": "",
    "space/member.py": "",
    "shop/late.py": "",
    "shop/other.py": "",
    "shop/skipped.py": "",
}


@pytest.mark.parametrize("cpython", installed(), ids=repr)
@pytest.mark.parametrize("name", ["shop", "shop.cli", "shop.tools.tool"])
def test_what_is_sure_is_loaded(cpython: CPython, name: str, tmp_path: Path) -> None:
    """Nothing that CPython does not load, and everything of the project; the rest is a part of the libraries'."""
    root = Tree(SHOP).write(tmp_path.resolve())
    settings = load_settings(str(root), source_roots=["."], environment=cpython.executable)
    project = Project(settings, (".",), cwd=str(root))
    found = set(sure_loads(project, project.named[name]))
    code = (
        f"import sys\nbefore = set(sys.modules)\nsys.path.insert(0, {str(tmp_path)!r})\nimport {name}\n"
        "result = [sorted(sys.modules), sorted(set(sys.modules) - before)]"
    )
    everything, new = map(set, cpython.evaluate(code, fresh=True))
    assert found <= everything
    own = {each for each in new if each.partition(".")[0] in ("shop", "space")}
    assert own <= found
    assert len(found & new) > 0.7 * len(new)


def findings(root: Path, *budgets: ImportBudget) -> list[Finding]:
    """Of the project alone, without what it needs of the standard library."""
    lines = ", ".join(
        f"{{module = '{each.module}'"
        + (f", at-most = {each.at_most}" if each.at_most else "")
        + f", without = {list(each.without)}}}"
        for each in budgets
    )
    own = {path: text.replace("import json\n", "").replace(", email.mime", "") for path, text in SHOP.items()}
    Tree(own | {"importlint.toml": f"import-budgets = [{lines}]"}).write(root)
    project = Project(load_settings(str(root), path=[], select=["IL514"]), (".",), cwd=str(root))
    return [each.finding for each in check(project).diagnostics]


def test_the_number_is_the_modules_that_are_run(tmp_path: Path) -> None:
    """`space` is a namespace package, which runs nothing; the packages above count."""
    root = tmp_path.resolve()
    assert findings(root, ImportBudget(module="shop.cli", at_most=7)) == []
    (finding,) = findings(root, ImportBudget(module="shop.cli", at_most=6))
    assert finding.message == "`import shop.cli` runs at least 7 modules; 6 are allowed"
    assert finding.label == "7 of the project"
    assert [(step.location.path, step.location.span.line, step.note) for step in finding.trace] == [
        ("shop/cli.py", 4, "runs 4 of them"),  # report, tools, tool, member
        ("shop/__init__.py", 1, "runs 1 of them"),
    ]


def test_the_shortest_way_to_what_is_excluded(tmp_path: Path) -> None:
    """A package of a module is on the way too; what only a function imports is not."""
    budget = ImportBudget(module="shop.cli", without=("space.member", "shop.cart", "shop.late"))
    found = findings(tmp_path.resolve(), budget)
    assert [each.message.partition("excludes: ")[2] for each in found] == [
        "shop.cli -> shop -> shop.cart",
        "shop.cli -> shop.report -> space.member",
    ]
    assert [step.note for step in found[1].trace] == ["loads `shop.report`", "loads `space.member`"]


def test_what_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is taken to be there if the environment is not known."""
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    root = tmp_path.resolve()
    Tree(SHOP | {"importlint.toml": "import-budgets = [{module = 'shop', without = ['absent']}]"}).write(root)
    for environment, expected in ((None, ["shop -> shop.cart -> absent"]), (installed()[-1].executable, [])):
        settings = load_settings(str(root), environment=environment, select=["IL514"])
        found = check(Project(settings, (".",), cwd=str(root))).diagnostics
        assert [each.finding.message.partition("excludes: ")[2] for each in found] == expected


def test_a_module_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"`import-budgets`, table 1: there is no module `shop.clj`"):
        findings(tmp_path.resolve(), ImportBudget(module="shop.clj", at_most=1))


def test_a_module_that_is_not_checked_this_time(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    Tree(SHOP | {"importlint.toml": "import-budgets = [{module = 'shop.cli', at-most = 1}]"}).write(root)
    settings = load_settings(str(root), path=[], select=["IL514"])
    assert check(Project(settings, ("shop/late.py",), cwd=str(root))).diagnostics == ()


def test_a_budget_that_no_rule_reads_is_noted(tmp_path: Path) -> None:
    Tree(SHOP | {"importlint.toml": "import-budgets = [{module = 'shop', at-most = 1}]"}).write(tmp_path)
    for selected, expected in (([], True), (["import-budget"], False)):
        settings = load_settings(str(tmp_path), path=[], extend_select=selected)
        notes = check(Project(settings, (".",), cwd=str(tmp_path))).notes
        assert any("import-budgets" in note for note in notes) is expected
