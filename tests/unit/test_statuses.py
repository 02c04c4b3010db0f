"""What became of alerts: told is what was sent alone, with another message or in a digest that went."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from alerts.alert import Kind, Reason, Severity
from alerts.delivery import Carried, Carrier, DeliveryState, NewDelivery
from alerts.render.words import status_words
from alerts.status import UNSENT, count
from alerts.store import digests, outbox
from alerts.store.statuses import statuses_of, statuses_of_messages, statuses_of_revisions, stories_sent_since
from tests.unit.desk import NOW

HOUR = timedelta(hours=1)
DIGEST = "floor@2026-06-14T04:00"


def put(connection: Connection, story: str, kind: Kind = Kind.ALERT, held: str = "", due: timedelta = HOUR) -> str:
    """Queue a message on a story; return its id."""
    new = NewDelivery(
        "floor#1", "floor", kind, Severity.PRIORITY, Reason.FIRST_ARTICLE, story, held=held, due=NOW + due
    )
    outbox.queue(connection, new, NOW)
    return outbox.on_subject(connection, story, "floor#1")[-1].id


def send(connection: Connection, delivery: str) -> None:
    outbox.record(connection, delivery, DeliveryState.SENT, NOW + HOUR)


def test_told_is_what_was_sent_alone_or_with_another(line: Connection) -> None:
    first = put(line, "alone")
    outbox.fold(line, put(line, "joined"), Carrier(Carried.MESSAGE, first), NOW)
    put(line, "quiet", held="quiet hours")
    put(line, "held", held="digest")
    outbox.record(line, put(line, "dead"), DeliveryState.DEAD, NOW)
    send(line, put(line, "edited", Kind.EDIT))
    assert stories_sent_since(line, NOW) == ()
    send(line, first)
    revisions = [(each, 1) for each in ("alone", "joined", "quiet", "held", "dead")]
    stories = [each for each, _ in revisions]
    assert {story: status_words(each, "UTC") for story, each in statuses_of(line, stories).items()} == {
        "alone": "told",
        "joined": "told with another message",
        "quiet": "held by quiet hours until 14 Jun 13:00 UTC",
        "held": "held for the digest of 14 Jun 13:00 UTC",
        "dead": "not sent",
    }
    assert stories_sent_since(line, NOW) == ("alone", "joined")
    assert stories_sent_since(line, NOW + 2 * HOUR) == ()
    assert statuses_of(line, ["edited"]).get("edited", UNSENT).told is None  # an edit tells nobody by itself
    counts = count(statuses_of_revisions(line, revisions), [*revisions, ("alone", 0)])
    assert counts == {"sent": 1, "joined": 2, "waiting": 2, "unsent": 1}
    assert statuses_of_messages(line, ["alone"])["alone", "alert", "floor"].name == "sent"


def test_what_a_digest_lists_is_told_once_that_was_sent(line: Connection) -> None:
    outbox.fold(line, put(line, "s1"), Carrier(Carried.DIGEST, DIGEST), NOW)
    digest = NewDelivery("floor#1", "floor", Kind.DIGEST, Severity.ROUTINE, Reason.SCHEDULED, DIGEST)
    digests.open_digest(line, digest, NOW)
    other = NewDelivery("mail#1", "mail", Kind.DIGEST, Severity.ROUTINE, Reason.SCHEDULED, DIGEST)
    digests.open_digest(line, other, NOW)
    send(line, outbox.on_subject(line, DIGEST, "mail#1")[0].id)  # of the same name, to another receiver
    assert status_words(statuses_of(line, ["s1"])["s1"], "UTC") == "held for the digest of 14 Jun 12:00 UTC"
    assert stories_sent_since(line, NOW) == ()
    send(line, outbox.on_subject(line, DIGEST, "floor#1")[0].id)
    put(line, "s1", Kind.UPDATE, held="thread", due=2 * HOUR)
    status = statuses_of(line, ["s1"])["s1"]
    assert status.name == "joined"
    assert status_words(status, "UTC") == (
        "told with another message; the next message held by thread until 14 Jun 14:00 UTC"
    )
    assert stories_sent_since(line, NOW) == ("s1",)
