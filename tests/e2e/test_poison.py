"""A message that its receiver cannot take holds up no other, and a receiver that asks for rests without end is told of."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from alerts.alert import Severity
from alerts.delivery import DeliveryState
from tests.e2e.outgoing import NOW, Outgoing, outgoing
from tests.e2e.servers import Hook, closing_all

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


async def pass_time(line: Outgoing, until: timedelta, step: timedelta = 20 * SECOND) -> None:
    """Run the line at every step until that long after NOW."""
    at = line.now
    while at < NOW + until:
        at += step
        await line.drain(at)


@pytest.mark.parametrize("severity", [Severity.FLASH, Severity.PRIORITY])
def test_flash_behind_a_message_that_is_never_taken_goes_at_once(tmp_path: Path, severity: Severity) -> None:
    async def work(line: Outgoing) -> None:
        hook.poison = "poison"
        await line.queue("poison", "desk", severity=severity)
        await pass_time(line, 2 * HOUR, MINUTE)
        await line.queue("later", "desk", severity=Severity.FLASH)
        await line.drain(line.now + SECOND)
        assert line.on("later", "desk").state is DeliveryState.SENT
        assert line.on("poison", "desk").state in {DeliveryState.UNKNOWN, DeliveryState.DEAD}

    hook, admin = Hook(), Hook()
    with closing_all(hook, admin):
        outgoing(tmp_path, {"desk": f'urls: ["{hook.url}"]', "admin": f'urls: ["{admin.url}"]'}, work, admin="admin")


def test_message_that_is_never_taken_is_set_aside_and_told(tmp_path: Path) -> None:
    async def work(line: Outgoing) -> None:
        hook.poison = "poison"
        await line.queue("poison", "desk")
        for n in range(30):  # a story a minute
            await line.queue(f"s{n}", "desk")
            await pass_time(line, (n + 1) * MINUTE)
        await pass_time(line, 40 * MINUTE)
        assert {line.on(f"s{n}", "desk").state for n in range(30)} == {DeliveryState.SENT}
        assert max(each.attempts for each in line.all() if each.subject != "poison") == 1
        poison = line.on("poison", "desk")
        assert (poison.state, poison.attempts) == (DeliveryState.DEAD, 8)
        assert line.notices() == ["a message to desk could not be delivered"]
        assert any("its receiver took other messages meanwhile" in body["message"] for body in admin.accepted)
        assert line.balanced()

    hook, admin = Hook(), Hook()
    with closing_all(hook, admin):
        outgoing(tmp_path, {"desk": f'urls: ["{hook.url}"]', "admin": f'urls: ["{admin.url}"]'}, work, admin="admin")


@pytest.mark.parametrize(("severity", "after"), [(Severity.FLASH, 5 * MINUTE), (Severity.IMMEDIATE, HOUR)])
def test_endless_requests_to_wait_are_told_once(tmp_path: Path, severity: Severity, after: timedelta) -> None:
    async def work(line: Outgoing) -> None:
        hook.script, hook.headers = [429] * 1000, {"Retry-After": "60"}
        await line.queue("one", "desk", severity=severity)
        await pass_time(line, after - MINUTE)
        assert line.notices() == []
        await pass_time(line, after + 3 * HOUR, MINUTE)
        assert line.notices() == ["desk has asked us to wait since 14 Jun 12:00 UTC"]

    hook, admin = Hook(), Hook()
    with closing_all(hook, admin):
        outgoing(tmp_path, {"desk": f'urls: ["{hook.url}"]', "admin": f'urls: ["{admin.url}"]'}, work, admin="admin")


def test_flash_in_a_rest_of_an_hour_is_told_after_minutes_once(tmp_path: Path) -> None:
    """No attempt is made meanwhile that could tell."""

    async def work(line: Outgoing) -> None:
        hook.script, hook.headers = [429] * 1000, {"Retry-After": "3600"}
        await line.queue("one", "desk")
        await line.drain(NOW + SECOND)
        for n in range(3):
            await line.queue(f"flash{n}", "desk", severity=Severity.FLASH)
        await pass_time(line, 4 * MINUTE)
        assert line.notices() == []
        await pass_time(line, 50 * MINUTE, MINUTE)
        assert line.notices() == ["desk has asked us to wait since 14 Jun 12:00 UTC"]
        assert hook.seen == 1
        (told,) = [body["message"] for body in admin.accepted]
        assert "4 messages wait for it, the most urgent flash." in told

    hook, admin = Hook(), Hook()
    with closing_all(hook, admin):
        outgoing(tmp_path, {"desk": f'urls: ["{hook.url}"]', "admin": f'urls: ["{admin.url}"]'}, work, admin="admin")
