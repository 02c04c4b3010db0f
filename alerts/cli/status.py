"""`watchfloor status`: the ledger, sources, targets, what waits and the last reload. It only reads the store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from alerts.cli.common import config_option, json_option, print_json, rules_path, state_option, state_path
from alerts.cli.screen import show
from alerts.cli.zone import desk_zone
from alerts.run.status_report import lines_of, report_of


@click.command(name="status")
@config_option
@state_option
@json_option
def command(path: Path | None, state_dir: Path | None, *, as_json: bool) -> None:
    """Show the books, the sources by state, what waits to be sent, and the last reload of the rules."""
    rules = rules_path(path)
    state = state_path(state_dir, rules)
    now = datetime.now(UTC)
    zone = desk_zone(rules, state)
    report = report_of(state, rules, now, zone)
    if as_json:
        print_json(report)
    else:
        show(*lines_of(report, now, zone))
