"""Extension modules with their C sources beside them, against CPython: what runs while they are initialised.

The only tests that need a C compiler (`cc`) and CPython's headers.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from importlint.config import load_settings
from importlint.project import Project
from tests.cpython import installed
from tests.oracle.agreement import Comparison
from tests.oracle.recorder import record
from tests.trees import Tree

NEWEST = installed()[-1]
VERSION = f"{NEWEST.version[0]}.{NEWEST.version[1]}"

PROJECT = {
    "pkg/__init__.py": "",
    "pkg/a.py": "import pkg._fast\nimport pkg.b\n",
    "pkg/b.py": "import pkg.c\n",
    "pkg/c.py": "",
    "pkg/d.py": "import pkg.b\n",
}
HEAD = """
#include <Python.h>
/* import_all(void) { PyImport_ImportModule("pkg.a"); PyModule_Create(); }
*/
static PyObject *
later(PyObject *self, PyObject *args)
{
    return PyImport_ImportModule("pkg.b");
}
static PyMethodDef methods[] = {{"later", later, METH_NOARGS, ""}, {NULL}};
"""
AT_ONCE = """
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_fast", "", -1, methods};
"""
EXAMPLES = {
    "at once": HEAD
    + AT_ONCE
    + """
PyMODINIT_FUNC PyInit__fast(void)
{
    PyObject *found;
    // PyImport_ImportModule("pkg.b")
    if ((found = PyImport_ImportModule("pkg.d")) == NULL) {
        return NULL;
    }
    found = PyImport_ImportModule("json");
    if (PyImport_ImportModule(
            "pkg.c") == NULL)
        return NULL;
    return PyModule_Create(&definition);
}
""",
    "by macros, in a function of its own": HEAD
    + AT_ONCE
    + """
#define IMPORT(variable, name) \\
    if ((variable = PyImport_ImportModule(name)) == NULL) return NULL;
#define MAKE(variable) variable = PyModule_Create(&definition);

static PyObject*
make(void) {
    PyObject *module, *other;
    MAKE(module)
    IMPORT(other, "pkg.c");
    IMPORT(other, "pkg.d");
    return module;
}

PyMODINIT_FUNC PyInit__fast(void) { return make(); }
""",
    "in more than one phase": HEAD
    + """
static int fill(PyObject *module)
{
    return PyImport_ImportModule("pkg.d") == NULL ? -1 : 0;
}
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)fill}, {0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_fast", "", 0, methods, slots};

PyMODINIT_FUNC
PyInit__fast(void)
{
    return PyModuleDef_Init(&definition);
}
""",
}


@pytest.mark.parametrize("source", EXAMPLES.values(), ids=EXAMPLES)
def test_imports_of_the_initialisation(source: str, tmp_path: Path) -> None:
    """C API, "Importing Modules": `PyImport_ImportModule`, where the module is made or filled."""
    Tree({**PROJECT, "pkg/_fast.c": source}).write(tmp_path)
    include = NEWEST.evaluate("import sysconfig; result = sysconfig.get_paths()['include']")
    files = ["-o", "pkg/_fast.abi3.so", "pkg/_fast.c"]
    link = ["-undefined", "dynamic_lookup"] if sys.platform == "darwin" else []
    subprocess.run(["cc", "-shared", "-fPIC", "-I", include, *files, *link], cwd=tmp_path, check=True)
    ((run,),) = record(NEWEST, tmp_path, ("pkg",), ("pkg.a",))
    assert "end pkg._fast" in run.events
    settings = load_settings(str(tmp_path), path=[], python_version=VERSION, platform=sys.platform)
    trace = Project(settings, ("pkg",), cwd=str(tmp_path)).runs.trace("pkg.a")
    comparison = Comparison("pkg.a", trace, (run,))
    assert not comparison.difference, str(comparison)
