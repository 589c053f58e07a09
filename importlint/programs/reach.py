"""What runs of one file when it is imported or run: its body, and its functions as far as they are called by name.

Each stretch has its statements in order, with the circumstances under which they run: those of the call, and those
inside the function. What an object's method does, or a function of another file, is not followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from importlint.discovery import Module
from importlint.syntax import facts as f
from importlint.syntax.flow import Circumstances, Phase, Scope, Situated, perhaps, walk_call
from importlint.syntax.namespace import bindings
from importlint.syntax.qualified import Aliases, chain, import_aliases
from importlint.syntax.traverse import evaluated

if TYPE_CHECKING:
    from importlint.project import Project
    from importlint.syntax.bodies import Bodies

_EXITS = (("sys", "exit"), ("exit",), ("quit",), ("os", "_exit"))


class Stretch(Struct, frozen=True, kw_only=True):
    """The body of a module, or of a function that is called in it."""

    function: str
    """The function's name; empty for the module's own body."""
    statements: tuple[Situated, ...]
    """In the order of the text, those of functions inside apart."""
    aliases: Aliases
    """What the imports of the module and of the function bind."""
    calls: tuple[f.Span, ...] = ()
    """The calls by which it is reached, from the module's body on."""
    parameters: tuple[str, ...] = ()

    def hides(self, name: str) -> bool:
        """Whether a function has a name of its own, beside the module's."""
        bound = (binding.name for each in self.statements for binding in bindings(each))
        return bool(self.function) and (name in self.parameters or name in bound)


def stretches(project: Project, module: Module) -> Iterator[Stretch]:
    """The module's body, then the functions that it calls, those that they call, and so on."""
    known = project.known_names(module.path)
    body = tuple(
        each for each in project.statements(module.path) if each.circumstances.scope is not Scope.FUNCTION
    )
    own = Stretch(function="", statements=tuple(_after_exits(body)), aliases=known.aliases)
    bodies: Bodies | None = None
    definitions = _definitions(body)
    waiting: list[Stretch] = [own]
    seen: set[tuple[str, Circumstances, bool]] = set()
    for stretch in waiting:
        yield stretch
        for definition, call, situated, is_sure in _called(stretch, definitions):
            key = (definition.name, situated.circumstances, is_sure)
            if key in seen:
                continue
            seen.add(key)
            bodies = bodies or project.bodies(module.path)
            if bodies is None:
                return
            function = bodies.of(definition)
            is_plain = not (definition.decorators or definition.is_async or function.is_generator)
            inside = walk_call(
                function.body, project.target, known, situated.circumstances, is_sure=is_sure and is_plain
            )
            waiting.append(
                Stretch(
                    function=definition.name,
                    statements=tuple(_after_exits(inside)),
                    aliases={**known.aliases, **_aliases(inside)},
                    calls=(*stretch.calls, call.span),
                    parameters=_names(definition.parameters),
                )
            )


def _names(given: f.Parameters) -> tuple[str, ...]:
    several = (each for each in (given.rest, given.keywords) if each is not None)
    return (*given.positional_only, *given.positional, *given.keyword_only, *several)


def _aliases(statements: Iterable[Situated]) -> Aliases:
    """What the imports among some statements bind."""
    found: dict[str, str] = {}
    for each in statements:
        if isinstance(each.statement, f.Import | f.ImportFrom):
            found.update(import_aliases(each.statement))
    return found


def _called(
    stretch: Stretch, definitions: dict[str, f.FunctionDef]
) -> Iterator[tuple[f.FunctionDef, f.Call, Situated, bool]]:
    """The functions that a stretch calls by their names: where, in which statement, and whether surely."""
    for situated in stretch.statements:
        for part, is_sure in evaluated(situated.statement):
            match part:
                case f.Call(function=f.Name(id=name)) if name in definitions:
                    yield definitions[name], part, situated, is_sure


def _definitions(body: Iterable[Situated]) -> dict[str, f.FunctionDef]:
    """The functions of a module's namespace whose names nothing else binds."""
    found: dict[str, f.FunctionDef] = {}
    several: set[str] = set()
    for situated in body:
        if situated.circumstances.scope is not Scope.MODULE or situated.circumstances.phase is Phase.TYPING:
            continue
        for binding in bindings(situated):
            if binding.name not in found and isinstance(situated.statement, f.FunctionDef):
                found[binding.name] = situated.statement
            else:
                several.add(binding.name)
    return {name: definition for name, definition in found.items() if name not in several}


def _after_exits(statements: Iterable[Situated]) -> Iterator[Situated]:
    """The statements, in doubt from where one before them may have ended it all."""
    may_have_left = False
    for each in statements:
        here = each.circumstances
        yield replace(each, circumstances=perhaps(here)) if may_have_left else each
        if _leaves(each.statement) and here.phase is not None and not here.handling:
            may_have_left = True


def _leaves(statement: f.Statement) -> bool:
    if isinstance(statement, f.Return | f.Raise):
        return True
    return isinstance(statement, f.Evaluate) and any(
        isinstance(part, f.Call) and chain(part.function) in _EXITS for part, _ in evaluated(statement)
    )
