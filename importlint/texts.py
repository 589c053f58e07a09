"""What of a file's text goes with its findings: the lines that are shown, and the comments that silence some."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from importlint.diagnostics import Diagnostic
from importlint.suppression import Suppression, find_suppression, suppressions
from importlint.syntax.source import Source, read_source


class Texts:
    """The source lines and suppressions of files with findings.

    Nothing is told of these parts: where results are kept, they are found anew in files that have changed.
    """

    def __init__(self, cwd: str, read: Mapping[str, Source] | None = None) -> None:
        """`read` are those that were read before, by their absolute paths."""
        self._cwd = cwd
        self._read = read or {}
        self._sources: dict[str, Source | None] = {}
        self._suppressions: dict[str, Mapping[int, tuple[Suppression, ...]]] = {}

    def path(self, shown: str) -> str:
        """The absolute path of a file, by its path as shown."""
        return os.path.normpath(os.path.join(self._cwd, shown))

    def line(self, shown: str, number: int) -> str:
        """A line of a file; empty where there is none."""
        source = self._source(shown)
        return source.lines[number - 1] if source and number <= len(source.lines) else ""

    def sorted_out(
        self, found: Iterable[Diagnostic]
    ) -> tuple[tuple[Diagnostic, ...], tuple[Diagnostic, ...]]:
        """Diagnostics in order, each once: those to show, and those that comments silence."""
        shown: list[Diagnostic] = []
        silenced: list[Diagnostic] = []
        for diagnostic in sorted(set(found), key=order):
            by_line = self.suppressions(diagnostic.finding.location.path)
            (silenced if find_suppression(diagnostic, by_line) else shown).append(diagnostic)
        return tuple(shown), tuple(silenced)

    def suppressions(self, shown: str) -> Mapping[int, tuple[Suppression, ...]]:
        """The comments of a file that silence findings, by line."""
        if shown not in self._suppressions:
            source = self._source(shown)
            self._suppressions[shown] = suppressions(source.text) if source else {}
        return self._suppressions[shown]

    def _source(self, shown: str) -> Source | None:
        if shown not in self._sources:
            path = self.path(shown)
            source = self._read.get(path) or read_source(path, whole=False)
            self._sources[shown] = source if isinstance(source, Source) else None
        return self._sources[shown]


def order(diagnostic: Diagnostic) -> tuple[object, ...]:
    """What diagnostics are sorted by: path, position, code and message."""
    return (diagnostic.finding.location, diagnostic.code, diagnostic.finding.message)
