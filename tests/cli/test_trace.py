"""`importlint trace`: its JSON against what each installed CPython does, then its words, exit codes and refusals."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from importlint.cli import main
from importlint.reading.record import read_record
from tests.cpython import CPython, installed, run
from tests.oracle.recorder import Run, record
from tests.trees import Tree

SHOP = Tree(
    {
        "pyproject.toml": "",
        "shop/__init__.py": "",
        "shop/__main__.py": "import shop.lonely\n",
        "shop/cart.py": "from shop import user\nclass Cart: ...\n",
        "shop/user.py": "from shop.cart import Cart\n",
        "shop/lonely.py": "import json\nfrom space.deep import prices\nfrom . import cart\n",
        "shop/guarded.py": "try:\n    from shop import cart\nexcept ImportError:\n    from shop import user\n",
        "shop/reader.py": "import shop.absent\n",
        "shop/stars.py": "from shop.tools import *\nfrom shop.tools import hammer\n",
        "shop/tools/__init__.py": "__all__ = ['hammer', 'saw']\nfrom .saw import TEETH\n",
        "shop/tools/hammer.py": "",
        "shop/tools/saw.py": "from shop.tools import __all__\nTEETH = len(__all__)\n",
        "space/deep/prices.py": "TAX = 0.19\n",
        "my-script.py": "",
    }
)
TOP_LEVEL = ("shop", "space")

CRASH = "cannot import name 'Cart' from partially initialized module 'shop.cart' (most likely due to a circular import)"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a cycle that fails from one end, in the current directory."""
    monkeypatch.chdir(SHOP.write(tmp_path))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    return tmp_path


def trace(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit code, and what is printed: on standard output, else on standard error."""
    code = main(["trace", *arguments])
    captured = capsys.readouterr()
    return code, captured.out or captured.err


def objects(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    main(["trace", *arguments, "--output-format", "json"])
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


class TestAgainstCPython:
    @pytest.mark.parametrize("cpython", installed(), ids=repr)
    def test_all(self, cpython: CPython, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Each entry's events, how it ends and where, and no entry is missing."""
        answers = objects(capsys, "--all", "--environment", cpython.executable)
        names = [answer["entry"] for answer in answers]
        modules = {path.removesuffix(".py").removesuffix("/__init__") for path in SHOP.files if "/" in path}
        assert names == sorted({"space", "space.deep"} | {module.replace("/", ".") for module in modules})
        recorded = record(cpython, shop, TOP_LEVEL, names)
        assert [told(answer) for answer in answers] == [happened(run) for (run,) in recorded]

    def test_namespace_packages_that_are_there_before_any_import(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A `-nspkg.pth` makes one; the other has a start and an end."""
        environment = tmp_path / "environment"
        done = run(sys.executable, ["-m", "venv", "--without-pip", str(environment)], tmp_path)
        assert done.returncode == 0, done.stderr
        (site,) = environment.glob("lib/python3.*/site-packages")
        Tree(
            {
                "early-nspkg.pth": NSPKG.replace("NAME", "early"),
                "early/member.py": "import late.member\n",
                "late/member.py": "",
            }
        ).write(site)
        monkeypatch.chdir(site)
        flags = ("--environment", str(environment))
        names = ("early.member", "late.member")
        answers = objects(capsys, *names, *flags)
        python = CPython(str(environment / "bin" / "python"), sys.version_info[:2])
        recorded = record(python, site, ("early", "late"), names)
        assert [told(answer) for answer in answers] == [happened(each) for (each,) in recorded]
        assert told(answers[0])["events"][:2] == ["start early.member", "start late"]


NSPKG = (
    "import sys, types, os;has_mfs = sys.version_info > (3, 5);"
    "p = os.path.join(sys._getframe(1).f_locals['sitedir'], *('NAME',));"
    "importlib = has_mfs and __import__('importlib.util');has_mfs and __import__('importlib.machinery');"
    "m = has_mfs and sys.modules.setdefault('NAME', importlib.util.module_from_spec("
    "importlib.machinery.PathFinder.find_spec('NAME', [os.path.dirname(p)])));"
    "m = m or sys.modules.setdefault('NAME', types.ModuleType('NAME'));"
    "mp = (m or []) and m.__dict__.setdefault('__path__',[]);(p not in mp) and mp.append(p)\n"
)
"""The line that setuptools writes."""


def told(answer: dict[str, Any]) -> dict[str, Any]:
    """What our JSON says of an entry, in the form of `happened`."""
    error = answer["error"]
    return {
        "outcome": answer["outcome"],
        "events": [f"{event['event']} {event['module']}" for event in answer["events"]],
        "error": error and [error[key] for key in ("type", "message", "path", "line", "missing_name")],
    }


def happened(run: Run) -> dict[str, Any]:
    """What CPython did."""
    error = run.error
    return {
        "outcome": "error" if error else "ok",
        "events": list(run.events),
        "error": error and [error.type, error.message, error.path, error.line, error.missing_name],
    }


class TestPrograms:
    @pytest.mark.parametrize("cpython", installed(), ids=repr)
    def test_against_cpython(self, cpython: CPython, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """By path and with -m: parents first, relative imports, and a program that is imported as well."""
        words = ["shop/cart.py", "shop.cart", "shop", "shop/lonely.py", "shop.lonely"]
        programs = [word if word.endswith(".py") else f"-m {word}" for word in words]
        answers = objects(capsys, "--program", *words, "--environment", cpython.executable)
        assert [answer["entry"] for answer in answers] == [f"python {program}" for program in programs]
        recorded = record(cpython, shop, TOP_LEVEL, programs)
        assert [told(answer) for answer in answers] == [happened(run) for (run,) in recorded]

    def test_the_tree_names_the_file(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """What `__main__` is, and that its file runs again under its own name."""
        code, text = trace(capsys, "--program", "shop.cart")
        assert code == 0
        labels = [line.partition("  shop/")[0].rstrip() for line in text.splitlines()]
        assert labels[:4] == [
            "shop",
            "__main__  (shop/cart.py)",
            "  shop.user",
            "    shop.cart  (the same file, not as `__main__`)",
        ]
        assert "`python -m shop.cart` works: 4 modules run" in text

    @pytest.mark.parametrize(
        ("word", "says"),
        [
            (
                "shop.tools",
                "`python -m shop.tools` cannot run: `shop.tools` is a package without a `__main__.py`",
            ),
            ("shop/tools/", "`python shop/tools/` cannot run: there is no `__main__.py` in it"),
            ("shop/absent.py", "`shop/absent.py` does not exist"),
            ("absent", "no module is named `absent`"),
        ],
    )
    def test_refusals(self, shop: Path, capsys: pytest.CaptureFixture[str], word: str, says: str) -> None:
        code, text = trace(capsys, "--program", word)
        assert (code, text.startswith(f"importlint: {says}")) == (2, True), text

    def test_not_with_all(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert trace(capsys, "--program", "--all") == (
            2,
            "importlint: `--program` runs what is named: leave out `--all`\n",
        )


@pytest.mark.usefixtures("shop")
class TestJson:
    def test_an_error(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Every key; only starts, ends and errors are events."""
        (answer,) = objects(capsys, "shop.cart")
        assert list(answer) == ["entry", "outcome", "error", "events"]
        assert answer["error"] == {
            "type": "ImportError",
            "message": CRASH,
            "module": "shop.user",
            "path": "shop/user.py",
            "line": 1,
            "missing_name": "Cart",
            "from_module": "shop.cart",
        }
        happenings = ["start shop", "end shop", "start shop.cart", "start shop.user"]
        assert told(answer)["events"] == [*happenings, "error shop.user", "error shop.cart"]

    def test_the_order_is_that_of_the_names(self, capsys: pytest.CaptureFixture[str]) -> None:
        names = ("shop.user", "shop", "shop.cart", "shop")
        assert [answer["entry"] for answer in objects(capsys, *names)] == ["shop.user", "shop", "shop.cart"]

    def test_a_possible_failure(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        Tree(
            {
                "late.py": "import os\nif os.environ.get('LATE'):\n    X = 1\nimport asks\nX = 2\n",
                "asks.py": "from late import X\n",
            }
        ).write(shop)
        (answer,) = objects(capsys, "late")
        assert answer["outcome"] == "possible"
        assert (answer["error"]["path"], answer["error"]["missing_name"]) == ("asks.py", "X")
        assert told(answer)["events"] == ["start late", "start asks", "end asks", "end late"]
        code, text = trace(capsys, "late")
        assert code == 1
        assert "`import late` may fail:\n" in text
        assert "works" not in text

    def test_namespace_packages_of_others_are_not_the_projects(
        self, shop: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
    ) -> None:
        site = Tree({"others/deep/thing.py": ""}).write(tmp_path_factory.mktemp("site"))
        Tree({"shop/vendor.py": "import others.deep.thing\n"}).write(shop)
        (answer,) = objects(capsys, "shop.vendor", "--path", str(site))
        assert told(answer)["events"] == ["start shop", "end shop", "start shop.vendor", "end shop.vendor"]

    def test_the_paths_of_all(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Of namespace packages, those with a directory below the paths."""
        below = objects(capsys, "--all", "shop/tools", "space/deep")
        assert [answer["entry"] for answer in below] == [
            *("shop.tools", "shop.tools.hammer", "shop.tools.saw"),
            *("space.deep", "space.deep.prices"),
        ]
        assert told(below[-1])["events"][:2] == ["start space", "end space"]


@pytest.mark.usefixtures("shop")
class TestTree:
    def test_a_crash(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert trace(capsys, "shop.lonely") == (
            1,
            f"""\
shop
shop.lonely  (fails)
  space  (namespace package)              shop/lonely.py:2  from space.deep import prices
  space.deep  (namespace package)         shop/lonely.py:2  from space.deep import prices
  space.deep.prices                       shop/lonely.py:2  from space.deep import prices
  shop.cart  (fails)                      shop/lonely.py:3  from . import cart
    shop.user  (fails)                    shop/cart.py:1  from shop import user
      shop.cart  (partially initialised)  shop/user.py:1  from shop.cart import Cart

`import shop.lonely` fails:
  shop/lonely.py:3  from . import cart          runs shop.cart
  shop/cart.py:1    from shop import user       runs shop.user
  shop/user.py:1    from shop.cart import Cart
ImportError: {CRASH}
`shop.cart` has run only as far as its line 1 there
""",
        )

    def test_effects_stand_between_the_imports(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """At the lines of the module that does them; those behind a failure are not reached."""
        Tree(
            {
                "loud.py": 'import os\nimport quiet\nos.environ["A"] = "1"\nimport broken\nos.chdir("/")\n',
                "quiet.py": "def main():\n    print(1)\nmain()\n",
                "broken.py": "print(2)\nimport shop\nprint(3)\nimport shop.nowhere\n",
            }
        ).write(shop)
        assert trace(capsys, "loud") == (
            1,
            """\
loud  (fails)
  quiet                                             loud.py:2  import quiet
    prints: it calls print, through main  (effect)  quiet.py:3  main()
  changes os.environ  (effect)                      loud.py:3  os.environ["A"] = "1"
  broken  (fails)                                   loud.py:4  import broken
    prints: it calls print  (effect)                broken.py:1  print(2)
    shop                                            broken.py:2  import shop
    prints: it calls print  (effect)                broken.py:3  print(3)

`import loud` fails:
  loud.py:4    import broken        runs broken
  broken.py:4  import shop.nowhere
ModuleNotFoundError: No module named 'shop.nowhere'
""",
        )

    def test_effects_in_json(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Events of their own, where they happen."""
        Tree({"loud.py": "import quiet\nprint(1)\n", "quiet.py": "print(2)\n"}).write(shop)
        (answer,) = objects(capsys, "loud")
        events = [(event["event"], event["module"], event.get("line")) for event in answer["events"]]
        assert events == [
            ("start", "loud", None),
            ("start", "quiet", None),
            ("effect", "quiet", 1),
            ("end", "quiet", None),
            ("effect", "loud", 2),
            ("end", "loud", None),
        ]
        assert answer["events"][2] == {
            "event": "effect",
            "module": "quiet",
            "kind": "output",
            "rule": "IL510",
            "message": "prints: it calls `print`",
            "path": "quiet.py",
            "line": 1,
        }

    def test_effects_of_a_program(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """What stands behind its guard counts, and what only an import does not."""
        program = 'import os\nif __name__ == "__main__":\n    os.chdir("/")\nelse:\n    print(1)\n'
        Tree({"run.py": program + "import again\n", "again.py": "import run\n"}).write(shop)
        (answer,) = objects(capsys, "--program", "run.py")
        events = [(event["event"], event["module"], event.get("kind")) for event in answer["events"]]
        assert events == [
            ("start", "__main__", None),
            ("effect", "__main__", "process-state"),
            ("start", "again", None),
            ("start", "run", None),
            ("effect", "run", "output"),
            ("end", "run", None),
            ("end", "again", None),
            ("end", "__main__", None),
        ]

    def test_several_that_work(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert trace(capsys, "shop.user", "shop") == (
            0,
            """\
shop
shop.user
  shop.cart                             shop/user.py:1  from shop.cart import Cart
    shop.user  (partially initialised)  shop/cart.py:1  from shop import user

`import shop.user` works: 3 modules run

shop

`import shop` works: 1 module run
""",
        )

    def test_a_failure_that_is_caught(self, capsys: pytest.CaptureFixture[str]) -> None:
        """What has failed is there again when it is imported again; only `-v` says why it failed."""
        code, text = trace(capsys, "shop.guarded")
        assert code == 0
        assert [line.split("  (fails)")[0].strip() for line in text.splitlines() if "(fails)" in line] == [
            *("shop.cart", "shop.user")
        ]
        assert "`import shop.guarded` works: 6 modules run\n" in text
        assert "ImportError" not in text
        _, text = trace(capsys, "-v", "shop.guarded")
        assert f"\ncaught: ImportError: {CRASH}  (shop/user.py:1)\n" in text

    def test_what_is_found_loaded(self, capsys: pytest.CaptureFixture[str]) -> None:
        """By default neither what is loaded nor a package asked for its submodule, but one that is read."""
        _, text = trace(capsys, "shop.stars")
        assert (
            "shop.tools  (partially initialised)  shop/tools/saw.py:1  from shop.tools import __all__" in text
        )
        assert text.count("initialised") == 1
        assert "already loaded" not in text
        _, text = trace(capsys, "-v", "shop.stars")
        assert [line.split()[0] for line in text.splitlines() if "(already loaded)" in line] == ["shop.tools"]

    def test_a_package_that_is_asked_for_its_submodules(
        self, shop: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        Tree(
            {"app/__init__.py": "from . import a\n", "app/a.py": "from app import b\n", "app/b.py": ""}
        ).write(shop)
        assert "initialised" not in trace(capsys, "app")[1]
        assert (
            "    app  (partially initialised)  app/a.py:1  from app import b\n"
            in trace(capsys, "-v", "app")[1]
        )

    def test_the_failing_line_is_that_of_the_file(
        self, shop: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Where no import says it; an exception whose message is not known has none."""
        Tree({"loud.py": "raise   ValueError( 'no' )\n"}).write(shop)
        assert "  loud.py:1  raise   ValueError( 'no' )\nValueError" in trace(capsys, "loud")[1]
        _, text = trace(capsys, "shop.reader")
        assert text.endswith(
            "  shop/reader.py:1  import shop.absent\nModuleNotFoundError: No module named 'shop.absent'\n"
        )

    def test_imports_are_on_one_line(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        Tree({"shop/wide.py": "from shop.cart import (\n    Cart,\n    Basket,\n)\n"}).write(shop)
        Tree({"shop/cart.py": "import shop.wide\n"}).write(shop)
        text = trace(capsys, "shop.cart")[1]
        assert "  shop/wide.py:1  from shop.cart import Cart, Basket\nImportError: " in text

    def test_what_may_fail_before_what_fails(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """It is of little interest then: only `-v` shows it."""
        late = "import os\nif os.environ.get('LATE'):\n    X = 1\nimport asks\nX = 2\nimport shop.reader\n"
        Tree({"late.py": late, "asks.py": "from late import X\n"}).write(shop)
        assert "may fail" not in trace(capsys, "late")[1]
        text = trace(capsys, "late", "-v")[1]
        assert 0 < text.index("`import late` may fail:\n") < text.index("`import late` fails:\n")

    def test_long_statements_are_cut(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        names = ", ".join(f"name{number}" for number in range(40))
        Tree({"long.py": f"from names import {names}\n", "names.py": f"{names} = range(40)\n"}).write(shop)
        _, text = trace(capsys, "long")
        assert "from names import name0, name1," in text
        assert max(map(len, text.splitlines())) < 90

    def test_deep_trees_stay_at_the_left(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """The column of the causes does not move out with the deepest module."""
        Tree({f"m{depth}.py": f"import m{depth + 1}\n" for depth in range(40)} | {"m40.py": ""}).write(shop)
        lines = trace(capsys, "m0")[1].splitlines()
        assert lines[40] == f"{'  ' * 40}m40  m39.py:1  import m40"
        assert lines[1].index("m0.py:1") == 58

    def test_colours(self, capsys: pytest.CaptureFixture[str]) -> None:
        """None where nobody looks; with them, the text is the same."""
        plain = trace(capsys, "shop.cart")[1]
        coloured = trace(capsys, "shop.cart", "--color", "always")[1]
        assert "\033" not in plain
        assert "\033[1;31mshop.cart\033[0m  (fails)" in coloured
        for code in ("0", "1", "2", "1;31", "1;33"):
            coloured = coloured.replace(f"\033[{code}m", "")
        assert coloured == plain


@pytest.mark.usefixtures("shop")
class TestAll:
    def test_one_block_for_each_failure(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert trace(capsys, "--all") == (
            1,
            f"""\
`import shop.cart` fails:
  shop/cart.py:1  from shop import user       runs shop.user
  shop/user.py:1  from shop.cart import Cart
ImportError: {CRASH}
`shop.cart` has run only as far as its line 1 there
the same for shop.__main__, shop.lonely

`import shop.reader` fails:
  shop/reader.py:1  import shop.absent
ModuleNotFoundError: No module named 'shop.absent'

14 modules, each imported first: 10 ok, 4 fail
""",
        )

    def test_verbose_names_all(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        Tree({f"shop/more{number}.py": "import shop.cart\n" for number in range(5)}).write(shop)
        assert "shop.__main__, shop.lonely, shop.more0 and 4 more\n" in trace(capsys, "--all")[1]
        _, text = trace(capsys, "--all", "-v")
        assert "shop.more0, shop.more1, shop.more2, shop.more3, shop.more4\n" in text
        assert "space.deep: ok\n" in text

    def test_nothing(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        Tree({"empty/": ""}).write(shop)
        assert trace(capsys, "--all", "empty") == (0, "0 modules, each imported first: none\n")


@pytest.mark.usefixtures("shop")
class TestNames:
    @pytest.mark.parametrize(
        ("word", "entry"),
        [
            ("shop/cart.py", "shop.cart"),
            ("./shop/tools/__init__.py", "shop.tools"),
            ("shop/tools/", "shop.tools"),
            ("space/deep/prices.py", "space.deep.prices"),
            ("space", "space"),
            ("shop.__main__", "shop.__main__"),
        ],
    )
    def test_files_and_names(self, capsys: pytest.CaptureFixture[str], word: str, entry: str) -> None:
        assert [answer["entry"] for answer in objects(capsys, word)] == [entry]

    @pytest.mark.parametrize(
        ("word", "message"),
        [
            ("shop.crt", "`shop` has no submodule `shop.crt`; did you mean `shop.cart`?"),
            ("shp", "no module is named `shp`, in the project or installed; did you mean `shop`?"),
            (
                "prices",
                "no module is named `prices`, in the project or installed; did you mean `space.deep.prices`?",
            ),
            ("jsn", "no module is named `jsn`, in the project or installed"),
            ("nowhere.at.all", "no module is named `nowhere`, in the project or installed"),
            (
                "shop.cart.Cart",
                "`shop.cart.Cart` is no module: `Cart` is a name in `shop.cart`; trace `shop.cart`",
            ),
            ("shop.cart.x", "no module is named `shop.cart.x`: `shop.cart` is not a package"),
            ("json", "`json` is a standard library module: only other modules are followed"),
            ("sys", "`sys` is a standard library module: only other modules are followed"),
            (
                ".cart",
                "`.cart` is not a module's name: give an absolute one, such as `package.module`, or a file",
            ),
            ("shop/crt.py", "`shop/crt.py` does not exist: give a module's name or file"),
            (
                "my-script.py",
                "`my-script.py` cannot be imported: `my-script` is not a name that an import can have",
            ),
            ("./space", "`./space` has no `__init__.py`: `--all ./space` traces the modules in it"),
        ],
    )
    def test_refusals(self, capsys: pytest.CaptureFixture[str], word: str, message: str) -> None:
        assert trace(capsys, word) == (2, f"importlint: {message}\n")

    def test_files_that_others_hide(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        Tree({"shop/cart/__init__.py": "", "sys.py": ""}).write(shop)
        assert trace(capsys, "shop/cart.py") == (
            2,
            "importlint: `shop/cart.py` is not what `import shop.cart` finds: that is `shop/cart/__init__.py`\n",
        )
        assert trace(capsys, "sys.py") == (2, "importlint: `sys.py` is not what `import sys` finds\n")

    def test_no_source(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        Tree({"native.so": "", "data/table.txt": ""}).write(shop)
        for name in ("native", "data"):
            assert trace(capsys, name) == (
                2,
                f"importlint: `{name}` has no Python source that could be followed\n",
            )

    def test_nothing_named(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert trace(capsys) == (2, "importlint: name a module to trace, or use `--all`\n")


class TestInstalled:
    def test_from_anywhere(self, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Installed modules are followed if they are named, in the environment that the project has."""
        done = run(sys.executable, ["-m", "venv", "--without-pip", ".venv"], shop)
        assert done.returncode == 0, done.stderr
        (site,) = shop.glob(".venv/lib/python3.*/site-packages")
        Tree(
            {"dep/__init__.py": "", "dep/a.py": "from dep import b\nimport nowhere\n", "dep/b.py": ""}
        ).write(site)
        (answer,) = objects(capsys, "dep.a")
        assert told(answer)["events"] == [
            *("start dep", "end dep", "start dep.a", "start dep.b", "end dep.b", "error dep.a"),
        ]
        assert answer["error"]["message"] == "No module named 'nowhere'"
        assert answer["error"]["path"] == site.relative_to(shop).joinpath("dep", "a.py").as_posix()

    def test_only_what_it_imports_is_read(
        self, shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        read: list[str] = []

        def remember(path: str) -> Any:
            read.append(str(Path(path).relative_to(shop)))
            return read_record(path)

        monkeypatch.setattr("importlint.reading.reader.read_record", remember)
        assert main(["trace", "shop.user"]) == 0
        assert sorted(read) == ["shop/__init__.py", "shop/cart.py", "shop/user.py"]


def test_nothing_is_executed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even of what is found without following it: installed packages, start-up files."""
    touch = "import pathlib\npathlib.Path({!r}).touch()\n"
    Tree(
        {
            "pyproject.toml": "",
            "loud.py": touch.format(str(tmp_path / "ran")) + "import dep\n",
            "site/dep.py": touch.format(str(tmp_path / "ran")),
        }
    ).write(tmp_path)
    monkeypatch.chdir(tmp_path)
    before = set(sys.modules)
    assert main(["trace", "loud", "--path", "site"]) == 0
    assert main(["trace", "dep", "--path", "site"]) == 0
    assert not (tmp_path / "ran").exists()
    assert not {"loud", "dep"} & (set(sys.modules) - before)
