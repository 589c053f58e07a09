"""Facts of a text, for tests that need some."""

from __future__ import annotations

import textwrap

from importlint.syntax.extract import extract
from importlint.syntax.facts import ModuleFacts
from importlint.syntax.flow import Situated, known_names, walk
from importlint.syntax.namespace import Namespace
from importlint.syntax.parse import ParsedModule, parse
from importlint.syntax.source import Source
from importlint.target import Target

LINUX = Target(version=(3, 12), platform="linux")


def facts_of(text: str) -> ModuleFacts:
    source = Source("module.py", textwrap.dedent(text))
    module = parse(source)
    assert isinstance(module, ParsedModule), module
    return extract(source, module)


def statements_of(text: str, target: Target = LINUX) -> tuple[Situated, ...]:
    facts = facts_of(text)
    return walk(facts, target, known_names(facts))


def namespace_of(text: str, target: Target = LINUX) -> Namespace:
    return Namespace(facts_of(text), statements_of(text, target))
