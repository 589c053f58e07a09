"""From modules to verdicts: the machine's prediction for each, and what its import really does."""

from __future__ import annotations

from collections.abc import Iterable
from tempfile import TemporaryDirectory

from importlint.discovery import Module
from importlint.project import Project
from importlint.verify.comparison import Comparison, Verdict
from importlint.verify.interpreter import Interpreter, Observation, SearchPath


def verify(
    project: Project, modules: Iterable[Module], executable: str, timeout: float
) -> tuple[Verdict, ...]:
    """Import each of the project's `modules` first with `executable`; the verdicts, sorted by name.

    `timeout` seconds are the most that an import may take. Raises `InterpreterError`.
    """
    modules = sorted(modules, key=lambda module: module.name)
    comparison = Comparison(project)
    traces = tuple(project.runs.traces(module.name for module in modules))
    with TemporaryDirectory(prefix="importlint-verify-", ignore_cleanup_errors=True) as directory:
        observations = _observe(project, modules, executable, directory, timeout)
    return tuple(comparison.verdict(trace, observations[trace.entry]) for trace in traces)


def _observe(
    project: Project, modules: Iterable[Module], executable: str, directory: str, timeout: float
) -> dict[str, Observation]:
    """What importing each module first does; those that search the same path share an interpreter."""
    names: dict[SearchPath, list[str]] = {}
    for module in modules:
        path = SearchPath(module.search_path, project.settings.pythonpath, module.fallback_path)
        names.setdefault(path, []).append(module.name)
    observations: dict[str, Observation] = {}
    with project.progress.phase("importing", sum(map(len, names.values()))) as advance:
        for path in names:
            interpreter = Interpreter(executable, path, directory, timeout)
            try:
                for name in names[path]:
                    observations[name] = interpreter.import_first(name)
                    advance()
            finally:
                interpreter.stop()
    return observations
