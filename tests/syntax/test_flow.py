from __future__ import annotations

import pytest

from importlint.syntax.facts import Import
from importlint.syntax.flow import Circumstances, Phase, Scope, catches
from tests.facts import statements_of


def circumstances(text: str) -> Circumstances:
    """Those of the one `import x` in the text."""
    (found,) = (
        each.circumstances
        for each in statements_of(text)
        if isinstance(each.statement, Import) and each.statement.module == "x"
    )
    return found


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("import x\n", Phase.IMPORT_TIME),
        ("class C:\n    import x\n", Phase.IMPORT_TIME),
        ("def f():\n    import x\n", Phase.DEFERRED),
        ("def f():\n    class C:\n        import x\n", Phase.DEFERRED),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import x\n", Phase.TYPING),
        ("import typing as t\nif t.TYPE_CHECKING:\n    import x\n", Phase.TYPING),
        ("from typing import TYPE_CHECKING as T\nif not T:\n    pass\nelse:\n    import x\n", Phase.TYPING),
        ("from typing import TYPE_CHECKING\nif not TYPE_CHECKING:\n    import x\n", Phase.IMPORT_TIME),
        ("if TYPE_CHECKING:\n    pass\nelse:\n    import x\n", Phase.IMPORT_TIME),
        ("if TYPE_CHECKING:\n    def f():\n        import x\n", Phase.TYPING),
        ("MYPY = False\nif MYPY:\n    import x\n", Phase.TYPING),
        ("if __name__ == '__main__':\n    import x\n", Phase.PROGRAM),
        ("if '__main__' == __name__:\n    import x\n", Phase.PROGRAM),
        ("if __name__ != '__main__':\n    import x\n", Phase.IMPORT_TIME),
        ("import sys\nif sys.version_info < (3, 8):\n    import x\n", None),
        ("import sys\nif sys.platform == 'win32':\n    import x\n", None),
        ("if False:\n    import x\n", None),
        ("import sys\nif sys.platform != 'win32':\n    raise ImportError\nimport x\n", None),
        ("while False:\n    import x\n", None),
        (
            "if __name__ == '__main__' and __package__ is None:\n    __package__ = 'p'\n    import x\n",
            Phase.PROGRAM,
        ),
        ("import sys\nassert sys.platform == 'win32'\nimport x\n", None),
    ],
)
def test_phase(text: str, phase: Phase | None) -> None:
    assert circumstances(text).phase is phase


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("import x\n", True),
        ("try:\n    import x\nexcept E:\n    pass\n", True),
        ("try:\n    pass\nexcept E:\n    import x\n", False),
        ("if unknown():\n    import x\n", False),
        ("for i in things:\n    import x\n", False),
        ("for i in range(2):\n    import x\n", True),
        ("for i in range(0):\n    import x\n", False),
        ("for i in 1, 2:\n    import x\n", True),
        ("for i in (*things,):\n    import x\n", False),
        ("if TYPE_CHECKING:\n    import x\n", True),
        ("if __name__ == '__main__' and unknown:\n    import x\n", False),
        ("match unknown:\n    case 1:\n        import x\n", False),
        ("NEW = True\nif NEW:\n    import x\n", True),
        ("NEW = True\nglobals()['WEN'[::-1]] = False\nif NEW:\n    import x\n", False),
    ],
)
def test_certain(text: str, certain: bool) -> None:
    assert circumstances(text).certain is certain


@pytest.mark.parametrize(
    ("text", "caught"),
    [
        ("try:\n    import x\nexcept ImportError:\n    pass\n", True),
        ("try:\n    import x\nexcept ModuleNotFoundError:\n    pass\n", True),
        ("try:\n    import x\nexcept (ValueError, Exception):\n    pass\n", True),
        ("try:\n    import x\nexcept:\n    pass\n", True),
        ("try:\n    import x\nexcept errors.Any:\n    pass\n", True),
        ("try:\n    import x\nexcept ValueError:\n    pass\n", False),
        ("try:\n    pass\nexcept ImportError:\n    pass\nelse:\n    import x\n", False),
        ("with contextlib.suppress(ImportError):\n    import x\n", True),
        ("try:\n    def f():\n        import x\nexcept ImportError:\n    pass\n", False),
    ],
)
def test_caught(text: str, caught: bool) -> None:
    assert catches(circumstances(text).caught, "ModuleNotFoundError") is caught


def test_scopes() -> None:
    assert circumstances("class C:\n    import x\n").scope is Scope.CLASS
    assert circumstances("def f():\n    class C:\n        import x\n").scope is Scope.FUNCTION
