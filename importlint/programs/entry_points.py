"""Entry points: the names under which a distribution offers modules and functions, and where they are declared.

A console script imports its module by name and calls the attribute; no `__main__` takes part in that.
Python Packaging User Guide, "Entry points specification"; `importlib.metadata.EntryPoint`.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from importlint import disk
from importlint.diagnostics import Location
from importlint.discovery import find_project, is_site
from importlint.programs.places import span_of, toml_entry_span
from importlint.syntax.facts import Span
from importlint.syntax.parse import ParsedModule, parse
from importlint.syntax.source import Source, read_source

if TYPE_CHECKING:
    from importlint.project import Project

SCRIPT_GROUPS = {"console_scripts": "console script", "gui_scripts": "gui script"}
"""Groups whose entries installers make scripts for, and what one is called."""

_VALUE = re.compile(r"(?P<module>\w+(?:\.\w+)*)\s*(?::\s*(?P<attribute>\w+(?:\.\w+)*)\s*)?(?:\[[^\]]*\]\s*)?")


class EntryPoint(Struct, frozen=True, kw_only=True, order=True):
    """One declared entry point."""

    location: Location
    group: str
    name: str
    value: str
    module: str
    attribute: str
    """Dotted; empty where the value names a module alone."""

    @property
    def is_script(self) -> bool:
        """Whether installers make a script for it, which calls the attribute."""
        return self.group in SCRIPT_GROUPS

    @property
    def what(self) -> str:
        """How a person would call it."""
        return f"{SCRIPT_GROUPS.get(self.group, self.group)} {self.name}"


class _Entry(Struct, frozen=True):
    """An entry as a file has it."""

    group: str
    name: str
    value: str
    span: Span


def find_entry_points(project: Project) -> tuple[EntryPoint, ...]:
    """The entry points that the projects of the given paths declare, sorted by their places."""
    found: set[EntryPoint] = set()
    for directory in {find_project(path) for path in project.layout.paths}:
        for path, entries in _declared(project, directory):
            for entry in entries:
                value = _VALUE.fullmatch(entry.value.strip())
                if value is not None:
                    point = EntryPoint(
                        location=Location(project.shown(path), entry.span),
                        group=entry.group,
                        name=entry.name,
                        value=entry.value,
                        module=value["module"],
                        attribute=value["attribute"] or "",
                    )
                    found.add(point)
    return tuple(sorted(found))


def _declared(project: Project, directory: str) -> Iterator[tuple[str, Iterator[_Entry]]]:
    """The files of a project's directory that declare entry points, each with them."""
    if is_site(directory):
        own = {module.name.partition(".")[0] for module in project.given_modules}
        for path in _metadata_files(directory):
            source = _source(path)
            if source is not None:
                entries = ini_entries(source.text)
                yield path, (each for each in entries if re.split(r"[.:]", each.value)[0] in own)
        return
    readers = {"pyproject.toml": toml_entries, "setup.cfg": setup_cfg_entries, "setup.py": setup_py_entries}
    for name, read in readers.items():
        source = _source(os.path.join(directory, name))
        if source is not None:
            yield source.path, read(source.text)


def _metadata_files(site: str) -> Iterator[str]:
    """The `entry_points.txt` of each distribution in a directory."""
    try:
        names = disk.names(site)
    except OSError:
        return
    for name in names:
        if name.endswith(".dist-info"):
            yield os.path.join(site, name, "entry_points.txt")


def _source(path: str) -> Source | None:
    source = read_source(path) if disk.is_file(path) else None
    return source if isinstance(source, Source) else None


# ---- formats


def ini_entries(text: str) -> Iterator[_Entry]:
    """The entries of an `entry_points.txt`: groups as sections, `name = value` below them."""
    group, offset = "", 0
    for line in text.split("\n"):
        header = re.fullmatch(r"\s*\[([^\]]+)\]\s*", line)
        if header:
            group = header[1].strip()
        elif group:
            yield from _line_entry(text, group, offset, line)
        offset += len(line) + 1


def setup_cfg_entries(text: str) -> Iterator[_Entry]:
    """The entries of a `setup.cfg`: indented below their groups, in setuptools' section or in that of pbr."""
    section, group, offset = "", "", 0
    for line in text.split("\n"):
        header = re.match(r"\[([^\]]+)\]", line)
        key = re.match(r"([^\s#;=:][^=:]*?)\s*[=:]", line)
        if header:
            section, group = header[1].strip(), ""
        elif key and section in ("options.entry_points", "entry_points"):
            group = key[1]
            yield from _line_entry(text, group, offset + key.end(), line[key.end() :])
        elif group and line[:1].isspace():
            yield from _line_entry(text, group, offset, line)
        offset += len(line) + 1


def setup_py_entries(text: str) -> Iterator[_Entry]:
    """The entries that a `setup.py` writes out in its call of `setup`."""
    parsed = parse(Source("setup.py", text))
    if not isinstance(parsed, ParsedModule):
        return
    lines = text.split("\n")
    assigned = _assigned(parsed.tree)
    for node in ast.walk(parsed.tree):
        if isinstance(node, ast.Call) and _is_setup(node.func):
            for keyword in node.keywords:
                if keyword.arg == "entry_points":
                    yield from _literal_entries(_looked_up(keyword.value, assigned), assigned, lines)


def toml_entries(text: str) -> Iterator[_Entry]:
    """The entries of a `pyproject.toml`, standard ones and those of poetry and flit."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError):  # also for a number of too many digits
        return
    for table, group in (
        ("project.scripts", "console_scripts"),
        ("project.gui-scripts", "gui_scripts"),
        ("tool.poetry.scripts", "console_scripts"),
        ("tool.flit.scripts", "console_scripts"),
    ):
        yield from _table_entries(text, table, group, _table(document, table))
    for table in ("project.entry-points", "tool.poetry.plugins", "tool.flit.entrypoints"):
        for group, entries in _table(document, table).items():
            yield from _table_entries(text, f"{table}.{group}", group, entries)


def _table(document: Mapping[str, Any], dotted: str) -> Mapping[str, Any]:
    found: Any = document
    for part in dotted.split("."):
        found = found.get(part, {}) if isinstance(found, dict) else {}
    return found if isinstance(found, dict) else {}


def _table_entries(text: str, table: str, group: str, entries: Any) -> Iterator[_Entry]:
    for name, value in entries.items() if isinstance(entries, dict) else ():
        if isinstance(value, dict) and value.get("type", "console") == "console":
            value = value.get("reference", value.get("callable"))  # poetry's
        if isinstance(value, str):
            yield _Entry(group, name, value, toml_entry_span(text, table, name, value))


def _line_entry(text: str, group: str, offset: int, line: str) -> Iterator[_Entry]:
    """The entry in a line that starts at an offset of a text."""
    found = re.fullmatch(r"\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*", line)
    if found and found[2]:
        span = span_of(text, offset + found.start(1), offset + found.end(2))
        yield _Entry(group, found[1], found[2], span)


def _is_setup(function: ast.expr) -> bool:
    match function:
        case ast.Name(id="setup") | ast.Attribute(value=ast.Name(id="setuptools"), attr="setup"):
            return True
    return False


def _assigned(tree: ast.Module) -> Mapping[str, ast.expr]:
    """The values of names that are assigned once, in the module's own block."""
    found: dict[str, list[ast.expr]] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def _looked_up(node: ast.expr, assigned: Mapping[str, ast.expr]) -> ast.expr:
    return assigned.get(node.id, node) if isinstance(node, ast.Name) else node


def _literal_entries(
    node: ast.expr, assigned: Mapping[str, ast.expr], lines: Sequence[str]
) -> Iterator[_Entry]:
    """The entries in the value of `entry_points`: a text like `entry_points.txt`, or a dict of lists or texts."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from _placed(ini_entries(node.value), node, lines)
    for key, value in zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ():
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            value = _looked_up(value, assigned)
            for item in value.elts if isinstance(value, ast.List | ast.Tuple) else [value]:
                if isinstance(item, ast.Constant) and isinstance(item.value, str):
                    yield from _placed(ini_entries(f"[{key.value}]\n{item.value}"), item, lines)


def _placed(entries: Iterator[_Entry], node: ast.expr, lines: Sequence[str]) -> Iterator[_Entry]:
    """The entries with their spans in the lines of a literal."""
    for entry in entries:
        pattern = re.compile(rf"{re.escape(entry.name)}\s*=\s*{re.escape(entry.value)}")
        numbers = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        found = ((number, pattern.search(lines[number - 1])) for number in numbers)
        spans = (Span(line, each.start() + 1, line, each.end() + 1) for line, each in found if each)
        span = next(spans, Span(node.lineno, 1, node.lineno, 1))
        yield _Entry(entry.group, entry.name, entry.value, span)
