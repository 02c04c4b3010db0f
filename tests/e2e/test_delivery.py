"""Delivering against real servers that fail: retries, rests, the breaker, the stand-by, who is told, what is hung."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from alerts.alert import Kind, Message, Reason, SendResult, Severity, Target
from alerts.decide.attempt import LEASE
from alerts.delivery import DeliveryState
from alerts.line import deliver as delivering
from alerts.render.title import marked
from alerts.store import claims, clock_steps, notices, outbox, resending, targets
from tests.e2e.outgoing import NOW, Outgoing, outgoing
from tests.e2e.servers import PATIENCE, Hook, Outlet, closing_all

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@contextmanager
def hooks(number: int) -> Iterator[list[Hook]]:
    made = [Hook() for _ in range(number)]
    with closing_all(*made):
        yield made


def urls(hook: Hook, more: str = "") -> str:
    return f'urls: ["{hook.url}"]{more}'


def test_rest_a_service_asks_for_is_kept_and_the_others_wait_unharmed(tmp_path: Path) -> None:
    async def work(line: Outgoing) -> None:
        hook.script, hook.headers = [429], {"Retry-After": "90"}
        await line.queue("one", "desk")
        await line.queue("two", "desk")
        await line.drain()
        assert hook.seen == 1
        await line.drain(NOW + 89 * SECOND)
        assert hook.seen == 1
        await line.drain(NOW + 90 * SECOND)
        assert len(hook.accepted) == 2
        assert sorted(line.on(story, "desk").attempts for story in ("one", "two")) == [1, 2]
        assert line.notices() == []

    with hooks(1) as (hook,):
        outgoing(tmp_path, {"desk": urls(hook)}, work)


def test_target_that_fails_again_and_again_rests_and_is_told_of_once(tmp_path: Path) -> None:
    async def work(line: Outgoing) -> None:
        sick.script = [500] * 1000
        for n in range(20):
            await line.queue(f"s{n}", "sick", "well")
        at = NOW
        while at < NOW + HOUR:
            await line.drain(at)
            at += 5 * SECOND
        tried = sick.seen
        assert 5 <= tried < 60  # 20 messages, an hour: one at a time finds out
        assert len(well.accepted) == 20 + 1  # and the notice
        assert line.notices() == ["sick cannot be reached since 14 Jun 12:00 UTC"]
        sick.script = []
        await line.drain(NOW + HOUR + 6 * MINUTE)
        while at < NOW + 2 * HOUR:
            await line.drain(at)
            at += MINUTE
        assert len({title for title in sick.titles() if "militia" in title}) == 20
        assert line.notices()[1:] == ["sick is reached again"]
        late = [body["message"] for body in sick.accepted if "militia" in body["title"]]
        assert all("did not answer from 14 Jun 12:00 UTC until" in body for body in late)
        assert line.balanced()

    with hooks(2) as (sick, well):
        receivers = {"sick": urls(sick, ", rate: 600"), "well": urls(well, ", rate: 600")}
        outgoing(tmp_path, receivers, work, admin="well")


def test_flash_goes_to_the_stand_by_after_two_minutes_once(tmp_path: Path) -> None:
    async def work(line: Outgoing) -> None:
        down.script = [500] * 1000
        await line.queue("flash", "down", severity=Severity.FLASH)
        await line.queue("calm", "down", severity=Severity.PRIORITY)
        for seconds in range(0, 100, 10):
            await line.drain(NOW + seconds * SECOND)
        assert not any(title.startswith("FLASH") for title in other.titles())
        for seconds in range(100, 600, 10):
            await line.drain(NOW + seconds * SECOND)
        flashes = [body for body in other.accepted if body["title"].startswith("FLASH")]
        assert len(flashes) == 1
        assert "For down, which could not be told since 14 Jun 12:00 UTC" in flashes[0]["message"]
        assert "the receiver it was for cannot be reached" in flashes[0]["message"]
        down.script = []
        await line.drain(NOW + HOUR)
        (told,) = [body["message"] for body in down.accepted if "FLASH (possible repeat) A militia" in body["title"]]
        assert "Told other at 14 Jun 12:01 UTC, as this receiver could not be reached." in told
        assert line.on("flash", "other").reason is Reason.STANDBY
        assert line.balanced()

    with hooks(2) as (down, other):
        outgoing(tmp_path, {"other": urls(other), "down": urls(down, ", standby: other")}, work)


def test_flash_that_is_refused_for_good_goes_to_the_stand_by_at_once(tmp_path: Path) -> None:
    async def work(line: Outgoing) -> None:
        down.script = [404]
        await line.queue("flash", "down", severity=Severity.FLASH)
        await line.drain()
        assert sorted(title.partition(" ")[0] for title in other.titles()) == ["FLASH", "WATCHFLOOR"]
        assert line.balanced()

    with hooks(2) as (down, other):
        outgoing(tmp_path, {"other": urls(other), "down": urls(down, ", standby: other")}, work)


def test_many_dead_letters_are_told_in_few_notices(tmp_path: Path) -> None:
    async def work(line: Outgoing) -> None:
        bad.script = [404] * 1000
        for n in range(40):
            await line.queue(f"s{n}", "bad")
        at = NOW
        while at <= NOW + HOUR:
            await line.drain(at)
            at += MINUTE
        assert len(admin.accepted) <= 3
        told = [body["title"] for body in admin.accepted]
        assert all("could not be delivered" in title for title in told)
        dead = [each for each in line.all() if each.state is DeliveryState.DEAD]
        assert len(dead) == 40
        text = "\n".join(body["message"] for body in admin.accepted)
        many = [int(title.split()[1]) if title.split()[1].isdecimal() else 1 for title in told]
        assert sum(many) == 40
        assert "resend" in text

    with hooks(2) as (bad, admin):
        outgoing(tmp_path, {"admin": urls(admin), "bad": urls(bad, ", rate: 600")}, work)


def test_dead_letter_of_the_admin_goes_through_another_receiver(tmp_path: Path) -> None:
    async def work(line: Outgoing) -> None:
        admin.script = [404] * 10
        await line.queue("one", "admin")
        await line.drain()
        assert other.titles() == ["WATCHFLOOR a message to admin could not be delivered"]

    with hooks(2) as (admin, other):
        outgoing(tmp_path, {"admin": urls(admin), "other": urls(other)}, work)


def test_where_nobody_can_be_told_the_log_says_so_loudly(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def work(line: Outgoing) -> None:
        for hook in (first, second, third):
            hook.script = [404] * 10
        await line.queue("one", "third")
        await line.drain()
        assert [hook.seen for hook in (first, second, third)] == [1, 1, 2]  # the one that failed, as a last resort
        assert "NOBODY COULD BE TOLD" in caplog.text
        with line.database.read() as connection:
            assert notices.untold_notices(connection) == 1

    with hooks(3) as (first, second, third):
        outgoing(tmp_path, {"first": urls(first), "second": urls(second), "third": urls(third)}, work)


def test_twelve_hung_endpoints_do_not_delay_a_healthy_one(tmp_path: Path) -> None:
    async def work(line: Outgoing) -> None:
        started = time.monotonic()
        await line.queue("before", "well")
        await line.deliver.start_due(line.clock)
        await asyncio.to_thread(well.wait_for, 1)
        alone = time.monotonic() - started
        await line.drain()
        for n in range(12):
            await line.queue(f"h{n}", f"hung{n}", severity=Severity.FLASH)
        await line.deliver.start_due(line.clock)
        await asyncio.to_thread(outlet_waits)
        started = time.monotonic()
        await line.queue("now", "well")
        await line.deliver.start_due(line.clock)
        await asyncio.to_thread(well.wait_for, 2)
        assert time.monotonic() - started < alone + 9, "each hung one costs ten seconds"  # the bench prints the figure
        assert well.titles() == [f"PRIORITY A militia moves {story} | Wire" for story in ("before", "now")]

    def outlet_waits() -> None:
        with hung.changed:
            hung.changed.wait_for(lambda: len(hung.requests) >= 12, PATIENCE)

    hung = Outlet()
    base = hung.base.replace("http://", "json://")
    for n in range(12):
        hung.hang(f"/{n}")
    with hooks(1) as (well,), closing_all(hung):
        receivers = {f"hung{n}": f'urls: ["{base}/{n}?rto=10"]' for n in range(12)}
        outgoing(tmp_path, {"well": urls(well), **receivers}, work)


def test_send_that_outlives_its_lease_goes_again_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(line: Outgoing) -> None:
        await line.queue("one", "desk")
        await line.drain()
        kept = line.on("one", "desk")
        assert (kept.state, kept.repeat) == (DeliveryState.UNKNOWN, True)
        hung.answers.pop("/x")
        hung.serve("/x", b"")
        await line.drain(NOW + HOUR)
        assert line.on("one", "desk").state is DeliveryState.SENT
        assert len(hung.asked("/x")) == 2

    monkeypatch.setattr(delivering, "LEASE", timedelta(seconds=0.3))
    hung = Outlet()
    hung.hang("/x")
    url = hung.base.replace("http://", "json://")
    with closing_all(hung):
        outgoing(tmp_path, {"desk": f'urls: ["{url}/x?rto=3"]'}, work)


def test_lease_that_ended_without_a_record_goes_again_marked(tmp_path: Path) -> None:
    async def work(line: Outgoing) -> None:
        await line.queue("one", "desk")
        waiting = line.on("one", "desk").id
        claimed = await line.lane.write(lambda connection: claims.claim(connection, waiting, NOW))
        assert claimed is not None
        assert claimed.lease == NOW + LEASE
        await line.drain(NOW + LEASE)
        assert hook.seen == 0
        await line.drain(NOW + LEASE + 2 * MINUTE)
        assert hook.titles() == ["PRIORITY (possible repeat) A militia moves one | Wire"]

    with hooks(1) as (hook,):
        outgoing(tmp_path, {"desk": urls(hook)}, work)


def test_lost_acknowledgement_is_sent_again_marked_with_the_same_id(tmp_path: Path) -> None:
    async def work(line: Outgoing) -> None:
        hook.script = [0]
        await line.queue("one", "desk")
        await line.drain()
        await line.drain(NOW + HOUR)
        first, second = hook.accepted
        assert second["title"] == marked(first["title"])
        identity = line.on("one", "desk").id
        assert all(f"delivery {identity}" in body["message"] for body in hook.accepted)

    with hooks(1) as (hook,):
        outgoing(tmp_path, {"desk": urls(hook)}, work)


def test_receiver_that_fails_is_retried_alone(tmp_path: Path) -> None:
    async def work(line: Outgoing) -> None:
        bad.script = [500, 500]
        await line.queue("one", "bad", "good")
        for n in range(6):
            await line.drain(NOW + n * MINUTE)
        assert (bad.seen, good.seen) == (3, 1)

    with hooks(2) as (bad, good):
        outgoing(tmp_path, {"bad": urls(bad), "good": urls(good)}, work)


class Editable:
    """A service that gives names to messages and keeps what it was asked for; stands in at the edge of sending."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    def send(self, _target: Target, message: Message) -> SendResult:
        self.sent.append(message)
        return SendResult(ok=True, handle=message.edits or f"C1/{len(self.sent)}")


def test_edit_takes_the_place_of_the_first_message_and_an_update_follows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(line: Outgoing) -> None:
        await line.queue("one", "desk")
        await line.drain()
        await line.queue("one", "desk", kind=Kind.UPDATE, revision=2)
        await line.drain(NOW + HOUR)
        await line.queue("one", "desk", kind=Kind.EDIT, revision=3)
        await line.queue("one", "desk", kind=Kind.EDIT, revision=4)
        await line.drain(NOW + 2 * HOUR)
        assert [(each.edits, each.follows) for each in service.sent] == [("", ""), ("", "C1/1"), ("C1/1", "")]
        states = {each.revision: each.state for each in line.all()}
        assert (states[3], states[4]) == (DeliveryState.FOLDED, DeliveryState.SENT)
        assert line.balanced()

    service = Editable()
    monkeypatch.setattr("alerts.receivers.send", service.send)
    outgoing(tmp_path, {"desk": 'urls: ["json://127.0.0.1:9/x"]'}, work)


AGAIN = [("dead", [404], "dead"), ("sent", [200], "sent")]


@pytest.mark.parametrize(("name", "script", "state"), AGAIN, ids=[row[0] for row in AGAIN])
def test_resend_sends_once_more_marked_and_the_books_balance(
    tmp_path: Path, name: str, script: list[int], state: str
) -> None:
    async def again(line: Outgoing, identity: str, at: datetime) -> str:
        line.now = at
        return await line.lane.write(
            lambda connection: resending.resend(connection, identity, at, "UTC", line.config.homes)
        )

    async def work(line: Outgoing) -> None:
        hook.script = script
        await line.queue("one", "desk")
        await line.drain()
        first = line.on("one", "desk")
        assert first.state.value == state
        identity = await again(line, first.id, NOW + HOUR)
        assert (identity != first.id) == (name == "sent")
        await line.drain(NOW + HOUR)
        last = hook.accepted[-1]
        assert last["title"] == "PRIORITY (possible repeat) A militia moves one | Wire"
        assert "Sent again on request" in last["message"]
        assert "somebody asked for it again" in last["message"]
        assert line.on("one", "desk").state is DeliveryState.SENT
        assert line.balanced()
        with line.database.read() as connection:
            found = outbox.find(connection, first.id)
            assert found is not None
            assert found.id == identity
        with pytest.raises(resending.CannotResend):
            await again(line, "d-none", NOW + HOUR)

    with hooks(1) as (hook,):
        outgoing(tmp_path, {"desk": urls(hook)}, work)


def test_age_and_outage_move_along_with_a_clock_that_was_set(tmp_path: Path) -> None:
    async def work(line: Outgoing) -> None:
        hook.script = [500] * 100
        await line.queue("one", "desk")
        for seconds in range(0, 120, 10):
            await line.drain(NOW + seconds * SECOND)
        years = timedelta(days=3650)
        await line.lane.write(lambda connection: clock_steps.shift(connection, years, line.now + years))
        kept = line.on("one", "desk")
        assert kept.tried == NOW + years
        with line.database.read() as connection:
            assert targets.state_of_target(connection, kept.target).down_from == NOW + years
        hook.script = []
        await line.drain(NOW + years + HOUR)
        assert line.on("one", "desk").state is DeliveryState.SENT

    with hooks(1) as (hook,):
        outgoing(tmp_path, {"desk": urls(hook)}, work)


def test_a_claim_whose_commit_was_made_and_not_heard_of_is_sent_at_once(tmp_path: Path) -> None:
    """As where the connection to a server is lost while it commits: the message would wait for the end of its lease."""
    cut: list[str] = []

    async def work(line: Outgoing) -> None:
        await line.queue("one", "desk")

        def commit(connection: Connection) -> None:
            claimed = connection.exec_driver_sql("SELECT count(*) FROM deliveries WHERE state = 'sending'").scalar()
            if claimed and not cut:
                cut.append("the claim")
                connection.connection.dbapi_connection.commit()  # type: ignore[union-attr]
                raise OperationalError("COMMIT", {}, Exception("server closed the connection unexpectedly"))

        event.listen(line.database.writing, "commit", commit)
        await line.drain()
        assert cut
        assert line.on("one", "desk").state is DeliveryState.SENT

    with closing_all(hook := Hook()):
        outgoing(tmp_path, {"desk": f'urls: ["{hook.url}"]'}, work)
        assert len(hook.accepted) == 1
