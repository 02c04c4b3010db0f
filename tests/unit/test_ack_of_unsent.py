"""An ack covers what somebody had been sent when it was given, and names what was not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from alerts.alert import Alert, Cause, Kind, Reason, Severity
from alerts.board import orders as board
from alerts.board.page import Query
from alerts.delivery import DeliveryState, NewDelivery
from alerts.line.orders import ORDERS
from alerts.store import acks, decisions, outbox
from crawler.store import articles as archive
from tests.unit.desk import NOW, article

MINUTE = timedelta(minutes=1)
CAUSES = (Cause("r", "R", "v", Severity.IMMEDIATE, ()),)


def queue(line: Connection, story: str, revision: int, reason: Reason, minutes: int, *, sent: bool) -> None:
    """Store an alert revision and the message that tells it, sent or waiting."""
    at = NOW + minutes * MINUTE
    if revision == 1:
        if story == "s1":
            line.execute(archive.threads.insert().values(id="t1", opened=at))
        line.execute(archive.stories.insert().values(id=story, thread="t1", opened=at, joined=at))
    made = Alert(story, "t1", revision, Severity.IMMEDIATE, at, article(f"{story} {revision}"), CAUSES)
    decisions.add_alert(line, made)
    kind = Kind.ALERT if revision == 1 else Kind.UPDATE
    new = NewDelivery("floor#1", "floor", kind, made.severity, reason, story, revision, thread="t1")
    outbox.queue(line, new, at)
    if sent:
        send(line, story, revision, at)


def send(line: Connection, story: str, revision: int, at: datetime) -> None:
    (found,) = (each for each in outbox.on_subject(line, story, "floor#1") if each.revision == revision)
    outbox.record(line, found.id, DeliveryState.SENT, at)


def ack(line: Connection, identity: str, minutes: int, **more: bool) -> Mapping[str, Any]:
    return ORDERS["ack"](line, {"id": identity, "by": "Noor", **more}, NOW + minutes * MINUTE)


def open_of(line: Connection) -> list[tuple[str, int]]:
    """Return the messages that nobody acknowledged."""
    found = acks.unacked(line, NOW, Severity.IMMEDIATE, ["floor#1"])
    return [(each.subject, each.revision) for each in found]


def test_another_attack_that_waits_is_not_covered_by_an_ack_of_its_story(line: Connection) -> None:
    queue(line, "s1", 1, Reason.FIRST_ARTICLE, 0, sent=True)
    queue(line, "s1", 2, Reason.ANOTHER, 5, sent=False)
    (done,) = ack(line, "s1", 6)["acks"]
    assert [(each["story"], each["title"], each["sent"]) for each in done["left"]] == [("s1", "s1 2", False)]
    send(line, "s1", 2, NOW + 7 * MINUTE)
    assert open_of(line) == [("s1", 2)]
    assert ack(line, "s1", 8)["acks"][0]["left"] == []
    assert open_of(line) == []


def test_news_that_adds_to_what_was_acknowledged_stays_covered_while_it_waits(line: Connection) -> None:
    queue(line, "s1", 1, Reason.FIRST_ARTICLE, 0, sent=True)
    queue(line, "s1", 2, Reason.DEVELOPMENT, 5, sent=False)
    assert ack(line, "s1", 6)["acks"][0]["left"] == []
    send(line, "s1", 2, NOW + 7 * MINUTE)
    assert open_of(line) == []


def test_who_acknowledges_on_the_board_has_read_what_waits(line: Connection) -> None:
    queue(line, "s1", 1, Reason.FIRST_ARTICLE, 0, sent=True)
    queue(line, "s1", 2, Reason.ANOTHER, 5, sent=False)
    asked = board.ACK.request({"story": "s1"}, Query({}), "Noor")
    (done,) = ORDERS["ack"](line, asked, NOW + 6 * MINUTE)["acks"]
    assert done["left"] == []
    send(line, "s1", 2, NOW + 7 * MINUTE)
    assert open_of(line) == []


def test_a_slip_is_taken_back_also_where_it_does_not_cover_what_waits(line: Connection) -> None:
    queue(line, "s1", 1, Reason.FIRST_ARTICLE, 0, sent=True)
    queue(line, "s1", 2, Reason.ANOTHER, 5, sent=False)
    ack(line, "s1", 6)
    assert ORDERS["ack-undo"](line, {"id": "s1", "by": "Noor"}, NOW + 7 * MINUTE)["acks"][0]["story"] == "s1"
    assert open_of(line) == [("s1", 1)]


def test_a_story_that_is_named_is_acknowledged_before_it_is_sent(line: Connection) -> None:
    queue(line, "s1", 1, Reason.FIRST_ARTICLE, 0, sent=False)
    assert ack(line, "s1", 1)["acks"][0]["left"] == []
    send(line, "s1", 1, NOW + 2 * MINUTE)
    assert open_of(line) == []


def test_what_was_sent_and_waits_to_be_sent_again_was_seen(line: Connection) -> None:
    queue(line, "s1", 1, Reason.FIRST_ARTICLE, 0, sent=True)
    queue(line, "s2", 1, Reason.FURTHER, 1, sent=False)
    again = outbox.deliveries.update().where(outbox.deliveries.c.subject == "s2")
    line.execute(again.values(reason=Reason.RESENT.value))
    (done,) = ack(line, "s1", 2)["acks"]
    assert (done["covers"], done["left"]) == (["s2"], [])
    assert [(each["story"], each["title"], each["sent"]) for each in done["covered"]] == [("s2", "s2 1", True)]
    send(line, "s2", 1, NOW + 5 * MINUTE)
    assert open_of(line) == []
