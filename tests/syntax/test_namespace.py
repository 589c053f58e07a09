from __future__ import annotations

import pytest

from tests.facts import namespace_of


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("a = b = 1\n(c, [*d]) = 1\n", {"a", "b", "c", "d"}),
        ("import a.b, c.d as e\nfrom f import g as h, i\n", {"a", "e", "h", "i"}),
        ("def f(): pass\nclass C:\n    inside = 1\n", {"f", "C"}),
        ("for i in x: pass\nwith y as (j, k): pass\n", {"i", "j", "k"}),
        ("match x:\n    case [p, *q] | {'k': p, **q}: pass\n    case r: pass\n", {"p", "q", "r"}),
        ("x: int\ny: int = 1\n", {"y"}),
        ("print(w := 1, [v := i for i in x])\n", {"w", "v"}),
        ("a = 1\ndel a\n", set()),
        ("a = 1\nif unknown:\n    del a\n", {"a"}),
        ("try:\n    pass\nexcept E as e:\n    b = 1\n", {"b"}),
        ("if TYPE_CHECKING:\n    from x import y\nelse:\n    y2 = 1\n", {"y2"}),
        ("def f():\n    global g\n    g = 1\n", {"f", "g"}),
        ("import sys\nif sys.version_info < (3, 8):\n    old = 1\n", {"sys"}),
    ],
)
def test_names(text: str, bound: set[str]) -> None:
    namespace = namespace_of(text)
    assert {name for name in namespace.names if not name.startswith("__")} == bound


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("__all__ = ['a', 'b']\n", ("a", "b")),
        ("__all__: list[str] = ['a']\n__all__ += ['b']\n", ("a", "b")),
        (
            "__all__ = ['a'] + ['b']\n__all__.append('c')\n__all__.extend(('d',))\n__all__.remove('a')\n",
            ("b", "c", "d"),
        ),
        ("__all__ = ['a']\n__all__ += other.__all__\n", None),
        ("__all__ = [name for name in dir()]\n", None),
        ("__all__ = ['a']\n__all__.sort()\n", None),
        ("if unknown:\n    __all__ = ['a']\n", None),
        ("x = 1\n", None),
    ],
)
def test_all(text: str, listed: tuple[str, ...] | None) -> None:
    assert namespace_of(text).listed == listed


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("x = 1\n", False),
        ("def __getattr__(name): ...\n", True),
        ("globals().update(x)\n", True),
        ("log = logging.getLogger(__name__)\n", False),
        ("@enum.global_enum\nclass E(enum.IntEnum):\n    X = 1\n", True),
    ],
)
def test_is_open(text: str, is_open: bool) -> None:
    assert namespace_of(text).is_open is is_open
