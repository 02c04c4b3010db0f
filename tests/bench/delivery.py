"""Delivering: throughput and latency beside plain requests.post, hung neighbours, a receiver that is down for a day."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import requests

from alerts.alert import Kind, Reason, Severity
from alerts.delivery import DeliveryState
from alerts.store import digests as digest_store
from tests.e2e.outgoing import NOW, Outgoing, outgoing
from tests.e2e.servers import Hook, Outlet, closing_all

MESSAGES = 500  # a storm
SINGLE = 40
HUNG = 12
ALERTS, DOWN, STEP = 300, timedelta(hours=24), timedelta(seconds=15)
FLASH_EVERY = 15  # of the alerts
STORY = re.compile(r"A militia moves (N\d+E)")


def run() -> None:
    logging.getLogger("alerts").setLevel(logging.ERROR)  # each failure is a line of the log
    throughput()
    _hung()
    _down()


def _line(receivers: dict[str, str], work: Callable[[Outgoing], Awaitable[None]]) -> None:
    with tempfile.TemporaryDirectory() as place:
        outgoing(Path(place), receivers, work)


def throughput() -> None:
    """Print how fast a storm of messages drains to one webhook, and what one message costs, beside requests.post."""
    with closing(Hook()) as hook:
        url = hook.url.replace("json://", "http://")
        text = json.dumps({"version": "1.0", "title": "PRIORITY A militia moves", "message": "x" * 500, "type": "info"})
        post = lambda: requests.post(url, data=text, headers={"Content-Type": "application/json"}, timeout=10)  # noqa: E731
        plain = _rate(MESSAGES, post)
        alone = statistics.median(_timed(post) for _ in range(SINGLE))

        async def work(line: Outgoing) -> None:
            for n in range(MESSAGES):
                await line.queue(f"s{n}", "desk")
            before, started, used = hook.seen, time.monotonic(), time.process_time()
            await line.drain()
            sent = hook.seen - before
            ours, cost = sent / (time.monotonic() - started), (time.process_time() - used) / sent
            singles = [await _single(line, hook, n) for n in range(SINGLE)]
            added = statistics.median(singles) - alone
            print(f"{MESSAGES} messages to one webhook: {ours:.0f} deliveries/s, plain requests.post {plain:.0f}/s")
            print(f"one of them, the webhook's own part included: {cost * 1e3:.1f} ms of processor time")
            print(
                f"one message: queued -> accepted median {statistics.median(singles) * 1000:.1f} ms, plain requests.post "
                f"{alone * 1000:.1f} ms, added {added * 1000:.1f} ms (two commits with fsync, composing, Apprise)"
            )

        _line({"desk": f'urls: ["{hook.url}"], rate: 600'}, work)


def _rate(number: int, work: Callable[[], object]) -> float:
    started = time.monotonic()
    for _ in range(number):
        work()
    return number / (time.monotonic() - started)


def _timed(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


async def _single(line: Outgoing, hook: Hook, n: int) -> float:
    await line.queue(f"single{n}", "desk")
    line.now += timedelta(minutes=1)
    before, started = len(hook.accepted), time.monotonic()
    sending = asyncio.create_task(line.drain())
    await asyncio.to_thread(hook.wait_for, before + 1)
    taken = time.monotonic() - started
    await sending
    return taken


def _hung() -> None:
    hung = Outlet()
    for n in range(HUNG):
        hung.hang(f"/{n}")
    base = hung.base.replace("http://", "json://")

    async def work(line: Outgoing) -> None:
        free = [await _delay(line, well, f"free{n}") for n in range(10)]
        for n in range(HUNG):
            await line.queue(f"h{n}", f"hung{n}")
        await line.deliver.start_due(line.clock)
        await asyncio.to_thread(_asked, hung, HUNG)
        beside = [await _delay(line, well, f"beside{n}") for n in range(10)]
        print(
            f"a healthy receiver, queued -> accepted: median {statistics.median(free) * 1000:.0f} ms alone; beside {HUNG} "
            f"hung ones {statistics.median(beside) * 1000:.0f} ms, at most {max(beside) * 1000:.0f} ms (goal: under 500)"
        )
        hung.released.set()

    with closing(Hook()) as well, closing_all(hung):
        _line(
            {
                "well": f'urls: ["{well.url}"], rate: 600',
                **{f"hung{n}": f'urls: ["{base}/{n}?rto=20"]' for n in range(HUNG)},
            },
            work,
        )


def _asked(hung: Outlet, number: int) -> None:
    with hung.changed:
        hung.changed.wait_for(lambda: len(hung.requests) >= number, 20)


async def _delay(line: Outgoing, hook: Hook, story: str) -> float:
    before, started = len(hook.accepted), time.monotonic()
    await line.queue(story, "well")
    await line.deliver.start_due(line.clock)
    await asyncio.to_thread(hook.wait_for, before + 1)
    return time.monotonic() - started


def _down() -> None:
    async def work(line: Outgoing) -> None:
        floor.choose = lambda: 500
        queued, flashes = 0, 0
        while line.now < NOW + DOWN:
            while queued < ALERTS and NOW + DOWN * queued / ALERTS <= line.now:
                severity = Severity.PRIORITY if queued % FLASH_EVERY else Severity.FLASH
                flashes += severity is Severity.FLASH
                await line.queue(f"N{queued}E", "floor", severity=severity)
                queued += 1
            await line.drain(line.now + STEP)
        tried = floor.seen
        floor.choose = lambda: 200
        by_minute: Counter[int] = Counter()
        told_at = 0
        for minute in range(120):
            before = len(floor.accepted)
            for _ in range(4):
                await line.drain(line.now + STEP)
            by_minute[minute] = len(floor.accepted) - before
            told_at = minute if by_minute[minute] else told_at
        _report_down(line, floor, duty, flashes=flashes, tried=tried, busiest=max(by_minute.values()), told_at=told_at)

    with closing(Hook()) as floor, closing(Hook()) as duty:
        receivers = {"duty": f'urls: ["{duty.url}"]', "floor": f'urls: ["{floor.url}"], standby: duty'}
        _line(receivers, work)


def _report_down(
    line: Outgoing, floor: Hook, duty: Hook, *, flashes: int, tried: int, busiest: int, told_at: int
) -> None:
    texts = "\n".join(f"{body['title']}\n{body['message']}" for body in floor.accepted)
    reached = set(STORY.findall(texts))
    digests = [each for each in line.all() if each.kind is Kind.DIGEST and each.state is DeliveryState.SENT]
    with line.database.read() as connection:
        listed = [alert for each in digests for alert in digest_store.digest_of(connection, each.subject, each.target)]
    in_digests = {alert.story for alert in listed}
    stood_in = [each for each in line.all() if each.reason is Reason.STANDBY]
    waits = [each.sent - line.on(each.subject, "floor").queued for each in stood_in if each.sent]
    notices = [title for title in duty.titles() if title.startswith("WATCHFLOOR")]
    lost = ALERTS - len(reached | in_digests)
    print(
        f"receiver down {DOWN.total_seconds() / 3600:.0f} h, {ALERTS} alerts ({flashes} flash): lost {lost}; "
        f"{tried} sends tried while down; books balance: {line.balanced()}"
    )
    print(
        f"  flash at the stand-by: {len(waits)} of {flashes}, at most "
        f"{max(waits).total_seconds():.0f} s after it was queued (steps of {STEP.total_seconds():.0f} s); notices: {notices}"
    )
    print(
        f"  recovery: all told {told_at} min after it answered again, at most {busiest} posts in a minute, "
        f"{len(floor.accepted)} posts: {len(reached)} stories named in them, {len(in_digests)} in {len(digests)} digests"
    )
