"""The main job on small trees: what is reported, silenced, and in which order."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import pytest

from importlint.check import check
from importlint.config import load_settings
from importlint.diagnostics import Diagnostic, Severity
from importlint.errors import ConfigError, InternalError, SuppressionError
from importlint.project import Project
from importlint.reading.record import Record, read_record
from tests.trees import Tree

SHOP = {
    "pyproject.toml": "",
    "shop/__init__.py": "from shop import cart\n",
    "shop/cart.py": "import shop.nowhere\nfrom shop.user import Usr\n",
    "shop/user.py": "class User: ...\n",
    "run.py": "from . import shop\n",
}


def found(root: Path, *paths: str, **flags: object) -> list[Diagnostic]:
    settings = load_settings(str(root), **flags)  # type: ignore[arg-type]
    return list(check(Project(settings, paths or (".",), cwd=str(root))).diagnostics)


def lines(diagnostics: list[Diagnostic]) -> list[str]:
    return [
        f"{each.finding.location.path}:{each.finding.location.span.line} {each.code}" for each in diagnostics
    ]


def test_findings_are_sorted_by_place(tmp_path: Path) -> None:
    Tree(SHOP).write(tmp_path)
    assert lines(found(tmp_path)) == ["run.py:1 IL403", "shop/cart.py:1 IL101", "shop/cart.py:2 IL102"]


def test_a_finding_carries_what_reports_and_baselines_need(tmp_path: Path) -> None:
    Tree(SHOP).write(tmp_path)
    (_, missing, _) = found(tmp_path)
    assert missing.name == "module-not-found"
    assert missing.severity is Severity.ERROR
    assert missing.excerpt == "import shop.nowhere"
    assert missing.finding.module == "shop.cart"
    assert missing.finding.subjects == ("shop.nowhere",)


@pytest.mark.parametrize("order", list(itertools.permutations(["shop/cart.py", "shop", "run.py"])))
def test_the_order_of_paths_does_not_matter(tmp_path: Path, order: tuple[str, ...]) -> None:
    Tree(SHOP).write(tmp_path)
    assert lines(found(tmp_path, *order)) == [
        "run.py:1 IL403",
        "shop/cart.py:1 IL101",
        "shop/cart.py:2 IL102",
    ]


def test_the_output_does_not_depend_on_hashing(tmp_path: Path) -> None:
    Tree(SHOP).write(tmp_path)
    command = [sys.executable, "-m", "importlint", ".", "--extend-select", "IL3", "--output-format", "json"]
    outputs = {
        subprocess.run(
            command,
            cwd=tmp_path,
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[1])},
        ).stdout
        for seed in "123"
    }
    (output,) = outputs
    assert json.loads(output)["summary"]["errors"] == 3


def test_only_given_files_are_reported_but_others_are_read(tmp_path: Path) -> None:
    Tree(SHOP).write(tmp_path)
    assert lines(found(tmp_path, "shop/__init__.py")) == []
    settings = load_settings(str(tmp_path))
    project = Project(settings, ("shop/__init__.py",), cwd=str(tmp_path))
    assert sorted(module.name for module in project.reading.modules) == ["shop", "shop.cart", "shop.user"]


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "# noqa: IL101",
        "# noqa: IL1",
        "# importlint: ignore[IL101]",
        "# importlint: ignore[module-not-found] why",
    ],
)
def test_a_comment_on_the_line_silences(tmp_path: Path, comment: str) -> None:
    Tree({"pkg/__init__.py": f"import pkg.nowhere  {comment}\nimport pkg.neither\n"}).write(tmp_path)
    assert lines(found(tmp_path)) == ["pkg/__init__.py:2 IL101"]


@pytest.mark.parametrize("comment", ["# noqa: E501", "# noqa: IL2", "# importlint: ignore[IL102]"])
def test_other_comments_do_not(tmp_path: Path, comment: str) -> None:
    Tree({"pkg/__init__.py": f"import pkg.nowhere  {comment}\n"}).write(tmp_path)
    assert lines(found(tmp_path)) == ["pkg/__init__.py:1 IL101"]


def test_an_unknown_code_in_a_comment_is_an_error_even_without_a_finding(tmp_path: Path) -> None:
    Tree({"a.py": "x = 1  # importlint: ignore[module-not-fond]\n"}).write(tmp_path)
    with pytest.raises(
        SuppressionError, match=r"a\.py:1: `module-not-fond` .* did you mean `module-not-found`"
    ):
        found(tmp_path)


def test_settings_decide(tmp_path: Path) -> None:
    table = '[tool.importlint]\nseverity = {IL102 = "warning"}\n'
    table += '[tool.importlint.per-file-ignores]\n"run.py" = ["IL4"]\n'
    Tree({**SHOP, "pyproject.toml": table}).write(tmp_path)
    assert [(each.code, each.severity.value) for each in found(tmp_path)] == [
        ("IL101", "error"),
        ("IL102", "warning"),
    ]
    assert lines(found(tmp_path, select=("IL102",))) == ["shop/cart.py:2 IL102"]
    with pytest.raises(ConfigError, match="IL999"):
        found(tmp_path, select=("IL999",))


def test_unreadable_files_do_not_stop_the_rest(tmp_path: Path) -> None:
    Tree(
        {
            "broken.py": "def f(:\n",
            "latin.py": b"name = '\xe9'\n",
            "deep.py": "(" * 5000 + ")" * 5000 + "\n",
            "nul.py": "x = 1\0\n",
            "fine.py": "import fine\n",
            "directory.py/": "",
        }
    ).write(tmp_path)
    (tmp_path / "gone.py").symlink_to("nowhere")
    assert lines(found(tmp_path)) == [
        "broken.py:1 IL001",
        "deep.py:1 IL001",
        "fine.py:1 IL309",
        "gone.py:1 IL004",
        "latin.py:1 IL002",
        "nul.py:1 IL001",
    ]


def test_an_internal_error_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Tree({"good.py": "", "worse.py": ""}).write(tmp_path)

    def fail(path: str) -> Record:
        if path.endswith("worse.py"):
            raise ZeroDivisionError
        return read_record(path)

    monkeypatch.setattr("importlint.reading.reader.read_record", fail)
    with pytest.raises(InternalError, match=r"`worse\.py`"):
        found(tmp_path)


def test_absent_third_party_modules_need_a_known_environment(tmp_path: Path) -> None:
    Tree({"a.py": "import surely_not_installed\n", "b.py": "import jsonn\n"}).write(tmp_path)
    assert lines(found(tmp_path)) == []
    assert lines(found(tmp_path, path=[])) == ["a.py:1 IL101", "b.py:1 IL101"]


def test_a_distribution_may_change_its_own_modules_in_a_namespace(tmp_path: Path) -> None:
    """IL504: what belongs to somebody else is told by the whole name, not by the namespace that many share."""
    site = ".venv/lib/python3.12/site-packages"
    files = {
        ".venv/pyvenv.cfg": "home = /nowhere\nversion = 3.12.1\n",
        f"{site}/names/own/__init__.py": (
            "from names.own import inner\nfrom names.own import fast\nfrom names.other import outer\n"
            "inner.x = 1\nfast.x = 1\nouter.x = 1\n"
        ),
        f"{site}/names/own/inner.py": "",
        f"{site}/names/own/fast.so": "",
        f"{site}/names/other/__init__.py": "",
        f"{site}/names/other/outer.py": "",
        "names/mine/__init__.py": "import names.other.outer as outer\nouter.x = 1\n",
    }
    Tree(files).write(tmp_path)
    environment = str(tmp_path / ".venv")
    flags = {"environment": environment, "platform": "linux"}
    assert lines(found(tmp_path, f"{site}/names/own", **flags)) == [f"{site}/names/own/__init__.py:6 IL504"]
    assert lines(found(tmp_path, "names", **flags)) == ["names/mine/__init__.py:2 IL504"]


class TestTextFiles:
    """Findings in files that are no Python: printed, and silenced, like all others."""

    FILES: ClassVar[dict[str, str]] = {
        "pyproject.toml": '[project.scripts]\nshop = "shop:main"\n',
        "shop/__init__.py": "",
        "Makefile": "run:\n\tpython -m shop\n",
        "setup.py": "from setuptools import setup\nsetup(entry_points={'x': ['y = shop.z:a']})\n",
    }

    def test_they_are_shown_where_they_concern_what_is_given(self, tmp_path: Path) -> None:
        Tree(self.FILES).write(tmp_path)
        expected = ["Makefile:2 IL413", "pyproject.toml:2 IL409", "setup.py:2 IL409"]
        assert lines(found(tmp_path)) == expected
        assert lines(found(tmp_path, "shop")) == expected
        Tree({"other.py": ""}).write(tmp_path)
        assert lines(found(tmp_path, "other.py")) == []
        assert lines(found(tmp_path, "setup.py")) == ["setup.py:2 IL409"]

    @pytest.mark.parametrize("look", ["full", "concise", "json"])
    def test_in_every_format(self, tmp_path: Path, look: str) -> None:
        Tree(self.FILES).write(tmp_path)
        command = [sys.executable, "-m", "importlint", ".", "--output-format", look]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
        process = subprocess.run(
            command, cwd=tmp_path, capture_output=True, check=False, env=environment, encoding="utf-8"
        )
        assert process.returncode == 1
        assert "Makefile" in process.stdout
        if look == "full":
            assert '2 | shop = "shop:main"\n  | ^^^^^^^^^^^^^^^^^^' in process.stdout
            assert "python -m shop\n" in process.stdout

    def test_silenced_by_the_settings(self, tmp_path: Path) -> None:
        ignores = '[tool.importlint.per-file-ignores]\n"*.toml" = ["IL409"]\n"Makefile" = ["missing-main"]\n'
        Tree({**self.FILES, "pyproject.toml": self.FILES["pyproject.toml"] + ignores}).write(tmp_path)
        assert lines(found(tmp_path)) == ["setup.py:2 IL409"]

    def test_silenced_by_comments(self, tmp_path: Path) -> None:
        files = {
            "pyproject.toml": self.FILES["pyproject.toml"][:-1] + " # noqa: IL409\n",
            "Makefile": self.FILES["Makefile"][:-1] + "  # importlint: ignore[missing-main] soon\n",
            "setup.py": self.FILES["setup.py"][:-1] + "  # noqa\n",
        }
        Tree({**self.FILES, **files}).write(tmp_path)
        assert lines(found(tmp_path)) == []

    def test_of_modules_that_were_not_given_nothing_is_shown(self, tmp_path: Path) -> None:
        Tree({"pyproject.toml": "", "a.py": "import b\n", "b.py": "import nothing\n"}).write(tmp_path)
        assert lines(found(tmp_path, "a.py")) == []
