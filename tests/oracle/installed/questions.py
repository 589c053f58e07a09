"""What `importlib.util.find_spec` says of every name in an environment, and what importlint says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from importlint.config import load_settings
from importlint.finder.resolve import resolve
from importlint.finder.spec import FailureKind, Kind, Resolution
from importlint.project import Project
from tests.cpython import run

Answer = list[Any]
"""`["found", kind, origin, search locations]`, `["absent"]`, or `["parent is no package"]`."""

# Prints the names that the files of its path could have, and those below the directories it is given.
_LIST = """
import json, os, sys
skipped = set(sys.argv[1].split())
found = set(sys.builtin_module_names)
for root in sys.path[1:] + sys.argv[2:]:
    for directory, inside, files in os.walk(root):
        inside[:] = sorted(name for name in inside if name.isidentifier() and name != "__pycache__")
        relative = os.path.relpath(directory, root)
        parts = [] if relative == "." else relative.split(os.sep)
        if parts[:1] and parts[0] in skipped:
            inside[:] = []
            continue
        stems = {name.partition(".")[0] for name in files} | set(inside)
        found |= {".".join(parts + [stem]) for stem in stems if stem.isidentifier()}
print(json.dumps(sorted(found)))
"""

# Answers in one fork for each top-level name, as `find_spec` imports the parents of what it is asked for.
# A spec that is in `sys.modules` by then has the `__path__` that running its module made.
_ANSWER = """
import importlib.util, json, os, signal, sys
from importlib.machinery import BuiltinImporter, ExtensionFileLoader, FrozenImporter, SourcelessFileLoader

def kind_of(spec):
    if spec.loader is BuiltinImporter:
        return "builtin"
    if spec.loader is FrozenImporter:
        return "frozen"
    loader = getattr(spec.loader, "_skbuild_loader", spec.loader)
    if isinstance(loader, ExtensionFileLoader):
        return "extension"
    if isinstance(loader, SourcelessFileLoader):
        return "bytecode"
    return "source" if spec.origin else "namespace"

def origin_of(kind, spec, name):
    if kind == "frozen":
        file = getattr(sys.modules.get(name), "__file__", None) or getattr(spec.loader_state, "filename", None)
        return file if file and os.path.isfile(file) else None
    return None if kind in ("builtin", "namespace") else spec.origin

def answer(name):
    parent = name.rpartition(".")[0]
    loaded = name in sys.modules
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError as error:
        if str(error).startswith("__path__ attribute not found on %r" % parent):
            return ["parent is no package"]
        if error.name and (parent + ".").startswith(error.name + "."):
            return ["absent"]
        return ["parent fails", repr(error)]
    except BaseException as error:
        return ["parent fails", repr(error)]
    if spec is None:
        return ["absent"]
    if type(spec.loader).__name__ == "DistutilsLoader":  # its spec does not say that it is a package
        importlib.import_module(name)
        loaded = True
    kind = kind_of(spec)
    locations = spec.submodule_search_locations
    if loaded:
        locations = getattr(sys.modules[name], "__path__", None)
    return ["found", kind, origin_of(kind, spec, name), None if locations is None else list(locations), loaded]

def answers(names):
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        with os.fdopen(reader) as stream:
            text = stream.read()
        os.waitpid(child, 0)
        return json.loads(text or "{}")
    silent = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(silent, number)
    signal.alarm(120)
    with os.fdopen(writer, "w") as stream:
        stream.write(json.dumps({name: answer(name) for name in names}))
    os._exit(0)

with open(sys.argv[1]) as file:
    groups = json.load(file)
result = {}
for names in groups:
    result.update(answers(names))
print(json.dumps(result))
"""


def list_names(python: str, cwd: Path, directories: list[Path], skipped: str) -> list[str]:
    """The names that files on the path of `python`, or below `directories`, could have, and names near them.

    `skipped` are the top-level packages of which nothing below is asked.
    """
    answer = run(python, ["-c", _LIST, skipped, *map(str, directories)], cwd)
    assert answer.returncode == 0, answer.stderr
    present: list[str] = json.loads(answer.stdout)
    return sorted({near for name in present for near in (name, f"{name}_")})


def answers_of_cpython(python: str, cwd: Path, names: list[str]) -> dict[str, Answer]:
    """`python`'s answers, those left out whose parent fails for a reason of its own."""
    groups: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda name: (name.count("."), name)):
        groups.setdefault(name.partition(".")[0], []).append(name)
    (cwd / "names.json").write_text(json.dumps([*groups.values()]))
    answer = run(python, ["-c", _ANSWER, str(cwd / "names.json")], cwd, timeout=3600)
    assert answer.returncode == 0, answer.stderr
    answers: dict[str, Answer] = json.loads(answer.stdout)
    return answers


class Model:
    """importlint's answers for one environment."""

    def __init__(self, python: str, cwd: Path) -> None:
        settings = load_settings(str(cwd), isolated=True, environment=python, source_roots=[str(cwd)])
        self.project = Project(settings, (str(cwd),), str(cwd))
        self.path = (str(cwd), *self.project.environment.path)

    def answer(self, name: str, loaded: bool) -> Answer:
        """The answer in CPython's shape; for a `loaded` module with its final `__path__`."""
        project = self.project
        resolution = resolve(project.finder, name, self.path, project.package_paths.locate)
        if resolution.spec is None:
            return _failed(resolution)
        spec, searched = resolution.spec, self.path
        for search in resolution.searches[:-1]:
            searched = (project.package_paths.locate(search.spec, searched) if search.spec else None) or ()
        locations = project.package_paths.locate(spec, searched) if loaded else spec.search_locations
        kind = "unknown" if spec.kind is Kind.ASSUMED else spec.kind.value
        return ["found", kind, spec.origin, None if locations is None else list(locations), loaded]


def _failed(resolution: Resolution) -> Answer:
    failure = resolution.failure
    assert failure is not None
    if resolution.opaque is not None:
        return ["not certain", resolution.opaque]
    at_last = failure.kind is FailureKind.NOT_A_PACKAGE and failure.name == resolution.name
    return ["parent is no package" if at_last else "absent"]
