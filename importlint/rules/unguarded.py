"""Imports whose failure would go through: what rules about failing imports look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from importlint.graph.link import Link
from importlint.syntax.flow import catches

if TYPE_CHECKING:
    from importlint.project import Project


def unguarded_links(project: Project, error: str) -> Iterator[Link]:
    """Links of the given modules that surely run in their phase, and around which nothing catches `error`."""
    for link in project.given_links:
        here = link.circumstances
        if here.certain and not catches(here.caught, error):
            yield link
