"""What happens when a statement runs: a program for the children of `tests.cpython`, on Python 3.8 and later.

Each case runs in a fork and a directory of its own, and is watched in three ways: by audit events, by snapshots
of the state of the process before and after, and from outside, which sees output, time, and how it ends.
"""

from __future__ import annotations

import ast
import asyncio
import atexit
import builtins
import codecs
import contextlib
import copyreg
import csv
import decimal
import faulthandler
import gc
import gettext
import importlib
import json
import locale
import logging
import mimetypes
import multiprocessing
import os
import random
import resource
import select
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
import tracemalloc
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Question = tuple[list[str], str, str, str]
    """The modules of a case, its setup, its statement, and the expression of its state."""

EVENTS = {
    "network": (
        "socket.connect socket.bind socket.sendto socket.sendmsg socket.getaddrinfo socket.gethostbyname "
        "socket.gethostbyaddr socket.getnameinfo"
    ),
    "process": (
        "subprocess.Popen os.system os.fork os.forkpty os.exec os.posix_spawn os.spawn os.kill os.killpg pty.spawn"
    ),
    "thread": "_thread.start_new_thread _thread.start_joinable_thread",
    "fs-write": (
        "os.mkdir os.remove os.rename os.rmdir os.link os.symlink os.truncate os.utime os.chmod os.chown "
        "fcntl.flock fcntl.lockf"
    ),
    "fs-read": "os.listdir os.scandir glob.glob",
    "env-write": "os.putenv os.unsetenv",
    "process-state": "resource.prlimit",
    "interpreter-state": "sys.addaudithook",
    "native-load": "ctypes.dlopen",
}
"""Audit events by the kind of effect that they are; `open` is told by its flags."""

KIND_OF_EVENT = {event: kind for kind, events in EVENTS.items() for event in events.split()}

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

AT_ONCE = 12
"""How many cases run at the same time."""


def files(directory: str) -> list[str]:
    """Everything below the directory, with what a change would change."""
    found = []
    for place, _, names in os.walk(directory):
        found.append(place)
        for name in names:
            status = os.lstat(os.path.join(place, name))
            found.append(repr((place, name, status.st_size, status.st_mode, status.st_mtime_ns)))
    return sorted(found)


def mask() -> int:
    """The umask, which can only be read by setting it."""
    old = os.umask(0)
    os.umask(old)
    return old


def loggers() -> list[object]:
    """The handlers, filters and levels of all loggers but the root."""
    found = [each for _, each in sorted(logging.root.manager.loggerDict.items())]
    return [
        (each.name, ids(each.handlers), ids(each.filters), each.level)
        for each in found
        if isinstance(each, logging.Logger)
    ]


def own_codecs() -> list[str]:
    """Which of the names that the cases register are known."""
    found = []
    for look in (codecs.lookup, codecs.lookup_error):
        for name in ("effect", "effect_codec"):
            with contextlib.suppress(LookupError):
                look(name)
                found.append(name)
    return found


def loop_policy() -> object:
    """The event loop policy and its loop, without making either."""
    policy = getattr(asyncio.events, "_event_loop_policy", None)
    return id(policy), id(getattr(getattr(policy, "_local", None), "_loop", None))


def ids(values: Iterable[object]) -> list[int]:
    """The identities of the items."""
    return list(map(id, values))


def attributes(owner: Any, names: str) -> list[object]:
    """The values of some attributes, `None` for those that are missing."""
    return [getattr(owner, name, None) for name in names.split()]


STATE: dict[str, list[Callable[[], object]]] = {
    "env-write": [lambda: sorted(os.environ.items())],
    "process-state": [
        os.getcwd,
        mask,
        lambda: os.getpriority(os.PRIO_PROCESS, 0),
        lambda: sorted(os.sched_getaffinity(0)),
        lambda: [resource.getrlimit(each) for each in (resource.RLIMIT_CORE, resource.RLIMIT_NOFILE)],
        lambda: [os.get_blocking(number) for number in range(3)],
        lambda: [os.fstat(number)[:3] for number in range(3)],
        lambda: (time.tzname, time.timezone),
    ],
    "interpreter-state": [
        lambda: ids(
            attributes(sys, "stdin stdout stderr argv excepthook displayhook unraisablehook breakpointhook")
        ),
        lambda: [attributes(stream, "encoding errors") for stream in (sys.stdout, sys.stderr)],
        lambda: attributes(sys, "argv tracebacklimit ps1 ps2 pycache_prefix dont_write_bytecode"),
        lambda: (sys.getrecursionlimit(), sys.getswitchinterval(), sys.getdlopenflags()),
        lambda: (sys.gettrace(), sys.getprofile(), sys.get_asyncgen_hooks()),
        lambda: attributes(threading, "_trace_hook _profile_hook excepthook"),
        lambda: sys.get_coroutine_origin_tracking_depth(),
        lambda: getattr(sys, "get_int_max_str_digits", int)(),
        lambda: getattr(sys, "is_stack_trampoline_active", int)(),
        lambda: getattr(sys, "monitoring").get_tool(3),  # noqa: B009 - since 3.12
        lambda: getattr(sys, "monitoring").get_events(3),  # noqa: B009
        lambda: (
            gc.isenabled(),
            gc.get_threshold(),
            gc.get_debug(),
            gc.get_freeze_count(),
            ids(gc.callbacks),
        ),
        threading.stack_size,
        lambda: (faulthandler.is_enabled(), tracemalloc.is_tracing()),
    ],
    "locale": [
        lambda: locale.setlocale(locale.LC_ALL),
        lambda: (gettext.textdomain(), gettext.bindtextdomain("effect")),
        lambda: (locale.textdomain(None), locale.bindtextdomain("effect", None)),
        lambda: hasattr(builtins, "_"),
    ],
    "logging-config": [
        lambda: (ids(logging.root.handlers), ids(logging.root.filters), logging.root.level),
        lambda: (logging.root.manager.disable, logging.getLoggerClass(), logging.getLogRecordFactory()),
        lambda: attributes(logging, "raiseExceptions lastResort _warnings_showwarning"),
    ],
    "logger": [loggers],
    "warnings-config": [
        lambda: [tuple(map(repr, each)) for each in warnings.filters],
        lambda: (warnings.showwarning, warnings.formatwarning),
    ],
    "signal": [
        lambda: [signal.getsignal(number) for number in signal.valid_signals()],
        lambda: signal.pthread_sigmask(signal.SIG_BLOCK, []),
        lambda: bool(signal.getitimer(signal.ITIMER_REAL)[0]),
    ],
    "random-state": [lambda: hash(random.getstate())],
    "numeric-context": [lambda: (decimal.getcontext(), decimal.DefaultContext)],
    "event-loop": [loop_policy],
    "start-method": [lambda: multiprocessing.get_start_method(allow_none=True)],
    "sys-path": [lambda: sys.path],
    "import-hooks": [
        lambda: (ids(sys.meta_path), ids(sys.path_hooks)),
        lambda: builtins.__import__,
    ],
    "monkeypatch": [lambda: sorted(vars(builtins).items(), key=lambda item: item[0])],
    "thread": [lambda: sorted(os.listdir("/proc/self/task"))],
    "atexit": [lambda: getattr(atexit, "_ncallbacks")()],  # noqa: B009 - not in the stubs
    "type-registry": [
        lambda: sorted(map(repr, copyreg.dispatch_table)),
        lambda: vars(copyreg)["_extension_registry"],
    ],
    "registry": [
        own_codecs,
        csv.list_dialects,
        lambda: sorted(mimetypes.types_map.items()),
        lambda: (shutil.get_archive_formats(), [each[:2] for each in shutil.get_unpack_formats()]),
        lambda: [logging.getLevelName(number) for number in range(60)],
    ],
    "library-config": [socket.getdefaulttimeout, csv.field_size_limit, lambda: tempfile.tempdir],
}
"""What shows the kinds of effects that change the process, as far as no case says it."""


def snapshot(directory: str) -> dict[tuple[str, int], str]:
    """The state of the process and the directory as text; of what fails on this version, the error."""
    found = {("fs-write", 0): repr(files(directory))}
    for kind, getters in STATE.items():
        for number, getter in enumerate(getters):
            try:
                found[kind, number] = repr(getter())
            except Exception as error:
                found[kind, number] = repr(error)
    return found


def import_all(names: Iterable[str]) -> None:
    """Import every module among the dotted names."""
    for name in names:
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            try:
                importlib.import_module(".".join(parts[:end]))
            except ImportError:
                break


class Watch:
    """Tells through a pipe what it sees, a line each, as it happens."""

    def __init__(self, pipe: int) -> None:
        self.pipe = pipe
        self.active = False
        sys.addaudithook(self.hear)

    def say(self, *words: str) -> None:
        """Write one line."""
        os.write(self.pipe, (json.dumps(words) + "\n").encode())

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The audit hook."""
        if not self.active:
            return
        if event == "open" and isinstance(arguments[0], (str, bytes)):
            writes = isinstance(arguments[2], int) and arguments[2] & WRITING
            self.say("fs-write" if writes else "fs-read")
        elif event in KIND_OF_EVENT:
            self.say(KIND_OF_EVENT[event])


def run_case(question: Question, directory: str, watch: Watch) -> None:
    """Run one case and tell what is seen from inside."""
    modules, setup, statement, state = question
    namespace: dict[str, Any] = {"__name__": "case"}
    try:
        import_all(modules)
        tops = {name.split(".")[0] for name in modules}
        namespace.update((name, sys.modules[name]) for name in tops if name in sys.modules)
        exec(setup, namespace)
        is_expression = isinstance(ast.parse(statement).body[0], ast.Expr)
        code = compile(statement, "<case>", "eval" if is_expression else "exec")
        own = compile(state or "None", "<state>", "eval")
        before, own_before = snapshot(directory), repr(eval(own, namespace))
        loaded = {name: id(module) for name, module in sys.modules.items()}
        sys.stdout.flush()
    except BaseException as error:
        watch.say("impossible", repr(error))
        return
    watch.say("start")
    watch.active = True
    try:
        # what nobody holds would be gone before it is seen
        namespace["kept"] = eval(code, namespace)
    except SystemExit:
        watch.say("exit")
    except BaseException as error:
        watch.say("raised", repr(error))
    watch.active = False
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    after = snapshot(directory)
    for each in before:
        if before[each] != after[each]:
            watch.say(each[0])
    if own_before != repr(eval(own, namespace)):
        watch.say("state")
    if any(id(sys.modules.get(name)) != identity for name, identity in loaded.items()):
        watch.say("sys-modules")
    watch.say("end")


def start(question: Question, directory: str) -> tuple[int, int, int]:
    """Fork a child for one case: its number, the pipe through which it tells, and the pipe of its output."""
    told, tell = os.pipe()
    printed, output = os.pipe()
    waiting, never = os.pipe()  # a standard input to which nobody writes
    child = os.fork()
    if child:
        for number in (tell, output, waiting, never):
            os.close(number)
        return child, told, printed
    os.setsid()
    os.mkdir(directory)
    os.chdir(directory)
    os.environ.update(HOME=directory, TMPDIR=directory)
    for number, source in enumerate((waiting, output, output)):
        os.dup2(source, number)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(number, mode) for number, mode in enumerate("rww"))
    sys.argv[:] = ["program", "--argument"]
    watch = Watch(tell)
    try:
        run_case(question, directory, watch)
    except BaseException as error:
        watch.say("broken", repr(error))
    os._exit(0)


def drain(pipe: int) -> bytes:
    """What is in the pipe now."""
    chunks: list[bytes] = []
    while select.select([pipe], [], [], 0)[0]:
        chunks.append(os.read(pipe, 65536))
        if not chunks[-1]:
            break
    return b"".join(chunks)


def follow(children: list[tuple[int, int, int]], patience: float) -> list[list[str] | str]:
    """Wait until each case has ended, or has lost our patience: then it blocks."""
    pending = dict(enumerate(children))
    texts = [b""] * len(children)
    begun: dict[int, float] = {}
    first = time.monotonic()
    while pending:
        for index, (child, told, _) in list(pending.items()):
            texts[index] += drain(told)
            now = time.monotonic()
            if b'["start"]' in texts[index]:
                begun.setdefault(index, now)
            ended = b'["end"]' in texts[index] or b'["impossible"' in texts[index]
            gone = os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
            if ended or gone or now - begun.get(index, now) > patience or now - first > patience + 60:
                texts[index] += drain(told)
                del pending[index]
        select.select([told for _, told, _ in pending.values()], [], [], 0.02)
    return [outcome(text, *children[index]) for index, text in enumerate(texts)]


def outcome(text: bytes, child: int, told: int, printed: int) -> list[str] | str:
    """What was seen of a case, from inside and from outside; a text if it could not run."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError):
            kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    seen = {line[0]: line[-1] for line in map(json.loads, text.decode().splitlines())}
    if drain(printed):
        seen["output"] = ""
    os.close(told)
    os.close(printed)
    if "impossible" in seen:
        return str(seen["impossible"])
    if "end" not in seen:
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        seen["blocking" if killed else "exit"] = ""
    return [
        each if each != "raised" else "raised " + seen[each] for each in seen if each not in ("start", "end")
    ]


def observe(
    questions: list[Question], directory: str, patience: float, preload: bool
) -> list[list[str] | str]:
    """What is seen of each case; a text for one that could not run."""
    if preload:
        import_all(name for question in questions for name in question[0])
    found: list[list[str] | str] = []
    for begin in range(0, len(questions), AT_ONCE):
        batch = enumerate(questions[begin : begin + AT_ONCE], begin)
        found += follow([start(each, os.path.join(directory, str(index))) for index, each in batch], patience)
    return found
