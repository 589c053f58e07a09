"""What importlint says of modules' imports beside what was seen of them: which claims are true, and what is untold."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum

from msgspec import Struct

from importlint.effects.kinds import Kind
from importlint.project import Project
from tests.effects.watching import Observation

SIGNS: Mapping[Kind, frozenset[str]] = {
    Kind.DATABASE: frozenset({"network", "database"}),
    Kind.MAIN_LOOP: frozenset({"blocking"}),
    Kind.NETWORK: frozenset({"network"}),
}
"""How kinds show that are seen as another one; the others show as what they are."""

COMES_WITH: Mapping[Kind, frozenset[str]] = {
    Kind.ENV_WRITE: frozenset({"env-read"}),
    Kind.FS_WRITE: frozenset({"fs-read"}),
    Kind.LOGGING_CONFIG: frozenset({"logger"}),
    Kind.NATIVE_LOAD: frozenset({"fs-read"}),
    Kind.PROCESS: frozenset({"env-read", "fs-read", "fs-write"}),
}
"""What else is seen of kinds, of which nobody has to be told beside them."""

OBSERVABLE = frozenset(Kind) - {
    Kind.CLIENT,
    Kind.COMMAND_LINE,
    Kind.DYNAMIC_CODE,
    Kind.DYNAMIC_IMPORT,
    Kind.FAILURE,
    Kind.FRAMEWORK_SETUP,
    Kind.LIBRARY_CONFIG,
    Kind.NONDETERMINISM,
    Kind.REGISTRY,
    Kind.WARNINGS_EMIT,
}
"""Kinds that a watcher sees. The others change objects of libraries, fail, or freeze a value; imports and code that
runs are everywhere, an empty command line is read without a sign, and most warnings that are given are not shown.
"""


class Claim(Struct, frozen=True, kw_only=True):
    """An effect of importing a module, as importlint says."""

    kind: Kind
    file: str
    line: int
    """Where the module does it, or begins to."""
    name: str
    verb: str
    words: str

    @property
    def signs(self) -> frozenset[str]:
        """The kinds of observations that show it."""
        return SIGNS.get(self.kind, frozenset({self.kind.value})) | {f"={self.name}"}

    @property
    def is_observable(self) -> bool:
        """Whether a watcher can see it: its kind, or the attribute that has another value."""
        if self.kind is Kind.ENV_READ:
            return self.name.startswith(("os.environ", "os.getenv"))
        if self.kind is Kind.TYPE_REGISTRY:
            return not self.name.startswith("zope.")
        is_setting = self.kind is Kind.LIBRARY_CONFIG and self.verb == "writes" and "()" not in self.name
        return self.kind in OBSERVABLE or is_setting


class Verdict(Struct, frozen=True, kw_only=True):
    """A claim, and whether it was put to the test."""

    claim: Claim
    is_reached: bool
    is_observed: bool


class Seen(Struct, frozen=True, order=True):
    """An observation at the statement that has the effect, once for each kind."""

    kind: str
    file: str
    line: int
    subject: str


def claims_of(project: Project) -> list[Claim]:
    """What importlint says of the modules that are there to be imported, below default severities, too."""
    return [
        Claim(
            kind=happening.effect.kind,
            file=module.path,
            line=happening.location.span.line,
            name=happening.effect.name,
            verb=happening.effect.verb,
            words=happening.words,
        )
        for module in project.importable_modules
        for happening in project.effects.of(module)
    ]


class Cause(str, Enum):
    """Why an effect may be untold, as far as its place tells."""

    CONDITION = "below a condition"
    """In a branch, a loop, a handler, or an operand that may not be reached."""
    CALL = "behind a call"
    OTHER = "plain"


_CONDITIONS = (ast.If, ast.For, ast.While, ast.ExceptHandler, ast.Match, ast.IfExp, ast.BoolOp)


class Statements:
    """Which statement a line of a file belongs to: a call may show at any line of its statement."""

    def __init__(self) -> None:
        self._files: dict[str, dict[int, ast.stmt]] = {}
        self._put_back: dict[str, frozenset[int]] = {}
        self._conditional: dict[str, frozenset[int]] = {}

    def first_line(self, file: str, line: int) -> int:
        """The first line of the innermost statement, or of its head, that has the line."""
        statement = self._at(file, line)
        return line if statement is None else _first_line(statement)

    def is_import(self, file: str, line: int) -> bool:
        """Whether the statement imports."""
        return isinstance(self._at(file, line), ast.Import | ast.ImportFrom)

    def is_put_back(self, file: str, line: int) -> bool:
        """Whether the statement is below a `with` that puts warning filters back, or that `with` itself."""
        self._at(file, line)
        return line in self._put_back[file]

    def sets(self, file: str, line: int, attribute: str) -> bool:
        """Whether the statement assigns to an attribute of that name."""
        statement = self._at(file, line)
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        return any(isinstance(each, ast.Attribute) and each.attr == attribute for each in targets)

    def cause(self, file: str, line: int) -> Cause:
        """What about its statement may be why an effect is not told."""
        statement = self._at(file, line)
        if line in self._conditional[file]:
            return Cause.CONDITION
        calls = statement is not None and any(isinstance(each, ast.Call) for each in ast.walk(statement))
        return Cause.CALL if calls else Cause.OTHER

    def _at(self, file: str, line: int) -> ast.stmt | None:
        if file not in self._files:
            try:
                with open(file, "rb") as source, warnings.catch_warnings():
                    warnings.simplefilter("ignore", SyntaxWarning)
                    module = ast.parse(source.read())
            except (OSError, SyntaxError):  # a template that is compiled under a name of its own
                module = ast.Module([], [])
            self._files[file] = _by_line(module)
            self._conditional[file] = frozenset(_conditional_lines(module))
            self._put_back[file] = frozenset(_lines_below_catch_warnings(module))
        return self._files[file].get(line)


def _by_line(module: ast.Module) -> dict[int, ast.stmt]:
    found: dict[int, ast.stmt] = {}
    for node in ast.walk(module):  # outer statements come before inner ones
        if isinstance(node, ast.stmt):
            lines = range(_first_line(node), (node.end_lineno or node.lineno) + 1)
            found.update(dict.fromkeys(lines, node))
    return found


def _conditional_lines(module: ast.Module) -> Iterator[int]:
    for node in ast.walk(module):
        if isinstance(node, _CONDITIONS):
            yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _lines_below_catch_warnings(module: ast.Module) -> Iterator[int]:
    for node in ast.walk(module):
        if isinstance(node, ast.With) and any("catch_warnings" in ast.unparse(each) for each in node.items):
            yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(each.lineno for each in decorators)])


def judge(
    claims: Iterable[Claim],
    observations: Sequence[Observation],
    reached: Mapping[str, Iterable[int]],
    statements: Statements,
) -> list[Verdict]:
    """Whether the line of each claim ran, and whether its effect was seen there.

    What an imported library does is seen at the innermost import, so claims about imports look further out. An
    assignment to an attribute is one whose line ran, whether or not the attribute has had that value before.
    """
    ran = {(file, statements.first_line(file, line)) for file, lines in reached.items() for line in lines}
    direct: set[tuple[str, int, str]] = set()
    around: set[tuple[str, int, str]] = set()
    for each in observations:
        places = [(file, statements.first_line(file, line), each.kind) for file, line in each.places]
        around.update(places)
        direct.add(places[0])
    verdicts = []
    for claim in claims:
        line = statements.first_line(claim.file, claim.line)
        seen = around if claim.verb == "imports" else direct
        is_reached = (claim.file, line) in ran
        is_set = is_reached and statements.sets(claim.file, line, claim.name.rpartition(".")[2])
        is_observed = is_set or any((claim.file, line, sign) in seen for sign in claim.signs)
        verdicts.append(Verdict(claim=claim, is_reached=is_reached, is_observed=is_observed))
    return verdicts


def own_effects(
    observations: Iterable[Observation], names: Mapping[str, str], statements: Statements
) -> list[Seen]:
    """What the modules in `names`, by their files, did themselves, each kind once for a statement.

    Left out is what a library does when it is imported, what an extension module changes (the state differs where a
    statement imports, and no other body does it), warning filters that are put back, and what `sys.modules` has
    of a module's own package.
    """
    found: dict[tuple[str, str, int], Seen] = {}
    for each in observations:
        file, line = each.places[0]
        if each.through or file not in names or each.kind.startswith("="):
            continue
        if each.kind == "sys-modules" and _top(each.subject) == _top(names[file]):
            continue
        if each.kind == Kind.WARNINGS_CONFIG.value and (
            statements.is_put_back(file, line) or not each.is_difference
        ):
            continue
        if each.is_difference and statements.is_import(file, line):
            continue
        line = statements.first_line(file, line)
        found.setdefault((each.kind, file, line), Seen(each.kind, file, line, each.subject))
    return sorted(found.values())


def untold(seen: Iterable[Seen], claims: Iterable[Claim], statements: Statements) -> list[Seen]:
    """The effects of which no claim at their statement tells."""
    told = {
        (sign, claim.file, statements.first_line(claim.file, claim.line))
        for claim in claims
        for sign in claim.signs | COMES_WITH.get(claim.kind, frozenset())
    }
    return [each for each in seen if (each.kind, each.file, each.line) not in told]


def _top(name: str) -> str:
    return name.partition(".")[0]
