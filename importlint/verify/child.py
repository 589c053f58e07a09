"""The part that runs in the environment's own Python: import one module first, and tell what happened.

It is handed over as text (`python -c`), and uses only what interpreters of all versions have loaded when they are
ready: every further import would be one that the analysed code no longer makes. Arguments: how many path entries
come first on `sys.path`, these entries, and those that come last. Standard input: a module's name. Standard output:
the process's id, `repr` of a dict, and, if it forks for each name, `#` with the exit status.

CPython `importlib._bootstrap._load_unlocked` is where every module's body is run from.
"""

import _frozen_importlib
import os
import sys


def main() -> None:
    """Answer for each name that standard input has; without `os.fork`, for the first."""
    results = os.dup(1)
    _redirect(1, os.O_WRONLY)
    _set_path(sys.argv[1:])
    while True:
        name = os.read(0, 65536).decode()
        if not name:
            return
        if not hasattr(os, "fork"):
            _answer(name, results)
        pid = os.fork()
        if pid == 0:
            os.setsid()
            _answer(name, results)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # keeps the id from being used again
        try:  # noqa: SIM105 -- contextlib would have to be imported
            os.killpg(pid, 9)  # what the import has left running
        except OSError:
            pass
        _send(results, f"#{os.waitpid(pid, 0)[1]}")


def _set_path(arguments: "list[str]") -> None:
    """Search as importlint does: source roots, the environment, the directories of loose files."""
    count = int(arguments[0])
    first, last = arguments[1 : count + 1], arguments[count + 1 :]
    sys.argv[:] = ["-c"]
    entries = [*first, *(entry for entry in sys.path if entry), *last]
    sys.path[:] = list(dict.fromkeys(entries))


def _redirect(descriptor: int, flags: int) -> None:
    nothing = os.open(os.devnull, flags)
    os.dup2(nothing, descriptor)
    os.close(nothing)


def _send(results: int, line: str) -> None:
    data = (line + "\n").encode("utf-8", "backslashreplace")
    while data:
        data = data[os.write(results, data) :]


def _answer(name: str, results: int) -> None:
    """Import `name`, tell what happened, and end the process."""
    _redirect(0, os.O_RDONLY)
    _send(results, str(os.getpid()))
    events: list[tuple[str, str]] = []
    _watch(events)
    error = None
    try:
        __import__(name)
    except BaseException as exception:
        error = _describe(exception)
    _send(results, repr({"events": list(events), "error": error}))
    os._exit(0)


def _watch(events: "list[tuple[str, str]]") -> None:
    """Note each start and end of a module's body."""
    original = _frozen_importlib._load_unlocked  # type: ignore[attr-defined]  # typeshed leaves it out

    def _load_unlocked(spec):  # type: ignore[no-untyped-def]
        events.append(("start", spec.name))
        try:
            module = original(spec)
        except BaseException:
            events.append(("error", spec.name))
            raise
        events.append(("end", spec.name))
        return module

    # Warnings and tracebacks pass over the frames of importlib.
    code = _load_unlocked.__code__.replace(co_filename="<frozen importlib._bootstrap>")
    _load_unlocked.__code__ = code
    _frozen_importlib._load_unlocked = _load_unlocked  # type: ignore[attr-defined]  # as above


def _describe(exception: BaseException) -> "dict[str, object]":
    """The exception's classes, its message, and the places that it passed through, the innermost last."""
    places = []
    trace = exception.__traceback__
    while trace is not None:
        places.append((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    if isinstance(exception, SyntaxError):
        places.append((str(exception.filename), exception.lineno or 0))
    try:
        message = str(exception)
    except Exception:
        message = ""
    types = [each.__name__ for each in type(exception).__mro__[:-1]]
    return {"types": types, "message": message, "places": places}


if __name__ == "__main__":
    main()
