"""List the rules, and which of them are on here."""

from __future__ import annotations

import argparse
from collections.abc import Collection

from importlint.cli.options import add_settings_arguments, settings_from
from importlint.cli.output import write_output
from importlint.rules.declaration import Rule


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `rules` understands."""
    add_settings_arguments(parser)
    parser.add_argument("--output-format", choices=("text", "json"), default="text", dest="listing_format")


def run(options: argparse.Namespace) -> int:
    """Print the rules."""
    from importlint.rules import RULES
    from importlint.selection import select_rules

    chosen = frozenset(rule.code for rule in select_rules(RULES, settings_from(options)).rules)
    listing = _as_json if options.listing_format == "json" else _as_text
    write_output(listing(RULES, chosen))
    return 0


def _as_text(rules: tuple[Rule, ...], chosen: Collection[str]) -> str:
    width = max((len(rule.name) for rule in rules), default=0)
    lines = []
    for rule in rules:
        on = "on" if rule.code in chosen else "off"
        lines.append(f"{rule.code}  {rule.name:{width}}  {rule.severity.value:7}  {on:3}  {rule.summary}\n")
    return "".join(lines)


def _as_json(rules: tuple[Rule, ...], chosen: Collection[str]) -> str:
    import json

    listed = [
        {
            "code": rule.code,
            "name": rule.name,
            "severity": rule.severity.value,
            "on": rule.code in chosen,
            "summary": rule.summary,
        }
        for rule in rules
    ]
    return json.dumps(listed, indent=2) + "\n"
