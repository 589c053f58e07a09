"""Draws packages and prints what the machine has wrong about them, each kind of mistake once, as small as it gets.

    python -m tests.oracle.drawn --examples 200 --feature calls --python 3.12 --seed 1

The comparison of `test_machine.py`, for people at work on the machine: it goes on after the first mistake.
"""

from __future__ import annotations

import argparse
import time

from tests.cpython import installed
from tests.oracle.pyodide import pyodides
from tests.oracle.survey import GROUPS, Survey, questions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--examples", type=int, default=100, help="packages for each feature")
    parser.add_argument("--feature", action="append", choices=list(GROUPS), help="default: everything")
    parser.add_argument(
        "--python", action="append", help="a version such as 3.12; default: all installed ones"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", type=int, default=5, help="stop after so many kinds of mistakes")
    parser.add_argument("--without", default="(?!)", help="pass over trees and kinds that match this pattern")
    arguments = parser.parse_args()
    names = {repr(cpython).split()[1]: cpython for cpython in (*installed(), *pyodides())}
    cpythons = tuple(names[name] for name in arguments.python or reversed(names))
    survey = Survey(arguments.kinds, arguments.without)
    start = time.monotonic()
    for group in arguments.feature or ["everything"]:
        survey.draw(questions(cpythons, group), arguments.examples, arguments.seed)
    for kind in survey.found:
        print(f"==== {survey.shown(kind)}\n")
    print(f"{survey} in {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
