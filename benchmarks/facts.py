"""How much reading facts costs beside parsing: `python -m benchmarks.facts DIRECTORY... [--repeat N] [--every N]`.

Every file below a directory is parsed with `ast`, and read to facts, in turn; of each file and step the
shortest processor time counts, so that a busy machine does not. Prints ratios, and how many files were parsed whole.
"""

from __future__ import annotations

import argparse
import ast
import gc
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from importlint.syntax.extract import extract_skeleton
from importlint.syntax.facts import ModuleFacts
from importlint.syntax.parse import parse_skeleton
from importlint.syntax.read import facts_of
from importlint.syntax.skim import skim
from importlint.syntax.source import Source, decode_source

T = TypeVar("T")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directories", type=Path, nargs="+", help="of sources, for each a line")
    parser.add_argument("--repeat", type=int, default=5, help="how often each file is read (5)")
    parser.add_argument("--every", type=int, default=1, help="read only every N-th file")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # those of the sources
    print(f"{'':>20}  files   lines   facts  decode    skim   parse extract  nothing to cut, parsed whole")
    for directory in options.directories:
        paths = sorted(directory.rglob("*.py"))[:: options.every]
        _report(directory.name, [path.read_bytes() for path in paths], options.repeat)


def _report(name: str, texts: list[bytes], repeat: int) -> None:
    spent, outcomes = Counter[str](), Counter[str]()
    lines = 0
    for text in texts:
        best: dict[str, float] = {}
        if not _measure(text, best):
            continue  # test data
        for _ in range(repeat - 1):
            _measure(text, best)
        spent.update(best)
        outcomes[_outcome(text)] += 1
        lines += text.count(b"\n")
    ratios = {step: seconds / spent["ast"] for step, seconds in spent.items()}
    steps = " ".join(f"{ratios[step]:7.3f}" for step in ("facts", "decode", "skim", "parse", "extract"))
    print(
        f"{name:>20} {sum(outcomes.values()):6} {lines:7} {steps}  {outcomes['nothing']}, {outcomes['whole']}",
        flush=True,
    )


def _measure(text: bytes, best: dict[str, float]) -> bool:
    """Take each step once; false if it is no Python."""

    def timed(step: str, function: Callable[[], T]) -> T:
        started = time.process_time()
        result = function()
        best[step] = min(best.get(step, 1e9), time.process_time() - started)
        return result

    try:
        timed("ast", lambda: ast.parse(text))
    except (SyntaxError, ValueError):
        return False
    if not isinstance(timed("facts", lambda: facts_of("", text)), ModuleFacts):
        return False
    gc.disable()  # as `facts_of` does
    source = timed("decode", lambda: decode_source("", text))
    assert isinstance(source, Source)
    skeleton = timed("skim", lambda: skim(source.text))
    tree = timed("parse", lambda: None if skeleton is None else parse_skeleton(skeleton))
    timed("extract", lambda: tree and skeleton and extract_skeleton(source, skeleton, tree))
    gc.enable()
    return True


def _outcome(text: bytes) -> str:
    source = decode_source("", text)
    assert isinstance(source, Source)
    skeleton = skim(source.text)
    if skeleton is None:
        return "nothing"
    tree = parse_skeleton(skeleton)
    return "skimmed" if tree and extract_skeleton(source, skeleton, tree) else "whole"


if __name__ == "__main__":
    main()
