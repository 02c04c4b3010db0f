"""`watchfloor handover`: the report of a shift for the next one, as Markdown or JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from alerts.cli.common import config_option, json_option, print_json, rules_path, state_option, state_path
from alerts.cli.times import SINCE, Moment, beginning
from alerts.cli.wordless import wordless_in_force
from alerts.render.handover import markdown
from alerts.run.shift import read_shift
from alerts.run.shift_record import describe_shift
from alerts.store.opening import need_store


@click.command(name="handover")
@config_option
@state_option
@json_option
@click.option(
    "--since",
    type=SINCE,
    default="12h",
    show_default=True,
    help="The length of the shift, or its beginning: 12h, 18:00.",
)
def command(path: Path | None, state_dir: Path | None, *, as_json: bool, since: Moment) -> None:
    """Show the events told, who has taken notice, silences, failing sources, and what was not delivered."""
    rules = rules_path(path)
    state = state_path(state_dir, rules)
    desk = wordless_in_force(rules, state)
    now = datetime.now(UTC)
    begins = beginning(since, now, desk.timezone)
    need_store(state)
    shift = read_shift(state, begins, now, desk)
    if as_json:
        print_json(describe_shift(shift))
    else:
        click.echo(markdown(shift, desk.timezone))
