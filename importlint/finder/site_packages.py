"""From the site directories of an environment to its path: `PYTHONPATH`, `.pth` files, editable installs behind them.

Path lines are followed. Import lines are never run: known shapes are recognised, anything else makes absent
names uncertain.

CPython `Modules/getpath.py` (`PYTHONPATH`), `Lib/site.py` (`main`, `addsitedir`, `addpackage`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from msgspec import Struct

from importlint import disk
from importlint.finder.import_line import Effect, fails, read_import_line, read_start_entry
from importlint.finder.installation import Installation, VirtualEnvironment
from importlint.finder.meta_path import MappingFinder, MetaPathFinder, OpaqueFinder


class SitePackages(Struct, frozen=True, kw_only=True):
    """What `site` makes of an environment."""

    path: tuple[str, ...]
    """`PYTHONPATH` and the path of the standard library first."""
    start_path: tuple[str, ...]
    """What of it is there before `site` runs."""
    directories: tuple[str, ...]
    """The site directories."""
    finders: tuple[MetaPathFinder, ...]
    """In the order in which start-up files add them."""
    notes: tuple[str, ...]


class SiteRules(Struct, frozen=True, kw_only=True):
    """How one version of `site` reads; patch levels differ, so its own text is consulted."""

    debian: bool
    """Debian's `dist-packages` instead of `site-packages`."""
    skips_hidden: bool
    """Names that start with a dot are left out (gh-113659)."""
    splits_like_str: bool
    """Lines end where `str.splitlines` says, and a byte order mark is no part of the first (3.13)."""
    strips: bool
    """White space before a line is no part of it (3.15)."""
    once: bool
    """A virtual environment's files are read once, not twice (3.15)."""
    start_files: bool
    """Code runs after all path lines, and that of `.start` files takes the place of import lines (PEP 829, 3.15)."""


def read_site_packages(
    base: Installation, venv: VirtualEnvironment | None, environ: Mapping[str, str]
) -> SitePackages:
    """What `site.main` adds to `PYTHONPATH` and the standard library, and the finders that its files install."""
    if not base.uses_site:
        return SitePackages(path=base.path, start_path=base.path, directories=(), finders=(), notes=())
    rules = _rules(base)
    start_path = (*read_pythonpath(environ), *base.path)
    builder = _PathBuilder(start_path, rules)
    directories = [
        place for place in _site_directories(base, venv, rules, environ) if disk.is_directory(place)
    ]
    for directory in directories:
        builder.add_site_directory(directory)
    builder.run_deferred()
    builder.run_module("sitecustomize")
    if _uses_user_site(venv, environ):
        builder.run_module("usercustomize")
    return SitePackages(
        path=tuple(builder.path),
        start_path=start_path,
        directories=tuple(dict.fromkeys(directories)),
        finders=tuple(builder.finders),
        notes=tuple(dict.fromkeys(builder.notes)),
    )


def read_pythonpath(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The entries of `PYTHONPATH`; an empty one is the current directory."""
    text = environ.get("PYTHONPATH")
    return tuple(os.path.abspath(entry) for entry in text.split(os.pathsep)) if text else ()


def _rules(base: Installation) -> SiteRules:
    try:
        with disk.open_text(os.path.join(base.library, "site.py"), errors="replace") as file:
            text = file.read()
    except OSError:
        text = ""
    return SiteRules(
        debian="dist-packages" in text,
        skips_hidden='startswith(".")' in text or "startswith('.')" in text,
        splits_like_str=base.version >= (3, 13),
        strips=base.version >= (3, 15),
        once=base.version >= (3, 15),
        start_files=base.version >= (3, 15),
    )


def _site_directories(
    base: Installation, venv: VirtualEnvironment | None, rules: SiteRules, environ: Mapping[str, str]
) -> Iterator[str]:
    """The site directories in order, present or not: of the environment, the user, the installation."""
    of_venv = [*_below_prefix(venv.prefix, base, rules, in_venv=True)] if venv else []
    system = venv is None or venv.system_site_packages
    yield from of_venv
    if _uses_user_site(venv, environ):
        yield from _user_site(base, environ)
    if not rules.once:
        yield from of_venv
    if system:
        yield from _below_prefix(base.prefix, base, rules, in_venv=False)


def _uses_user_site(venv: VirtualEnvironment | None, environ: Mapping[str, str]) -> bool:
    return (venv is None or venv.system_site_packages) and not environ.get("PYTHONNOUSERSITE")


def _below_prefix(prefix: str, base: Installation, rules: SiteRules, in_venv: bool) -> Iterator[str]:
    """CPython `site.getsitepackages`, with Debian's changes."""
    name = base.library_name
    if base.platform == "win32":
        yield from (prefix, os.path.join(prefix, "Lib", "site-packages"))
    elif rules.debian:
        if in_venv:
            yield os.path.join(prefix, "lib", name, "site-packages")
        yield os.path.join(prefix, "local", "lib", name, "dist-packages")
        yield os.path.join(prefix, "lib", "python3", "dist-packages")
        yield os.path.join(prefix, "lib", name, "dist-packages")
    else:
        for platlibdir in dict.fromkeys((base.platlibdir, "lib")):
            yield os.path.join(prefix, platlibdir, name, "site-packages")


def _user_site(base: Installation, environ: Mapping[str, str]) -> Iterator[str]:
    """CPython `site._get_path`."""
    if base.platform == "win32":
        root = environ.get("PYTHONUSERBASE") or os.path.join(environ.get("APPDATA", "~"), "Python")
        yield os.path.join(root, f"Python{base.version[0]}{base.version[1]}", "site-packages")
        return
    home = environ.get("HOME") or os.path.expanduser("~")
    root = environ.get("PYTHONUSERBASE") or os.path.join(home, ".local")
    yield os.path.join(root, "lib", base.library_name, "site-packages")


class _PathBuilder:
    """`sys.path` and `sys.meta_path` while `site` fills them."""

    def __init__(self, path: tuple[str, ...], rules: SiteRules) -> None:
        self.path: list[str] = []
        self.finders: list[MetaPathFinder] = []
        self.notes: list[str] = []
        self._rules = rules
        self._known: set[str] = set()
        for entry in path:  # `site.removeduppaths`
            self._append(entry)
        self._imports: list[tuple[str, str]] = []
        self._starts: list[tuple[str, str]] = []
        self._mark = 0
        self._inserted = 0

    def add_site_directory(self, directory: str) -> None:
        """CPython `site.addsitedir`."""
        self._append(directory)
        try:
            names = disk.names(directory)
        except OSError:
            return
        if self._rules.skips_hidden:
            names = [name for name in names if not name.startswith(".")]
        starts = [name for name in names if name.endswith(".start") and self._rules.start_files]
        for name in names:
            if name.endswith(".pth"):
                replaced = name.removesuffix(".pth") + ".start" in starts
                self._add_package(directory, name, replaced)
        for name in starts:
            self._starts += self._start_entries(os.path.join(directory, name))

    def run_deferred(self) -> None:
        """Where code runs after all path lines: that of import lines, then that of `.start` files."""
        for file, line in self._imports:
            self._apply(file, read_import_line(file, line))
        for file, line in self._starts:
            self._apply(file, read_start_entry(file, line))

    def run_module(self, name: str) -> None:
        """CPython `site.execsitecustomize`: what importing a module at start-up does, if the path has it."""
        for entry in self.path:
            for file in (os.path.join(entry, f"{name}.py"), os.path.join(entry, name, "__init__.py")):
                if disk.is_file(file):
                    self._apply(file, read_import_line(os.path.join(entry, name), f"import {name}"))
                    return

    def _start_entries(self, file: str) -> list[tuple[str, str]]:
        lines = (line.strip() for line in self._lines(file))
        return [(file, line) for line in lines if line and not line.startswith("#")]

    def _add_package(self, directory: str, name: str, replaced: bool) -> None:
        """CPython `site.addpackage`; `replaced` where a `.start` file stands for the import lines."""
        file = os.path.join(directory, name)
        for line in self._lines(file):
            if line.startswith("#") or not line.strip():
                continue
            if line.startswith(("import ", "import\t")):
                if self._rules.start_files:
                    self._imports += [] if replaced else [(file, line)]
                elif fails(line, self.path):
                    return  # the remainder of the file is ignored
                else:
                    self._apply(file, read_import_line(file, line))
            else:
                entry = os.path.abspath(os.path.join(directory, line.rstrip()))
                if _exists(entry):
                    self._append(entry)

    def _lines(self, file: str) -> list[str]:
        encoding = "utf-8-sig" if self._rules.splits_like_str else "utf-8"
        try:
            with disk.open_text(file, encoding) as stream:
                text = stream.read()
        except UnicodeDecodeError:
            self.notes.append(f"{file}: not UTF-8, its lines are left out")
            return []
        except (OSError, ValueError):
            return []
        lines = text.splitlines() if self._rules.splits_like_str else text.split("\n")
        return [line.strip() for line in lines] if self._rules.strips else lines

    def _apply(self, file: str, effect: Effect | None) -> None:
        if effect is None:
            self.notes.append(f"{file}: runs code at start-up that cannot be modelled")
            effect = Effect(finders=(OpaqueFinder(where=file),))
        self.finders += [finder for finder in effect.finders if finder not in self.finders]
        for finder in effect.finders:
            if isinstance(finder, MappingFinder):
                for placeholder in finder.hooks():
                    self._append(placeholder)
        for entry in effect.site_directories:
            known = self._known
            self._known = {_key(each) for each in self.path if _exists(each)}  # `site._init_pathinfo`
            self.add_site_directory(os.path.abspath(entry))
            self._known = known
        self.path += [entry for entry in effect.appended if not (effect.once and entry in self.path)]
        self.path[:0] = effect.inserted
        if effect.marks:
            self._mark = len(self.path)
        if effect.moves_marked:
            moved = self.path[self._mark :]
            del self.path[self._mark :]
            self.path[self._inserted : self._inserted] = moved
            self._inserted += len(moved)

    def _append(self, entry: str) -> None:
        if _key(entry) not in self._known:
            self._known.add(_key(entry))
            self.path.append(entry)


def _key(entry: str) -> str:
    return os.path.normcase(os.path.abspath(entry))


def _exists(entry: str) -> bool:
    try:
        return disk.exists(entry)
    except ValueError:  # an embedded NUL
        return False
