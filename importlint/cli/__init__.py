"""Arguments in, exit code out: which command is meant, and what becomes of its errors.

Exit codes: 0 nothing found, 1 something found, 2 could not run. A command is a module with
`add_arguments(parser)` and `run(options) -> int`; only the one that is asked for is imported.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from argparse import Namespace

    from importlint.errors import InternalError

COMMANDS = {
    "check": "importlint.cli.check",
    "config": "importlint.cli.config",
    "explain": "importlint.cli.explain",
    "graph": "importlint.cli.graph",
    "resolve": "importlint.cli.resolve",
    "rules": "importlint.cli.rules",
    "trace": "importlint.cli.trace",
    "verify": "importlint.cli.verify",
    "why": "importlint.cli.why",
}
"""The module of each command; `check` is meant where none is named."""

FOUND_SOMETHING = 1
COULD_NOT_RUN = 2
INTERRUPTED = 130
"""What shells report for a program that SIGINT ended."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that `argv` (by default the program's arguments) asks for; its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] in (["--version"], ["-V"]):
        from importlint import __version__

        print(f"importlint {__version__}")
        return 0
    from importlint import collector

    try:
        with collector.paused(for_good=argv is None):
            code = _run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return FOUND_SOMETHING
    return code


def _run(arguments: list[str]) -> int:
    """The exit code of the command, after telling the user of what ended it early."""
    from importlint.errors import ImportlintError, InternalError

    options: Namespace | None = None
    try:
        command, options = _parse(arguments)
        code: int = command.run(options)
    except (KeyboardInterrupt, BrokenPipeError, SystemExit):
        raise
    except InternalError as error:
        _tell_bug(error, options)
    except ImportlintError as error:
        _tell(str(error))
    except Exception as error:
        bug = InternalError()
        bug.__cause__ = error
        _tell_bug(bug, options)
    else:
        return code
    return COULD_NOT_RUN


def _parse(arguments: list[str]) -> tuple[Any, Namespace]:
    """The command's module and its options; `UsageError` if they make no sense."""
    from importlib import import_module

    from importlint.cli.options import Parser

    name, rest = (
        (arguments[0], arguments[1:]) if arguments and arguments[0] in COMMANDS else ("check", arguments)
    )
    command = import_module(COMMANDS[name])
    parser = Parser(
        prog=f"importlint {name}",
        description=(command.__doc__ or "").partition("\n")[0],
        epilog=f"commands: {', '.join(COMMANDS)}; `importlint COMMAND --help` says more of each",
    )
    command.add_arguments(parser)
    return command, parser.parse_args(rest)


def _tell(message: str) -> None:
    print(f"importlint: {message}", file=sys.stderr)


def _tell_bug(error: InternalError, options: Namespace | None) -> None:
    """Say that importlint itself failed, and with `-v` how."""
    import traceback

    cause = error.__cause__
    reason = "" if cause is None else f": {type(cause).__name__}: {cause}"
    verbose = options is not None and options.verbose
    if verbose:
        traceback.print_exception(error)
    report = (
        "report it with the traceback above" if verbose else "report it with the traceback that `-v` shows"
    )
    _tell(f"{error}{reason}; this is a bug in importlint: {report}")


def _drop_output() -> None:
    """Keep the interpreter from flushing to a closed pipe at exit (Python docs, `signal`, on SIGPIPE)."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
