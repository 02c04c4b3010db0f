"""What nobody acknowledges goes on, once and to the right place; acks are asked for at their pace and end it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from apprise import NotifyBase
from apprise.plugins import N_MGR
from sqlalchemy import Connection

from alerts import receivers
from alerts.alert import Alert, Cause, Escalate, Kind, Reason, Receiver, Scope, Severity, Target
from alerts.decide.escalation import ask_again, escalations
from alerts.delivery import Delivery, DeliveryState, NewDelivery
from alerts.line.acks import Acknowledgements
from alerts.line.orders import ORDERS
from alerts.rule import Config
from alerts.store import acks, clock_steps, decisions, feedback, outbox, silences
from crawler.store import articles as archive
from crawler.store.db import Database
from crawler.store.writer_lane import WriterLane
from tests.migrated import new_store
from tests.unit.desk import NOW, article, desk, rule

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def receiver(name: str, to: str = "", after: int = 10) -> Receiver:
    target = Target(f"{name}#1", name, f"reacts://{name}", "reacts", can_ack=True)
    return Receiver(name, (target,), escalate=Escalate(after * MINUTE, to) if to else None)


def desk_of(*made: Receiver) -> dict[str, Receiver]:
    return {each.name: each for each in made}


CHAIN = desk_of(receiver("floor", "duty"), receiver("duty", "chief", 20), receiver("chief"))
LOOP = desk_of(receiver("floor", "duty"), receiver("duty", "floor"))


def sent(to: str = "floor", kind: Kind = Kind.ALERT, severity: Severity = Severity.IMMEDIATE) -> Delivery:
    state, reason = DeliveryState.SENT, Reason.FIRST_ARTICLE
    return Delivery("d1", "s1", kind, 1, f"{to}#1", to, severity, reason, state, NOW, NOW, sent=NOW)


CASES = [
    ("not before its time", sent(), CHAIN, 9, []),
    ("at its time", sent(), CHAIN, 10, ["duty"]),
    ("an update too", sent(kind=Kind.UPDATE), CHAIN, 10, ["duty"]),
    ("a day later no more", sent(), CHAIN, 24 * 60 + 1, []),
    ("priority waits for no answer", sent(severity=Severity.PRIORITY), CHAIN, 10, []),
    ("the end of the chain", sent("chief"), CHAIN, 60, []),
    ("on along the chain", sent("duty", Kind.ESCALATION), CHAIN, 20, ["chief"]),
    ("in the time of its own receiver", sent("duty", Kind.ESCALATION), CHAIN, 19, []),
    ("a receiver that is gone", sent("old"), CHAIN, 10, []),
    ("to one that is gone", sent(), desk_of(receiver("floor", "old")), 10, []),
    ("to itself", sent(), desk_of(receiver("floor", "floor")), 10, []),
    ("round a loop, there", sent("floor"), LOOP, 10, ["duty"]),
    ("round a loop, not back", sent("duty", Kind.ESCALATION), LOOP, 10, []),
    ("what began at the other end", sent("duty"), LOOP, 10, ["floor"]),
]


@pytest.mark.parametrize(("name", "what", "to", "minutes", "told"), CASES, ids=[case[0] for case in CASES])
def test_whom_it_goes_on_to(name: str, what: Delivery, to: dict[str, Receiver], minutes: int, told: list[str]) -> None:
    made = escalations([what], to, NOW + minutes * MINUTE, "Asia/Baghdad")
    assert [each.message.receiver for each in made] == told, name
    assert {(each.message.kind, each.message.reason, each.message.severity) for each in made} <= {
        (Kind.ESCALATION, Reason.ESCALATED, what.severity)
    }


def test_note_says_whom_it_was_sent_to_and_when() -> None:
    (made,) = escalations([sent(), sent()], CHAIN, NOW + 11 * MINUTE, "Asia/Baghdad")
    assert made.message.notes == (
        "Sent to floor at 14 Jun 15:00 Baghdad (12:00 UTC); nobody acknowledged it within 10 minutes.",
    )


PACES = [(5, None, True), (5, 0, True), (5, 4.9, False), (30, 29.5, False), (30, 29, True), (300, 296, False)]


@pytest.mark.parametrize(("minutes", "asked", "again"), [*PACES, (300, 295, True), (24 * 60, None, False)])
def test_asks_often_at_first_and_ever_more_seldom(minutes: float, asked: float | None, again: bool) -> None:
    before = None if asked is None else NOW + asked * MINUTE
    assert ask_again(NOW, before, NOW + minutes * MINUTE) is again


# -- with a store, and a service whose readers react ------------------------------------------------------------

_Base: Any = NotifyBase


class Reacts(_Base):  # type: ignore[misc]
    """A service that says who reacted to which message, or fails as it is told to."""

    protocol = "reacts"
    service_name = "Reacts"
    templates = ("{schema}://",)
    reacted: dict[str, str]
    judged: dict[str, tuple[tuple[str, bool], ...]]
    asked: list[str]
    broken = False

    def url(self, privacy: bool = False, *args: Any, **kwargs: Any) -> str:
        return "reacts://"

    def reactions(self, handle: str) -> receivers.Reactions:
        Reacts.asked.append(handle)
        if Reacts.broken:
            raise OSError("reacts://token-of-someone cannot be reached")
        by = Reacts.reacted.get(handle)
        return receivers.Reactions((by,) if by else (), Reacts.judged.get(handle, ()))


@pytest.fixture
def service() -> Iterator[type[Reacts]]:
    Reacts.reacted, Reacts.asked, Reacts.broken, Reacts.judged = {}, [], False, {}
    N_MGR.add(Reacts, schemas="reacts")  # type: ignore[no-untyped-call]
    yield Reacts
    N_MGR.remove("reacts")  # type: ignore[no-untyped-call]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = new_store(tmp_path / "x.db")
    yield made
    made.close()


ALERT = Alert(
    "s1", "t1", 1, Severity.IMMEDIATE, NOW, article("Rockets hit base"), (Cause("r", "R", "v", Severity.IMMEDIATE, ()),)
)


def config(tmp_path: Path, receivers: dict[str, Receiver] = CHAIN) -> Config:
    return replace(desk(tmp_path, rule("[rockets]")), receivers=receivers)


def tell(
    connection: Connection,
    to: str = "floor",
    alert: Alert = ALERT,
    at: datetime = NOW,
    reason: Reason = Reason.FIRST_ARTICLE,
) -> None:
    """Store an alert, and its message as sent to a receiver."""
    if decisions.last_alert_revision(connection, alert.story) < alert.revision:
        decisions.add_alert(connection, replace(alert, created=at))
    kind = Kind.ALERT if alert.revision == 1 else Kind.UPDATE
    made = NewDelivery(f"{to}#1", to, kind, alert.severity, reason, alert.story, alert.revision, thread="t1")
    outbox.queue(connection, made, at)
    send_all(connection, at)


def send_all(connection: Connection, at: datetime) -> None:
    for each in outbox.deliveries_that(connection, outbox.deliveries.c.state == "queued"):
        outbox.record(connection, each.id, DeliveryState.SENT, at)
        named = outbox.deliveries.update().where(outbox.deliveries.c.id == each.id)
        connection.execute(named.values(handle=f"{each.receiver}/{each.kind.value}"))


def queued(database: Database) -> list[tuple[str, str, tuple[str, ...]]]:
    with database.read() as connection:
        found = outbox.deliveries_that(connection, outbox.deliveries.c.state == "queued")
        return [(each.receiver, each.kind.value, each.notes) for each in found]


async def escalate(database: Database, settled: Config, minutes: float) -> int:
    lane = WriterLane(database)
    made = Acknowledgements(database, lane, settled)
    done = await made.escalate(NOW + minutes * MINUTE)
    made.close()
    await asyncio.to_thread(lane.close)
    return done


def test_goes_on_once_along_the_chain_and_ends_with_an_ack(tmp_path: Path, database: Database) -> None:
    settled = config(tmp_path)
    with database.write() as connection:
        tell(connection)
    assert asyncio.run(escalate(database, settled, 9)) == 0
    assert asyncio.run(escalate(database, settled, 10)) == 1
    assert asyncio.run(escalate(database, settled, 11)) == 0
    ((to, kind, notes),) = queued(database)
    assert (to, kind) == ("duty", "escalation")
    assert "nobody acknowledged it within 10 minutes" in notes[0]
    with database.write() as connection:
        send_all(connection, NOW + 11 * MINUTE)
    assert asyncio.run(escalate(database, settled, 31)) == 1
    with database.write() as connection:
        send_all(connection, NOW + 31 * MINUTE)
        acks.ack(connection, "s1", "Noor", "command", NOW + 32 * MINUTE, 1)
        tell(connection, alert=replace(ALERT, revision=2), at=NOW + 40 * MINUTE)
    assert asyncio.run(escalate(database, settled, 60)) == 0, "an ack is for the story, not for each message"


@pytest.mark.parametrize("hours", [-30, -1, 1, 24 * 3650])
def test_clock_that_is_set_hurries_and_delays_no_escalation(tmp_path: Path, database: Database, hours: int) -> None:
    step = timedelta(hours=hours)
    with database.write() as connection:
        tell(connection)
        clock_steps.shift(connection, step, NOW + 5 * MINUTE + step)
    assert asyncio.run(escalate(database, config(tmp_path), 9 + hours * 60)) == 0
    assert asyncio.run(escalate(database, config(tmp_path), 10 + hours * 60)) == 1


def test_raised_severity_asks_for_a_new_ack(tmp_path: Path, database: Database) -> None:
    with database.write() as connection:
        tell(connection)
        first, _ = acks.ack(connection, "s1", "Noor", "command", NOW, 1)
        assert acks.ack(connection, "s1", "Omar", "command", NOW + MINUTE, 1) == (first, False)
        flash = replace(ALERT, revision=2, severity=Severity.FLASH)
        tell(connection, alert=flash, at=NOW + 5 * MINUTE)
    assert asyncio.run(escalate(database, config(tmp_path), 20)) == 1
    with database.write() as connection:
        second, is_new = acks.ack(connection, "s1", "Omar", "command", NOW + 21 * MINUTE, 2)
        assert (second.by, is_new) == ("Omar", True)
        assert acks.unacked(connection, NOW, Severity.IMMEDIATE, ["floor#1"]) == []
        assert acks.ack_notes(connection, "s1", "Asia/Baghdad") == (
            "Acknowledged by Omar at 14 Jun 15:21 Baghdad (12:21 UTC)",
        )


@pytest.mark.parametrize(("revision", "rings"), [(2, False), (1, True)])
def test_ack_withdraws_an_escalation_that_waits_and_that_it_covers(
    tmp_path: Path, database: Database, revision: int, rings: bool
) -> None:
    with database.write() as connection:
        tell(connection)
        tell(connection, alert=replace(ALERT, revision=2, severity=Severity.FLASH), at=NOW)
        outbox.queue(
            connection, NewDelivery("x#1", "x", Kind.ALERT, Severity.FLASH, Reason.FIRST_ARTICLE, "s1", 3), NOW
        )
    assert asyncio.run(escalate(database, config(tmp_path), 10)) == 2
    with database.write() as connection:
        acks.ack(connection, "s1", "Noor", "command", NOW + 11 * MINUTE, revision)
        waiting = outbox.deliveries_that(connection, outbox.deliveries.c.kind == "escalation")
    ended = {each.revision: (each.state, each.detail) for each in waiting}
    withdrawn = (DeliveryState.CANCELLED, "acknowledged by Noor before it went")
    assert ended == {1: withdrawn, 2: (DeliveryState.QUEUED, "") if rings else withdrawn}
    assert ("x", "alert", ()) in queued(database), "an alert to somebody else is not the ack's to take back"


def event(connection: Connection, *stories: str) -> None:
    """Store stories of one event, and one of another."""
    for thread, named in (("t1", stories), ("t9", ["s9"])):
        connection.execute(archive.threads.insert().values(id=thread, opened=NOW))
        for each in named:
            connection.execute(archive.stories.insert().values(id=each, thread=thread, opened=NOW, joined=NOW))


def of_story(story: str, severity: Severity = Severity.IMMEDIATE) -> Alert:
    return replace(ALERT, story=story, severity=severity)


OF_EVENT = [
    ("told before the ack", of_story("s2"), -1, Reason.FIRST_ARTICLE, False),
    ("told after it, as news of the event", of_story("s2"), 1, Reason.DEVELOPMENT, False),
    ("less grave", of_story("s2", Severity.PRIORITY), 1, Reason.DEVELOPMENT, False),
    ("graver", of_story("s2", Severity.FLASH), 1, Reason.FIRST_ARTICLE, True),
    ("graver, told before", of_story("s2", Severity.FLASH), -1, Reason.FIRST_ARTICLE, True),
    ("another deed, told after", of_story("s2"), 1, Reason.ANOTHER, True),
    ("another deed, told before", of_story("s2"), -1, Reason.ANOTHER, False),
    ("another event", of_story("s9"), 1, Reason.FIRST_ARTICLE, True),
    ("told after it, as news of its own", of_story("s2"), 1, Reason.FIRST_ARTICLE, True),
    ("told after it, as perhaps another event", of_story("s2"), 1, Reason.FURTHER, True),
    ("reported again after a silence", of_story("s2"), 1, Reason.NEWS_AGAIN, True),
    ("news of the event within half a day", of_story("s2"), 12 * 60, Reason.DEVELOPMENT, False),
    ("news of the event later", of_story("s2"), 12 * 60 + 1, Reason.DEVELOPMENT, True),
]


@pytest.mark.parametrize(("name", "other", "after", "reason", "rings"), OF_EVENT, ids=[each[0] for each in OF_EVENT])
def test_ack_is_of_the_event_until_its_severity_rises(
    tmp_path: Path, database: Database, name: str, other: Alert, after: int, reason: Reason, rings: bool
) -> None:
    acked, later = NOW + 5 * MINUTE, max(after, 0) * MINUTE
    with database.write() as connection:
        event(connection, "s1", "s2")
        tell(connection)
        if after < 0:
            tell(connection, alert=other, at=acked + after * MINUTE, reason=reason)
        done = ORDERS["ack"](connection, {"id": "s1", "by": "Noor"}, acked)["acks"]
        if after > 0:
            tell(connection, alert=other, at=acked + after * MINUTE, reason=reason)
    ((ack),) = done
    assert ack["covers"] == (["s2"] if after < 0 and not rings else [])
    assert [each["story"] for each in ack["left"]] == (["s2"] if after < 0 and rings else [])
    assert asyncio.run(escalate(database, config(tmp_path), 40 + later / MINUTE)) == int(rings)
    with database.write() as connection:
        known = acks.ack_of(connection, other.story)
        assert (known is None) == rings
        second, first = acks.ack(connection, other.story, "Omar", "command", NOW + HOUR + later, 1)
        assert (second.by, first) == (("Omar", True) if rings else ("Noor", False))
        send_all(connection, NOW + HOUR + later)
    assert asyncio.run(escalate(database, config(tmp_path), 90 + later / MINUTE)) == 0, "the chain ends for the event"


@pytest.mark.parametrize(
    ("minutes", "reason", "rings"),
    [
        (12 * 60, Reason.UPDATED, False),
        (12 * 60 + 1, Reason.UPDATED, True),
        (60, Reason.NEWS_AGAIN, True),
        (60, Reason.FIRST_ARTICLE, False),
    ],
)
def test_ack_of_a_story_ends_after_half_a_day_or_where_it_is_news_again(
    tmp_path: Path, database: Database, minutes: int, reason: Reason, rings: bool
) -> None:
    acked = NOW + 5 * MINUTE
    at = acked + minutes * MINUTE
    with database.write() as connection:
        event(connection, "s1", "s2")
        tell(connection)
        tell(connection, alert=of_story("s2"))
        acks.ack(connection, "s1", "Noor", "command", acked, 1)
        tell(connection, alert=replace(ALERT, revision=2), at=at, reason=reason)
        assert bool(acks.ack_notes(connection, "s1", "UTC")) is not rings
        # what the ack covered before stays covered
        assert [each.revision for each in acks.unacked(connection, NOW, Severity.IMMEDIATE, ["floor#1"])] == [2] * rings
    later = (at - NOW) / MINUTE + 10
    assert asyncio.run(escalate(database, config(tmp_path), later)) == int(rings)
    with database.write() as connection:
        send_all(connection, at + 10 * MINUTE)
        tell(connection, alert=replace(ALERT, revision=3), at=at, reason=Reason.UPDATED)
        targets = ["floor#1", "duty#1"]
        open_ = acks.unacked(connection, NOW, Severity.IMMEDIATE, targets)
        assert [each.revision for each in open_] == ([2, 3, 2] if rings else [])
        second, is_new = acks.ack(connection, "s1", "Omar", "command", at + 12 * MINUTE, 3)
        assert (second.by, is_new) == (("Omar", True) if rings else ("Noor", False))
        assert acks.unacked(connection, NOW, Severity.IMMEDIATE, targets) == []


def test_ack_of_a_later_message_covers_what_the_story_was_before(tmp_path: Path, database: Database) -> None:
    flash, at = Severity.FLASH, NOW + 13 * HOUR
    with database.write() as connection:
        event(connection, "s1", "s2")
        tell(connection, alert=of_story("s1", flash))
        acks.ack(connection, "s1", "Noor", "command", NOW + MINUTE, 1)
        tell(connection, alert=of_story("s2", flash), at=NOW + HOUR, reason=Reason.DEVELOPMENT)
        tell(connection, alert=replace(ALERT, revision=2), at=at, reason=Reason.UPDATED)
        acks.ack(connection, "s1", "Omar", "command", at + MINUTE, 2)
        assert acks.unacked(connection, NOW, Severity.IMMEDIATE, ["floor#1"]) == []


def test_what_was_told_before_an_ack_stays_covered_when_somebody_sends_it_again(
    tmp_path: Path, database: Database
) -> None:
    with database.write() as connection:
        event(connection, "s1", "s2")
        tell(connection)
        tell(connection, alert=of_story("s2"))
        acks.ack(connection, "s1", "Noor", "command", NOW + MINUTE, 1)
        again = outbox.deliveries.update().where(outbox.deliveries.c.subject == "s2")
        connection.execute(again.values(reason=Reason.RESENT.value, queued=NOW + 13 * HOUR, sent=NOW + 13 * HOUR))
        assert acks.unacked(connection, NOW, Severity.IMMEDIATE, ["floor#1"]) == []


def test_ack_of_an_event_withdraws_the_escalations_of_its_other_stories(tmp_path: Path, database: Database) -> None:
    with database.write() as connection:
        event(connection, "s1", "s2", "s3")
        tell(connection)
        tell(connection, alert=of_story("s2"))
        tell(connection, alert=of_story("s3", Severity.FLASH))
        tell(connection, alert=of_story("s9"))
    assert asyncio.run(escalate(database, config(tmp_path), 10)) == 4
    with database.write() as connection:
        acks.ack(connection, "s1", "Noor", "command", NOW + 11 * MINUTE, 1)
        waiting = outbox.deliveries_that(connection, outbox.deliveries.c.kind == "escalation")
    assert {each.subject for each in waiting if each.state is DeliveryState.CANCELLED} == {"s1", "s2"}
    assert {each.subject for each in waiting if each.state is DeliveryState.QUEUED} == {"s3", "s9"}


@pytest.mark.parametrize(
    ("scope", "value", "ends", "goes_on"),
    [
        (Scope.STORY, "s1", 60, False),
        (Scope.STORY, "s1", 5, False),
        (Scope.TEXT, "rockets", 60, False),
        (Scope.RULE, "r", 60, False),
        (Scope.STORY, "s2", 60, True),
        (Scope.STORY, "s1", -1, True),
    ],
)
def test_silenced_story_is_not_escalated(
    tmp_path: Path, database: Database, scope: Scope, value: str, ends: int, goes_on: bool
) -> None:
    with database.write() as connection:
        tell(connection)
        silences.add_silence(connection, scope, value, "Noor", "known", NOW - 9 * MINUTE, NOW + ends * MINUTE)
    assert asyncio.run(escalate(database, config(tmp_path), 10)) == int(goes_on)


async def looks(database: Database, settled: Config, *minutes: float) -> None:
    """Look at each time, as one process."""
    lane = WriterLane(database)
    made = Acknowledgements(database, lane, settled)
    for each in minutes:
        at = NOW + each * MINUTE
        await made.look(lambda at=at: at)  # type: ignore[misc]
    made.close()
    await asyncio.to_thread(lane.close)


def test_reaction_is_an_ack_with_its_name(tmp_path: Path, database: Database, service: type[Reacts]) -> None:
    with database.write() as connection:
        tell(connection)
    asyncio.run(looks(database, config(tmp_path), 0, 0.2, 0.25))
    assert service.asked == ["floor/alert"] * 2, "not asked again within 15 s"
    service.reacted = {"floor/alert": "Noor"}
    asyncio.run(looks(database, config(tmp_path), 1, 2, 3))
    with database.read() as connection:
        known = acks.ack_of(connection, "s1")
    assert known
    assert (known.by, known.via, known.revision) == ("Noor", "reacts", 1)
    assert len(service.asked) == 3, "nothing is asked about an acknowledged story"


def test_reactions_that_cannot_be_read_for_long_are_told_once_an_outage(
    tmp_path: Path, database: Database, service: type[Reacts]
) -> None:
    settled = replace(config(tmp_path), admin="chief")
    with database.write() as connection:
        tell(connection)
        tell(connection, alert=replace(ALERT, story="s2"))
    service.broken = True
    asyncio.run(looks(database, settled, 0, 5, 9.9))
    assert queued(database) == []

    async def run() -> None:
        lane = WriterLane(database)
        made = Acknowledgements(database, lane, settled)
        for minutes, service.broken in ((20, True), (30, True), (40, True), (50, False), (60, True), (69, True)):
            at = NOW + minutes * MINUTE
            await made.look(lambda at=at: at)  # type: ignore[misc]
        made.close()
        await asyncio.to_thread(lane.close)

    asyncio.run(run())
    with database.read() as connection:
        told = outbox.deliveries_that(connection, outbox.deliveries.c.kind == "notice")
    ((to, queued_at, payload),) = [(each.receiver, each.queued, each.payload) for each in told]
    assert (to, queued_at) == ("chief", NOW + 30 * MINUTE)
    assert payload
    assert payload["title"] == "acknowledgements given in floor are not read"
    assert "cannot be reached" in str(payload["body"])


def test_one_message_that_is_gone_is_no_word_on_its_service(
    tmp_path: Path, database: Database, service: type[Reacts]
) -> None:
    with database.write() as connection:
        tell(connection)
    service.broken = True
    asyncio.run(looks(database, replace(config(tmp_path), admin="chief"), 0, 20, 40))
    assert len(service.asked) == 3
    assert queued(database) == []


@pytest.mark.parametrize("broken", ["escalate", "look"])
def test_what_stops_acknowledgements_fails_the_stage(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    async def fails(*_: object) -> None:
        raise OSError("disk full")

    async def run() -> int:
        lane = WriterLane(database)
        made = Acknowledgements(database, lane, config(tmp_path))
        monkeypatch.setattr(made, broken, fails)
        failed = 0
        for each in range(3):
            try:
                await made.start_due(lambda each=each: NOW + each * MINUTE)  # type: ignore[misc]
            except OSError:
                failed += 1
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        made.close()
        await asyncio.to_thread(lane.close)
        return failed

    assert asyncio.run(run()) >= 2, "a pass is heard of at the tick after it at the latest"


def test_thumbs_are_kept_as_judgements_once(tmp_path: Path, database: Database, service: type[Reacts]) -> None:
    with database.write() as connection:
        tell(connection)
    service.judged = {"floor/alert": (("Noor", False), ("Sam", True))}
    asyncio.run(looks(database, config(tmp_path), 0))
    service.judged = {"floor/alert": (("Noor", False), ("Sam", False))}
    asyncio.run(looks(database, config(tmp_path), 1))
    with database.read() as connection:
        found = [(each.by, each.relevant, each.via, each.at) for each in feedback.judgements_on(connection, "s1")]
    assert found == [("Noor", False, "reacts", NOW), ("Sam", False, "reacts", NOW + MINUTE)]


@pytest.mark.parametrize(("reason", "rings"), [(Reason.ANOTHER, True), (Reason.DEVELOPMENT, False)])
def test_reaction_does_not_cover_an_attack_told_before_the_service_was_asked(
    tmp_path: Path, database: Database, service: type[Reacts], reason: Reason, rings: bool
) -> None:
    """The service was down when a reader reacted; a second attack was told by the time it said so."""
    with database.write() as connection:
        event(connection, "s1", "s2")
        tell(connection)
    service.broken = True
    asyncio.run(looks(database, config(tmp_path), 1))
    with database.write() as connection:
        tell(connection, alert=of_story("s2"), at=NOW + 2 * MINUTE, reason=reason)
        row = outbox.deliveries.update().where(outbox.deliveries.c.subject == "s2")
        connection.execute(row.values(handle="s2"))
    service.broken, service.reacted = False, {"floor/alert": "Noor"}
    asyncio.run(looks(database, config(tmp_path), 3))
    with database.read() as connection:
        open_ = acks.unacked(connection, NOW, Severity.IMMEDIATE, ["floor#1"])
    assert [each.subject for each in open_] == ["s2"] * rings


def test_clock_that_was_ahead_leaves_no_ack_in_the_future(tmp_path: Path, database: Database) -> None:
    ahead = timedelta(hours=30)
    with database.write() as connection:
        event(connection, "s1", "s2")
        tell(connection)
        acks.ack(connection, "s1", "Noor", "command", NOW + ahead, 1)
        clock_steps.believe(connection, NOW + MINUTE)
        tell(connection, alert=of_story("s2"), at=NOW + 2 * MINUTE, reason=Reason.ANOTHER)
        open_ = acks.unacked(connection, NOW, Severity.IMMEDIATE, ["floor#1"])
        assert [each.subject for each in open_] == ["s2"]
        acks.ack(connection, "s2", "Omar", "command", NOW + ahead + 3 * MINUTE, 1)
        clock_steps.shift(connection, -ahead, NOW + 4 * MINUTE)
        assert [each.at for each in acks.acks_since(connection, NOW)] == [NOW + MINUTE, NOW + 3 * MINUTE]


def test_failing_look_up_is_logged_without_secrets_and_tried_again(
    tmp_path: Path, database: Database, service: type[Reacts], caplog: pytest.LogCaptureFixture
) -> None:
    token = Target("floor#1", "floor", "reacts://token-of-someone", "reacts", can_ack=True)
    settled = config(tmp_path, desk_of(Receiver("floor", (token,))))
    with database.write() as connection:
        tell(connection)
    service.broken = True
    asyncio.run(looks(database, settled, 0, 1))
    assert len(service.asked) == 2
    assert "acknowledgement not looked up" in caplog.text
    assert "token-of-someone" not in caplog.text


def test_look_ups_are_bounded_and_the_longest_not_asked_go_first(
    tmp_path: Path, database: Database, service: type[Reacts]
) -> None:
    with database.write() as connection:
        for number in range(24):
            tell(connection, alert=replace(ALERT, story=f"s{number}"))
            row = outbox.deliveries.update().where(outbox.deliveries.c.subject == f"s{number}")
            connection.execute(row.values(handle=f"m{number}"))
    asyncio.run(looks(database, config(tmp_path), 1, 1.1, 1.2))
    assert len(service.asked) == 24
    assert len(set(service.asked)) == 24


def test_service_that_cannot_say_has_no_answer() -> None:
    assert receivers.reactions(Target("c#1", "c", "console://", "console"), "x").by is None


@pytest.mark.parametrize(
    ("minutes", "silenced", "rings"),
    [(30, False, True), (24 * 60, False, True), (24 * 60 + 1, False, False), (48 * 60, True, False), (30, True, False)],
)
def test_undo_rings_only_for_what_is_still_owed(
    tmp_path: Path, database: Database, minutes: int, silenced: bool, rings: bool
) -> None:
    with database.write() as connection:
        event(connection, "s1")
        tell(connection)
    assert asyncio.run(escalate(database, config(tmp_path), 10)) == 1
    with database.write() as connection:
        acks.ack(connection, "s1", "Noor", "command", NOW + 11 * MINUTE, 1)
        if silenced:
            silences.add_silence(connection, Scope.STORY, "s1", "Noor", "x", NOW + 12 * MINUTE, NOW + 5 * 24 * HOUR)
        acks.take_back(connection, "s1", NOW + minutes * MINUTE)
    assert queued(database) == []
    assert asyncio.run(escalate(database, config(tmp_path), minutes)) == int(rings)
    assert len(queued(database)) == int(rings)
    assert asyncio.run(escalate(database, config(tmp_path), minutes)) == 0
