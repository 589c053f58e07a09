"""From a result, and files that were edited since, to the result of now: where the edits moved lines, and no more.

A result depends on the facts of these files and on the parts of their texts that were asked for. importlint compares
lines and does not count them: where facts and parts say the same as before, at lines in the same order, all findings
are the same, at the lines that their places have moved to. Where that is not sure, nothing is told.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from importlint.cache.kept import Evidence, Kept
from importlint.cache.lines import Lines
from importlint.cache.store import Store
from importlint.diagnostics import Diagnostic, Finding, Location, Report
from importlint.disk import digest, sign
from importlint.reading.record import Record, decode, encode
from importlint.syntax.bodies import Bodies
from importlint.syntax.facts import ModuleFacts
from importlint.syntax.parts import AnyPart, encode_answer
from importlint.syntax.read import facts_of
from importlint.syntax.source import Source, SourceProblem, decode_source, read_data
from importlint.texts import Texts, order

_NUMBER = re.compile(r"\b\d+\b")


class _Edit(Struct, frozen=True, kw_only=True):
    """One file as it is now."""

    source: Source
    content: bytes
    """The digest of it."""
    lines: Mapping[int, int]
    """By the line before."""
    moved: frozenset[int]
    """The lines before that are others now."""
    parts: Mapping[str, bytes]
    """What was asked of it, about its lines of now, with the answers."""


def carried_over(kept: Kept, changed: Sequence[str], store: Store) -> Kept | None:
    """What is known, about the files as they are now; None if the edits may make another difference."""
    asked = _asked(kept.evidence, changed)
    edits: dict[str, _Edit] = {}
    for path in changed:
        content = kept.evidence.answers["text"][path]
        assert isinstance(content, bytes)
        edit = _edit(path, content, asked[path], store)
        if edit is None:
            return None
        edits[path] = edit
    try:
        report = _report(kept.result.report, edits)
    except KeyError:  # a place on a line that no fact stands on
        return None
    if report is None:
        return None
    return Kept(_evidence(kept.evidence, edits), replace(kept.result, report=report))


# ---- one file


def _edit(path: str, content: bytes, asked: Mapping[str, bytes], store: Store) -> _Edit | None:
    """How a file had the `content` and has another now, if its facts, and what was asked of it, are the same."""
    encoded, signature, data = store.known(content), sign(path), read_data(path)
    if encoded is None or isinstance(data, SourceProblem):
        return None
    source, facts = decode_source(path, data), facts_of(path, data)
    if isinstance(source, SourceProblem) or not isinstance(facts, ModuleFacts):
        return None
    lines = Lines()
    try:
        record = Record(signature, digest(data), encode(facts))
        if not lines.pair(decode(encoded), decode(record.encoded)):
            return None
        parts = _asked_again(asked, Bodies(source), lines)
    except (
        KeyError,
        RecursionError,
        msgspec.DecodeError,
    ):  # it has no such part, is nested too deeply, is damaged
        return None
    if parts is None or not lines.keep_order:
        return None
    store.keep(path, record)
    return _Edit(
        source=source,
        content=record.digest,
        lines=lines.now,
        moved=frozenset(before for before, now in lines.now.items() if before != now),
        parts=parts,
    )


def _asked_again(asked: Mapping[str, bytes], bodies: Bodies, lines: Lines) -> dict[str, bytes] | None:
    """What was asked of a text, asked of another; None if an answer is not the same at other lines.

    A function is asked for before those in it, whose lines its body tells.
    """
    found: dict[str, bytes] = {}
    for encoded, before in asked.items():
        part = msgspec.json.decode(encoded, type=AnyPart)
        moved = part.moved(lines.now)
        now = encode_answer(moved.answer(bodies))
        answers = (msgspec.msgpack.decode(each, type=part.answers) for each in (before, now))
        if not lines.pair(*answers):
            return None
        found[msgspec.json.encode(moved).decode()] = now
    return found


# ---- the report


def _report(report: Report, edits: Mapping[str, _Edit]) -> Report | None:
    """A report about files as they are now; `KeyError` or None if it cannot be had.

    Raises:
        KeyError: a place in a file is on a line that has no fact.
    """
    texts = Texts(os.getcwd(), {path: edit.source for path, edit in edits.items()})
    by_path = {shown: edits.get(texts.path(shown)) for shown in set(_paths(report))}
    edited: list[Diagnostic] = []
    kept: tuple[list[Diagnostic], list[Diagnostic]] = ([], [])
    for each, its_kind in zip((report.diagnostics, report.silenced), kept, strict=True):
        for diagnostic in each:
            finding = diagnostic.finding
            if any(_speaks_of_lines(finding, path, edit, texts) for path, edit in edits.items()):
                return None
            now = replace(diagnostic, finding=_moved(finding, by_path))
            place = now.finding.location
            if by_path[place.path]:
                edited.append(replace(now, excerpt=texts.line(place.path, place.span.line)))
            else:
                its_kind.append(now)
    shown, silenced = texts.sorted_out(edited)
    return replace(
        report,
        diagnostics=tuple(sorted((*kept[0], *shown), key=order)),
        silenced=tuple(sorted((*kept[1], *silenced), key=order)),
    )


def _paths(report: Report) -> Iterator[str]:
    """The paths of all places, as shown."""
    for diagnostic in (*report.diagnostics, *report.silenced):
        yield diagnostic.finding.location.path
        yield from (step.location.path for step in diagnostic.finding.trace)


def _moved(finding: Finding, edits: Mapping[str, _Edit | None]) -> Finding:
    """A finding at the places of now."""

    def moved(location: Location) -> Location:
        edit = edits[location.path]
        return location if edit is None else replace(location, span=location.span.moved(edit.lines))

    return replace(
        finding,
        location=moved(finding.location),
        trace=tuple(replace(step, location=moved(step.location)) for step in finding.trace),
    )


def _speaks_of_lines(finding: Finding, path: str, edit: _Edit, texts: Texts) -> bool:
    """Whether the words of a finding may have the number of a line that has moved in a file."""
    words = " ".join((finding.message, finding.label, finding.help, *(step.note for step in finding.trace)))
    if edit.moved.isdisjoint(map(int, _NUMBER.findall(words))):
        return False
    directory, name = os.path.split(os.path.splitext(path)[0])
    name = os.path.basename(directory) if name == "__init__" else name
    places = (finding.location, *(step.location for step in finding.trace))
    is_named = name in words or "__main__" in words  # which a file that is run is called
    return is_named or any(texts.path(place.path) == path for place in places)


# ---- the evidence


def _asked(evidence: Evidence, changed: Sequence[str]) -> dict[str, dict[str, bytes]]:
    """What was asked of each of the changed files, in order."""
    found: dict[str, dict[str, bytes]] = {path: {} for path in changed}
    for of, answer in evidence.answers["part"].items():
        path, _, part = of.partition("\0")
        if path in found:
            assert isinstance(answer, bytes)
            found[path][part] = answer
    return found


def _evidence(evidence: Evidence, edits: Mapping[str, _Edit]) -> Evidence:
    """What the result depends on now."""
    parts = {
        of: answer for of, answer in evidence.answers["part"].items() if of.partition("\0")[0] not in edits
    }
    for path, edit in edits.items():
        parts |= {f"{path}\0{part}": answer for part, answer in edit.parts.items()}
    contents = {path: edit.content for path, edit in edits.items()}
    answers = {**evidence.answers, "text": {**evidence.answers["text"], **contents}, "part": parts}
    signatures = {of: each for of, each in evidence.signatures.items() if of not in edits}
    return Evidence(answers, signatures)
