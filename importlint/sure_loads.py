"""What importing a module surely loads, whoever's it is, and the shortest way to each of them.

Followed are import statements that run at import time and hang on no condition, through installed packages and the
standard library too, not what functions import. So more may be loaded, but hardly less.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from importlint.discovery import Module
from importlint.finder.spec import Kind, Spec
from importlint.graph.link import Link, Load
from importlint.syntax import facts as f
from importlint.syntax.flow import Phase, left_out

if TYPE_CHECKING:
    from importlint.project import Project

_RUN = (Kind.SOURCE, Kind.BYTECODE, Kind.EXTENSION, Kind.FROZEN)


class SureLoad(Struct, frozen=True):
    """A module that is loaded, and what asks for it first."""

    spec: Spec | None
    """None for what is not installed, in an environment that is not known."""
    importer: str = ""
    """Empty for the module that everything starts with."""
    link: Link | None = None
    """None for a package that is imported because a module below it is."""

    @property
    def is_run(self) -> bool:
        """Whether code runs: not for built-in modules, namespace packages and what is not installed."""
        return self.spec is not None and self.spec.kind in _RUN


def sure_loads(project: Project, start: Module) -> Mapping[str, SureLoad]:
    """What importing `start` surely loads, the nearest first; not what is there when Python starts."""
    found: dict[str, SureLoad] = {}
    waiting: deque[Spec] = deque()

    def reach(name: str, load: SureLoad) -> None:
        if name not in found and name not in project.finder.preloaded:
            found[name] = load
            if load.spec is not None:
                waiting.append(load.spec)

    for search in reversed(project.resolve(start.name, start).searches):
        reach(search.name, SureLoad(search.spec, "" if search.name == start.name else start.name))
    while waiting:
        spec = waiting.popleft()
        if spec.origin is None or spec.kind not in (Kind.SOURCE, Kind.FROZEN):
            continue
        for link in _sure_links(project, project.module_of(spec)):
            for load in link.loads:
                if _is_sure(project, link, load):
                    reach(load.spec.name, SureLoad(load.spec, spec.name, link))
            if link.failure and not project.environment.known:
                reach(link.asked, SureLoad(None, spec.name, link))
    return found


def _sure_links(project: Project, module: Module) -> Iterator[Link]:
    """The imports of a module that run whenever it does, as far as they are statements."""
    unsure: set[int] = set()
    links = project.closure.links(module)
    failing = {id(link.statement) for link in links if link.failure}
    for situated in project.statements(module.path):
        behind = left_out(situated.statement, lambda each: isinstance(each, f.Raise) or id(each) in failing)
        unsure.update(map(id, behind))
    for link in links:
        is_sure = link.phase is Phase.IMPORT_TIME and link.circumstances.certain
        if is_sure and id(link.statement) not in unsure:
            yield link


def _is_sure(project: Project, link: Link, load: Load) -> bool:
    """Whether a name of a `from` import is a submodule, and not something else that its package has."""
    package = link.resolution.spec if link.resolution else None
    if load.implicit or package is None or load.spec.name == package.name or project.is_own(package):
        return True
    return project.exports.lacks(package, load.spec.name.rpartition(".")[2])
