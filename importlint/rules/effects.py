"""IL5: what an import does besides importing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint.diagnostics import Finding, Location, Severity
from importlint.discovery import Module
from importlint.finder.spec import Kind
from importlint.rules.declaration import rule
from importlint.syntax import facts as f
from importlint.syntax.flow import Phase, Situated
from importlint.syntax.namespace import written
from importlint.syntax.qualified import Aliases, chain, qualified_name
from importlint.syntax.traverse import expressions, parts

if TYPE_CHECKING:
    from importlint.project import Project

_PATCHERS = frozenset(
    """
    aspectlib.weave better_exceptions.hook defusedxml.defuse_stdlib dill.extend eventlet.monkey_patch
    eventlet.patcher.monkey_patch forbiddenfruit.curse gevent.monkey.patch_all gevent.monkey.patch_builtins
    gevent.monkey.patch_module gevent.monkey.patch_os gevent.monkey.patch_select gevent.monkey.patch_socket
    gevent.monkey.patch_ssl gevent.monkey.patch_subprocess gevent.monkey.patch_thread gevent.monkey.patch_time
    gorilla.apply nest_asyncio.apply pymysql.install_as_MySQLdb pyximport.install rich.pretty.install
    rich.traceback.install sklearnex.patch_sklearn tqdm.tqdm.pandas truststore.extract_from_ssl
    truststore.inject_into_ssl urllib3.contrib.pyopenssl.inject_into_urllib3 uvloop.install
    wrapt.wrap_function_wrapper
    """.split()
)
"""Callables that replace parts of modules which are not the caller's."""

_PATH_METHODS = frozenset("append clear extend insert pop remove reverse sort".split())


@rule(
    "IL504",
    "import-monkeypatch",
    Severity.WARNING,
    "Importing the module changes another module that is not the project's.",
)
def import_monkeypatch(project: Project) -> Iterator[Finding]:
    """Assignments to attributes of foreign modules, and calls of known patchers, at import time."""
    for module, situated, aliases in _import_time_statements(project):
        for span, what, subject in _patches(project, module, situated.statement, aliases):
            yield _finding(project, module, span, what, subject, "call it where the program starts")


@rule("IL506", "import-sys-path", Severity.WARNING, "Importing the module changes `sys.path`.")
def import_sys_path(project: Project) -> Iterator[Finding]:
    """Edits of the module search path at import time."""
    for module, situated, aliases in _import_time_statements(project):
        for span in _path_edits(situated.statement, aliases):
            help_text = "install the package instead, or leave the path to the program that starts"
            yield _finding(project, module, span, "changes `sys.path`", "sys.path", help_text)


def _import_time_statements(project: Project) -> Iterator[tuple[Module, Situated, Aliases]]:
    """The statements that surely run when a given module is imported; programs and the like have none."""
    for module in project.given_modules:
        if is_for_import(project, module):
            aliases = project.known_names(module.path).aliases
            for situated in project.statements(module.path):
                if situated.circumstances.phase is Phase.IMPORT_TIME and situated.circumstances.certain:
                    yield module, situated, aliases


def _finding(
    project: Project, module: Module, span: f.Span, what: str, subject: str, help_text: str
) -> Finding:
    label = ""
    if module.is_package:
        below = sum(name.startswith(module.name + ".") for name in project.graph.modules)
        label = f"runs on import of any of its {below} submodules" if below > 1 else ""
    return Finding(
        location=Location(module.display, span),
        module=module.name,
        message=f"importing `{module.name}` {what}",
        label=label,
        help=help_text,
        severity=Severity.ERROR if module.is_package else None,
        subjects=(subject,),
    )


def _patches(
    project: Project, module: Module, statement: f.Statement, aliases: Aliases
) -> Iterator[tuple[f.Span, str, str]]:
    """The span, the words, and the dotted name of each change to a foreign module."""
    for target in _changed(statement):
        if isinstance(target, f.Attribute):
            owner = qualified_name(target.value, aliases)
            if owner is not None and _is_foreign_module(project, module, owner):
                yield target.span, f"changes `{owner}.{target.attr}`", f"{owner}.{target.attr}"
    for root in expressions(statement):
        for part in parts(root):
            if not isinstance(part, f.Call):
                continue
            called = qualified_name(part.function, aliases)
            if called in _PATCHERS:
                yield part.span, f"patches other modules: it calls `{called}`", called or ""
            elif chain(part.function) == ("setattr",) and len(part.arguments) == 3:
                owner = qualified_name(part.arguments[0], aliases)
                if owner is not None and _is_foreign_module(project, module, owner):
                    yield part.span, f"changes an attribute of `{owner}`", owner


def _changed(statement: f.Statement) -> tuple[f.Expression, ...]:
    return statement.targets if isinstance(statement, f.Delete) else written(statement)


def _is_foreign_module(project: Project, module: Module, name: str) -> bool:
    """Whether a dotted name is a module of another distribution; the settings of `sys` are another rule's."""
    if name.startswith(".") or name == "sys":
        return False
    resolution = project.resolve(name, module)
    if resolution.spec is None or resolution.spec.kind is Kind.NAMESPACE:
        return False
    return not any(search.spec is not None and project.is_own(search.spec) for search in resolution.searches)


def edits_path(project: Project, module: Module) -> bool:
    """Whether something in a file changes `sys.path`, be it in a function that contains an import."""
    aliases = project.known_names(module.path).aliases
    return any(
        True for situated in project.statements(module.path) for _ in _path_edits(situated.statement, aliases)
    )


def _path_edits(statement: f.Statement, aliases: Aliases) -> Iterator[f.Span]:
    for target in _changed(statement):
        place = target.value if isinstance(target, f.Subscript) else target
        if isinstance(target, f.Name):
            continue  # `from sys import path; path = ...` rebinds a name of its own
        if isinstance(place, f.Attribute | f.Name) and qualified_name(place, aliases) == "sys.path":
            yield place.span
    for root in expressions(statement):
        for part in parts(root):
            if isinstance(part, f.Call):
                owner, _, method = (qualified_name(part.function, aliases) or "").rpartition(".")
                if (
                    owner == "sys.path" and method in _PATH_METHODS
                ) or f"{owner}.{method}" == "site.addsitedir":
                    yield part.span


_SETTINGS_LIKE = frozenset(
    "asgi.py conftest.py fabfile.py manage.py noxfile.py settings.py setup.py tasks.py wsgi.py".split()
)
"""Files that are there to act when they are read."""


def is_for_import(project: Project, module: Module) -> bool:
    """Whether a module is there to be imported: not a program, a test, or the settings of a program."""
    name = os.path.basename(module.path)
    if name in _SETTINGS_LIKE or name.startswith("test_") or name.endswith("_test.py") or module.is_main:
        return False
    if module.package or module.name in project.graph.importers:
        return True
    directory = os.path.dirname(module.path)
    return directory in project.sources.roots and directory not in project.sources.flat_roots


RULES = (import_monkeypatch, import_sys_path)
