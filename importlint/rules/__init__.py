"""All rules: each family's file ends with its tuple, here they are put together, in the open."""

from importlint.rules import (
    crashes,
    cycles,
    effect_only,
    effects,
    entry_points,
    files,
    fragile,
    guards,
    import_budget,
    imports_main,
    late,
    main,
    missing_main,
    packageless,
    packages,
    resolution,
    script_path,
    unguarded_work,
    workers,
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
    imports_main.RULES,
    script_path.RULES,
    unguarded_work.RULES,
    packageless.RULES,
    workers.RULES,
    guards.RULES,
    entry_points.RULES,
    missing_main.RULES,
    late.RULES,
    effects.RULES,
    effect_only.RULES,
    import_budget.RULES,
)

RULES: tuple[Rule, ...] = tuple(
    sorted((each for family in _FAMILIES for each in family), key=lambda each: each.code)
)
"""Every rule, sorted by code."""
