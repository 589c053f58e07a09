"""What the catalogue says of the standard library, against the CPythons that are installed.

The oldest and the newest of them run every case; `IMPORTLINT_WHOLE=1 python -m pytest tests/effects` asks all.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from importlint.effects.entries import Verified
from importlint.target import parse_version
from tests.cpython import CPython, installed
from tests.effects import compiled
from tests.effects.cases import Case, entries, read_cases
from tests.effects.names import differing_aliases, resolved
from tests.effects.probe import observe

WHOLE = os.environ.get("IMPORTLINT_WHOLE") == "1"
ASKED = installed() if WHOLE else tuple(dict.fromkeys((installed()[0], installed()[-1])))

CATALOGUE = compiled.catalogue()
LIBRARY = compiled.standard_library()
CASES = read_cases("standard_library")
HARMLESS = compiled.harmless().standard_library.split()

CALL_ALL = """
import builtins
called = []
def attempt(call):
    try:
        called.append(call())
    except Exception:
        pass
[attempt(call) for call in (lambda: {}(),)]  # len(called)
"""
"""Calls without arguments, as far as they can be made."""


def has_name(cpython: CPython, case: Case) -> bool:
    """Whether the version has what the case is about."""
    effects = [effect for name in entries(CATALOGUE, case) for effect in CATALOGUE.calls[name]]
    return cpython.version >= case.since and all(
        (not effect.since or cpython.version >= parse_version(effect.since))
        and (not effect.removed or cpython.version < parse_version(effect.removed))
        for effect in effects
    )


@pytest.mark.skipif(sys.platform != "linux", reason="the cases are those of Linux, each in a fork")
class TestBehaviour:
    @pytest.mark.parametrize("cpython", ASKED, ids=repr)
    def test_cases_have_their_effect(self, cpython: CPython, tmp_path: Path) -> None:
        """And what stands under `none` has no effect that a rule reports."""
        cases = [case for case in CASES if has_name(cpython, case)]
        assert len(cases) > 400
        assert [str(each) for each in observe(cpython, cases, tmp_path) if not each.shows] == []

    @pytest.mark.parametrize("cpython", ASKED, ids=repr)
    def test_harmless_callables_do_nothing(self, cpython: CPython, tmp_path: Path) -> None:
        """Those that can be called without arguments; in 3.8 and 3.9 asyncio's primitives take hold of a loop."""
        old = cpython.version < (3, 10)
        names = [name for name in HARMLESS if not (old and name.startswith("asyncio."))]
        groups = [
            Case(None, CALL_ALL.format("(), lambda: ".join(names[at : at + 20])))
            for at in range(0, len(names), 20)
        ]
        observed = observe(cpython, groups, tmp_path)
        assert sum("state" in each.seen for each in observed) > len(groups) * 0.8
        assert [str(each) for each in observed if each.impossible or each.reported] == []


@pytest.mark.parametrize("cpython", installed(), ids=repr)
class TestNames:
    def test_entries_resolve_in_the_versions_that_they_name(self, cpython: CPython) -> None:
        """And in no others; a name with a call in it is one of a case."""
        entries = {name: effect for name, effect in LIBRARY.effects() if "()" not in name}
        found = resolved(cpython, entries)
        for name, effect in entries.items():
            since, removed = parse_version(effect.since or "3.8"), parse_version(effect.removed or "3.15")
            if effect.verified is not Verified.DOCUMENTED:
                assert (name in found) == (since <= cpython.version < removed), name

    def test_aliases_are_the_documented_names(self, cpython: CPython) -> None:
        """The same object, a subclass of it, or a module that has some of the same functions; six makes its own."""
        pairs = [pair for pair in CATALOGUE.aliases.items() if not pair[0].startswith("six.")]
        assert differing_aliases(cpython, pairs) == []


class TestTables:
    def test_harmless_names_resolve_somewhere(self) -> None:
        """Except on Windows, and in versions that are not installed."""
        found = [resolved(cpython, HARMLESS) for cpython in installed()]
        assert set(HARMLESS).difference(*found) <= {
            "ctypes.WINFUNCTYPE",
            "string.templatelib.Template",
            "sys.get_lazy_imports",
            "sys.get_lazy_imports_filter",
            "sys.getwindowsversion",
        }

    def test_shared_objects_and_attributes_resolve(self) -> None:
        """In the newest version; some attributes are there only after they have been bound."""
        shared = [*LIBRARY.objects, *(name.removesuffix(".*") for name in LIBRARY.attributes)]
        names = [name for name in shared if "()" not in name]
        assert set(names) - resolved(installed()[-1], names) <= {"sys.ps1", "sys.ps2", "sys.tracebacklimit"}

    def test_instances_are_what_is_given(self) -> None:
        """Of the standard library, where it can be had without arguments."""
        calls = {
            "asyncio.new_event_loop()": "asyncio.new_event_loop()",
            "logging.getLogger()": "logging.getLogger()",
            "pathlib.Path.cwd()": "pathlib.Path.cwd()",
            "pathlib.Path.home()": "pathlib.Path.home()",
            "pathlib.Path.__truediv__()": "pathlib.Path() / 'a'",
            "pathlib.Path.absolute()": "pathlib.Path().absolute()",
            "pathlib.Path.expanduser()": "pathlib.Path().expanduser()",
            "pathlib.Path.joinpath()": "pathlib.Path().joinpath('a')",
            "pathlib.Path.parent": "pathlib.Path().parent",
            "pathlib.Path.relative_to()": "pathlib.Path('a').relative_to('.')",
            "pathlib.Path.resolve()": "pathlib.Path().resolve()",
            "pathlib.Path.with_name()": "pathlib.Path('a').with_name('b')",
            "pathlib.Path.with_suffix()": "pathlib.Path('a').with_suffix('.b')",
            "socket.create_server()": "socket.create_server(('127.0.0.1', 0))",
            "urllib.request.build_opener()": "urllib.request.build_opener()",
            "wsgiref.simple_server.make_server()": "wsgiref.simple_server.make_server('', 0, None)",
        }
        program = """
import asyncio, logging, pathlib, socket, socketserver, urllib.request, wsgiref.simple_server
result = [call for call, kind in checks if not isinstance(eval(call), eval(kind))]
"""
        checks = [(calls[name], CATALOGUE.instances[name]) for name in calls]
        assert installed()[-1].evaluate(program, fresh=True, checks=checks) == []
        untested = {"asyncio.get_event_loop()", "socket.create_connection()"}
        others = CATALOGUE.instances.keys() - calls.keys() - untested
        assert {name.partition(".")[0] for name in others} <= {"redis", "requests", "tornado"}
