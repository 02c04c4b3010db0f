"""`watchfloor rematch`: what the rules in force would have caught, sent as one digest."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import click

from alerts.cli.alone import serviced
from alerts.cli.common import DURATION, config_option, load_config, rules_path, state_option, state_path
from alerts.cli.orders import carry_out, listening


@click.command(name="rematch")
@config_option
@state_option
@click.option("--since", type=DURATION, default="24h", show_default=True, help="How far back in the stored archive.")
def command(path: Path | None, state_dir: Path | None, *, since: timedelta) -> None:
    """Match the stored archive again and send what nobody was told as one digest for each receiver."""
    rules = rules_path(path)
    state = state_path(state_dir, rules)
    # its errors are told before anything is done; the secrets only the process that runs alone needs
    load_config(rules, resolve_secrets=listening(state) is None)
    alone = partial(serviced, rules, state, lambda service, now: service.rematch(since, now))
    done = carry_out(state, {"command": "rematch", "seconds": since.total_seconds()}, alone)
    click.echo(f"{done['stories']} stories that were not told, in {done['digests']} digests")
