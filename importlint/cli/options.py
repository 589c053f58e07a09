"""The flags that commands share, and the settings that they make."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, NoReturn

from importlint.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from importlint.config import Settings


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, and name what was probably meant."""

    def __init__(self, *, prog: str, description: str, epilog: str) -> None:
        super().__init__(
            prog=prog, description=description, epilog=epilog, allow_abbrev=False, formatter_class=_narrow
        )

    def format_help(self) -> str:
        """The help, as wide as the terminal."""
        self.formatter_class = argparse.HelpFormatter
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        """Raise `UsageError` for what argparse complains about."""
        unknown = re.match(r"unrecognized arguments: (-[^\s=]*)", message)
        if unknown:
            flags = [flag for flag in self._option_string_actions if flag.startswith("--")]
            message = f"there is no flag `{unknown[1]}`{did_you_mean(unknown[1], flags)}"
        raise UsageError(f"{message} (`{self.prog} --help` lists what there is)")


def _narrow(prog: str) -> argparse.HelpFormatter:
    """A formatter for checking flags as they are added: asking how wide the terminal is takes longer than the rest."""
    return argparse.HelpFormatter(prog, width=80)


def add_common_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags that every command has."""
    from importlint import __version__

    parser.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        help="name the environment and what of it cannot be modelled; show the traceback if importlint itself fails",
    )
    parser.add_argument("--version", action="version", version=f"importlint {__version__}")


def add_settings_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of commands that need settings; `settings_from` reads them."""
    add_common_arguments(parser)
    group = parser.add_argument_group("settings")
    group.add_argument("--config", metavar="FILE", help="use this configuration file")
    group.add_argument("--isolated", action="store_true", help="use no configuration file")
    group.add_argument(
        "--source-root",
        dest="source_roots",
        action="append",
        metavar="DIR",
        help="where top-level modules are (repeatable)",
    )
    group.add_argument(
        "--python-version", metavar="X.Y", help="the Python that would run the code, such as 3.13"
    )
    group.add_argument("--platform", metavar="NAME", help="its sys.platform: linux, darwin, win32, ...")
    group.add_argument(
        "--environment",
        metavar="PATH",
        help="the virtual environment or interpreter that it has; it is not run",
    )
    group.add_argument(
        "--path",
        action="append",
        metavar="DIR",
        help="search here after source roots and standard library, not in an environment (repeatable)",
    )
    group.add_argument(
        "--pythonpath",
        metavar="DIRS",
        help='the PYTHONPATH that the code is run with, such as "$PYTHONPATH"; the variable itself is not read',
    )
    group.add_argument(
        "--cache-dir", metavar="DIR", help="keep there what the next run can use (default: .importlint_cache)"
    )
    group.add_argument("--no-cache", action="store_true", help="neither use nor keep what earlier runs found")
    group.add_argument(
        "-j",
        "--jobs",
        type=int,
        metavar="N",
        help="read N files at the same time (default: one for each processor)",
    )
    for flag, text in (
        (
            "--select",
            "use these rules only: codes, prefixes such as IL3, or names; a file's ignore does not count",
        ),
        ("--extend-select", "use these rules as well"),
        ("--ignore", "leave these rules out"),
    ):
        group.add_argument(flag, action="append", metavar="RULES", help=text)


def settings_from(options: argparse.Namespace) -> Settings:
    """The settings for a run in the current directory with these flags; errors as in `load_settings`."""
    import os

    from importlint.config import load_settings

    return load_settings(
        os.getcwd(),
        config=options.config,
        isolated=options.isolated,
        select=_split(options.select),
        extend_select=_split(options.extend_select),
        ignore=_split(options.ignore),
        source_roots=options.source_roots,
        python_version=options.python_version,
        platform=options.platform,
        environment=options.environment,
        path=options.path,
        pythonpath=None if options.pythonpath is None else _path_entries(options.pythonpath),
        output_format=getattr(options, "output_format", None),
        cache_dir=options.cache_dir,
        jobs=options.jobs,
    )


def _path_entries(variable: str) -> list[str]:
    """The items of a search path as a variable has them: none in an empty one."""
    import os

    return variable.split(os.pathsep) if variable else []


def _split(values: list[str] | None) -> list[str] | None:
    """The items of a repeatable flag whose values are separated by commas."""
    if values is None:
        return None
    return [item.strip() for value in values for item in value.split(",") if item.strip()]
