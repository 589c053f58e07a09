"""All rules: each family's file ends with its tuple, here they are put together, in the open."""

from importlint.rules import crashes, cycles, effects, files, fragile, main, packages, resolution
from importlint.rules.declaration import Rule

RULES: tuple[Rule, ...] = (
    *files.RULES,
    *resolution.RULES,
    *packages.RULES,
    *crashes.RULES,
    *fragile.RULES,
    *cycles.RULES,
    *main.RULES,
    *effects.RULES,
)
"""Every rule, sorted by code."""
