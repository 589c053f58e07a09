"""IL208: one file that is imported under two names, so that its body runs twice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint.diagnostics import Finding, Severity, Step
from importlint.graph.link import Link
from importlint.rules.declaration import rule
from importlint.syntax.flow import Phase

if TYPE_CHECKING:
    from importlint.project import Project

_RUNNING = (Phase.IMPORT_TIME, Phase.DEFERRED, Phase.LAZY, Phase.PROGRAM)


@rule(
    "IL208",
    "two-names-one-file",
    Severity.ERROR,
    "One file is imported under two names, so it runs twice.",
)
def two_names_one_file(project: Project) -> Iterator[Finding]:
    """Imports of a module by another name than its own, where both names are loaded in one process."""
    for path, names in sorted(_names_by_file(project).items()):
        own = project.modules[path]
        usual = own.name if own.name in names else min(names)
        for name in sorted(names.keys() - {usual}):
            link = names[name]
            other = _meeting(project, link, names.get(usual), usual)
            if other is None:
                continue
            yield Finding(
                location=link.location,
                module=link.module.name,
                message=f"`{name}` is another copy of `{usual}`: `{own.display}` runs twice",
                trace=() if other is link else (Step(other.location, f"gets `{usual}`", other.text),),
                help=f"import `{usual}`",
                subjects=(name, usual),
            )


def _names_by_file(project: Project) -> dict[str, dict[str, Link]]:
    """The files of the project that are imported under several names, each with the first import for it."""
    found: dict[str, dict[str, Link]] = {}
    for link in project.every_link:
        if link.phase not in _RUNNING:
            continue
        for load in link.loads:
            path = load.spec.origin
            if path is None or path not in project.modules:
                continue
            # `os.path` and `posixpath` are one module, and so is what a finder of its own gives two names
            if not project.is_library(path) and _is_on_path(project, link, load.spec.name):
                found.setdefault(path, {}).setdefault(load.spec.name, link)
    return {path: names for path, names in found.items() if len(names) > 1}


def _is_on_path(project: Project, link: Link, name: str) -> bool:
    """Whether the top-level package or module of a name is found by the search path, and no other finder."""
    spec = project.resolve(name.partition(".")[0], link.module).spec
    if spec is None or spec.origin is None:
        return True
    place = os.path.dirname(spec.origin) if spec.is_package else spec.origin
    return os.path.dirname(place) in project.search_path(link.module)


def _meeting(project: Project, link: Link, usual_link: Link | None, usual: str) -> Link | None:
    """An import that loads the usual name in a process that runs `link` too; None if none is known to."""
    if any(load.spec.name == usual for load in link.loads):
        return link  # `import pkg.__init__` loads `pkg` on the way
    successors = project.graph.successors(_RUNNING, implicit=True)
    if usual_link is None:
        return None
    for start in sorted(successors):
        reached, waiting = {start}, [start]
        while waiting:
            for following in successors[waiting.pop()]:
                if following not in reached:
                    reached.add(following)
                    waiting.append(following)
        if link.module.name in reached and usual_link.module.name in reached:
            return usual_link
    return None
