"""SQL on what became of alerts: sent, told with another message, or waiting. Every function takes a connection.

A story is told where a message of it was sent, or one that it was folded into: `stories --told` and all pages go by it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, select

from alerts.alert import PINGS, Kind, Severity
from alerts.delivery import UNFINISHED, Carried, DeliveryState
from alerts.status import Status, together
from alerts.store.digests import digest_of
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
        "severity",
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


def shown_at(connection: Connection, stories: Collection[str]) -> dict[str, list[tuple[int, datetime]]]:
    """Return of each story that was told the revisions of its messages, and when each was sent, in any receiver."""
    return {
        story: [(each.revision, at) for each in found if (at := each.status.told)]
        for story, found in _messages(connection, stories).items()
    }


def tellings_of(connection: Connection, stories: Collection[str]) -> dict[str, list[tuple[Severity, datetime]]]:
    """Return of each story that was told how grave it was each time, and when that was."""
    return {
        story: [(Severity(each.own.severity), at) for each in found if (at := each.status.told)]
        for story, found in _messages(connection, stories).items()
    }


def sent_alone(made: Iterable[Made], statuses: Mapping[tuple[str, int], Status]) -> list[Made]:
    """Return the alerts of which a message of its own was sent: not those told with another, or that wait."""
    return [each for each in made if statuses.get((each.story, each.revision), Status()).name == "sent"]


def told_since(connection: Connection, since: datetime) -> list[tuple[str, Row[Any]]]:
    """Return each story that was told since then with the message that told it, oldest first.

    That is its own, one that its own was folded into, or a digest that lists it. A message that tells several stories
    stands with each of them once, its own first.
    """
    sent = connection.execute(
        select(*_COLUMNS)
        .where(deliveries.c.sent >= since, deliveries.c.kind.in_((*TELLING, Kind.DIGEST.value)))
        .order_by(deliveries.c.sent)
    ).all()
    joined: dict[str, list[str]] = {}
    for row in _joined(connection, [each.id for each in sent if each.kind != Kind.DIGEST.value]):
        joined.setdefault(row.carried_by, []).append(row.subject)
    found: list[tuple[str, Row[Any]]] = []
    for each in sent:
        if each.kind == Kind.DIGEST.value:
            stories = [alert.story for alert in digest_of(connection, each.subject, each.target)]
        else:
            stories = [each.subject, *joined.get(each.id, ())]
        found += [(story, each) for story in dict.fromkeys(stories)]
    return found


def stories_sent_since(connection: Connection, since: datetime) -> tuple[str, ...]:
    """Return the stories that were told since then, the first told first."""
    return tuple(dict.fromkeys(story for story, _ in told_since(connection, since)))


def _joined(connection: Connection, carriers: Iterable[str]) -> list[Row[Any]]:
    """Return the messages that were folded into others, given by their ids."""
    return [
        row
        for part in parts(dict.fromkeys(carriers))
        for row in connection.execute(
            select(*_COLUMNS).where(
                deliveries.c.carried_by.in_(part),
                deliveries.c.carried_how == Carried.MESSAGE.value,
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
