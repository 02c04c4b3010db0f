"""SQL on what became of alerts: sent, told with another message, or waiting. Every function takes a connection.

A story is told where a message of it was sent, or one that it was folded into: `stories --told` and all pages go by it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, select

from alerts.alert import PINGS, Kind
from alerts.delivery import UNFINISHED, Carried, DeliveryState
from alerts.status import Status, together
from alerts.store.outbox import deliveries
from alerts.store.severities import Made
from crawler.store.asked import parts

TELLING = (*(kind.value for kind in PINGS), Kind.ESCALATION.value)  # an edit tells nobody by itself
_COLUMNS = tuple(
    deliveries.c[name]
    for name in (
        "id",
        "subject",
        "kind",
        "revision",
        "target",
        "receiver",
        "state",
        "due",
        "held",
        "sent",
        "carried_how",
        "carried_by",
    )
)


@dataclass(frozen=True, slots=True)
class _Message:
    """A message on an alert revision, and the one that it was folded into."""

    revision: int
    own: Row[Any]
    carrier: Row[Any] | None = None

    @property
    def status(self) -> Status:
        by = self.carrier if self.carrier is not None else self.own
        state = DeliveryState(by.state)
        digest = Kind(by.kind) is Kind.DIGEST or by.held == "digest"
        waits = state in UNFINISHED and by.sent is None
        joined = self.own.state == DeliveryState.FOLDED.value
        return Status(
            told=by.sent,
            joined=joined and by.sent is not None,
            due=by.due if waits else None,
            held="digest" if digest else by.held,
        )


def statuses_of(connection: Connection, stories: Collection[str]) -> dict[str, Status]:
    """Return of each story that has a message what became of it: told first when, and what still waits."""
    return {story: together(each.status for each in found) for story, found in _messages(connection, stories).items()}


def statuses_of_revisions(
    connection: Connection, revisions: Collection[tuple[str, int]]
) -> dict[tuple[str, int], Status]:
    """Return what became of each of these alert revisions, given as story and number, that has a message of its own."""
    wanted = set(revisions)
    found: dict[tuple[str, int], list[Status]] = {}
    for story, messages in _messages(connection, [story for story, _ in revisions]).items():
        for each in messages:
            if (story, each.revision) in wanted:
                found.setdefault((story, each.revision), []).append(each.status)
    return {revision: together(each) for revision, each in found.items()}


def statuses_of_messages(connection: Connection, stories: Collection[str]) -> dict[tuple[str, str, str], Status]:
    """Return what became of the messages on these stories, by story, kind and receiver."""
    found: dict[tuple[str, str, str], list[Status]] = {}
    for story, messages in _messages(connection, stories).items():
        for each in messages:
            found.setdefault((story, each.own.kind, each.own.receiver), []).append(each.status)
    return {name: together(each) for name, each in found.items()}


def sent_alone(made: Iterable[Made], statuses: Mapping[tuple[str, int], Status]) -> list[Made]:
    """Return the alerts of which a message of its own was sent: not those told with another, or that wait."""
    return [each for each in made if statuses.get((each.story, each.revision), Status()).name == "sent"]


def stories_sent_since(connection: Connection, since: datetime) -> tuple[str, ...]:
    """Return the stories of which a message, or one that they were folded into, was sent since then."""
    sent = connection.execute(
        select(*_COLUMNS)
        .where(deliveries.c.sent >= since, deliveries.c.kind.in_((*TELLING, Kind.DIGEST.value)))
        .order_by(deliveries.c.sent)
    ).all()
    digests = {(each.subject, each.target) for each in sent if each.kind == Kind.DIGEST.value}
    own = [each.subject for each in sent if each.kind != Kind.DIGEST.value]
    by_message = (
        each.subject
        for each in _folded(connection, Carried.MESSAGE, [each.id for each in sent if each.kind != Kind.DIGEST.value])
    )
    by_digest = (
        each.subject
        for each in _folded(connection, Carried.DIGEST, {subject for subject, _ in digests})
        if (each.carried_by, each.target) in digests
    )
    return tuple(dict.fromkeys([*own, *by_message, *by_digest]))


def _folded(connection: Connection, how: Carried, carriers: Iterable[str]) -> list[Row[Any]]:
    return [
        row
        for part in parts(dict.fromkeys(carriers))
        for row in connection.execute(
            select(*_COLUMNS).where(
                deliveries.c.carried_by.in_(part),
                deliveries.c.carried_how == how.value,
                deliveries.c.kind.in_(TELLING),
            )
        )
    ]


def _messages(connection: Connection, stories: Collection[str]) -> dict[str, list[_Message]]:
    """Return the messages on each of these stories, each with the one that it was folded into."""
    of_stories = _rows(connection, deliveries.c.subject, stories)
    own = [each for each in of_stories if each.kind in TELLING]
    by_id = {each.id: each for each in _rows(connection, deliveries.c.id, _carriers(own, Carried.MESSAGE))}
    by_name = {
        (each.subject, each.target): each
        for each in _rows(connection, deliveries.c.subject, _carriers(own, Carried.DIGEST))
        if each.kind == Kind.DIGEST.value
    }
    found: dict[str, list[_Message]] = {}
    for each in own:
        carrier = {
            Carried.MESSAGE.value: by_id.get(each.carried_by),
            Carried.DIGEST.value: by_name.get((each.carried_by, each.target)),
        }.get(each.carried_how)
        found.setdefault(each.subject, []).append(_Message(each.revision, each, carrier))
    return found


def _carriers(own: Iterable[Row[Any]], how: Carried) -> list[str]:
    return [each.carried_by for each in own if each.carried_how == how.value]


def _rows(connection: Connection, column: Column[str], values: Iterable[str]) -> list[Row[Any]]:
    return [
        row
        for part in parts(dict.fromkeys(values))
        for row in connection.execute(select(*_COLUMNS).where(column.in_(part)).order_by(deliveries.c.queued))
    ]
