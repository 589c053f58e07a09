"""What a call, a write or an import does, looked up by name: the catalogue of effects.

Its source are the tables in `importlint/data/effects`, which say of every name how it is known what it does;
`python -m tests.effects.compiled` makes `importlint/data/effects.json` of them, which is quick to load.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeVar

import msgspec
from msgspec import Struct, structs

from importlint.effects.conditions import QualifiedName, holds
from importlint.effects.entries import CallEffect, ImportEffect, OwnEffect
from importlint.effects.kinds import Kind
from importlint.effects.names import documented_name, known_name
from importlint.syntax import facts as f

T = TypeVar("T")


class Catalogue(Struct, frozen=True, kw_only=True):
    """Everything that is known of names, by the names that their documentation gives them."""

    calls: dict[str, tuple[CallEffect, ...]]
    """What calls of a name do; of several entries for one name, each has its condition."""
    objects: dict[str, Kind]
    """Objects that all modules share: whoever changes, replaces or deletes their items, or themselves, does it."""
    attributes: dict[str, Kind]
    """Attributes that all modules share, to be bound or deleted; `a.*` is every attribute at or below `a`."""
    imports: dict[str, ImportEffect]
    harmless: frozenset[str]
    """Functions and classes whose call has no effect but its result."""
    harmless_methods: frozenset[str]
    """Methods without an effect, whatever their object is."""
    changing_methods: frozenset[str]
    """Methods that change their object and nothing else."""
    aliases: dict[str, str]
    """From another name of a module or an attribute to the documented one."""
    instances: dict[str, str]
    """From a call (`logging.getLogger()`) or an attribute to the class of what it gives."""

    def names(self, name: str) -> tuple[str, ...]:
        """The names by which the catalogue may know what is written as `name`, the most exact first."""
        documented = documented_name(name, self.aliases)
        known = documented_name(known_name(documented, self.instances), self.aliases)
        return (documented,) if known == documented else (documented, known)

    def is_harmless(self, name: str) -> bool:
        """Whether calling what `name` stands for surely does nothing but give a result."""
        return any(each in self.harmless for each in self.names(name))


def load_catalogue() -> Catalogue:
    """The catalogue, read from `importlint/data/effects.json`."""
    path = os.path.join(os.path.dirname(os.path.dirname(__file__)), "data", "effects.json")
    with open(path, "rb") as file:
        return msgspec.json.decode(file.read(), type=Catalogue)


def for_platform(catalogue: Catalogue, platform: str) -> Catalogue:
    """The catalogue without the calls that do nothing where `sys.platform` is `platform`."""
    elsewhere = {
        name: tuple(effect for effect in effects if platform not in effect.not_on)
        for name, effects in catalogue.calls.items()
        if any(effect.not_on for effect in effects)
    }
    return structs.replace(catalogue, calls=catalogue.calls | elsewhere)


def call_kind(catalogue: Catalogue, name: str, call: f.Call, qualified: QualifiedName) -> Kind | None:
    """What a call of `name` does; None if nothing is known, or if the arguments do not tell.

    `name` is as `names.written_name` gives it. For a method, `call` may have the call that made its object
    written out (`logging.getLogger().setLevel(10)`), although the file has it in a variable. `qualified` says
    what an argument stands for.
    """
    for each in catalogue.names(name):
        if each in catalogue.calls:
            does = (effect.kind for effect in catalogue.calls[each] if _does(effect, call, qualified))
            kind = next(does, None)
            if kind is not None:
                return kind
        else:
            owner, _, method = each.rpartition(".")
            if method in catalogue.changing_methods and owner in catalogue.objects:
                return catalogue.objects[owner]
    return None


def _does(effect: CallEffect, call: f.Call, qualified: QualifiedName) -> bool:
    """Whether the arguments make the call have the effect, for sure."""
    if effect.when is not None and holds(effect.when, call, qualified) is not True:
        return False
    return effect.unless is None or holds(effect.unless, call, qualified) is False


def write_kind(
    catalogue: Catalogue, target: f.Expression, qualified: QualifiedName, *, augmented: bool = False
) -> Kind | None:
    """What binding or deleting `target` does; `augmented` for `target += value`, which changes the object.

    The target is one without parts: what is written in a tuple or behind a star is asked about by itself.
    """
    match target:
        case f.Subscript(value):
            return _first(catalogue, qualified(value), catalogue.objects.get)
        case f.Name() if augmented:
            return _first(catalogue, qualified(target), catalogue.objects.get)
        case f.Attribute():
            return _first(catalogue, qualified(target), lambda name: _attribute_kind(catalogue, name))
    return None


def _attribute_kind(catalogue: Catalogue, name: str) -> Kind | None:
    found = catalogue.objects.get(name) or catalogue.attributes.get(name)
    while found is None and "." in name:
        name = name.rpartition(".")[0]
        found = catalogue.attributes.get(f"{name}.*")
    return found


def _first(catalogue: Catalogue, name: str | None, find: Callable[[str], Kind | None]) -> Kind | None:
    """What is found under one of the names by which the catalogue may know `name`."""
    found = (find(each) for each in (catalogue.names(name) if name else ()))
    return next((kind for kind in found if kind is not None), None)


def import_kind(catalogue: Catalogue, module: str) -> Kind | None:
    """What importing `module` itself does, beside what the modules do that it imports."""
    effect = catalogue.imports.get(module)
    return effect.kind if effect else None


def with_own_effects(catalogue: Catalogue, own: Iterable[OwnEffect]) -> Catalogue:
    """The catalogue with what the settings say in place of its own entries for the same names."""
    calls: dict[str, tuple[CallEffect, ...]] = {}
    writes: dict[str, Kind | None] = {}
    imports: dict[str, Kind | None] = {}
    for entry in own:
        name, kind = documented_name(entry.name, catalogue.aliases), entry.kind
        if entry.by == "write":
            writes[name] = kind
        elif entry.by == "import":
            imports[name] = kind
        else:
            effects = (CallEffect(kind=kind, when=entry.when, unless=entry.unless),) if kind else ()
            calls[name] = (*calls.get(name, ()), *effects)
    written = {name: kind for name, kind in writes.items() if kind}
    return structs.replace(
        catalogue,
        calls=catalogue.calls | calls,
        objects=_without(catalogue.objects, writes) | written,
        attributes=_without(catalogue.attributes, writes) | written,
        imports=_without(catalogue.imports, imports)
        | {name: ImportEffect(kind=kind) for name, kind in imports.items() if kind},
        harmless=(catalogue.harmless | {name for name, effects in calls.items() if not effects})
        - {name for name, effects in calls.items() if effects},
    )


def _without(table: Mapping[str, T], names: Collection[str]) -> dict[str, T]:
    return {name: value for name, value in table.items() if name not in names}
