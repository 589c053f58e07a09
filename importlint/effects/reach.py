"""What importing each module does, directly and through the functions that it calls.

A function's own doing is read once; the way from a call to an effect is the shortest one through the calls that
are surely made, so functions that call each other cost no more than others.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from importlint.diagnostics import Location
from importlint.discovery import Module
from importlint.effects.catalogue import Catalogue, import_kind
from importlint.effects.doing import Doing, Reader, local_bindings
from importlint.effects.effect import Effect
from importlint.effects.kinds import Kind
from importlint.effects.meaning import FunctionScope, Meanings, ModuleScope, OwnFunction
from importlint.syntax import facts as f
from importlint.syntax.flow import Circumstances, Phase, Scope, Situated, walk_call
from importlint.syntax.traverse import statements as inner_statements

if TYPE_CHECKING:
    from importlint.project import Project

Way = tuple[tuple[str, Location], ...]


class Happening(Struct, frozen=True, kw_only=True):
    """An effect of importing a module, and the calls that lead to it."""

    effect: Effect
    calls: Way = ()
    """The functions that are called on the way, with the places of the calls; empty if the module does it itself."""

    @property
    def words(self) -> str:
        """What importing the module does, to be said of it: "prints: it calls `print`, through `main`"."""
        return f"{self.effect.words}, through `{self.calls[0][0]}`" if self.calls else self.effect.words

    @property
    def location(self) -> Location:
        """Where the module does it, or begins to."""
        return self.calls[0][1] if self.calls else self.effect.location


class Effects:
    """The effects of importing the modules of one project, each told once."""

    def __init__(self, project: Project, catalogue: Catalogue) -> None:
        self._project = project
        self._meanings = Meanings(project)
        self._reader = Reader(self._meanings, catalogue)
        self._doings: dict[tuple[object, ...], Doing] = {}
        self._reached: dict[tuple[object, ...], tuple[Happening, ...]] = {}
        self._modules: dict[str, tuple[Happening, ...]] = {}

    def of(self, module: Module) -> tuple[Happening, ...]:
        """What importing a module does itself, in the order of its text; not what its imports do."""
        if module.path not in self._modules:
            self._modules[module.path] = self._of_module(module, self._project.statements(module.path))
        return self._modules[module.path]

    def of_program(self, module: Module) -> tuple[Happening, ...]:
        """What running a module's file as the program `__main__` does itself."""
        statements = self._project.statements(module.path)
        return self._of_module(module, (_in_a_program(each) for each in statements))

    def kind_of_import(self, name: str) -> Kind | None:
        """What importing a module outside the project does besides importing, as far as the catalogue knows."""
        return import_kind(self._reader.catalogue, name)

    def _of_module(self, module: Module, statements: Iterable[Situated]) -> tuple[Happening, ...]:
        statements = [
            each
            for each in statements
            if each.circumstances.phase is Phase.IMPORT_TIME
            and each.circumstances.scope is not Scope.FUNCTION
        ]
        doing = self._reader.read(statements, ModuleScope(self._meanings, module))
        found = [Happening(effect=effect) for effect in doing.effects]
        for call in doing.calls:
            step = (call.function.definition.name, call.location)
            found += [
                Happening(effect=happening.effect, calls=(step, *happening.calls))
                for happening in self._behind(call.function)
                if happening.effect.kind not in call.undone
            ]
        return tuple(_up_to_an_exit(sorted(found, key=lambda each: (each.location, each.effect.location))))

    def _behind(self, start: OwnFunction) -> tuple[Happening, ...]:
        """What calling a function surely does, each effect by the shortest way."""
        if start.key in self._reached:
            return self._reached[start.key]
        found: list[Happening] = []
        seen = {start.key}
        waiting: deque[tuple[OwnFunction, Way, frozenset[Kind]]] = deque([(start, (), frozenset())])
        while waiting:
            function, way, undone = waiting.popleft()
            doing = self._doing(function)
            found += [
                Happening(effect=effect, calls=way) for effect in doing.effects if effect.kind not in undone
            ]
            for call in doing.calls:
                if call.function.key not in seen:
                    seen.add(call.function.key)
                    step = (call.function.definition.name, call.location)
                    waiting.append((call.function, (*way, step), undone | call.undone))
        self._reached[start.key] = tuple(found)
        return self._reached[start.key]

    def _doing(self, function: OwnFunction) -> Doing:
        if function.key not in self._doings:
            self._doings[function.key] = self._read(function)
        return self._doings[function.key]

    def _read(self, function: OwnFunction) -> Doing:
        body = self._meanings.body(function)
        known = self._project.known_names(function.module.path)
        statements = walk_call(body, self._project.target, known, Circumstances(), is_sure=True)
        scope = FunctionScope(self._meanings, function, local_bindings(statements))
        return self._reader.read(_up_to_a_doubtful_return(statements), scope)


def _in_a_program(situated: Situated) -> Situated:
    """A statement with the circumstances under which a program runs it, as those of an import."""
    here = situated.circumstances
    return Situated(situated.statement, replace(here, imported=here.program))


def _up_to_an_exit(happenings: Iterable[Happening]) -> Iterator[Happening]:
    """What happens before the process ends, and that."""
    for happening in happenings:
        yield happening
        if happening.effect.kind is Kind.EXIT:
            return


def _up_to_a_doubtful_return(statements: tuple[Situated, ...]) -> Iterator[Situated]:
    """The statements that run before the function may have returned."""
    around: set[int] = set()
    for situated in statements:
        statement, is_run = situated.statement, situated.circumstances.imported
        if isinstance(statement, f.With | f.While | f.For):
            around.update(map(id, inner_statements((statement,))))
        if isinstance(statement, f.Try) and statement.handlers:
            around.update(map(id, inner_statements(statement.body)))
        if isinstance(statement, f.Return) and (is_run is None or (is_run and id(statement) in around)):
            return
        yield situated
