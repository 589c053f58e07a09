"""IL514: what importing a module may cost, as the settings say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from importlint.config import ImportBudget
from importlint.diagnostics import Finding, Location, Severity, Step
from importlint.discovery import Module
from importlint.errors import ConfigError, did_you_mean
from importlint.rules.declaration import rule
from importlint.sure_loads import SureLoad, sure_loads
from importlint.syntax.facts import Span

if TYPE_CHECKING:
    from importlint.project import Project

Loads = Mapping[str, SureLoad]

_SHOWN = 3
"""How many owners of modules, and how many imports, a finding names."""


@rule(
    "IL514",
    "import-budget",
    Severity.WARNING,
    "Importing a module runs more modules than its budget allows, or one that it excludes.",
    default=False,
)
def import_budget(project: Project) -> Iterator[Finding]:
    """The budgets that are exceeded by what surely runs: imports in functions and under conditions come on top."""
    for number, budget in enumerate(project.settings.import_budgets, 1):
        module = project.named.get(budget.module)
        if module is None:
            _check_name(project, budget, f"{project.settings.origin('import-budgets')}, table {number}")
            continue
        loads = sure_loads(project, module)
        count = sum(load.is_run for load in loads.values())
        if budget.at_most is not None and count > budget.at_most:
            yield _too_many(project, module, loads, count, budget.at_most)
        for name in budget.without:
            if name in loads:
                yield _excluded(project, module, loads, name)


def _check_name(project: Project, budget: ImportBudget, origin: str) -> None:
    """`ConfigError` if there is no such module; it may be one that is not checked this time."""
    examples = project.given_modules[:1]
    if any(project.resolve(budget.module, example).failure for example in examples):
        meant = did_you_mean(budget.module, project.named)
        raise ConfigError(f"{origin}: there is no module `{budget.module}`{meant}")


# ---- too many


def _too_many(project: Project, module: Module, loads: Loads, count: int, limit: int) -> Finding:
    shares = _shares(loads)
    owners = Counter(_owner(project, load) for load in loads.values() if load.is_run)
    named = [f"{number} of {owner}" for owner, number in _most(owners)]
    heaviest = [(loads[name], number) for name, number in _most(shares)]
    links = [(load.link, number) for load, number in heaviest if load.link]
    return Finding(
        location=links[0][0].location if links else Location(module.display, Span(1, 1, 1, 1)),
        module=module.name,
        message=f"`import {module.name}` runs at least {count} modules; {limit} are allowed",
        label=", ".join(named),
        trace=tuple(Step(link.location, f"runs {number} of them", link.text) for link, number in links),
        help="import what is heavy where it is used",
        subjects=(module.name,),
    )


def _most(counter: Counter[str]) -> list[tuple[str, int]]:
    """The names with the highest numbers, without those that have none."""
    return sorted((+counter).items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]


def _owner(project: Project, load: SureLoad) -> str:
    assert load.spec is not None
    if project.is_own(load.spec):
        return "the project"
    if load.spec.origin is None or project.is_library(load.spec.origin):
        return "the standard library"
    return f"`{load.spec.name.partition('.')[0]}`"


def _shares(loads: Loads) -> Counter[str]:
    """How many modules are run by each module that the import or its packages' load first."""
    roots = {name for name, load in loads.items() if load.link is None}
    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
    for name, load in loads.items():  # each comes after its importer
        if name not in roots:
            first[name] = name if load.importer in roots else first[load.importer]
            counts[first[name]] += load.is_run
    return counts


# ---- excluded


def _excluded(project: Project, module: Module, loads: Loads, name: str) -> Finding:
    chain = [name]
    while chain[-1] != module.name:
        chain.append(loads[chain[-1]].importer)
    chain.reverse()
    hops = [(each, link) for each in chain if (link := loads[each].link)]
    own = [link for _, link in hops if link.module.path in project.modules]
    return Finding(
        location=own[-1].location if own else Location(module.display, Span(1, 1, 1, 1)),
        module=module.name,
        message=f"`import {module.name}` loads `{name}`, which its budget excludes: {' -> '.join(chain)}",
        trace=tuple(Step(link.location, f"loads `{each}`", link.text) for each, link in hops),
        help="import it where it is used, or one of the modules on the way",
        subjects=(module.name, name),
    )


RULES = (import_budget,)
