"""Which names a module can have: what its own text binds, what stars bring, and whether that is all.

A module is *open* where something else may add names: its `__getattr__`, `globals()`, import hooks, a star
from a module that is open itself. Of an open module no absence is certain. Names of the standard library's
compiled modules, and of those that fill themselves, come from a table; an extension module's nobody knows.

Language reference, "The import statement" and "Module attributes"; CPython `import_from`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from importlint import disk
from importlint.discovery import Module
from importlint.finder.resolve import absolute_name
from importlint.finder.spec import Kind, Spec
from importlint.finder.standard_library import ModuleNames, load_module_names
from importlint.graph.writes import attribute_writes
from importlint.installed_text import InstalledText
from importlint.syntax import facts as f
from importlint.syntax.flow import Situated, walk
from importlint.syntax.namespace import ALWAYS_BOUND, Binding, Namespace
from importlint.syntax.qualified import qualified_name
from importlint.syntax.traverse import parts
from importlint.target import PLATFORMS, Target

if TYPE_CHECKING:
    from importlint.project import Project

_WITH_TEXT = (Kind.SOURCE, Kind.FROZEN)


class Exports:
    """The names of modules, for one project and target; each module is asked once."""

    def __init__(self, project: Project, target: Target) -> None:
        self._project = project
        self._target = target
        self._known: dict[tuple[str, str | None], frozenset[str] | None] = {}
        self._texts = InstalledText()

    def of(self, spec: Spec, besides: f.Statement | None = None) -> frozenset[str] | None:
        """Every name that a module can have, submodules apart; None if that cannot be told.

        `besides` is a statement of the module itself whose bindings do not count.
        """
        if besides is not None:
            return self._names(spec, besides, frozenset())
        key = (spec.name, spec.origin)
        if key not in self._known:
            self._known[key] = self._names(spec, None, frozenset())
        return self._known[key]

    def lacks(self, spec: Spec, name: str, besides: f.Statement | None = None) -> bool:
        """Whether a module certainly has no such name, submodules apart."""
        path = None if self._is_own(spec) or spec.kind not in _WITH_TEXT else spec.origin
        if path is not None and name in self._texts.plain_names(path):
            return False
        names = self.of(spec, besides)
        if names is None or name in names:
            return False
        if self._is_own(spec) or self._is_library(spec) or spec.origin is None:
            private = name.startswith("_") and spec.name in self._table
            return not private or self._target.platform == "linux"  # the table's other sources know no such
        if not disk.is_file(spec.origin):
            return False  # of a package in an archive, not all text is in sight
        return self._project.environment.known and not self._texts.may_bind(spec.origin, name)

    def added(self, spec: Spec) -> frozenset[str] | None:
        """The names of a module of the project that functions may bind, its own and other modules'.

        None where that may be any name.
        """
        namespace = self._namespace(spec.origin) if spec.origin and spec.kind is Kind.SOURCE else None
        written = self._written_into(spec.origin or "")
        if namespace is None or "*" in written:
            return None
        return written.union(namespace.facts.global_names)

    def has_elsewhere(self, spec: Spec, name: str) -> bool:
        """Whether a standard library module may have the name on another platform."""
        if not self._is_library(spec):
            return False
        others = (replace(self._target, platform=platform) for platform in PLATFORMS)
        exports = (Exports(self._project, other).of(spec) for other in others if other != self._target)
        return any(names is None or name in names for names in exports)

    def typing_names(self, spec: Spec) -> frozenset[str]:
        """The names of a module that only type checkers see."""
        namespace = self._project.namespace(spec.origin) if spec.origin else None
        return namespace.typing_names if namespace else frozenset()

    @cached_property
    def hooked_packages(self) -> frozenset[str]:
        """The top-level packages of the project that have import hooks of their own."""
        found = ((module, self._project.facts(module.path)) for module in self._project.reading.modules)
        return frozenset(
            module.name.partition(".")[0]
            for module, facts in found
            if isinstance(facts, f.ModuleFacts) and facts.import_hooks
        )

    def _written_into(self, path: str) -> frozenset[str]:
        """The names that other modules give the one at `path`; with `*` among them, any."""
        written = self._written_from_outside
        return written.get(path, frozenset()) | written.get("*", frozenset())

    @cached_property
    def _written_from_outside(self) -> Mapping[str, frozenset[str]]:
        """For a module's path, the names that other modules assign to it; `*` where they are computed."""
        return attribute_writes(self._project)

    @cached_property
    def _table(self) -> Mapping[str, frozenset[str]]:
        """The names of standard library modules that their text does not tell."""
        tables = self._tables.of_version(self._target.version)
        return {module: names | ALWAYS_BOUND for module, names in tables.items()}

    @cached_property
    def _star_builtins(self) -> Mapping[str, frozenset[str]]:
        """The built-in names that stars from such modules rebind."""
        return self._tables.stars_of_version(self._target.version)

    @cached_property
    def _tables(self) -> ModuleNames:
        return load_module_names()

    @cached_property
    def builtins(self) -> frozenset[str]:
        """The names that every module can read without binding them."""
        return self._tables.builtins(self._target.version)

    def rebound_builtins(self, star: f.ImportFrom, module: Module) -> frozenset[str]:
        """The built-in names that a star import in `module` surely rebinds, as far as can be told."""
        spec = self.source(star, module)
        return self._star_names(spec, frozenset()) & self.builtins if spec is not None else frozenset()

    def _star_names(self, spec: Spec, seen: frozenset[str]) -> frozenset[str]:
        """Names that a star import from a module surely takes; those of others are not in it."""
        if self._is_library(spec) and spec.name in self._table:
            return self._star_builtins.get(spec.name, frozenset())
        namespace = self._namespace(spec.origin) if spec.origin and spec.kind in _WITH_TEXT else None
        if namespace is None or spec.name in seen:
            return frozenset()
        if namespace.has_all:
            return frozenset(namespace.listed or ()) & self._surely_bound(spec, namespace, seen)
        return frozenset(
            name for name in self._surely_bound(spec, namespace, seen) if not name.startswith("_")
        )

    def _surely_bound(self, spec: Spec, namespace: Namespace, seen: frozenset[str]) -> frozenset[str]:
        bound: set[str] = set()
        for binding in namespace.bindings:
            if binding.unbinds:
                bound.discard(binding.name)
            elif binding.name == "*" and isinstance(binding.statement, f.ImportFrom):
                source = self.source(binding.statement, self._project.module_of(spec))
                bound |= self._star_names(source, seen | {spec.name}) if source else frozenset()
            elif binding.certain and not _binds_itself(binding):
                bound.add(binding.name)
        return frozenset(bound)

    def _is_own(self, spec: Spec) -> bool:
        return spec.origin in self._project.modules

    def _names(self, spec: Spec, besides: f.Statement | None, seen: frozenset[str]) -> frozenset[str] | None:
        if spec.kind is Kind.NAMESPACE:
            return ALWAYS_BOUND | {"__path__"}
        if spec.origin is None or spec.kind not in _WITH_TEXT:
            return self._table.get(spec.name) if self._is_library(spec) else None
        namespace = self._namespace(spec.origin)
        if namespace is None:
            return None
        own = namespace.names if besides is None else namespace.names_besides(besides)
        if self._is_library(spec) and spec.name in self._table:
            return own | self._table[spec.name]
        if self._is_open(spec, namespace):
            return None
        written = self._written_into(spec.origin) if self._is_own(spec) else ()
        if "*" in written:
            return None
        others = set(written).union(*map(_told_names, namespace.statements))
        if os.path.basename(spec.origin) == "__init__.py":
            others.add("__path__")
        names = own if others <= own else own | others
        module = self._project.module_of(spec)
        for star in namespace.stars:
            source = self.source(star, module)
            if source is None:
                return None
            if source.origin is not None and (source.origin in seen or source.origin == spec.origin):
                continue
            more = self._names(source, None, seen | {spec.origin})
            if more is None:
                return None
            names |= self._public(source, more) | self._submodules(source)
        return names

    def _public(self, source: Spec, names: frozenset[str]) -> frozenset[str]:
        """Which of a module's names a star may take: those in its `__all__`, else the public ones."""
        namespace = self._namespace(source.origin) if source.origin and source.kind in _WITH_TEXT else None
        if namespace is None or namespace.has_all:
            return names - {"__all__"}
        return frozenset(name for name in names if not name.startswith("_"))

    def _submodules(self, package: Spec) -> frozenset[str]:
        """The modules in a package's directories: a star takes those that happen to be loaded."""
        entries = map(self._project.finder.path_finder.entry_finder, package.search_locations or ())
        return frozenset(name for entry in entries if entry is not None for name in entry.module_names())

    def _is_open(self, spec: Spec, namespace: Namespace) -> bool:
        """Whether a module with a source file may have names that no text in sight binds."""
        if namespace.is_open or any(map(_ends_module, namespace.statements)):
            return True
        if self._is_own(spec):
            if spec.name.partition(".")[0] in self.hooked_packages:
                return True
        elif self._is_library(spec) and self._target.version != self._project.environment.version:
            return True  # the files are another version's
        module = self._project.module_of(spec)
        return any(self._may_fill_module(module, *told) for told in namespace.told_its_name)

    def _is_library(self, spec: Spec) -> bool:
        """Whether a module belongs to the standard library."""
        if spec.origin is None:
            return self._project.finder.standard_library(spec.name.partition(".")[0]) is not None
        return self._project.is_library(spec.origin)

    def _namespace(self, path: str) -> Namespace | None:
        if self._target == self._project.target:
            return self._project.namespace(path)
        facts = self._project.facts(path)
        if not isinstance(facts, f.ModuleFacts):
            return None
        return Namespace(facts, walk(facts, self._target, self._project.known_names(path)))

    def source(self, statement: f.ImportFrom, module: Module) -> Spec | None:
        """The module from which a `from` import in `module` takes its names; None if it is not found."""
        name = absolute_name(module.package, statement.level, statement.module, self._target.version)
        return self._project.resolve(name, module).spec if isinstance(name, str) else None

    def _may_fill_module(self, module: Module, statement: f.Statement, function: f.Expression) -> bool:
        """Whether a function that gets the name of `module` in `statement` may replace it or give it names.

        Not so for those of the standard library. Others are trusted where the statement uses what they return,
        and no module that fills others has them.
        """
        owner = self._owner(function, module)
        if owner is not None and self._is_library(owner):
            return False
        if isinstance(statement, f.Evaluate):
            return True
        facts = (
            self._project.facts(owner.origin)
            if owner and owner.kind is Kind.SOURCE and owner.origin
            else None
        )
        return isinstance(facts, f.ModuleFacts) and facts.reflection

    def _owner(self, function: f.Expression, module: Module) -> Spec | None:
        """The module that has a function, as far as the imports of `module` say."""
        qualified = qualified_name(function, self._project.known_names(module.path).aliases) or ""
        owner = qualified.rpartition(".")[0] or qualified
        name = owner.lstrip(".")
        absolute = absolute_name(module.package, len(owner) - len(name), name, self._target.version)
        if not isinstance(absolute, str) or not absolute:
            return None
        return self._project.resolve(absolute, module).spec


def _told_names(situated: Situated) -> Iterator[str]:
    """The names that a call for effect alone gets, as keywords and texts: it may be what binds them."""
    if isinstance(situated.statement, f.Evaluate):
        for part in parts(situated.statement.value):
            if isinstance(part, f.Call):
                yield from (keyword.name for keyword in part.keywords if keyword.name)
            elif isinstance(part, f.Constant) and isinstance(part.value, str):
                yield part.value


def _binds_itself(binding: Binding) -> bool:
    """Whether it is `map = map`, by which modules hand on what is built in."""
    statement = binding.statement
    return (
        isinstance(statement, f.Assign)
        and isinstance(statement.value, f.Name)
        and statement.value.id == binding.name
    )


def _ends_module(situated: Situated) -> bool:
    """Whether a module's body surely raises there: its import fails before any name could be missing."""
    return isinstance(situated.statement, f.Raise) and situated.circumstances.certain
