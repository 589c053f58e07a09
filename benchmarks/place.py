"""Where measurements happen: an environment with importlint and its pinned peers, made when it is missing."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from msgspec import Struct

CHECKOUT = Path(__file__).resolve().parent.parent
_REQUIREMENTS = CHECKOUT / "benchmarks" / "requirements.txt"
PYRIGHT = "1.1.414"


class Place(Struct, frozen=True):
    """A directory for everything that measurements need; safe to delete."""

    directory: Path

    @property
    def environment(self) -> Path:
        """The virtual environment, one for each Python and each state of the requirements."""
        state = hashlib.sha256(_REQUIREMENTS.read_bytes()).hexdigest()[:8]
        return self.directory / f"python{sys.version_info[0]}.{sys.version_info[1]}-{state}"

    @property
    def python(self) -> str:
        """Its interpreter."""
        return self.program("python")

    def program(self, name: str) -> str:
        """One of its programs."""
        return str(self.environment / "bin" / name)

    @property
    def pyright(self) -> str:
        """Pyright's own program; the one from PyPI would start it through two more processes."""
        return str(self.directory / f"pyright-{PYRIGHT}" / "node_modules" / ".bin" / "pyright")

    def prepare(self, *, pyright: bool) -> None:
        """Make what is missing, and install the checkout as it is now.

        Raises:
            subprocess.CalledProcessError: something cannot be installed.
        """
        ready = self.environment / "ready"
        if not ready.exists():
            shutil.rmtree(self.environment, ignore_errors=True)
            venv.create(self.environment, with_pip=True)
            self._pip("--requirement", str(_REQUIREMENTS))
            ready.touch()
        self._pip("--no-build-isolation", str(CHECKOUT))  # what it needs may be new
        self._pip("--no-build-isolation", "--no-deps", "--force-reinstall", str(CHECKOUT))
        if pyright and not Path(self.pyright).exists():
            prefix = str(Path(self.pyright).parents[2])
            quiet = ("--no-save", "--no-audit", "--no-fund", "--silent")
            subprocess.run(["npm", "install", *quiet, "--prefix", prefix, f"pyright@{PYRIGHT}"], check=True)

    def environ(self) -> dict[str, str]:
        """The variables of measured programs: nothing that leads out of the environment."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CONDA"))}
        path = os.pathsep.join((str(self.environment / "bin"), kept["PATH"]))
        return {**kept, "VIRTUAL_ENV": str(self.environment), "PATH": path, "TERM": "dumb"}

    def _pip(self, *arguments: str) -> None:
        subprocess.run([self.python, "-m", "pip", "install", "--quiet", *arguments], check=True)


def default_directory() -> Path:
    """The user's directory for what can be made again; not in a checkout, whose `.gitignore` would hide the trees."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "importlint-benchmarks"
