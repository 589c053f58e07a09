"""IL5: what an import does besides importing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint.diagnostics import Finding, Severity, Step
from importlint.discovery import Module
from importlint.effects.kinds import Kind
from importlint.effects.reach import Happening
from importlint.rules.declaration import Rule, rule

if TYPE_CHECKING:
    from importlint.project import Project


def _effect_rule(code: str, name: str, summary: str, help_text: str, *, default: bool = True) -> Rule:
    """The rule that reports the effects of the kinds which have its code."""

    def check(project: Project) -> Iterator[Finding]:
        for module in project.importable_modules:
            found = (each for each in project.effects.of(module) if each.effect.kind.rule == code)
            for happening in _once_a_place(found):
                yield _finding(project, module, happening, help_text)

    return rule(code, name, Severity.WARNING, summary, default=default)(check)


def _once_a_place(happenings: Iterator[Happening]) -> Iterator[Happening]:
    """Of the effects that show at one place, the first."""
    seen = set()
    for happening in happenings:
        if happening.location not in seen:
            seen.add(happening.location)
            yield happening


def _finding(project: Project, module: Module, happening: Happening, help_text: str) -> Finding:
    effect = happening.effect
    steps = [Step(location, f"calls `{name}`") for name, location in happening.calls]
    if steps:
        steps.append(Step(effect.location, effect.words))
    return Finding(
        location=happening.location,
        module=module.name,
        message=f"importing `{module.name}` {happening.words}",
        label=_who(project, module),
        trace=tuple(steps),
        help=help_text,
        severity=Severity.ERROR if module.is_package and effect.kind is not Kind.REGISTRY else None,
        subjects=(effect.name,),
    )


def _who(project: Project, module: Module) -> str:
    """Who runs a module without having asked for it, and where that comes about first."""
    below = sum(name.startswith(module.name + ".") for name in project.graph.modules)
    label = f"runs on import of any of its {below} submodules" if module.is_package and below > 1 else ""
    outside = [
        edge for edge in project.graph.importers.get(module.name, ()) if not _is_inside(edge.importer, module)
    ]
    if outside:
        first = outside[0].location
        label = f"{label or 'runs on import'}; first through {first.path}:{first.span.line}"
    return label


def _is_inside(name: str, module: Module) -> bool:
    return f"{name}.".startswith(f"{module.name}.")


RULES = (
    _effect_rule(
        "IL501",
        "import-network",
        "Importing the module uses the network.",
        "connect when the connection is first used, or in a function that the program calls",
    ),
    _effect_rule(
        "IL502",
        "import-process",
        "Importing the module starts a process, a thread or an event loop.",
        "start it where the program starts, or when it is first used",
    ),
    _effect_rule(
        "IL503",
        "import-filesystem",
        "Importing the module changes the file system.",
        "make files and directories when they are first used",
    ),
    _effect_rule(
        "IL504",
        "import-monkeypatch",
        "Importing the module changes another module that is not the project's.",
        "call it where the program starts",
    ),
    _effect_rule(
        "IL505",
        "import-global-state",
        "Importing the module changes a state that the whole process shares.",
        "leave it to the program, which knows what else runs in the process",
    ),
    _effect_rule(
        "IL506",
        "import-sys-path",
        "Importing the module changes `sys.path`.",
        "install the package instead, or leave the path to the program that starts",
    ),
    _effect_rule(
        "IL507",
        "import-hook",
        "Importing the module changes how all modules are imported.",
        "install the hook where the program starts",
    ),
    _effect_rule(
        "IL508",
        "import-sys-modules",
        "Importing the module changes what another module's name stands for.",
        "give users the name that they are to import",
    ),
    _effect_rule(
        "IL509",
        "import-exit",
        "Importing the module ends the process, or reads its command line.",
        'move it below `if __name__ == "__main__":`, or into a function',
    ),
    _effect_rule(
        "IL510",
        "import-output",
        "Importing the module prints.",
        "log it, or leave it to the program",
    ),
    _effect_rule(
        "IL511",
        "import-blocking",
        "Importing the module waits.",
        "wait where the result is needed",
    ),
    _effect_rule(
        "IL512",
        "foreign-registry",
        "Importing the module adds to a registry that another module owns.",
        "let the owner name its parts, or offer a function that registers them",
        default=False,
    ),
)
