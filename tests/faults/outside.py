"""The world round the daemon: its clock, its rules, receivers, outlets; and a long run with a little of all."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from statistics import linear_regression

import psutil

from tests.e2e.servers import Answer, rss
from tests.faults.fault import Counts, Fault, Row
from tests.faults.floor import FEEDS, Floor

DECADE = 3652 * 86_400.0  # seconds; whole days, so that the digests of the day come when they would
GARBLED = b"<?xml version='1.0'?><rss><channel><item><title>\xff\xfe\x00 militia</ti"

RELOADED_WITHIN = 60.0  # seconds
CONSTANT_FEEDS = 20
FEW_RELOADS = 200  # with more of them items come seldom


def soon(floor: Floor) -> None:
    """Let the receivers have a digest each minute of the next ten: what looks old then comes soon."""
    minutes = [f"{datetime.now(UTC) + timedelta(minutes=n):%H:%M}" for n in range(1, 12)]
    floor.digest = f", digest: [{', '.join(repr(each) for each in minutes)}]"


def clock(*steps: float, between: float = 5.0, load: float = 0.5) -> Callable[[Floor, Counts, Row], None]:
    """Return the work of setting the clock by steps of seconds, under load."""

    def work(floor: Floor, counts: Counts, row: Row) -> None:
        began = time.monotonic()
        with floor.load(load):
            for each in steps:
                floor.order(f"clock {each}")
                time.sleep(min(between, counts.lasts))
        row.times, row.must_tell = len(steps), any(abs(each) >= DECADE for each in steps)
        row.told = floor.told(began, time.monotonic() - began + 5.0, status=False)

    return work


def reloads(floor: Floor, counts: Counts, row: Row) -> None:
    """The rules are written anew again and again, under load."""
    assert floor.running
    weights, read, slowest = [_weight(floor)], 0, 0.0
    # many reloads take an hour: an archive that grew by 7,000 matches meanwhile would be what is measured
    with floor.load(0.5 if counts.reloads <= FEW_RELOADS else 5.0):
        while row.times < counts.reloads:
            floor.write_rules()
            began = time.monotonic()
            # each waits for its own: one that was missed must not make all that follow look late
            while (found := _reloaded_since(floor, read)) is None and time.monotonic() - began < RELOADED_WITHIN:
                time.sleep(0.02)
            if found is None:
                row.faults.append(f"reload {row.times + 1} was not made within {RELOADED_WITHIN:.0f} s")
                break
            read, slowest = found, max(slowest, time.monotonic() - began)
            row.times += 1
            if row.times % max(counts.reloads // 4, 1) == 0:
                weights.append(_weight(floor))
    row.note = f"slowest {slowest:.1f} s; RSS, descriptors, threads {' -> '.join(weights)}"


def _reloaded_since(floor: Floor, read: int) -> int | None:
    """Return how many lines of the log lead up to the next reload after the first `read` of them, None before it."""
    assert floor.running
    return (
        next((n for n in range(read, len(floor.running.log)) if "rules reloaded version=" in floor.running.log[n]), -1)
        + 1
        or None
    )


def _weight(floor: Floor) -> str:
    process = psutil.Process(floor.pid)
    return f"{process.memory_info().rss >> 20} MiB, {process.num_fds()}, {process.num_threads()}"


def faulty_rules(floor: Floor, counts: Counts, row: Row) -> None:
    """rules.yaml is saved with an error: the old rules stay, and somebody is told."""
    row.must_tell = True
    began = time.monotonic()
    floor.desk.rules.write_text(floor.desk.rules.read_text().replace("immediate", "dire"))
    row.told = floor.told(began, 30)
    floor.publish(tell=True)
    floor.write_rules()


def receiver(name: str, begin: Callable[[Floor], object], end: Callable[[Floor], object], other: str) -> Fault:
    """Return the fault that a receiver fails for a while; the other one must have all of it meanwhile."""

    def work(floor: Floor, counts: Counts, row: Row) -> None:
        begin(floor)
        began = time.monotonic()
        with floor.load(0.5):
            row.told = floor.told(began, counts.lasts)
            time.sleep(max(0.0, began + counts.lasts - time.monotonic()))
        if other and not floor.journal.wait([other], 20):
            row.faults.append(f"{other} was held up: {floor.journal.missing([other])[:5]}")
        end(floor)
        row.note = f"lasted {time.monotonic() - began:.0f} s"

    return Fault(name, work, settles=400)


def _answer(status: int) -> Callable[[Floor], None]:
    return lambda floor: setattr(floor.hook, "choose", lambda: status)


def _hangs(floor: Floor) -> None:
    def never() -> int:
        floor.outlet.released.wait(60)
        return 500

    floor.hook.choose = never


def _mail(fault: str) -> Callable[[Floor], None]:
    return lambda floor: setattr(floor.mail, "fault", fault)


def _both(*works: Callable[[Floor], object]) -> Callable[[Floor], None]:
    def work(floor: Floor) -> None:
        for each in works:
            each(floor)

    return work


def outlet(name: str, answer: Callable[[Floor, str], object], *, all_feeds: bool = False) -> Fault:
    """Return the fault that one feed, or all, answer strangely for a while; what they had is in the feed afterwards."""

    def work(floor: Floor, counts: Counts, row: Row) -> None:
        paths = list(floor.items) if all_feeds else list(floor.items)[:1]
        floor.broken.update(paths)
        for each in paths:
            answer(floor, each)
        began = time.monotonic()
        with floor.load(0.5):
            row.told = floor.told(began, counts.lasts)
            time.sleep(max(0.0, began + counts.lasts - time.monotonic()))
        floor.outlet.released.set()
        floor.broken.clear()
        for each in paths:
            floor.serve(each)
        row.note = f"lasted {time.monotonic() - began:.0f} s"

    return Fault(name, work, settles=400)


def _garble(floor: Floor, path: str) -> None:
    floor.outlet.answers[path] = Answer(GARBLED)


def _cut(floor: Floor, path: str) -> None:
    def half(request: BaseHTTPRequestHandler) -> None:
        body = rss(*floor.items[path])
        request.send_response(200)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body[: len(body) // 2])

    floor.outlet.act(path, half)


def _fails(floor: Floor, path: str) -> None:
    floor.outlet.answers[path] = Answer(status=503)


def _slow(floor: Floor, path: str) -> None:
    floor.outlet.hang(path)


def unreachable(floor: Floor, counts: Counts, row: Row) -> None:
    """Nothing listens where the outlets are."""
    floor.broken.update(floor.items)
    with floor.load(0.5):
        began = time.monotonic()
        floor.outlet.stop()
        for each in floor.items:  # also on connections that are kept open
            floor.outlet.act(each, lambda _: None)
        row.told = floor.told(began, counts.lasts)
        time.sleep(max(0.0, began + counts.lasts - time.monotonic()))
        floor.outlet.start()
        floor.broken.clear()
        for each in floor.items:
            floor.serve(each)
        row.note = f"lasted {time.monotonic() - began:.0f} s"


def second_daemon(floor: Floor, counts: Counts, row: Row) -> None:
    """A second daemon is started on the same directory, with and without the lock file."""
    for _ in range(2):
        said = floor.desk.run("run", "--once", expect=1).stderr
        if str(floor.pid) not in said and "is in use" not in said:
            row.faults.append(said)
        (floor.state / "watchfloor.lock").unlink(missing_ok=True)
        row.times += 1
    floor.publish(tell=True)


def soak(floor: Floor, counts: Counts, row: Row) -> None:
    """A long run with items, small faults of outlets and receivers: memory must not grow."""
    ends = time.monotonic() + 60 * counts.soak_minutes
    process, samples = psutil.Process(floor.pid), []
    paths = list(floor.items)
    while time.monotonic() < ends:
        floor.publish()
        with suppress(IndexError):
            floor.outlet.requests[:-1000] = []  # the campaign's own memory
        if floor.draw.random() < 0.02:
            floor.hook.script = [500, 0]
            _garble(floor, floor.draw.choice(paths))
        time.sleep(0.5)
        samples.append((time.monotonic(), process.memory_info().rss / 2**20))
    half = samples[len(samples) // 2 :]
    polls = FEEDS * (half[-1][0] - half[0][0])
    slope = (sum(rss for _, rss in half[-20:]) - sum(rss for _, rss in half[:20])) / 20 if len(half) > 40 else 0.0
    row.note = f"{counts.soak_minutes:g} min, RSS {samples[0][1]:.0f} -> {samples[-1][1]:.0f} MiB; second half {slope:+.1f} MiB in {polls:.0f} polls"


def many_feeds(floor: Floor) -> None:
    """Let the newsroom have as many feeds as make some twenty polls a second."""
    floor.items |= {f"/constant-{n}.xml": [] for n in range(CONSTANT_FEEDS)}


def constant(floor: Floor, counts: Counts, row: Row) -> None:
    """A long run in which no feed changes: each poll reads what it knows, and memory must not grow."""
    for path in floor.items:
        for _ in range(20):
            floor.publish(path=path, tell=False)
    time.sleep(60)
    process, samples, polls = psutil.Process(floor.pid), [], 0
    ends = time.monotonic() + 60 * counts.soak_minutes
    while time.monotonic() < ends:
        time.sleep(min(10.0, max(0.0, ends - time.monotonic())))
        # the campaign's own memory
        with floor.outlet.changed:
            polls += len(floor.outlet.requests)
            floor.outlet.requests.clear()
        samples.append((polls, process.memory_info().rss / 2**20))
    half = samples[len(samples) // 2 :]
    slope = 100_000 * linear_regression([polls for polls, _ in half], [rss for _, rss in half]).slope
    row.note = (
        f"{counts.soak_minutes:g} min, {polls} polls of {len(floor.items)} feeds, RSS {samples[0][1]:.0f} -> {half[0][1]:.1f} -> {half[-1][1]:.1f} MiB; "
        f"second half {slope:+.2f} MiB per 100,000 polls"
    )


FAULTS = (
    Fault("clock +1 h", clock(3600.0)),
    Fault("clock -1 h", clock(-3600.0)),
    Fault("clock +10 years and back", clock(DECADE, -DECADE, between=20, load=4.0), soon, settles=240),
    Fault("clock set 20 times", clock(*(400.0 * (-1) ** n * (1 + n % 3) for n in range(20)), between=2), settles=150),
    Fault("reloads", reloads),
    Fault("rules saved with an error", faulty_rules),
    receiver("webhook answers 500", _answer(500), _answer(200), "mail"),
    receiver("webhook resets", _answer(0), _answer(200), "mail"),
    receiver("webhook hangs", _hangs, _both(lambda floor: floor.outlet.released.set(), _answer(200)), "mail"),
    receiver("mail server refuses", _mail("refuse"), _mail(""), "hook"),
    receiver("mail server resets", _mail("reset"), _mail(""), "hook"),
    receiver("all receivers fail", _both(_answer(500), _mail("refuse")), _both(_answer(200), _mail("")), ""),
    outlet("one feed hangs", _slow),
    outlet("one feed garbled", _garble),
    outlet("one feed cut off", _cut),
    outlet("all feeds answer 503", _fails, all_feeds=True),
    Fault("all outlets unreachable", unreachable, settles=400),
    Fault("a second daemon", second_daemon),
    Fault("soak", soak),
    Fault("constant feeds", constant, many_feeds),
)
