"""`watchfloor deliveries show | resend`: one message, printed in full or sent once more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alerts.cli.alone import serviced
from alerts.cli.common import config_option, json_option, print_json, rules_path, state_option, state_path
from alerts.cli.deliveries import line_of
from alerts.cli.ids import named
from alerts.cli.loading import config_in_force, load_config
from alerts.cli.orders import carry_out, listening
from alerts.cli.screen import show
from alerts.render.words import isolated
from alerts.run.delivery_record import describe_delivery
from alerts.run.delivery_text import message_of
from alerts.store import ids, outbox, resending
from alerts.store.opening import reading

if TYPE_CHECKING:
    from alerts.run.service import Service


@click.command(name="show")
@click.argument("identity", metavar="ID")
@config_option
@state_option
@json_option
def show_one(identity: str, path: Path | None, state_dir: Path | None, *, as_json: bool) -> None:
    """Print one message whole, as it was or would be written; of a digest every story."""
    rules = rules_path(path)
    config = config_in_force(rules, state_path(state_dir, rules))
    with reading(state_path(state_dir, rules)) as connection:
        delivery = outbox.find(connection, named(connection, identity, config.timezone, ids.MESSAGE))
        assert delivery is not None
        title, body = message_of(connection, config, delivery)
        row = describe_delivery(connection, delivery)
    if as_json:
        print_json({**row, "notes": delivery.notes, "handle": delivery.handle, "title": title, "body": body})
    else:
        show(line_of(row, config.timezone, datetime.now(UTC)), "")
        click.echo(f"{title}\n{body}")  # as it was sent: its last line is there to be copied


@click.command(name="resend")
@click.argument("identity", metavar="ID")
@config_option
@state_option
@json_option
def resend(identity: str, path: Path | None, state_dir: Path | None, *, as_json: bool) -> None:
    """Send a message once more, marked as a possible repeat: one that is dead, cancelled, unknown or sent."""
    rules = rules_path(path)
    state = state_path(state_dir, rules)
    # its errors are told before anything is done; the secrets only the process that runs alone needs
    load_config(rules, resolve_secrets=listening(state) is None)
    alone = partial(serviced, rules, state, lambda service, now: _resent(service, identity, now))
    done = carry_out(state, {"command": "resend", "id": identity}, alone)
    if as_json:
        print_json(done)
    else:
        show(f"{done['was']} goes again as {done['id']}", f"  {isolated(done['what'])}")


async def _resent(service: Service, identity: str, now: datetime) -> Mapping[str, Any]:
    """Return what the daemon's control socket would answer."""
    try:
        return await service.commands.resend(identity, now)
    except (resending.CannotResend, ids.UnknownId) as error:
        return {"error": str(error)}
