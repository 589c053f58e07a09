"""What the analysed code asks of the module cache, `sys.modules`, and changes in it by its methods.

Language reference, "The module cache".
"""

from __future__ import annotations

from importlint.machine.loader import Loader
from importlint.machine.run import Place
from importlint.machine.values import UNKNOWN, Dictionary, External, Value

SYS_MODULES = External("sys.modules")


def loaded_module(loader: Loader, name: Value, place: Place) -> Value:
    """`sys.modules[name]`.

    Raises:
        Raised: there is certainly no such module.
    """
    if not isinstance(name, str):
        return UNKNOWN
    if place.module is None or name != place.module.name:
        loader.recorder.depends_on(None)
    if name in loader.modules:
        return loader.modules[name]
    if _is_missing(loader, name):
        is_own = loader.world.resolve(name).spec is not None
        loader.run.error(place, "KeyError", repr(name), is_claim=is_own and not loader.run.depth)
    return UNKNOWN


def is_loaded(loader: Loader, name: Value) -> bool | None:
    """`name in sys.modules`; None if that is unknown."""
    loader.recorder.depends_on(None)
    if not isinstance(name, str):
        return None
    if name in loader.modules:
        return True
    return False if _is_missing(loader, name) else None


def module_cache_method(loader: Loader, name: str, arguments: tuple[Value, ...], place: Place) -> Value:
    """What `sys.modules.name(...)` returns.

    Raises:
        Raised: it fails.
    """
    loader.recorder.depends_on(None)
    modules = loader.modules
    match name, arguments:
        case "get", (str(key), *default):
            if key in modules:
                return modules[key]
            if not _is_missing(loader, key):
                return UNKNOWN
            return default[0] if default else None
        case "pop", (str(key), *default):
            if key in modules:
                value = modules[key]
                loader.journal.drop(modules, key)
                return value
            if default:
                return default[0]
            loader.run.error(place, "KeyError", repr(key), is_claim=loader.run.depth == 0)
        case "setdefault", (str(key), value):
            if key not in modules:
                loader.journal.put(modules, key, value)
            return modules[key]
        case "update", (Dictionary(items=items),):
            for each, module in items.items():
                if isinstance(each, str):
                    loader.journal.put(modules, each, module)
            return None
    return UNKNOWN


def _is_missing(loader: Loader, name: str) -> bool:
    """Whether a module that has not been seen loading is not loaded: those that are not followed may be."""
    spec = loader.world.resolve(name).spec
    return spec is None or loader.world.is_followed(spec)
