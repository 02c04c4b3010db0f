"""The pace of a host as its server sees it, over real connections."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler

import pytest

from crawler.fetch.fetching import Fetching
from crawler.fetch.hosts import still_ours
from crawler.sources.polling import state_for
from crawler.sources.source import FetchOutcome, OutcomeName, Source
from crawler.store.errors import StaleLease
from tests.e2e.servers import Outlet, closing_all, rss

APART = 0.3  # seconds
NEWS = rss({"title": "Militia report", "guid": "n1"})


@pytest.fixture
def slow() -> Iterator[Outlet]:
    made = Outlet(host="127.0.0.2")
    with closing_all(made):
        yield made


def noted(outlet: Outlet, path: str, seen: list[float]) -> str:
    """Serve a feed that notes when it is asked for; return its address."""

    def act(request: BaseHTTPRequestHandler) -> None:
        seen.append(time.monotonic())
        request.send_response(200)
        request.send_header("Content-Length", str(len(NEWS)))
        request.end_headers()
        request.wfile.write(NEWS)

    return outlet.act(path, act)


async def polls(fetching: Fetching, *urls: str) -> list[FetchOutcome]:
    """Poll a source at each address, all at once."""
    now = datetime.now(UTC)
    sources = [Source(f"s{n}", url) for n, url in enumerate(urls)]
    return await asyncio.gather(*(fetching.poll(each, state_for(each, None, now), now) for each in sources))


def opened(work: Callable[[Fetching], object], **how: float) -> None:
    """Run a work with an open crawler."""

    async def run() -> None:
        fetching = Fetching(["127.0.0.0/8"], **{"apart": APART, **how})  # type: ignore[arg-type]
        await fetching.open()
        try:
            await work(fetching)  # type: ignore[misc]
        finally:
            await fetching.close()

    asyncio.run(run())


def test_polls_that_waited_for_the_others_after_their_turn_reach_a_host_apart(outlet: Outlet, slow: Outlet) -> None:
    """As many as may run at once hang at another host: the turns of these come one after the other meanwhile."""
    seen: list[float] = []

    def hang(request: BaseHTTPRequestHandler) -> None:
        time.sleep(4 * APART)
        request.send_response(404)
        request.send_header("Content-Length", "0")
        request.end_headers()

    async def work(fetching: Fetching) -> None:
        first = asyncio.create_task(polls(fetching, slow.act("/hangs", hang)))
        await asyncio.sleep(APART)
        answers = await polls(fetching, *(noted(outlet, f"/{n}", seen) for n in range(3)))
        assert [each.name for each in answers] == [OutcomeName.OK] * 3, [each.detail for each in answers]
        await first

    opened(work, concurrency=1)
    assert_apart(seen, 3)


def assert_apart(seen: list[float], number: int) -> None:
    """Assert the pace of so many requests, as a busy server sees it: one late, not all of them near to each other."""
    assert len(seen) == number
    assert seen[-1] - seen[0] >= 0.8 * APART * (number - 1), seen


def test_the_wait_for_a_pace_is_no_timeout(outlet: Outlet) -> None:
    """Two that may leave when others are done: the second waits for longer than an answer may take."""
    seen: list[float] = []

    async def work(fetching: Fetching) -> None:
        async with fetching._turns:
            both = asyncio.create_task(polls(fetching, *(noted(outlet, f"/{n}", seen) for n in range(2))))
            await asyncio.sleep(3.5)  # until the turns of both have begun
        answers = await both
        assert [each.name for each in answers] == [OutcomeName.OK] * 2, [each.detail for each in answers]

    opened(work, concurrency=1, apart=3.0, timeout=2.0)
    assert len(seen) == 2
    assert seen[1] - seen[0] > 2.5


def redirects(outlet: Outlet, path: str, to: str) -> str:
    """Serve a redirect; return its address."""
    return outlet.serve(path, b"", status=302, Location=to)


def test_redirects_reach_a_host_apart_and_their_wait_is_no_timeout(outlet: Outlet, slow: Outlet) -> None:
    seen: list[float] = []
    others = [Outlet() for _ in range(5)]

    async def work(fetching: Fetching) -> None:
        urls = [redirects(each, "/", noted(slow, f"/{n}", seen)) for n, each in enumerate(others)]
        answers = await polls(fetching, *urls)
        assert [each.name for each in answers] == [OutcomeName.OK] * 5, [each.detail for each in answers]

    with closing_all(*others):
        opened(work, timeout=3 * APART)
    assert_apart(seen, 5)


def test_a_poll_whose_host_is_lost_while_it_waits_is_not_sent_and_charges_nobody(outlet: Outlet, slow: Outlet) -> None:
    seen: list[float] = []
    lost: list[Exception] = []

    def check() -> None:
        if lost:
            raise lost[0]

    async def work(fetching: Fetching) -> None:
        first = asyncio.create_task(polls(fetching, slow.hang("/hangs")))
        await asyncio.sleep(APART)
        still_ours.set(check)
        second = asyncio.create_task(polls(fetching, noted(outlet, "/", seen)))
        await asyncio.sleep(APART)
        lost.append(StaleLease("hosts/1 is not ours"))
        slow.stop()
        first.cancel()
        with pytest.raises(StaleLease):
            await second

    opened(work, concurrency=1)
    assert seen == []
