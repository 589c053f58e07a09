"""What modules do to each other: attributes set from outside, and modules put into `sys.modules` by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from importlint.discovery import Module
from importlint.finder.resolve import absolute_name
from importlint.syntax import facts as f
from importlint.syntax.namespace import written
from importlint.syntax.qualified import Aliases, chain, import_aliases, qualified_name
from importlint.syntax.traverse import expressions, parts, statements

if TYPE_CHECKING:
    from importlint.project import Project


def attribute_writes(project: Project) -> Mapping[str, frozenset[str]]:
    """For the path of each module of the project, the names that others give it; `*` where they are computed.

    The path `*` stands for every module: somebody takes modules from `sys.modules` by computed names.
    """
    names: dict[str, set[str]] = {}
    for module in project.reading.modules:
        facts = project.facts(module.path)
        if not isinstance(facts, f.ModuleFacts):
            continue
        known = project.known_names(module.path).aliases
        for block in (facts.body, *(unit.body for unit in facts.bodies)):
            writes = [write for statement in statements(block) for write in _writes(statement)]
            if not writes:
                continue
            aliases = {**known, **_imported_in(block)}
            anything = frozenset(_computed_modules(block, aliases))
            for owner, name in writes:
                path = _own_module(project, module, owner, aliases)
                if isinstance(owner, f.Name) and owner.id in anything:
                    path = "*"
                if path is not None:
                    names.setdefault(path, set()).add(name)
    return {path: frozenset(found) for path, found in names.items()}


def _computed_modules(block: f.Block, aliases: Aliases) -> Iterator[str]:
    """The names that a block binds to `sys.modules[name]` or `import_module(name)`, whatever `name` is."""
    for statement in statements(block):
        if not isinstance(statement, f.Assign):
            continue
        value = statement.value
        is_loaded = (
            isinstance(value, f.Subscript)
            and qualified_name(value.value, aliases) == "sys.modules"
            and not isinstance(value.index, f.Constant)
        )
        is_imported = (
            isinstance(value, f.Call)
            and qualified_name(value.function, aliases) == "importlib.import_module"
            and not any(isinstance(name, f.Constant) for name in value.arguments[:1])
        )
        if is_loaded or is_imported:
            yield from (target.id for target in statement.targets if isinstance(target, f.Name))


def _imported_in(block: f.Block) -> dict[str, str]:
    """What the imports inside a block bind."""
    return {
        name: meaning
        for statement in statements(block)
        if isinstance(statement, f.Import | f.ImportFrom)
        for name, meaning in import_aliases(statement).items()
    }


def injected_modules(project: Project, path: str, package: str) -> frozenset[str]:
    """The names under which the file at `path`, a module of `package`, puts modules into `sys.modules`.

    A computed name stands as `package.*`, for anything below the package.
    """
    names: set[str] = set()
    aliases = project.known_names(path).aliases
    for situated in project.statements(path):
        for target in written(situated.statement):
            if isinstance(target, f.Subscript) and qualified_name(target.value, aliases) == "sys.modules":
                key = target.index.value if isinstance(target.index, f.Constant) else None
                names.add(key if isinstance(key, str) else f"{package}.*")
    return frozenset(names)


def _writes(statement: f.Statement) -> Iterator[tuple[f.Expression, str]]:
    """The objects whose attributes a statement sets, with the attributes' names."""
    for target in written(statement):
        if isinstance(target, f.Attribute):
            yield target.value, target.attr
    if not isinstance(statement, f.Evaluate):
        return
    for root in expressions(statement):
        for part in parts(root):
            if isinstance(part, f.Call) and chain(part.function) == ("setattr",) and len(part.arguments) == 3:
                owner, name, _ = part.arguments
                text = name.value if isinstance(name, f.Constant) else None
                yield owner, text if isinstance(text, str) else "*"


def _own_module(project: Project, module: Module, owner: f.Expression, aliases: Aliases) -> str | None:
    """The path of the project's module that an expression stands for."""
    written_name = qualified_name(owner, aliases)
    if written_name is None:
        return None
    name = written_name.lstrip(".")
    absolute = absolute_name(module.package, len(written_name) - len(name), name, project.target.version)
    spec = project.resolve(absolute, module).spec if isinstance(absolute, str) else None
    return spec.origin if spec is not None and spec.origin in project.modules else None
