"""Settings: where they are found, what each source says of them, and how a mistake is told."""

from pathlib import Path
from typing import Any

import pytest

from importlint.config import DEFAULT_EXCLUDE, KEYS, ImportBudget, Settings, load_settings
from importlint.diagnostics import Severity
from importlint.effects.condition import Condition
from importlint.effects.entries import OwnEffect
from importlint.errors import ConfigError, UsageError
from tests.trees import Tree


def settings_of(root: Path, toml: str, **flags: Any) -> Settings:
    Tree({"pyproject.toml": "[tool.importlint]\n" + toml}).write(root)
    return load_settings(str(root), **flags)


def error_of(root: Path, toml: str, **flags: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        settings_of(root, toml, **flags)
    return str(caught.value)


def test_every_key_is_read(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        """
select = ["IL1", "cycle-crash"]
extend-select = ["IL306"]
ignore = ["IL101"]
per-file-ignores = {"tests/**" = ["IL5"]}
severity = {IL102 = "info"}
exclude = ["a"]
extend-exclude = ["b/"]
respect-gitignore = false
source-roots = ["src", "."]
python-version = "3.12"
platform = "win32"
environment = "env"
path = ["lib", "/opt/lib"]
pythonpath = ["tools"]
programs = ["-m shop"]
output-format = "json"
cache-dir = "kept"
jobs = 3
effects = [
    {name = "shop.connect", effect = "network", unless = {position = 0, keyword = "lazy", equals = [true]}},
    {name = "sys.path", by = "write", effect = "none"},
]
import-budgets = [{module = "shop", at-most = 20, without = ["pandas", "shop.report"]}]
""",
    )
    root = str(tmp_path)
    assert settings == Settings(
        select=("IL1", "cycle-crash"),
        extend_select=("IL306",),
        ignore=("IL101",),
        per_file_ignores={"tests/**": ("IL5",)},
        severity={"IL102": Severity.INFO},
        exclude=("a",),
        extend_exclude=("b/",),
        respect_gitignore=False,
        source_roots=(f"{root}/src", root),
        python_version=(3, 12),
        platform="win32",
        environment=f"{root}/env",
        path=(f"{root}/lib", "/opt/lib"),
        pythonpath=(f"{root}/tools",),
        programs=("-m shop",),
        output_format="json",
        cache_dir=f"{root}/kept",
        jobs=3,
        effects=(
            OwnEffect(
                name="shop.connect",
                effect="network",
                unless=Condition(position=0, keyword="lazy", equals=(True,)),
            ),
            OwnEffect(name="sys.path", by="write", effect="none"),
        ),
        import_budgets=(ImportBudget(module="shop", at_most=20, without=("pandas", "shop.report")),),
        root=root,
        config_file=f"{root}/pyproject.toml",
        origins={key: (f"pyproject.toml: [tool.importlint] `{key}`",) for key in KEYS},
    )


def test_without_a_file_all_is_default(tmp_path: Path) -> None:
    settings = load_settings(str(tmp_path), isolated=True)
    assert settings == Settings(root=str(tmp_path))
    assert settings.exclude == DEFAULT_EXCLUDE
    assert settings.origin("exclude") == "default"


class TestFile:
    def test_nearest_file_with_a_table_counts(self, tmp_path: Path) -> None:
        Tree(
            {
                "importlint.toml": 'source-roots = ["outer"]',
                "a/pyproject.toml": '[tool.importlint]\nsource-roots = ["inner"]',
                "a/b/pyproject.toml": "[project]\nname = 'x'",
                "a/b/c/": b"",
            }
        ).write(tmp_path)
        settings = load_settings(str(tmp_path / "a/b/c"))
        assert settings.source_roots == (str(tmp_path / "a/inner"),)
        assert settings.root == str(tmp_path / "a")
        assert settings.origin("source-roots") == "../../pyproject.toml: [tool.importlint] `source-roots`"

    def test_importlint_toml_comes_before_pyproject_beside_it(self, tmp_path: Path) -> None:
        Tree(
            {
                "importlint.toml": 'platform = "darwin"',
                "pyproject.toml": '[tool.importlint]\nplatform = "win32"',
            }
        ).write(tmp_path)
        settings = load_settings(str(tmp_path))
        assert settings.platform == "darwin"
        assert settings.origin("platform") == "importlint.toml: `platform`"

    def test_an_empty_table_ends_the_search(self, tmp_path: Path) -> None:
        Tree({"importlint.toml": 'platform = "darwin"', "a/pyproject.toml": "[tool.importlint]"}).write(
            tmp_path
        )
        assert load_settings(str(tmp_path / "a")).platform is None

    def test_isolated_reads_none(self, tmp_path: Path) -> None:
        assert settings_of(tmp_path, 'platform = "win32"', isolated=True) == Settings(root=str(tmp_path))

    def test_config_names_one(self, tmp_path: Path) -> None:
        Tree({"other/settings.toml": 'source-roots = ["src"]', "importlint.toml": "slect = 1"}).write(
            tmp_path
        )
        settings = load_settings(str(tmp_path), config="other/settings.toml")
        assert settings.source_roots == (str(tmp_path / "other/src"),)
        assert settings.config_file == str(tmp_path / "other/settings.toml")

    def test_config_names_a_pyproject_without_table(self, tmp_path: Path) -> None:
        Tree({"pyproject.toml": "[project]"}).write(tmp_path)
        with pytest.raises(ConfigError, match=r"^pyproject\.toml: it has no \[tool\.importlint\] table"):
            load_settings(str(tmp_path), config="pyproject.toml")

    def test_config_and_isolated_exclude_each_other(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="`--config` and `--isolated`"):
            load_settings(str(tmp_path), config="x.toml", isolated=True)

    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            (b"select = [", "importlint.toml: it is not valid TOML: "),
            (b"a" * 9 + b"=" + b"[" * 5000, "importlint.toml: it is not valid TOML: "),
            (b"select = '\xff'", "importlint.toml: it is not UTF-8, as TOML must be"),
        ],
    )
    def test_unreadable(self, tmp_path: Path, content: bytes, expected: str) -> None:
        Tree({"importlint.toml": content}).write(tmp_path)
        with pytest.raises(ConfigError) as caught:
            load_settings(str(tmp_path))
        assert str(caught.value).startswith(expected)

    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"^x\.toml: it cannot be read: No such file or directory$"):
            load_settings(str(tmp_path), config="x.toml")


class TestMistake:
    @pytest.mark.parametrize(
        ("toml", "expected"),
        [
            ("slect = []", "unknown key `slect`; did you mean `select`?"),
            ("zzz = 1", "unknown key `zzz`"),
            ('select = "IL1"', "`select`: expected a list, got a string"),
            ("ignore = [1]", "`ignore`: expected a string, got a number, in one of its items"),
            ('respect-gitignore = "no"', "`respect-gitignore`: expected true or false, got a string"),
            ("per-file-ignores = []", "`per-file-ignores`: expected a table, got a list"),
            (
                'severity = {IL1 = "eror"}',
                "`severity`: `eror` is none of error, warning, info; did you mean `error`?",
            ),
            ('output-format = "xml"', "`output-format`: `xml` is none of full, concise, json"),
            ("python-version = 3.12", "`python-version`: expected a string, got a number"),
            ('platform = "windows"', "`platform`: `sys.platform` says `win32` there, not `windows`"),
            ('exclude = ["!"]', "`exclude`: Invalid git pattern: '!'"),
            ("import-budgets = 20", "`import-budgets`: expected a list, got a number"),
            ("import-budgets = [{at-most = 20}]", "`import-budgets`, table 1: missing key `module`"),
            (
                'import-budgets = [{module = "shop", atmost = 20}]',
                "`import-budgets`, table 1: unknown key `atmost`",
            ),
            (
                'import-budgets = [{module = "shop", at-most = "20"}]',
                "`import-budgets`, table 1, `at-most`: expected a number, got a string",
            ),
            (
                'import-budgets = [{module = "shop", without = "pandas"}]',
                "`import-budgets`, table 1, `without`: expected a list, got a string",
            ),
            (
                'import-budgets = [{module = "shop", at-most = 1}, {module = "shop"}]',
                "`import-budgets`, table 2: a budget has `at-most`, `without`, or both",
            ),
            (
                'import-budgets = [{module = "shop", at-most = 0}]',
                "`import-budgets`, table 1: `at-most` is 1 or more: the module itself is run",
            ),
            (
                'import-budgets = [{module = "shop/cart.py", at-most = 9}]',
                "`import-budgets`, table 1: `shop/cart.py` is not a module's name",
            ),
            ("effects = {}", "`effects`: expected a list, got a table"),
            ("effects = [1]", "`effects`, table 1: expected a table, got a number"),
            ('effects = [{name = "a"}]', "`effects`, table 1: missing key `effect`"),
            (
                '[[tool.importlint.effects]]\nname = "a"\neffect = "none"\n'
                '[[tool.importlint.effects]]\nname = "a"\neffect = "netwrk"',
                "`effects`, table 2: `netwrk` is not a kind of effect; did you mean `network`?",
            ),
            (
                'effects = [{name = "a", effect = "exit", by = "cal"}]',
                "`effects`, table 1, `by`: `cal` is none of call, write, import; did you mean `call`?",
            ),
            (
                'effects = [{name = "a", effect = "exit", when = {position = "1", given = true}}]',
                "`effects`, table 1, `when.position`: expected a number, got a string",
            ),
            (
                'effects = [{name = "a", effect = "exit", when = {position = 1, given = true, of = "it"}}]',
                "`effects`, table 1, `when.of`: `it` is none of call, receiver",
            ),
            (
                'effects = [{name = "a", effect = "exit", when = {position = 1, giwen = true}}]',
                "`effects`, table 1, `when`: unknown key `giwen`",
            ),
            (
                'effects = [{name = "a", effect = "exit", when = {position = 1}}]',
                "`effects`, table 1, `when`: a condition has one of `equals`, `has-any-of`, `given`, "
                "`stands-for`, `imported`",
            ),
            (
                'effects = [{name = "a", effect = "exit", when = {given = true}}]',
                "`effects`, table 1, `when`: a condition has a `position`, a `keyword`, or both",
            ),
            (
                'effects = [{name = "a", effect = "none", when = {position = 1, given = true}}]',
                "`effects`, table 1: `when` and `unless` are about the arguments of a call that has an effect",
            ),
            ("root = 'x'", "unknown key `root`"),
        ],
    )
    def test_is_told_with_file_and_key(self, tmp_path: Path, toml: str, expected: str) -> None:
        assert error_of(tmp_path, toml) == f"pyproject.toml: [tool.importlint] {expected}"

    def test_unknown_version_names_those_that_are_known(self, tmp_path: Path) -> None:
        message = error_of(tmp_path, 'python-version = "2.7"')
        assert message.startswith(
            "pyproject.toml: [tool.importlint] `python-version`: `2.7` is not a Python version"
        )
        assert "3.13" in message

    def test_is_told_with_the_flag(self, tmp_path: Path) -> None:
        assert error_of(tmp_path, "", python_version="3").startswith("`--python-version`: `3` is not")

    def test_table_that_is_none(self, tmp_path: Path) -> None:
        Tree({"pyproject.toml": "[tool]\nimportlint = 3"}).write(tmp_path)
        with pytest.raises(ConfigError, match=r"^pyproject\.toml: `tool\.importlint` is not a table"):
            load_settings(str(tmp_path))


class TestFlags:
    def test_replace_what_the_file_says(self, tmp_path: Path) -> None:
        settings = settings_of(tmp_path, 'platform = "win32"\nsource-roots = ["src"]', source_roots=["lib"])
        assert settings.platform == "win32"
        assert settings.source_roots == (str(tmp_path / "lib"),)
        assert settings.origin("source-roots") == "`--source-root`"

    def test_their_paths_are_relative_to_the_start(self, tmp_path: Path) -> None:
        Tree({"importlint.toml": "", "sub/": b""}).write(tmp_path)
        assert load_settings(str(tmp_path / "sub"), environment="env").environment == str(
            tmp_path / "sub/env"
        )

    def test_ignore_and_extend_select_add(self, tmp_path: Path) -> None:
        settings = settings_of(tmp_path, 'ignore = ["IL1"]\nextend-select = ["IL306"]', ignore=["IL2"])
        assert settings.ignore == ("IL1", "IL2")
        assert settings.extend_select == ("IL306",)
        assert settings.origin("ignore") == "pyproject.toml: [tool.importlint] `ignore` and `--ignore`"

    def test_select_begins_afresh(self, tmp_path: Path) -> None:
        settings = settings_of(
            tmp_path, 'select = ["IL1"]\nextend-select = ["IL306"]\nignore = ["IL3"]', select=["IL301"]
        )
        assert (settings.select, settings.extend_select, settings.ignore) == (("IL301",), (), ())

    def test_select_keeps_the_ignore_beside_it(self, tmp_path: Path) -> None:
        assert load_settings(str(tmp_path), isolated=True, select=["IL3"], ignore=["IL306"]).ignore == (
            "IL306",
        )
