"""One thing that code does besides computing, and how messages say it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from importlint.diagnostics import Location
from importlint.effects.kinds import Kind


class Effect(Struct, frozen=True, kw_only=True):
    """Something that code does besides computing."""

    kind: Kind
    name: str
    """What is called, written or imported: a dotted name, as the catalogue knows it."""
    verb: str
    """What the code does with it: `calls`, `writes`, `deletes`, `imports`."""
    location: Location
    subject: str = ""
    """What of it, where that is written out: the key of `os.environ`."""

    restores: bool = False
    """It sets what there was before."""

    @property
    def words(self) -> str:
        """What the code does, to be said of it: "changes `os.environ`"."""
        owner = self.name.rpartition(".")[0]
        if self.verb == "calls" and owner in _SHARED:
            return f"changes `{owner}`"
        if self.verb == "writes" or self.name in _SHARED:
            return f"changes `{self.name}`"
        does = f"{self.verb} `{self.name.removeprefix('builtins.')}`"
        clause = CLAUSES.get(self.kind) if self.verb != "deletes" else None
        return f"{clause}: it {does}" if clause else does


_SHARED = frozenset(
    {"os.environ", "os.environb", "sys.meta_path", "sys.modules", "sys.path", "sys.path_hooks"}
)
"""Objects whose methods are less known than they are."""
CLAUSES: Mapping[Kind, str] = {
    Kind.NETWORK: "uses the network",
    Kind.DATABASE: "uses a database",
    Kind.PROCESS: "starts a process",
    Kind.THREAD: "starts threads",
    Kind.EVENT_LOOP: "works with an event loop",
    Kind.FS_WRITE: "changes the file system",
    Kind.MONKEYPATCH: "patches other modules",
    Kind.ENV_WRITE: "changes the environment",
    Kind.PROCESS_STATE: "changes the process",
    Kind.INTERPRETER_STATE: "changes the interpreter",
    Kind.LOCALE: "changes the locale",
    Kind.LOGGING_CONFIG: "configures logging",
    Kind.WARNINGS_CONFIG: "configures warnings",
    Kind.SIGNAL: "changes how signals are handled",
    Kind.RANDOM_STATE: "seeds the random numbers of all",
    Kind.NUMERIC_CONTEXT: "changes how numbers are computed",
    Kind.START_METHOD: "settles how processes start",
    Kind.LIBRARY_CONFIG: "configures a library for all",
    Kind.FRAMEWORK_SETUP: "sets up a framework",
    Kind.SYS_PATH: "changes `sys.path`",
    Kind.IMPORT_HOOKS: "changes how modules are imported",
    Kind.SYS_MODULES: "changes `sys.modules`",
    Kind.EXIT: "ends the process",
    Kind.COMMAND_LINE: "reads the command line",
    Kind.OUTPUT: "prints",
    Kind.BLOCKING: "waits",
    Kind.MAIN_LOOP: "runs until something ends it",
    Kind.REGISTRY: "adds to a registry",
}
"""What calls and imports of a kind do, where their names may not tell."""
