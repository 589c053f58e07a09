"""The catalogue: that it is what its source says, that its cases are looked up, and that its parts agree."""

from __future__ import annotations

from collections import Counter

import pytest

from importlint.effects.catalogue import (
    Catalogue,
    call_kind,
    for_platform,
    import_kind,
    load_catalogue,
    with_own_effects,
    write_kind,
)
from importlint.effects.condition import Condition
from importlint.effects.conditions import holds
from importlint.effects.entries import OwnEffect, Verified
from importlint.effects.kinds import RULES, Kind
from importlint.effects.names import documented_name, known_name, written_name
from importlint.syntax import facts as f
from tests.effects import compiled
from tests.effects.cases import BUILTINS, Case, entries, predicted, read_cases
from tests.facts import facts_of

CATALOGUE = load_catalogue()
CASES = [case for name in ("standard_library", "third_party") for case in read_cases(name)]
NAMES = BUILTINS | {name: name for name in ("argparse", "io", "logging", "os", "pathlib", "shop", "sys")}


def expression(text: str) -> f.Expression:
    (statement,) = facts_of(text).body
    assert isinstance(statement, f.Evaluate)
    return statement.value


def call(text: str) -> f.Call:
    found = expression(text)
    assert isinstance(found, f.Call)
    return found


def qualified(found: f.Expression) -> str | None:
    return written_name(found, NAMES)


def kind_of(text: str, catalogue: Catalogue = CATALOGUE) -> Kind | None:
    found = call(text)
    return call_kind(catalogue, qualified(found.function) or "", found, qualified)


class TestData:
    def test_compiled_file_is_what_the_source_says(self) -> None:
        """If not: `python -m tests.effects.compiled`."""
        assert compiled.COMPILED.read_bytes() == compiled.encoded(compiled.catalogue())
        assert compiled.catalogue() == CATALOGUE

    @pytest.mark.parametrize("case", CASES, ids=str)
    def test_cases_are_looked_up(self, case: Case) -> None:
        """From their text to the kind under which they stand; under `none`, nothing that a rule reports."""
        found = predicted(CATALOGUE, case)
        assert found == case.kind or (case.kind is None and found is not None and found.rule is None)

    def test_what_ran_is_what_has_a_case(self) -> None:
        ran = {
            name
            for case in CASES
            for name in entries(CATALOGUE, case)
            if any(effect.kind is case.kind for effect in CATALOGUE.calls[name])
        }
        said = {
            name
            for name, effects in CATALOGUE.calls.items()
            if any(effect.verified is Verified.RAN for effect in effects)
        }
        assert ran == said
        statements = [case.statement for case in CASES]
        imported = {each.removeprefix("import ") for each in statements if each.startswith("import ")}
        assert imported == {
            name for name, effect in CATALOGUE.imports.items() if effect.verified is Verified.RAN
        }

    def test_every_condition_has_cases_for_both_answers(self) -> None:
        kinds: dict[str, set[Kind | None]] = {}
        for case in CASES:
            for name in entries(CATALOGUE, case):
                kinds.setdefault(name, set()).add(case.kind)
        for name, effects in CATALOGUE.calls.items():
            for effect in effects:
                if (effect.when or effect.unless) and effect.verified is Verified.RAN:
                    assert len(kinds[name]) > 1, name

    def test_tables_agree(self) -> None:
        assert not CATALOGUE.calls.keys() & CATALOGUE.harmless
        assert not CATALOGUE.objects.keys() & CATALOGUE.attributes.keys()
        assert not CATALOGUE.harmless_methods & CATALOGUE.changing_methods
        for name in (*CATALOGUE.calls, *CATALOGUE.objects, *CATALOGUE.attributes, *CATALOGUE.harmless):
            assert documented_name(name, CATALOGUE.aliases) == name

    def test_names_stand_once(self) -> None:
        """Within a kind TOML sees to it; several entries of one name have a condition each."""
        for library in (compiled.standard_library(), compiled.third_party()):
            counts = Counter(name for name, _ in library.effects())
            for name, effect in library.effects():
                assert counts[name] == 1 or effect.when or effect.unless, name
        for text in (compiled.harmless().standard_library, compiled.harmless().third_party):
            assert len(text.split()) == len(set(text.split()))

    def test_rules_are_those_of_side_effects(self) -> None:
        assert set(RULES.values()) == {f"IL5{number:02}" for number in range(1, 13)}


class TestNames:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("os.path.join", "os.path.join"),
            ("open", "builtins.open"),
            ("logging.getLogger('a').info", "logging.getLogger().info"),
            ("pathlib.Path('a') / 'b'", "pathlib.Path().__truediv__()"),
            ("local.name", None),
            ("os.environ['a']", None),
            ("'text'.join", None),
        ],
    )
    def test_written(self, text: str, expected: str | None) -> None:
        assert written_name(expression(text), NAMES) == expected

    @pytest.mark.parametrize(
        ("written", "documented", "known"),
        [
            ("posixpath.join", "os.path.join", "os.path.join"),
            ("io.open", "builtins.open", "builtins.open"),
            (
                "concurrent.futures.thread.ThreadPoolExecutor().submit",
                "concurrent.futures.ThreadPoolExecutor().submit",
                "concurrent.futures.ThreadPoolExecutor.submit",
            ),
            ("logging.getLogger().info", "logging.getLogger().info", "logging.Logger.info"),
            (
                "pathlib.PosixPath().parent.resolve().__truediv__().mkdir",
                "pathlib.Path().parent.resolve().__truediv__().mkdir",
                "pathlib.Path.mkdir",
            ),
            ("threading.Thread().start", "threading.Thread().start", "threading.Thread.start"),
        ],
    )
    def test_known(self, written: str, documented: str, known: str) -> None:
        assert documented_name(written, CATALOGUE.aliases) == documented
        assert known_name(documented, CATALOGUE.instances) == known


class TestConditions:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("f(a, 'w')", True),
            ("f(a, mode='rw')", True),
            ("f(a, 'r')", False),
            ("f(a)", False),
            ("f(a, None)", False),
            ("f(a, [1])", False),
            ("f(a, mode)", None),
            ("f(a, *rest)", None),
            ("f(*both)", None),
            ("f(a, **options)", None),
            ("f(a, 'w', **options)", True),
            ("f(a, mode='w', **options)", True),
            ("f(a, 'w', *rest)", True),
        ],
    )
    def test_characters_of_an_argument(self, text: str, expected: bool | None) -> None:
        condition = Condition(position=1, keyword="mode", default="r", has_any_of="wax")
        assert holds(condition, call(text), qualified) is expected

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("f()", False),
            ("f(None)", False),
            ("f(host)", True),
            ("f(host=host)", True),
            ("f('')", True),
            ("f(*arguments)", None),
            ("f(**options)", None),
        ],
    )
    def test_whether_it_is_given(self, text: str, expected: bool | None) -> None:
        condition = Condition(position=0, keyword="host", given=True)
        assert holds(condition, call(text), qualified) is expected

    @pytest.mark.parametrize(
        ("text", "expected"),
        [("f(x=1)", True), ("f(x=2)", False), ("f()", True), ("f(1)", True), ("f(x=y)", None)],
    )
    def test_equals(self, text: str, expected: bool | None) -> None:
        condition = Condition(keyword="x", default=1, equals=(1,))
        assert holds(condition, call(text), qualified) is expected

    @pytest.mark.parametrize(
        ("text", "stands", "imported"),
        [
            ("f(sys.stdout)", True, True),
            ("f(sys.stdin)", False, True),
            ("f(local)", None, False),
            ("f(None)", False, False),
            ("f(shop.make())", False, False),
            ("f(*arguments)", None, None),
        ],
    )
    def test_what_it_stands_for(self, text: str, stands: bool | None, imported: bool | None) -> None:
        found = call(text)
        assert holds(Condition(position=0, stands_for=("sys.stdout",)), found, qualified) is stands
        assert holds(Condition(position=0, imported=True), found, qualified) is imported

    def test_receiver(self) -> None:
        condition = Condition(position=0, keyword="name", given=True, of="receiver")
        assert holds(condition, call("logging.getLogger('a').info('b')"), qualified) is True
        assert holds(condition, call("logging.getLogger().info('b')"), qualified) is False
        assert holds(condition, call("logger.info('b')"), qualified) is None


class TestLookUp:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("open(path, mode)", None),
            ("logging.getLogger().setLevel(10)", Kind.LOGGING_CONFIG),
            ("logging.getLogger(__name__).setLevel(10)", Kind.LOGGER),
            ("os.environ.get('A')", Kind.ENV_READ),
            ("os.environ.update(A='1')", Kind.ENV_WRITE),
            ("os.path.join('a', 'b')", None),
            ("shop.connect()", None),
            ("unknown()", None),
        ],
    )
    def test_calls(self, text: str, expected: Kind | None) -> None:
        assert kind_of(text) is expected

    @pytest.mark.parametrize(
        ("text", "augmented", "expected"),
        [
            ("os.environ['A']", False, Kind.ENV_WRITE),
            ("os.environ", False, Kind.ENV_WRITE),
            ("sys.path[0:0]", False, Kind.SYS_PATH),
            ("sys.path", True, Kind.SYS_PATH),
            ("logging.root.level", False, Kind.LOGGING_CONFIG),
            ("shop.prices", False, None),
            ("shop.prices['a']", False, None),
            ("shop", False, None),
            ("local['a']", False, None),
        ],
    )
    def test_writes(self, text: str, augmented: bool, expected: Kind | None) -> None:
        assert write_kind(CATALOGUE, expression(text), qualified, augmented=augmented) is expected

    def test_a_name_is_rebound_or_changed(self) -> None:
        """After `from sys import path`, `path = []` is nobody's business, and `path += [a]` everybody's."""
        names = {"path": "sys.path"}
        for augmented, expected in ((False, None), (True, Kind.SYS_PATH)):
            found = write_kind(
                CATALOGUE, expression("path"), lambda each: written_name(each, names), augmented=augmented
            )
            assert found is expected

    @pytest.mark.parametrize(
        ("platform", "expected"), [("linux", Kind.PROCESS), ("darwin", None), ("win32", None)]
    )
    def test_on_a_platform(self, platform: str, expected: Kind | None) -> None:
        """`find_library` asks other programs on Linux alone; CPython `Lib/ctypes/util.py`."""
        catalogue, call = for_platform(CATALOGUE, platform), expression("ctypes.util.find_library('c')")
        assert isinstance(call, f.Call)
        assert call_kind(catalogue, "ctypes.util.find_library", call, qualified) is expected
        assert call_kind(catalogue, "os.system", call, qualified) is Kind.PROCESS

    def test_imports(self) -> None:
        assert import_kind(CATALOGUE, "this") is Kind.OUTPUT
        assert import_kind(CATALOGUE, "json") is None

    def test_harmless(self) -> None:
        assert CATALOGUE.is_harmless("posixpath.join")
        assert CATALOGUE.is_harmless("builtins.len")
        assert not CATALOGUE.is_harmless("os.remove")
        assert not CATALOGUE.is_harmless("shop.connect")


class TestOwnEffects:
    def test_a_new_name(self) -> None:
        own = OwnEffect(name="shop.connect", effect="network")
        catalogue = with_own_effects(CATALOGUE, [own])
        assert kind_of("shop.connect()", catalogue) is Kind.NETWORK
        assert kind_of("shop.other()", catalogue) is None

    def test_several_of_one_name(self) -> None:
        when = Condition(position=0, equals=(1,))
        catalogue = with_own_effects(
            CATALOGUE,
            [
                OwnEffect(name="shop.run", effect="network", when=when),
                OwnEffect(name="shop.run", effect="thread", unless=when),
            ],
        )
        assert kind_of("shop.run(1)", catalogue) is Kind.NETWORK
        assert kind_of("shop.run(2)", catalogue) is Kind.THREAD

    def test_in_place_of_an_entry(self) -> None:
        catalogue = with_own_effects(CATALOGUE, [OwnEffect(name="os.path.join", effect="exit")])
        assert kind_of("os.path.join()", catalogue) is Kind.EXIT
        assert not catalogue.is_harmless("os.path.join")

    @pytest.mark.parametrize("name", ["builtins.open", "io.open"])
    def test_none(self, name: str) -> None:
        """Under any of its names."""
        assert kind_of("open('a', 'w')") is Kind.FS_WRITE
        catalogue = with_own_effects(CATALOGUE, [OwnEffect(name=name, effect="none")])
        assert kind_of("open('a', 'w')", catalogue) is None
        assert catalogue.is_harmless("builtins.open")

    def test_none_for_one_method_of_an_object(self) -> None:
        catalogue = with_own_effects(CATALOGUE, [OwnEffect(name="sys.path.append", effect="none")])
        assert kind_of("sys.path.append('a')", catalogue) is None
        assert kind_of("sys.path.insert(0, 'a')", catalogue) is Kind.SYS_PATH

    def test_writes(self) -> None:
        own = [
            OwnEffect(name="sys.path", by="write", effect="none"),
            OwnEffect(name="logging.root.*", by="write", effect="none"),
            OwnEffect(name="shop.prices", by="write", effect="library-config"),
            OwnEffect(name="shop.settings.*", by="write", effect="library-config"),
        ]
        catalogue = with_own_effects(CATALOGUE, own)
        for text, expected in (
            ("sys.path[0]", None),
            ("logging.root.level", None),
            ("shop.prices['a']", Kind.LIBRARY_CONFIG),
            ("shop.prices", Kind.LIBRARY_CONFIG),
            ("shop.settings.debug", Kind.LIBRARY_CONFIG),
        ):
            assert write_kind(catalogue, expression(text), qualified) is expected
        assert kind_of("sys.path.append('a')", catalogue) is None
        assert kind_of("shop.prices.clear()", catalogue) is Kind.LIBRARY_CONFIG

    def test_imports(self) -> None:
        own = [
            OwnEffect(name="this", by="import", effect="none"),
            OwnEffect(name="shop.patches", by="import", effect="monkeypatch"),
        ]
        catalogue = with_own_effects(CATALOGUE, own)
        assert import_kind(catalogue, "this") is None
        assert import_kind(catalogue, "shop.patches") is Kind.MONKEYPATCH
