"""What command lines run: Python's own reading of its arguments, and the places in texts where commands stand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importlint.programs.command_lines import Command, commands_in, parse_command, parse_program
from tests.cpython import CPython, installed
from tests.trees import Tree

PROGRAM = """
import json, os, sys
here = os.path.dirname(os.path.abspath(__file__))
print(json.dumps([__spec__ and __spec__.name, sys.argv[0], here in map(os.path.abspath, filter(None, sys.path))]))
"""

ARGUMENTS = (
    "-m shop.tool",
    "-mshop.tool",
    "-u -m shop.tool -m other",
    "-um shop.tool",
    "-umshop.tool",
    "-Werror -m shop.tool",
    "-W error -X dev run.py",
    "-Xdev -bB run.py -m shop.tool",
    "-BW error run.py",
    "-OO ./run.py",
    "-qs run.py -P",
    "-t run.py",
    "--check-hash-based-pycs never run.py",
    "-E -s -S run.py",
    "-I run.py",
    "folder",
    "-c pass run.py",
    "-cpass run.py",
    "-uc pass run.py",
    "-V run.py",
    "-Vm run.py",
    "--version run.py",
    "-h run.py",
    "-? run.py",
    "- run.py",
)
SAFE_PATH = ("-P run.py", "-Pm shop.tool", "-P folder", "-uP run.py -m x")


@pytest.mark.parametrize("cpython", installed(), ids=repr)
def test_python_reads_its_arguments_alike(cpython: CPython, tmp_path: Path) -> None:
    """Command line and environment: the options end with the one that says what is run."""
    files = dict.fromkeys(("run.py", "folder/__main__.py", "shop/tool.py"), PROGRAM)
    Tree({**files, "shop/__init__.py": ""}).write(tmp_path)
    for written in (*ARGUMENTS, *(SAFE_PATH if cpython.version >= (3, 11) else ())):
        command = parse_command(["python", *written.split()])
        printed = cpython.run(written.split(), tmp_path, env={"PYTHONPATH": str(tmp_path)}).stdout
        assert printed.startswith("[") is (command is not None), written
        if command is None:
            continue
        spec_name, argument, _ = json.loads(printed)
        assert command.is_module is (spec_name not in (None, "__main__")), written
        assert command.target == (spec_name if command.is_module else argument), written


@pytest.mark.parametrize("cpython", [each for each in installed() if each.version >= (3, 11)], ids=repr)
def test_options_that_keep_directories_off_the_path(cpython: CPython, tmp_path: Path) -> None:
    """`-P` and `-I` concern the directory of a script, not one that is itself run."""
    Tree(dict.fromkeys(("run.py", "folder/__main__.py"), PROGRAM)).write(tmp_path)
    for option in ("-P", "-I", "-u"):
        command = parse_command(["python", option, "run.py"])
        assert command is not None
        *_, on_path = json.loads(cpython.run([option, "run.py"], tmp_path).stdout)
        assert on_path is not command.is_safe
        *_, on_path = json.loads(cpython.run([option, "folder"], tmp_path).stdout)
        assert on_path


def module(target: str, *, program: str = "python", is_safe: bool = False) -> Command:
    return Command(written=f"{program} -m {target}", is_module=True, target=target, is_safe=is_safe)


def path(target: str, *, program: str = "python ") -> Command:
    return Command(written=f"{program}{target}", is_module=False, target=target)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("\t@python -m shop", module("shop")),
        ("\t-python3 -u scripts/run.py --fast", path("scripts/run.py")),
        ("\t$(PYTHON) -Wd -m shop.tool", module("shop.tool")),
        ("${PYTHON3} run.py", path("run.py")),
        ('"$PYTHON" -m shop', module("shop")),
        (".venv/bin/python run.py", path("run.py")),
        ("$(VENV)/bin/python3.12 run.py", path("run.py")),
        (r"venv\Scripts\python.exe run.py", path("run.py")),
        ("py -3.12 -m shop", module("shop")),
        ("py -V:3.12 run.py", path("run.py")),
        ("pypy3 run.py", path("run.py")),
        ("commands = {envpython} -m shop {posargs}", module("shop")),
        ("    coverage: python -m shop", module("shop")),
        ("run: PYTHONPATH=src python -X dev -m shop", module("shop")),
        ("  - run: uv run python -Im shop", module("shop", program="python -I", is_safe=True)),
        ("poetry run python run.py", path("run.py")),
        ("coverage run --source shop -m shop.tool", module("shop.tool", program="coverage run")),
        ("coverage run --branch run.py -v", path("run.py", program="coverage run ")),
        ('CMD ["python", "-m", "shop"]', module("shop")),
        ("ENTRYPOINT [ 'python3.12' , '-mshop' ]", module("shop")),
        ("RUN --mount=type=cache python run.py", path("run.py")),
        ("HEALTHCHECK --interval=5s CMD python run.py", path("run.py")),
        ('test = "python -m shop"  # quickly', module("shop")),
        ("command: [python, -m, shop]", module("shop")),
        ('run = {cmd = ["python", "run.py"]}', path("run.py")),
        ("web: exec python -m shop", module("shop")),
        ("    entry: python -m shop.hook", module("shop.hook")),
        ("bash -c 'python run.py'", path("run.py")),
        ("x=`python -m shop`", module("shop")),
        ("if python run.py; then", path("run.py")),
        ("python -m shop | tee log", module("shop")),
        ("python -m shop>log", module("shop")),
        ("commands = python {toxinidir}/run.py", path("run.py")),
        ("uv run --python 3.12 -- coverage run -m shop", module("shop", program="coverage run")),
        ('echo "version=$(python run.py)" >> $FILE', path("run.py")),
        ("python \\\n  -m \\\n  shop", module("shop")),
        ("./manage.py migrate", path("./manage.py", program="")),
        ("sudo -E ./manage.py", path("./manage.py", program="")),
    ],
)
def test_a_command(line: str, expected: Command) -> None:
    (found,) = commands_in(line)
    assert found.command == expected
    assert found.changes == ()
    assert line[: found.end].endswith(expected.target)
    assert line[found.start :].startswith(("py", "$", ".", "{", "coverage", "venv"))


@pytest.mark.parametrize(
    "line",
    [
        "python",
        "python -c 'import shop'",
        "python - < run.py",
        "python $(SCRIPT)",
        "python -m $(MODULE)",
        "python tools/*.py",
        "python {{ script }}.py",
        "python <run.py",
        "# python -m shop",
        "x: y  # python -m shop",
        "\t@echo python -m shop",
        "# x=$(python -m shop)",
        'x "$(echo python -m shop)"',
        '  - name: "python -m shop"',
        "- name: python run.py",
        "description = python run.py",
        "Use python run.py",
        "RUN apt-get install python tests",
        "SOURCES = python tests",
        "docker run image python -m shop",
        "uv run --directory other python -m shop",
        "ipython -m shop",
        "python-build -m shop",
        "cat ./manage.py",
        "python_files = run.py",
        "PYTHON = run.py",
    ],
)
def test_no_command(line: str) -> None:
    assert not list(commands_in(line))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cd docs && python build.py", ("docs",)),
        ("\t@cd docs; python build.py", ("docs",)),
        ('(cd "docs/en" && cd .. && python build.py)', ("docs/en", "..")),
        ("cd docs && make && python build.py", ("docs",)),
        ("cd $(DOCS) && python build.py", None),
        ("cd `pwd`/docs && python build.py", None),
        ("abcd docs && python build.py", ()),
    ],
)
def test_directories_that_a_line_goes_into(line: str, expected: tuple[str, ...] | None) -> None:
    assert [found.changes for found in commands_in(line)] == [expected]


def test_several_commands_with_their_places() -> None:
    text = "a:\n\tpython one.py && python two.py\n"
    assert [text[found.start : found.end] for found in commands_in(text)] == [
        "python one.py",
        "python two.py",
    ]


def test_the_launcher_named_coverage_below_python() -> None:
    text = "python -m coverage run -m shop"
    assert [found.command.target for found in commands_in(text)] == ["coverage", "shop"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("-m shop.tool", module("shop.tool")),
        ("scripts/run.py", path("scripts/run.py")),
        (
            "python -P run.py",
            Command(written="python -P run.py", is_module=False, target="run.py", is_safe=True),
        ),
        ("", None),
        ("python", None),
        ("-c pass", None),
    ],
)
def test_what_a_setting_says(written: str, expected: Command | None) -> None:
    assert parse_program(written) == expected


FRAGMENTS = (
    *(
        "python",
        "python3",
        "$(PYTHON)",
        '"',
        "'",
        ",",
        " ",
        "-m",
        "-W",
        "-",
        "shop.tool",
        "./run.py",
        "run.py",
        "{x}",
    ),
    *(
        "coverage run",
        "cd ",
        "&&",
        ";",
        "$(",
        ")",
        "#",
        "=",
        ": ",
        "[",
        "]",
        "\\\n",
        "\n",
        "\t",
        "é",
        "{toxinidir}/",
    ),
)


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join))
def test_whatever_a_text_is_commands_lie_in_it(text: str) -> None:
    """The place of a command is from its program to its target, in this order."""
    last = 0
    for found in commands_in(text):
        assert last <= found.start < found.end <= len(text)
        assert text[: found.end].endswith(found.command.target)
        last = found.start


def test_a_long_line_takes_no_long_time() -> None:
    assert not list(commands_in("a/" * 400_000 + "python"))
    assert not list(commands_in("python -" * 20_000))
