"""From the import statements of a module to the modules that they load: where facts meet the finder.

Language reference, "The import system"; CPython `_find_and_load_unlocked` (parents first) and `_handle_fromlist`
(an attribute before a submodule).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from importlint.diagnostics import Location
from importlint.discovery import Module
from importlint.finder.resolve import absolute_name
from importlint.finder.spec import Failure, Resolution, Spec
from importlint.syntax import facts as f
from importlint.syntax.flow import Circumstances, Phase
from importlint.syntax.qualified import Aliases, chain, qualified_name
from importlint.syntax.traverse import expressions, parts
from importlint.syntax.uses import annotations_of

if TYPE_CHECKING:
    from importlint.project import Project


class Load(Struct, frozen=True, kw_only=True, gc=False):
    """A module that a statement loads."""

    spec: Spec
    span: f.Span
    """The part of the statement that asks for it."""
    implicit: bool = False
    """A parent package on the way to what is asked for."""


class Link(Struct, frozen=True, kw_only=True, gc=False):
    """One import statement, or one dynamic import with a written-out name, and what it leads to."""

    module: Module
    """The module that imports."""
    statement: f.Import | f.ImportFrom | f.Call
    circumstances: Circumstances
    asked: str
    """The absolute name of the module that is asked for; as it is written where that has no absolute name."""
    resolution: Resolution | None
    """None where a relative import does not lead to an absolute name."""
    relative_failure: Failure | None = None
    """Why not."""
    loads: tuple[Load, ...] = ()
    """In the order in which CPython loads them."""
    is_read: bool = False
    """Of a lazy import: the module's body itself seems to read what it binds."""

    @property
    def span(self) -> f.Span:
        """Where the name of the module stands."""
        return self.statement.module_span if isinstance(self.statement, f.ImportFrom) else self.statement.span

    @property
    def location(self) -> Location:
        """Where the name of the module stands, with its file."""
        return Location(self.module.display, self.span)

    @property
    def failure(self) -> Failure | None:
        """Why the module cannot be found."""
        return self.resolution.failure if self.resolution else self.relative_failure

    @property
    def is_dynamic(self) -> bool:
        """Whether a call imports, not a statement."""
        return isinstance(self.statement, f.Call)

    @property
    def phase(self) -> Phase:
        """When the modules are loaded."""
        phase = self.circumstances.phase
        assert phase is not None, "dead statements have no links"
        lazy = not isinstance(self.statement, f.Call) and self.statement.lazy
        return Phase.LAZY if lazy and phase is Phase.IMPORT_TIME and not self.is_read else phase

    @property
    def text(self) -> str:
        """The import as it could be written on one line."""
        return statement_text(self.statement)


def statement_text(statement: f.Import | f.ImportFrom | f.Call) -> str:
    """An import as it could be written on one line."""
    match statement:
        case f.Import(module=module, asname=asname, lazy=lazy):
            return f"{'lazy ' if lazy else ''}import {module}" + (f" as {asname}" if asname else "")
        case f.ImportFrom(names=names, lazy=lazy):
            listed = ", ".join(name.name + (f" as {name.asname}" if name.asname else "") for name in names)
            return f"{'lazy ' if lazy else ''}from {statement.written} import {listed}"
        case f.Call(arguments=(f.Constant(value=name), *_)):
            return f'import_module("{name}")'
    raise TypeError(statement)


def links(project: Project, module: Module) -> Iterator[Link]:
    """What each import of a module leads to, in the order of the text; dead branches have none."""
    facts, aliases = project.facts(module.path), project.known_names(module.path).aliases
    has_calls = isinstance(facts, f.ModuleFacts) and facts.import_calls
    for situated in project.statements(module.path):
        statement, here = situated.statement, situated.circumstances
        if isinstance(statement, f.Import | f.ImportFrom):
            if here.phase is not None:
                link = _link(project, module, statement, here)
                is_read = statement.lazy and not _bound(statement).isdisjoint(
                    _read_at_import(project, module)
                )
                yield replace(link, is_read=True) if is_read else link
        elif has_calls and here.phase is not None:
            for call in _calls(statement):
                name = _dynamic_name(call, aliases, module)
                if name is not None:
                    yield _absolute_link(project, module, call, here, name)


def _calls(statement: f.Statement) -> Iterator[f.Call]:
    """The calls that a statement makes."""
    return (part for root in expressions(statement) for part in parts(root) if isinstance(part, f.Call))


def _bound(statement: f.Import | f.ImportFrom) -> frozenset[str]:
    """What is read when a lazy import is to be loaded: `a.b` of `lazy import a.b`, where `a` alone loads `a`."""
    if isinstance(statement, f.Import):
        return frozenset((statement.asname or statement.module,))
    return frozenset(name.binds for name in statement.names)


def _read_at_import(project: Project, module: Module) -> Iterator[str]:
    """The names, and attributes of them, that a body reads as it is imported: no annotations (PEP 649)."""
    for situated in project.statements(module.path):
        if situated.circumstances.phase is Phase.IMPORT_TIME:
            annotations = annotations_of(situated.statement)
            for root in expressions(situated.statement):
                if root not in annotations:
                    yield from (".".join(names) for part in parts(root) if (names := chain(part)))


def _link(
    project: Project, module: Module, statement: f.Import | f.ImportFrom, circumstances: Circumstances
) -> Link:
    if isinstance(statement, f.Import):
        return _absolute_link(project, module, statement, circumstances, statement.module)
    name = absolute_name(module.package, statement.level, statement.module, project.target.version)
    if isinstance(name, Failure):
        return Link(
            module=module,
            statement=statement,
            circumstances=circumstances,
            asked=statement.written,
            resolution=None,
            relative_failure=name,
        )
    return _absolute_link(project, module, statement, circumstances, name)


def _absolute_link(
    project: Project,
    module: Module,
    statement: f.Import | f.ImportFrom | f.Call,
    circumstances: Circumstances,
    name: str,
) -> Link:
    resolution = project.resolve(name, module)
    loads = tuple(_loads(project, module, statement, resolution))
    return Link(
        module=module,
        statement=statement,
        circumstances=circumstances,
        asked=name,
        resolution=resolution,
        loads=loads,
    )


def _loads(
    project: Project, module: Module, statement: f.Import | f.ImportFrom | f.Call, resolution: Resolution
) -> Iterator[Load]:
    span = statement.module_span if isinstance(statement, f.ImportFrom) else statement.span
    found = [search.spec for search in resolution.searches if search.spec is not None]
    if resolution.failure or not found:
        yield from (Load(spec=spec, span=span, implicit=True) for spec in found)
        return
    *parents, asked = found
    submodules: list[Load] = []
    attributes = 0
    if isinstance(statement, f.ImportFrom):
        for name in statement.names:
            names = project.star_submodules(asked) if name.name == "*" else (name.name,)
            specs = [spec for each in names if (spec := project.submodule(asked, each, module)) is not None]
            submodules.extend(Load(spec=spec, span=name.span) for spec in specs)
            attributes += name.name == "*" or not specs
    yield from (Load(spec=spec, span=span, implicit=True) for spec in parents)
    yield Load(spec=asked, span=span, implicit=bool(submodules) and not attributes)
    yield from submodules


def is_dynamic_import(call: f.Call, aliases: Aliases) -> bool:
    """Whether a call is one of `import_module` or `__import__`."""
    is_builtin = isinstance(call.function, f.Name) and call.function.id == "__import__"
    return is_builtin or qualified_name(call.function, aliases) == "importlib.import_module"


def _dynamic_name(call: f.Call, aliases: Aliases, module: Module) -> str | None:
    """The absolute name that `import_module("x")` or `__import__("x")` asks for, if it is written out."""
    if not is_dynamic_import(call, aliases):
        return None
    is_builtin = isinstance(call.function, f.Name) and call.function.id == "__import__"
    match call.arguments:
        case (f.Constant(value=str(name)), *rest):
            if not name.startswith("."):
                return name if all(name.split(".")) and not (is_builtin and call.keywords) else None
            packages = [*rest, *(keyword.value for keyword in call.keywords if keyword.name == "package")]
            level = len(name) - len(name.lstrip("."))
            base = _package_argument(packages[0], module) if packages and not is_builtin else None
            if base is None or base.count(".") + 1 < level:
                return None
            parent = ".".join(base.split(".")[: base.count(".") + 2 - level])
            return f"{parent}.{name[level:]}" if name[level:] else parent
    return None


def _package_argument(argument: f.Expression, module: Module) -> str | None:
    match argument:
        case f.Name(id="__package__"):
            return module.package or None
        case f.Name(id="__name__"):
            return module.name if module.package else None
        case f.Constant(value=str(name)):
            return name
    return None
