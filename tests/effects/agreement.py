"""Whether importlint and CPython agree about a drawn package that acts when it is imported."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from importlint.config import load_settings
from importlint.project import Project
from tests.cpython import CPython
from tests.effects.claims import Statements, claims_of, judge
from tests.effects.drawn_acts import Drawn
from tests.effects.watching import Watcher

_MARK = re.compile(r"# act (\d+)$", re.MULTILINE)


def disagreements(package: Drawn, cpython: CPython, bytecode: Path) -> list[str]:
    """Claims that are not seen, and acts that must be told and are not; a line each, with the place's text."""
    with package.tree.written() as root:
        version = "{}.{}".format(*cpython.version)
        settings = load_settings(str(root), path=[], source_roots=["."], python_version=version)
        claims = claims_of(Project(settings, (".",), cwd=str(root)))
        written = {claim.name for claim in claims if claim.verb != "calls"}
        watcher = Watcher(cpython.executable, bytecode, [root])
        watched = watcher.watch("shop.main", path=[str(root)], attributes=written)
        if watched.problem:
            return [f"shop.main cannot be imported: {watched.problem}"]
        statements = Statements()
        main = str(root / "shop" / "main.py")
        act_at = {
            statements.first_line(main, line): number
            for line, number in _marks(package.tree.files["shop/main.py"])
        }
        verdicts = judge(claims, watched.observations, watched.reached, statements)
        told = {
            (act_at.get(statements.first_line(main, each.line)), each.kind)
            for each in claims
            if each.file == main
        }
        seen = {
            (act_at.get(statements.first_line(file, line)), each.kind)
            for each in watched.observations
            for file, line in each.places[:1]
            if file == main
        }

    def found() -> Iterator[str]:
        for verdict in verdicts:
            if not verdict.is_observed:
                claim = verdict.claim
                number = act_at.get(statements.first_line(claim.file, claim.line))
                yield f"{claim.kind.value} is claimed and not seen: {_shown(package, number)}"
        for number, act in enumerate(package.acts):
            kind = act.deed.kind
            if act.is_undone and (number, kind) in told:
                yield f"{kind.value} is told, and is taken back: {_shown(package, number)}"
            elif act.must and (number, kind.value) not in seen:
                yield f"{kind.value} does not happen: {_shown(package, number)}"
            elif act.must and (number, kind) not in told:
                yield f"{kind.value} is not told: {_shown(package, number)}"

    return list(found())


def _shown(package: Drawn, number: int | None) -> str:
    """The act alone, as a package would have it."""
    return str(number) if number is None else f"\n{Drawn((package.acts[number],)).tree}"


def _marks(text: str | bytes) -> Iterator[tuple[int, int]]:
    assert isinstance(text, str)
    for line, content in enumerate(text.splitlines(), 1):
        mark = _MARK.search(content)
        if mark is not None:
            yield line, int(mark.group(1))
