"""What is analysed: released packages at pinned versions, the standard library, generated projects.

Each is a directory of its own with nothing but the code and a settings file for each tool.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from benchmarks.generate import Shape, write
from benchmarks.place import Place

RELEASES = {"django": "Django==5.2.8", "sympy": "sympy==1.14.0"}
EDITED = {
    "django": "django/db/models/query.py",
    "sympy": "sympy/core/expr.py",
    "stdlib": "xml/dom/minidom.py",
}
"""The file that is edited between runs, one that much needs. In a generated project, a file of the middle."""
GENERATED = {"generated": 0.0, "giant": 0.2}
"""The share of the modules that are one strongly connected component."""
NAMES = (*RELEASES, "stdlib", *GENERATED)


class Tree(Struct, frozen=True):
    """One directory with code."""

    name: str
    directory: Path
    size: int = 0
    """Of a generated project: how many modules."""

    @property
    def label(self) -> str:
        """As tables name it."""
        return f"{self.name}, {self.size:,} modules" if self.size else self.name

    @property
    def files(self) -> list[Path]:
        """The source files."""
        return sorted(self.directory.rglob("*.py"))

    def lines(self) -> int:
        """How many lines the files have."""
        return sum(path.read_bytes().count(b"\n") for path in self.files)

    @property
    def edited(self) -> Path:
        """The file that is edited between runs."""
        return self.directory / EDITED[self.name] if self.name in EDITED else self.files[len(self.files) // 2]


def make_tree(place: Place, name: str, size: int = 0) -> Tree:
    """The tree `name`, of `size` modules if it is a generated one, made if it is not there."""
    version = RELEASES.get(name, sysconfig.get_python_version() if name == "stdlib" else str(size))
    tree = Tree(name, place.directory / "trees" / f"{name}-{version.rpartition('=')[2]}", size)
    if not (tree.directory / "pyproject.toml").exists():
        shutil.rmtree(tree.directory, ignore_errors=True)
        tree.directory.mkdir(parents=True)
        _fill(place, tree)
        _write_settings(tree)
    return tree


@contextmanager
def kept(path: Path) -> Iterator[bytes]:
    """Put the file back as it was when the block ends; gives its content."""
    data = path.read_bytes()
    try:
        yield data
    finally:
        path.write_bytes(data)


def _fill(place: Place, tree: Tree) -> None:
    if tree.name in RELEASES:
        unpacked = tree.directory.with_name(f"{tree.directory.name}.unpacked")
        install = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--ignore-requires-python"]
        subprocess.run([place.python, *install, "--target", str(unpacked), RELEASES[tree.name]], check=True)
        shutil.move(unpacked / tree.name, tree.directory / tree.name)
        shutil.rmtree(unpacked)
    elif tree.name == "stdlib":
        _copy_standard_library(tree.directory)
    else:
        write(Shape(modules=tree.size, giant=GENERATED[tree.name]), tree.directory)


def _copy_standard_library(directory: Path) -> None:
    """The running Python's library without its tests, which have files that are no Python on purpose."""
    library = Path(sysconfig.get_path("stdlib"))

    def unwanted(folder: str, names: list[str]) -> set[str]:
        return {
            name
            for name in names
            if name in ("site-packages", "test", "tests", "__pycache__", "lib-dynload")
            or (name.startswith("config-") and Path(folder) == library)
            or ((Path(folder) / name).is_file() and not name.endswith(".py"))
        }

    shutil.copytree(library, directory, ignore=unwanted, dirs_exist_ok=True)


def _write_settings(tree: Tree) -> None:
    """A settings file for each tool; importlint's and ruff's is empty, and keeps those of the directories above out."""
    packages = sorted(path.parent.name for path in tree.directory.glob("*/__init__.py"))
    indented = "".join(f"\n    {name}" for name in packages)
    (tree.directory / ".importlinter").write_text(
        f"[importlinter]\nroot_packages ={indented}\n\n[importlinter:contract:acyclic]\n"
        f"name = Siblings do not import each other in circles\ntype = acyclic_siblings\nancestors ={indented}\n"
    )
    (tree.directory / "tach.toml").write_text(
        'source_roots = ["."]\nforbid_circular_dependencies = true\n'
        + "".join(f'\n[[modules]]\npath = "{name}.**"\n' for name in packages)
    )
    (tree.directory / "pyrightconfig.json").write_text(
        json.dumps(
            {
                "include": ["."],
                "typeCheckingMode": "off",
                "reportImportCycles": "error",
                "reportMissingImports": False,
                "reportMissingModuleSource": False,
            }
        )
    )
    (tree.directory / "pyproject.toml").write_text("[tool.importlint]\n\n[tool.ruff]\n")
