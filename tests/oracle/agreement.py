"""The machine's trace of an entry beside what CPython did, and whether they agree."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from importlint.config import load_settings
from importlint.diagnostics import Certainty
from importlint.machine.entries import Runs
from importlint.machine.programs import ProgramRuns
from importlint.machine.trace import Failure, Happening, Trace
from importlint.machine.world import ProjectWorld
from importlint.programs.program import Program, Start
from importlint.project import Project
from tests.cpython import Interpreter
from tests.oracle.drawn_packages import Drawn
from tests.oracle.recorder import Raised, Run, record


class Comparison(Struct, frozen=True):
    """What the machine and CPython say of an entry."""

    entry: str
    trace: Trace
    runs: tuple[Run, ...]
    """One for each outcome of the unknown conditions."""

    @property
    def difference(self) -> str:
        """In what the machine is wrong, without names; empty where it is right."""
        return difference(self.trace, self.runs)

    def __str__(self) -> str:
        word = "python" if is_program(self.entry) else "import"
        lines = [f"{word} {self.entry}: {self.difference}", "  predicted:"]
        lines += map(_indented, _shown_trace(self.trace))
        for run in dict.fromkeys(self.runs):
            lines += ["  CPython:", *map(_indented, _shown_run(run))]
        return "\n".join(lines)


def compare(cpython: Interpreter, drawn: Drawn) -> list[Comparison]:
    """The entries of a tree, of which `cpython` runs them all; without those that do not end."""
    with drawn.tree.written() as root:
        recorded = record(cpython, root, ("pkg", "top"), drawn.entries, drawn.flags)
        traces = predict(cpython, root, drawn)
    return [
        Comparison(entry, traces[entry], tuple(runs))
        for entry, runs in zip(drawn.entries, recorded, strict=True)
        if runs
    ]


def predict(cpython: Interpreter, root: Path, drawn: Drawn) -> Mapping[str, Trace]:
    """The machine's traces of the entries, for that version of CPython on this platform."""
    version = f"{cpython.version[0]}.{cpython.version[1]}"
    settings = load_settings(
        str(root), path=[], python_version=version, platform=cpython.platform, source_roots=["."]
    )
    files = tuple(path for path in ("pkg", "pkg.py", "top.py") if (root / path).exists())
    project = Project(settings, files, cwd=str(root))
    modules = [entry for entry in drawn.entries if not is_program(entry)]
    runs, program_runs = Runs(ProjectWorld(project)), ProgramRuns(project)
    traces = dict(zip(modules, runs.traces(modules), strict=True))
    return {
        entry: traces.get(entry) or program_runs.trace(_program(project, entry)) for entry in drawn.entries
    }


def is_program(entry: str) -> bool:
    """Whether an entry is what a command line says after `python`, not a module to import."""
    return entry.startswith("-m ") or entry.endswith(".py")


def _program(project: Project, entry: str) -> Program:
    if entry.endswith(".py"):
        module = next(each for each in project.given_modules if each.display == entry)
        return Program(module=module, start=Start.FILE, name=entry, reasons=())
    name = entry[3:]
    named = project.named.get(f"{name}.__main__") or project.named[name]
    return Program(module=named, start=Start.MODULE, name=name, reasons=())


def difference(trace: Trace, runs: Sequence[Run]) -> str:
    """In what the prediction is wrong about an entry; empty where it agrees.

    `runs` are CPython's, one for each outcome of the unknown conditions.
    """
    certain = trace.error if trace.error and trace.error.certainty is Certainty.CERTAIN else None
    if certain and not all(run.error for run in runs):
        return "false: a certain crash that does not happen"
    is_hedged = bool(trace.possible) or (trace.error is not None and certain is None)
    if not is_compared(runs) or (is_hedged and len(runs) > 1):
        return ""
    (run, *_) = runs
    if is_hedged:
        return f"hedged: nothing is unknown, CPython {_general(run.error)}"
    if run.error is None or trace.error is None:
        if run.error is not None:
            return f"missed: {_general(run.error)}"
    elif not _same_error(trace.error, run.error):
        return f"another crash: {_general(run.error)}"
    if len(runs) == 1 and events(trace) != run.events:
        return "order"  # with unknown conditions the way that the machine takes may be none of the real ones
    return ""


def is_compared(runs: Sequence[Run]) -> bool:
    """Whether the prediction has to be exact.

    Not where it hangs on the unknown: the machine takes one way through it, and sees only some of the possible
    failures. And not where something happens that it need not claim: it may have it right, or go another way.
    """
    (run, *_) = runs
    raised = (*run.raised, run.error) if run.error else run.raised
    return len(set(runs)) == 1 and not any(map(_is_beyond, raised))


def events(trace: Trace) -> tuple[str, ...]:
    """The starts, ends and errors of the trace, in the words of the recorder."""
    return tuple(
        f"{event.happening.value} {event.module}"
        for event in trace.events
        if event.happening is not Happening.FOUND
    )


def _same_error(failure: Failure, error: Raised | None) -> bool:
    """Class, message, place and the missing name."""
    if error is not None and (error.type, error.function) == ("AttributeError", "__getattr__"):
        return (
            failure.type == error.type
        )  # the machine speaks of the read, not of the function that answers it
    return (
        error is not None
        and (failure.type, failure.message) == (error.type, error.message)
        and (_is_wrapped(error) or failure.location.path == error.path)
        and (_is_wrapped(error) or not error.path or failure.location.span.line == error.line)
        and (error.missing_name is None or failure.missing_name == error.missing_name)
    )


def _is_wrapped(error: Raised) -> bool:
    """Whether `except*` has made it of another: its place is nowhere, since 3.14 the clause, for us the failure."""
    return error.type.endswith("ExceptionGroup") and error.message == " (1 sub-exception)"


def _is_beyond(raised: Raised) -> bool:
    """Whether the machine need not claim this exception for certain; it may go on as if it had not happened.

    It claims what imports raise, and reads from modules, wherever they stand; what a function raises on its own
    account (`raise`, an unbound local, a missing key, a wrong type) is more often the model's mistake.
    """
    if raised.message in ("told", "'told'", "") or raised.type == "NameError":
        return bool(raised.function)  # at module and class level they are claimed
    if raised.type in ("ImportError", "ImportCycleError", "ModuleNotFoundError", "ExceptionGroup"):
        return False
    if raised.type == "AttributeError":
        # `module 'm' has no attribute`, or what a module's own `__getattr__` says; not an attribute of a number
        return not (re.search(r"module '", raised.message) or raised.function == "__getattr__")
    # Too many dots, in 3.8. A name that is gone from `sys.modules` when its import ends, or was never there.
    return not (raised.message.startswith("attempted relative import") or raised.type == "KeyError")


def _general(error: Raised | None) -> str:
    """The outcome without its names."""
    if error is None:
        return "does not crash"
    message = re.sub(r"'[^']*'", "_", error.message)
    return f"{error.type}: {message}"


def _shown_trace(trace: Trace) -> list[str]:
    return [
        ", ".join(events(trace)),
        *(f"error: {_shown_failure(failure)}" for failure in (trace.error,) if failure),
        *(f"possible: {_shown_failure(failure)}" for failure in trace.possible),
        *(f"swallowed: {_shown_failure(failure)}" for failure in trace.swallowed),
    ]


def _shown_failure(failure: Failure) -> str:
    place = f"{failure.location.path}:{failure.location.span.line}"
    return f"{failure.type}: {failure.message} ({place}, misses {failure.missing_name}, {failure.certainty.value})"


def _shown_run(run: Run) -> list[str]:
    lines = [", ".join(run.events)]
    if run.error:
        lines.append(f"error: {_shown_raised(run.error)}")
    lines += [f"raised: {_shown_raised(raised)}" for raised in run.raised if raised != run.error]
    return lines


def _shown_raised(raised: Raised) -> str:
    where = f", in {raised.function}" if raised.function else ""
    return f"{raised.type}: {raised.message} ({raised.path}:{raised.line}{where})"


def _indented(line: str) -> str:
    return f"    {line}"
