"""Messages nobody acknowledged, receivers and now -> what goes on to whom, and when to ask for an ack again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.alert import Delivery, Kind, NewDelivery, Reason, Receiver, Severity
from alerts.render.words import time

ANSWERED_FROM = Severity.IMMEDIATE  # what is less urgent escalates to nobody
ASKED_FROM = Severity.ROUTINE  # a reaction on any message is an acknowledgement
ANSWERED_WITHIN = timedelta(hours=24)  # older messages are neither asked about nor escalated
PACE = (  # up to this age of a message, so often
    (timedelta(minutes=10), timedelta(seconds=15)),
    (timedelta(hours=1), timedelta(minutes=1)),
    (ANSWERED_WITHIN, timedelta(minutes=5)),
)


@dataclass(frozen=True, slots=True)
class Escalation:
    """A message to queue, whose note says to whom the alert was sent before, and `sent`, when that was."""

    message: NewDelivery
    sent: datetime


def escalations(
    unacked: Iterable[Delivery], receivers: Mapping[str, Receiver], now: datetime, timezone: str
) -> list[Escalation]:
    """Give what is to be escalated: what was sent to a receiver with `escalate` and nobody acknowledged in time.

    One for each alert revision and target, by the first message that went unanswered.
    """
    due: dict[tuple[str, int, str], Escalation] = {}
    for sent in unacked:
        for each in _escalated(sent, receivers, now, timezone):
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
    """Say whether `to` is where an escalation has come from: what went up the chain does not come down again."""
    if to == sent.receiver:
        return True
    return sent.kind is Kind.ESCALATION and sent.receiver in _chain(to, receivers)


def _chain(start: str, receivers: Mapping[str, Receiver]) -> list[str]:
    """Give the receivers that a message to `start` may be escalated to, in order."""
    chain = [start]
    while (receiver := receivers.get(chain[-1])) and receiver.escalate and receiver.escalate.to not in chain:
        chain.append(receiver.escalate.to)
    return chain[1:]


def ask_again(sent: datetime, asked: datetime | None, now: datetime) -> bool:
    """Say whether it is time to ask whether a message has been acknowledged: often at first, ever more seldom."""
    age = now - sent
    every = next((every for until, every in PACE if age < until), None)
    return every is not None and (asked is None or now - asked >= every)
