"""From the files of a Python installation to its facts: version, standard library, builtin names, suffixes.

Nothing is run: the standard library is found by its landmark `os.py`, as `getpath` does, and the build's
facts are literals in its `_sysconfigdata` module.

CPython `Modules/getpath.py`, `Lib/venv`; finder facts in `sys.implementation` and `importlib.machinery`.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping

import msgspec
from msgspec import Struct

from importlint import disk
from importlint.finder.path_entry import Suffixes
from importlint.finder.spec import Kind
from importlint.paths import ancestors
from importlint.target import SUPPORTED_VERSIONS

_LIBRARY = re.compile(r"python(3)\.(\d+)(t?)")
_VERSION = re.compile(r"(3)\.(\d+)(?:\.(\d+))?")
_NAMED_VERSION = re.compile(r"python(3)\.(\d+)(t?)(?:\.exe)?")

# What `config.c` compiles in on top of the modules that `Setup` lists.
_ALWAYS_BUILTIN = ("_ast", "_imp", "_string", "_warnings", "builtins", "gc", "marshal", "sys")


class Library(Struct, frozen=True):
    """A directory that holds a standard library."""

    version: tuple[int, int]
    free_threaded: bool
    platlibdir: str
    """`lib`, `lib64` on some distributions, `Lib` on Windows."""
    directory: str


class Installation(Struct, frozen=True, kw_only=True):
    """A Python installation (not a virtual environment), as its files tell."""

    prefix: str
    version: tuple[int, int]
    free_threaded: bool
    platform: str
    platlibdir: str
    """`lib`, or `lib64` on some distributions."""
    library: str
    """The directory of the standard library."""
    path: tuple[str, ...]
    """The path entries of the standard library: zip, directory, extension modules."""
    builtin_names: frozenset[str] | None
    """None where the build does not tell."""
    extension_suffixes: tuple[str, ...]
    present: bool = True
    """Whether the standard library is there."""
    uses_site: bool = True
    """Whether `site` runs; not so where a `._pth` file says all (Windows)."""

    @property
    def library_name(self) -> str:
        """The name that version-specific directories have, such as `python3.13t`."""
        return f"python{self.version[0]}.{self.version[1]}{'t' if self.free_threaded else ''}"


class VirtualEnvironment(Struct, frozen=True, kw_only=True):
    """What a `pyvenv.cfg` says."""

    prefix: str
    home: str | None
    """The directory of the interpreter that it was made with."""
    system_site_packages: bool
    version: tuple[int, int] | None


def read_virtual_environment(prefix: str) -> VirtualEnvironment | None:
    """What `prefix/pyvenv.cfg` says; None if there is none. CPython `site.venv`, `getpath`."""
    try:
        with disk.open_text(os.path.join(prefix, "pyvenv.cfg"), errors="replace") as file:
            pairs = [line.split("=", 1) for line in file if "=" in line]
    except (OSError, ValueError):
        return None
    settings = [(key.strip().lower(), value.strip()) for key, value in pairs]
    system = [value for key, value in settings if key == "include-system-site-packages"]
    versions = [_VERSION.match(value) for key, value in settings if key in ("version", "version_info")]
    found = next((match for match in versions if match), None)
    return VirtualEnvironment(
        prefix=prefix,
        home=next((value for key, value in settings if key == "home"), None),
        system_site_packages=system[-1].lower() == "true" if system else True,
        version=(int(found[1]), int(found[2])) if found else None,
    )


def find_installation(start: str, version: tuple[int, int] | None) -> Installation | None:
    """The installation with the standard library nearest above the directory `start`; None: any version."""
    for prefix in ancestors(start):
        found = installation_at(prefix, version)
        if found is not None:
            return found
    return None


def installation_at(prefix: str, version: tuple[int, int] | None = None) -> Installation | None:
    """The installation whose standard library is below `prefix`, the newest if there are several versions."""
    libraries = [
        library
        for library in _libraries(prefix)
        if library.version in SUPPORTED_VERSIONS and version in (None, library.version)
    ]
    newest = max(libraries, key=lambda library: (library.version, not library.free_threaded), default=None)
    return _describe(prefix, newest) if newest else None


def assumed_installation(prefix: str, version: tuple[int, int]) -> Installation:
    """An installation of which only the version is known: the vanished base of a virtual environment."""
    library = os.path.join(prefix, "lib", f"python{version[0]}.{version[1]}")
    return msgspec.structs.replace(_describe(prefix, Library(version, False, "lib", library)), present=False)


def named_version(executable: str) -> tuple[int, int] | None:
    """The version in the file name of an interpreter, such as `python3.13`."""
    match = _NAMED_VERSION.fullmatch(executable)
    return (int(match[1]), int(match[2])) if match else None


def library_version(prefix: str) -> tuple[int, int] | None:
    """The newest version for which `prefix/lib` has a directory, be it of site-packages alone."""
    names = _names_in(os.path.join(prefix, "lib"))
    matches = (_LIBRARY.fullmatch(name) for name in names)
    return max(((int(match[1]), int(match[2])) for match in matches if match), default=None)


def running_installation() -> Installation:
    """The installation of the Python that importlint itself runs on."""
    from importlib.machinery import EXTENSION_SUFFIXES

    major, minor = sys.version_info[:2]
    free_threaded = "t" in getattr(sys, "abiflags", "")
    directory = os.path.join(
        sys.base_prefix, sys.platlibdir, f"python{major}.{minor}{'t' if free_threaded else ''}"
    )
    if sys.platform == "win32":
        directory = os.path.join(sys.base_prefix, "Lib")
    library = Library((major, minor), free_threaded, sys.platlibdir, directory)
    return Installation(
        prefix=sys.base_prefix,
        version=library.version,
        free_threaded=free_threaded,
        platform=sys.platform,
        platlibdir=sys.platlibdir,
        library=directory,
        path=_library_path(sys.base_prefix, library, sys.platform),
        builtin_names=frozenset(sys.builtin_module_names),
        extension_suffixes=tuple(EXTENSION_SUFFIXES),
    )


def module_suffixes(extension_suffixes: tuple[str, ...], platform: str) -> Suffixes:
    """Every suffix in the order in which a directory is searched. CPython `_get_supported_file_loaders`."""
    source = (".py", ".pyw") if platform == "win32" else (".py",)
    return (
        *((suffix, Kind.EXTENSION) for suffix in extension_suffixes),
        *((suffix, Kind.SOURCE) for suffix in source),
        (".pyc", Kind.BYTECODE),
    )


def _libraries(prefix: str) -> Iterator[Library]:
    """Each standard library below `prefix`, known by its landmark `os.py`."""
    for platlibdir in ("lib", "lib64"):
        for name in _names_in(os.path.join(prefix, platlibdir)):
            match = _LIBRARY.fullmatch(name)
            directory = os.path.join(prefix, platlibdir, name)
            if match and (_has(directory, "os.py") or _has(directory, "os.pyc")):
                yield Library((int(match[1]), int(match[2])), bool(match[3]), platlibdir, directory)
    if _has(prefix, "python.exe") and _has(os.path.join(prefix, "Lib"), "os.py"):
        # The version is in the name of the DLL beside it, such as `python313.dll`.
        match = re.search(r"\bpython3(\d+)(t?)\.(?:dll|zip)", " ".join(_names_in(prefix)))
        if match:
            yield Library((3, int(match[1])), bool(match[2]), "Lib", os.path.join(prefix, "Lib"))


def _names_in(directory: str) -> list[str]:
    try:
        return disk.names(directory)
    except (OSError, ValueError):
        return []


def _has(directory: str, name: str) -> bool:
    return disk.is_file(os.path.join(directory, name))


def _describe(prefix: str, library: Library) -> Installation:
    build = _build_variables(library.directory)
    windows = library.platlibdir == "Lib"
    platform = "win32" if windows else str(build.get("MACHDEP") or sys.platform)
    own = _own_path(prefix, library.version) if windows else None
    return Installation(
        prefix=prefix,
        version=library.version,
        free_threaded=library.free_threaded,
        platform=platform,
        platlibdir=library.platlibdir,
        library=library.directory,
        path=_library_path(prefix, library, platform) if own is None else own[0],
        uses_site=own is None or own[1],
        builtin_names=_builtin_names(build, library.version),
        extension_suffixes=_extension_suffixes(build, library.version, library.free_threaded, platform),
    )


def _library_path(prefix: str, library: Library, platform: str) -> tuple[str, ...]:
    """Zip file (which need not exist), directory, and that of extension modules: CPython `getpath`."""
    archive = f"python{library.version[0]}{library.version[1]}.zip"
    if platform == "win32":
        return (os.path.join(prefix, archive), os.path.join(prefix, "DLLs"), library.directory, prefix)
    extensions = os.path.join(library.directory, "lib-dynload")
    return (os.path.join(prefix, library.platlibdir, archive), library.directory, extensions)


def _own_path(prefix: str, version: tuple[int, int]) -> tuple[tuple[str, ...], bool] | None:
    """The path that a `._pth` file gives an interpreter, and whether `site` runs; None if there is no such file.

    Windows' embeddable distributions have one beside the DLL: CPython `getpath.py`, "CHECK FOR ._pth FILE".
    """
    for name in (f"python{version[0]}{version[1]}._pth", "python._pth"):
        try:
            with disk.open_text(os.path.join(prefix, name), "utf-8-sig", "replace") as file:
                lines = [line.partition("#")[0].strip() for line in file]
        except (OSError, ValueError):
            continue
        entries = (line for line in lines if line and not line.startswith("import "))
        path = tuple(os.path.normpath(os.path.join(prefix, entry.replace("\\", os.sep))) for entry in entries)
        return path, "import site" in lines
    return None


def _build_variables(library: str) -> Mapping[str, object]:
    """The dict literal `build_time_vars` of the library's `_sysconfigdata` module; empty if there is none."""
    import ast

    try:
        names = sorted(name for name in disk.names(library) if re.fullmatch(r"_sysconfigdata_.*\.py", name))
        with disk.open_text(os.path.join(library, names[0])) as file:
            module = ast.parse(file.read())
        for statement in module.body:
            if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Dict):
                value = ast.literal_eval(statement.value)
                return {str(key): item for key, item in value.items()}
    except (OSError, IndexError, ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        pass
    return {}


def _builtin_names(build: Mapping[str, object], version: tuple[int, int]) -> frozenset[str] | None:
    compiled = build.get("MODBUILT_NAMES")
    if not isinstance(compiled, str) or not compiled:
        return None
    shared = str(build.get("MODSHARED_NAMES", "")).split()
    extra = (*_ALWAYS_BUILTIN, "_tokenize") if version >= (3, 11) else _ALWAYS_BUILTIN
    return frozenset({*compiled.split()} - {*shared} | {*extra})


def _extension_suffixes(
    build: Mapping[str, object], version: tuple[int, int], free_threaded: bool, platform: str
) -> tuple[str, ...]:
    """CPython `_PyImport_DynLoadFiletab` in `Python/dynload_shlib.c` and `dynload_win.c`."""
    import platform as host

    tag = f"{version[0]}{version[1]}{'t' if free_threaded else ''}"
    machine = host.machine() or "x86_64"
    if platform == "win32":
        architecture = {"ARM64": "win_arm64", "x86": "win32"}.get(machine, "win_amd64")
        return (f".cp{tag}-{architecture}.pyd", ".pyd")
    usual = f"cpython-{tag}-darwin" if platform == "darwin" else f"cpython-{tag}-{machine}-linux-gnu"
    own = str(build.get("EXT_SUFFIX") or f".{usual}.so")
    alternative = (f".{build['ALT_SOABI']}.so",) if build.get("ALT_SOABI") else ()
    if version < (3, 15):
        return (own, *alternative, ".abi3.so", ".so")
    place = build.get("SOABI_PLATFORM") or own.removesuffix(".so").split("-", 2)[-1]
    both = (f".abi3t-{place}.so", ".abi3t.so")
    only_locked = () if free_threaded else (f".abi3-{place}.so", ".abi3.so")
    return (own, *alternative, *only_locked, *both, ".so")
