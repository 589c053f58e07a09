"""After an edit of a file's text the result is that of a run without a cache, whether or not it is known.

The projects are the examples of the rulebook, in which every rule finds something, and one whose functions are called
while it is imported.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from importlint.rulebook import examples, page_directory, page_paths, parse_page
from tests.cache.commands import Checks, current_directory, run
from tests.trees import Tree

CALLS = Tree(
    {
        "shop/__init__.py": '''"""Functions that run at import.

They decide what it does.
"""
from shop.calls import register, setup

HANDLERS = register(lambda key: __import__("shop." + key))

class Base:
    def __init_subclass__(cls):
        from shop import late
        cls.late = late.NAME

def one(): return setup()

@register
def two(argument=setup()):
    """Text
    of two lines."""
    text = """
    no
    code
    """
    return setup(argument)

one()
class Derived(Base):
    x = [
        each  # importlint: ignore[IL101]
        for each in range(3)
    ]
if two():
    import shop.absent  # noqa: IL101
import shop.missing
''',
        "shop/calls.py": """from shop import late
def setup(argument=None):
    import shop.other
    return shop.other.VALUE

def register(function):
    def inner(name):
        return name
    import shop.nowhere
    return function
""",
        "shop/late.py": "from shop import HANDLERS\nNAME = 1\n",
        "shop/other.py": "VALUE = 0\nfrom shop import Base\n",
    }
)


def trees(count: int | None) -> Iterator[Tree]:
    """The projects, each once: of each page, up to `count`."""
    seen = [CALLS.files]
    for path in page_paths(page_directory()):
        page = parse_page(path, Path(path).read_text(encoding="utf-8"))
        seen += [dict(each.files) for each in islice(examples(page), count) if dict(each.files) not in seen]
    return map(Tree, seen)


TREES = tuple(trees(None))

Edit = Callable[[list[str], int], None]
"""Changes lines at an index."""

_TEXTS = (
    *("", "# comment", "# noqa", "pass", "return 1", "x = 1", "import os", "if True: y = 2", '"""text"""'),
    *(
        '"""',
        "'''",
        "(",
        "[0,",
        "\\",
        "# importlint: ignore[IL301]",
        "# importlint: ignore[nothing]",
        "x.y()",
    ),
    *("def added(): import shop", "z = '''\n  two\n'''", "global x", "# isort: off", "exec('')", "yield 1"),
)
_ENDINGS = (
    "  # comment",
    "  # noqa",
    "  # noqa: IL3",
    "  # importlint: ignore[IL302, IL101]",
    " \\",
    ";",
    "; a = 1",
    " ",
)
_WORDS = {
    r"\d": "7",
    r"\bas\b": "is",
    r"\w\b": r"\g<0>x",
    r"    ": "",
    r"^": "    ",
    r"\bdef\b": "async def",
    "'": '"',
}


def insert(text: str, *, indented: bool) -> Edit:
    def edit(lines: list[str], index: int) -> None:
        near = next((line for line in lines[index:] if line.strip()), "")
        margin = near[: len(near) - len(near.lstrip())] if indented else ""
        lines[index:index] = [margin + each for each in text.split("\n")]

    return edit


def append(text: str) -> Edit:
    def edit(lines: list[str], index: int) -> None:
        lines[index] += text

    return edit


def replace(pattern: str) -> Edit:
    def edit(lines: list[str], index: int) -> None:
        lines[index] = re.sub(pattern, _WORDS[pattern], lines[index], count=1)

    return edit


def delete(lines: list[str], index: int) -> None:
    del lines[index]


def exchange(lines: list[str], index: int) -> None:
    lines[index : index + 2] = reversed(lines[index : index + 2])


EDITS: st.SearchStrategy[Edit] = st.one_of(
    st.builds(insert, st.sampled_from(_TEXTS), indented=st.booleans()),
    st.builds(append, st.sampled_from(_ENDINGS)),
    st.builds(replace, st.sampled_from(tuple(_WORDS))),
    st.sampled_from((delete, exchange)),
)

PLACES = st.tuples(st.integers(0, 9), st.integers(0, 50))
"""Which file, and which line, of as many as there are."""


def apply(edit: Edit, file: Path, line: int) -> None:
    lines = file.read_text(encoding="latin-1").split("\n")
    edit(lines, line % len(lines))
    file.write_text("\n".join(lines), encoding="latin-1")


FLAGS = ("--select", "IL", "--output-format", "full")


@contextlib.contextmanager
def project(tree: Tree) -> Iterator[tuple[list[Path], Checks]]:
    """The Python files of a project that was checked, and the counter of further analyses."""
    with pytest.MonkeyPatch.context() as patched, tree.written() as root, current_directory(root):
        patched.delenv("VIRTUAL_ENV", raising=False)
        run(*FLAGS)
        yield sorted(file for file in root.rglob("*.py") if file.is_file()), Checks(patched)


@given(tree=st.sampled_from(TREES), edits=st.lists(st.tuples(EDITS, PLACES), min_size=1, max_size=4))
@settings(max_examples=25)
def test_as_without_a_cache(tree: Tree, edits: list[tuple[Edit, tuple[int, int]]]) -> None:
    with project(tree) as (files, checks):
        for edit, (number, line) in edits if files else ():
            apply(edit, files[number % len(files)], line)
            known = run(*FLAGS)
            event("checked anew" if checks.count else "known")
            assert known == run(*FLAGS, "--no-cache")
            checks.count = 0
            assert run(*FLAGS, "--output-format", "json") == run(
                *FLAGS, "--output-format", "json", "--no-cache"
            )
            checks.count = 0


@pytest.mark.parametrize("tree", tuple(trees(1)))
def test_all_lines_move(tree: Tree) -> None:
    """In every file, below a comment: what every rule finds moves with its line."""
    with project(tree) as (files, _):
        for line in (0, 1, 1):
            for file in files:
                apply(insert("# comment", indented=False), file, line)
            assert run(*FLAGS) == run(*FLAGS, "--no-cache")


TOOLS = Tree(
    {
        "shop/__init__.py": "",
        "shop/a.py": """# A file with findings.
from shop import b
import missing
def x():
    # deep
    return 1

class A:
    \"\"\"One line.\"\"\"

    @property
    def name(self): return self.other

    def other(self):
        text = '''
        of more lines'''
        return text
""",
        "shop/b.py": """from shop.calls import setup

def late():
    import nowhere

VALUE = setup()
import shop.a
""",
        "shop/calls.py": """def setup():
    return 1

def unused():
    return 2
""",
        "shop/late.py": """from shop.early import NAME
# comment
class Late: pass
""",
        "shop/early.py": "from shop.late import Late\nNAME = 1\n",
        ".venv/pyvenv.cfg": "home = /nowhere\nversion = 3.12.1\n",
        ".venv/lib/python3.12/site-packages/": b"",
    }
)


def line_of(name: str, text: str) -> tuple[str, int]:
    """A file and the index of its line that has a text."""
    found = [number for number, line in enumerate(str(TOOLS.files[name]).split("\n")) if text in line]
    assert len(found) == 1
    return name, found[0]


@pytest.mark.parametrize(
    ("place", "edit"),
    [
        (line_of("shop/a.py", "# deep"), insert("# higher", indented=True)),
        (line_of("shop/a.py", "# deep"), delete),
        (line_of("shop/a.py", "return 1"), insert("y = missing.attribute", indented=True)),
        (line_of("shop/a.py", "return 1"), insert("def inner(): yield", indented=True)),
        (line_of("shop/a.py", "class A"), insert("# noqa", indented=False)),
        (line_of("shop/a.py", "One line"), append('"More."')),
        (line_of("shop/a.py", "One line"), replace("\\bas\\b")),
        (line_of("shop/a.py", "One line"), insert('"""text\n\n"""', indented=True)),
        (line_of("shop/a.py", "of more"), insert("and more", indented=True)),
        (line_of("shop/a.py", "def name"), append("; pass")),
        (line_of("shop/a.py", "import missing"), append("  # noqa")),
        (line_of("shop/a.py", "import missing"), insert("# of all", indented=False)),
        (line_of("shop/b.py", "import nowhere"), append("  # noqa: IL1")),
        (line_of("shop/b.py", "import nowhere"), insert("# comment", indented=True)),
        (line_of("shop/late.py", "# comment"), delete),
        (line_of("shop/late.py", "# comment"), insert("# more", indented=False)),
        (line_of("shop/calls.py", "return 1"), insert("# comment", indented=True)),
        (line_of("shop/calls.py", "return 2"), insert("import_ = 1", indented=True)),
        (line_of("shop/calls.py", "return 2"), replace(r"\d")),
    ],
)
def test_what_is_known_after_it(place: tuple[str, int], edit: Edit) -> None:
    with project(TOOLS) as (files, checks):
        name, line = place
        (file,) = (each for each in files if each.match(name))
        apply(edit, file, line)
        known = run(*FLAGS)
        assert checks.count == 0
        assert known == run(*FLAGS, "--no-cache")
        apply(edit, file, line)
        assert run(*FLAGS) == run(*FLAGS, "--no-cache")


@pytest.mark.parametrize(
    ("place", "edit"),
    [
        (line_of("shop/a.py", "# deep"), insert("import os", indented=True)),
        (line_of("shop/a.py", "# deep"), insert("# importlint: ignore[IL101]", indented=True)),
        (line_of("shop/a.py", "# deep"), insert("x = '", indented=True)),
        (line_of("shop/a.py", "class A"), insert("B = 1", indented=False)),
        (line_of("shop/a.py", "def name"), insert("@property", indented=True)),
        (line_of("shop/a.py", "import missing"), append(" as y")),
        (line_of("shop/calls.py", "return 1"), insert("import shop.a", indented=True)),
        (line_of("shop/calls.py", "return 1"), replace(r"\d")),
        (
            line_of("shop/early.py", "NAME"),
            insert("# comment", indented=False),
        ),  # which a finding has in its words
    ],
)
def test_what_is_found_anew_after_it(place: tuple[str, int], edit: Edit) -> None:
    with project(TOOLS) as (files, checks):
        name, line = place
        (file,) = (each for each in files if each.match(name))
        apply(edit, file, line)
        known = run(*FLAGS)
        assert checks.count == 1
        assert known == run(*FLAGS, "--no-cache")
