"""`watchfloor rematch`: what the rules in force would have caught, sent as one digest."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from alerts.cli.common import DURATION, config_option, fail, load_config, rules_path, state_option, state_path
from alerts.run.control import ControlError, ask
from alerts.run.lock import AlreadyRunning, holder
from alerts.run.service import Service


@click.command(name="rematch")
@config_option
@state_option
@click.option("--since", type=DURATION, default="24h", show_default=True, help="How far back in the stored archive.")
def command(path: Path | None, state_dir: Path | None, *, since: timedelta) -> None:
    """Match the stored archive again and send what nobody was told as one digest for each receiver."""
    rules = rules_path(path)
    state = state_path(state_dir, rules)
    load_config(rules)
    try:
        if holder(state):
            done = ask(state, {"command": "rematch", "seconds": since.total_seconds()})
        else:
            done = asyncio.run(_alone(rules, state, since))
    except (ControlError, AlreadyRunning) as error:
        fail(str(error))
    click.echo(f"{done['stories']} stories that were not told, in {done['digests']} digests")


async def _alone(rules: Path, state: Path, since: timedelta) -> Mapping[str, Any]:
    """Do the daemon's work where none runs."""
    now = datetime.now(UTC)
    async with Service(rules, state, os.environ) as service:
        await service.start(now)
        done = await service.rematch(since, now)
        await service.send(now)
        return done
