"""IL409: entry points that cannot be loaded, or whose script cannot work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint.absence import is_absent
from importlint.diagnostics import Finding, Severity
from importlint.errors import did_you_mean
from importlint.finder.spec import FailureKind, Kind, Resolution, Spec
from importlint.programs.definitions import Definition, Missing, find_attribute, missing_attribute
from importlint.programs.entry_points import SCRIPT_GROUPS, EntryPoint
from importlint.programs.targets import is_asked_about, outside_importer
from importlint.rules.declaration import rule
from importlint.syntax import facts as f
from importlint.syntax.source import Source, read_source
from importlint.syntax.traverse import statements

if TYPE_CHECKING:
    from importlint.project import Project


@rule(
    "IL409",
    "entry-point-broken",
    Severity.ERROR,
    "An entry point names what is not there, or what a script cannot call.",
)
def entry_point_broken(project: Project) -> Iterator[Finding]:
    """Entry points of the project that fail as soon as they are loaded, or whose script never does its work."""
    importer = outside_importer(project, project.layout.project)
    for entry in project.entry_points:
        if not is_asked_about(project, entry.module, entry.location):
            continue
        resolution = project.resolve(entry.module, importer)
        if resolution.failure is not None:
            is_certain = _is_own(project, resolution) and not _is_dotted_attribute(project, entry, resolution)
            if is_certain and is_absent(project, resolution, importer, own=True):
                yield _finding(
                    entry, f"fails: {_no_module(resolution)}", help=_near_module(project, resolution)
                )
        elif resolution.spec is not None and project.is_own(resolution.spec):
            yield from _attribute(project, entry, resolution.spec)


def _is_own(project: Project, resolution: Resolution) -> bool:
    """Whether what a name fails in is a module of the project."""
    parent = resolution.searches[-2].spec if len(resolution.searches) > 1 else None
    return parent is not None and parent.kind is Kind.SOURCE and project.is_own(parent)


def _is_dotted_attribute(project: Project, entry: EntryPoint, resolution: Resolution) -> bool:
    """Whether `module.attribute` may be meant: some groups have readers of their own for such values."""
    parent, failure = resolution.searches[-2].spec, resolution.failure
    if entry.is_script or entry.attribute or parent is None or failure is None:
        return False
    return not project.exports.lacks(parent, failure.name.rpartition(".")[2])


def _no_module(resolution: Resolution) -> str:
    failure = resolution.failure
    assert failure is not None
    is_below_module = failure.kind is FailureKind.NOT_A_PACKAGE
    reason = f": `{failure.name.rpartition('.')[0]}` is not a package" if is_below_module else ""
    return f"no module named `{failure.name}`{reason}"


def _near_module(project: Project, resolution: Resolution) -> str:
    failure, parent = resolution.failure, resolution.searches[-2].spec
    assert failure is not None
    finders = map(project.finder.path_finder.entry_finder, (parent and parent.search_locations) or ())
    names = {name for finder in finders if finder for name in finder.module_names()}
    package, _, name = failure.name.rpartition(".")
    meant = did_you_mean(name, names, cutoff=0.8).removeprefix("; ")
    return meant.replace("`", f"`{package}.", 1)


def _attribute(project: Project, entry: EntryPoint, module: Spec) -> Iterator[Finding]:
    """What is wrong with the attribute of an entry point whose module is there."""
    if not entry.attribute:
        if entry.is_script:
            yield _finding(
                entry,
                f"names no function: `{entry.module}` is a module",
                help=f"write `{entry.module}:` and the name of the function to call",
            )
        return
    missing = missing_attribute(project, module, entry.attribute)
    if missing is not None:
        yield _finding(entry, f"fails: {_lacks(entry, missing)}", help=_near_name(project, missing))
    elif entry.is_script:
        found = find_attribute(project, module, entry.attribute)
        reason = _why_not_called(project, entry, found) if found is not None else ""
        if reason:
            yield _finding(entry, reason)


def _lacks(entry: EntryPoint, missing: Missing) -> str:
    owner, name = missing.owner, missing.name
    if entry.is_script and isinstance(owner, Spec):
        return f"cannot import name `{name}` from `{owner.name}`"
    return f"`{owner.name}` has no attribute `{name}`"


def _near_name(project: Project, missing: Missing) -> str:
    names = project.exports.of(missing.owner) if isinstance(missing.owner, Spec) else None
    return did_you_mean(missing.name, names or (), cutoff=0.8).removeprefix("; ")


def _why_not_called(project: Project, entry: EntryPoint, found: Definition | Spec) -> str:
    """Why calling what was found is of no use to a script; empty if it may be."""
    if isinstance(found, Spec):
        return f"fails: `{found.name}` is a module, which cannot be called"
    match found.statement:
        case f.Assign(value=value) | f.AnnotatedAssign(value=value) if value is not None:
            kind = _kind(value)
            if not kind or _is_set_from_outside(project, entry.attribute):
                return ""
            article = "an" if kind == "int" else "a"
            return f"fails: `{entry.module}:{entry.attribute}` is {article} {kind}, which cannot be called"
        case f.FunctionDef(decorators=()) as function:
            return _why_call_is_useless(project, found.module, function)
    return ""


def _is_set_from_outside(project: Project, dotted: str) -> bool:
    """Whether a function of the project may give the attribute another value: nothing else reads their text."""
    assigned = re.compile(rf"\.{re.escape(dotted.rpartition('.')[2])}\s*=(?!=)")
    sources = map(read_source, project.modules)
    return any(assigned.search(source.text) for source in sources if isinstance(source, Source))


def _why_call_is_useless(project: Project, module: Spec, function: f.FunctionDef) -> str:
    """What is wrong with `sys.exit(function())`."""
    required = _required(function.parameters)
    if required:
        listed = ", ".join(f"`{name}`" for name in required)
        return (
            f"fails: `{function.name}` needs {'an argument' if len(required) == 1 else 'arguments'}: {listed}"
        )
    bodies = project.bodies(module.origin) if module.origin else None
    body = bodies.of(function) if bodies else None
    if body is not None and body.is_generator:
        return (
            f"never runs: `{function.name}` is {'an async' if function.is_async else 'a'} generator function"
        )
    if function.is_async:
        return f"never runs: `{function.name}` is a coroutine function, and nothing awaits it"
    kind = _always_returned(body.body) if body is not None else ""
    return f"always ends with exit code 1: `{function.name}` returns a {kind}" if kind else ""


def _required(parameters: f.Parameters) -> tuple[str, ...]:
    """The parameters without defaults."""
    positional = (*parameters.positional_only, *parameters.positional)
    by_name = zip(parameters.keyword_only, parameters.keyword_defaults, strict=True)
    without_default = positional[: len(positional) - len(parameters.defaults)]
    return (*without_default, *(name for name, default in by_name if default is None))


def _kind(value: f.Expression) -> str:
    """The type of a value that is written out; empty for every other."""
    match value:
        case f.Constant(value=constant):
            return type(constant).__name__
        case f.Display(kind=kind) | f.Comprehension(kind=kind):
            return kind
    names: dict[type, str] = {f.DictDisplay: "dict", f.JoinedText: "str"}
    return names.get(type(value), "")


def _always_returned(body: f.Block) -> str:
    """The type of what a function returns at each of its ends, if all of it makes `sys.exit` say 1."""
    returned = [each for each in statements(body) if isinstance(each, f.Return)]
    kinds = [_failing_kind(each.value) for each in returned]
    return kinds[0] if kinds and all(kinds) and _never_falls_through(body) else ""


def _failing_kind(value: f.Expression | None) -> str:
    """The type of a value that `sys.exit` prints and makes 1 of; `True` is 1. Empty for every other."""
    if value is None or (isinstance(value, f.Constant) and value.value is False):
        return ""
    kind = _kind(value)
    return "" if kind in ("int", "tuple", "NoneType") else kind


def _never_falls_through(block: f.Block) -> bool:
    """Whether the end of a block is never reached."""
    match block[-1] if block else None:
        case f.Return() | f.Raise():
            return True
        case f.If(body=body, orelse=orelse):
            return _never_falls_through(body) and _never_falls_through(orelse)
        case f.Try(body=body, handlers=handlers, orelse=(), finalbody=()):
            return all(map(_never_falls_through, (body, *(handler.body for handler in handlers))))
    return False


def _finding(entry: EntryPoint, what: str, *, help: str = "") -> Finding:  # noqa: A002 - as `Finding` has it
    kind = SCRIPT_GROUPS.get(entry.group)
    subject = f"the {kind} `{entry.name}`" if kind else f"the entry point `{entry.name}` of `{entry.group}`"
    return Finding(
        location=entry.location,
        module=entry.module,
        message=f"{subject} {what}",
        help=help,
        subjects=(entry.group, entry.name, entry.value),
    )


RULES = (entry_point_broken,)
