"""What a desk of 50, 500 and 2,000 sources costs all day: processor time and memory of the daemon and its children.

Each feed has twenty items, is polled once a minute (or WATCHFLOOR_LOAD_EVERY seconds) and gets a new item once an hour, as most outlets do; between them it
answers 304. What is measured is a whole number of intervals: in each, every source is polled once.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any

import psutil
from aiohttp import web

from crawler.store.db import DATABASE
from tests.bench.shared import ROOT
from tests.bench.stories_window import written
from tests.e2e.servers import rss

SIZES = tuple(int(size) for size in os.environ.get("WATCHFLOOR_LOAD", "50,500,2000").split(","))
EVERY = int(os.environ.get("WATCHFLOOR_LOAD_EVERY", "60"))  # seconds
MEASURED = 2.0 * EVERY
SETTLED = 1.0 * EVERY  # seconds after all were polled for the first time: until then some were polled once only
ITEMS, NEW_EVERY = 20, 3600.0
RULES = """version: 1
settings: {{allow_private: ["127.0.0.1"], host_at_once: 64, host_apart: 0s}}
sources:
{sources}
receivers: {{console: {{urls: ["console://"]}}}}
rules: [{{id: militia, title: Militias, match: [militia, strike*, "drone*"], severity: routine, notify: [console]}}]
"""


def run() -> None:
    for size in SIZES:
        _measure(size)


def _measure(size: int) -> None:
    with served() as base, tempfile.TemporaryDirectory() as name:
        place = Path(name)
        sources = "\n".join(
            f'  - {{id: s{n}, url: "{base}/{n}", every: {EVERY}s, full_text: never}}' for n in range(size)
        )
        (place / "rules.yaml").write_text(RULES.format(sources=sources), encoding="utf-8")
        with (place / "log").open("wb") as log:
            command = [sys.executable, "-m", "alerts", "run", "--config", str(place / "rules.yaml")]
            daemon = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log)
        try:
            begun = time.monotonic()
            while polled(place / "var" / DATABASE) < size:
                assert daemon.poll() is None, (place / "log").read_text()[-2000:]
                time.sleep(1)
            first = time.monotonic() - begun
            time.sleep(SETTLED)
            before, since = _spent(daemon.pid), time.monotonic()
            time.sleep(MEASURED)
            after, lasted = _spent(daemon.pid), time.monotonic() - since
            share = {part: (after[part] - before[part]) / lasted for part in after}
            own, children = _resident(daemon.pid)
        finally:
            daemon.terminate()
            daemon.wait(60)
    print(
        f"{size} sources at {EVERY} s: {share['daemon']:.1%} of a core in the daemon, {share['children']:.1%} in its children; "
        f"RSS {own:.0f} MB and {children:.0f} MB; all polled once after {first:.0f} s; {lasted:.0f} s measured; "
        f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
        flush=True,
    )


def polled(store: Path) -> int:
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        found: int = connection.execute("SELECT count(*) FROM sources WHERE baseline IS NOT NULL").fetchone()[0]
        return found
    return 0


def _spent(pid: int) -> dict[str, float]:
    """Return the processor seconds of the daemon, and of its children with those that have ended."""
    times = psutil.Process(pid).cpu_times()
    running = sum(sum(each.cpu_times()[:4]) for each in psutil.Process(pid).children(recursive=True))
    return {"daemon": times.user + times.system, "children": running + times.children_user + times.children_system}


def _resident(pid: int) -> tuple[float, float]:
    process = psutil.Process(pid)
    children = sum(each.memory_info().rss for each in process.children(recursive=True))
    return process.memory_info().rss / 1e6, children / 1e6


@contextmanager
def served() -> Iterator[str]:
    """Serve feeds in a process of its own, so that they cost the daemon nothing."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=_serve, args=(theirs,), daemon=True)
    server.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        server.terminate()
        server.join()


def _serve(port: Any) -> None:
    begun = time.time()

    async def answer(request: web.Request) -> web.StreamResponse:
        number = int(request.path.strip("/"))
        # each at a moment of its own within the hour
        version = int((time.time() - begun + number * 7.3 % NEW_EVERY) / NEW_EVERY)
        tag = f'"{number}-{version}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        items = islice(written(number), version, version + ITEMS)
        body = rss(*({"title": each.title, "guid": each.guid or "", "text": each.text} for each in items))
        return web.Response(body=body, headers={"ETag": tag}, content_type="application/rss+xml")

    async def main() -> None:
        app = web.Application()
        app.router.add_get("/{number}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
        await site.start()
        port.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(main())
