"""The hook, as the real pre-commit runs it: in an environment of its own, without the project's packages."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.cpython import clean_environment
from tests.documents import ROOT
from tests.trees import Tree

SHIPPED = ("importlint", "rules", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")

SHOP = Tree(
    {
        "shop/__init__.py": "",
        "shop/cart.py": "class Cart: ...\n",
        "shop/web.py": "import numpy.linalg\nimport requests\nfrom yaml import absent\nfrom shop.cart import Card\n",
    }
)
"""Of these packages, the hook's environment may have `yaml`, which importlint's own dependencies bring."""

FINDING = "shop/web.py:4:23: IL102 cannot import name `Card` from `shop.cart`\n"


def test_packages_that_the_hook_lacks_are_not_missing(tmp_path: Path) -> None:
    """A first-party error is found; nothing is said of packages, be they in the hook's environment or not."""
    hook, project = tmp_path / "hook", tmp_path / "project"
    hook.mkdir()
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, hook / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, hook / name)
    _commit(hook)
    SHOP.write(project)
    _commit(project)

    arguments = ("try-repo", str(hook), "importlint", "--all-files", "--color", "never", "--verbose")
    home = {"PRE_COMMIT_HOME": str(tmp_path / "home")}
    shown = _run("python", "-m", "pre_commit", *arguments, cwd=project, environment=home, code=1)
    assert FINDING in shown
    assert shown.count("IL1") == 1
    assert "importlint: no environment found" in shown


def _commit(repository: Path) -> None:
    """Make a repository of a directory."""
    identity = ("-c", "user.name=A Tester", "-c", "user.email=tester@example.org")
    for command in (("init", "--quiet"), ("add", "--all"), (*identity, "commit", "--quiet", "--message=All")):
        _run("git", *command, cwd=repository)


def _run(
    program: str, *arguments: str, cwd: Path, environment: Mapping[str, str] | None = None, code: int = 0
) -> str:
    """What a command prints, which ends with the exit code `code`; `python` is this one."""
    variables = {name: value for name, value in clean_environment().items() if not name.startswith("GIT_")}
    done = subprocess.run(
        [sys.executable if program == "python" else program, *arguments],
        cwd=cwd,
        env={**variables, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == code, done.stdout
    return done.stdout
