"""Show how a module's name is found: what each finder said, what won and what it shadows."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from importlint.cli import FOUND_SOMETHING
from importlint.cli.options import add_settings_arguments, settings_from
from importlint.cli.output import print_environment, write_output

if TYPE_CHECKING:
    from importlint.finder.spec import Attempt, Resolution, Search, Spec
    from importlint.project import Project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `resolve` understands."""
    parser.add_argument("names", nargs="+", metavar="NAME", help="absolute dotted names of modules")
    add_settings_arguments(parser)
    parser.add_argument(
        "--modules", action="store_true", help="list each name and every module below it, a line each"
    )
    parser.add_argument("--output-format", choices=("text", "json"), default="text", dest="answer_format")


def run(options: argparse.Namespace) -> int:
    """Print the answer for each name; 1 if one of them is not found."""
    from importlint.finder.resolve import resolve
    from importlint.project import Project

    project = Project(settings_from(options), (".",))
    if options.verbose:
        print_environment(project.environment)
    path = tuple(dict.fromkeys((*project.layout.roots, *project.environment.path)))
    answers = [resolve(project.finder, name, path, project.package_paths.locate) for name in options.names]
    if options.modules:
        answers = [each for answer in answers for each in (answer, *_below(project, path, answer))]
    if options.answer_format == "json":
        write_output("".join(_as_json(project, path, answer) for answer in answers))
    elif options.modules:
        width = max(len(answer.name) for answer in answers)
        write_output("".join(f"{answer.name:{width}}  {_in_short(answer)}\n" for answer in answers))
    else:
        write_output("\n".join(_as_text(project, path, answer) for answer in answers))
    return FOUND_SOMETHING if any(answer.failure for answer in answers) else 0


def _below(project: Project, path: tuple[str, ...], package: Resolution) -> list[Resolution]:
    """How every module below a package is found, sorted by name."""
    from importlint.finder.listing import list_modules
    from importlint.finder.resolve import resolve

    locate = project.package_paths.locate
    if package.spec is None:
        return []
    inside = locate(package.spec, _searched_paths(project, path, package)[-1]) or ()
    below = list_modules(project.finder, inside, package.name, locate)
    return [resolve(project.finder, spec.name, path, locate) for spec in below]


# ---- for programs


def _as_json(project: Project, path: tuple[str, ...], resolution: Resolution) -> str:
    import json

    spec, failure = resolution.spec, resolution.failure
    paths = _searched_paths(project, path, resolution)
    answer: dict[str, Any] = {
        "name": resolution.name,
        "found": spec is not None,
        "kind": _kind(spec),
        "is_package": spec is not None and spec.is_package,
        "origin": spec.origin if spec else None,
        "search_locations": _locations(spec),
        "error": {"type": failure.type, "message": failure.message} if failure else None,
        "shadowed": list(project.finder.shadowed(spec, paths[-1])) if spec else [],
    }
    return json.dumps(answer) + "\n"


def _kind(spec: Spec | None) -> str | None:
    from importlint.finder.spec import Kind

    return None if spec is None or spec.kind is Kind.ASSUMED else spec.kind.value


def _locations(spec: Spec | None) -> list[str] | None:
    """The search locations that are real: none of an assumed package's."""
    from importlint.finder.path_finder import opaque_reason
    from importlint.finder.spec import Kind

    if spec is None or spec.search_locations is None:
        return None
    if spec.kind is Kind.ASSUMED:
        return []
    return [location for location in spec.search_locations if opaque_reason(location) is None]


def _searched_paths(project: Project, path: tuple[str, ...], resolution: Resolution) -> list[tuple[str, ...]]:
    """The path on which each part of the name was searched."""
    paths = [path]
    for search in resolution.searches[:-1]:
        if search.spec is not None:
            paths.append(project.package_paths.locate(search.spec, paths[-1]) or ())
    return paths


# ---- for people


def _as_text(project: Project, path: tuple[str, ...], resolution: Resolution) -> str:
    lines = [resolution.name]
    paths = _searched_paths(project, path, resolution)
    parent: Spec | None = None
    for search, searched in zip(resolution.searches, paths, strict=True):
        lines += [f"  {line}" for line in _search_lines(project, search, searched, parent)]
        parent = search.spec
    spec, failure = resolution.spec, resolution.failure
    if failure is not None:
        lines.append(f"  {failure.type}: {failure.message}")
        if resolution.opaque is not None:
            lines.append(f"  not certain: {resolution.opaque}")
    elif spec is not None:
        target = project.finder.alias_target(spec.name) or spec.name
        lines.append(f"  {module_repr(spec, target, project.target.version)}")
    return "".join(f"{line}\n" for line in lines)


def _in_short(resolution: Resolution) -> str:
    """Where a module is, or why it is not found."""
    spec, failure = resolution.spec, resolution.failure
    if failure is not None:
        return f"{failure.type}: {failure.message}"
    return (spec.origin or f"({spec.kind.value})") if spec is not None else ""


def _search_lines(
    project: Project, search: Search, path: tuple[str, ...], parent: Spec | None
) -> Iterator[str]:
    from importlint.finder.spec import Outcome

    if parent is None:
        yield f"`{search.name}` on the module search path:"
    elif path:
        yield f"`{search.name}` on the `__path__` of `{parent.name}`:"
    else:
        yield f"`{search.name}`, although `{parent.name}` has no `__path__`:"
    width = max((len(_place(attempt)) for attempt in search.tried), default=0)
    found = search.spec is not None and search.tried[-1].outcome is Outcome.FOUND
    for attempt in search.tried:
        yield f"  {_place(attempt):{width}}  {_words(attempt, passed_over=found)}"
    if search.spec is not None:
        for file in project.finder.shadowed(search.spec, path):
            yield f"  shadows {file}"
        located = project.package_paths.locate(search.spec, path)
        if located != search.spec.search_locations:
            yield f"  its code makes its `__path__` {'nothing' if located is None else list(located)}"


def _place(attempt: Attempt) -> str:
    return {"builtin": "built-in modules", "frozen": "frozen modules"}.get(attempt.where, attempt.where)


def _words(attempt: Attempt, *, passed_over: bool) -> str:
    """What one step of a search had to say; `passed_over` if a module was found after portions."""
    import os

    from importlint.finder.spec import Outcome

    match attempt.outcome:
        case Outcome.FOUND:
            return f"found: {attempt.detail}" if attempt.detail else "found"
        case Outcome.PORTION if passed_over:
            return f"a directory without `__init__`, passed over for the module below: {attempt.detail}"
        case Outcome.PORTION:
            return f"a portion of a namespace package: {attempt.detail}"
        case Outcome.ABSENT:
            return "nothing"
        case Outcome.NO_FINDER:
            is_there = os.path.exists(attempt.where)
            return "neither a directory nor a zip file" if is_there else "does not exist"
        case Outcome.OPAQUE:
            return "cannot be told" + (f": {attempt.detail}" if attempt.detail else "")


def module_repr(spec: Spec, name: str, version: tuple[int, int]) -> str:
    """CPython's `repr` of the module of `spec`, whose own name is `name`; addresses are left out.

    CPython `importlib._bootstrap._module_repr_from_spec`.
    """
    from importlint.finder.spec import Kind

    match spec.kind:
        case Kind.BUILTIN:
            return f"<module {name!r} (built-in)>"
        case Kind.FROZEN:
            return f"<module {name!r} (frozen)>"
        case Kind.ASSUMED:
            return f"<module {name!r}>"
        case Kind.NAMESPACE if version < (3, 10):
            return f"<module {name!r} (namespace)>"
        case Kind.NAMESPACE if version < (3, 12):
            loader = "_NamespaceLoader" if version == (3, 10) else "NamespaceLoader"
            return f"<module {name!r} (<_frozen_importlib_external.{loader} object at 0x...>)>"
        case Kind.NAMESPACE:
            return f"<module {name!r} (namespace) from {_locations(spec)}>"
    return f"<module {name!r} from {spec.origin!r}>"
