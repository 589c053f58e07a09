"""Hold what importlint says of imports against what imports do: `python -m tests.effects.truth [DISTRIBUTION ...]`.

The releases in `requirements.txt` are installed on CPython 3.12 in `--environments DIR`, unless they are there. Each
module of a distribution that is there to be imported is imported first in a fresh process, without network and
display, unless it has run to its end in an earlier one and nothing is claimed of it.

Of each kind of effect: claims, those whose line ran, those of them whose effect was seen there; effects that were
seen, and those of them that importlint tells, if only below the severity of a rule. A statement has an effect once.

Not counted among what is seen:

- what the import system reads and writes: sources, bytecode, listings of directories; sources that are shown;
- what an extension module does when it is loaded: a difference in the state where a statement imports;
- what the body of a library of the standard library does while it is imported;
- what another distribution's body does: it is that one's effect;
- warning filters that are put back;
- imports, and code that is compiled or run, which are everywhere (namedtuples, dataclasses);
- entries of `sys.modules` below the top-level package of the module that makes them, and removals of modules whose
  import failed.
"""

from __future__ import annotations

import argparse
import ast
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import msgspec
from msgspec import Struct

from importlint.config import load_settings
from importlint.effects.kinds import Kind
from importlint.project import Project
from importlint.syntax.source import SourceProblem, read_data
from tests.cpython import installed
from tests.effects.claims import (
    Cause,
    Seen,
    Statements,
    Verdict,
    claims_of,
    judge,
    own_effects,
    untold,
)
from tests.effects.watching import Observation, Watcher
from tests.packages.environments import environments_in, keep_environment, site_packages

RELEASES = tuple(
    line
    for line in Path(__file__).with_name("requirements.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)
VERSION = (3, 12)


class Result(Struct, frozen=True, kw_only=True):
    """What was found in one distribution."""

    name: str
    lines: int
    modules: int
    imports: int
    """The processes that imported one of its modules."""
    failed: int
    """How many of these imports failed."""
    verdicts: tuple[Verdict, ...]
    seen: tuple[Seen, ...]
    untold: tuple[tuple[Seen, Cause], ...]
    seconds: float


def main() -> int:
    """Print the report; 0 if every claim that was put to the test is true."""
    options = _options()
    results: list[Result] = []
    with environments_in(options.environments) as kept:
        environment = make_environment(kept)
        bytecode = kept / "bytecode"
        job = partial(examine, environment=environment, bytecode=bytecode, claimed_only=options.claimed)
        with ProcessPoolExecutor(options.jobs) as pool:
            for result in pool.map(job, options.distributions):
                results.append(result)
                if options.save:
                    with options.save.open("ab") as file:
                        file.write(msgspec.json.encode(result) + b"\n")
                print("\n".join([row(result), *differences(result, site_packages(environment))]), flush=True)
    print("\n".join(["", *table(results)]))
    return 1 if any(is_false(each) for result in results for each in result.verdicts) else 0


def make_environment(kept: Path) -> Path:
    """The environment with all distributions, below `kept`."""
    (base,) = (cpython for cpython in installed() if cpython.version == VERSION)
    return keep_environment(kept, "effects", RELEASES, base.executable)


def names() -> list[str]:
    """The distributions, by their names in `requirements.txt`."""
    return [release.partition("==")[0] for release in RELEASES]


def examine(distribution: str, environment: Path, bytecode: Path, *, claimed_only: bool = False) -> Result:
    """Compare one distribution of an environment, or those of its modules of which a rule reports something."""
    start = time.monotonic()
    site = site_packages(environment)
    files = [str(site / file) for file in _files(distribution, site)]
    settings = load_settings(str(site), environment=str(environment), python_version="{}.{}".format(*VERSION))
    project = Project(settings, tuple(files), cwd=str(site))
    claims = claims_of(project)
    modules = sorted(project.importable_modules, key=lambda module: module.name)
    watcher = Watcher(str(environment / "bin" / "python"), bytecode, [site])
    claimed = {claim.file for claim in claims if claim.kind.rule or not claimed_only}
    attributes = {claim.name for claim in claims if claim.verb in ("writes", "deletes")}
    ended: set[str] = set()
    located: set[str] = set()
    reached: dict[str, set[int]] = {}
    observations: dict[Observation, None] = {}
    imports = failed = 0
    for module in modules:
        if module.path not in claimed and (claimed_only or module.path in ended):
            continue
        passed: set[str] = ended - claimed
        asked = attributes
        while True:
            watched = watcher.watch(module.name, passed=passed, attributes=asked)
            imports += 1
            failed += bool(watched.problem)
            observations.update(dict.fromkeys(watched.observations))
            for file, lines in watched.reached.items():
                reached.setdefault(file, set()).update(lines)
            ended |= watched.ended
            patched = {name for name in watched.patched if not _sets_itself(name, environment)} - located
            located |= patched
            if not patched:
                break
            passed, asked = set(), attributes | patched
    statements = Statements()
    everything = [*observations, *(_as_patch(each) for each in observations if each.kind[1:] in located)]
    seen = own_effects(everything, {module.path: module.name for module in modules}, statements)
    return Result(
        name=distribution,
        lines=sum(_lines(module.path) for module in modules),
        modules=len(modules),
        imports=imports,
        failed=failed,
        verdicts=tuple(judge(claims, everything, reached, statements)),
        seen=tuple(seen),
        untold=tuple(
            (each, statements.cause(each.file, each.line)) for each in untold(seen, claims, statements)
        ),
        seconds=time.monotonic() - start,
    )


def _files(distribution: str, site: Path) -> Iterator[str]:
    """The Python files that a distribution has installed, below its site directory."""
    wanted = distribution.lower().replace("-", "_").replace(".", "_")
    for record in sorted(site.glob("*.dist-info/RECORD")):
        name = record.parent.name.partition("-")[0]
        if name.lower().replace("-", "_").replace(".", "_") == wanted:
            for line in record.read_text(encoding="utf-8").splitlines():
                file = line.partition(",")[0]
                if file.endswith(".py") and not file.startswith(".."):
                    yield file


def _sets_itself(name: str, environment: Path) -> bool:
    """Whether a library sets an attribute of its own when it is used: a global name of one of its functions."""
    module, _, attribute = name.rpartition(".")
    library = Path(os.path.realpath(environment / "bin" / "python")).parents[1] / "lib"
    below = library / "python{}.{}".format(*VERSION) / module.replace(".", "/")
    for source in (below.with_suffix(".py"), below / "__init__.py"):
        if source.is_file():
            nodes = ast.walk(ast.parse(source.read_bytes()))
            return any(isinstance(node, ast.Global) and attribute in node.names for node in nodes)
    return False


def _lines(path: str) -> int:
    data = read_data(path)
    return 0 if isinstance(data, SourceProblem) else data.count(b"\n")


def _as_patch(observation: Observation) -> Observation:
    return msgspec.structs.replace(observation, kind=Kind.MONKEYPATCH.value, subject=observation.kind[1:])


# ---- the report


def is_tested(verdict: Verdict) -> bool:
    """Whether a claim was put to the test."""
    return verdict.is_reached and verdict.claim.is_observable


def is_false(verdict: Verdict) -> bool:
    """Whether a rule reports what was not seen although its line ran."""
    return is_tested(verdict) and not verdict.is_observed and verdict.claim.kind.rule is not None


def row(result: Result) -> str:
    """A distribution in one line."""
    tested = [each for each in result.verdicts if is_tested(each)]
    return (
        f"{result.name:32}{result.modules:6} modules{result.lines:8} lines{result.imports:5} imports"
        f"{result.failed:4} failed{len(result.verdicts):5} claims{len(tested):5} ran"
        f"{sum(each.is_observed for each in tested):5} seen{len(result.seen):6} effects"
        f"{len(result.untold):5} untold{result.seconds:7.0f} s"
    )


def table(results: Sequence[Result]) -> Iterator[str]:
    """Precision and recall of each kind."""
    verdicts = [each for result in results for each in result.verdicts]
    seen = Counter(each.kind for result in results for each in result.seen)
    missed = Counter(each.kind for result in results for each, _ in result.untold)
    yield f"{'':20}{'rule':>6}{'claims':>8}{'ran':>6}{'seen':>6}{'precision':>11}{'effects':>9}{'told':>6}{'recall':>9}"
    for kind in Kind:
        own = [each for each in verdicts if each.claim.kind is kind]
        count = seen[kind.value]
        if own or count:
            told = count - missed[kind.value]
            yield (
                f"{kind.value:20}{kind.rule or '':>6}{_precision(own)}"
                f"{count or '':>9}{told if count else '':>6}{_share(told, count):>9}"
            )
    reported = [each for each in verdicts if each.claim.kind.rule and each.claim.kind is not Kind.REGISTRY]
    yield f"{'reported by default':26}{_precision(reported)}"
    yield f"{'all':26}{_precision(verdicts)}{seen.total():9}{seen.total() - missed.total():6}"
    ruled = {kind.value for kind in Kind if kind.rule}
    causes = Counter(cause for result in results for each, cause in result.untold if each.kind in ruled)
    yield "untold, of kinds that have a rule: " + ", ".join(f"{causes[each]} {each.value}" for each in Cause)
    yield f"{len(results)} distributions, {sum(result.lines for result in results)} lines"


def _precision(verdicts: Sequence[Verdict]) -> str:
    tested = [each for each in verdicts if is_tested(each)]
    observed = sum(each.is_observed for each in tested)
    return f"{len(verdicts):8}{len(tested):6}{observed:6}{_share(observed, len(tested)):>11}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


def differences(result: Result, site: Path) -> Iterator[str]:
    """Claims that were not seen, and effects that are not told."""
    for verdict in result.verdicts:
        claim = verdict.claim
        if is_tested(verdict) and not verdict.is_observed:
            yield f"  not seen  {claim.kind.value:18} {_short(claim.file, site)}:{claim.line} {claim.words}"
    for each, cause in result.untold:
        yield f"  untold    {each.kind:18} {_short(each.file, site)}:{each.line} {each.subject} {cause.value}"


def _short(file: str, site: Path) -> str:
    return os.path.relpath(file, site)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.effects.truth",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("distributions", nargs="*", metavar="DISTRIBUTION", help="(default: all)")
    parser.add_argument("--environments", type=Path, metavar="DIR", help="(default: a temporary directory)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--claimed", action="store_true", help="import only what a rule reports (precision alone, soon done)"
    )
    parser.add_argument("--save", type=Path, metavar="FILE", help="append the results as JSON, a line each")
    options = parser.parse_args()
    unknown = set(options.distributions) - set(names())
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))}: not in requirements.txt")
    options.distributions = options.distributions or names()
    return options


if __name__ == "__main__":
    sys.exit(main())
