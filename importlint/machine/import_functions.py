"""Functions that import, find or make a module: `importlib.import_module`, `__import__` and the like.

CPython `Lib/importlib/__init__.py`, `Lib/importlib/util.py`, `_bootstrap.__import__`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from importlint.finder.resolve import absolute_name
from importlint.finder.spec import Failure as SearchFailure
from importlint.finder.spec import Kind, Spec
from importlint.machine.run import Place
from importlint.machine.values import (
    UNKNOWN,
    ModuleDict,
    ModuleObject,
    Presumed,
    Sequence,
    SpecObject,
    Value,
)

if TYPE_CHECKING:
    from importlint.machine.library import Arguments, Keywords, Library, LibraryFunction


def _import_module(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    name = arguments[0] if arguments else keywords.get("name", UNKNOWN)
    package = arguments[1] if len(arguments) > 1 else keywords.get("package")
    if not isinstance(name, str):
        return UNKNOWN
    if not name.startswith("."):
        return library.loader.load(name, place) if name and all(name.split(".")) else UNKNOWN
    if not isinstance(package, str) or not package:
        return UNKNOWN
    level = len(name) - len(name.lstrip("."))
    parts = package.split(".")
    if level > len(parts):
        text = "attempted relative import beyond top-level package"
        library.run.error(place, "ImportError", text)
    base = ".".join(parts[: len(parts) - level + 1])
    return library.loader.load(f"{base}.{name[level:]}" if name[level:] else base, place)


def _dunder_import(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    values = dict(zip(("name", "globals", "locals", "fromlist", "level"), arguments, strict=False))
    values.update(keywords)
    name, names, level = values.get("name"), values.get("fromlist"), values.get("level", 0)
    if not isinstance(name, str) or not isinstance(level, int) or not (name or level):
        return UNKNOWN
    if level:
        inside = values.get("globals")
        if not isinstance(inside, ModuleDict) or inside.module.code is None:
            return UNKNOWN
        version = library.run.world.target.version
        absolute = absolute_name(inside.module.base, level, name, version)
        if isinstance(absolute, SearchFailure):
            library.run.error(place, absolute.type, absolute.message)
            return UNKNOWN
        name = absolute
    listed = names.items if isinstance(names, Sequence) else []
    texts = tuple(each for each in listed if isinstance(each, str) and each)
    if not listed and (names is None or (isinstance(names, Sequence) and not names.is_open)):
        return library.loader.import_top(name, place)
    module = library.loader.load(name, place)
    library.loader.from_list(module, texts, place)
    return module


def _find_spec(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    name = arguments[0] if arguments else keywords.get("name")
    if not isinstance(name, str) or name.startswith("."):
        return UNKNOWN
    parent = name.rpartition(".")[0]
    if parent:
        library.loader.load(parent, place)
    resolution = library.run.world.resolve(name)
    if resolution.spec is not None:
        return SpecObject(name, resolution.spec.is_package, resolution.spec.origin)
    return None if library.run.world.is_absent(resolution) else Presumed(None)


def _module_type(library: Library, arguments: Arguments, keywords: Keywords, place: Place) -> Value:
    match arguments:
        case (str(name), *_):
            spec = Spec(name=name, kind=Kind.ASSUMED)
            return ModuleObject(name, spec, None, is_followed=True, is_package=False, initialising=False)
    return UNKNOWN


IMPORT_FUNCTIONS: dict[str, LibraryFunction] = {
    "importlib.import_module": _import_module,
    "builtins.__import__": _dunder_import,
    "importlib.__import__": _dunder_import,
    "importlib.util.find_spec": _find_spec,
    "types.ModuleType": _module_type,
}
