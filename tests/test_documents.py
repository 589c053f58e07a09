"""README, CONTRIBUTING and the hook's file: each command, path, table and example in them is so."""

from __future__ import annotations

import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest

from importlint.check import check
from importlint.cli import COMMANDS, _parse
from importlint.config import KEYS, Settings, load_settings
from importlint.diagnostics import Severity
from importlint.project import Project
from importlint.rules import RULES
from importlint.selection import select_rules
from tests.documents import ROOT, code_words, fences, link_targets, prose, shell_commands, table
from tests.trees import Tree

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
README, CONTRIBUTING, CHANGELOG = (ROOT.joinpath(name).read_text(encoding="utf-8") for name in DOCUMENTS)


def importlint_arguments(command: str) -> list[str] | None:
    """The arguments of a command that runs importlint; None for any other."""
    program, *arguments = shlex.split(command)
    return arguments if Path(program).name == "importlint" else None


class TestCommands:
    RUNS = tuple(
        dict.fromkeys(
            command
            for text in (README, CONTRIBUTING)
            for command in (
                *shell_commands(text),
                *(
                    word
                    for word in code_words(text)
                    if word.startswith((".venv/bin/importlint", "importlint "))
                ),
            )
            if importlint_arguments(command) is not None
        )
    )

    def test_there_are_some(self) -> None:
        assert len(self.RUNS) > 10

    @pytest.mark.parametrize("command", RUNS)
    def test_importlint_understands_it(self, command: str) -> None:
        """Every flag, and every command's number of arguments; `COMMAND --help` and a bare name ask for nothing."""
        arguments = importlint_arguments(command)
        assert arguments is not None
        if arguments in ([], *([name] for name in COMMANDS)):
            return
        _, options = _parse(arguments)
        selectors = (getattr(options, key, None) for key in ("select", "extend_select", "ignore"))
        for given in filter(None, selectors):
            select_rules(RULES, Settings(root="/", select=tuple(given)))
        if arguments[0] == "explain":
            assert options.rule in {word for rule in RULES for word in (rule.code, rule.name)}

    def test_flags_exist(self) -> None:
        flags = {flag for word in code_words(README) for flag in re.findall(r"^--[a-z-]+", word)} - {"--help"}
        assert len(flags) > 5
        for flag in flags:
            assert re.search(rf'"{flag}"', command_sources()), flag

    def test_the_table_has_every_command(self) -> None:
        rows = table(README, "command", "answers")
        assert sorted(row[0] for row in rows) == sorted(f"`importlint {name}`" for name in COMMANDS)

    def test_exit_codes(self) -> None:
        cli = import_module("importlint.cli")
        rows = {int(code): meaning for code, meaning in table(README, "exit code", "means")}
        assert set(rows) == {0, cli.FOUND_SOMETHING, cli.COULD_NOT_RUN}
        assert rows[cli.FOUND_SOMETHING].startswith("errors or warnings found")
        assert rows[cli.COULD_NOT_RUN].startswith("could not run")


class TestSetUp:
    COMMANDS = tuple(
        line for fence in fences(README, "bash") for line in fence.text.splitlines() if "-m venv" in line
    )

    def test_two_commands_do_all(self) -> None:
        """One installs and runs the main job, one installs and runs the tests."""
        install, tests = self.COMMANDS
        assert "pip install . && .venv/bin/importlint" in install
        assert "pip install -e '.[dev]' && .venv/bin/python -m pytest" in tests
        assert tests in CONTRIBUTING

    def test_ci_runs_them_literally(self) -> None:
        """`.ci/run` takes its commands from README, by the pattern with which they start."""
        script = ROOT.joinpath(".ci/run").read_text(encoding="utf-8")
        assert "grep '^python3 -m venv ' README.md" in script
        assert tuple(re.findall("^python3 -m venv .*$", README, re.MULTILINE)) == self.COMMANDS

    def test_nobody_is_sent_to_the_index(self) -> None:
        """There, the name belongs to another project."""
        for text in (README, CONTRIBUTING, CHANGELOG):
            assert not re.search(
                r"(pip|pipx|uv|uvx)\b[^\n]* importlint(?!/)\b", "\n".join(shell_commands(text))
            )
            assert not re.search(r"`(pip|pipx|uv|uvx) [^`]*importlint`", text)

    def test_dependencies_each_have_their_reason(self) -> None:
        named = [row[0] for row in table(README, "package", "why")]
        assert named == [f"`{name}`" for name in dependencies()]
        assert all(reason for _, reason in table(README, "package", "why"))


class TestPaths:
    @pytest.mark.parametrize("name", DOCUMENTS)
    def test_links_lead_somewhere(self, name: str) -> None:
        for target in link_targets(ROOT.joinpath(name).read_text(encoding="utf-8")):
            assert re.match("https://", target) or ROOT.joinpath(target).exists(), target

    def test_named_paths_exist(self) -> None:
        words = [word for word in code_words(CONTRIBUTING) if re.fullmatch(r"\.?[\w/.-]+", word)]
        own = [
            word
            for word in words
            if word.split("/")[0] in ("importlint", "benchmarks", "rules", "tests", ".ci")
        ]
        own += [word for word in words if word.endswith(".md")]
        assert len(own) > 15
        for word in own:
            assert ROOT.joinpath(word).exists(), word

    def test_the_rooms_are_all_there(self) -> None:
        """Each folder with modules or pages in it has its row."""
        packages = {f"importlint/{path.parent.name}" for path in ROOT.glob("importlint/*/__init__.py")}
        rooms = {row[0].strip("`") for row in table(CONTRIBUTING, "folder", "what is in it")}
        assert rooms == packages | {"importlint/data", "benchmarks", "rules", "tests"}


class TestPrograms:
    def test_every_rule_on_programs_is_told_of(self) -> None:
        """The table of traps names the rules of the family, and no code that there is not."""
        told = set(re.findall(r"IL\d{3}", (ROOT / "rules/programs.md").read_text("utf-8")))
        codes = {rule.code for rule in RULES}
        assert told <= codes
        assert {code for code in codes if code.startswith("IL4")} <= told


class TestRules:
    def test_the_table_has_every_family(self) -> None:
        """What a family is about stands in its file; the rule that is an example says what its declaration says."""
        families: dict[str, list[str]] = {}
        for rule in RULES:
            families.setdefault(rule.code[:3], []).append(import_module(rule.check.__module__).__doc__ or "")
        pages = {f"{rule.code} {rule.name}": rule.summary for rule in RULES}
        rows = table(README, "family", "is about", "for example")
        assert [row[0] for row in rows] == [f"`{family}`" for family in sorted(families)]
        for (_, about, example), (family, docstrings) in zip(rows, sorted(families.items()), strict=True):
            assert any(re.match(rf"{family}: {re.escape(about)}[.,]", docstring) for docstring in docstrings)
            link = re.fullmatch(r"\[(?P<rule>[^]]+)\]\((?P<page>[^)]+)\): (?P<summary>.*)", example)
            assert link is not None
            assert link["rule"].startswith(family)
            assert pages[link["rule"]] == link["summary"]
            assert link["page"] == f"rules/{link['rule'].replace(' ', '-')}.md"

    def test_codes_exist(self) -> None:
        codes = {rule.code for rule in RULES}
        for text in (README, CONTRIBUTING, CHANGELOG):
            assert set(re.findall(r"\bIL\d{3}\b", text)) <= codes

    def test_the_changelog_names_each_family(self) -> None:
        mentioned = re.findall(r"IL(\d)\d\d", CHANGELOG)
        assert {rule.code[2] for rule in RULES} <= set(mentioned)

    def test_the_walk_through_a_rule_is_its_code(self) -> None:
        source = ROOT.joinpath("importlint/rules/resolution.py").read_text(encoding="utf-8")
        page = ROOT.joinpath("rules/IL104-beyond-top-level.md").read_text(encoding="utf-8")
        excerpts = fences(CONTRIBUTING, "python")
        assert len(excerpts) == 2
        assert excerpts[0].text in source
        assert excerpts[1].text in page
        (console,) = fences(CONTRIBUTING, "console")
        assert console.text in page


class TestExamples:
    def test_settings(self, tmp_path: Path) -> None:
        """They are read as they stand, and mean what the comments beside them say."""
        (example,) = fences(README, "toml")
        Tree({"pyproject.toml": example.text}).write(tmp_path)
        settings = load_settings(str(tmp_path))
        selection = select_rules(RULES, settings)
        chosen = {rule.code for rule in selection.rules}
        defaults = {rule.code for rule in select_rules(RULES, Settings(root="/")).rules}
        assert chosen == (defaults | {"IL306"}) - {"IL506"}
        assert selection.severities["IL205"] is Severity.INFO
        assert settings.source_roots == (str(tmp_path / "src"),)

    def test_settings_are_all_named(self) -> None:
        (example,) = fences(README, "toml")
        shown = set(re.findall(r"^([a-z-]+) =|^\[tool\.importlint\.([a-z-]+)\]", example.text, re.MULTILINE))
        further = re.search(r"Further keys: (.*?)\.", prose(README), re.DOTALL)
        assert further is not None
        named = {first or second for first, second in shown} | set(re.findall("`(.*?)`", further[1]))
        assert named - {"missing-init"} == set(KEYS)

    def test_comments_silence(self, tmp_path: Path) -> None:
        """Each of the lines is reported without its comment, and not with it."""
        (example,) = fences(README, "python")
        for line in example.text.splitlines():
            for text, expected in ((line, []), (line.partition("#")[0], ["IL101"])):
                Tree({"shop.py": text + "\n"}).write(tmp_path)
                settings = load_settings(str(tmp_path), isolated=True, platform="linux")
                report = check(Project(settings, (str(tmp_path / "shop.py"),)))
                assert [diagnostic.code for diagnostic in report.diagnostics] == expected, text

    def test_the_hook(self) -> None:
        (example,) = fences(README, "yaml")
        hooks = ROOT.joinpath(".pre-commit-hooks.yaml").read_text(encoding="utf-8")
        identity = r"^\s*- id: (\S+)$"
        assert re.findall(identity, example.text, re.MULTILINE) == re.findall(identity, hooks, re.MULTILINE)
        assert example.text.count("a placeholder") == 2


def command_sources() -> str:
    """The text in which the commands' flags are declared."""
    return "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("importlint/cli/*.py"))


def dependencies() -> list[str]:
    """The names of what `pyproject.toml` requires."""
    text = ROOT.joinpath("pyproject.toml").read_text(encoding="utf-8")
    required = re.search(r"^dependencies = \[(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert required is not None
    return re.findall(r'^ *"([\w-]+)', required[1], re.MULTILINE)
