"""What we owe to the servers we ask: Retry-After for all of a host, robots.txt on every hop, rest without hiding others."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from crawler.collect.fulltext import HOST_REST
from crawler.fetch.fetching import Fetching
from crawler.fetch.permits import Permits
from crawler.sources.health import Network
from crawler.sources.polling import state_for
from crawler.sources.source import Source
from crawler.store import pages_wanted
from tests.e2e.backlog import backlog
from tests.e2e.conftest import Desk
from tests.e2e.paged import PAGES, T0, T1, T2, alerts, begin, item, page, served, tables
from tests.e2e.servers import Outlet, closing_all, rss
from tests.e2e.starting import EXHAUSTIVE

NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)
WORDS = "A militia then shelled the base."


def at(minutes: float) -> str:
    return (NOW + timedelta(minutes=minutes)).isoformat()


# -- Retry-After ---------------------------------------------------------------------------------------------------------


def test_retry_after_of_one_source_rests_the_others_of_its_host(desk: Desk) -> None:
    """The host of the other source is asked all the while; after the rest all are asked again, and none is charged."""
    with closing_all(other := Outlet()):
        for path in ("/a.xml", "/b.xml"):
            desk.outlet.serve(path, rss({"title": f"Quiet {path}", "guid": path}))
        other.serve("/c.xml", rss({"title": "Quiet elsewhere", "guid": "c"}))
        desk.write("/a.xml", "/b.xml", "/c.xml", keys=PAGES)
        desk.rules.write_text(desk.rules.read_text().replace(f"{desk.outlet.base}/c.xml", f"{other.base}/c.xml"))
        desk.rounds(at(0))
        desk.outlet.serve("/a.xml", b"slow down", status=429, Retry_After="1800")
        desk.rounds(at(5), at(10), at(20))
        assert (*served(desk, "a.xml", "b.xml"), len(other.asked("/c.xml"))) == (2, 2, 4)
        assert "its host asked for rest, HTTP 429 to s1); polled" in desk.run("sources").stdout
        second = json.loads(desk.run("sources", "--json").stdout)[1]
        assert (second["state"], second["next"]) == ("well", "2026-06-14T12:35:00Z"), "also what was in flight then"
        desk.rounds(at(36))
        assert served(desk, "a.xml", "b.xml") == [3, 3]


def test_source_that_waits_for_its_turn_is_not_asked_once_its_host_rests() -> None:
    """One at a time: the first answer is 429, and the others were waiting."""

    async def run(outlet: Outlet) -> list[tuple[str, int | None, float | None]]:
        fetching = Fetching(["127.0.0.1"], at_once=1, apart=0)
        await fetching.open()
        sources = [Source(str(n), f"{outlet.base}/{n}") for n in range(4)]
        done = await asyncio.gather(*(fetching.poll(each, state_for(each, None, NOW), NOW) for each in sources))
        later = await fetching.poll(sources[3], state_for(sources[3], None, NOW), NOW + timedelta(minutes=6))
        await fetching.close()
        return [(each.name.value, each.status, each.retry_after) for each in [*done, later]]

    with closing_all(outlet := Outlet()):
        for n in range(4):
            outlet.serve(f"/{n}", b"", status=429, Retry_After="300")
        done = asyncio.run(run(outlet))
        assert done == [("throttled", 429, 300.0), *[("throttled", None, 300.0)] * 3, ("throttled", 429, 300.0)]
        assert len(outlet.requests) == 2


def test_retry_after_of_an_earlier_page_or_of_a_sitemap_rests_the_host(desk: Desk) -> None:
    """What they brought is kept; no page is lost, the list is read back once the rest is over."""
    days = "kind: json, full_text: never, paths: {items: data, title: t, id: t, date: d, next: next}"

    def serve(first: int, last: int) -> None:
        rows = [{"t": f"Quiet item {n}", "d": f"2026-06-14T09:{n:02}:00Z"} for n in range(last, first - 1, -1)]
        desk.outlet.serve("/list", json.dumps({"data": rows, "next": "/list?p=2"}).encode())

    serve(1, 4)
    desk.write("/list", "/index.xml", keys=days)
    rules = desk.rules.read_text(encoding="utf-8")
    head, _, tail = rules.rpartition(days)
    desk.rules.write_text(f"{head}kind: sitemap, full_text: never{tail}", encoding="utf-8")
    desk.rules.write_text(
        desk.rules.read_text().replace(f"{desk.outlet.base}/index.xml", "http://localhost:1/index.xml")
    )
    with closing_all(other := Outlet()):
        text = desk.rules.read_text(encoding="utf-8").replace("http://localhost:1", other.base)
        desk.rules.write_text(text, encoding="utf-8")
        parts = "".join(f"<sitemap><loc>{other.base}/{n}.xml</loc></sitemap>" for n in (1, 2))
        other.serve("/index.xml", f"<sitemapindex>{parts}</sitemapindex>".encode())
        other.serve(
            "/1.xml", f"<urlset><url><loc>{other.base}/2026/quiet-day-at-the-port</loc></url></urlset>".encode()
        )
        other.serve("/2.xml", b"slow down", status=429, Retry_After="1800")
        desk.rounds(at(0))
        serve(11, 14)
        desk.outlet.serve("/list?p=2", b"slow down", status=429, Retry_After="1800")
        desk.rounds(at(5), at(6), at(8), at(10), at(20))
        assert (len(desk.outlet.asked("/list")), len(desk.outlet.asked("/list?p=2"))) == (2, 1)
        assert len(other.asked("/index.xml")) == 1
        first = json.loads(desk.run("sources", "--json").stdout)[0]
        assert first["next"] == "2026-06-14T12:35:00Z"
        assert desk.status()["ledger"]["new"] == 9
        rows = [{"t": f"Quiet item {n}", "d": f"2026-06-14T09:{n:02}:00Z"} for n in range(10, 0, -1)]
        desk.outlet.serve("/list?p=2", json.dumps({"data": rows}).encode())
        desk.rounds(at(36))
        assert desk.status()["ledger"]["new"] == 15
        assert len(other.asked("/index.xml")) == 2


# -- robots.txt ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("robots", "fetched"), [(b"User-agent: *\nDisallow: /moved\n", 0), (b"", 1)])
def test_robots_of_a_redirects_target_is_obeyed(desk: Desk, robots: bytes, fetched: int) -> None:
    begin(desk)
    desk.rounds(T0)
    with closing_all(other := Outlet()):
        other.serve("/robots.txt", robots)
        url = other.serve("/moved", page("Council meets in Anbar", WORDS))
        desk.outlet.serve("/one", b"", status=302, Location=url)
        desk.outlet.serve("/a.xml", rss(item(desk, "one", "Council meets in Anbar")))
        assert desk.rounds(T1)[0]["alerts"] == fetched
        assert (len(other.asked("/robots.txt")), len(other.asked("/moved"))) == (1, fetched)
    ended = tables(desk, "select name, n from counts where name like 'pages:%'")
    assert ended == [("pages:stored" if fetched else "pages:robots", 1)]


def test_robots_with_a_byte_order_mark_is_obeyed(desk: Desk) -> None:
    begin(desk)
    desk.rounds(T0)
    desk.outlet.serve("/robots.txt", b"\xef\xbb\xbfUser-agent: *\nDisallow: /one\n")
    desk.outlet.serve("/one", page("Council meets in Anbar", WORDS))
    desk.outlet.serve("/a.xml", rss(item(desk, "one", "Council meets in Anbar")))
    desk.rounds(T1)
    assert desk.outlet.asked("/one") == []


def test_robots_of_the_same_host_is_obeyed_on_the_second_hop(desk: Desk) -> None:
    begin(desk)
    desk.rounds(T0)
    desk.outlet.serve("/robots.txt", b"User-agent: *\nDisallow: /print\n")
    desk.outlet.serve("/one", b"", status=301, Location="/print/one")
    desk.outlet.serve("/two", b"", status=301, Location="/read/two")
    desk.outlet.serve("/read/two", page("Council rests", WORDS))
    desk.outlet.serve("/a.xml", rss(item(desk, "one", "Council meets in Anbar"), item(desk, "two", "Council rests")))
    desk.rounds(T1)
    assert served(desk, "print/one", "read/two") == [0, 1]
    assert [title.partition(" |")[0] for title in alerts(desk)] == ["PRIORITY Council rests"]


@pytest.mark.parametrize(
    "location",
    ["/loop", "{other}/loop", "http://127.0.0.2:9/x", "file:///etc/passwd", "http://["][:: 1 if EXHAUSTIVE else 2],
)
def test_redirect_of_a_page_that_leads_nowhere_is_given_up_by_name(desk: Desk, location: str) -> None:
    begin(desk)
    desk.rounds(T0)
    with closing_all(other := Outlet(), victim := Outlet("127.0.0.2")):
        location = location.replace("{other}", other.base).replace(":9/", f":{victim.base.rpartition(':')[2]}/")
        desk.outlet.serve("/loop", b"", status=302, Location=location)
        other.serve("/loop", b"", status=302, Location=f"{desk.outlet.base}/loop")
        desk.outlet.serve("/a.xml", rss(item(desk, "loop", "Council meets in Anbar")))
        desk.rounds(T1)
        assert victim.requests == []
        assert len(desk.outlet.asked("/loop")) + len(other.asked("/loop")) <= 6
    (name,) = tables(desk, "select name from counts where name like 'pages:%'")
    assert name in {("pages:bad_redirect",), ("pages:blocked_private",)}
    assert tables(desk, "select count(*) from pages_wanted") == [(0,)]


def test_robots_that_redirects_to_a_private_address_reaches_nobody(desk: Desk) -> None:
    """T01, of robots.txt."""
    begin(desk)
    desk.rounds(T0)
    with closing_all(victim := Outlet("127.0.0.2")):
        desk.outlet.serve("/robots.txt", b"", status=302, Location=f"{victim.base}/robots.txt")
        desk.outlet.serve("/one", page("Council meets in Anbar", WORDS))
        desk.outlet.serve("/a.xml", rss(item(desk, "one", "Council meets in Anbar")))
        desk.rounds(T1)
        assert victim.requests == []
    assert served(desk, "robots.txt", "one") == [1, 0]
    assert tables(desk, "select name, n from counts where name like 'pages:%'") == [("pages:blocked_private", 1)]


def test_robots_is_kept_for_a_day_and_asked_again_soon_where_it_could_not_be_had() -> None:
    async def asked(outlet: Outlet, *minutes: float) -> int:
        fetching = Fetching(["127.0.0.1"])
        await fetching.open()
        permits, source = Permits(fetching), Source("a", outlet.base)
        for minute in minutes:
            await permits.page(source, f"{outlet.base}/one", NOW + timedelta(minutes=minute))
        await fetching.close()
        return len(outlet.asked("/robots.txt"))

    with closing_all(good := Outlet(), bad := Outlet()):
        bad.serve("/robots.txt", b"", status=500)
        assert asyncio.run(asked(good, 0, 60, 24 * 60 - 1, 24 * 60 + 1)) == 2
        assert asyncio.run(asked(bad, 0, 29, 31)) == 2
        assert (len(good.asked("/one")), len(bad.asked("/one"))) == (4, 0)


def test_crawl_delay_lies_between_two_pages_of_a_host(desk: Desk) -> None:
    begin(desk)
    desk.rounds(T0)
    came: list[float] = []

    def note(request: BaseHTTPRequestHandler) -> None:
        came.append(time.monotonic())
        body = page("Council meets", WORDS)
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    desk.outlet.serve("/robots.txt", b"User-agent: *\nCrawl-delay: 5\n")
    for name in ("one", "two"):
        desk.outlet.act(f"/{name}", note)
    desk.outlet.serve("/a.xml", rss(item(desk, "one", "Council meets"), item(desk, "two", "Another council")))
    desk.rounds(T1)
    assert len(came) == 2
    assert came[1] - came[0] >= 5.0, "also on a busy machine, where a second passes by itself"


# -- the backlog of pages ------------------------------------------------------------------------------------------------


def nobody() -> str:
    """An address at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


def test_hosts_that_rest_hide_no_other_in_the_backlog(tmp_path: Path) -> None:
    """Sixty dead hosts with three pages each were due before the one page of a host that is well."""
    dead = sorted({nobody() for _ in range(60)})
    assert len(dead) * pages_wanted.PAGES_A_HOST > pages_wanted.PAGES_LOOKED_AT

    async def run(outlet: Outlet) -> None:
        pages = [f"{host}/{n}" for n in range(3) for host in dead] + [f"{outlet.base}/one"]
        async with backlog(tmp_path, pages) as (full, _):
            await full.work_off(NOW, budget=20.0)

    with closing_all(outlet := Outlet()):
        asyncio.run(run(outlet))
        assert len(outlet.asked("/one")) == 1


def test_host_of_pages_is_not_charged_while_our_network_is_down(tmp_path: Path) -> None:
    network = Network(answered=NOW - timedelta(minutes=1))

    async def run(outlet: Outlet) -> None:
        nonlocal network
        base, names = outlet.base, ("one", "two", "three")
        outlet.stop()
        async with backlog(tmp_path, [f"{base}/{name}" for name in names], lambda: network) as (full, database):
            await full.work_off(NOW, budget=5.0)  # nobody knows yet that it is our network: the host rests
            network = Network(NOW - timedelta(minutes=1), frozenset("abc"), NOW, down=True)
            outlet.start()
            await full.work_off(NOW + timedelta(minutes=2), budget=5.0)
            assert outlet.requests == [], "while the network is down, nobody is asked"
            network = Network(answered=NOW + timedelta(minutes=3))
            await full.work_off(NOW + timedelta(minutes=3), budget=5.0)
            assert NOW + timedelta(minutes=3) < NOW + HOST_REST
            assert [len(outlet.asked(f"/{name}")) for name in names] == [0, 1, 1], "the first waits its ten minutes"
            with database.read() as connection:
                assert [each.tries for each in pages_wanted.due(connection, NOW + HOST_REST)] == [1]

    with closing_all(outlet := Outlet()):
        asyncio.run(run(outlet))


def test_page_that_fails_as_the_network_goes_down_costs_no_try(tmp_path: Path) -> None:
    down = Network(NOW, frozenset("abc"), NOW, down=True)
    answers = [Network(NOW)]  # what it says when the page is started; down from then on

    async def run() -> None:
        pages = [f"{nobody()}/one"]
        async with backlog(tmp_path, pages, lambda: answers.pop() if answers else down) as (full, database):
            await full.work_off(NOW, budget=5.0)
            with database.read() as connection:
                (waiting,) = pages_wanted.due(connection, NOW + timedelta(minutes=1))
            assert (waiting.tries, waiting.due) == (0, NOW + timedelta(minutes=1))

    asyncio.run(run())


def test_page_of_a_host_whose_feed_was_throttled_waits(desk: Desk) -> None:
    desk.outlet.serve("/b.xml", rss())
    desk.outlet.serve("/a.xml", rss())
    desk.write("/a.xml", "/b.xml", settings="backfill: 0", keys=PAGES)
    desk.rounds(T0)
    answers = [b"HTTP/1.1 503 No\r\nRetry-After: 300\r\nContent-Length: 0\r\n\r\n"]
    good = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(rss()) + rss()

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(answers.pop() if answers else good)

    desk.outlet.act("/b.xml", answer)
    with closing_all(other := Outlet()):
        other.serve("/a.xml", rss(item(desk, "one", "Council meets in Anbar")))
        desk.rules.write_text(desk.rules.read_text().replace(f"{desk.outlet.base}/a.xml", f"{other.base}/a.xml"))
        desk.rules.write_text(desk.rules.read_text().replace("backfill: 0", "backfill: 6h"))
        desk.outlet.serve("/one", page("Council meets in Anbar", WORDS))
        desk.rounds(T1, "2026-06-14T09:09:59Z", T2)
        assert served(desk, "b.xml", "one") == [3, 1]
