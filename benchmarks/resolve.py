"""How much finding costs beside parsing: `python -m benchmarks.resolve DIRECTORY [--environment PATH]`.

Resolves every absolute import below a directory, with cold listings, and parses the same files with `ast`.
Prints ratios, and how often a directory was listed: at most once.
"""

from __future__ import annotations

import argparse
import ast
import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from importlint.config import load_settings
from importlint.finder.resolve import resolve
from importlint.project import Project


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "directory", type=Path, help="the source root: sources with more than a thousand files"
    )
    parser.add_argument("--environment", help="the virtual environment or interpreter to search")
    options = parser.parse_args()
    texts = [path.read_bytes() for path in sorted(options.directory.rglob("*.py"))]
    started = time.perf_counter()
    trees = list(_parsed(texts))
    parsing = time.perf_counter() - started
    names = [name for tree in trees for name in _imports(tree)]
    with _CountedListings() as listings:
        started = time.perf_counter()
        found = _resolve(names, options.directory.resolve(), options.environment)
        finding = time.perf_counter() - started
    print(f"{len(trees)} files, {len(names)} imports of {len(set(names))} modules, {found} found")
    print(
        f"finding takes {finding / parsing:.3f} of the time of parsing ({finding:.3f} s to {parsing:.3f} s)"
    )
    print(f"{len(listings)} directories listed, the most often {max(listings.values(), default=0)} times")


def _parsed(texts: list[bytes]) -> Iterator[ast.Module]:
    for text in texts:
        try:
            yield ast.parse(text)
        except (SyntaxError, ValueError):  # test data
            continue


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names if alias.name != "*")


def _resolve(names: list[str], root: Path, environment: str | None) -> int:
    """Look every name up as often as it is imported; how many were found."""
    settings = load_settings(str(root), isolated=True, environment=environment, source_roots=[str(root)])
    project = Project(settings, (str(root),), str(root))
    path = (str(root), *project.environment.path)
    locate = project.package_paths.locate
    return sum(resolve(project.finder, name, path, locate).failure is None for name in names)


class _CountedListings:
    """Counts `os.scandir` by directory while the block runs."""

    def __enter__(self) -> Counter[str]:
        self._scandir = os.scandir
        counts: Counter[str] = Counter()

        def counted(path: str) -> object:
            counts[os.fspath(path)] += 1
            return self._scandir(path)

        os.scandir = counted  # type: ignore[assignment]
        return counts

    def __exit__(self, *error: object) -> None:
        os.scandir = self._scandir


if __name__ == "__main__":
    main()
