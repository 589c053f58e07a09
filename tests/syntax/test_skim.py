"""What is cut out of a text changes no fact, and hides no error."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, find, given, settings
from hypothesis import strategies as st

from importlint.syntax.extract import extract, extract_skeleton
from importlint.syntax.facts import ModuleFacts
from importlint.syntax.parse import parse, parse_skeleton
from importlint.syntax.read import facts_of
from importlint.syntax.skim import skim
from importlint.syntax.source import Source, SourceProblem, decode_source, read_data
from tests.cpython import CPython

WHOLE = os.environ.get("IMPORTLINT_WHOLE") == "1"


def whole(source: Source) -> ModuleFacts | SourceProblem:
    module = parse(source)
    return module if isinstance(module, SourceProblem) else extract(source, module)


def skimmed(source: Source) -> ModuleFacts | None:
    skeleton = skim(source.text)
    tree = None if skeleton is None else parse_skeleton(skeleton)
    return None if skeleton is None or tree is None else extract_skeleton(source, skeleton, tree)


def lines_of_pass(text: str) -> list[int]:
    skeleton = skim(text)
    return [] if skeleton is None else sorted(skeleton.lines)


# ---- real files


def test_facts_of_the_standard_library_are_the_same() -> None:
    """Every file with IMPORTLINT_WHOLE=1, else some that differ from run to run where the other examples do too."""
    running = CPython(sys.executable, sys.version_info[:2])
    library = Path(running.evaluate("import os; result = os.path.dirname(os.__file__)"))
    paths = sorted(path for path in library.rglob("*.py") if "site-packages" not in path.parts)
    seen = cut = 0
    for path in paths if WHOLE else random.Random(1 if os.environ.get("CI") else None).sample(paths, 120):
        data = read_data(path)
        source = data if isinstance(data, SourceProblem) else decode_source(str(path), data)
        if isinstance(source, SourceProblem) or skim(source.text) is None:
            continue
        facts = skimmed(source)
        cut += facts is not None
        seen += 1
        if facts is not None:
            assert facts == whole(source), path
    assert cut > 0.95 * seen > 50


# ---- drawn texts

PLAIN = (
    "x = 1",
    "from a import (\nb, c)",
    "#",
    '"""doc"""',
    'x = """\ndef g():\n    y = 1\n    """',
    "x = '''\ny = 1\n  z\nfinally: w\n'''",
    "x = 1 + \\\n2",
    "x = 'a\\\nb'",
    "x = f'{a[\"b\"]}{{'",
    "x = f'''{\na\n}'''",
    "global a, b; a = 1",
    "x = yield",
    "f = lambda: 1",
    "def one(): return 1",
    "class C: x = 1",
    "if x: y = 1; z = 2",
    "é = 'ü'",
    "x: int = 1",
    "pass",
    "x = 1  # import: '",
    "if x: y = 'a line that is deeper'; z = 'and so on', a.b.c.d.e.f.g.h",
    'for x in y: longer_than_what_is_not_worth_it = x, \'import\', """def""", 1, 2, 3, 4',
    "longer_than_what_is_not_worth_it = 'a call that fills the line', f(1, 2, 3)",
)
NASTY = (
    "import a",
    "x = __import__('a'); y = 2",
    "importlib.import_module('a')",
    "x = 'import a'",
    "# import nothing",
    '# it\'s """ not a string',
    'r"""import a\n\\"""',
    "'''\nimport a\n'''",
    "x = '\"\"\"' + \"'''\"",
    'x = "" """\n"""  \'\'\'"""\'\'\'',
    "x = [\n1,\n        2]",
    "x = (\n# )\n)",
    "def one(x='):', y='#'): import a",
    "x = {1:\n2}",
    "\f",
    "print(x,\n# import a\ny)",
)
"""What imports, or leads the guess astray."""
HEADERS = st.sampled_from(
    [
        *["def f(self):", "async def g(a, *, b=None):", "class C:", "def h(a: int) -> int:"] * 5,
        "def f():",
        "def f(a, b=')', c=1) -> 'x:y':",
        "async def f(a):  # def g():",
        "def f(\n    a,\n) -> int:",
        "def f(\n  a: int = 3,  # :\n  *b,\n):",
        "def f(a,\n      b={1:\n 2}):",
        "def f(a=lambda: 1, *b) :",
        "def  f (a='''\n'''):",
        "def\tf(a, /, *, b):",
        "@d('''\ndef g():\n    pass\n''')\ndef f(x):",
        "def f(x=[1,\n 2\n]):",
        "def f(x='#'):",
        "def \\\n f(x):",
        "class C:",
        "class C(\n  D\n):",
        "if x:",
        "with a as b:",
        "for x in y:",
    ]
)
BETWEEN = st.sampled_from(["", "", "", "  ", "# comment", "   # comment", "\t#"])


STEPS = st.sampled_from([("    ",), ("    ", "  ", " ", "        "), ("\t",), ("    ", "\t")])
"""By what blocks are deeper than those around them."""


@st.composite
def blocks(
    draw: st.DrawFn, pieces: Sequence[str], steps: Sequence[str], indent: str = "", depth: int = 0
) -> str:
    """A block of code that CPython accepts, most often."""
    lines: list[str] = []
    for _ in range(draw(st.integers(2, 5))):
        if depth == 0 or (depth < 3 and draw(st.integers(0, 2)) == 0):
            header = draw(HEADERS)
            margin = indent + draw(st.sampled_from(steps))
            lines.append(
                indent + header.replace("\n@", f"\n{indent}@").replace("\ndef f", f"\n{indent}def f")
            )
            lines.append(draw(BETWEEN))
            lines.append(draw(blocks(pieces, steps, margin, depth + 1)))
        else:
            lines.append(indent + draw(st.sampled_from(pieces)))
        lines.append(draw(BETWEEN))
    return "\n".join(lines)


FRAGMENTS = st.sampled_from(
    [
        "\n",
        " ",
        "    ",
        '"""',
        "'''",
        "'",
        '"',
        "#",
        "\\",
        "(",
        ")",
        "]",
        ":",
        "\t",
        "\f",
        "def g():\n",
        "x",
        ",",
        "1_",
        "$",
    ]
)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    pieces = draw(st.sampled_from([PLAIN, PLAIN * 4 + NASTY, PLAIN + NASTY]))
    text = draw(blocks(pieces, draw(STEPS)))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 3)))
        text = text[:start] + draw(FRAGMENTS) + text[end:]
    return text


@settings(max_examples=2000 if WHOLE else 200)
@given(text=damaged(), end=st.sampled_from(["", "\n", "\n\n", "\\", "\\\n", "#"]))
@example(
    text='def f():\n    x = 1 # """\ny = 2\nz = \'\'  # """\ndef g():\n    pass # a comment that is a long one\n',
    end="",
)
@example(  # a tab is as deep as eight spaces to some parsers
    text="def f():\n  \tif something_that_makes_it_long_enough(x):\n        y = 'to be worth it', 1, 2, 3\n",
    end="",
)
def test_facts_of_drawn_texts_are_the_same(text: str, end: str) -> None:
    source = Source("m.py", text + end)
    expected = whole(source)
    assert facts_of("m.py", source.text.encode()) == expected


def test_drawn_texts_are_cut() -> None:
    """Else they would show nothing."""
    text = find(
        damaged(), lambda text: (facts := skimmed(Source("m.py", text))) is not None and facts.bodies != ()
    )
    assert text.count("def") > 1


# ---- what is cut out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f():\n    {long}\nx = 1\n", [1]),
        ("def f():\n    # a\n\n    {long}\n# b\nasync def g(\n    x,\n):\n  {long}", [1, 9]),
        ("class C:\n\tdef f(self):\n\t\t{long}\n\n\tdef g(self, *, a):\n\t\t{long}\n", [2, 6]),
        ("@a\ndef f():\n    {long}\n@a(\n)\ndef f():\n    {long}\n", [3, 7]),
        ("def f(a, b, c=None, d=False, *e, **f):\n    {long}\ndef g(*a): # b\n    {long}\n", [1, 4]),
        ("def f(a=1):\n    {long}\ndef f(a: b):\n    {long}\ndef f(a) -> b:\n    {long}\n", [2, 4, 6]),
        ('def f():\n    x = """\n{long}\n"""\n    {long}\nx = 1\n', [2]),
        ('def f():\n    """\n    import a\n    """\n    {long}\n', [1]),
        ("def f():\n    {long}\n    # import a\n", [1]),
        ("def f():\n    {long}\n    x = 'no import'  # import\n", [1]),
        ("def f():\n    {long}\n    if x: import a\n", []),
        ("def f():\n    {long}; from a import b\n", []),
        ("def f():\n    {long}\n    from a \\\n        import b\n", []),
        ("def f():\n    {long}\n    import_module('a')\n", []),
        ("def f(): {long}\n", []),
        ("def f():\n    {long}\n    import a\n", []),
        ("def f():\n    {long}\n    def g():\n        import a\n", []),
        ("def f():\n    x = 1\n", [1]),
        ("def f(x=1):\n    x = 1\n", []),
        ('"""\ndef f():\n    {long}\n"""\n', []),
        ("def f():\n    x = 1" + ".a" * 1500 + "\n", []),
        ("def f():\n" + "    assert g(1).a + x == 1\n" * 900, [1]),
        ("def f():\n    assert (1" + "\n    + g(1).a" * 900 + ")\n", []),
        ("def f():\n    assert x" + " + \\\n    return.a" * 900 + "\n", []),
    ],
)
def test_what_is_cut_out(text: str, expected: list[int]) -> None:
    text = text.replace("{long}", "y = " + " + ".join(["abcdefgh"] * 8))
    assert lines_of_pass(text) == expected
    source = Source("m.py", text)
    assert (skimmed(source) is not None) == bool(expected)
    assert skimmed(source) in (None, whole(source))


def test_lines_keep_their_numbers() -> None:
    text = "def f():\n    x = '''\n\n'''\n    return call_something(with_arguments), and_more_of_it, x\ny = 1"
    skeleton = skim(text)
    assert skeleton is not None
    assert skeleton.text == "def f():\n    pass\n\n\n\ny = 1\n"
    plain = skim("x = 1\n\n\ndef f(a):\n    return a\n\n\ny = 1")
    assert plain is not None
    assert plain.text == "x = 1\n\n\npass\n\n\n\ny = 1\n"
    assert plain.bodies == "def f(a):\n    return a\n\n\n"
    assert skeleton.bodies.endswith(text[text.index("    x") : text.index("y =")] + "finally: pass\n")


@pytest.mark.parametrize(
    "text",
    [
        # what the guess takes for strings, and for signatures
        'def f():\n    x = 1  # """ and more of the comment, so that it is worth it\ny = 2\nimport a\nz = 1  # """\n',
        "x = [\n'a',  # '''\n]\ndef f():\n    return 1  # a line that is long enough to be cut out, ''' with quotes\n",
        "x = '''a\ndef f():\n    return 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17\n'''\n",
        "x = '\\\ndef f():\\\n    return 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17\\\n'\n",
        "def f():\n    x = (1,\n2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,\n    3)\n    import a\n",
        "if x: \\\n    def f():\n        x = 1\n",
    ],
)
def test_wrong_guesses_change_nothing(text: str) -> None:
    assert facts_of("m.py", text.encode()) == whole(Source("m.py", text))


# ---- errors in what is cut out


ERRORS = (
    "x = = 1|x = (|x = 1)|print 'a'|x = '|  x = 1| y|f(a=1, 2)|1 = x|x = $|x = '\\N{no such}'|x = 0777|if x:|return *"
    "|f'{a b}'|b'é'|x = y\u00a0|else: pass|def f(a=1, b): pass|x: int: str|del f()|with a as 1: pass|x = \\ 1"
)


@pytest.mark.parametrize("line", ERRORS.split("|"))
@pytest.mark.parametrize(("head", "cut"), [("def f(self):", 2), ("def f(self, x=1):", 3)])
def test_errors_are_found_in_the_same_words_and_place(line: str, head: str, cut: int) -> None:
    body = f"        x = 'something that makes it long enough'\n        {line}\n        y = 1, 2, 3\n"
    text = f"class C:\n    {head}\n{body}"
    assert lines_of_pass(text) == [cut]
    problem = facts_of("m.py", text.encode())
    assert isinstance(problem, SourceProblem)
    assert problem == whole(Source("m.py", text))


@pytest.mark.parametrize(
    "text",
    [
        "def None():\n    x = 1\n",
        "def class():\n    x = 1\n",
        "def f(import):\n    x = 1\n",
        "def f(a, *True):\n    x = 1\n",
        "def f(a, **lambda):\n    x = 1\n",
        "def f(a, a):\n    x = 1\n",
        "def f(a=None, *b, **c):\n    x = 1\n",
        "@f\n\n# a\ndef f():\n    x = 1\n",
        "@f[\n0]\ndef f():\n    x = 1\n",
        "x = [\n def f():\n  x = 1\n]\n",
        "class A:\n  def f():\n    x = 1\n def g():\n    x = 1\n",
        "try:\n    def f():\n        x = 1\nfinally:\n    def f():\n        x = 1\n",
    ],
)
def test_definitions_say_the_same_as_when_they_are_parsed(text: str) -> None:
    assert lines_of_pass(text)
    assert facts_of("m.py", text.encode()) == whole(Source("m.py", text))


def test_deep_bodies_do_not_end_the_process() -> None:
    program = (
        "from importlint.syntax.read import facts_of\n"
        "nested = ('', '.a'), ('', '()'), ('', '[0]'), ('', ' + x'), ('(', ')'), ('-', ''), ('not ', '')\n"
        "for before, after in nested:\n"
        "    for depth in (900, 90_000):\n"
        "        facts_of('m.py', f'def f():\\n    x = {before * depth}x{after * depth}\\n'.encode())\n"
        "print('alive')"
    )
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300)
    assert child.stdout == "alive\n", (child.returncode, child.stderr[-500:])
