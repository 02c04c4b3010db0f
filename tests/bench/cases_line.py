"""Cases of the delivering line: one message that fails, endless waits, slow receivers, state that moved meanwhile."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from alerts import receivers
from alerts.alert import Message, Severity
from alerts.delivery import DeliveryState
from alerts.demo.sinks import MailSink
from tests.e2e.conftest import Desk
from tests.e2e.mailserver import Post, Raw
from tests.e2e.outgoing import NOW, Outgoing, outgoing
from tests.e2e.servers import Hook, Outlet, closing_all, rss
from tests.e2e.slackapi import SlackApi

Case = tuple[str, Callable[[], str]]
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
DATE = "Sun, 14 Jun 2026 09:30:00 GMT"
FEW, MANY, CLAIMED, DEARER = 50, 2_000, 40, 3.0
SLOW = 6.0  # seconds
Work = Callable[[Outgoing, Hook, Hook], Awaitable[str]]


def _two(work: Work, more: str = "", place: str = "") -> str:
    """Play on a line with a webhook `desk` and another one, `admin`, that is told what goes wrong."""
    came: list[str] = []
    hook, admin = Hook(), Hook()

    async def play(line: Outgoing) -> None:
        came.append(await work(line, hook, admin))

    Path(place).mkdir(exist_ok=True)
    with closing_all(hook, admin):
        named = {"desk": f'urls: ["{hook.url}"]{more}', "admin": f'urls: ["{admin.url}"]'}
        outgoing(Path(place), named, play, admin="admin")
    return came[0]


async def _pass(line: Outgoing, until: datetime, step: timedelta = 20 * SECOND) -> None:
    while line.now < until:
        await line.drain(min(line.now + step, until))


def _took(line: Outgoing, story: str) -> timedelta | None:
    """Return how long a message waited until it was sent; None if it was not."""
    each = line.on(story, "desk")
    return each.sent - each.queued if each.state is DeliveryState.SENT and each.sent else None


def own_fault() -> Iterator[Case]:
    yield "500 to one title, a flash two hours later", lambda: _two(_two_hours_later)
    yield "500 to one title among others", lambda: _two(_among_others)


async def _two_hours_later(line: Outgoing, hook: Hook, _: Hook) -> str:
    hook.poison = "poison"
    await line.queue("poison", "desk")
    await _pass(line, NOW + 2 * HOUR, MINUTE)
    await line.queue("flash", "desk", severity=Severity.FLASH)
    await _pass(line, line.now + 5 * MINUTE, 5 * SECOND)
    took = _took(line, "flash")
    return "" if took is not None and took <= MINUTE else f"the flash took {took}"


async def _among_others(line: Outgoing, hook: Hook, _: Hook) -> str:
    hook.poison = "poison"
    await line.queue("poison", "desk")
    for n in range(40):
        await line.queue(f"s{n}", "desk")
        await _pass(line, NOW + (n + 1) * MINUTE)
    slow = [n for n in range(40) if (took := _took(line, f"s{n}")) is None or took > MINUTE]
    poison, told = line.on("poison", "desk"), line.notices()
    if slow or poison.state is not DeliveryState.DEAD or told != ["a message to desk could not be delivered"]:
        return f"{len(slow)} others late, poison {poison.state.value}, notices {told}"
    return ""


def endless_wait() -> Iterator[Case]:
    for severity, within in ((Severity.FLASH, 10 * MINUTE), (Severity.PRIORITY, 70 * MINUTE)):
        yield f"Retry-After: 60 for ever, {severity.word}", partial(_two, _waits(severity, within, "60"))
    yield "... and the stand-by", lambda: _two(_stands_in, ", standby: admin")
    yield "a flash in a rest of an hour", lambda: _two(_rests_long)


def _waits(severity: Severity, within: timedelta, asked: str) -> Work:
    async def work(line: Outgoing, hook: Hook, _: Hook) -> str:
        hook.choose, hook.headers = lambda: 429, {"Retry-After": asked}
        await line.queue("one", "desk", severity=severity)
        await _pass(line, NOW + within)
        return "" if line.notices() else f"nobody told within {within}"

    return work


async def _stands_in(line: Outgoing, hook: Hook, admin: Hook) -> str:
    hook.choose, hook.headers = lambda: 429, {"Retry-After": "60"}
    await line.queue("one", "desk", severity=Severity.FLASH)
    await _pass(line, NOW + 3 * MINUTE)
    return "" if any(title.startswith("FLASH") for title in admin.titles()) else f"{admin.titles()}"


async def _rests_long(line: Outgoing, hook: Hook, _: Hook) -> str:
    hook.choose, hook.headers = lambda: 429, {"Retry-After": "3600"}
    await line.queue("one", "desk")
    await line.drain(NOW + SECOND)
    await line.queue("two", "desk", severity=Severity.FLASH)
    await _pass(line, NOW + 11 * MINUTE)
    return "" if line.notices() else "nobody told within 10 min"


def cost() -> Iterator[Case]:
    yield f"all flash: {MANY} waiting beside {FEW}", _cost


def _cost() -> str:
    few, many = (_two(_claims(number), ", rate: 600", str(number)) for number in (FEW, MANY))
    return "" if float(many) < DEARER * float(few) else f"{float(many):.1f} ms a delivery, {float(few):.1f} ms before"


def _claims(number: int) -> Work:
    async def work(line: Outgoing, hook: Hook, _: Hook) -> str:
        for n in range(number):
            await line.queue(f"s{n}", "desk", severity=Severity.FLASH)
        spent: list[float] = []
        while len(hook.accepted) < CLAIMED:
            before, begun = len(hook.accepted), time.process_time()
            hook.script = []
            hook.choose = lambda: 200 if len(hook.accepted) < CLAIMED else 429
            await line.drain(line.now + 5 * SECOND)
            spent.append((time.process_time() - begun) / max(1, len(hook.accepted) - before))
        return f"{min(spent) * 1000}"

    return work


class _Picky(Post):
    """A mail server that refuses one mail after DATA, for now, and takes any other."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if b"poison" in envelope.content:
            return "451 4.3.0 try later"
        return await super().handle_DATA(server, session, envelope)


def head_of_line() -> Iterator[Case]:
    yield "451 after DATA to one mail", _one_mail
    yield "500 to one flash", lambda: _two(_behind_a_flash)


def _one_mail() -> str:
    came: list[str] = []

    async def work(line: Outgoing) -> None:
        await line.queue("poison", "desk")
        came.append(await _immediates(line))

    post = _Picky()
    with closing_all(post):
        outgoing(Path(), {"desk": f'urls: ["{post.url()}"]', "other": 'urls: ["log://"]'}, work, admin="other")
    return came[0]


async def _behind_a_flash(line: Outgoing, hook: Hook, _: Hook) -> str:
    hook.poison = "poison"
    await line.queue("poison", "desk", severity=Severity.FLASH)
    return await _immediates(line)


async def _immediates(line: Outgoing) -> str:
    """Queue an immediate every ten minutes for three hours; each is to go within a minute."""
    for n in range(18):
        await line.queue(f"i{n}", "desk", severity=Severity.IMMEDIATE)
        await _pass(line, NOW + (n + 1) * 10 * MINUTE, 10 * SECOND)
    slow = [took for n in range(18) if (took := _took(line, f"i{n}")) is None or took > MINUTE]
    return f"{len(slow)} of 18 immediates took longer than a minute, the first {slow[0]}" if slow else ""


def slow() -> Iterator[Case]:
    yield f"a webhook answers 200 after {SLOW:.0f} s", lambda: _two(_slow)


async def _slow(line: Outgoing, hook: Hook, _: Hook) -> str:
    def late() -> int:
        time.sleep(SLOW)
        return 200

    hook.choose = late
    await line.queue("one", "desk")
    await line.drain()
    await _pass(line, NOW + 2 * HOUR, 10 * MINUTE)
    copies = len(hook.accepted)
    return "" if copies == 1 and not line.notices() else f"{copies} copies, notices {line.notices()}"


def moved() -> Iterator[Case]:
    yield "an ack while an escalation waits", _acked_late
    yield "a toll of 14, 17, 14", _toll
    yield "a clock set back an hour while down", _set_back


@contextmanager
def played_desk(severity: str = "priority") -> Iterator[Desk]:
    """Yield a desk of its own with one source, /a.xml."""
    made = Desk(Path.cwd(), Outlet(), Hook(), MailSink())
    made.outlet.serve("/a.xml", rss())
    made.write("/a.xml")
    made.rules.write_text(made.rules.read_text().replace("severity: priority", f"severity: {severity}"))
    with closing_all(made.outlet, made.hook, made.mail):
        yield made


def _at(desk: Desk, *times: str) -> None:
    desk.rounds(*(f"2026-06-14T{each}:00Z" if each.count(":") == 1 else f"2026-06-14T{each}Z" for each in times))


def _news(desk: Desk, title: str) -> None:
    desk.outlet.serve("/a.xml", rss({"title": title, "guid": "1", "date": DATE}))


def _acked_late() -> str:
    with (
        played_desk("flash") as desk,
        SlackApi(Path("slack"), limits={}) as api,
        pytest.MonkeyPatch.context() as environ,
    ):
        for name, value in api.env().items():
            environ.setenv(name, value)
        made = f'receivers:\n  floor: {{urls: ["{api.url}"], escalate: {{after: 10m, to: hook}}}}\n'
        text = desk.rules.read_text().replace("receivers:\n", made).replace("notify: [hook]", "notify: [floor]")
        desk.rules.write_text(text)
        _news(desk, "Militia attacks a base")
        _at(desk, "10:00")
        desk.hook.choose = lambda: 503
        _at(desk, "10:10")
        if not desk.hook.seen:
            return "no escalation was tried"
        api.react(api.messages[0].ts, "eyes", "U1")
        _at(desk, "10:12")
        desk.hook.choose = lambda: 200
        _at(desk, "10:20", "10:30", "11:00")
        rang = [title for title in desk.hook.titles() if "ESCALATED" in title]
    return f"rang all the same: {rang}" if rang else ""


def _toll() -> str:
    with played_desk() as desk:
        for at, toll in (("10:00", 14), ("10:10", 17), ("10:20", 14)):
            _news(desk, f"Blast kills {toll} militia fighters in Kirkuk")
            _at(desk, at)
        _at(desk, "10:45", "11:00")
        told = [f"{body['title']} {body['message']}" for body in desk.hook.accepted]
    if not told or "14" not in told[0]:
        return f"first told as {told[:1]}"
    both = [each for each in told[1:] if "14 -> 17" in each and "17 -> 14" in each]
    wrong = both or [each.split("\n")[0] for each in told[1:] if "17" in each.split("\n")[0]]
    return f"told as {wrong}" if wrong else ""


def _set_back() -> str:
    with played_desk() as desk:
        _at(desk, "10:55")
        _news(desk, "Militia attacks a base")
        desk.hook.choose = lambda: 500
        _at(desk, "11:00", "11:00:20", "11:01")
        desk.hook.choose = lambda: 200
        _at(desk, "10:01", "10:01:30", "10:02", "10:03", "10:05", "10:06")
        told = desk.hook.titles()
        return "" if any("attacks a base" in title for title in told) else f"not told within 5 min: {told}"


def smaller() -> Iterator[Case]:
    yield '"DIGEST nothing since" in the minute of a digest', _digests
    yield "a mail's reply of 100 kB after DATA", lambda: _mailed(b"250 " + b"y" * 100_000 + b"\r\n")


def _digests() -> str:
    with played_desk("routine") as desk:
        text = desk.rules.read_text().replace('hook: {urls: ["', 'hook: {digest: ["12:00"], urls: ["')
        desk.rules.write_text(text)
        _at(desk, "10:00")
        _news(desk, "Militia moves")
        _at(desk, "11:00", "12:00", "12:00:10", "12:00:59", "12:01")
        titles = desk.hook.titles()
    one = len(titles) == 1 and titles[0].startswith("DIGEST 1 ")
    return "" if one else f"{titles}"


def reply_code() -> Iterator[Case]:
    yield "252 to RCPT", lambda: _mailed(b"250 ok\r\n", b"252 will try\r\n")


def _mailed(data: bytes, rcpt: bytes = b"250 ok\r\n") -> str:
    def act(line: Any) -> None:
        line.settimeout(10)
        for reply in (b"220 x\r\n", b"250 x\r\n", b"250 ok\r\n", rcpt, b"354 go\r\n", data, b"221 bye\r\n"):
            line.sendall(reply)
            if not line.recv(100_000):
                return

    server = Raw(act)
    with closing_all(server):
        result = receivers.send(receivers.parse("x", server.url("tls=none&timeout=5")), Message("Title", "Body"))
    return "" if result.ok else f"{result}"
