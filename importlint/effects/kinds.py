"""The kinds of effects, and which rule each belongs to.

A kind says what happens to the process or the world outside it. Kinds without a rule are known so that they
are told from effects of another kind, but an import may do them silently: reads, values that are frozen when
the module is first imported, registrations that come undone with the process.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class Kind(str, Enum):
    """What an effect does, in one word."""

    NETWORK = "network"
    """Connects, listens, sends, or asks a name server."""
    DATABASE = "database"
    """Connects to a database server, or changes its tables."""
    PROCESS = "process"
    """Starts, replaces, signals or waits for another process."""
    THREAD = "thread"
    EVENT_LOOP = "event-loop"
    """Makes, replaces or runs an event loop, or hands it work."""
    FS_WRITE = "fs-write"
    """Creates, changes or removes files or directories."""
    MONKEYPATCH = "monkeypatch"
    """Replaces a part of another module that is not documented as a setting."""
    ENV_WRITE = "env-write"
    PROCESS_STATE = "process-state"
    """What the operating system keeps of the process: directory, umask, user, priority, limits, descriptors."""
    INTERPRETER_STATE = "interpreter-state"
    """Hooks, limits and streams of the interpreter, which all modules share."""
    LOCALE = "locale"
    LOGGING_CONFIG = "logging-config"
    WARNINGS_CONFIG = "warnings-config"
    SIGNAL = "signal"
    """Handlers, masks and timers."""
    RANDOM_STATE = "random-state"
    NUMERIC_CONTEXT = "numeric-context"
    START_METHOD = "start-method"
    """Fixes how `multiprocessing` starts processes, which can be done only once."""
    LIBRARY_CONFIG = "library-config"
    """A setting that a library has once for the whole process."""
    FRAMEWORK_SETUP = "framework-setup"
    """Sets up a framework, a monitoring agent or a display: an application does it, once."""
    SYS_PATH = "sys-path"
    IMPORT_HOOKS = "import-hooks"
    SYS_MODULES = "sys-modules"
    EXIT = "exit"
    COMMAND_LINE = "command-line"
    """Parses `sys.argv`, and ends the program if it does not like what is there."""
    OUTPUT = "output"
    """Writes to the standard streams or the terminal."""
    BLOCKING = "blocking"
    """Waits for a time, an event or a person."""
    MAIN_LOOP = "main-loop"
    """Runs a server, a user interface or a test run until it ends."""
    REGISTRY = "registry"
    """Adds to a registry that another module owns."""

    ATEXIT = "atexit"
    """Registers what is called when the process forks or ends."""
    TYPE_REGISTRY = "type-registry"
    """Tells an abstract base class or `copyreg` of a type."""
    LOGGER = "logger"
    """Handlers, filters and levels of a single logger, most often the module's own."""
    LOGGING_EMIT = "logging-emit"
    WARNINGS_EMIT = "warnings-emit"
    ENV_READ = "env-read"
    FS_READ = "fs-read"
    """Reads files or directories, or opens what has to be closed again."""
    NONDETERMINISM = "nondeterminism"
    """A time, a random or a unique value, frozen when the module is first imported."""
    DYNAMIC_IMPORT = "dynamic-import"
    DYNAMIC_CODE = "dynamic-code"
    """Runs code that is data here."""
    NATIVE_LOAD = "native-load"
    """Loads a native library or takes hold of a device."""
    CLIENT = "client"
    """Makes a client that reads its configuration and connects when it is used."""
    FAILURE = "failure"
    """Fails where what it needs is missing: a display, a device, settings."""

    @property
    def rule(self) -> str | None:
        """The code of the rule that reports the kind; None if none does."""
        return RULES.get(self)


RULES: Mapping[Kind, str] = {
    Kind.NETWORK: "IL501",
    Kind.DATABASE: "IL501",
    Kind.PROCESS: "IL502",
    Kind.THREAD: "IL502",
    Kind.EVENT_LOOP: "IL502",
    Kind.FS_WRITE: "IL503",
    Kind.MONKEYPATCH: "IL504",
    Kind.ENV_WRITE: "IL505",
    Kind.PROCESS_STATE: "IL505",
    Kind.INTERPRETER_STATE: "IL505",
    Kind.LOCALE: "IL505",
    Kind.LOGGING_CONFIG: "IL505",
    Kind.WARNINGS_CONFIG: "IL505",
    Kind.SIGNAL: "IL505",
    Kind.RANDOM_STATE: "IL505",
    Kind.NUMERIC_CONTEXT: "IL505",
    Kind.START_METHOD: "IL505",
    Kind.LIBRARY_CONFIG: "IL505",
    Kind.FRAMEWORK_SETUP: "IL505",
    Kind.SYS_PATH: "IL506",
    Kind.IMPORT_HOOKS: "IL507",
    Kind.SYS_MODULES: "IL508",
    Kind.EXIT: "IL509",
    Kind.COMMAND_LINE: "IL509",
    Kind.OUTPUT: "IL510",
    Kind.BLOCKING: "IL511",
    Kind.MAIN_LOOP: "IL511",
    Kind.REGISTRY: "IL512",
}
"""The rule of each kind that is reported."""
