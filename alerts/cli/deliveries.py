"""`watchfloor deliveries`: a list of messages and their states; `show` prints one in full, `resend` sends one again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection

from alerts.alert import Delivery, DeliveryState, Kind, Target
from alerts.cli.alone import serviced
from alerts.cli.common import (
    DURATION,
    config_option,
    fail,
    json_option,
    load_config,
    print_json,
    rules_path,
    state_option,
    state_path,
)
from alerts.cli.orders import carry_out, listening
from alerts.line.compose import compose
from alerts.render.sheet import digest_sheet
from alerts.render.text import digest_lines
from alerts.rule import Config
from alerts.run.service import Service
from alerts.store import digests, outbox, sendlog
from alerts.store.opening import reading

STATES = click.Choice([state.value for state in DeliveryState])
SUMMARY_WIDTH = 60  # characters of what a message tells, in the list


@click.group(name="deliveries", invoke_without_command=True)
@config_option
@state_option
@click.option("--state", type=STATES, help="Only those in this state.")
@click.option("--receiver", help="Only those to this receiver.")
@click.option("--since", type=DURATION, default="24h", show_default=True, help="Only those that changed since then.")
@json_option
@click.pass_context
def command(
    context: click.Context,
    path: Path | None,
    state_dir: Path | None,
    *,
    state: str | None,
    receiver: str | None,
    since: timedelta,
    as_json: bool,
) -> None:
    """List deliveries: to whom, what, its state, the reason, the attempts, what the service said."""
    if context.invoked_subcommand:  # `show` and `resend` take the options that stand before them
        context.obj = (path, state_dir)
        return
    with reading(state_path(state_dir, rules_path(path))) as connection:
        wanted = DeliveryState(state) if state else None
        found = sendlog.listed(connection, datetime.now(UTC) - since, wanted, receiver)
        rows = [_row(connection, each) for each in found]
    if as_json:
        for row in rows:
            print_json(row)
    else:
        click.echo("\n".join(map(_line, rows)) or "none")


def _row(connection: Connection, delivery: Delivery) -> dict[str, object]:
    return {
        "id": delivery.id,
        "queued": _iso(delivery.queued),
        "due": _iso(delivery.due),
        "sent": _iso(delivery.sent),
        "receiver": delivery.receiver,
        "target": delivery.target,
        "kind": delivery.kind.value,
        "severity": delivery.severity.word,
        "subject": delivery.subject,
        "revision": delivery.revision,
        "what": sendlog.summary_of(connection, delivery),
        "state": delivery.state.value,
        "reason": delivery.reason.value,
        "held": delivery.held,
        "attempts": delivery.attempts,
        "repeat": delivery.repeat,
        "detail": delivery.outcome,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else None


def _line(row: Mapping[str, object]) -> str:
    # from the row that --json prints, so that both say the same
    what = str(row["what"])
    shown = what if len(what) <= SUMMARY_WIDTH else f"{what[: SUMMARY_WIDTH - 1]}…"
    tried = f", attempt {row['attempts']}" if isinstance(row["attempts"], int) and row["attempts"] > 1 else ""
    waits = f" ({row['held']}) until {row['due']}" if row["state"] == DeliveryState.HELD.value else ""
    said = f": {row['detail']}" if row["detail"] else ""
    return (
        f"{row['id']}  {row['sent'] or row['queued']}  {row['target']}  {row['severity']} {row['kind']}  "
        f"{_printable(shown)}  {row['state']}{waits}{tried}, {row['reason']}{_printable(said)}"
    )


def _printable(text: str) -> str:
    # headlines and answers of services: nothing in them may start a line or move the cursor of a terminal
    return "".join(each if each.isprintable() else " " for each in text)


@command.command(name="show")
@click.argument("identity", metavar="ID")
@json_option
@click.pass_obj
def show(obj: tuple[Path | None, Path | None], identity: str, *, as_json: bool) -> None:
    """Print one message whole, as it was or would be written; of a digest every story."""
    path, state_dir = obj
    rules = rules_path(path)
    config = load_config(rules, resolve_secrets=False)
    with reading(state_path(state_dir, rules)) as connection:
        delivery = outbox.find(connection, identity)
        if delivery is None:
            fail(f"there is no delivery {identity}; watchfloor deliveries lists them")
        title, body = _message(connection, config, delivery)
        row = _row(connection, delivery)
    if as_json:
        print_json({**row, "notes": delivery.notes, "handle": delivery.handle, "title": title, "body": body})
    else:
        click.echo(f"{_line(row)}\n\n{title}\n{body}")


def _message(connection: Connection, config: Config, delivery: Delivery) -> tuple[str, str]:
    """Return title and body of a message as plain text. Slack and mail show the same in forms of their own.

    A digest lists all its stories here, also those that a message leaves out for its length.
    """
    # A target without URL and schema is rendered as plain text; nothing is sent, so no secret is needed.
    target = Target(delivery.target, delivery.receiver, "", "")
    # as of when it was sent: what it says of lateness and acknowledgements depends on that
    message = compose(connection, config, target, delivery, delivery.sent or datetime.now(UTC))
    if delivery.kind is not Kind.DIGEST:
        return message.title, message.body
    stories = digests.digest_of(connection, delivery.subject, delivery.target)
    whole = digest_sheet(delivery, stories, config.timezone, shown=len(stories))
    return message.title, digest_lines(whole)


@command.command(name="resend")
@click.argument("identity", metavar="ID")
@json_option
@click.pass_obj
def resend(obj: tuple[Path | None, Path | None], identity: str, *, as_json: bool) -> None:
    """Send a message once more, marked as a possible repeat: one that is dead, cancelled, unknown or sent."""
    path, state_dir = obj
    rules = rules_path(path)
    state = state_path(state_dir, rules)
    # its errors are told before anything is done; the secrets only the process that runs alone needs
    load_config(rules, resolve_secrets=listening(state) is None)
    alone = partial(serviced, rules, state, lambda service, now: _resent(service, identity, now))
    done = carry_out(state, {"command": "resend", "id": identity}, alone)
    if as_json:
        print_json(done)
    else:
        click.echo(f"{identity} goes again as {done['id']}")


async def _resent(service: Service, identity: str, now: datetime) -> Mapping[str, Any]:
    """Return what the daemon's control socket would answer."""
    try:
        return await service.resend(identity, now)
    except sendlog.CannotResend as error:
        return {"error": str(error)}
