"""From a check to what an earlier one with the same question found, if the world still gives all the same answers.

The question is what the user asked, of which importlint on which Python. The answers are what that run heard from
the operating system, of `disk`: each is asked for again. What the files say is known by their signatures as in
`store`.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable

import msgspec
from msgspec import Struct

from importlint.cache.database import Database
from importlint.cache.kept import Evidence, Kept, Result
from importlint.cache.store import Store, is_settled
from importlint.config import Settings
from importlint.disk import ANSWERS, QUESTIONS, SIGNED, VOUCHED, Answer, Signature, digest, heard_by, sign

_NO_MATTER = {"output-format": "output_format", "cache-dir": "cache_dir", "jobs": "jobs"}
"""Settings that make no difference to a result, and their fields."""


_OTHERWISE = {"content": "text", "text": "content"}
"""Questions that have the same answer."""


class Witness:
    """Hears what one run, begun at `now`, asks and is answered."""

    def __init__(self, now: int) -> None:
        self.evidence = Evidence({question: {} for question in QUESTIONS}, {})
        self.is_consistent = True
        """Whether all that was asked twice had the same answer twice."""
        self._now = now

    def hear(self, question: str, of: str, answer: Answer, signature: Signature | None = None) -> None:
        """Remember the answer, and the signature if it can be relied on."""
        answers = self.evidence.answers
        other = _OTHERWISE.get(question, question)
        if answers[question].setdefault(of, answer) != answer or answers[other].get(of, answer) != answer:
            self.is_consistent = False
        if signature is not None and is_settled(signature, self._now):
            self.evidence.signatures[of] = signature

    def has_heard(self, path: str) -> bool:
        """Whether the content of a file is known."""
        return path in self.evidence.answers["content"]


class Results:
    """The results of earlier checks."""

    def __init__(self, database: Database, store: Store, identity: bytes, now: int) -> None:
        self._database = database
        self._store = store
        self._identity = identity
        self._now = now

    def result(self, settings: Settings, paths: tuple[str, ...], check: Callable[[], Result]) -> Result:
        """The result of `check`, which may be known from an earlier run with these settings and paths."""
        try:
            key = self._key(settings, paths)
        except (UnicodeEncodeError, OSError):  # a path that is no text; a current directory that is gone
            return check()
        known = self._recalled(key)
        if known is not None:
            return known
        witness = Witness(self._now)
        with heard_by(witness):
            result = check()
        if witness.is_consistent:
            self._keep(key, witness.evidence, result)
        return result

    def _recalled(self, key: bytes) -> Result | None:
        value = self._database.value(key)
        if value is None:
            return None
        try:
            kept = msgspec.msgpack.decode(value, type=Kept)
        except (msgspec.DecodeError, RecursionError):
            return None
        now = self._now_of(kept)
        if now is not None and now.evidence != kept.evidence:
            self._keep(key, now.evidence, now.result)
        return None if now is None else now.result

    def _now_of(self, kept: Kept) -> Kept | None:
        """What is known, as it is now; None if it does not hold."""
        verdict = verified(kept.evidence, self._now)
        if verdict is None:
            return None
        still = Kept(verdict.evidence, kept.result)
        if not verdict.changed:
            return still
        from importlint.cache.edited import carried_over

        return carried_over(still, verdict.changed, self._store)

    def _keep(self, key: bytes, evidence: Evidence, result: Result) -> None:
        try:
            value = msgspec.msgpack.encode(Kept(evidence, result))
        except (UnicodeEncodeError, RecursionError):  # a path that is no text
            return
        self._database.write({key: value})

    def _key(self, settings: Settings, paths: tuple[str, ...]) -> bytes:
        origins = {key: origin for key, origin in settings.origins.items() if key not in _NO_MATTER}
        none = dict.fromkeys(_NO_MATTER.values())
        asked = msgspec.structs.replace(settings, origins=origins, **none)
        machine = (
            *(sys.prefix, sys.base_prefix, sys.executable, sys.platlibdir, sys.version, platform.machine()),
            *(sys.getfilesystemencoding(), os.path.sep, os.geteuid() if hasattr(os, "geteuid") else 0),
            *time.tzname,  # archives tell local times
        )
        question = msgspec.msgpack.encode((asked, paths, os.getcwd(), machine))
        return digest(b"result" + self._identity + question)


class Verdict(Struct, frozen=True):
    """What is left of evidence."""

    evidence: Evidence
    """What still holds, with the signatures that there are now."""
    changed: tuple[str, ...]
    """The files of which facts and parts were asked, and that have other contents now."""


def verified(evidence: Evidence, now: int) -> Verdict | None:
    """What is left of evidence; None if anything does not hold but the contents of files that were not taken whole."""
    signatures = {of: signature for of, signature in evidence.signatures.items() if sign(of) == signature}
    same = frozenset(signatures)
    changed: list[str] = []
    for question, answer_signed in SIGNED.items():
        answers = evidence.answers[question]
        for of in answers.keys() - same:
            answer, signature = answer_signed(of)
            if answer != answers[of]:
                if question != "text":
                    return None
                changed.append(of)
            elif signature is not None and is_settled(signature, now):
                signatures[of] = signature
    for question, answer_now in ANSWERS.items():
        answers = evidence.answers[question]
        vouched = same if question in VOUCHED else frozenset()
        if any(answer_now(of) != answers[of] for of in answers.keys() - vouched):
            return None
    return Verdict(Evidence(evidence.answers, signatures), tuple(sorted(changed)))
