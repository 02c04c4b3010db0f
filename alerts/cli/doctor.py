"""`watchfloor doctor`: every part of the installation, how it is, and what to do where it is not well."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import click

from alerts.cli.common import (
    config_option,
    counted,
    json_option,
    print_json,
    rules_path,
    secrets_for,
    state_option,
    state_path,
)
from alerts.cli.screen import show
from alerts.decide.finding import Finding, Level, gravest
from alerts.run.doctor import examine


@click.command(name="doctor")
@config_option
@state_option
@json_option
@click.option("--thorough", is_flag=True, help="Read the whole store through for damage, whatever its size.")
def command(path: Path | None, state_dir: Path | None, *, as_json: bool, thorough: bool) -> None:
    """Check the store, the machine, the rules, receivers and sources; end with 0 ok, 1 a warning, 2 a fault.

    Nothing is changed and nothing is sent.
    """
    rules = rules_path(path)
    secrets = secrets_for(rules)
    hidden = f"{secrets.path} may not be read by this user" if secrets.unreadable else ""
    state = state_path(state_dir, rules)
    found = examine(rules, state, secrets.values, datetime.now(UTC), hidden=hidden, thorough=thorough)
    worst = gravest(found)
    if as_json:
        print_json({"level": worst.word, "findings": [each.as_dict() for each in found]})
    else:
        for each in found:
            show(f"{each.level.word:8} {each.name}: {each.words}" + (f" -> {each.remedy}" if each.remedy else ""))
    if worst:
        show(f"watchfloor: {_summary(found)}", err=True)
    sys.exit(int(worst))


def _summary(found: list[Finding]) -> str:
    counted_by = Counter(each.level for each in found)
    return ", ".join(counted(counted_by[each], each.word) for each in (Level.FAULT, Level.WARNING) if counted_by[each])
