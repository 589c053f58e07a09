"""All rules: each family's file ends with its tuple, here they are put together, in the open."""

from importlint.rules import (
    crashes,
    cycles,
    effects,
    files,
    fragile,
    guards,
    main,
    packageless,
    packages,
    resolution,
)
from importlint.rules.declaration import Rule

_FAMILIES = (
    files.RULES,
    resolution.RULES,
    packages.RULES,
    crashes.RULES,
    fragile.RULES,
    cycles.RULES,
    main.RULES,
    packageless.RULES,
    guards.RULES,
    effects.RULES,
)

RULES: tuple[Rule, ...] = tuple(
    sorted((each for family in _FAMILIES for each in family), key=lambda each: each.code)
)
"""Every rule, sorted by code."""
