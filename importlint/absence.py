"""What can be said about a name that was not found: whether its absence is certain, why it is absent, what is near."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from importlint import disk
from importlint.discovery import Module, is_below
from importlint.finder.spec import FailureKind, Kind, Resolution, Spec
from importlint.graph.link import Link, is_dynamic_import
from importlint.graph.writes import injected_modules
from importlint.paths import ancestors
from importlint.syntax.facts import Attribute, Call, Constant, Expression, ModuleFacts, Name
from importlint.syntax.namespace import written
from importlint.syntax.qualified import qualified_name
from importlint.syntax.traverse import expressions, parts, statements

if TYPE_CHECKING:
    from importlint.project import Project

_PLATFORMS = {"win32": "Windows", "linux": "Linux", "darwin": "macOS", "posix": "Unix"}


def is_judged(project: Project, link: Link, *, own: bool = False) -> bool:
    """Whether the module that a link asks for is certainly absent; `own` as in `is_absent`."""
    return link.resolution is not None and is_absent(project, link.resolution, link.module, own=own)


def is_absent(project: Project, resolution: Resolution, module: Module, *, own: bool = False) -> bool:
    """Whether the module at which a resolution for an import in `module` fails is certainly absent.

    Not where code that is not run, or a build, could provide it, nor a third-party name in an environment that
    importlint fell back on. `own` says that the name is meant for the project, even if its top-level name is not found.
    """
    failure = resolution.failure
    if failure is None or resolution.opaque is not None:
        return False
    top = failure.name.partition(".")[0]
    if top == "__main__" or _asks_about(project, module, failure.name):
        return False
    if top in project.exports.hooked_packages or _is_injected(project.injected_modules, failure.name):
        return False
    if top == failure.name and edits_search_path(project, module):
        return False
    if _may_be_built(project, resolution, module):
        return False
    if own or project.finder.standard_library(top) is not None or is_first_party(project, top, module):
        return True
    if not project.environment.known:
        return False
    parents = (search.spec for search in resolution.searches if search.spec is not None)
    return not any(_may_make_submodule(project, parent, failure.name) for parent in parents)


def _may_be_built(project: Project, resolution: Resolution, module: Module) -> bool:
    """Whether a build of the project would make the module at which a resolution fails."""
    *before, last = resolution.searches
    return project.generated.includes(last.name, before[-1].spec if before else None, module)


def _is_injected(injected: frozenset[str], name: str) -> bool:
    """Whether code that puts modules into `sys.modules` under the names `injected` may make a module."""
    parents = (name[:end] for end, character in enumerate(name) if character == ".")
    return name in injected or any(f"{parent}.*" in injected for parent in parents)


def is_within(value: object, package: str) -> bool:
    """Whether a value is the name of a package or of something below it."""
    return isinstance(value, str) and (value == package or value.startswith(package + "."))


def _asks_about(project: Project, module: Module, name: str) -> bool:
    """Whether a module passes the absent name to a call: `importorskip("x")`, `find_spec("x")` expect absence."""
    aliases = project.known_names(module.path).aliases
    return any(
        isinstance(part, Call)
        and not is_dynamic_import(part, aliases)
        and any(
            isinstance(argument, Constant) and is_within(argument.value, name) for argument in part.arguments
        )
        for part in _expressions(project, module.path)
    )


def edits_search_path(project: Project, module: Module) -> bool:
    """Whether a module, or an `__init__.py` or `conftest.py` above it, changes where top-level names are searched."""
    paths = [module.path]
    for directory in ancestors(os.path.dirname(module.path)):
        if not is_below(directory, project.sources.project):
            break
        paths += [os.path.join(directory, name) for name in ("__init__.py", "conftest.py")]
    return any(_speaks_of_search_path(project, path) for path in paths if path in project.modules)


def _speaks_of_search_path(project: Project, path: str) -> bool:
    aliases = project.known_names(path).aliases
    return any(
        isinstance(part, Attribute | Name)
        and qualified_name(part, aliases) in ("sys.path", "site.addsitedir")
        for part in _expressions(project, path)
    )


def _expressions(project: Project, path: str) -> Iterator[Expression]:
    """Every expression that the facts of a file have."""
    facts = project.facts(path)
    if isinstance(facts, ModuleFacts):
        for block in (facts.body, *(unit.body for unit in facts.bodies)):
            for statement in statements(block):
                for root in (*expressions(statement), *written(statement)):
                    yield from parts(root)


def is_first_party(project: Project, top: str, module: Module) -> bool:
    """Whether a top-level name belongs to the project, for imports in `module`."""
    spec = project.resolve(top, module).spec
    if spec is None:
        return False
    if spec.kind is Kind.NAMESPACE:
        return any(not project.is_installed(location) for location in spec.search_locations or ())
    return project.is_own(spec)


def _may_make_submodule(project: Project, package: Spec, name: str) -> bool:
    """Whether an installed package's own code may be where an absent submodule comes from."""
    if package.kind is Kind.NAMESPACE:
        return False
    if package.origin is None or package.kind is not Kind.SOURCE:
        return True
    facts = project.facts(package.origin)
    if not isinstance(facts, ModuleFacts) or facts.reflection:
        return True
    return _is_injected(injected_modules(project, package.origin, package.name), name)


def may_be_submodule(project: Project, package: Spec, name: str, module: Module) -> bool:
    """Whether `from package import name` in `module` finds a submodule, or could after a build."""
    if not package.is_package:
        return project.finder.find_alias(f"{package.name}.{name}", package) is not None
    resolution = project.resolve(f"{package.name}.{name}", module)
    if resolution.spec is not None or resolution.opaque is not None:
        return True
    return _may_be_built(project, resolution, module)


def standard_library_note(project: Project, name: str) -> str | None:
    """Why a standard library module is not there, such as `removed in Python 3.13`; None for other names."""
    module = project.finder.standard_library(name)
    if module is None:
        return None
    version = project.target.version
    if not module.in_version(version):
        removed = module.removed
        is_gone = removed is not None and tuple(map(int, removed.split("."))) <= version
        return f"removed in Python {removed}" if is_gone else f"new in Python {module.since}"
    if module.platform is not None and module.platform not in (
        project.target.platform,
        project.target.os_name,
    ):
        return f"{_PLATFORMS.get(module.platform, module.platform)} only"
    return None


def is_of_other_platform(project: Project, name: str) -> bool:
    """Whether a name is a standard library module that other platforms than the target have."""
    module = project.finder.standard_library(name)
    if module is None or module.platform is None:
        return False
    return module.platform not in (project.target.platform, project.target.os_name)


def near_names(project: Project, name: str, module: Module) -> frozenset[str]:
    """The modules beside which an absent one would be: candidates for what was meant."""
    parent, _, _ = name.rpartition(".")
    if parent:
        spec = project.resolve(parent, module).spec
        entries: Iterable[str] = (spec.search_locations or ()) if spec else ()
    else:
        entries = (*module.search_path, *project.environment.path, *module.fallback_path)
    found: set[str] = set()
    for entry in entries:
        finder = project.finder.path_finder.entry_finder(entry)
        if finder is not None:
            found.update(finder.module_names())
    return frozenset(f"{parent}.{each}" if parent else each for each in found)


def differing_case(project: Project, link: Link) -> str | None:
    """The file or directory that would be the module that a link misses, were case not to count."""
    failure = link.failure
    if failure is None or failure.kind is not FailureKind.NOT_FOUND:
        return None
    folded = failure.name.casefold()
    for name in sorted(near_names(project, failure.name, link.module)):
        if name.casefold() == folded and name != failure.name:
            spec = project.resolve(name, link.module).spec
            if spec is not None:
                return spec.origin or (spec.search_locations or (None,))[0]
    return None


def hidden_package(project: Project, hiding: Spec, module: Module) -> str | None:
    """The directory of a package that the plain module `hiding` hides, as reports show it."""
    last = hiding.name.rpartition(".")[2]
    beside = os.path.dirname(hiding.origin) if hiding.origin else ""
    top_level = (*module.search_path, *project.environment.path) if "." not in hiding.name else ()
    for entry in (beside, *top_level):
        directory = os.path.join(entry, last)
        if entry and disk.is_directory(directory):
            return project.shown(directory)
    return None
