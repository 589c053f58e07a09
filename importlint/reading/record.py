"""The facts of one file as they travel: from a worker to the run that asked, and from one run to the next."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from importlint.disk import Signature, digest, sign
from importlint.syntax.facts import ModuleFacts
from importlint.syntax.read import facts_of
from importlint.syntax.source import SourceProblem, read_data


class Record(Struct, frozen=True, array_like=True, gc=False):
    """The facts of a file with what tells whether they still hold."""

    signature: Signature | None
    """From before the file was read; None if there is no such file, as in an archive."""
    digest: bytes
    """Of the content; empty if that could not be read."""
    encoded: bytes
    """The facts, or the problem, for `decode`."""


_ENCODER = msgspec.msgpack.Encoder()
_FACTS = msgspec.msgpack.Decoder(ModuleFacts)
_PROBLEM = msgspec.msgpack.Decoder(SourceProblem)


def read_record(path: str) -> Record:
    """The record of the file at `path`, read now."""
    signature = sign(path)
    data = read_data(path, whole=False)
    if isinstance(data, SourceProblem):
        return Record(signature, b"", encode(data))
    return Record(signature, digest(data), encode(facts_of(path, data)))


def encode(facts: ModuleFacts | SourceProblem) -> bytes:
    """Facts as bytes."""
    return (b"F" if isinstance(facts, ModuleFacts) else b"P") + _ENCODER.encode(facts)


def decode(encoded: bytes) -> ModuleFacts | SourceProblem:
    """The facts that `encode` wrote.

    Raises:
        msgspec.DecodeError: it did not write this.
    """
    kind, rest = encoded[:1], memoryview(encoded)[1:]
    if kind == b"F":
        return _FACTS.decode(rest)
    return _PROBLEM.decode(rest)
