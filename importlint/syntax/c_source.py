"""From the C source of an extension module to the modules that it imports while it is initialised.

Only names that are written out count, in the function that makes the module or, with multi-phase initialisation,
fills it. Macros are seen through for the functions that they call, nothing is preprocessed otherwise.

C API, "Importing Modules" and "Defining extension modules".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_COMMENT = re.compile(r'("(?:\\.|[^"\\\n])*")|/\*.*?\*/|//[^\n]*', re.DOTALL)
_MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)\(((?:\\\n|[^\n])*)", re.MULTILINE)
_FUNCTION = re.compile(r"(\w+)\s*\([^;{}=\"]*\)\s*\{(.*?)^\}", re.DOTALL | re.MULTILINE)
"""A name, parameters and a body, which ends with a brace in the first column."""
_FILLS = re.compile(r"\bPy_mod_exec\s*,\s*(?:\(\s*void\s*\*\s*\)\s*)?(\w+)")


def initial_imports(text: str) -> tuple[str, ...]:
    """The full names of the modules that a C source imports for its own module, in order."""
    text = _COMMENT.sub(lambda found: found[1] or " ", text)
    makes = _calls(text, "PyModule_Create")
    imports = re.compile(_calls(text, "PyImport_ImportModule").pattern + r'\s*\([^;"]*"([\w.]+)"')
    fillers = frozenset(_FILLS.findall(text))
    bodies = (body for name, body in _functions(text) if name in fillers or makes.search(body))
    return tuple(name for body in bodies for name in imports.findall(body))


def _calls(text: str, function: str) -> re.Pattern[str]:
    """What finds the function's name, and those of the macros that call it."""
    macros = {name for name, expansion in _MACRO.findall(text) if re.search(rf"\b{function}\b", expansion)}
    return re.compile(rf"\b(?:{'|'.join(sorted({function, *macros}))})\b")


def _functions(text: str) -> Iterator[tuple[str, str]]:
    text = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", "", text, flags=re.MULTILINE)
    return ((found[1], found[2]) for found in _FUNCTION.finditer(text))
