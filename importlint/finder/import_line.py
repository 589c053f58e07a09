"""From the import line of a `.pth` file to its effect on the path and the finders, without running it.

Installers write such lines in a few shapes, which are recognised by their text and by the literals of the
file that they import. Whatever is not recognised has no known effect.

setuptools `editable_wheel`, `namespaces.Installer`, `easy_install.PthDistributions`; `editables`.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from importlint import disk
from importlint.finder.built_editable import read_meson, read_scikit_build
from importlint.finder.meta_path import (
    MappingFinder,
    MetaPathFinder,
    PremadeNamespace,
    RedirectingFinder,
)
from importlint.finder.standard_library import load_standard_library


class Effect(Struct, frozen=True, kw_only=True):
    """What an import line does; by default nothing that matters for finding modules."""

    finders: tuple[MetaPathFinder, ...] = ()
    appended: tuple[str, ...] = ()
    """Path entries added at the end."""
    once: bool = False
    """Whether they are not added again when the file is read for a second time."""
    inserted: tuple[str, ...] = ()
    """Path entries added at the front."""
    site_directories: tuple[str, ...] = ()
    """Directories given to `site.addsitedir`."""
    marks: bool = False
    """Starts a block of path lines, as old `easy-install.pth` files have it ..."""
    moves_marked: bool = False
    """... whose entries the end of the block moves to the front."""


_HARMLESS = re.compile(r"_virtualenv|.*coverage.*|pytest-cov|pywin32")
_IMPORTED = re.compile(r"import\s+([\w.]+)")
_DISTUTILS = re.compile(r"get\(var, '(local|stdlib)'\) == 'local'.*__import__\('_distutils_hack'\)")
_NSPKG = re.compile(
    r"os\.path\.join\((.+?), \*(\([^)]*\))\).*sys\.modules\.setdefault\('([\w.]+)'", re.DOTALL
)
_PLACEHOLDER = re.compile(r"""^PATH_PLACEHOLDER = ['"]([^'"]+)['"] \+ """, re.MULTILINE)

_ANY_IMPORT = re.compile(r"\b(?:import|from)\s+([A-Za-z_][\w.]*)")
_SPEAKS_OF_IMPORTS = re.compile(
    r"meta_path|path_hooks|path_importer_cache|sys\s*\.\s*(?:path|modules)\b|from\s+sys\s+import|\bsite\b"
    r"|__import__|__path__|importlib|runpy|pkgutil|getattr|globals|vars\(|compile\(|eval\(|exec\((?!['\"])"
    r"|(?:^|[;:\n'\"]|\\n)\s*import\s+[\w.]+\s*,"
)
"""What code uses that changes how modules are found, or that can hide such a use."""


def read_import_line(file: str, line: str) -> Effect | None:
    """The effect of one import line of `file`, a `.pth` file; None if the line is not recognised."""
    directory, name = os.path.split(file)
    if _HARMLESS.fullmatch(name.removesuffix(".pth")):
        return Effect()
    if name == "cmeel.pth" and line.strip() == "import cmeel_pth":
        return _cmeel(directory)
    if "sys.__plen = len(sys.path)" in line:
        return Effect(marks=True)
    if "sys.path[p:p]=new" in line:
        return Effect(moves_marked=True)
    if match := _DISTUTILS.search(line):
        return _distutils(file, directory) if match[1] == "local" else Effect()
    if match := _NSPKG.search(line):
        return _nspkg(file, directory, match)
    if effect := _call(line):
        return effect
    match = _IMPORTED.match(line)
    effect = _imported(os.path.join(directory, match[1] + ".py")) if match else None
    if effect is None and _leaves_imports_alone(line, directory):
        return Effect()
    return effect


def fails(line: str, path: Sequence[str]) -> bool:
    """Whether an import line surely raises before it does anything.

    So if it is no Python, or its first statements import what neither `path` nor the standard library has.
    """
    try:
        statements = ast.parse(line).body
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return True
    for statement in statements:
        if not isinstance(statement, ast.Import):
            return False
        if not all(_may_be_there(alias.name.partition(".")[0], path) for alias in statement.names):
            return True
    return False


def _may_be_there(top: str, path: Sequence[str]) -> bool:
    if top in load_standard_library().modules:
        return True
    for entry in path:
        try:
            if any(name == top or name.startswith(f"{top}.") for name in disk.names(entry)):
                return True
        except NotADirectoryError:  # an archive
            return True
        except (OSError, ValueError):
            continue
    return False


def read_start_entry(file: str, line: str) -> Effect | None:
    """The effect of one line of `file`, a `.start` file: `module:function`, of which the module is read (PEP 829)."""
    return read_import_line(file, f"import {line.partition(':')[0].strip()}")


def _leaves_imports_alone(line: str, directory: str) -> bool:
    """Whether neither a line nor the modules of `directory` that it imports speak of what finds modules.

    What is neither there nor in the standard library cannot be judged, unless it is absent.
    """
    if _SPEAKS_OF_IMPORTS.search(line):
        return False
    library = load_standard_library().modules
    for name in {match[1] for match in _ANY_IMPORT.finditer(line)}:
        top = name.partition(".")[0]
        if top in library:
            continue
        for file in (f"{top}.py", os.path.join(top, "__init__.py")):
            try:
                with disk.open_text(os.path.join(directory, file), errors="replace") as stream:
                    if _SPEAKS_OF_IMPORTS.search(stream.read()):
                        return False
            except OSError:
                continue
    return True


def _distutils(file: str, directory: str) -> Effect:
    """setuptools' own `distutils`, which comes before the standard library's."""
    init = os.path.join(directory, "setuptools", "_distutils", "__init__.py")
    finder = RedirectingFinder(where=file, modules=(("distutils", init),), first=True)
    return Effect(finders=(finder,))


def _cmeel(directory: str) -> Effect:
    """A prefix of its own below site-packages, as cmeel gives it to the robotics packages that it builds."""
    version = os.path.basename(os.path.dirname(directory)).removesuffix("t")
    entry = os.path.join(directory, "cmeel.prefix", "lib", version, "site-packages")
    return Effect(appended=(entry,), once=True)


def _nspkg(file: str, directory: str, match: re.Match[str]) -> Effect | None:
    """A namespace package of setuptools' old style, made before the first import."""
    parts = _literal(match[2])
    root = directory if "sitedir" in match[1] else _literal(match[1])
    if not isinstance(root, str) or not isinstance(parts, tuple):
        return None
    portion = os.path.join(root, *(str(part) for part in parts))
    return Effect(finders=(PremadeNamespace(where=file, name=match[3], portion=portion),))


def _call(line: str) -> Effect | None:
    """The effect of a line that imports a module and calls one of its functions, with literals."""
    try:
        body = ast.parse(line).body
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None
    match body:
        case [ast.Import(), ast.Expr(value=ast.Call(func=function, args=arguments, keywords=[]))]:
            called = (ast.unparse(function), *map(_literal, arguments))
        case _:
            return None
    match called:
        case ("site.addsitedir", str(entry)):
            return Effect(site_directories=(entry,))
        case ("sys.path.append", str(entry)):
            return Effect(appended=(entry,))
        case ("sys.path.insert", 0, str(entry)):
            return Effect(inserted=(entry,))
    return None


def _imported(module: str) -> Effect | None:
    """The effect of importing an editable install's own module and starting its finder."""
    try:
        with disk.open_text(module) as file:
            text = file.read()
        body = ast.parse(text).body
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
        return None
    if "class _EditableFinder" in text:
        return _setuptools(module, text, _assigned(body))
    if "editables.redirector" in text:
        return _editables(module, body)
    if "class MesonpyMetaFinder" in text or "class ScikitBuildRedirectingFinder" in text:
        return _built(module, text, body)
    return None


def _setuptools(module: str, text: str, values: Mapping[str, object]) -> Effect | None:
    mapping, namespaces = values.get("MAPPING"), values.get("NAMESPACES", {})
    if not isinstance(mapping, dict) or not isinstance(namespaces, dict):
        return None
    match = _PLACEHOLDER.search(text)
    finder = MappingFinder(
        where=module,
        mapping=tuple((str(name), str(place)) for name, place in mapping.items()),
        namespaces=tuple((str(name), tuple(map(str, places))) for name, places in namespaces.items()),
        placeholder=f"{match[1] if match else os.path.basename(module).removesuffix('.py')}.__path_hook__",
        by_prefix="reversed(list(MAPPING" in text,
        nested_namespaces="[*paths, PATH_PLACEHOLDER]" in text,
    )
    return Effect(finders=(finder,))


def _editables(module: str, body: list[ast.stmt]) -> Effect:
    calls = [
        statement.value
        for statement in body
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
    ]
    mapped = [
        tuple(argument.value for argument in call.args if isinstance(argument, ast.Constant))
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "map_module"
    ]
    modules = tuple((str(item[0]), str(item[1])) for item in mapped if len(item) == 2)
    return Effect(finders=(RedirectingFinder(where=module, modules=modules),))


def _built(module: str, text: str, body: list[ast.stmt]) -> Effect | None:
    """meson-python's and scikit-build-core's finders, which come before all others."""
    if "\ninstall_inplace(" in text:  # finds nothing that the path lines of its `.pth` file do not
        return Effect()
    finder: MetaPathFinder | None = (
        read_meson(module, body)
        if "class MesonpyMetaFinder" in text
        else read_scikit_build(module, text, body)
    )
    return Effect(finders=(finder,)) if finder else None


def _assigned(body: list[ast.stmt]) -> dict[str, object]:
    """The literals that a module assigns to plain names."""
    values: dict[str, object] = {}
    for statement in body:
        target = (
            statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        )
        value = getattr(statement, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.expr):
            literal = _literal(value)
            if literal is not None:
                values[target.id] = literal
    return values


def _literal(node: ast.expr | str) -> object:
    """The value of a literal; None if it is something else."""
    try:
        return ast.literal_eval(node)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None
