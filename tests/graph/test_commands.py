"""`importlint graph` and `importlint why`: the graph of one small project in every form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from importlint.cli import main
from tests.trees import Tree

PROJECT = Tree(
    {
        "pyproject.toml": "",
        "app/__init__.py": "",
        "app/core.py": "import json\nfrom app import views\nimport importlib\nimportlib.import_module('app.plugins')\n",
        "app/views.py": "from . import models, plugins\ndef show():\n    from app.core import run\n",
        "app/models.py": (
            "from typing import TYPE_CHECKING\n"
            "if TYPE_CHECKING:\n    import app.views\n"
            "if unknown:\n    import app.plugins\n"
        ),
        "app/plugins.py": "if __name__ == '__main__':\n    import app.core\n",
    }
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(PROJECT.write(tmp_path))
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(arguments)
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def test_text(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "graph", "app") == (
        0,
        """\
app
app.core
    json  app/core.py:1
    app.views  app/core.py:2
    importlib  app/core.py:3
    app.plugins  app/core.py:4  (dynamic)
app.models
    typing  app/models.py:1
    app.views  app/models.py:3  (typing only)
    app.plugins  app/models.py:5  (conditional)
app.plugins
    app.core  app/plugins.py:2  (as a program)
app.views
    app.models  app/views.py:1
    app.plugins  app/views.py:1
    app.core  app/views.py:3  (deferred)
""",
    )


def test_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, output = run(capsys, "graph", "app/views.py", "--output-format", "json")
    graph = json.loads(output)
    assert code == 0
    assert graph["modules"] == ["app", "app.core", "app.models", "app.plugins", "app.views"]
    assert next(edge for edge in graph["edges"] if edge["importer"] == "app.views") == {
        "importer": "app.views",
        "imported": "app",
        "phase": "import time",
        "conditional": False,
        "dynamic": False,
        "implicit": True,
        "path": "app/views.py",
        "line": 1,
        "column": 6,
        "statement": "from . import models, plugins",
    }


def test_dot(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "graph", "app", "--output-format", "dot") == (
        0,
        """\
digraph imports {
  rankdir=LR;
  "app";
  "app.core";
  "app.models";
  "app.plugins";
  "app.views";
  "app.core" -> "app.plugins";
  "app.core" -> "app.views";
  "app.models" -> "app.plugins";
  "app.models" -> "app.views" [style=dashed];
  "app.plugins" -> "app.core" [style=dashed];
  "app.views" -> "app.core" [style=dashed];
  "app.views" -> "app.models";
  "app.views" -> "app.plugins";
}
""",
    )


def test_mermaid(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "graph", "app", "--output-format", "mermaid") == (
        0,
        """\
flowchart LR
  m0["app"]
  m1["app.core"]
  m2["app.models"]
  m3["app.plugins"]
  m4["app.views"]
  m1 --> m3
  m1 --> m4
  m2 --> m3
  m2 -.-> m4
  m3 -.-> m1
  m4 -.-> m1
  m4 --> m2
  m4 --> m3
""",
    )


def test_why(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "why", "app.core", "app.plugins") == (
        0,
        """\
app.core
  app/core.py:4  import_module("app.plugins")  loads app.plugins

app.core
  app/core.py:2   from app import views          loads app.views
  app/views.py:1  from . import models, plugins  loads app.plugins
""",
    )


def test_why_not(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, output = run(capsys, "why", "app.views", "app.core")
    assert code == 1
    assert "does not load `app.core` at import time" in output
    code, output = run(capsys, "why", "app.views", "app.core", "--all-phases", "--limit", "1")
    assert (code, output) == (0, "app.views\n  app/views.py:3  from app.core import run  loads app.core\n")


def test_why_of_modules_outside_the_project(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "why", "app.core", "json") == (
        0,
        "app.core\n  app/core.py:1  import json  loads json\n",
    )


@pytest.mark.parametrize(
    ("names", "message"),
    [(("app.cor", "json"), "did you mean `app.core`"), (("app.core", "jso"), "did you mean `json`")],
)
def test_why_with_unknown_names(
    project: Path, capsys: pytest.CaptureFixture[str], names: tuple[str, str], message: str
) -> None:
    code, output = run(capsys, "why", *names)
    assert code == 2
    assert message in output
