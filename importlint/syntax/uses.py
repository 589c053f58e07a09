"""Who uses a name of a module: the module's body itself, functions when they are called, or annotations alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from importlint.syntax import facts as f
from importlint.syntax.bodies import Bodies
from importlint.syntax.namespace import written
from importlint.syntax.places import functions
from importlint.syntax.traverse import expressions, parts, statements, target_names

_WORD = re.compile(r"\w+")


class Uses(Struct, frozen=True, kw_only=True):
    """The uses of some names of a module."""

    at_import: bool
    """The body uses or rebinds one of them, in a class, a decorator, a default, a lambda, or where it is read later:
    annotations of class variables and of decorated functions may be evaluated by whoever gets hold of them."""
    annotates: bool
    """An annotation that nobody evaluates uses one of them."""
    functions: tuple[tuple[str, f.FunctionDef], ...]
    """The outermost functions whose bodies use one of them: their qualified names and definitions."""


def uses(
    facts: f.ModuleFacts, bodies: Bodies, names: frozenset[str], but: f.Statement, *, annotations_run: bool
) -> Uses:
    """The uses of `names` in a file, those by the statement `but` apart; `bodies` are those of the same file."""
    at_import = annotates = False
    for statement in statements(facts.body):
        if statement is but:
            continue
        annotations = annotations_of(statement)
        if _annotate(annotations, names):
            is_plain = isinstance(statement, f.FunctionDef) and not statement.decorators
            annotates, at_import = True, at_import or annotations_run or not is_plain
        evaluated = (each for each in expressions(statement) if each not in annotations)
        roots = [*evaluated, *written(statement), *_bound(statement)]
        at_import = at_import or _read(roots, names) or _in_lambdas(roots, bodies, names)
    found = []
    for classes, definition in functions(facts.body):
        if _calls_use(definition, bodies, names):
            found.append((".".join((*classes, definition.name)), definition))
    return Uses(
        at_import=at_import or not names.isdisjoint(facts.global_names),
        annotates=annotates,
        functions=tuple(found),
    )


def annotations_of(statement: f.Statement) -> tuple[f.Expression, ...]:
    """The annotations among what a statement evaluates."""
    if isinstance(statement, f.FunctionDef):
        return statement.annotations
    return (statement.annotation,) if isinstance(statement, f.AnnotatedAssign) else ()


def _annotate(annotations: Iterable[f.Expression], names: frozenset[str]) -> bool:
    """Whether annotations name one of `names`, in quotes too."""
    for annotation in annotations:
        for part in parts(annotation):
            if isinstance(part, f.Constant) and isinstance(part.value, str):
                if not names.isdisjoint(_WORD.findall(part.value)):
                    return True
            elif isinstance(part, f.Name) and part.id in names:
                return True
    return False


def _bound(statement: f.Statement) -> Iterator[f.Expression]:
    """What a statement binds or unbinds besides targets of assignments."""
    match statement:
        case f.Import() | f.ImportFrom() | f.FunctionDef() | f.ClassDef():
            yield from (f.Name(name, statement.span) for name in defined_names(statement))
        case f.Delete(targets=targets):
            yield from targets


def defined_names(statement: f.Statement) -> tuple[str, ...]:
    """The names that an import or a definition binds; `*` for a star."""
    match statement:
        case f.Import(module=module, asname=asname):
            return (asname or module.partition(".")[0],)
        case f.ImportFrom(names=names):
            return tuple(name.binds for name in names)
        case f.FunctionDef(name=name) | f.ClassDef(name=name):
            return (name,)
    return ()


def _read(roots: Iterable[f.Expression], names: frozenset[str]) -> bool:
    return any(isinstance(part, f.Name) and part.id in names for root in roots for part in parts(root))


def _in_lambdas(roots: Iterable[f.Expression], bodies: Bodies, names: frozenset[str]) -> bool:
    lambdas = [part for root in roots for part in parts(root) if isinstance(part, f.Lambda)]
    return any(_calls_use(bodies.definition(each), bodies, names) for each in lambdas)


def _calls_use(definition: f.FunctionDef, bodies: Bodies, names: frozenset[str]) -> bool:
    """Whether a call of a function uses one of the names, which its parameters and own bindings hide."""
    body = bodies.of(definition).body
    given = definition.parameters
    own = {*given.positional_only, *given.positional, *given.keyword_only, given.rest, given.keywords}
    for statement in statements(body):
        own.update(name.id for target in written(statement) for name in target_names(target))
        own.update(part.id for part in _bound(statement) if isinstance(part, f.Name))
    seen = names - own
    if not seen:
        return False
    for statement in statements(body):
        roots = [*expressions(statement), *written(statement)]
        if _read(roots, seen) or _in_lambdas(roots, bodies, seen):
            return True
    return any(_calls_use(inner, bodies, seen) for _, inner in functions(body))
