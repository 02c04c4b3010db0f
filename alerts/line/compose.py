"""A delivery and its target -> the message to send: rendered, with notes on lateness and acknowledgement."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from alerts.alert import PINGS, Kind, Message, Reason, Target
from alerts.decide.edits import first_handle
from alerts.decide.lateness import why_late
from alerts.delivery import Delivery, DeliveryState
from alerts.render.form import form_of
from alerts.render.words import time
from alerts.rule import Config
from alerts.store import acks, decisions, digests, outbox, relays, targets, translations


def compose(connection: Connection, config: Config, target: Target, delivery: Delivery, now: datetime) -> Message:
    """Return the message for a delivery in the form of its target's service, with notes as of `now`.

    It is composed at each attempt, so that a message sent late says why, and who has acknowledged it meanwhile.
    """
    late = _notes(connection, config, delivery, now)
    acked = acks.ack_notes(connection, delivery.subject, config.timezone)
    delivery = replace(delivery, notes=(*delivery.notes, *late, *acked))
    form = form_of(target.schema)
    if delivery.kind is Kind.NOTICE:
        message = form.notice(delivery)
        return replace(message, body="\n".join([*delivery.notes, message.body]))
    if delivery.kind is Kind.DIGEST:
        listed = digests.digest_of(connection, delivery.subject, delivery.target)
        shown = translations.with_translations(connection, config.language, listed)
        return form.digest(delivery, shown, config.timezone)
    stored = decisions.load_alert(connection, delivery.subject, delivery.revision).heard_by(delivery.rules)
    [alert] = translations.with_translations(connection, config.language, [stored])
    board = f"{config.board.url}/stories/{alert.story}" if config.board.url else ""
    return _placed(connection, delivery, form.alert(delivery, replace(alert, board=board), config.timezone))


def _placed(connection: Connection, delivery: Delivery, message: Message) -> Message:
    """Return the message with the handle of the first on its story, which an edit replaces and an update follows."""
    if delivery.kind not in {Kind.EDIT, Kind.UPDATE}:
        return message
    handle = first_handle(outbox.on_subject(connection, delivery.subject, delivery.target))
    return replace(message, edits=handle) if delivery.kind is Kind.EDIT else replace(message, follows=handle)


def _notes(connection: Connection, config: Config, delivery: Delivery, now: datetime) -> tuple[str, ...]:
    late = why_late(delivery, targets.state_of_target(connection, delivery.target), now, config.timezone)
    if delivery.kind not in PINGS or not late:
        return late
    # a late ping also says who was told in time: its reader need not hurry to pass it on
    elsewhere = [
        f"Told {each.receiver} at {time(each.sent, config.timezone)}, as this receiver could not be reached."
        for each in relays.copies(connection, delivery)
        if each.reason is Reason.STANDBY and each.state is DeliveryState.SENT and each.sent
    ]
    return (*late, *elsewhere)
