"""A project as the machine sees it: it follows the project's own modules, and knows of others that they exist."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from importlint.discovery import Module
from importlint.finder.resolve import absolute_name
from importlint.finder.spec import Kind, Resolution, Spec
from importlint.machine.skipped import Skipped, skipped
from importlint.syntax import facts as f
from importlint.syntax.bodies import Bodies
from importlint.syntax.c_source import initial_imports
from importlint.syntax.conditions import Known
from importlint.syntax.flow import Phase
from importlint.syntax.namespace import ALWAYS_BOUND, Namespace
from importlint.syntax.source import ProblemKind, Source, SourceProblem, read_source

if TYPE_CHECKING:
    from importlint.project import Project


_IMPORTS = re.compile(r"\b(?:import_module|__import__)\b")
_MAX_REEXPORTS = 5


class Code:
    """What a module runs, and what is needed to run it."""

    def __init__(self, project: Project, module: Module, facts: f.ModuleFacts) -> None:
        self._project = project
        self.facts = facts
        self.path = module.path
        self._package = module.package
        self.shown = module.display
        """Its path as reports show it."""
        self.namespace: Namespace = project.namespace(module.path)  # type: ignore[assignment]  # it has facts
        self.later = self.namespace.names
        """Every name that it binds somewhere."""
        self.is_outside = module.path not in project.modules
        """It is not the project's: nothing that hangs on it is certain."""
        self._skipped: dict[int, Skipped] = {}

    @cached_property
    def bound(self) -> frozenset[str]:
        """Every name that its own statements bind, in an import or in a program."""
        return (self.later | self.namespace.program_names) - ALWAYS_BOUND

    @cached_property
    def bound_once(self) -> Mapping[str, int]:
        """The names that one statement of its body binds for certain, and nothing else; with its line."""
        bindings = self.namespace.bindings
        counts = Counter(each.name for each in bindings)
        if "*" in counts:
            return {}
        others = self.facts.global_names
        once = (each for each in bindings if counts[each.name] == 1 and each.certain)
        return {each.name: each.span.line for each in once if each.name not in others}

    @cached_property
    def submodules_bound(self) -> frozenset[str]:
        """The names that its body, a package's, binds to the submodules of these names, and to nothing else."""
        counts = Counter(each.name for each in self.namespace.bindings)
        own: Counter[str] = Counter()
        statements = {
            each.statement for each in self.namespace.bindings if isinstance(each.statement, f.ImportFrom)
        }
        for statement in statements:
            if self.absolute(statement) == self._package:
                own.update(each.name for each in statement.names if each.binds == each.name)
        return frozenset(name for name, count in own.items() if count == counts[name])

    def absolute(self, statement: f.ImportFrom) -> str | None:
        """The full name of the module that one of its imports asks for; None if it leads out of all packages."""
        version = self._project.target.version
        base = absolute_name(self._package, statement.level, statement.module, version)
        return base if isinstance(base, str) else None

    @property
    def known(self) -> Known:
        """What the names in its conditions stand for."""
        return self._project.known_names(self.path)

    @cached_property
    def _imported(self) -> dict[tuple[int, int], f.FunctionBody]:
        return {(unit.line, unit.column): unit for unit in self.facts.bodies}

    @property
    def _bodies(self) -> Bodies | None:
        return self._project.bodies(self.path)

    def body(self, definition: f.FunctionDef) -> f.FunctionBody | None:
        """What one of its functions does; None if that cannot be told."""
        body = self._imported.get((definition.span.line, definition.span.column))
        if body is None and self._bodies is not None:
            try:
                body = self._bodies.of(definition)
            except (KeyError, RecursionError):  # the file has changed, or is nested too deeply
                return None
        return body

    def skipped(self, statement: f.Statement) -> Skipped:
        """What one of its statements, or of its functions', would do that is not run."""
        known = self._skipped.get(id(statement))
        if known is None:
            known = self._skipped[id(statement)] = skipped(statement)
        return known

    def definition(self, expression: f.Lambda) -> f.FunctionDef | None:
        """One of its lambdas as a function; None if that cannot be told."""
        try:
            return self._bodies.definition(expression) if self._bodies else None
        except (KeyError, RecursionError):
            return None


def _beside(path: str, suffix: str) -> str:
    """The source with that suffix that an extension module beside it was compiled from, if there is one."""
    directory, file = os.path.split(path)
    return os.path.join(directory, file.partition(".")[0] + suffix)


class ProjectWorld:
    """Answers the machine from a project's stages.

    `changed` has facts, by absolute paths, that are to stand in for those of the files: what if it said this?
    `importer` is the module whose search path counts, if not that of the project's first one.
    """

    def __init__(
        self,
        project: Project,
        changed: Mapping[str, f.ModuleFacts] | None = None,
        importer: Module | None = None,
    ) -> None:
        self.project = project
        self.target = project.target
        self._importer = importer
        self._changed = changed or {}
        self._codes: dict[str, Code | None] = {}
        self._brought: dict[str, tuple[str, ...]] = {}
        self._rebound: dict[str | None, frozenset[str] | None] = {}
        self._importers: dict[str, tuple[Spec, Code, str] | None] = {}
        self._reachable: dict[tuple[str, ...], frozenset[str]] = {}

    @contextmanager
    def edited(self, path: str, facts: f.ModuleFacts) -> Iterator[None]:
        """Inside, the facts of a file of the project are others."""
        changed, code = self._changed, self._codes.pop(path, None)
        self._changed = {**changed, path: facts}
        try:
            yield
        finally:
            self._changed = changed
            self._codes.pop(path, None)
            if code is not None:
                self._codes[path] = code

    def resolve(self, name: str) -> Resolution:
        """The dotted walk to a module."""
        return self.project.resolve(name, self._importer or self.project.reading.modules[0])

    def code(self, spec: Spec) -> Code | None:
        """The code of a module of the project; None for others."""
        path = spec.origin
        if path is not None and spec.kind is Kind.EXTENSION:
            path = _beside(path, ".py")
        if path is None or path not in self.project.modules:
            return None
        if path not in self._codes:
            facts = self._changed.get(path) or self.project.facts(path)
            module = self.project.modules[path]
            self._codes[path] = (
                Code(self.project, module, facts) if isinstance(facts, f.ModuleFacts) else None
            )
        return self._codes[path]

    def is_followed(self, spec: Spec) -> bool:
        """Whether what a module runs is known: those of the project, and namespace packages that hold them."""
        if spec.kind is Kind.NAMESPACE:
            return True
        return self.code(spec) is not None

    def brought(self, spec: Spec) -> tuple[str, ...]:
        """What a module that is not followed loads, as far as its text tells and the project is concerned.

        Those of the project that are compiled do so, and what is installed if it depends on the project.
        """
        if not (self.is_compiled(spec) or self._is_dependent(spec.name)):
            return ()
        if spec.name not in self._brought:
            self._brought[spec.name] = tuple(self._imports(spec))
        return self._brought[spec.name]

    def _imports(self, spec: Spec) -> Iterator[str]:
        """In order; both branches of an unknown condition count, the handlers of exceptions do not."""
        if spec.kind is Kind.EXTENSION and spec.origin is not None:
            source = read_source(_beside(spec.origin, ".c"))
            if isinstance(source, Source):
                yield from filter(self._is_of_interest, initial_imports(source.text))
        elif spec.kind is Kind.SOURCE:
            for link in self.project.closure.links(self.project.module_of(spec)):
                if link.phase is Phase.IMPORT_TIME and not link.circumstances.handling:
                    yield from (load.spec.name for load in link.loads if self._is_of_interest(load.spec.name))

    def importer(self, name: str) -> tuple[Spec, Code, str] | None:
        """Where what has a dotted name outside the project is defined: the module, its code, the name there.

        None if that cannot be told, or if nothing there imports modules by names that it computes.
        """
        if name not in self._importers:
            self._importers[name] = self._find_importer(name)
        return self._importers[name]

    def _find_importer(self, name: str) -> tuple[Spec, Code, str] | None:
        project = self.project
        for _ in range(_MAX_REEXPORTS):
            owner, _, attribute = name.rpartition(".")
            spec = self.resolve(owner).spec if owner else None
            if spec is None or spec.kind is not Kind.SOURCE or spec.origin is None:
                return None
            if spec.origin in project.modules or self.is_library(spec):
                return None
            module = project.module_of(spec)
            alias = project.known_names(spec.origin).aliases.get(attribute)
            if alias is None:
                source, facts = read_source(spec.origin), project.facts(spec.origin)
                if not isinstance(source, Source) or not isinstance(facts, f.ModuleFacts):
                    return None
                imports = _IMPORTS.search(source.text)
                return (spec, Code(project, module, facts), attribute) if imports else None
            written = alias.lstrip(".")
            absolute = absolute_name(module.package, len(alias) - len(written), written, self.target.version)
            if not isinstance(absolute, str):
                return None
            name = absolute
        return None

    def _is_of_interest(self, name: str) -> bool:
        spec = self.resolve(name).spec
        return spec is not None and (
            self.is_followed(spec) or self.is_compiled(spec) or self._is_dependent(name)
        )

    def _is_dependent(self, name: str) -> bool:
        return name.partition(".")[0] in self.project.dependents

    def problem(self, spec: Spec) -> SourceProblem | None:
        """Why a module of the project has no code, though it has a file."""
        if spec.kind is not Kind.SOURCE or spec.origin is None or spec.origin not in self.project.modules:
            return None
        facts = self.project.facts(spec.origin)
        is_problem = isinstance(facts, SourceProblem) and facts.kind is ProblemKind.UNPARSABLE
        return facts if isinstance(facts, SourceProblem) and is_problem else None

    def is_preloaded(self, name: str) -> bool:
        """Whether a module is there before the first import: start-up has made it, or a `.pth` file."""
        return name in self.project.finder.preloaded

    def shown(self, spec: Spec) -> str:
        """A module's path as reports show it."""
        return self.project.shown(spec.origin) if spec.origin else spec.name

    def is_compiled(self, spec: Spec) -> bool:
        """Whether a module of the project runs, though its code cannot be read: extension modules, bytecode."""
        return spec.kind in (Kind.EXTENSION, Kind.BYTECODE) and any(
            spec.name.startswith(name + ".") for name in self._own_packages
        )

    @cached_property
    def _own_packages(self) -> frozenset[str]:
        return frozenset(module.name.partition(".")[0] for module in self.project.reading.modules)

    def is_absent(self, resolution: Resolution) -> bool | None:
        """Whether a module that was not found is certainly absent; None where it has to be taken as there."""
        failure = resolution.failure
        assert failure is not None
        if resolution.opaque is not None:
            return None
        top = failure.name.partition(".")[0]
        project = self.project
        if failure.name == "__main__" or top in project.exports.hooked_packages:
            return None
        if failure.name in project.injected_modules:
            return None
        if project.finder.standard_library(top) is not None or top in self._own_packages:
            return True
        if not project.environment.known:
            return None
        return failure.name == top

    def is_library_name(self, name: str) -> bool:
        """Whether a dotted name is of the standard library, built-in names included."""
        top = name.partition(".")[0]
        return top == "builtins" or self.project.finder.standard_library(top) is not None

    def may_fill(self, name: str) -> bool:
        """Whether a function outside the project, of that dotted name, may give names to a module it is told of."""
        spec = self.resolve(name.rpartition(".")[0]).spec
        facts = self.project.facts(spec.origin) if spec and spec.kind is Kind.SOURCE and spec.origin else None
        return not isinstance(facts, f.ModuleFacts) or facts.reflection

    def may_load(self, names: tuple[str, ...], modules: set[str]) -> bool:
        """Whether imports of `names` may load one of `modules`, by the import statements of the project alone."""
        if names not in self._reachable:
            graph = self.project.graph.successors((Phase.IMPORT_TIME,), implicit=True)
            reached = {name for name in names if name in graph}
            waiting = sorted(reached)
            while waiting:
                new = [each for each in graph.get(waiting.pop(), ()) if each not in reached]
                reached.update(new)
                waiting.extend(new)
            self._reachable[names] = frozenset(reached)
        return not modules.isdisjoint(self._reachable[names])

    def lacks(self, spec: Spec, name: str) -> bool:
        """Whether a module outside the project certainly has no such name."""
        return self.project.exports.lacks(spec, name)

    def is_library(self, spec: Spec) -> bool:
        """Whether a module is the standard library's."""
        return self.project.finder.standard_library(spec.name.partition(".")[0]) is not None

    def may_get(self, spec: Spec, name: str) -> bool:
        """Whether something besides a module's own statements may bind a name of it."""
        names = self.project.exports.added(spec)
        return names is None or name in names

    def is_rebound(self, spec: Spec, name: str) -> bool:
        """Whether a module of the project may have another value for a name than the one its own body gave it."""
        if spec.origin not in self._rebound:
            self._rebound[spec.origin] = self.project.exports.added(spec)
        names = self._rebound[spec.origin]
        if names is not None:
            return name in names
        code = self.code(spec)
        return code is not None and name not in code.later

    def star_names(self, spec: Spec) -> frozenset[str] | None:
        """The names that a star import may take from a module outside the project."""
        names = self.project.exports.of(spec)
        return None if names is None else frozenset(name for name in names if not name.startswith("_"))

    def is_builtin(self, name: str) -> bool:
        """Whether every module can read a name without binding it."""
        return name in self.project.exports.builtins
