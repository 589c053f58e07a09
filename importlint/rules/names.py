"""IL102, IL107, IL108: the names that `from` imports, `__all__` and stars are about."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint.absence import edits_search_path, may_be_submodule
from importlint.diagnostics import Certainty, Finding, Location, Severity
from importlint.discovery import Module
from importlint.errors import did_you_mean
from importlint.finder.spec import Kind, Spec
from importlint.graph.link import Link
from importlint.rules.declaration import rule
from importlint.rules.unguarded import unguarded_links
from importlint.stubs import Stub, stub_of
from importlint.syntax import facts as f
from importlint.syntax.flow import Phase, Scope
from importlint.syntax.parse import ParsedModule, parse
from importlint.syntax.source import Source, read_source

if TYPE_CHECKING:
    from importlint.project import Project


@rule("IL102", "name-not-found", Severity.ERROR, "A `from` import names what the module does not have.")
def name_not_found(project: Project) -> Iterator[Finding]:
    """Names that a completely known module neither binds nor has as a submodule."""
    for link in unguarded_links(project, "ImportError"):
        spec = link.resolution.spec if link.resolution else None
        if (
            spec is None
            or not isinstance(link.statement, f.ImportFrom)
            or not _is_judged(project, link, spec)
        ):
            continue
        for name in link.statement.names:
            if name.name == "*":
                continue
            if _lacks(project, spec, name.name, link):
                where = project.shown(spec.origin) if spec.origin else spec.name
                neither = "neither binds it nor has a submodule of that name"
                yield Finding(
                    location=Location(link.module.display, name.span),
                    module=link.module.name,
                    message=f"cannot import name `{name.name}` from `{spec.name}`",
                    label=f"`{where}` {neither if spec.is_package else 'does not bind it'}",
                    help=_meant(project, spec, name.name),
                    severity=Severity.WARNING if link.phase is Phase.TYPING else None,
                    subjects=(spec.name, name.name),
                )
            elif stub := _stub_without(project, spec, name.name, link.module):
                yield Finding(
                    location=Location(link.module.display, name.span),
                    module=link.module.name,
                    message=f"the extension module `{spec.name}` may have no name `{name.name}`",
                    label=f"its stub `{project.shown(stub.path)}` does not have it",
                    help=_nearest(name.name, stub.names),
                    certainty=Certainty.POSSIBLE,
                    severity=Severity.WARNING,
                    subjects=(spec.name, name.name),
                )


def _is_judged(project: Project, link: Link, spec: Spec) -> bool:
    """Whether the names of a module are those that the import will see.

    Type checkers see other names of modules outside the project: those of their stubs.
    """
    if link.phase is Phase.TYPING and spec.origin not in project.modules:
        return False
    return spec.kind is not Kind.NAMESPACE or not edits_search_path(project, link.module)


def _lacks(project: Project, spec: Spec, name: str, link: Link) -> bool:
    own = spec.origin == link.module.path
    besides = link.statement if own and isinstance(link.statement, f.ImportFrom) else None
    if not project.exports.lacks(spec, name, besides):
        return False
    if link.phase is Phase.TYPING and name in project.exports.typing_names(spec):
        return False
    if link.phase is Phase.DEFERRED and project.exports.has_elsewhere(spec, name):
        return False  # the usual way to write code for several platforms
    return not may_be_submodule(project, spec, name, link.module)


def _stub_without(project: Project, spec: Spec, name: str, module: Module) -> Stub | None:
    """The stub of an extension module that does not have a public name; those of the standard library need none."""
    if name.startswith("_") or not spec.origin or project.is_library(spec.origin):
        return None
    stub = stub_of(project, spec)
    if stub is None or name in stub.names or project.resolve(f"{spec.name}.{name}", module).spec is not None:
        return None
    return stub


def _meant(project: Project, spec: Spec, name: str) -> str:
    exports = project.exports.of(spec) or frozenset()
    return _nearest(name, exports)


def _nearest(name: str, exports: frozenset[str]) -> str:
    public = frozenset(export for export in exports if export.startswith("_") is name.startswith("_"))
    return did_you_mean(name, public, cutoff=0.8).removeprefix("; ")


@rule("IL107", "missing-all-name", Severity.ERROR, "`__all__` lists a name that the module does not have.")
def missing_all_name(project: Project) -> Iterator[Finding]:
    """Names in a completely known `__all__` of a completely known module that are no submodules either."""
    for module in project.given_modules:
        namespace = project.namespace(module.path)
        if namespace is None or not namespace.listed:
            continue
        spec = Spec(
            name=module.name,
            kind=Kind.SOURCE,
            origin=module.path,
            search_locations=() if module.is_package else None,
        )
        missing = [
            name
            for name in dict.fromkeys(namespace.listed)
            if project.exports.lacks(spec, name) and not may_be_submodule(project, spec, name, module)
        ]
        places = _listed_at(project, module, missing) if missing else {}
        for name in missing:
            yield Finding(
                location=Location(module.display, places[name]),
                module=module.name,
                message=f"`__all__` lists `{name}`, which `{module.name}` does not have",
                label=f"`from {module.name} import *` raises AttributeError",
                help=_meant(project, spec, name),
                subjects=(name,),
            )


def _listed_at(project: Project, module: Module, names: list[str]) -> dict[str, f.Span]:
    """Where names are quoted in the statements that make `__all__`; else the first of these statements."""
    namespace, source = project.namespace(module.path), read_source(module.path)
    assert namespace is not None
    spans = namespace.all_spans
    found = dict.fromkeys(names, spans[0])
    if isinstance(source, Source):
        for name in names:
            quoted = re.compile(rf"""(["']){re.escape(name)}\1""")
            lines = (line for span in spans for line in range(span.line, span.end_line + 1))
            matches = ((line, quoted.search(source.lines[line - 1])) for line in lines)
            for line, match in matches:
                if match:
                    found[name] = f.Span(line, match.start() + 1, line, match.end() + 1)
                    break
    return found


@rule(
    "IL108",
    "star-shadows-builtin",
    Severity.WARNING,
    "A star import rebinds a built-in name that the module uses.",
)
def star_shadows_builtin(project: Project) -> Iterator[Finding]:
    """Star imports of names like `open`, in modules that go on to say `open`."""
    for link in project.given_links:
        star = link.statement
        if not isinstance(star, f.ImportFrom) or not any(name.name == "*" for name in star.names):
            continue
        here = link.circumstances
        if here.scope is not Scope.MODULE or link.phase is not Phase.IMPORT_TIME:
            continue
        rebound = project.exports.rebound_builtins(star, link.module)
        used = [name for name in sorted(rebound) if _uses(project, link.module, name, star.span.end_line)]
        for name in used:
            yield Finding(
                location=link.location,
                module=link.module.name,
                message=f"`{link.text}` rebinds the built-in `{name}`, which this module uses",
                label=f"from here on, `{name}` is `{link.asked}.{name}`",
                help=f"import the names that are needed, and `{link.asked}.{name}` under another one",
                subjects=(link.asked, name),
            )


def _uses(project: Project, module: Module, name: str, line: int) -> bool:
    """Whether a module reads a name below a line, and nothing of its own is called so."""
    source = read_source(module.path)
    parsed = parse(source) if isinstance(source, Source) and name in source.text else None
    if not isinstance(parsed, ParsedModule):
        return False
    reads = False
    for node in ast.walk(parsed.tree):
        match node:
            case ast.Name(id=found, ctx=ast.Load()) if found == name:
                reads = reads or node.lineno > line
            case ast.Name(id=found) | ast.arg(arg=found) | ast.FunctionDef(name=found) if found == name:
                return False
            case ast.alias() if (node.asname or node.name) == name:
                return False
    return reads
