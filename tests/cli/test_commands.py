"""The commands beside `check`: `config`, `explain` and `rules`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from importlint.cli import main
from importlint.config import load_settings
from importlint.rules import RULES
from tests.trees import Tree

EVERY_SETTING = """
select = ["IL1", "module-not-found"]
extend-select = ["IL306"]
ignore = ["IL102"]
per-file-ignores = {"tests/**" = ["IL1"], "größe 😀.py" = ["IL"]}
severity = {IL102 = "info", self-import = "warning"}
exclude = ["a"]
extend-exclude = ["b/"]
respect-gitignore = false
source-roots = ["src", "."]
python-version = "3.12"
platform = "win32"
path = ["lib"]
output-format = "json"
jobs = 3
programs = ["-m shop.tool", "python -P run.py"]
effects = [
    {name = "shop.connect", effect = "network", unless = {position = 0, keyword = "größe", equals = [true, 1]}},
    {name = "sys.path", by = "write", effect = "none"},
]
import-budgets = [{module = "shop", at-most = 20}, {module = "shop.cli", without = ["pandas"]}]
"""


WHAT_IS_DECIDED = """
source-roots = ["."]
python-version = "3.9"
platform = "linux"
"""


class TestConfig:
    @pytest.mark.parametrize("given", [EVERY_SETTING, WHAT_IS_DECIDED])
    def test_output_is_a_configuration_file_of_the_same_meaning(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], given: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        Tree({"importlint.toml": given}).write(tmp_path)
        before = load_settings(".")
        assert main(["config"]) == 0
        Tree({"importlint.toml": capsys.readouterr().out}).write(tmp_path)
        after = load_settings(".")
        assert replace(after, origins=before.origins) == before

    def test_says_where_each_setting_came_from(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        Tree(
            {"pyproject.toml": '[tool.importlint]\nignore = ["IL1"]\nplatform = "win32"', "src/a.py": ""}
        ).write(tmp_path)
        monkeypatch.chdir(tmp_path)
        assert main(["config", "--ignore", "IL2", "--python-version", "3.9", "--path", "lib"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == f"# configuration file: {tmp_path}/pyproject.toml"
        for expected in (
            'ignore = ["IL1", "IL2"]  # pyproject.toml: [tool.importlint] `ignore` and `--ignore`',
            'platform = "win32"  # pyproject.toml: [tool.importlint] `platform`',
            'python-version = "3.9"  # `--python-version`',
            "extend-select = []  # default",
            "# select: the default set, see `importlint rules`",
            f'source-roots = ["{tmp_path}/src", "{tmp_path}"]  # found in the project',
            "# environment: exactly the given path",
        ):
            assert expected in lines

    def test_verbosely_it_lists_what_is_run(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        files = {
            "importlint.toml": 'programs = ["-m shop.tool"]\n',
            "Makefile": "all:\n\tpython -m shop\n",
            "pyproject.toml": '[project.scripts]\nshop = "shop.tool:main"\n[project.entry-points.x]\ny = "shop"\n',
            "setup.cfg": "[options.entry_points]\ngui_scripts =\n    win = shop.tool:main\n",
            "shop/__init__.py": "",
            "shop/__main__.py": "",
            "shop/tool.py": 'if __name__ == "__main__":\n    print()\n',
        }
        Tree(files).write(tmp_path)
        monkeypatch.chdir(tmp_path)
        assert main(["config"]) == 0
        quiet = capsys.readouterr().out
        assert main(["config", "-v"]) == 0
        verbose = capsys.readouterr().out
        assert verbose.startswith(quiet)
        assert verbose.removeprefix(quiet).splitlines() == [
            "# program: python -m shop",
            "#   Makefile:2: `python -m shop` in `Makefile`",
            "#   shop/__main__.py:1: the name `__main__.py`",
            "# program: python -m shop.tool",
            "#   importlint.toml:1: `python -m shop.tool` in the setting `programs`",
            "#   shop/tool.py:2: a main guard",
            "# entry point: console script shop = shop.tool:main",
            "#   pyproject.toml:2",
            "# entry point: x y = shop",
            "#   pyproject.toml:4",
            "# entry point: gui script win = shop.tool:main",
            "#   setup.cfg:3",
        ]
        before = load_settings(".")
        Tree({"importlint.toml": verbose}).write(tmp_path)
        after = load_settings(".")
        assert after.programs == before.programs

    def test_unknown_rule_in_a_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        Tree({"importlint.toml": 'ignore = ["self-imprt"]'}).write(tmp_path)
        monkeypatch.chdir(tmp_path)
        assert main(["config"]) == 2
        assert capsys.readouterr().err == (
            "importlint: importlint.toml: `ignore`: `self-imprt` is not a rule's code or name, "
            "or the beginning of codes; did you mean `self-import`?\n"
        )


class TestRules:
    def test_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["rules", "--isolated", "--select", "IL101", "--output-format", "json"]) == 0
        listed = json.loads(capsys.readouterr().out)
        assert [rule["code"] for rule in listed] == [rule.code for rule in RULES]
        assert [rule["code"] for rule in listed if rule["on"]] == ["IL101"]
        assert listed[0].keys() == {"code", "name", "severity", "on", "summary"}

    def test_text(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["rules", "--isolated", "--ignore", "IL1"]) == 0
        rows = [line.split(maxsplit=4) for line in capsys.readouterr().out.splitlines()]
        assert [row[:3] + row[4:] for row in rows] == [
            [rule.code, rule.name, rule.severity.value, rule.summary] for rule in RULES
        ]
        assert {row[0]: row[3] for row in rows}["IL101"] == "off"


class TestExplain:
    PAGE = "---\ncode: IL901\nname: an-example\n---\n# IL901 an-example\nIt explains.\n"

    @pytest.fixture(autouse=True)
    def rulebook(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        Tree({"IL901-an-example.md": self.PAGE}).write(tmp_path)
        monkeypatch.setattr("importlint.rulebook.page_directory", lambda: str(tmp_path))

    @pytest.mark.parametrize("wanted", ["IL901", "il901", "an-example"])
    def test_prints_the_page(self, capsys: pytest.CaptureFixture[str], wanted: str) -> None:
        assert main(["explain", wanted]) == 0
        assert capsys.readouterr().out == "# IL901 an-example\nIt explains.\n"

    def test_unknown_rule(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["explain", "an-exmple"]) == 2
        assert capsys.readouterr().err == (
            "importlint: `an-exmple` is not a rule's code or name; did you mean `an-example`?\n"
        )
