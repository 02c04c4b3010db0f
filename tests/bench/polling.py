"""What polls cost: CPU beside a bare client and another reader, 2,000 feeds in a minute, hostile servers, raw feeds."""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from unittest import mock

import aiohttp
import psutil
from aiohttp import web

from crawler.collect import ingest
from crawler.collect.collecting import Collecting
from crawler.fetch.fetching import Fetching
from crawler.fetch.workers import Workers
from crawler.parse.feeds import read_feed
from crawler.sources.source import Source
from crawler.store.db import Database
from crawler.store.sketches import Candidates
from crawler.store.writer_lane import WriterLane
from crawler.stories.wording import Wording
from tests.bench import peers
from tests.bench.shared import ROOT, unpack_timeline
from tests.bench.stories_window import written
from tests.e2e.servers import rss

FEEDS, ROUNDS, ITEMS = 200, 10, 20
RUNS = 5  # of each kind; the best counts, as others share the machine
MANY, MINUTES = 2000, 2
RAW = ("raw-2020-spring-dev", "raw-2026-08-13-dev")


def run() -> None:
    costs()
    for hostile in (0, MANY // 20):
        many(hostile)
    for name in RAW:
        raw(name)


def _feed(name: str, items: int = ITEMS) -> bytes:
    """Items whose words are drawn by Zipf's law: as in news, few of them are near another one."""
    found = islice(written(int(name)), items)
    return rss(*({"title": item.title, "guid": item.guid or "", "text": item.text} for item in found))


def _serve(port: Any, hostile: int, items: int) -> None:
    """An aiohttp server in a process of its own: feeds with an ETag, the first `hostile` of them misbehaving."""

    async def answer(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if int(name) < hostile:
            return await _misbehave(request, int(name))
        if request.headers.get("If-None-Match") == f'"{name}"':
            return web.Response(status=304, headers={"ETag": f'"{name}"'})
        return web.Response(body=_feed(name, items), headers={"ETag": f'"{name}"'}, content_type="application/rss+xml")

    async def main() -> None:
        app = web.Application()
        app.router.add_get("/{name}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "0.0.0.0", 0, backlog=1024)  # each hostile server gets an address of its own
        await site.start()
        port.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(main())


async def _misbehave(request: web.Request, number: int) -> web.StreamResponse:
    return await MISDEEDS[number % len(MISDEEDS)](request)


async def _hang(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(120)
    return web.Response()


async def _drip(request: web.Request) -> web.StreamResponse:
    return await _sent(request, [b"x"] * 100, pause=0.5)


async def _break_off(request: web.Request) -> web.StreamResponse:
    response = await _begun(request, {"Content-Length": "1000"})
    if request.transport:
        request.transport.abort()
    return response


async def _swamp(request: web.Request) -> web.StreamResponse:
    return await _sent(request, [b"x" * 1_000_000] * 64)


async def _fail(_: web.Request) -> web.StreamResponse:
    return web.Response(status=500)


async def _redirect(request: web.Request) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": str(request.url)})


async def _burden(_: web.Request) -> web.StreamResponse:
    """Send what takes a parser seconds."""
    return web.Response(body=b"<rss><channel><item><author>" + b"(" * 60_000 + b"</author></item></channel></rss>")


MISDEEDS = (_hang, _drip, _break_off, _swamp, _fail, _redirect, _burden)


async def _begun(request: web.Request, headers: dict[str, str]) -> web.StreamResponse:
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    return response


async def _sent(request: web.Request, pieces: list[bytes], pause: float = 0) -> web.StreamResponse:
    response = await _begun(request, {})
    with contextlib.suppress(ConnectionError):  # we are cut off, as we deserve
        for each in pieces:
            await response.write(each)
            await asyncio.sleep(pause)
    return response


@contextlib.contextmanager
def served(hostile: int = 0, items: int = ITEMS) -> Iterator[str]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=_serve, args=(theirs, hostile, items), daemon=True)
    server.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        server.kill()
        server.join()


def _cpu() -> float:
    return time.process_time()


def costs() -> None:
    """CPU of this process a poll, the best of some runs; children (parsing), wall time and fsync apart."""
    with served() as base:
        bare = min(asyncio.run(_bare(base)) for _ in range(RUNS))
        with _undeduplicated():
            plain = [asyncio.run(_ours(base)) for _ in range(RUNS)]
        runs = [asyncio.run(_ours(base)) for _ in range(RUNS)]
        again = min(each.again for each in (*plain, *runs))
        print(f"bare aiohttp client, 304: {bare:.2f} ms CPU a poll ({1000 / bare:,.0f} polls/s a core)")
        print(
            f"a 304 poll with its state written: {again:.2f} ms CPU ({1000 / again:,.0f} polls/s a core), "
            f"{again / bare:.1f} x bare; {min(each.again_wall for each in runs):.2f} ms of wall time"
        )
        for what, these in ("without deduplication", plain), ("with deduplication", runs):
            first, children = min(each.first for each in these), min(each.children for each in these)
            print(
                f"a first poll of {ITEMS} items stored, {what}: {first:.2f} ms CPU in the main process and "
                f"{children:.2f} ms of parsing in children ({1000 / (first + children):,.0f} polls/s a core); "
                f"{min(each.first_wall for each in these):.1f} ms of wall time, {FEEDS} at once"
            )
        commits = statistics.median(each.commit for each in (*plain, *runs))
        print(f"one fsync'd commit of one row: {commits:.1f} ms of wall time; best of {RUNS} runs, {loaded()}")
        _reader(base)


@contextlib.contextmanager
def _undeduplicated() -> Iterator[None]:
    """Store articles as they come: each opens its story, nothing is read, sketched or compared."""
    nothing: dict[str, Callable[..., Any]] = {
        "sketch": lambda _: frozenset(),
        "place": lambda _later, _candidates, fresh: (fresh, frozenset()),
        "add_sketches": lambda *_: None,
        "count_sentences": lambda *_: None,
    }
    with contextlib.ExitStack() as patched:
        for name, instead in nothing.items():
            patched.enter_context(mock.patch.object(ingest, name, instead))
        unread: dict[str, Callable[..., Any]] = {
            "expect": lambda *_: None,
            "read": lambda *_: Wording((), (), frozenset()),
        }
        for name, instead in unread.items():
            patched.enter_context(mock.patch.object(Candidates, name, instead))
        yield


@dataclass(frozen=True, slots=True)
class Costs:
    """What polls cost, in ms each: CPU of the main process, of its children, wall time; and one commit's wall time."""

    first: float
    first_wall: float
    children: float
    again: float
    again_wall: float
    commit: float


async def _bare(base: str) -> float:
    async with aiohttp.ClientSession() as session:

        async def one(name: int) -> None:
            async with session.get(f"{base}/{name}", headers={"If-None-Match": f'"{name}"'}) as response:
                await response.read()

        await asyncio.gather(*(one(n) for n in range(FEEDS)))
        begun = _cpu()
        for _ in range(ROUNDS):
            await in_turns(one, FEEDS)
        return 1000 * (_cpu() - begun) / (FEEDS * ROUNDS)


async def in_turns(one: Callable[[int], Awaitable[object]], count: int) -> None:
    """Await a work for each number below `count`, 32 at a time."""
    turns = asyncio.Semaphore(32)

    async def held(n: int) -> None:
        async with turns:
            await one(n)

    await asyncio.gather(*(held(n) for n in range(count)))


async def _ours(base: str) -> Costs:
    with tempfile.TemporaryDirectory() as place:
        database = Database.at(Path(place) / "bench.db")
        database.migrate("crawler")
        lane, workers = WriterLane(database), Workers()
        await workers.run(len, "warm")
        collecting = Collecting(database, lane, workers)
        now = datetime(2026, 11, 24, tzinfo=UTC)
        sources = [Source(f"s{n}", f"{base}/{n}") for n in range(FEEDS)]
        await collecting.open(Fetching(["127.0.0.1"], at_once=32), sources, now)
        begun, wall, spent = _cpu(), time.monotonic(), _children()
        stored = await collecting.round(now)
        assert sum(each.new for each in stored) == FEEDS * ITEMS, "every item of a first poll is stored"
        first, first_wall, children = _cpu() - begun, time.monotonic() - wall, _children() - spent
        begun, wall = _cpu(), time.monotonic()
        for _ in range(ROUNDS):
            now = max(state.due for _, state in collecting.known())
            await collecting.round(now)
        again, again_wall = _cpu() - begun, time.monotonic() - wall
        wall = time.monotonic()
        for _ in range(20):
            await lane.write(lambda connection: connection.exec_driver_sql("UPDATE counts SET n = n + 1"))
        commit = (time.monotonic() - wall) / 20
        await collecting.close()
        workers.close()
        lane.close()
        database.close()
        each = 1000 / FEEDS
        polls = each / ROUNDS
        return Costs(first * each, first_wall * each, children * each, again * polls, again_wall * polls, 1000 * commit)


def _children() -> float:
    """CPU seconds of the parsing children that live."""
    return sum(sum(each.cpu_times()[:2]) for each in psutil.Process().children(recursive=True))


def _reader(base: str) -> None:
    python = peers.interpreter("reader", "sgmllib3k")
    if python:
        command = [str(python), str(ROOT / "tests" / "bench" / "peer_reader.py"), base, str(FEEDS), str(RUNS)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        print(done.stdout.strip() or f"lemon24/reader failed: {done.stderr.strip()[-300:]}")


RULES = """\
version: 1
settings: {{allow_private: ["127.0.0.0/8"], host_at_once: 64}}
sources:
{sources}
receivers: {{console: {{urls: ["console://"]}}}}
rules:
  - {{id: m, title: M, match: [nothingatall], severity: routine, notify: [console]}}
"""


def many(hostile: int) -> None:
    """The real daemon over 2,000 feeds at 60 s; measured from outside and by what it logs of itself."""
    with served(hostile) as base, tempfile.TemporaryDirectory() as place:
        bases = [base.replace("127.0.0.1", f"127.0.1.{n + 1}") if n < hostile else base for n in range(MANY)]
        sources = "\n".join(f'  - {{id: s{n}, url: "{at}/{n}", every: 60s}}' for n, at in enumerate(bases))
        rules = Path(place) / "rules.yaml"
        rules.write_text(RULES.format(sources=sources), encoding="utf-8")
        log = Path(place) / "log"
        command = [sys.executable, "-m", "tests.bench.polling", "daemon", str(rules), str(log), str(MANY - hostile)]
        begun = time.monotonic()
        daemon = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while not log.exists():
                assert daemon.poll() is None, "the daemon ended by itself"
                time.sleep(0.5)
            settled = time.monotonic() - begun
            process = psutil.Process(daemon.pid)
            before = sum(process.cpu_times()[:2])
            time.sleep(60 * MINUTES)
            share = (sum(process.cpu_times()[:2]) - before) / (60 * MINUTES)
            rss_mb = process.memory_info().rss / 1e6
        finally:
            daemon.terminate()
            daemon.wait(30)
        seen = json.loads(log.read_text(encoding="utf-8"))
    late, lag = sorted(seen["late"]), sorted(seen["lag"])
    print(
        f"{MANY} feeds at 60 s, {hostile} hostile: {share:.1%} of a core in the main process, RSS {rss_mb:.0f} MB; "
        f"{len(late)} polls of well feeds, lateness p50 {_at(late, 0.5):.2f} s, p99 {_at(late, 0.99):.2f} s; "
        f"loop lag p50 {1000 * _at(lag, 0.5):.0f} ms, p99 {1000 * _at(lag, 0.99):.0f} ms, max {1000 * lag[-1]:.0f} ms; "
        f"{MINUTES} minutes, from {settled:.0f} s after the start on; {loaded()}",
        flush=True,
    )


def loaded() -> str:
    """Return the machine's load in words."""
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def daemon(rules: str, log: str, well: str) -> None:
    """The service itself, with a note of how late each poll of a well source is, and of the loop's lag."""
    from alerts.run.service import Service  # noqa: PLC0415 - only this process runs the service

    late: list[float] = []
    lag: list[float] = []

    async def main() -> None:
        async with Service(Path(rules), Path(rules).parent / "var", os.environ) as service:
            collecting, settled = service._collecting, asyncio.Event()
            poll = collecting.poll

            async def noted(source: Source, clock: Callable[[], datetime], turn: asyncio.Event | None = None) -> Any:
                state = collecting.states.get(source.id)
                if state and not state.failures and settled.is_set():
                    late.append((clock() - state.due).total_seconds())
                return await poll(source, clock, turn)

            collecting.poll = noted  # type: ignore[method-assign]
            watch = asyncio.create_task(_watch(collecting, int(well), settled, Path(log), lag))
            await service.run()
            watch.cancel()

    asyncio.run(main())
    Path(log).write_text(json.dumps({"late": late or [0], "lag": lag or [0]}), encoding="utf-8")


async def _watch(collecting: Collecting, well: int, settled: asyncio.Event, log: Path, lag: list[float]) -> None:
    """Wait until every well source was polled and stored, and one interval more; from then on measure the loop."""
    while sum(state.baseline is not None for state in collecting.states.values()) < well:  # noqa: ASYNC110 - nothing tells
        await asyncio.sleep(1)
    await asyncio.sleep(60)
    settled.set()
    await asyncio.to_thread(log.touch)
    while True:
        begun = time.monotonic()
        await asyncio.sleep(0.05)
        lag.append(time.monotonic() - begun - 0.05)


def raw(name: str) -> None:
    """Every captured file, broken ones too: parsed, or named."""
    with tempfile.TemporaryDirectory() as place:
        unpacked = unpack_timeline(name, Path(place))
        if unpacked is None:
            return
        files = sorted(path for path in unpacked.rglob("*") if path.is_file() and path.suffix != ".json")
        outcomes: Counter[str] = Counter()
        costs, sizes, entries = [], [], 0
        for path in files:
            body = path.read_bytes()
            begun = _cpu()
            feed = read_feed(body, None, "https://outlet.example/")
            costs.append(_cpu() - begun)
            sizes.append(len(body))
            entries += len(feed.entries)
            outcomes[_named(body, feed.version, feed.problem, len(feed.entries))] += 1
        rate = 1000 * sum(costs) / (sum(sizes) / 100_000)
        print(
            f"{name}: {len(files)} files, {sum(sizes) / 1e6:.1f} MB, {entries} items, {rate:.1f} ms CPU per 100 KB, ",
            end="",
        )
        print(f"slowest file {max(costs):.2f} s, median {1000 * statistics.median(costs):.1f} ms; {dict(outcomes)}")


def _named(body: bytes, version: str, problem: str, entries: int) -> str:
    if not body.strip():
        return "empty"
    if not version:
        return "no feed, named"
    if problem:
        return "malformed, items given" if entries else "malformed, without items"
    return "well-formed"


if __name__ == "__main__":
    daemon(*sys.argv[2:])
