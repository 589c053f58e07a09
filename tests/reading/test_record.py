"""Facts survive the way from one process, or one run, to the other."""

from pathlib import Path

import msgspec
import pytest

from importlint.disk import sign
from importlint.reading.record import decode, encode, read_record
from importlint.syntax.read import read_facts

PROJECT = Path(__file__).resolve().parents[2]


def test_facts_are_the_same_after_encoding() -> None:
    files = sorted(PROJECT.joinpath("importlint").rglob("*.py"))
    assert files
    for file in files:
        facts = read_facts(str(file))
        assert decode(encode(facts)) == facts
        assert decode(read_record(str(file)).encoded) == facts


@pytest.mark.parametrize("content", [b"def", b"\xff", b"# coding: no-such\n", None])
def test_problems_are_the_same_after_encoding(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "broken.py"
    if content is not None:
        file.write_bytes(content)
    record = read_record(str(file))
    assert decode(record.encoded) == read_facts(str(file))
    assert bool(record.digest) == (content is not None)
    assert record.signature == sign(str(file))


@pytest.mark.parametrize("damaged", [b"", b"F", b"F\xc1", b"P\x90", b"X\x90", b"F\x90\x90"])
def test_damage_is_noticed(damaged: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(damaged)
