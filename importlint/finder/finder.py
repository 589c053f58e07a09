"""From a module name to a spec, by the finders of one environment in the order of `sys.meta_path`.

Built-in modules, frozen modules, then the path; editable installs in their place before or after. A `Finder`
belongs to one run: it remembers listings and answers, so files that change meanwhile are not seen.

CPython `importlib._bootstrap._find_spec`; language reference, "The meta path".
"""

from __future__ import annotations

import os

from importlint import disk
from importlint.finder.environment import Environment
from importlint.finder.installation import module_suffixes
from importlint.finder.library_entry import library_hooks
from importlint.finder.meta_path import AskedFinder, MetaPathFinder, OpaqueFinder, PremadeNamespace
from importlint.finder.path_entry import FileSystem
from importlint.finder.path_finder import PathFinder
from importlint.finder.six_moves import MovesFinder, is_moves, moves_entry
from importlint.finder.spec import Attempt, Kind, Outcome, Search, Spec
from importlint.finder.standard_library import LibraryModule, load_standard_library, preloaded_names
from importlint.target import Target


class Finder:
    """Answers where modules are, for one environment and target, reading each directory once."""

    def __init__(self, environment: Environment, target: Target | None = None) -> None:
        self.environment = environment
        self.target = target or environment.target
        self._library = load_standard_library()
        self.files = files = FileSystem(self.target.version)
        suffixes = module_suffixes(environment.extension_suffixes, environment.target.platform)
        self.path_finder = PathFinder(suffixes, files)
        for finder in environment.finders:
            if not isinstance(finder, OpaqueFinder):
                for entry, entry_finder in finder.hooks().items():
                    self.path_finder.hook(entry, entry_finder)
        foreign = self.target != environment.target or not environment.library_present
        if foreign:
            path = environment.library_path
            for entry, library_entry in library_hooks(
                path, self._library, self.target, suffixes, files
            ).items():
                self.path_finder.hook(entry, library_entry)
        exact = None if foreign else environment.builtin_names
        self._builtin_names = exact or self._library.builtin_names(self.target)
        self.preloaded = preloaded_names(self.target) | {
            finder.name for finder in environment.finders if isinstance(finder, PremadeNamespace)
        }
        """Names that are in `sys.modules` before the first import of a program."""
        self._first, self._last = _split_finders(environment.finders)
        self._answers: dict[tuple[str, tuple[str, ...]], Search] = {}

    def find(self, name: str, path: tuple[str, ...]) -> Search:
        """What the finders answer for `name`, whose last component is searched on `path`.

        `path` is the module search path (source roots before `environment.path`) for a top-level name, the
        parent's `__path__` below a package. Names that only `sys.modules` has are `find_alias`'s business.
        """
        key = (name, path)
        if key not in self._answers:
            self._answers[key] = self._find(name, path)
        return self._answers[key]

    def find_alias(self, name: str, parent: Spec) -> Search | None:
        """The answer for a name that its parent puts into `sys.modules`, such as `os.path`; else None.

        CPython looks there again after it imported the parent, even if the parent is not a package.
        """
        if parent.origin is not None and is_moves(name, parent):
            entry = moves_entry(parent.origin)
            self.path_finder.hook(entry, MovesFinder(parent.origin))
            spec = Spec(name=name, kind=Kind.ASSUMED, search_locations=(entry,))
            return Search(name=name, spec=spec, tried=(Attempt(parent.origin, Outcome.FOUND),))
        alias = self._library.aliases.get(name)
        of_library = parent.origin is None or parent.origin.startswith(self.environment.library + os.sep)
        if alias is None or not of_library or not alias.covers(self.target):
            return None
        spec = Spec(name=name, kind=Kind.ASSUMED)
        if alias.target is not None:
            target = self.find(alias.target, self.environment.library_path).spec
            if target is not None:
                # `importlib` tells its two frozen parts where their files are, in every version.
                file = os.path.join(self.environment.library, *name.split(".")) + ".py"
                origin = target.origin or (file if disk.is_file(file) else None)
                spec = Spec(name=name, kind=target.kind, origin=origin)
        detail = f"importing `{parent.name}` puts it there"
        return Search(name=name, spec=spec, tried=(Attempt("sys.modules", Outcome.FOUND, detail),))

    def alias_target(self, name: str) -> str | None:
        """The name of the module that a name in `sys.modules` stands for: `posixpath` for `os.path`."""
        alias = self._library.aliases.get(name)
        return alias.target if alias is not None and alias.covers(self.target) else None

    def shadowed(self, spec: Spec, path: tuple[str, ...]) -> tuple[str, ...]:
        """The files on `path` that would also have answered for the name of `spec`, had it not been found.

        Of portions of a namespace package, the directories.
        """
        own = {spec.origin, *(spec.search_locations or ())}
        found: list[str] = []
        for entry_finder in map(self.path_finder.entry_finder, path):
            for other in entry_finder.find_all(spec.name) if entry_finder else ():
                found += (other.origin,) if other.origin else other.search_locations or ()
        for finder in self._last:
            later = (
                None if isinstance(finder, OpaqueFinder) else finder.find(spec.name, path, self.path_finder)
            )
            found += (later.origin,) if later and later.origin else ()
        real = filter(os.path.isabs, dict.fromkeys(found))  # without place-holders
        return tuple(each for each in real if each not in own)

    def names_beside_the_path(self) -> frozenset[str]:
        """The top-level names that finders of editable installs have, whatever the path."""
        finders = (each for each in self.environment.finders if not isinstance(each, OpaqueFinder))
        return frozenset().union(*(finder.top_level_names() for finder in finders))

    def standard_library(self, name: str) -> LibraryModule | None:
        """The versions and platforms whose standard library has this top-level name; None if none has."""
        return self._library.modules.get(name)

    def _find(self, name: str, path: tuple[str, ...]) -> Search:
        tried: list[Attempt] = []
        for early in self._first:
            if spec := _ask(early, name, path, self.path_finder, tried):
                return Search(name=name, spec=spec, tried=tuple(tried))
        if spec := self._find_inside(name, tried):
            return Search(name=name, spec=spec, tried=tuple(tried))
        if name in self.preloaded and not set(path).isdisjoint(self.environment.library_path):
            tried.append(
                Attempt("sys.modules", Outcome.FOUND, "imported before the rest of the path is known")
            )
            path = self.environment.start_path
        search = self.path_finder.find(name, path)
        tried.extend(search.tried)
        if search.spec is not None:
            return Search(name=name, spec=search.spec, tried=tuple(tried))
        opaque = search.opaque
        for finder in self._last:
            if isinstance(finder, OpaqueFinder):
                if "." not in name:
                    opaque = opaque or f"`{finder.where}` runs code that may find it"
                    tried.append(Attempt(finder.where, Outcome.OPAQUE))
            elif spec := _ask(finder, name, path, self.path_finder, tried):
                return Search(name=name, spec=spec, tried=tuple(tried))
        return Search(name=name, spec=None, tried=tuple(tried), opaque=opaque)

    def _find_inside(self, name: str, tried: list[Attempt]) -> Spec | None:
        """The spec of a module that is compiled into the interpreter: `BuiltinImporter`, `FrozenImporter`."""
        top_level = "." not in name
        if name in self._builtin_names:
            tried.append(Attempt("builtin", Outcome.FOUND))
            return Spec(name=name, kind=Kind.BUILTIN)
        frozen = self._library.frozen.get(name)
        if frozen is None or not frozen.covers(self.target):
            if top_level:
                tried += [Attempt("builtin", Outcome.ABSENT), Attempt("frozen", Outcome.ABSENT)]
            return None
        source = frozen.source(name) if self.target.version >= (3, 11) else None
        origin = os.path.join(self.environment.library, source) if source else None
        tried.append(Attempt("frozen", Outcome.FOUND, origin or ""))
        locations: tuple[str, ...] | None = None
        if frozen.package:
            usual = origin is not None and os.path.basename(origin) == "__init__.py"
            locations = (os.path.dirname(origin),) if origin and usual else ()
        known = origin if origin and disk.is_file(origin) else None
        return Spec(name=name, kind=Kind.FROZEN, origin=known, search_locations=locations)


def _split_finders(finders: tuple[MetaPathFinder, ...]) -> tuple[list[AskedFinder], list[MetaPathFinder]]:
    """The finders that start-up inserts before CPython's own, in the order they end up in, and the others."""
    first = [finder for finder in finders if not isinstance(finder, OpaqueFinder) and finder.first]
    return first[::-1], [finder for finder in finders if finder not in first]


def _ask(
    finder: AskedFinder, name: str, path: tuple[str, ...], path_finder: PathFinder, tried: list[Attempt]
) -> Spec | None:
    spec = finder.find(name, path, path_finder)
    if spec is not None:
        tried.append(Attempt(finder.where, Outcome.FOUND, spec.origin or ""))
    return spec
