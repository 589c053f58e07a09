"""Conditions against CPython: what is judged known must be what each interpreter says."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from importlint.syntax.conditions import View, holds
from importlint.syntax.facts import If
from importlint.syntax.flow import known_names
from importlint.target import Target
from tests.cpython import CPython, installed
from tests.facts import facts_of

PREAMBLE = """\
import os, platform, sys
import typing as t
from os import name as os_name
from sys import platform as here, version_info
from typing import TYPE_CHECKING as TC, TYPE_CHECKING
PY38 = sys.version_info >= (3, 8)
NEW = not version_info < (3, 11)
CHANGED = True
CHANGED = False
"""

NUMBERS = st.integers(0, 16)
VERSIONS = st.one_of(
    st.tuples(st.just(3)),
    st.tuples(st.just(3), NUMBERS),
    st.tuples(st.just(3), NUMBERS, st.integers(0, 20)),
    st.tuples(st.sampled_from([2, 3, 4]), NUMBERS),
    st.just((3, 12, 0, "final", 0)),
)
ORDERS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
INFOS = st.sampled_from(["sys.version_info", "version_info", "sys.version_info[:2]", "sys.version_info[:1]"])
PLATFORMS = st.sampled_from(["sys.platform", "here", "platform.system().lower()"])
NAMES = st.sampled_from(["linux", "win32", "darwin", "windows", "lin"])


def _mirrored(left: str, order: str, right: str, swap: bool) -> str:
    return f"{right} {order} {left}" if swap else f"{left} {order} {right}"


ATOMS = st.one_of(
    st.builds(_mirrored, INFOS, ORDERS, VERSIONS.map(repr), st.booleans()),
    st.builds("sys.version_info[{}] {} {}".format, st.sampled_from([0, 1]), ORDERS, NUMBERS),
    st.builds("sys.version_info.{} {} {}".format, st.sampled_from(["major", "minor"]), ORDERS, NUMBERS),
    st.builds("{} {} {!r}".format, PLATFORMS, st.sampled_from(["==", "!=", "in", "not in"]), NAMES),
    st.builds("{} {} {!r}".format, PLATFORMS, st.sampled_from(["in", "not in"]), st.lists(NAMES).map(tuple)),
    st.builds("{}.startswith({!r})".format, PLATFORMS, NAMES),
    st.builds("{!r} in {}".format, NAMES, PLATFORMS),
    st.builds("{} == {!r}".format, st.sampled_from(["os.name", "os_name"]), st.sampled_from(["nt", "posix"])),
    st.sampled_from(["TYPE_CHECKING", "TC", "t.TYPE_CHECKING", "PY38", "NEW", "CHANGED", "__debug__"]),
    st.sampled_from(["True", "False", "0", "1", "None", "''", "'x'", "sys.implementation.name == 'cpython'"]),
    st.sampled_from(
        ["platform.python_implementation() == 'CPython'", "__name__ == '__main__'", "len(sys.argv)"]
    ),
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("not ({})".format, inner),
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) or ({})".format, inner, inner),
        st.builds("(({}) if ({}) else ({}))".format, inner, inner, inner),
    ),
    max_leaves=4,
)


def _judged(condition: str, target: Target) -> bool | None:
    facts = facts_of(f"{PREAMBLE}if {condition}:\n    x = 1\n")
    test = facts.body[-1]
    assert isinstance(test, If)
    return holds(test.test, View(target=target), known_names(facts))


@given(condition=CONDITIONS)
@example("sys.version_info > (3,)")
@example("sys.version_info == (3, 12)")
@example("(3, 8) <= sys.version_info")
def test_known_conditions_agree_with_cpython(condition: str) -> None:
    for cpython in installed():
        judged = _judged(condition, Target(version=cpython.version, platform="linux"))
        if judged is not None:
            said = cpython.evaluate(f"__name__ = 'm'\n{PREAMBLE}result = bool({condition})")
            assert judged == said, f"{cpython}: `{condition}` is {said}, judged {judged}"


def test_the_usual_conditions_are_known(cpython: CPython) -> None:
    """A model that knows nothing would agree with everything."""
    target = Target(version=cpython.version, platform="linux")
    for condition in (
        "sys.version_info >= (3, 10)",
        "sys.version_info[:2] < (3, 11)",
        "sys.version_info[0] == 2",
        "sys.platform.startswith('win')",
        "TYPE_CHECKING",
        "not t.TYPE_CHECKING",
        "os.name == 'nt' or sys.platform == 'darwin'",
        "NEW",
    ):
        said = cpython.evaluate(f"{PREAMBLE}result = bool({condition})")
        assert _judged(condition, target) is said, condition
