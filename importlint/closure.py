"""From a module to everything that importing it loads, through installed packages too.

The closure is what is loaded for sure or perhaps: conditions that cannot be judged count as true. Functions
are called by nobody knows whom, so their imports count only where a caller asks for them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from importlint.discovery import Module
from importlint.finder.spec import Kind, Spec
from importlint.graph.link import Link, links
from importlint.syntax.flow import Phase

if TYPE_CHECKING:
    from importlint.project import Project

_IMPORT_SYSTEM = frozenset({"importlib._bootstrap", "importlib._bootstrap_external"})
"""It runs before anything is imported: what its functions import when somebody needs it is not loaded yet."""


class Closure:
    """What modules load when they are imported, each file linked once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._links: dict[str, tuple[Link, ...]] = {}

    def links(self, module: Module) -> tuple[Link, ...]:
        """What the imports of a module lead to, whoever's it is."""
        if module.path in self._project.reading.links:
            return self._project.reading.links[module.path]
        if module.path not in self._links:
            self._links[module.path] = tuple(links(self._project, module))
        return self._links[module.path]

    def loads(self, start: Iterable[Spec], *, deferred_below: str = "", inside: str = "") -> Iterator[Spec]:
        """The specs of `start` and, from import to import, of all that they load at import time.

        Imports in functions count too in the top-level package `deferred_below`. With `inside`, only modules of
        that top-level package are followed. The project's own modules come first: they have been read.
        """
        seen = set(_IMPORT_SYSTEM)
        own: list[Spec] = []
        others: deque[Spec] = deque()

        def wait(specs: Iterable[Spec]) -> None:
            for spec in specs:
                if spec.name not in seen:
                    seen.add(spec.name)
                    (own if spec.origin in self._project.modules else others).append(spec)

        wait(start)
        while own or others:
            spec = own.pop() if own else others.popleft()
            yield spec
            top = spec.name.partition(".")[0]
            if spec.origin is None or spec.kind not in (Kind.SOURCE, Kind.FROZEN) or inside not in ("", top):
                continue
            phases = {Phase.IMPORT_TIME}
            if top == deferred_below:
                phases.add(Phase.DEFERRED)
            for link in self.links(self._project.module_of(spec)):
                if link.phase in phases:
                    wait(load.spec for load in link.loads)
