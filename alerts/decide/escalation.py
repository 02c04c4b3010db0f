"""Decide which unacknowledged messages go on to whom, and how often to ask for acknowledgements. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.alert import Kind, Reason, Receiver, Severity
from alerts.delivery import Delivery, NewDelivery
from alerts.render.words import time

ANSWERED_FROM = Severity.IMMEDIATE  # what is less urgent escalates to nobody
ASKED_FROM = Severity.ROUTINE  # a reaction on any message is an acknowledgement
ANSWERED_WITHIN = timedelta(hours=24)  # older messages are neither asked about nor escalated
ASK_EVERY = (  # up to this age of a message, so often
    (timedelta(minutes=10), timedelta(seconds=15)),
    (timedelta(hours=1), timedelta(minutes=1)),
    (ANSWERED_WITHIN, timedelta(minutes=5)),
)


@dataclass(frozen=True, slots=True)
class Escalation:
    """A message to queue, whose note names the first receiver, and `sent`: when that one got the alert."""

    message: NewDelivery
    sent: datetime


def escalations(
    unacked: Iterable[Delivery], receivers: Mapping[str, Receiver], now: datetime, timezone: str
) -> list[Escalation]:
    """Return the escalations due: sent to a receiver with `escalate`, and not acknowledged in time.

    There is one for each alert revision and target, caused by the first message that went unanswered.
    """
    due: dict[tuple[str, int, str], Escalation] = {}
    for sent in unacked:
        for each in _escalated(sent, receivers, now, timezone):
            # several unanswered messages of one alert revision escalate once
            due.setdefault((each.message.subject, each.message.revision, each.message.target), each)
    return list(due.values())


def _escalated(sent: Delivery, receivers: Mapping[str, Receiver], now: datetime, timezone: str) -> list[Escalation]:
    first = receivers.get(sent.receiver)
    escalate = first.escalate if first else None
    if escalate is None or sent.sent is None or sent.severity < ANSWERED_FROM:
        return []
    if not escalate.after <= now - sent.sent <= ANSWERED_WITHIN or _closes_a_loop(sent, escalate.to, receivers):
        return []
    minutes = round(escalate.after.total_seconds() / 60)
    note = (
        f"Sent to {sent.receiver} at {time(sent.sent, timezone)}; "
        f"nobody acknowledged it within {minutes} minute{'s' * (minutes != 1)}."
    )
    targets = receivers[escalate.to].targets if escalate.to in receivers else ()
    return [
        Escalation(
            NewDelivery(
                each.id,
                escalate.to,
                Kind.ESCALATION,
                sent.severity,
                Reason.ESCALATED,
                sent.subject,
                sent.revision,
                sent.rules,
                thread=sent.thread,
                notes=(note,),
            ),
            sent.sent,
        )
        for each in targets
    ]


def _closes_a_loop(sent: Delivery, to: str, receivers: Mapping[str, Receiver]) -> bool:
    """Return whether escalating to `to` would go back along the chain the escalation came by."""
    if to == sent.receiver:
        return True
    return sent.kind is Kind.ESCALATION and sent.receiver in _chain(to, receivers)


def _chain(start: str, receivers: Mapping[str, Receiver]) -> list[str]:
    """Return the receivers to which a message to `start` may be escalated, in order."""
    chain = [start]
    while (receiver := receivers.get(chain[-1])) and receiver.escalate and receiver.escalate.to not in chain:
        chain.append(receiver.escalate.to)
    return chain[1:]


def ask_again(sent: datetime, asked: datetime | None, now: datetime) -> bool:
    """Return whether it is time to ask again whether a message was acknowledged: ASK_EVERY slows down with its age."""
    age = now - sent
    every = next((every for until, every in ASK_EVERY if age < until), None)
    return every is not None and (asked is None or now - asked >= every)
