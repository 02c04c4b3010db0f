"""A decision on a story -> a delivery: queued, or merged into a message that waits for the same target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from alerts.alert import PINGS, Alert, Kind, Reason, Receiver, Severity
from alerts.decide.carried import released
from alerts.decide.pacing import grown, slot_after, takes_in, window_name
from alerts.decision import Decision
from alerts.delivery import Carried, Carrier, Delivery, NewDelivery
from alerts.store import decisions, digests, outbox, withheld

Waiting = Mapping[str, Sequence[Delivery]]  # by target: what waits on one story and was never tried


def waiting_on(connection: Connection, story: str, targets: Sequence[str]) -> Waiting:
    """Return by target the deliveries on a story that wait and of which no attempt was made."""
    return {target: outbox.untried(connection, story, target) for target in targets}


def without_pause(made: Decision, waiting: Waiting) -> Decision:
    """Return a decision without its due time if the story's first alert is still unsent: it merges into that alert.

    A due time paces pings that follow one another, and no ping was sent yet.
    """
    unsent = made.queue and any(each.kind is Kind.ALERT for each in waiting[made.target])
    return replace(made, due=None) if unsent else made


def untold_with(connection: Connection, made: Decision, waiting: Waiting) -> tuple[str, ...]:
    """Return the changes of the update that waits for the target of a decision and would take it in; () for none."""
    if made.kind not in PINGS:
        return ()
    update = next((each for each in waiting[made.target] if each.kind is Kind.UPDATE), None)
    return decisions.load_alert(connection, update.subject, update.revision).changes if update else ()


def queue_decision(
    connection: Connection,
    made: Decision,
    alert: Alert,
    now: datetime,
    waiting: Waiting,
    timezone: str,
    *,
    repeat: bool = False,
) -> None:
    """Queue an alert revision for a target, or merge it into a waiting message on the same story.

    `repeat` marks it as one that may have been told before the store was restored. The message also says what silences
    withheld from the target since it was last told.
    """
    notes = withheld.take_withheld(connection, made.target, now, timezone) if made.kind in PINGS else ()
    taken = next((each for each in waiting[made.target] if takes_in(each, made.kind)), None)
    if taken and taken.kind is not Kind.EDIT:
        _merge(connection, taken, made, alert, now, notes)
        return
    if taken:  # a newer edit or ping says all that the waiting edit says
        outbox.fold(connection, taken.id, Carrier(Carried.ALERT, str(alert.revision)), now)
    outbox.queue(connection, replace(_delivery(made, alert), notes=notes, repeat=repeat), now)


def _merge(
    connection: Connection, taken: Delivery, made: Decision, alert: Alert, now: datetime, notes: tuple[str, ...]
) -> None:
    """Change a waiting ping to tell a newer alert revision, and store the decision as folded into it.

    A new delivery instead would begin to wait anew: with a reprint each minute none would ever go (decision 87).
    """
    told = released(grown(taken, made, alert.revision, now), alert, now)
    outbox.save_grown(connection, replace(told, notes=(*told.notes, *notes)), now)
    # the grown message has the unique key (story, kind, revision, target), so a part of its own kind needs another
    kind = Kind.EDIT if made.kind is taken.kind else made.kind
    part = replace(_delivery(made, alert), kind=kind, due=None)
    outbox.add_folded(connection, part, Carrier(Carried.MESSAGE, taken.id), now)


def _delivery(made: Decision, alert: Alert) -> NewDelivery:
    return NewDelivery(
        made.target,
        made.receiver,
        made.kind,
        made.severity,
        made.reason,
        alert.story,
        alert.revision,
        made.rules,
        made.due,
        made.held,
        alert.thread,
    )


def add_stale(connection: Connection, made: Decision, alert: Alert, receiver: Receiver, now: datetime) -> None:
    """List an alert that is too old to interrupt in the target's digest of its rule, due at the next digest time."""
    end = slot_after(receiver, now)
    subject = f"{receiver.name}@{window_name(end)}/{made.rules[0]}"
    digest = NewDelivery(made.target, receiver.name, Kind.DIGEST, Severity.ROUTINE, Reason.STALE, subject, due=end)
    opened = digests.open_digest(connection, digest, now)
    digests.add_to_digest(connection, opened, made.target, [alert.heard_by(made.rules)])
