"""What became of alerts: told is what was sent alone, with another message or in a digest that went."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from alerts.alert import Kind, Reason, Severity
from alerts.delivery import Carried, Carrier, DeliveryState, NewDelivery
from alerts.render.words import status_words
from alerts.status import UNSENT, count
from alerts.store import decisions, digests, outbox
from alerts.store.rule_counts import counts_by_rule, newest_of_rule
from alerts.store.severities import alerts_made
from alerts.store.statuses import (
    sent_alone,
    statuses_of,
    statuses_of_messages,
    statuses_of_revisions,
    stories_sent_since,
    told_since,
)
from tests.unit.alerts_made import ALERT
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


def test_message_tells_each_story_once_and_none_by_a_mere_edit(line: Connection) -> None:
    first = put(line, "s1")
    for story, kind in (("s1", Kind.UPDATE), ("s2", Kind.ALERT), ("s3", Kind.EDIT)):
        outbox.fold(line, put(line, story, kind), Carrier(Carried.MESSAGE, first), NOW)
    send(line, first)
    assert [(story, each.id) for story, each in told_since(line, NOW)] == [("s1", first), ("s2", first)]


def test_what_a_digest_lists_is_told_once_that_was_sent(line: Connection) -> None:
    outbox.fold(line, put(line, "s1"), Carrier(Carried.DIGEST, DIGEST), NOW)
    digests.add_to_digest(line, DIGEST, "floor#1", [replace(ALERT, story=each) for each in ("s1", "stale")])
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
    assert stories_sent_since(line, NOW) == ("s1", "stale"), "what is old is listed without a message of its own"
    assert [(story, each.receiver) for story, each in told_since(line, NOW)] == [("s1", "floor"), ("stale", "floor")]


def alert(connection: Connection, story: str, ago: timedelta, *rules: str, revision: int = 1) -> None:
    """Store an alert revision as its list and its counts read it; NUL as a feed may bring it."""
    causes = [{"rule": each, "severity": int(Severity.FLASH), "title": "\x00"} for each in rules]
    row = {"story": story, "revision": revision, "severity": int(Severity.FLASH), "created": NOW - ago}
    content = json.dumps({"headline": "\x00 ميليشيا", "causes": causes}, ensure_ascii=False)
    connection.execute(decisions.alerts.insert().values(**row, content=content))


def test_counts_of_rules_are_those_of_their_alerts(line: Connection) -> None:
    """The database counts what the lists of single stories say, by whichever way a message reached its reader."""
    first = put(line, "alone")
    outbox.fold(line, put(line, "joined"), Carrier(Carried.MESSAGE, first), NOW)
    put(line, "quiet", held="quiet hours")
    outbox.record(line, put(line, "dead"), DeliveryState.DEAD, NOW)
    outbox.fold(line, put(line, "listed"), Carrier(Carried.DIGEST, DIGEST), NOW)
    outbox.fold(line, put(line, "twice"), Carrier(Carried.MESSAGE, first), NOW)
    send(line, put(line, "twice"))
    send(line, put(line, "edited", Kind.EDIT))
    for at, target in enumerate(("floor", "mail")):
        digest = NewDelivery(f"{target}#1", target, Kind.DIGEST, Severity.ROUTINE, Reason.SCHEDULED, DIGEST)
        digests.open_digest(line, digest, NOW + at * HOUR)
    send(line, outbox.on_subject(line, DIGEST, "mail#1")[0].id)  # of the same name, to another receiver
    stories = ("alone", "joined", "quiet", "dead", "listed", "twice", "edited", "later")
    for number, story in enumerate(stories):
        alert(line, story, number * 9 * HOUR, "one", *(["two"] if number % 2 else []))
    alert(line, "alone", -HOUR, "three", revision=2)
    alert(line, "old", 72 * HOUR + HOUR, "one")
    for sent in (False, True):
        if sent:
            send(line, first)
            send(line, outbox.on_subject(line, DIGEST, "floor#1")[0].id)
        made = alerts_made(line, NOW - timedelta(days=3), 100)
        statuses = statuses_of_revisions(line, [(each.story, each.revision) for each in made])
        found = counts_by_rule(line, NOW, 3)
        assert set(found) == {"one", "two", "three"}
        for name, counted in found.items():
            own = [each for each in made if name in {rule for rule, _ in each.rules}]
            assert counted.counts == count(statuses, [(each.story, each.revision) for each in own]), (name, sent)
            backs = [max(0, (NOW - each.at) // timedelta(days=1)) for each in sent_alone(own, statuses)]
            assert counted.by_day == [backs.count(at) for at in (2, 1, 0)], (name, sent)
    assert found["one"].counts == {"sent": 2, "joined": 4, "waiting": 1, "unsent": 1}


def test_spans_of_24_hours_end_now_and_the_newest_of_a_rule_come_first(line: Connection) -> None:
    for number, hours in enumerate((0, 23.9, 24, 47.9, 48)):
        send(line, put(line, f"s{number}"))
        alert(line, f"s{number}", hours * HOUR, "one", "two")
    assert counts_by_rule(line, NOW, 2)["one"].by_day == [2, 2]
    alert(line, "s4", HOUR, "two", revision=2)
    since = NOW - timedelta(days=2)
    assert newest_of_rule(line, "one", since, 10) == [("s0", 1), ("s1", 1), ("s2", 1), ("s3", 1), ("s4", 1)]
    assert newest_of_rule(line, "two", since, 3) == [("s0", 1), ("s4", 2), ("s1", 1)]
    assert newest_of_rule(line, "none", since, 3) == []
