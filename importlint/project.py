"""One code base as importlint sees it: every stage of the analysis, computed once, when first read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from importlint import disk
from importlint.closure import Closure
from importlint.config import Settings
from importlint.discovery import (
    Layout,
    Module,
    Naming,
    Sources,
    discover,
    display_path,
    find_layout,
    is_below,
    is_site,
)
from importlint.errors import ImportlintError, InternalError
from importlint.exports import Exports
from importlint.finder.environment import Environment, choose_environment, explicit_path
from importlint.finder.finder import Finder
from importlint.finder.resolve import resolve
from importlint.finder.spec import Kind, Resolution, Spec
from importlint.generated import Generated
from importlint.graph.build import build_graph
from importlint.graph.graph import ImportGraph
from importlint.graph.link import Link, links
from importlint.graph.writes import injected_modules
from importlint.installed import declared_name, dependents, distributions
from importlint.package_path import PackagePaths
from importlint.progress import Progress
from importlint.reading.processors import available_processors
from importlint.reading.reader import Reader, Store
from importlint.sharing import Crew
from importlint.syntax import facts as f
from importlint.syntax.conditions import NOTHING_KNOWN, Known
from importlint.syntax.flow import Situated, known_names, walk
from importlint.syntax.namespace import Namespace
from importlint.syntax.source import SourceProblem
from importlint.target import Target

if TYPE_CHECKING:
    from importlint.crashes import Cycle
    from importlint.effects.reach import Effects
    from importlint.effects.triggers import Trigger
    from importlint.machine.entries import Runs
    from importlint.machine.programs import ProgramRuns
    from importlint.programs.entry_points import EntryPoint
    from importlint.programs.program import Invocation, Program
    from importlint.syntax.bodies import Bodies


class Reading(Struct, frozen=True, kw_only=True):
    """All modules of a project with what each of their imports leads to."""

    modules: tuple[Module, ...]
    """The given ones and those of the project that they import, sorted by path as shown."""
    links: Mapping[str, tuple[Link, ...]]
    """By the importing module's absolute path."""


class Project:
    """The stages, in the order in which one needs another, and what rules ask about single modules."""

    def __init__(
        self,
        settings: Settings,
        paths: tuple[str, ...],
        cwd: str | None = None,
        store: Store | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.settings = settings
        self.paths = paths
        self.cwd = cwd or os.getcwd()
        self.progress = progress or Progress()
        self.crew = Crew()
        """The forks that work on it now."""
        self._store = store
        self._bodies: dict[str, Bodies | None] = {}
        self._namespaces: dict[str, Namespace | None] = {}
        self._known: dict[str, Known] = {}
        self._statements: dict[str, tuple[Situated, ...]] = {}
        self._resolutions: dict[tuple[str, tuple[str, ...], tuple[str, ...]], Resolution] = {}

    # ---- stages

    @cached_property
    def jobs(self) -> int:
        """How many processes work on it at most."""
        return self.settings.jobs or available_processors()

    @cached_property
    def layout(self) -> Layout:
        """Where the project is; its files are not listed yet."""
        return find_layout(self.paths, self.settings, self.cwd)

    @cached_property
    def sources(self) -> Sources:
        """The files that were given, with their names."""
        return discover(self.paths, self.settings, self.cwd)

    @cached_property
    def environment(self) -> Environment:
        """What the analysed code would run in, read from files alone."""
        variables = disk.Variables({"PYTHONPATH": os.pathsep.join(self.settings.pythonpath)})
        if self.settings.path is not None:
            return explicit_path(self.settings.path, variables)
        return choose_environment(self.settings.environment, self.layout.project, variables)

    @cached_property
    def target(self) -> Target:
        """The version and platform that conditions are judged for."""
        fallback = self.environment.target
        return Target(
            version=self.settings.python_version or fallback.version,
            platform=self.settings.platform or fallback.platform,
        )

    @cached_property
    def finder(self) -> Finder:
        """Finds modules in the environment; it remembers directories for this one run."""
        return Finder(self.environment, self.target)

    @cached_property
    def package_paths(self) -> PackagePaths:
        """Where the submodules of packages are searched once the packages have run."""
        return PackagePaths(self)

    @cached_property
    def reader(self) -> Reader:
        """Reads files, each once."""
        return Reader(self.jobs, self.progress, self._store)

    @cached_property
    def reading(self) -> Reading:
        """The given modules and, from import to import, those of the project that they need."""
        modules = {module.path: module for module in self.sources.modules}
        naming = Naming(self.sources.roots, self.sources.flat_roots, (), self.cwd)
        found: dict[str, tuple[Link, ...]] = {}
        wave = list(modules.values())
        while wave:
            self.reader.prefetch(module.path for module in wave)
            importers, wave = wave, []
            with self.progress.phase("resolving", len(importers)) as advance:
                for module in importers:
                    found[module.path] = self._links(module)
                    for spec in self._needed(module, found[module.path]):
                        if spec.origin is not None and spec.origin not in modules and self.is_own(spec):
                            (modules[spec.origin],) = naming.modules((spec.origin,), given=False)
                            wave.append(modules[spec.origin])
                    advance()
        return Reading(
            modules=tuple(sorted(modules.values(), key=lambda module: module.display)), links=found
        )

    def _needed(self, module: Module, its_links: Iterable[Link]) -> Iterator[Spec]:
        """What importing a module loads: the packages above it, and what its imports lead to."""
        parents = self.resolve(module.package, module).searches if module.package else ()
        yield from (search.spec for search in parents if search.spec)
        yield from (load.spec for link in its_links for load in link.loads)

    @cached_property
    def modules(self) -> Mapping[str, Module]:
        """The project's modules by their absolute paths."""
        return {module.path: module for module in self.reading.modules}

    @cached_property
    def named(self) -> Mapping[str, Module]:
        """The project's modules by their names."""
        return {module.name: module for module in self.reading.modules}

    @cached_property
    def given_modules(self) -> tuple[Module, ...]:
        """The modules that were asked about."""
        return self.sources.modules

    @cached_property
    def given_links(self) -> tuple[Link, ...]:
        """What the imports of the given modules lead to."""
        return tuple(link for module in self.given_modules for link in self.reading.links[module.path])

    @property
    def every_link(self) -> Iterator[Link]:
        """What the imports of all modules lead to, in the order of their paths as shown."""
        return (link for module in self.reading.modules for link in self.reading.links[module.path])

    @cached_property
    def from_imports(self) -> Mapping[str, tuple[f.ImportFrom, ...]]:
        """The `from` imports of all modules, by the full name of the module that they ask for."""
        found: dict[str, list[f.ImportFrom]] = {}
        for link in self.every_link:
            if link.asked is not None and isinstance(link.statement, f.ImportFrom):
                found.setdefault(link.asked, []).append(link.statement)
        return {name: tuple(statements) for name, statements in found.items()}

    @cached_property
    def graph(self) -> ImportGraph:
        """Which module imports which."""
        return build_graph(self.reading.modules, self.every_link, self.modules)

    @cached_property
    def runs(self) -> Runs:
        """What importing each module first does."""
        from importlint.machine.entries import Runs
        from importlint.machine.world import ProjectWorld

        return Runs(ProjectWorld(self), self.progress)

    @cached_property
    def invocations(self) -> tuple[Invocation, ...]:
        """The commands that start Python, as the project writes them down."""
        from importlint.programs.invocations import find_invocations

        return find_invocations(self)

    @cached_property
    def programs(self) -> tuple[Program, ...]:
        """The given modules that are run, with the ways to start them."""
        from importlint.programs.find import find_programs

        return find_programs(self)

    @cached_property
    def importable_modules(self) -> tuple[Module, ...]:
        """The given modules that are there to be imported."""
        from importlint.programs.importable import importable_modules

        return importable_modules(self)

    @cached_property
    def entry_points(self) -> tuple[EntryPoint, ...]:
        """The names under which the project offers its modules and functions to others."""
        from importlint.programs.entry_points import find_entry_points

        return find_entry_points(self)

    @cached_property
    def program_runs(self) -> ProgramRuns:
        """What running each program does until its `__main__` has ended."""
        from importlint.machine.programs import ProgramRuns

        return ProgramRuns(self)

    @cached_property
    def cycles(self) -> tuple[Cycle, ...]:
        """Which modules import each other, and what importing each of them first does."""
        from importlint.crashes import find_cycles

        return find_cycles(self)

    @cached_property
    def problems(self) -> tuple[tuple[Module, SourceProblem], ...]:
        """The given modules whose files cannot be analysed."""
        found = ((module, self.facts(module.path)) for module in self.given_modules)
        return tuple((module, facts) for module, facts in found if isinstance(facts, SourceProblem))

    # ---- one file

    def facts(self, path: str) -> f.ModuleFacts | SourceProblem:
        """What the file at the absolute `path` says, or why that cannot be told; each file is read once."""
        with self._blaming(path):
            return self.reader.facts(path)

    def bodies(self, path: str) -> Bodies | None:
        """What the functions in the file at `path` do; None if it cannot be read."""
        if path not in self._bodies:
            from importlint.syntax.bodies import read_bodies

            with self._blaming(path):
                self._bodies[path] = read_bodies(path)
        return self._bodies[path]

    def namespace(self, path: str) -> Namespace | None:
        """The names of the module in the file at `path`; None if it cannot be read."""
        if path not in self._namespaces:
            facts = self.facts(path)
            self._namespaces[path] = (
                Namespace(facts, self.statements(path)) if isinstance(facts, f.ModuleFacts) else None
            )
        return self._namespaces[path]

    def known_names(self, path: str) -> Known:
        """What the names in the file at `path` stand for."""
        if path not in self._known:
            facts = self.facts(path)
            self._known[path] = known_names(facts) if isinstance(facts, f.ModuleFacts) else NOTHING_KNOWN
        return self._known[path]

    def statements(self, path: str) -> tuple[Situated, ...]:
        """The statements of the file at `path` with their circumstances; none if it cannot be read."""
        if path not in self._statements:
            facts = self.facts(path)
            self._statements[path] = (
                walk(facts, self.target, self.known_names(path)) if isinstance(facts, f.ModuleFacts) else ()
            )
        return self._statements[path]

    def _links(self, module: Module) -> tuple[Link, ...]:
        with self._blaming(module.path):
            return tuple(links(self, module))

    @contextmanager
    def _blaming(self, path: str) -> Iterator[None]:
        """Name the file in an error that is importlint's own."""
        try:
            yield
        except (ImportlintError, MemoryError):
            raise
        except Exception as error:
            raise InternalError(self.shown(path)) from error

    # ---- one name

    def resolve(self, name: str, module: Module) -> Resolution:
        """How an absolute name is found by an import in `module`."""
        key = (name, module.search_path, module.fallback_path)
        if key not in self._resolutions:
            path = self.search_path(module)
            self._resolutions[key] = resolve(self.finder, name, path, self.package_paths.locate)
        return self._resolutions[key]

    def search_path(self, module: Module) -> tuple[str, ...]:
        """The path entries on which an import in `module` searches top-level names, in order."""
        entries = (*module.search_path, *self.environment.path, *module.fallback_path)
        return tuple(dict.fromkeys(entries))

    def submodule(self, package: Spec, name: str, module: Module) -> Spec | None:
        """The submodule that `from package import name` loads; None where `name` is an attribute, or nothing."""
        if not package.is_package or (
            package.origin and self.is_own(package) and self._binds(package.origin, name)
        ):
            return None
        return self.resolve(f"{package.name}.{name}", module).spec

    def star_submodules(self, package: Spec) -> tuple[str, ...]:
        """The names in a package's `__all__`, which a star import loads if they are submodules."""
        namespace = self.namespace(package.origin) if package.origin and self.is_own(package) else None
        return (namespace.listed or ()) if namespace and package.is_package else ()

    @cached_property
    def exports(self) -> Exports:
        """Which names modules can have."""
        return Exports(self, self.target)

    @cached_property
    def generated(self) -> Generated:
        """Which absent modules a build would make."""
        return Generated(self)

    @cached_property
    def closure(self) -> Closure:
        """What modules load when they are imported."""
        return Closure(self)

    @cached_property
    def dependents(self) -> frozenset[str]:
        """The top-level names of what is installed that may import the project back: it depends on it."""
        installed = tuple(distributions(self.environment.site_dirs))
        examples = {module.name.partition(".")[0]: module.path for module in self.given_modules}
        tops = {top for top, path in examples.items() if self.is_installed(path)}
        own = {each.name for each in installed if tops and tops & each.top_level_names}
        declared = declared_name(self.layout.project)
        names = dependents(installed, own | {declared} if declared else own)
        return frozenset().union(*(each.top_level_names for each in installed if each.name in names))

    @cached_property
    def effects(self) -> Effects:
        """What importing each module does besides importing."""
        from importlint.effects.catalogue import for_platform, load_catalogue, with_own_effects
        from importlint.effects.reach import Effects

        catalogue = for_platform(load_catalogue(), self.target.platform)
        return Effects(self, with_own_effects(catalogue, self.settings.effects))

    @cached_property
    def triggers(self) -> Mapping[str, Trigger]:
        """Who runs each importable module that does more than define things, by its name."""
        from importlint.effects.triggers import find_triggers

        return find_triggers(self)

    @cached_property
    def injected_modules(self) -> frozenset[str]:
        """Names under which the project puts modules into `sys.modules`; `package.*` where they are computed."""
        modules = self.reading.modules
        return frozenset().union(*(injected_modules(self, each.path, each.package) for each in modules))

    def _binds(self, path: str, name: str) -> bool:
        """Whether the module at `path` gives `name` a value of its own: by a definition, not by an import."""
        namespace = self.namespace(path)
        return namespace is not None and name in namespace.defined

    # ---- whose module it is

    def module_of(self, spec: Spec) -> Module:
        """The module of a spec with a file; one outside the project searches the roots and the environment."""
        assert spec.origin is not None
        if spec.origin in self.modules:
            return self.modules[spec.origin]
        return Module(
            name=spec.name,
            package=spec.name if spec.is_package else spec.name.rpartition(".")[0],
            path=spec.origin,
            display=self.shown(spec.origin),
            is_package=spec.is_package,
            search_path=self.sources.roots,
            fallback_path=(),
            given=False,
        )

    def is_own(self, spec: Spec) -> bool:
        """Whether a module's file belongs to the project: below its roots, and not installed beside it."""
        path = spec.origin
        if path is None or spec.kind is not Kind.SOURCE:
            return False
        if path in self._given_paths:
            return True
        places = self._given_packages if self.is_installed(path) else self.sources.roots
        return any(is_below(path, place) for place in places)

    def is_installed(self, path: str) -> bool:
        """Whether a path lies in the environment: the standard library, or site-packages, in the project too."""
        return any(is_below(path, directory) for directory in self._installed)

    def is_library(self, path: str) -> bool:
        """Whether a path lies in the standard library's directory, site-packages apart."""
        inside = any(is_below(path, directory) for directory in self.environment.library_path)
        return inside and not any(is_below(path, directory) for directory in self.environment.site_dirs)

    @cached_property
    def _given_paths(self) -> frozenset[str]:
        return frozenset(module.path for module in self.sources.modules)

    @cached_property
    def _given_packages(self) -> frozenset[str]:
        """The top-level packages of the given modules: their directories."""
        return frozenset(
            os.path.join(outside, os.path.relpath(module.path, outside).split(os.sep)[0])
            for module in self.sources.modules
            for outside in module.fallback_path[:1]
        )

    @cached_property
    def _installed(self) -> tuple[str, ...]:
        sites = (root for root in self.sources.roots if is_site(root))
        return (*self.environment.library_path, *self.environment.site_dirs, *sites)

    def shown(self, path: str) -> str:
        """A path as reports show it."""
        return display_path(path, self.cwd)
