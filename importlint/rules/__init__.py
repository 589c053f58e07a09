"""All rules: each family's file ends with its tuple, here they are put together, in the open."""

from importlint.rules import cycles, effects, files, main, packages, resolution
from importlint.rules.declaration import Rule

RULES: tuple[Rule, ...] = (
    *files.RULES,
    *resolution.RULES,
    *packages.RULES,
    *cycles.RULES,
    *main.RULES,
    *effects.RULES,
)
"""Every rule, sorted by code."""
