"""What really happens when a module is imported first, or is run: one fork of a running CPython for each entry.

The child of `tests/cpython.py` takes a whole tree per question. It forks once for each entry and environment, so that
each import meets a fresh `sys.modules`, and answers in milliseconds. Where there are no forks, everything that an
entry has changed is put back after it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from tests.cpython import Interpreter

_RECORD = """
import contextlib, dataclasses, functools, importlib, json, os, signal, sys, types, typing
import _frozen_importlib

def own(code):
    return code.co_filename.startswith(root)

def frames(trace):
    while trace is not None:
        if own(trace.tb_frame.f_code):
            yield trace
        trace = trace.tb_next

def describe(error, trace):
    text = str(error)
    last = None
    for last in frames(trace):
        pass
    code = last.tb_frame.f_code if last else None
    return {
        "type": type(error).__name__,
        "message": text,
        "path": code.co_filename[len(root) + 1:] if code else "",
        "line": last.tb_lineno if last else 0,
        "function": code.co_name if code and code.co_flags & 1 else "",  # CO_OPTIMIZED: neither module nor class
    }

def watch_events(events):
    original = _frozen_importlib._load_unlocked
    def _load_unlocked(spec):
        if spec.name.partition(".")[0] not in packages:
            return original(spec)
        events.append("start " + spec.name)
        try:
            module = original(spec)
        except BaseException:
            events.append("error " + spec.name)
            raise
        events.append("end " + spec.name)
        return module
    # so that tracebacks leave it out
    _load_unlocked.__code__ = _load_unlocked.__code__.replace(co_filename="<frozen importlib._bootstrap>")
    _frozen_importlib._load_unlocked = _load_unlocked
    return original

def watch_errors(raised):
    def watch(frame, event, argument):
        if not own(frame.f_code):
            return None
        frame.f_trace_lines = False
        if event == "exception":
            kind, error, trace = argument
            if sum(1 for _ in frames(trace)) == 1 and not isinstance(error, (StopIteration, GeneratorExit)):
                raised.append(describe(error if isinstance(error, BaseException) else kind(error), trace))
        return watch
    sys.settrace(watch)

def watched(events, work):
    events.append("start __main__")
    try:
        work()
    except BaseException:
        events.append("error __main__")
        raise
    events.append("end __main__")

def new_main():
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    main.__loader__ = _frozen_importlib.BuiltinImporter
    main.__builtins__ = sys.modules["builtins"]
    return main

def start(entry, events):
    if entry.startswith("-m "):  # as Modules/main.c does it: pymain_run_module
        import runpy, warnings
        warnings.simplefilter("ignore")
        run_code = runpy._run_code
        def _run_code(*arguments, **keywords):
            watched(events, lambda: run_code(*arguments, **keywords))
        _run_code.__code__ = _run_code.__code__.replace(co_filename="<frozen runpy>")
        runpy._run_code = _run_code
        new_main()
        runpy._run_module_as_main(entry[3:])
    elif entry.endswith(".py"):  # the same: pymain_run_file
        path = os.path.join(root, entry)
        sys.path.insert(0, os.path.dirname(path))
        main = new_main()
        main.__file__ = path
        with open(path) as file:
            code = compile(file.read(), path, "exec")
        watched(events, lambda: exec(code, vars(main)))
    else:
        __import__(entry)

def record(name, environment):
    events, raised, error = [], [], None
    os.environ.update(environment)
    sys.path.insert(0, root)
    sys.dont_write_bytecode = True
    original = watch_events(events)
    watch_errors(raised)
    try:
        start(name, events)
    except BaseException as caught:
        sys.settrace(None)
        is_end = isinstance(caught, SystemExit) and (name.startswith("-m ") or name.endswith(".py"))
        error = None if is_end else describe(caught, caught.__traceback__)
    sys.settrace(None)
    _frozen_importlib._load_unlocked = original
    return json.dumps({"events": events, "error": error, "raised": raised[:50]})

def in_fork(*arguments):
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        signal.setitimer(signal.ITIMER_PROF, 2)  # no answer, if it does not end
        try:
            with os.fdopen(writer, "w") as stream:
                stream.write(record(*arguments))
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as stream:
        text = stream.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else None

def forget_lazy_submodules(names):
    # There is no other way: the interpreter keeps them until they are read from their package.
    for name in names:
        while "." in name:
            package, _, tail = name.rpartition(".")
            sys.modules[package], sys.modules[name] = types.ModuleType(package), types.ModuleType(name)
            getattr(sys.modules[package], tail, None)
            name = package

def in_place(*arguments):
    changed = os.environ, sys.modules, vars(sys)
    before, path = list(map(dict, changed)), list(sys.path)
    lazy = set(getattr(sys, "lazy_modules", ()))
    text = record(*arguments)
    if hasattr(sys, "lazy_modules"):
        started = {event.partition(" ")[2] for event in json.loads(text)["events"]}
        forget_lazy_submodules((set(sys.modules) | sys.lazy_modules | started) - lazy - set(before[1]))
        sys.lazy_modules.clear()
        sys.lazy_modules.update(lazy)
    for each, content in zip(changed, before):
        each.clear()
        each.update(content)
    sys.path[:] = path
    sys.path_importer_cache.clear()
    return json.loads(text)

root, packages, ask = root, tuple(packages), in_place if is_in_place else in_fork
result = [[ask(name, environment) for environment in environments] for name in entries]
"""


class Raised(Struct, frozen=True):
    """An exception, and the deepest place of the tree's own code in its traceback."""

    type: str
    message: str
    """Without paths."""
    path: str
    """Relative to the root of the tree; empty if none of its code was running."""
    line: int
    function: str
    """The function that was running; empty at module and class level."""

    @property
    def missing_name(self) -> str | None:
        """The name or module that CPython misses, by its message: `.name` is not there in older versions."""
        return next((found[1] for pattern in _MISSING if (found := pattern.search(self.message))), None)


_MISSING = [
    re.compile(pattern)
    for pattern in (
        r"^cannot import name '([^']*)'",
        r"^No module named '([^']*)'",
        r"^import of ([\w.]+) halted",
        r"^cannot access submodule '([^']*)'",
        r"^(?:partially initialized )?module '[^']*' has no attribute '([^']*)'",
        r"^name '([^']*)' is not defined",
    )
]


class Run(Struct, frozen=True):
    """What importing one entry first did in one environment."""

    events: tuple[str, ...]
    """`start pkg.a`, `end pkg.a`, and `error pkg.a` where an exception leaves it."""
    error: Raised | None
    raised: tuple[Raised, ...]
    """Every exception that the tree's own code met, the caught ones too."""


def record(
    cpython: Interpreter,
    root: Path,
    packages: Sequence[str],
    entries: Sequence[str],
    flags: Sequence[str] = (),
    *,
    is_in_place: bool = False,
) -> list[list[Run]]:
    """For each entry its runs: one for each way to set or leave the environment variables `flags`.

    An entry is a module to import first, or a program: `-m pkg.a`, or `pkg/a.py` below `root`.

    `packages` are the top-level names of the tree. An entry that does not end within two seconds has no runs.
    `is_in_place` makes it do without a fork for each entry, as it does where there are none.
    """
    environments = [
        {flag: "1" for flag, is_set in zip(flags, choice, strict=True) if is_set}
        for choice in itertools.product((False, True), repeat=len(flags))
    ]
    answer = cpython.evaluate(
        _RECORD,
        fresh=is_in_place,
        root=str(root),
        packages=packages,
        entries=entries,
        environments=environments,
        is_in_place=is_in_place or not cpython.can_fork,
    )
    return [[_run(run) for run in runs] if all(run is not None for run in runs) else [] for runs in answer]


def _run(answer: object) -> Run:
    run = msgspec.convert(answer, Run)
    return Run(run.events, run.error and _without_paths(run.error), tuple(map(_without_paths, run.raised)))


def _without_paths(raised: Raised) -> Raised:
    message = re.sub(r" from '/[^']*'| \((?:/[^)]*|unknown location)\)$", "", raised.message)
    return msgspec.structs.replace(raised, message=message)
