"""`watchfloor deliveries`: a list of messages and their states. `show` and `resend` are in delivery.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from alerts.cli.common import config_option, json_option, print_json, rules_path, state_option, state_path
from alerts.cli.lazy import LazyGroup, hand_down
from alerts.cli.screen import show
from alerts.cli.times import SINCE, Moment, beginning
from alerts.cli.zone import desk_zone
from alerts.delivery import DeliveryState
from alerts.render.words import isolated, time
from alerts.run.delivery_record import describe_delivery
from alerts.store import outbox, sendlog
from alerts.store.opening import reading

TO_GO = frozenset(outbox.WAITING)
STATES = click.Choice([state.value for state in DeliveryState])


SUBCOMMANDS = {
    "resend": ("alerts.cli.delivery:resend", "Send a message once more, marked as a possible repeat."),
    "show": ("alerts.cli.delivery:show_one", "Print one message whole, as it was or would be written."),
}


@click.group(name="deliveries", cls=LazyGroup, lazy=SUBCOMMANDS, invoke_without_command=True)
@config_option
@state_option
@click.option("--state", type=STATES, help="Only those in this state.")
@click.option("--receiver", help="Only those to this receiver.")
@click.option(
    "--since",
    type=SINCE,
    default="24h",
    show_default=True,
    help="Only those that changed since: 24h, 03:00, 'yesterday 18:00'.",
)
@json_option
@click.pass_context
def command(
    context: click.Context,
    path: Path | None,
    state_dir: Path | None,
    *,
    state: str | None,
    receiver: str | None,
    since: Moment,
    as_json: bool,
) -> None:
    """List deliveries: to whom, what, its state, the reason, the attempts, what the service said."""
    if context.invoked_subcommand:
        hand_down(context, path=path, state_dir=state_dir, as_json=as_json)
        return
    rules, now = rules_path(path), datetime.now(UTC)
    stored = state_path(state_dir, rules)
    zone = desk_zone(rules, stored)
    begins = beginning(since, now, zone)
    with reading(stored) as connection:
        wanted = DeliveryState(state) if state else None
        found = sendlog.listed(connection, begins, wanted, receiver)
        rows = [describe_delivery(connection, each) for each in found]
    if as_json:
        for row in rows:
            print_json(row)
    else:
        show(*([line_of(row, zone, now) for row in rows] or [_nothing(begins, zone, state, receiver)]))


def _nothing(since: datetime, zone: str, state: str | None, receiver: str | None) -> str:
    which = f" in state {state}" if state else ""
    whom = f" to {receiver}" if receiver else ""
    return f"no message{which}{whom} since {time(since, zone)}; --since 7d looks further back"


def line_of(row: Mapping[str, object], zone: str, now: datetime) -> str:
    """Return a delivery in a line."""
    # from the row that --json prints, so that both say the same
    tried = f", attempt {row['attempts']}" if isinstance(row["attempts"], int) and row["attempts"] > 1 else ""
    at = _time(row["sent"] or row["queued"], zone)
    waits = _waits(row, zone, now)
    said = f": {row['detail']}" if row["detail"] else ""
    return (
        f"{row['id']}  {row['state']}{waits}{tried}  {at}  {row['severity']} {row['kind']}  {row['target']}  "
        f"{isolated(_printable(str(row['what'])))}  {row['reason']}{_printable(said)}"
    )


def _waits(row: Mapping[str, object], zone: str, now: datetime) -> str:
    """Return why a message waits, and until when: one that is held, to be tried again, or to go later."""
    if row["state"] == DeliveryState.HELD.value:
        return f" ({row['held']}) until {_time(row['due'], zone)}"
    later = row["due"] and datetime.fromisoformat(str(row["due"])) > now
    return f", due {_time(row['due'], zone)}" if later and row["state"] in TO_GO else ""


def _time(iso: object, zone: str) -> str:
    return time(datetime.fromisoformat(str(iso)), zone)


def _printable(text: str) -> str:
    # headlines and answers of services: nothing in them may start a line or move the cursor of a terminal
    return "".join(each if each.isprintable() else " " for each in text)
