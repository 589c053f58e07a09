"""From configuration files and flags to settings, each of which knows where it came from.

The nearest `importlint.toml`, or `pyproject.toml` with a `[tool.importlint]` table, at or above the start
counts, and no other. Flags replace its keys, except that `--ignore` and `--extend-select` add to them.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar, get_args

import msgspec

from importlint.diagnostics import Severity
from importlint.effects.condition import Of
from importlint.effects.entries import By, OwnEffect
from importlint.errors import ConfigError, UsageError, did_you_mean
from importlint.paths import ancestors
from importlint.target import parse_version

OutputFormat = Literal["full", "concise", "json"]

Table = Mapping[str, Any]
"""A TOML table."""

T = TypeVar("T")

DEFAULT_EXCLUDE = (
    ".*_cache",
    ".eggs",
    ".git",
    ".hg",
    ".nox",
    ".svn",
    ".tox",
    ".venv",
    "__pycache__",
    "node_modules",
    "site-packages",
)
"""Not `venv`, which the standard library has a package of: environments are known by their `pyvenv.cfg`."""


class ImportBudget(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, rename="kebab"
):
    """What importing one module may cost: one `[[tool.importlint.import-budgets]]`."""

    module: str
    at_most: int | None = None
    """How many modules it may run, itself among them."""
    without: tuple[str, ...] = ()
    """Modules that it may not load."""

    def __post_init__(self) -> None:
        for name in (self.module, *self.without):
            if not all(part.isidentifier() for part in name.split(".")):
                raise ValueError(f"`{name}` is not a module's name")
        if self.at_most is None and not self.without:
            raise ValueError("a budget has `at-most`, `without`, or both")
        if self.at_most is not None and self.at_most < 1:
            raise ValueError("`at-most` is 1 or more: the module itself is run")


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """What the user decided; None where the decision is importlint's."""

    select: tuple[str, ...] | None = None
    """Codes, prefixes of codes, or names of the rules that are on; None for the default set."""
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = {}
    """Gitignore patterns relative to `root`, with the selectors of rules that are off there."""
    severity: Mapping[str, Severity] = {}
    """By code or name."""
    effects: tuple[OwnEffect, ...] = ()
    """What calls, writes and imports do, in place of the catalogue's entries for the same names."""
    import_budgets: tuple[ImportBudget, ...] = ()
    """What imports of some modules may cost."""
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    """Gitignore patterns relative to `root`."""
    extend_exclude: tuple[str, ...] = ()
    respect_gitignore: bool = True
    source_roots: tuple[str, ...] | None = None
    """Absolute directories."""
    python_version: tuple[int, int] | None = None
    platform: str | None = None
    environment: str | None = None
    """An absolute path: a virtual environment or an interpreter."""
    path: tuple[str, ...] | None = None
    """Absolute module search path entries, in place of an environment."""
    pythonpath: tuple[str, ...] = ()
    """What `PYTHONPATH` is when the program starts: absolute path entries."""
    programs: tuple[str, ...] = ()
    """What is run with Python, such as `-m shop.tool` and `scripts/run.py`; paths are relative to `root`."""
    output_format: OutputFormat | None = None
    cache_dir: str | None = None
    """An absolute directory for what one run leaves to the next."""
    jobs: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """How many processes read files at the same time."""

    root: str
    """The directory of the configuration file, or else the start: patterns are relative to it."""
    config_file: str | None = None
    origins: Mapping[str, tuple[str, ...]] = {}
    """For each key that is not at its default, the files' keys and the flags that set it."""

    def origin(self, key: str) -> str:
        """Where the setting `key` came from, as an error or `importlint config` says it."""
        return " and ".join(self.origins.get(key, ("default",)))


KEYS = {
    field.encode_name: field
    for field in msgspec.structs.fields(Settings)
    if field.name not in ("root", "config_file", "origins")
}
"""What a configuration file may say."""

_FLAGS = {"source-roots": "--source-root"}
"""Flags that are not called as their key."""

_ADDING = ("extend-select", "ignore")
"""Keys whose flag adds to the file's values."""

_CHOICES = {
    "output-format": get_args(OutputFormat),
    "severity": tuple(severity.value for severity in Severity),
}
"""Keys whose values are words of a short list."""

_PLATFORMS = {
    "windows": "win32",
    "win": "win32",
    "win64": "win32",
    "macos": "darwin",
    "mac": "darwin",
    "osx": "darwin",
}
"""Names of platforms that `sys.platform` has others for."""


def load_settings(
    start: str, *, config: str | None = None, isolated: bool = False, **flags: object
) -> Settings:
    """The settings in force for a run in the directory `start`.

    `flags` are the command line's values by field name, None for what was not given; their paths are relative
    to `start`. Raises `ConfigError` for a file or flag that cannot be understood, `UsageError` for `config`
    together with `isolated`. Selectors are not looked up here: that is `selection.select_rules`.
    """
    if config is not None and isolated:
        raise UsageError("`--config` and `--isolated` exclude each other: give one of them")
    start = os.path.abspath(start)
    given = {name.replace("_", "-"): value for name, value in flags.items() if value is not None}
    file: str | None = None
    table: Table = {}
    if config is not None:
        file, table = _given_file(config, start)
    elif not isolated:
        file, table = _find_file(start) or (file, table)
    root = os.path.dirname(file) if file else start
    prefix = _prefix(file, start) if file else ""
    for key in table:
        if key not in KEYS:
            raise ConfigError(f"{prefix} unknown key `{key}`{did_you_mean(key, KEYS)}")
    if "select" in given:
        # `--select` asks for these rules and no others, whatever the file adds or takes away.
        table = {key: value for key, value in table.items() if key not in ("extend-select", "ignore")}

    values: dict[str, Any] = {}
    origins: dict[str, tuple[str, ...]] = {}
    for key, value in table.items():
        origins[key] = (f"{prefix} `{key}`",)
        values[key] = _read(key, value, root, origins[key][0])
    for key, value in given.items():
        flag = f"`{_FLAGS.get(key, '--' + key)}`"
        read = _read(key, value, start, flag)
        adds = key in _ADDING
        values[key] = (*values.get(key, ()), *read) if adds else read
        origins[key] = (*origins.get(key, ()), flag) if adds else (flag,)
    by_name = {KEYS[key].name: value for key, value in values.items()}
    return Settings(root=root, config_file=file, origins=origins, **by_name)


def _find_file(start: str) -> tuple[str, Table] | None:
    """The nearest configuration file at or above `start`, with its table."""
    for directory in ancestors(start):
        own = os.path.join(directory, "importlint.toml")
        if os.path.isfile(own):
            return own, _read_toml(own, start)
        shared = os.path.join(directory, "pyproject.toml")
        if os.path.isfile(shared):
            table = _tool_table(_read_toml(shared, start), shared, start)
            if table is not None:
                return shared, table
    return None


def _given_file(config: str, start: str) -> tuple[str, Table]:
    """The file that `--config` names, with its table."""
    file = os.path.join(start, config)
    document = _read_toml(file, start)
    if os.path.basename(file) != "pyproject.toml":
        return file, document
    table = _tool_table(document, file, start)
    if table is None:
        raise ConfigError(
            f"{_shown(file, start)}: it has no [tool.importlint] table, and `--config` names it"
        )
    return file, table


def _tool_table(document: Table, file: str, start: str) -> Table | None:
    """The `[tool.importlint]` table of a `pyproject.toml`."""
    tool = document.get("tool")
    table = tool.get("importlint") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError(f"{_shown(file, start)}: `tool.importlint` is not a table; write [tool.importlint]")
    return table


def _read_toml(file: str, start: str) -> Table:
    """A TOML file's document; `ConfigError` if it cannot be read or is not TOML."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        with open(file, "rb") as stream:
            return tomllib.load(stream)
    except OSError as error:
        raise ConfigError(f"{_shown(file, start)}: it cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{_shown(file, start)}: it is not UTF-8, as TOML must be") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{_shown(file, start)}: it is not valid TOML: {error}") from error


def _read(key: str, value: object, directory: str, origin: str) -> Any:
    """The value of a setting from what its source says; paths become absolute from `directory`."""
    try:
        match key:
            case "python-version":
                return parse_version(msgspec.convert(value, str))
            case "source-roots" | "path" | "pythonpath":
                return tuple(_absolute(item, directory) for item in msgspec.convert(value, tuple[str, ...]))
            case "environment" | "cache-dir":
                return _absolute(msgspec.convert(value, str), directory)
            case "effects" | "import-budgets":
                items = enumerate(msgspec.convert(value, tuple[Any, ...]), 1)
                kind = OwnEffect if key == "effects" else ImportBudget
                return tuple(_table(item, kind, f"{origin}, table {at}") for at, item in items)
        read = msgspec.convert(value, KEYS[key].type)
        if key == "platform" and read in _PLATFORMS:
            raise ValueError(f"`sys.platform` says `{_PLATFORMS[read]}` there, not `{read}`")
        if key in ("exclude", "extend-exclude", "per-file-ignores"):
            _check_patterns(read)
        if key == "programs":
            _check_programs(read)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{origin}: {_in_words(error, _CHOICES.get(key, ()))}") from error
    except ValueError as error:
        raise ConfigError(f"{origin}: {error}") from error
    return read


def _table(item: object, kind: type[T], origin: str) -> T:
    """One of a list of tables."""
    try:
        return msgspec.convert(item, kind)
    except msgspec.ValidationError as error:
        message, _, key = str(error).partition(" - at `$.")
        place = f"{origin}, `{key}" if key else origin
        choices = get_args(Of if key.endswith("of`") else By)
        raise ConfigError(f"{place}: {_in_words(msgspec.ValidationError(message), choices)}") from error


_IN_TOML = {
    "Object contains unknown field": "unknown key",
    "Object missing required field": "missing key",
    "`array`": "a list",
    "`bool`": "true or false",
    "`float`": "a number",
    "`int`": "a number",
    "`object`": "a table",
    "`str`": "a string",
}
"""msgspec's words, and what somebody who writes TOML calls them."""


def _in_words(error: msgspec.ValidationError, choices: tuple[str, ...]) -> str:
    """msgspec's message as the rest of a sentence."""
    message, _, place = str(error).partition(" - at ")
    invalid = re.fullmatch(r"Invalid enum value '(.*)'", message, re.DOTALL)
    if invalid:
        return f"`{invalid[1]}` is none of {', '.join(choices)}{did_you_mean(invalid[1], choices)}"
    message = message.replace(" | null`", "`")  # TOML has no null
    for word, meaning in _IN_TOML.items():
        message = message.replace(word, meaning)
    return message[0].lower() + message[1:] + (", in one of its items" if place else "")


def _check_patterns(patterns: Mapping[str, Any] | tuple[str, ...]) -> None:
    """`ValueError` if one of the gitignore patterns is none."""
    from pathspec import GitIgnoreSpec

    GitIgnoreSpec.from_lines(patterns)


def _check_programs(programs: tuple[str, ...]) -> None:
    """`ValueError` if one of the programs is no command that runs a file or a module."""
    from importlint.programs.command_lines import parse_program

    for program in programs:
        if parse_program(program) is None:
            raise ValueError(f"`{program}` runs nothing: write `-m package.module` or `path/to/file.py`")


def _absolute(path: str, directory: str) -> str:
    return os.path.normpath(os.path.join(directory, path))


def _prefix(file: str, start: str) -> str:
    """How messages begin that concern a key of `file`."""
    shown = _shown(file, start)
    return f"{shown}: [tool.importlint]" if os.path.basename(file) == "pyproject.toml" else f"{shown}:"


def _shown(file: str, start: str) -> str:
    """`file` relative to the start, or as it is where no relative path leads there (another drive)."""
    try:
        return os.path.relpath(file, start).replace(os.sep, "/")
    except ValueError:
        return file
