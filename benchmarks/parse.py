"""The floor: reads and parses all Python files below a directory with `ast`, and does nothing else.

`python benchmarks/parse.py DIRECTORY --jobs N`, with as many processes; it prints the number of files and lines.
"""

from __future__ import annotations

import argparse
import ast
import multiprocessing
import os
import warnings
from collections.abc import Sequence
from pathlib import Path


def main() -> None:
    """Parse and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    paths = sorted(str(path) for path in options.directory.rglob("*.py"))
    if options.jobs == 1:
        lines = parse(paths)
    else:
        with multiprocessing.Pool(options.jobs) as pool:
            lines = sum(pool.imap_unordered(parse, _chunks(paths, 8 * options.jobs), chunksize=1))
    print(f"{len(paths)} files, {lines} lines")


def parse(paths: Sequence[str]) -> int:
    """Parse the files and drop the trees; how many lines they have."""
    warnings.simplefilter("ignore")
    lines = 0
    for path in paths:
        data = Path(path).read_bytes()
        lines += data.count(b"\n")
        try:
            ast.parse(data)
        except (SyntaxError, ValueError):  # test data
            continue
    return lines


def _chunks(paths: Sequence[str], count: int) -> list[list[str]]:
    """The paths in `count` parts of about the same size in bytes, large files first."""
    sizes = sorted(((os.path.getsize(path), path) for path in paths), reverse=True)
    return [[path for _, path in sizes[first::count]] for first in range(count)]


if __name__ == "__main__":
    main()
