"""What a program is: a file that runs under the name `__main__`, and the way it is started.

The way decides what it can import: by its path, its directory is `sys.path[0]` and it has no package; by `-m`,
its packages come first and relative imports work. A console script imports its module by name: no `__main__` there.
Language reference, "Top-level components"; the `runpy` module; "Command line and environment", "Interface options".
"""

from __future__ import annotations

import enum
import os

from msgspec import Struct

from importlint import disk
from importlint.diagnostics import Location
from importlint.discovery import Module


class Start(enum.Enum):
    """How Python is told what to run."""

    FILE = "by its path"
    """`python path/to/file.py`; a `#!` line comes to the same."""
    MODULE = "with -m"
    """`python -m package.module`, or `python -m package` for the `__main__.py` in it."""
    DIRECTORY = "by its directory"
    """`python path/to/directory`, which has a `__main__.py`."""


class Reason(Struct, frozen=True, order=True):
    """What says that something is a program, and where."""

    location: Location
    text: str


class Invocation(Struct, frozen=True, kw_only=True, order=True):
    """A command line that starts Python, as somebody wrote it down."""

    location: Location
    written: str
    """The words that count: `python -m shop.tool`."""
    origin: str
    """What it stands in, as messages say it: "`Makefile`", "`subprocess.run`"."""
    is_module: bool
    """Whether the target is a module's name, after `-m`; else it is a path."""
    target: str
    directory: str | None
    """Absolute: what a path is relative to, and where `-m` searches first. None where that is not known."""
    is_safe: bool = False
    """Neither the directory of the script nor the current one is put on `sys.path`: `-P`, `-I`."""


class Program(Struct, frozen=True, kw_only=True):
    """A file that is run under the name `__main__`, in one of the ways to start it."""

    module: Module
    """What the file is when it is imported."""
    start: Start
    name: str
    """What is given to Python: after `-m` a module's name, else the path as shown."""
    reasons: tuple[Reason, ...]
    """Sorted, never empty."""
    is_safe: bool = False
    """As in `Invocation`."""

    @property
    def command(self) -> str:
        """How to run it, as a person would type it."""
        options = " -P" * self.is_safe + " -m" * (self.start is Start.MODULE)
        return f"python{options} {self.name}"

    @property
    def spec_name(self) -> str | None:
        """`__spec__.name`; None where `__spec__` is None."""
        match self.start:
            case Start.FILE:
                return None
            case Start.DIRECTORY:
                return "__main__"
            case Start.MODULE:
                return f"{self.name}.__main__" if self.module.is_main else self.name

    @property
    def package(self) -> str | None:
        """`__package__`: None for a file, empty for a module without packages around it."""
        return None if self.spec_name is None else self.spec_name.rpartition(".")[0]

    @property
    def own_directory(self) -> str | None:
        """The directory that is put on `sys.path` for it, symbolic links resolved; None for none, and for `-m`.

        What `-m` puts there is the current directory, which is taken to be a source root. A directory that is run
        is put there in any case.
        """
        if self.start is Start.MODULE or (self.is_safe and self.start is Start.FILE):
            return None
        return os.path.dirname(disk.real_path(self.module.path))

    @property
    def search_path(self) -> tuple[str, ...]:
        """The path entries that come before those of the environment when it imports."""
        own = (self.own_directory,) if self.own_directory else ()
        return tuple(dict.fromkeys((*own, *self.module.search_path)))
