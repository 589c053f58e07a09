"""IL414: modules that take names from `__main__`, which is another module in every program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint.diagnostics import Finding, Severity
from importlint.graph.link import Link
from importlint.programs.files import is_program
from importlint.rules.declaration import rule
from importlint.syntax import facts as f
from importlint.syntax.bodies import every_block
from importlint.syntax.flow import Phase, catches, handler_kinds
from importlint.syntax.qualified import chain
from importlint.syntax.traverse import blocks, expressions, parts
from importlint.wording import listed

if TYPE_CHECKING:
    from importlint.project import Project


@rule("IL414", "imports-main", Severity.WARNING, "A module takes names from `__main__`.")
def imports_main(project: Project) -> Iterator[Finding]:
    """Imports of names from `__main__`, and of `__main__` itself where names of it are read."""
    for link in project.given_links:
        if link.asked != "__main__" or link.is_dynamic or link.phase is Phase.TYPING:
            continue
        names = sorted(_taken(project, link) - _own_names(project, link))
        if names:
            yield Finding(
                location=link.location,
                module=link.module.name,
                message=f"`{link.text}` works in a program that has {listed(names, 'and')}, and in no other",
                help="import it from the module that defines it, or have the program pass it in",
                subjects=("__main__", *names),
            )


def _own_names(project: Project, link: Link) -> frozenset[str]:
    """The names that the importing module has if it is the program itself."""
    namespace = project.namespace(link.module.path)
    return namespace.names if namespace and is_program(project, link.module) else frozenset()


def _taken(project: Project, link: Link) -> frozenset[str]:
    """The names that an import takes from `__main__` for sure; not those that every module has."""
    if isinstance(link.statement, f.ImportFrom):
        is_caught = catches(link.circumstances.caught, "ImportError")
        names = frozenset(name.name for name in link.statement.names)
    else:
        assert isinstance(link.statement, f.Import)
        is_caught = catches(link.circumstances.caught, "AttributeError")
        facts = project.facts(link.module.path)
        assert isinstance(facts, f.ModuleFacts), "it has imports"
        alias = link.statement.asname or "__main__"
        reads = [
            read
            for block in every_block(facts, project.bodies(link.module.path))
            for read in _reads(block, alias)
        ]
        names = frozenset(name for name, is_sure in reads if is_sure)
        names -= {name for name, is_sure in reads if not is_sure}
    own = {name for name in names if not (name.startswith("__") and name.endswith("__"))}
    return frozenset() if is_caught else frozenset(own)


def _reads(block: f.Block, alias: str, *, caught: bool = False) -> Iterator[tuple[str, bool]]:
    """The attributes of a name that a block reads, and whether it fails without them."""
    for statement in block:
        for root in expressions(statement):
            for part in parts(root):
                match part:
                    case f.Attribute(value=f.Name(id=name), attr=attr) if name == alias:
                        yield attr, not caught
                    case f.Call(
                        function=function, arguments=(f.Name(id=name), f.Constant(value=str(attr)), *rest)
                    ) if name == alias and chain(function) in (("getattr",), ("hasattr",)):
                        yield attr, not (caught or rest or chain(function) == ("hasattr",))
        inner = caught or (
            isinstance(statement, f.Try)
            and any(
                catches(frozenset(handler_kinds(handler.kinds)), "AttributeError")
                for handler in statement.handlers
            )
        )
        for each in blocks(statement):
            yield from _reads(each, alias, caught=inner)


RULES = (imports_main,)
