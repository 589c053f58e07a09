"""IL105, IL206: submodules as attributes of their packages, which they become only when something imports them.

CPython `_handle_fromlist`, and the end of `_find_and_load_unlocked`, which sets the attribute.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from importlint.diagnostics import Finding, Location, Severity, Step
from importlint.discovery import Module
from importlint.finder.spec import Kind, Spec
from importlint.graph.link import Link
from importlint.rules.by_name import imports_by_name
from importlint.rules.declaration import rule
from importlint.rules.reads import Read, attribute_reads
from importlint.syntax import facts as f
from importlint.syntax.asking import ask
from importlint.syntax.flow import Phase, Scope
from importlint.syntax.namespace import Binding
from importlint.syntax.parts import ChainPart
from importlint.syntax.source import Source, read_source

if TYPE_CHECKING:
    from importlint.project import Project


@rule(
    "IL105",
    "submodule-not-imported",
    Severity.WARNING,
    "A submodule is used as an attribute of its package, and nothing that the module imports loads it.",
)
def submodule_not_imported(project: Project) -> Iterator[Finding]:
    """`import p` and `p.sub.x` where only somebody else's `import p.sub` makes it work."""
    for module in project.given_modules:
        packages = _imported_packages(project, module)
        chains = ask(module.path, ChainPart(tuple(sorted(packages)))) if packages else None
        mentioned = {
            name: packages[name]
            for name, chain in chains or ()
            if _is_suspect(project, module, packages[name], chain)
        }
        source = read_source(module.path) if mentioned else None
        reported: set[str] = set()
        for read in attribute_reads(source, frozenset(mentioned)) if isinstance(source, Source) else ():
            absent = _not_loaded(project, module, mentioned[read.names[0]], read)
            if absent is None or absent in reported:
                continue
            reported.add(absent)
            yield Finding(
                location=Location(module.display, read.span),
                module=module.name,
                message=f"`{absent}` is used, but nothing that this module imports loads it",
                label=f"works only where something else has imported `{absent}` before",
                help=f"`import {absent}`",
                subjects=(absent,),
            )


def _imported_packages(project: Project, module: Module) -> dict[str, Spec]:
    """The packages that names of a module stand for; not names that several statements bind."""
    found: dict[str, Spec | None] = {}
    for link in project.reading.links[module.path]:
        statement = link.statement
        if not isinstance(statement, f.Import) or link.resolution is None or link.resolution.spec is None:
            continue
        spec = link.resolution.spec if statement.asname else link.resolution.searches[0].spec
        name = statement.asname or statement.module.partition(".")[0]
        usual = link.circumstances.scope is Scope.MODULE and link.phase is Phase.IMPORT_TIME
        if not usual or found.setdefault(name, spec) != spec:
            found[name] = None
    return {name: spec for name, spec in found.items() if spec is not None and spec.is_package}


def _is_suspect(project: Project, module: Module, package: Spec, chain: str) -> bool:
    """Whether a chain of attributes goes through a submodule that the module does not import itself."""
    children = {child.name for child in _submodules_on(project, module, package, chain.split("."))}
    loaded = (load.spec.name for link in project.reading.links[module.path] for load in link.loads)
    return bool(children) and not children.issubset(loaded)


def _submodules_on(project: Project, module: Module, package: Spec, names: Sequence[str]) -> Iterator[Spec]:
    """The submodules that a chain of attributes of a package goes through, as far as its names are known."""
    for name in names:
        if not package.is_package or not project.exports.lacks(package, name):
            return
        child = project.resolve(f"{package.name}.{name}", module).spec
        if child is None or child.kind in (Kind.NAMESPACE, Kind.ASSUMED):
            return
        if child.name in project.finder.preloaded:
            return
        yield child
        package = child


def _not_loaded(project: Project, module: Module, package: Spec, read: Read) -> str | None:
    """The name of the first submodule on a chain of attributes that nothing in sight loads."""
    children = _submodules_on(project, module, package, read.names[1:])
    return next((child.name for child in children if not _is_loaded(project, module, child)), None)


def _is_loaded(project: Project, module: Module, wanted: Spec) -> bool:
    """Whether an import anywhere in the module, or what it leads to, may load the submodule."""
    top = wanted.name.partition(".")[0]
    running = (link for link in project.reading.links[module.path] if link.phase is not Phase.TYPING)
    start = [load.spec for link in running for load in link.loads]
    parents = module.name.split(".")[:-1]
    names = (".".join(parents[: end + 1]) for end in range(len(parents)))
    start += [spec for name in names if (spec := project.resolve(name, module).spec) is not None]
    for spec in project.closure.loads(start, deferred_below=top):
        if spec.name == wanted.name or (spec.name.partition(".")[0] == top and _imports_unknown(spec)):
            return True
    return module.name.partition(".")[0] == top and imports_by_name(module.path)


def _imports_unknown(spec: Spec) -> bool:
    """Whether a module is compiled, or its text imports by names that are not written out."""
    if spec.kind in (Kind.EXTENSION, Kind.BYTECODE):
        return True
    return spec.kind is Kind.SOURCE and spec.origin is not None and imports_by_name(spec.origin)


@rule(
    "IL206",
    "submodule-attribute-clash",
    Severity.WARNING,
    "A package binds a name that one of its submodules takes from it when it is imported.",
)
def submodule_attribute_clash(project: Project) -> Iterator[Finding]:
    """Names in an `__init__` that are bound before the submodule of that name is first loaded."""
    for package in project.given_modules:
        namespace = project.namespace(package.path)
        if namespace is None or not package.is_package or not package.package:
            continue
        last = {binding.name: binding for binding in namespace.bindings if not binding.name.startswith("__")}
        for binding in last.values():
            submodule = (
                None if binding.unbinds or not binding.certain else _submodule(project, package, binding)
            )
            if submodule is not None:
                yield from _clash(project, package, binding, submodule)


def _submodule(project: Project, package: Module, binding: Binding) -> Spec | None:
    spec = project.resolve(f"{package.name}.{binding.name}", package).spec
    return (
        spec if spec is not None and spec.kind is not Kind.NAMESPACE and spec.origin != package.path else None
    )


def _clash(project: Project, package: Module, binding: Binding, submodule: Spec) -> Iterator[Finding]:
    name = f"{package.name}.{binding.name}"
    own = [link for link in project.reading.links[package.path] if link.phase is Phase.IMPORT_TIME]
    before = [link for link in own if link.span <= binding.span]
    after = [link for link in own if link.span > binding.span]
    if any(_loads(project, link, submodule, functions=True) for link in before):
        return
    replacing = next((link for link in after if _loads(project, link, submodule)), None)
    importers = [
        link
        for link in project.every_link
        if link.module is not package and any(load.spec.name == submodule.name for load in link.loads)
    ]
    if replacing is not None:
        message = f"`{name}` is bound here, and then replaced by the submodule of that name"
        trace = [Step(replacing.location, f"loads `{name}`, which replaces it", replacing.text)]
    elif importers:
        message = f"`{name}` is what is bound here, until something imports the submodule of that name"
        trace = [
            Step(link.location, f"from here on, `{name}` is the module", link.text)
            for link in sorted(importers, key=lambda link: link.location)[:3]
        ]
    else:
        return
    yield Finding(
        location=Location(package.display, binding.span),
        module=package.name,
        message=message,
        label=f"`{project.shown(submodule.origin or name)}` is `{name}` too",
        trace=tuple(trace),
        help=f"rename one of them, or import `{name}` before the name is bound",
        subjects=(name,),
    )


def _loads(project: Project, link: Link, wanted: Spec, *, functions: bool = False) -> bool:
    """Whether what an import statement of a package's `__init__` loads includes the submodule.

    With `functions`, whether it may, by functions of the package that perhaps are called meanwhile.
    """
    loaded = (load.spec for load in link.loads if load.spec.origin != link.module.path)
    top = wanted.name.partition(".")[0]
    specs = project.closure.loads(loaded, deferred_below=top if functions else "", inside=top)
    return any(spec.name == wanted.name for spec in specs)
