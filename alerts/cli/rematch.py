"""`watchfloor rematch`: what the rules in force would have caught, sent as one digest."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from alerts.cli.alone import serviced
from alerts.cli.common import config_option, counted, rules_path, state_option, state_path
from alerts.cli.loading import load_config
from alerts.cli.orders import carry_out, listening
from alerts.cli.times import SINCE, Moment, beginning


@click.command(name="rematch")
@config_option
@state_option
@click.option(
    "--since",
    type=SINCE,
    default="24h",
    show_default=True,
    help="From when on in the stored archive: 24h, 03:00, yesterday.",
)
def command(path: Path | None, state_dir: Path | None, *, since: Moment) -> None:
    """Match the stored archive again and send what nobody was told as one digest for each receiver."""
    rules = rules_path(path)
    state = state_path(state_dir, rules)
    # its errors are told before anything is done; the secrets only the process that runs alone needs
    config = load_config(rules, resolve_secrets=listening(state) is None)
    now = datetime.now(UTC)
    length = now - beginning(since, now, config.timezone)
    alone = partial(serviced, rules, state, lambda service, now: service.commands.rematch(length, now))
    done = carry_out(state, {"command": "rematch", "seconds": length.total_seconds()}, alone)
    said = f"{counted(done['stories'], 'story')} that {'was' if done['stories'] == 1 else 'were'}"
    click.echo(f"{said} not told, in {counted(done['digests'], 'digest')}")
