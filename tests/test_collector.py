"""When garbage is collected: not inside `paused`, but where it is asked for and there is much of it."""

from __future__ import annotations

import gc
import weakref

import pytest

from importlint import collector


class _Cyclic:
    def __init__(self) -> None:
        self.itself = self


def _garbage() -> weakref.ref[_Cyclic]:
    return weakref.ref(_Cyclic())


@pytest.fixture(autouse=True)
def _unfrozen() -> object:
    yield
    gc.unfreeze()
    assert gc.isenabled()


def test_nothing_is_collected_inside_and_all_goes_on_after_it() -> None:
    with collector.paused():
        with collector.paused():
            found = _garbage()
        assert not gc.isenabled()
        for _ in range(100_000):
            _garbage()
        assert found() is not None
    assert gc.isenabled()


def test_an_exception_ends_the_pause() -> None:
    with pytest.raises(ZeroDivisionError), collector.paused():
        raise ZeroDivisionError
    assert gc.isenabled()


@pytest.mark.parametrize("many", [0, 10**9])
def test_much_garbage_is_collected_on_request(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "_MANY", many)
    with collector.paused():
        found = _garbage()
        collector.collect()
        assert (found() is None) is (many == 0)


def test_where_python_collects_nobody_else_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "_MANY", 0)
    frozen = gc.get_freeze_count()
    collector.collect()
    assert gc.get_freeze_count() == frozen
