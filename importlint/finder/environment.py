"""From a setting, the process's environment or a project's directory to the environment that is modelled.

An environment is what `sys.path` and `sys.meta_path` hold when a program starts, without `sys.path[0]`, which
depends on how it is started. Its files are read; its interpreter never runs.

CPython `Lib/site.py`, `Modules/getpath.py`; PEP 405.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from importlint import disk
from importlint.errors import ImportlintError
from importlint.finder.installation import (
    Installation,
    VirtualEnvironment,
    assumed_installation,
    find_installation,
    installation_at,
    library_version,
    named_version,
    read_virtual_environment,
    running_installation,
)
from importlint.finder.meta_path import MetaPathFinder
from importlint.finder.site_packages import SitePackages, read_pythonpath, read_site_packages
from importlint.target import SUPPORTED_VERSIONS, Target

_UNREAD_VARIABLES = (
    "PYTHONCASEOK",
    "PYTHONHOME",
    "PYTHONPLATLIBDIR",
    "PYTHONSAFEPATH",
    "PYTHON_FROZEN_MODULES",
)
"""What changes how CPython finds modules, and is not modelled."""


class EnvironmentNotFoundError(ImportlintError):
    """No Python environment is where one was named; the text says where, and what to name instead."""


class Environment(Struct, frozen=True, kw_only=True):
    """A Python environment as its files tell."""

    prefix: str
    executable: str | None
    target: Target
    """The version and platform that it has."""
    library: str
    """The directory of the standard library."""
    library_path: tuple[str, ...]
    """The path entries of the standard library, in order."""
    library_present: bool
    """Whether the standard library was found; else its tables answer."""
    path: tuple[str, ...]
    """`sys.path`, without `sys.path[0]`."""
    start_path: tuple[str, ...]
    """The part of it, `PYTHONPATH` and `library_path`, that start-up itself imports from."""
    site_dirs: tuple[str, ...]
    builtin_names: frozenset[str] | None
    """None where the build does not tell: the usual ones."""
    extension_suffixes: tuple[str, ...]
    """In the order in which they are tried."""
    finders: tuple[MetaPathFinder, ...]
    """What start-up files put on `sys.meta_path` beside CPython's own finders."""
    known: bool
    """Whether it was named or found; not so for the Python that importlint happens to run on."""
    reason: str
    """How it was chosen, in one line for people."""
    notes: tuple[str, ...]
    """What cannot be modelled, a line each, with the file that is the cause."""

    @property
    def version(self) -> tuple[int, int]:
        """The version that it has."""
        return self.target.version


def choose_environment(explicit: str | None, project_dir: str, environ: Mapping[str, str]) -> Environment:
    """The environment in which the project runs, as far as can be told.

    In order: `explicit` (a virtual environment, a prefix, or an interpreter), `VIRTUAL_ENV` unless pre-commit
    set it to the environment that it made for importlint, `CONDA_PREFIX`, `.venv` and `venv` in
    `project_dir`, the running Python. Raises `EnvironmentNotFoundError` if `explicit` is none of these.

    `environ` are the variables that the program starts with, `PYTHONPATH` among them.
    """
    notes = [f"`{name}` is set, which is not modelled" for name in _UNREAD_VARIABLES if environ.get(name)]
    if explicit is not None:
        found = _read(os.path.abspath(explicit), "given", environ)
        if found is None:
            raise EnvironmentNotFoundError(_explain(explicit))
        return replace(found, notes=(*notes, *found.notes))
    candidates = [
        *(
            (environ[name], f"`{name}` is set")
            for name in ("VIRTUAL_ENV", "CONDA_PREFIX")
            if environ.get(name) and not _is_made_for_hook(environ[name], environ)
        ),
        *((os.path.join(project_dir, name), f"`{name}` in the project") for name in (".venv", "venv")),
    ]
    for candidate, reason in candidates:
        path = os.path.abspath(candidate)
        found = _read(path, reason, environ) if disk.is_directory(path) else None
        if found is not None:
            return replace(found, notes=(*notes, *found.notes))
        if reason.endswith("is set"):
            notes.append(
                f"{reason} to `{candidate}`, where there is no Python environment: it is passed over"
            )
    running = _running(environ)
    return replace(running, notes=(*notes, *running.notes))


def explicit_path(dirs: tuple[str, ...], environ: Mapping[str, str]) -> Environment:
    """An environment of `PYTHONPATH`, the standard library and then exactly `dirs`, without site-packages."""
    base = running_installation()
    given = tuple(os.path.abspath(directory) for directory in dirs)
    start = (*read_pythonpath(environ), *base.path)
    packages = SitePackages(path=(*start, *given), start_path=start, directories=(), finders=(), notes=())
    return _environment(base, base.prefix, None, packages, known=True, reason="exactly the given path")


def _read(path: str, reason: str, environ: Mapping[str, str]) -> Environment | None:
    """The environment at `path`, a directory or an interpreter; None if there is none."""
    if disk.is_directory(path):
        executable = _executable_in(path)
        venv = read_virtual_environment(path)
        base = _base_of(venv, executable) if venv else installation_at(path)
    elif disk.is_file(path) and disk.is_executable(path):
        executable = path
        beside = os.path.dirname(path)
        venv = read_virtual_environment(os.path.dirname(beside)) or read_virtual_environment(beside)
        base = _base_of(venv, path) if venv else _installation_of(path)
    else:
        return None
    if base is None:
        return None
    packages = read_site_packages(base, venv, environ)
    prefix = venv.prefix if venv else base.prefix
    return _environment(base, prefix, executable, packages, known=True, reason=f"{path} ({reason})")


def _is_made_for_hook(prefix: str, environ: Mapping[str, str]) -> bool:
    """Whether pre-commit runs importlint there: its hooks have environments of their own, without the project."""
    return "PRE_COMMIT" in environ and disk.real_path(prefix) == disk.real_path(sys.prefix)


def _running(environ: Mapping[str, str]) -> Environment:
    base = running_installation()
    venv = read_virtual_environment(sys.prefix) if sys.prefix != sys.base_prefix else None
    packages = read_site_packages(base, venv, environ)
    reason = f"{sys.prefix} (no environment is named or found: the Python that importlint runs on)"
    return _environment(base, sys.prefix, sys.executable or None, packages, known=False, reason=reason)


def _environment(
    base: Installation,
    prefix: str,
    executable: str | None,
    packages: SitePackages,
    *,
    known: bool,
    reason: str,
) -> Environment:
    missing = f"the standard library of {prefix} was not found: its names are taken from a table"
    return Environment(
        prefix=prefix,
        executable=executable,
        target=Target(version=base.version, platform=base.platform),
        library=base.library,
        library_path=base.path,
        library_present=base.present,
        path=packages.path,
        start_path=packages.start_path,
        site_dirs=packages.directories,
        builtin_names=base.builtin_names,
        extension_suffixes=base.extension_suffixes,
        finders=packages.finders,
        known=known,
        reason=reason,
        notes=packages.notes if base.present else (missing, *packages.notes),
    )


def _executable_in(prefix: str) -> str | None:
    names = ("bin/python3", "bin/python", "Scripts/python.exe", "python.exe")
    paths = (os.path.join(prefix, *name.split("/")) for name in names)
    return next((path for path in paths if disk.exists(path)), None)


def _installation_of(executable: str) -> Installation | None:
    """The installation of an interpreter, found from where its links end: CPython `getpath`."""
    real = disk.real_path(executable)
    return find_installation(os.path.dirname(real), named_version(os.path.basename(real)))


def _base_of(venv: VirtualEnvironment, executable: str | None) -> Installation | None:
    """The installation that a virtual environment was made from, assumed by its version if it is gone."""
    home = venv.home or (os.path.dirname(disk.real_path(executable)) if executable else None)
    version = venv.version or library_version(venv.prefix)
    found = find_installation(os.path.abspath(home), version) if home else None
    return found or (assumed_installation(venv.prefix, version) if version in SUPPORTED_VERSIONS else None)


def _explain(explicit: str) -> str:
    if not disk.exists(explicit):
        return f"no Python environment at `{explicit}`: there is no such file or directory"
    known = f"{SUPPORTED_VERSIONS[0][1]} to 3.{SUPPORTED_VERSIONS[-1][1]}"
    return (
        f"`{explicit}` is no Python environment of a version that is modelled (3.{known}): "
        "name a virtual environment's directory, the prefix of an installation, or an interpreter"
    )
