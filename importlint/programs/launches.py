"""From Python code to the commands in it that start Python, and to what it runs with `runpy`.

Standard library, `subprocess`, `os`, `runpy`; nox's `session.run`.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from importlint.diagnostics import Location
from importlint.discovery import Module
from importlint.programs.command_lines import Command, commands_in, parse_command
from importlint.programs.program import Invocation
from importlint.syntax.facts import ModuleFacts, Span
from importlint.syntax.parse import ParsedModule, parse
from importlint.syntax.source import Columns, Source, read_source

if TYPE_CHECKING:
    from importlint.project import Project

_LIST_OR_TEXT = ("run", "call", "check_call", "check_output", "Popen")
_FUNCTIONS: Mapping[str, int | None] = {
    **{f"subprocess.{name}": 0 for name in _LIST_OR_TEXT},
    **{f"os.{name}": 1 for name in ("execv", "execve", "execvp", "execvpe")},
    **dict.fromkeys(("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"), 0),
    "asyncio.create_subprocess_shell": 0,
    "asyncio.create_subprocess_exec": None,
    "session.run": None,
}
"""Which argument is the command, a list or a text; None where all of them are its words."""
_WORDS_AFTER_FIRST = ("os.execl", "os.execle", "os.execlp", "os.execlpe")


def launches(project: Project) -> Iterator[Invocation]:
    """The invocations in the code of the given modules."""
    for module in project.given_modules:
        facts = project.facts(module.path)
        if isinstance(facts, ModuleFacts) and facts.launches:
            yield from _launches(module, project.layout.project)


def _launches(module: Module, top: str) -> Iterator[Invocation]:
    source = read_source(module.path)
    parsed = parse(source) if isinstance(source, Source) else None
    if not isinstance(source, Source) or not isinstance(parsed, ParsedModule):
        return
    columns, aliases = Columns(source.lines), _aliases(parsed.tree)
    for node in ast.walk(parsed.tree):
        name = _name(node.func, aliases) if isinstance(node, ast.Call) else None
        command = _command(name, node) if name and isinstance(node, ast.Call) else None
        if command is None or not isinstance(node, ast.Call):
            continue
        end_line, end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        start = (node.lineno, columns.column(node.lineno, node.col_offset))
        yield Invocation(
            location=Location(module.display, Span(*start, end_line, columns.column(end_line, end))),
            written=command.written,
            origin=f"`{name}`",
            is_module=command.is_module,
            target=command.target,
            directory=None if "chdir" in source.text else _directory(node, top),
            is_safe=command.is_safe,
        )


def _aliases(tree: ast.Module) -> Mapping[str, str]:
    """What imports anywhere in a file bind names to; and nox's parameter, which is always called so."""
    aliases = {"session": "session"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                top = each.name.partition(".")[0]
                aliases[each.asname or top] = each.name if each.asname else top
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            aliases |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    return aliases


def _name(node: ast.expr, aliases: Mapping[str, str]) -> str | None:
    """The dotted name of what a call calls."""
    match node:
        case ast.Name(id=name):
            return aliases.get(name)
        case ast.Attribute(value=ast.Name(id=owner), attr=attribute) if owner in aliases:
            return f"{aliases[owner]}.{attribute}"
    return None


def _command(name: str, call: ast.Call) -> Command | None:
    """What a call starts."""
    if name in ("runpy.run_module", "runpy.run_path"):
        return _run_by_runpy(name, call)
    if name in _WORDS_AFTER_FIRST:
        return parse_command(_words(call.args[1:]))
    if name not in _FUNCTIONS:
        return None
    position = _FUNCTIONS[name]
    if position is None:
        return parse_command(_words(call.args))
    given = call.args[position] if len(call.args) > position else _keyword(call, "args")
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        return next((placed.command for placed in commands_in(given.value) if placed.changes == ()), None)
    while isinstance(given, ast.BinOp):
        given = given.left  # of `[...] + rest`, the beginning counts
    return parse_command(_words(given.elts)) if isinstance(given, ast.List | ast.Tuple) else None


def _run_by_runpy(name: str, call: ast.Call) -> Command | None:
    """What `runpy` runs under the name `__main__`; it puts no script's directory on the path."""
    run_name = _keyword(call, "run_name") or (call.args[2] if len(call.args) > 2 else None)
    is_module = name == "runpy.run_module"
    target = call.args[0] if call.args else _keyword(call, "mod_name" if is_module else "path_name")
    if _text(run_name) != "__main__" or not _text(target):
        return None
    command = parse_command(["python", *(["-m"] if is_module else []), _text(target) or ""])
    is_script = command is not None and not is_module and command.target.endswith(".py")
    return replace(command, is_safe=True) if command and is_script else command


def _words(nodes: Sequence[ast.expr]) -> list[str]:
    """The words of a command, up to the first that is not written out."""
    words: list[str] = []
    for node in nodes:
        is_interpreter = isinstance(node, ast.Attribute) and node.attr == "executable"
        word = "python" if is_interpreter else _text(node)
        if word is None:
            break
        words.append(word)
    return words


def _directory(call: ast.Call, top: str) -> str | None:
    given = _keyword(call, "cwd")
    if given is None:
        return None if any(keyword.arg is None for keyword in call.keywords) else top
    text = _text(given)
    return None if text is None else os.path.normpath(os.path.join(top, text))


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
