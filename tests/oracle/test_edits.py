"""Edits told from scripts, against the machine, which runs the edited package over a state of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from importlint.config import load_settings
from importlint.discovery import Module
from importlint.machine import changes
from importlint.machine.entries import Runs
from importlint.machine.trace import Failure
from importlint.machine.world import ProjectWorld
from importlint.project import Project
from importlint.syntax import facts as f
from importlint.syntax.uses import defined_names, uses
from tests.oracle.tangles import tangle

EXAMPLES = 1000 if os.environ.get("IMPORTLINT_WHOLE") == "1" else 40


def test_edits_agree_with_runs() -> None:
    """How entries fail with two imports exchanged, one moved to the end, or one taken out."""
    walked = failed = 0
    for seed in range(EXAMPLES):
        drawn = tangle(seed)
        with drawn.tree.written() as root:
            settings = load_settings(str(root), path=[], platform=sys.platform, source_roots=["."])
            project = Project(settings, ("pkg",), cwd=str(root))
            names = [module.name for module in project.given_modules]
            list(project.runs.outcomes(names))
            for module, facts in _edits(project):
                edited = project.runs.if_edited(module, facts)
                alone = Runs(ProjectWorld(project, {module.path: facts}))
                errors = list(edited.failures(names))
                walked += len(edited.walked)
                failed += sum(alone.trace(entry).error is not None for entry in edited.walked)
                in_order = sorted(names, key=lambda entry: entry not in edited.walked)
                expected = [error for entry in in_order if (error := alone.trace(entry).error)]
                assert [*map(_told, errors)] == [*map(_told, expected)], (seed, module.name, drawn.tree)
    assert walked > 5 * EXAMPLES
    assert failed > EXAMPLES // 2


def _told(failure: Failure) -> object:
    return failure, failure.chain, failure.certainty


def _edits(project: Project) -> Iterator[tuple[Module, f.ModuleFacts]]:
    for module in project.given_modules:
        facts = project.facts(module.path)
        assert isinstance(facts, f.ModuleFacts)
        imports = [each for each in facts.body if isinstance(each, f.Import | f.ImportFrom)]
        for upper, lower in zip(facts.body, facts.body[1:], strict=False):
            if upper in imports and lower in imports:
                yield module, changes.exchanged(facts, upper, lower)
        for each in imports:
            names = frozenset(defined_names(each))
            bodies = project.bodies(module.path)
            assert bodies is not None
            used = uses(facts, bodies, names, each, annotations_run=True)
            if used.at_import or used.functions or "*" in names:
                continue
            if each is not facts.body[-1]:
                yield module, changes.moved_below(facts, each, facts.body[-1])
            yield module, changes.taken_out(facts, each, names)
            if isinstance(each, f.ImportFrom) and len(each.names) > 1:
                yield module, changes.taken_out(facts, each, frozenset({each.names[0].binds}))
