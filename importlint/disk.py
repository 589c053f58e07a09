"""What importlint asks of the machine that it runs on: of files, directories, links and variables.

All else is computed from the answers, so a run that got the same answers has the same result. A listener hears
every question with its answer; the cache asks the questions again. Nothing that has a part in a result asks the
operating system past this module, except as `archive` does: it tells first which file it is going to read.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol, TextIO

from msgspec import Struct

Answer = int | bytes | None
"""Texts are encoded; of a file's content and a directory's entries it is the digest. None where there is nothing."""


class Signature(Struct, frozen=True, array_like=True, gc=False):
    """What `stat` says of a file: a different one is a different content, the same one is nearly always the same.

    So it is with the entries of a directory where POSIX holds, if none of them is a link, which can come to lead to
    something else without a trace.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    """When content, name or permissions were changed last, which nobody can set; on Windows, when it was made."""
    inode: int


Signed = tuple[Answer, Signature | None]
"""An answer and the signature with which it stays the same, if there is one."""


class Entry(Struct, frozen=True, gc=False):
    """One entry of a directory."""

    name: str
    path: str
    is_directory: bool
    """Or a link to one."""
    is_file: bool
    """A regular file, or a link to one."""
    is_link: bool


class Listener(Protocol):
    """Hears what is asked."""

    def hear(self, question: str, of: str, answer: Answer, signature: Signature | None = None) -> None:
        """A question was asked, one of `QUESTIONS`, and answered.

        A signature is from before the answer was found; with the same one, the answer is the same.
        """

    def has_heard(self, path: str) -> bool:
        """Whether it has heard of the content of a file."""


_listener: Listener | None = None


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Have `listener` hear what is asked in this block, in whatever thread."""
    global _listener
    before, _listener = _listener, listener
    try:
        yield
    finally:
        _listener = before


# ---- one path


def exists(path: str) -> bool:
    """Whether there is something at `path`, links followed."""
    return _ask("mode", path) is not None


def is_file(path: str) -> bool:
    """Whether there is a regular file at `path`, links followed."""
    return stat.S_ISREG(mode(path))


def is_directory(path: str) -> bool:
    """Whether there is a directory at `path`, links followed."""
    return stat.S_ISDIR(mode(path))


def is_link(path: str) -> bool:
    """Whether `path` is a link, be it to nothing."""
    return _ask("link", path) == 1


def is_executable(path: str) -> bool:
    """Whether this process may execute the file at `path`."""
    return _ask("executable", path) == 1


def mode(path: str) -> int:
    """Type and permissions of what is at `path`, links followed; 0 for nothing."""
    answer = _ask("mode", path)
    return answer if isinstance(answer, int) else 0


def size(path: str) -> int:
    """The bytes of the file at `path`; 0 for nothing."""
    answer = _ask("size", path)
    return answer if isinstance(answer, int) else 0


def real_path(path: str) -> str:
    """`path` without links, as `os.path.realpath` has it."""
    answer = _ask("real path", path)
    return os.fsdecode(answer) if isinstance(answer, bytes) else path


# ---- directories


def entries(directory: str) -> list[Entry]:
    """The entries of a directory, sorted by name; `OSError` if it cannot be listed."""
    signature = sign(directory) if _listener is not None else None
    try:
        found = _entries(directory)
    except OSError as error:
        tell("entries", directory, error.errno)
        raise
    if _listener is not None:
        tell("entries", directory, _digest_of_entries(found), signature if _is_signed(found) else None)
    return found


def names(directory: str) -> list[str]:
    """The names in a directory, sorted; `OSError` if it cannot be listed."""
    return [entry.name for entry in entries(directory)]


def walk(top: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """As `os.walk`, with sorted names; what cannot be listed is passed over."""
    try:
        found = entries(top)
    except OSError:
        return
    directories = [entry.name for entry in found if entry.is_directory]
    yield top, directories, [entry.name for entry in found if not entry.is_directory]
    links = {entry.name for entry in found if entry.is_link}
    for name in directories:
        if name not in links:
            yield from walk(os.path.join(top, name))


# ---- contents


def read(path: str, *, whole: bool = True) -> bytes:
    """The content of the regular file at `path`.

    All that is done with it depends on the whole of it; or else on its facts, and on the parts that `tell_part` tells.

    Raises:
        OSError: there is none, it is something else, or it cannot be read.
        ValueError: the path has a null byte or a lone surrogate.
    """
    signature = sign(path)
    try:
        data = _read(path)
    except OSError as error:
        tell_content(path, None, _failure(error), whole=whole)
        raise
    if _listener is not None:
        tell_content(path, signature, digest(data), whole=whole)
    return data


def open_text(path: str, encoding: str = "utf-8", errors: str = "strict") -> TextIO:
    """A text file that was read, its line ends made line feeds; errors as in `read`."""
    return io.TextIOWrapper(io.BytesIO(read(path)), encoding=encoding, errors=errors)


def tell(question: str, of: str, answer: Answer, signature: Signature | None = None) -> None:
    """Let the listener hear a question with its answer, as in `Listener.hear`."""
    if _listener is not None:
        _listener.hear(question, of, answer, signature)


def tell_content(path: str, signature: Signature | None, answer: bytes, *, whole: bool) -> None:
    """Let the listener hear of a content that is known otherwise; `signature` is from before it was read."""
    tell("content" if whole else "text", path, answer, signature)


def tell_part(path: str, part: str, answer: bytes) -> None:
    """Let the listener hear of a part of a content that was not read as a whole, as `syntax.parts` knows parts."""
    tell("part", f"{path}\0{part}", answer)


def is_heard() -> bool:
    """Whether there is a listener."""
    return _listener is not None


def announce(path: str) -> None:
    """Let the listener hear of the content of a file that is now going to be read in parts."""
    if _listener is not None and not _listener.has_heard(path):
        _listener.hear("content", path, *_content_signed(path))


def sign(path: str) -> Signature | None:
    """The signature of the file at `path`; None if there is none."""
    status = _status(path)
    if status is None:
        return None
    return Signature(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def digest(data: bytes) -> bytes:
    """What stands for the content `data`: 16 bytes."""
    return hashlib.blake2b(data, digest_size=16).digest()


# ---- variables


class Variables(Mapping[str, str]):
    """The environment variables of this process, but for those that are given."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given

    def __getitem__(self, name: str) -> str:
        if name in self._given:
            return self._given[name]
        answer = _ask("variable", name)
        if not isinstance(answer, bytes):
            raise KeyError(name)
        return os.fsdecode(answer)

    def __iter__(self) -> Iterator[str]:
        raise TypeError("variables are asked for by name: what else is set makes no difference")

    def __len__(self) -> int:
        raise TypeError("variables are asked for by name: what else is set makes no difference")


# ---- questions and answers


def _ask(question: str, of: str) -> Answer:
    answer = ANSWERS[question](of)
    tell(question, of, answer)
    return answer


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except (OSError, ValueError):
        return None


def _mode(path: str) -> int | None:
    status = _status(path)
    return None if status is None else status.st_mode


def _size(path: str) -> int | None:
    status = _status(path)
    return None if status is None else status.st_size


def _content_signed(path: str) -> Signed:
    signature = sign(path)
    try:
        return digest(_read(path)), signature
    except OSError as error:
        return _failure(error), None
    except ValueError:  # the path has a null byte or a lone surrogate
        return b"error", None


def _entries_signed(directory: str) -> Signed:
    signature = sign(directory)
    try:
        found = _entries(directory)
    except OSError as error:
        return error.errno, None
    return _digest_of_entries(found), signature if _is_signed(found) else None


def _is_signed(found: list[Entry]) -> bool:
    """Whether the signature of a directory with these entries tells when they change."""
    return os.name == "posix" and not any(entry.is_link for entry in found)


def _entries(directory: str) -> list[Entry]:
    with os.scandir(directory) as scan:
        return sorted((_entry(entry) for entry in scan), key=lambda entry: entry.name)


def _entry(entry: os.DirEntry[str]) -> Entry:
    try:
        is_directory, is_file = entry.is_dir(), entry.is_file()
    except OSError:  # a link that cannot be followed
        is_directory = is_file = False
    return Entry(entry.name, entry.path, is_directory, is_file, entry.is_symlink())


_COMPILED = "__pycache__"
"""What Python makes where it first runs a module: only an import of that very name sees whether it is there."""


def _digest_of_entries(found: list[Entry]) -> bytes:
    told = (
        f"{each.name}/{each.is_directory:d}{each.is_file:d}{each.is_link:d}"
        for each in found
        if each.name != _COMPILED
    )
    return digest("\0".join(told).encode("utf-8", "surrogatepass"))


def _failure(error: OSError) -> bytes:
    return f"error {error.errno}".encode()


def _read(path: str) -> bytes:
    status = os.stat(path)
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(
        status.st_mode
    ):  # to open a pipe may take for ever
        raise OSError(errno.EINVAL, "is not a regular file", path)
    with open(path, "rb") as file:
        return file.read()


ANSWERS: Mapping[str, Callable[[str], Answer]] = {
    "executable": lambda path: int(os.access(path, os.X_OK)),
    "link": lambda path: int(os.path.islink(path)),
    "mode": _mode,
    "real path": lambda path: os.fsencode(os.path.realpath(path)),
    "size": _size,
    "variable": lambda name: os.fsencode(os.environ[name]) if name in os.environ else None,
}
"""What answers each question, silently."""

SIGNED: Mapping[str, Callable[[str], Signed]] = {
    "content": _content_signed,
    "entries": _entries_signed,
    "text": _content_signed,
}
"""The same for questions whose answers a signature may vouch for; it is from before the answer was found."""

VOUCHED = frozenset({"mode", "size"} if os.name == "posix" else ())
"""Questions about what a signature covers, too: permissions change with `ctime`."""

QUESTIONS = (*ANSWERS, *SIGNED, "part")
"""`content` is that of files on which all depends, `text` that of files which are asked for facts and parts alone."""
