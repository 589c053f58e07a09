"""A tree of files: from a literal or a strategy, to a directory, and to what a page of the rulebook would show."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


class Tree:
    """Files by path, `/` separated; a path that ends in `/` is a directory, which its files imply."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        self.files = dict(files)

    def write(self, root: Path) -> Path:
        """Write the files below `root`; the same path again."""
        for path, content in self.files.items():
            target = root / path
            if path.endswith("/"):
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)
        return root

    @contextmanager
    def written(self) -> Iterator[Path]:
        """A directory that has the files for as long as the block runs."""
        with tempfile.TemporaryDirectory(prefix="tree-") as directory:
            yield self.write(Path(directory).resolve())

    def __str__(self) -> str:
        return "".join(
            f'```{_language(path)} title="{path}"\n{_shown(content)}```\n'
            for path, content in sorted(self.files.items())
        )

    __repr__ = __str__


def _language(path: str) -> str:
    return {".py": "python", ".toml": "toml"}.get(Path(path).suffix, "text")


def _shown(content: str | bytes) -> str:
    """The content with a line end; bytes that are not UTF-8 are escaped, which no page can show."""
    text = content if isinstance(content, str) else content.decode("utf-8", "backslashreplace")
    return text if not text or text.endswith("\n") else text + "\n"
