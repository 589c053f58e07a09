"""All rules: each family's file ends with its tuple, here they are put together, in the open."""

from importlint.rules.declaration import Rule

RULES: tuple[Rule, ...] = ()
"""Every rule, sorted by code."""
