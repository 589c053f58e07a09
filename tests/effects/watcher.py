"""What importing a module does, with the lines that do it: a program for a fresh CPython, 3.12 or later.

It is started with a file of JSON, a `Question`, and writes what it sees to another one, a line each, as it happens.

Two things tell an effect: an audit event, whose line is that of the innermost body in the stack (of a module, or of
a class in it); and a difference of the process's state between one line of a body and the next one that runs in any
body. `sys.monitoring` says when lines run, bodies start and end. Calls that no state shows are wrapped.
"""

from __future__ import annotations

import _locale
import _signal  # type: ignore[import-not-found]
import abc
import atexit
import builtins
import copyreg
import faulthandler
import functools
import gc
import importlib
import inspect
import io
import json
import logging
import os
import random
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable
from threading import get_ident  # as it is now: gevent puts another one there
from types import CodeType, FrameType, ModuleType
from typing import Any, NamedTuple

MONITORING: Any = getattr(sys, "monitoring", None)
TOOL = 4
"""The number by which the watcher is known to `sys.monitoring`; those with a name are for others."""

MACHINERY = ("<frozen importlib", "<frozen zipimport")
"""The files of the import system, whose own reading and writing of modules is nobody's effect."""

SOURCES = (".py", ".pyc")
"""What is read to be shown beside a warning, or by those who inspect functions."""

Place = tuple[str, int]
"""A file and a line in it."""


class Question(NamedTuple):
    """What to import, and what to look at."""

    entry: str
    path: list[str]
    """What comes first on `sys.path`."""
    roots: list[str]
    """The directories whose modules are watched, with `/` at the end."""
    passed: list[str]
    """Files whose lines have been watched before."""
    events: dict[str, str]
    """Audit events by the kind of effect that they are."""
    writing: int
    """The flags with which opening a file changes the file system."""
    attributes: list[str]
    """Dotted names whose values are looked at after every line."""
    patience: float
    """Seconds until an import counts as blocking: what `faulthandler` writes then is the stack, at the end."""
    told: str
    """The file to write to."""


def is_body(code: CodeType) -> bool:
    """Whether the code is that of a module or a class."""
    return not code.co_flags & inspect.CO_OPTIMIZED and code.co_filename.startswith("/")


def bodies(code: CodeType) -> list[CodeType]:
    """A module's code, and that of the classes in it."""
    inner = (each for each in code.co_consts if isinstance(each, CodeType) and is_body(each))
    return [code, *(below for each in inner for below in bodies(each))]


def loaded(module: str) -> Any:
    """A module, if it is loaded; else something without attributes."""
    return sys.modules.get(module, object())


class Same:
    """Equal if it is about one object; asking for its identity would be an audit event."""

    __slots__ = ("value",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: object) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.value is other.value


def attributes(owner: Any, names: str) -> list[Same]:
    """The values of some attributes."""
    return [Same(getattr(owner, name, None)) for name in names.split()]


def mask() -> int:
    """The umask, which can only be read by setting it."""
    old = os.umask(0)
    os.umask(old)
    return old


def decimal_context() -> object:
    """What the thread's decimal context computes with."""
    decimal = loaded("decimal")
    if not hasattr(decimal, "getcontext"):
        return None
    context = decimal.getcontext()
    return [(each.prec, each.rounding, dict(each.traps)) for each in (context, decimal.DefaultContext)]


ROOT = logging.getLogger()
SIGNALS = sorted(map(int, signal.valid_signals()))

STATE: list[tuple[str, Callable[[], object]]] = [
    ("sys-path", lambda: list(sys.path)),
    ("import-hooks", lambda: (list(sys.meta_path), list(sys.path_hooks), builtins.__import__)),
    ("process-state", lambda: (os.getcwd(), mask(), os.getpriority(os.PRIO_PROCESS, 0))),
    (
        "interpreter-state",
        lambda: (
            attributes(sys, "stdin stdout stderr argv excepthook displayhook unraisablehook breakpointhook"),
            attributes(threading, "_trace_hook _profile_hook excepthook"),
            (list(sys.argv), getattr(sys, "tracebacklimit", None), sys.dont_write_bytecode),
            (sys.getrecursionlimit(), sys.getswitchinterval(), sys.getdlopenflags()),
            (sys.gettrace(), sys.getprofile(), sys.get_asyncgen_hooks()),
            (gc.isenabled(), gc.get_threshold(), gc.get_freeze_count(), list(gc.callbacks)),
            (faulthandler.is_enabled(), threading.stack_size()),
        ),
    ),
    ("locale", lambda: (_locale.setlocale(_locale.LC_ALL), hasattr(builtins, "_"))),
    (
        "logging-config",
        lambda: (
            (list(ROOT.handlers), list(ROOT.filters), ROOT.level, ROOT.manager.disable),
            attributes(logging, "_loggerClass _logRecordFactory raiseExceptions lastResort"),
            attributes(logging, "_warnings_showwarning"),
        ),
    ),
    ("warnings-config", lambda: (list(warnings.filters), attributes(warnings, "showwarning formatwarning"))),
    ("signal", lambda: (list(map(_signal.getsignal, SIGNALS)), _signal.pthread_sigmask(0, ()))),
    ("numeric-context", decimal_context),
    ("event-loop", lambda: attributes(loaded("asyncio.events"), "_event_loop_policy")),
    (
        "start-method",
        lambda: attributes(
            getattr(loaded("multiprocessing.context"), "_default_context", None), "_actual_context"
        ),
    ),
    (
        "type-registry",
        lambda: (
            abc.get_cache_token(),
            len(copyreg.dispatch_table),
            len(vars(copyreg)["_extension_registry"]),
        ),
    ),
    (
        "registry",
        lambda: (
            len(vars(logging)["_levelToName"]),
            len(getattr(loaded("mimetypes"), "types_map", ())),
            len(getattr(loaded("shutil"), "_ARCHIVE_FORMATS", ())),
        ),
    ),
    ("library-config", lambda: getattr(loaded("socket"), "getdefaulttimeout", int)()),
    ("monkeypatch", lambda: dict(vars(builtins))),
    ("output", lambda: os.fstat(1).st_size),
]
"""What shows the kinds of effects that change the process, quick enough to be asked after every line."""

CALLS: list[tuple[Any, str, str]] = [
    (type(os.environ), "__getitem__", "env-read"),
    (logging.Logger, "addHandler", "logger"),
    (logging.Logger, "setLevel", "logger"),
    (logging.Filterer, "addFilter", "logger"),
    (logging.Logger, "handle", "logging-emit"),
    (random, "seed", "random-state"),
    (signal, "signal", "signal"),
    (warnings, "filterwarnings", "warnings-config"),
    (warnings, "simplefilter", "warnings-config"),
    (atexit, "register", "atexit"),
    (atexit, "unregister", "atexit"),
    (os, "_exit", "exit"),
]
"""Calls that change no state that could be looked at, or may find it as they want it."""


class Stream(io.FileIO):
    """A standard stream that tells who writes to it."""

    def __init__(self, number: int, watch: Watch) -> None:
        super().__init__(number, "w", closefd=False)
        self._watch = watch

    def write(self, data: Any) -> int:
        """Nothing is kept."""
        self._watch.printed()
        return len(memoryview(data).cast("B"))


class Body:
    """A body that runs: its frame, and the line that does."""

    def __init__(self, frame: FrameType) -> None:
        self.frame = frame
        self.file = frame.f_code.co_filename
        self.line = frame.f_code.co_firstlineno
        self.name = str(frame.f_globals.get("__name__"))


class Watch:
    """Watches one import."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.roots = tuple(question.roots)
        self.passed = set(question.passed)
        self.file = os.open(question.told, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.process, self.thread = os.getpid(), get_ident()
        self.running: list[Body] = []
        self.unfinished: set[str] = set()
        self.reached: dict[str, set[int]] = {}
        self.said: set[object] = set()
        self.namespaces: dict[str, dict[str, object]] = {}
        self.getters: list[tuple[str, Callable[[], object]]] = [
            *STATE,
            *((f"={name}", functools.partial(value_of, name)) for name in question.attributes),
        ]
        self.active = False
        self.state: list[object] = []
        self.modules: dict[str, ModuleType] = {}

    # ---- what is told

    def say(self, *words: object) -> None:
        """Write one line."""
        os.write(self.file, (json.dumps(words) + "\n").encode("utf-8", "surrogateescape"))

    def tell(
        self, kind: str, subject: str, through: str, places: list[Place], *, is_difference: bool = False
    ) -> None:
        """An effect, once for each place; `through` is the file of a library whose import has it."""
        what = (kind, subject, through, tuple(places))
        if places and what not in self.said:
            self.said.add(what)
            self.say("effect", kind, subject, through, places, is_difference)

    def places(self, frame: FrameType | None) -> tuple[str, list[Place]] | None:
        """The lines of the bodies in a stack, the innermost first, and the library whose body is further in.

        None if it is the import system that acts.
        """
        through, found = "", list[Place]()
        while frame is not None:
            file = frame.f_code.co_filename
            if not through and not found and file.startswith(MACHINERY):
                return None
            if is_body(frame.f_code):
                if file.startswith(self.roots):
                    found.append((file, frame.f_lineno))
                elif not found and file != __file__:
                    through = through or file
            frame = frame.f_back
        return through, found

    def seen(self, kind: str, subject: str = "") -> None:
        """An effect that the caller's caller has now."""
        where = self.places(sys._getframe(2))
        if where is not None:
            self.tell(kind, subject, *where)

    # ---- audit events, output and calls

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The audit hook."""
        if event == "exec":
            self.prepare(arguments[0])
            return
        kind = self.question.events.get(event)
        if kind is None and event != "open":
            return
        if not self.active or os.getpid() != self.process:
            return
        if kind is None:
            if not isinstance(arguments[0], str | bytes) or os.fsdecode(arguments[0]).endswith(SOURCES):
                return
            is_writing = isinstance(arguments[2], int) and arguments[2] & self.question.writing
            kind = "fs-write" if is_writing else "fs-read"
        self.seen(kind, event)
        if kind == "network" and event != "socket.bind":
            raise OSError(101, "there is no network here")

    def printed(self) -> None:
        """Something is written to a standard stream."""
        frame, kind = sys._getframe(2), "output"
        while frame.f_back is not None and not is_body(frame.f_code):
            library = frame.f_globals.get("__name__")
            kind = {"logging": "logging-emit", "warnings": "warnings-emit"}.get(str(library), kind)
            frame = frame.f_back
        if self.active:
            self.seen(kind)

    def wrap(self, owner: Any, name: str, kind: str) -> None:
        """Have calls of a function told."""
        function = getattr(owner, name)

        @functools.wraps(function)
        def wrapper(*arguments: Any, **keywords: Any) -> Any:
            if self.active and not (kind == "logger" and arguments[0] is ROOT):
                self.seen(kind, name)
            return function(*arguments, **keywords)

        setattr(owner, name, wrapper)

    # ---- lines

    def prepare(self, code: object) -> None:
        """Have the start, the end and the lines of a module's bodies told."""
        if not isinstance(code, CodeType) or code.co_name != "<module>" or not is_body(code):
            return
        events = MONITORING.events
        around = events.PY_START | events.PY_RETURN
        is_watched = code.co_filename.startswith(self.roots) and code.co_filename not in self.passed
        MONITORING.set_local_events(TOOL, code, around | events.LINE if is_watched else around)
        for each in bodies(code)[1:] if is_watched else ():
            MONITORING.set_local_events(TOOL, each, around | events.LINE)

    def unwind(self, frame: FrameType) -> None:
        """Forget the bodies that have ended by an exception: those that are not in the frame's stack."""
        stack: set[FrameType] = set()
        around: FrameType | None = frame
        while around is not None:
            stack.add(around)
            around = around.f_back
        while self.running and self.running[-1].frame not in stack:
            self.look()
            self.running.pop()

    def start(self, code: CodeType, offset: int) -> None:
        """A body starts."""
        if get_ident() != self.thread:
            return
        frame = sys._getframe(1)
        self.unwind(frame)
        self.look()
        self.running.append(Body(frame))
        if code.co_name == "<module>":
            self.unfinished.add(self.running[-1].name)

    def line(self, code: CodeType, number: int) -> None:
        """A line of a body runs."""
        if get_ident() != self.thread:
            return
        frame = sys._getframe(1)
        if not self.running or self.running[-1].frame is not frame:
            self.unwind(frame)
        self.look()
        if self.running:
            self.running[-1].line = number
        self.reached.setdefault(code.co_filename, set()).add(number)

    def end(self, code: CodeType, offset: int, value: object) -> None:
        """A body ends."""
        if get_ident() != self.thread:
            return
        frame = sys._getframe(1)
        self.unwind(frame)
        self.look()
        if self.running and self.running[-1].frame is frame:
            body = self.running.pop()
            if code.co_name == "<module>":
                self.unfinished.discard(body.name)
                if code.co_filename.startswith(self.roots):
                    self.say("ended", code.co_filename, sorted(self.reached.pop(code.co_filename, ())))
                else:
                    self.namespaces[body.name] = dict(frame.f_globals)

    # ---- the state of the process

    def look(self) -> None:
        """Tell how the state differs from before: the last line of the body that runs has changed it."""
        if not self.active:
            return
        now = current(self.getters)
        if now != self.state:
            for (kind, _), before, after in zip(self.getters, self.state, now, strict=True):
                if before != after and not (kind == "monkeypatch" and is_said_elsewhere(before, after)):
                    self.differs(kind)
            self.state = now
        modules = dict(sys.modules)
        if modules != self.modules:
            for name in modules.keys() | self.modules.keys():
                if modules.get(name) is not self.modules.get(name) and self.is_replaced(name, modules):
                    self.differs("sys-modules", name)
            self.modules = modules

    def is_replaced(self, name: str, modules: dict[str, ModuleType]) -> bool:
        """Whether somebody has changed the cache of modules, and not an import or its failure."""
        if name not in modules:
            return name not in self.unfinished
        try:
            spec = object.__getattribute__(modules[name], "__dict__").get("__spec__")
        except AttributeError:
            return True
        return name in self.modules or getattr(spec, "name", None) != name

    def differs(self, kind: str, subject: str = "") -> None:
        """Tell of a difference."""
        outer = [body for body in self.running if body.file.startswith(self.roots)]
        if outer:
            inner = self.running[-1]
            is_library = not inner.file.startswith(self.roots)
            if is_library or inner.file not in self.passed:
                places = [(body.file, body.line) for body in reversed(outer)]
                self.tell(kind, subject, inner.file if is_library else "", places, is_difference=True)

    def patched(self) -> list[str]:
        """The attributes of library modules that have another value than when the module had been imported."""
        return [
            f"{module}.{name}"
            for module, before in self.namespaces.items()
            if module not in ("sys", "builtins") and isinstance(sys.modules.get(module), ModuleType)
            for name, value in vars(sys.modules[module]).items()
            if before.get(name) is not value
            and not isinstance(value, ModuleType)
            and not name.startswith("__")
        ]

    # ---- from the beginning to the end

    def begin(self) -> None:
        """Start to watch."""
        for each in CALLS:
            self.wrap(*each)
        for number, name in ((1, "stdout"), (2, "stderr")):
            stream = io.TextIOWrapper(Stream(number, self), "utf-8", write_through=True)
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
        self.namespaces = {
            name: dict(vars(module)) for name, module in sys.modules.items() if name != "__main__"
        }
        MONITORING.use_tool_id(TOOL, "watcher")
        events = MONITORING.events
        MONITORING.register_callback(TOOL, events.PY_START, self.start)
        MONITORING.register_callback(TOOL, events.PY_RETURN, self.end)
        MONITORING.register_callback(TOOL, events.LINE, self.line)
        faulthandler.dump_traceback_later(self.question.patience, exit=True, file=self.file)
        self.state, self.modules = current(self.getters), dict(sys.modules)
        sys.addaudithook(self.hear)
        self.active = True

    def finish(self, problem: str) -> None:
        """Tell what was seen on the whole, and end the process."""
        self.active = False
        for file, lines in self.reached.items():
            self.say("left", file, sorted(lines))
        self.say("patched", self.patched())
        self.say("end", problem)
        os.kill(os.getpid(), signal.SIGKILL)


def current(getters: list[tuple[str, Callable[[], object]]]) -> list[object]:
    """The values of the state now; of what cannot be asked, the error."""
    found: list[object] = []
    for _, getter in getters:
        try:
            found.append(getter())
        except Exception as error:
            found.append(repr(error))
    return found


def is_said_elsewhere(before: object, after: object) -> bool:
    """Whether built-in functions differ only in the one that imports, and the one that translates."""
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    names = {name for name in before.keys() | after.keys() if before.get(name) is not after.get(name)}
    return names <= {"_", "__import__"}


def value_of(name: str) -> object:
    """What a dotted name stands for; None if its module is not loaded."""
    module, parts = name, list[str]()
    while module not in sys.modules and "." in module:
        module, _, last = module.rpartition(".")
        parts.insert(0, last)
    value: object = sys.modules.get(module)
    for part in parts:
        value = getattr(value, part, None)
    return Same(value)


def import_one(watch: Watch) -> None:
    """Import the entry and tell what happens."""
    try:
        importlib.import_module(watch.question.entry)
        problem = ""
    except BaseException as error:
        problem = f"{type(error).__name__}: {error}"
        if isinstance(error, SystemExit):
            frames = ((frame.f_code, line) for frame, line in traceback.walk_tb(error.__traceback__))
            stack = [(code.co_filename, line) for code, line in frames if is_body(code)]
            watch.tell("exit", "", "", [each for each in reversed(stack) if each[0].startswith(watch.roots)])
    watch.look()
    watch.finish(problem)


def main() -> None:
    """Answer the question in the file that is named on the command line."""
    with open(sys.argv[1], encoding="utf-8") as file:
        question = Question(**json.load(file))
    sys.path[:1] = question.path  # instead of this file's directory
    sys.argv[:] = ["program"]
    watch = Watch(question)
    watch.begin()
    import_one(watch)


if __name__ == "__main__":
    main()
