"""Print the settings in force, what importlint decides where nothing is set, and where each came from."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from importlint.cli.options import add_settings_arguments, settings_from
from importlint.cli.output import write_output

if TYPE_CHECKING:
    from importlint.config import Settings
    from importlint.diagnostics import Location
    from importlint.project import Project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `config` understands."""
    add_settings_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Print one setting a line: its key, its value as TOML, and why it has it; with `-v`, what is run as well."""
    from importlint.project import Project
    from importlint.rules import RULES
    from importlint.selection import select_rules

    settings = settings_from(options)
    select_rules(RULES, settings)
    project = Project(settings, (".",))
    lines = [*_lines(settings, project), *(_what_is_run(project) if options.verbose else ())]
    write_output("".join(f"{line}\n" for line in lines))
    return 0


def _lines(settings: Settings, project: Project) -> Iterator[str]:
    from importlint.config import KEYS

    yield f"# configuration file: {settings.config_file or 'none'}"
    decided = _decided(project)
    for key, field in KEYS.items():
        value = getattr(settings, field.name)
        if value is None:
            value, reason = decided[key]
        else:
            reason = settings.origin(key)
        # What has no value here is a comment, so that the output is a configuration file.
        yield f"# {key}: {reason}" if value is None else f"{key} = {_toml(key, value)}  # {reason}"
    yield from (f"# {note}" for note in project.environment.notes)


def _what_is_run(project: Project) -> Iterator[str]:
    """The programs and entry points, each with the places that say so."""
    from importlint.report.characters import printable

    for program in project.programs:
        yield f"# program: {printable(program.command)}"
        for reason in program.reasons:
            yield f"#   {printable(_place(reason.location))}: {printable(reason.text)}"
    for entry in project.entry_points:
        yield f"# entry point: {printable(entry.what)} = {printable(entry.value)}"
        yield f"#   {printable(_place(entry.location))}"


def _place(location: Location) -> str:
    return f"{location.path}:{location.span.line}"


def _decided(project: Project) -> Mapping[str, tuple[Any, str]]:
    """What importlint decides where nothing is set: the value, if there is one, and why."""
    from importlint.cache.cache import cache_directory

    return {
        "select": (None, "the default set, see `importlint rules`"),
        "source-roots": (project.sources.roots, "found in the project"),
        "python-version": (project.target.version, "the environment's"),
        "platform": (project.target.platform, "the environment's"),
        "environment": (None, project.environment.reason),
        "path": (None, "the environment's"),
        "output-format": (None, "full on a terminal, concise elsewhere"),
        "cache-dir": (None, cache_directory(project.settings)),
        "jobs": (None, f"one for each available processor, here {project.jobs}"),
    }


def _toml(key: str, value: Any) -> str:
    """The value of the setting `key` as a configuration file has it."""
    import json

    import msgspec

    if key == "python-version":
        return f'"{value[0]}.{value[1]}"'
    if isinstance(value, Mapping):
        items = (
            f"{json.dumps(name, ensure_ascii=False)} = {_toml('', item)}" for name, item in value.items()
        )
        return "{" + ", ".join(items) + "}"
    if key in ("effects", "import-budgets"):
        return "[" + ", ".join(_toml("", item) for item in msgspec.to_builtins(value)) + "]"
    return json.dumps(getattr(value, "value", value), ensure_ascii=False)
