"""SQL on digests and the alerts they list. Every function takes the connection of its commit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    Table,
    Text,
    case,
    func,
    select,
    update,
)
from sqlalchemy.exc import NoResultFound

from alerts.alert import Alert, Severity
from alerts.delivery import NewDelivery
from alerts.store import snapshot
from alerts.store.decisions import last_alert, metadata
from alerts.store.outbox import WAITING, deliveries, queue
from crawler.store.saving import save_once

digest_items = Table(
    "digest_items",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("target", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("content", Text, nullable=False),  # the alert as it was decided: a later revision does not change the list
)

LISTS_SOMETHING = (  # of a row of `deliveries` that is a digest
    select(digest_items.c.seq)
    .where(digest_items.c.subject == deliveries.c.subject, digest_items.c.target == deliveries.c.target)
    .exists()
)
DIGESTS_OF_A_WINDOW = 1_000  # a bound on the search for a free name; reaching it is an error


def add_digest_item(connection: Connection, subject: str, target: str, seq: int, alert: Alert) -> None:
    """Store an alert in the list of a digest at place `seq`; nothing happens if that place is taken."""
    values = {"subject": subject, "target": target, "seq": seq, "content": snapshot.dump(alert)}
    save_once(connection, digest_items, values)


def digest_of(connection: Connection, subject: str, target: str) -> list[Alert]:
    """Return the alerts a digest lists, in the order they were added."""
    found = (
        select(digest_items.c.content)
        .where(digest_items.c.subject == subject, digest_items.c.target == target)
        .order_by(digest_items.c.seq)
    )
    return [snapshot.load(row.content) for row in connection.execute(found)]


def last_listed(connection: Connection, story: str) -> Alert | None:
    """Return a story as a digest listed it last; None where none did. It goes through all lists."""
    named = digest_items.c.content.startswith(f'{{"story": "{story}"', autoescape=True)
    found = [snapshot.load(each) for each in connection.scalars(select(digest_items.c.content).where(named))]
    return max(found, key=lambda each: each.created, default=None)


def alert_told(connection: Connection, story: str) -> Alert:
    """Return a story's newest alert revision, or else what a digest listed of it last. Raises NoResultFound.

    A story that was too old to interrupt when it was found is listed without an alert revision of its own.
    """
    alert = last_alert(connection, story) or last_listed(connection, story)
    if alert is None:
        raise NoResultFound(f"nothing was told of {story}")
    return alert


def open_digest(connection: Connection, digest: NewDelivery, now: datetime) -> str:
    """Return the subject of the waiting digest of a window, which is queued where there is none.

    Once the digest `SUBJECT` of the window was tried, the next one is `SUBJECT.2`, and so on.
    """
    # A digest that was tried may have arrived as it was: what comes later goes into another one.
    for number in range(1, DIGESTS_OF_A_WINDOW):
        name = f"{digest.subject}.{number}" if number > 1 else digest.subject
        same = (deliveries.c.subject == name, deliveries.c.target == digest.target)
        row = connection.execute(select(deliveries.c.state, deliveries.c.attempts).where(*same)).first()
        if row is None:
            queue(connection, replace(digest, subject=name), now)
        if row is None or (row.state in WAITING and not row.attempts):
            return name
    raise ValueError(f"{digest.subject} has {DIGESTS_OF_A_WINDOW} digests")


def add_to_digest(connection: Connection, subject: str, target: str, listed: Sequence[Alert]) -> int:
    """Append alerts to a digest; return how many it lists then."""
    of_digest = (digest_items.c.subject == subject, digest_items.c.target == target)
    last = connection.scalar(select(func.max(digest_items.c.seq)).where(*of_digest)) or 0
    for number, alert in enumerate(listed, last + 1):
        add_digest_item(connection, subject, target, number, alert)
    return connection.scalar(select(func.count()).select_from(digest_items).where(*of_digest)) or 0


def describe(
    connection: Connection,
    subject: str,
    target: str,
    severity: Severity,
    words: Mapping[str, object],
    notes: Sequence[str] = (),
) -> None:
    """Set a digest's header fields (`words`) and notes where given, and raise its severity to the highest listed."""
    same = (deliveries.c.subject == subject, deliveries.c.target == target, deliveries.c.state.in_(WAITING))
    # in SQL, not read and written back: the digest may list more, and more severe, than this call adds
    higher = case((deliveries.c.severity < int(severity), int(severity)), else_=deliveries.c.severity)
    values: dict[str, object] = {"severity": higher}
    if words:
        values["payload"] = json.dumps(dict(words), ensure_ascii=False)
    if notes:
        values["notes"] = json.dumps(list(notes), ensure_ascii=False)
    connection.execute(update(deliveries).where(*same).values(**values))
