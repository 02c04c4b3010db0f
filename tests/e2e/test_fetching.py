"""The open crawler against servers that misbehave: a named outcome each, and nobody private is ever reached."""

from __future__ import annotations

import asyncio
import gzip
import resource
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler

import pytest

from crawler.fetch.fetching import Fetching
from crawler.fetch.reading import Read, parse
from crawler.fetch.workers import Workers, WorkerTimeout
from crawler.parse.feeds import read_feed
from crawler.parse.found import Feed
from crawler.sources.polling import state_for
from crawler.sources.source import FetchOutcome, OutcomeName, Source, SourceState
from tests.e2e.servers import PATIENCE, Outlet, closing_all, rss

NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)


async def _poll(*urls: str, states: Sequence[SourceState] = ()) -> list[FetchOutcome]:
    fetching = Fetching(["127.0.0.1"], "watch@example.org", timeout=1.5)
    await fetching.open()
    try:
        sources = [Source(str(n), url) for n, url in enumerate(urls)]
        known = states or [state_for(each, None, NOW) for each in sources]
        return await asyncio.gather(*(fetching.poll(*each, NOW) for each in zip(sources, known, strict=True)))
    finally:
        await fetching.close()


def poll(*urls: str) -> list[FetchOutcome]:
    return asyncio.run(_poll(*urls))


def names(*urls: str) -> list[str]:
    return [outcome.name.value for outcome in poll(*urls)]


def test_hung_reset_short_and_endless_answers_are_named_and_others_on_time(outlet: Outlet) -> None:
    def reset(request: BaseHTTPRequestHandler) -> None:
        request.connection.shutdown(2)

    def short(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort")

    def endless(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        for _ in range(40):
            request.wfile.write(chunk)

    good = outlet.serve("/good", rss({"title": "A", "guid": "1"}))
    bad = [outlet.hang("/hang"), outlet.act("/reset", reset), outlet.act("/short", short), outlet.act("/big", endless)]
    assert names(good, *bad) == ["ok", "timeout", "unreachable", "truncated", "too_large"]


FEED = rss({"title": "A", "guid": "1"})
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(FEED), FEED)
OK, LENGTH = b"HTTP/1.1 200 OK\r\n", b"Content-Length: %d\r\n" % len(FEED)
ODD = {
    "a space in a header's name": OK + b"X Made By: us\r\n" + LENGTH + b"\r\n" + FEED,
    "a space before a colon": OK + b"Content-Length : %d\r\n\r\n" % len(FEED) + FEED,
    "a header of nine kilobytes": OK + b"X: " + b"y" * 9_000 + b"\r\n" + LENGTH + b"\r\n" + FEED,
    "bytes behind the body": OK + b"Connection: close\r\n" + LENGTH + b"\r\n" + FEED + b"JUNK",
    "bytes behind the chunks": OK + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKED + b"JUNK",
    "chunks and a length": OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKED,
    "chunks with line feeds only": OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"%x\n%s\n0\n\n" % (len(FEED), FEED),
    "a length twice": OK + LENGTH + LENGTH + b"\r\n" + FEED,
    "no transfer encoding by name": OK + b"Transfer-Encoding: identity\r\n" + LENGTH + b"\r\n" + FEED,
    "small letters": OK.lower() + LENGTH + b"\r\n" + FEED,
    "an early hint": b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + OK + LENGTH + b"\r\n" + FEED,
}


def test_answers_that_curl_reads_are_read(outlet: Outlet) -> None:
    def saying(raw: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
        def say(request: BaseHTTPRequestHandler) -> None:
            request.wfile.write(raw)
            request.close_connection = False  # it was not announced, so the next request may come on this connection

        return say

    answers = poll(*(outlet.act(f"/{number}", saying(raw)) for number, raw in enumerate(ODD.values())))
    assert {name: (each.name.value, each.body) for name, each in zip(ODD, answers, strict=True)} == dict.fromkeys(
        ODD, ("ok", FEED)
    )


def test_answer_without_a_change_may_carry_a_body_and_none_that_is_http_has_its_name(outlet: Outlet) -> None:
    def unchanged(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 304 Not Modified\r\n" + LENGTH + b"\r\n" + FEED)

    def other(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")

    known = partial(SourceState, whole=NOW, due=NOW)
    assert names(outlet.act("/other", other)) == ["bad_answer"]
    url = outlet.act("/same", unchanged)
    states = [known("0", url, etag='"1"'), known("1", url, last_modified="then"), known("2", url)]
    answers = asyncio.run(_poll(url, url, url, states=states))
    assert [each.name.value for each in answers] == ["not_modified", "not_modified", "bad_answer"]
    assert "304 to a request without a condition" in answers[2].detail


def test_nothing_listens_and_no_such_name() -> None:
    assert names("http://127.0.0.1:9/", "http://no-such-host.invalid/") == ["unreachable", "dns_failed"]


def test_connection_of_a_poll_that_timed_out_is_closed() -> None:
    """One that stayed open would take one of the few that a host, and all hosts together, may have."""

    async def work() -> None:
        ended = asyncio.Event()

        async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            await reader.read()  # until the other side closes
            ended.set()
            writer.close()

        server = await asyncio.start_server(hang, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        fetching = Fetching(["127.0.0.1"], "watch@example.org", timeout=0.5)
        await fetching.open()
        source = Source("hung", f"http://127.0.0.1:{port}/")
        outcome = await fetching.poll(source, state_for(source, None, NOW), NOW)
        assert outcome.name is OutcomeName.TIMEOUT
        await asyncio.wait_for(ended.wait(), 60)
        await fetching.close()
        server.close()

    asyncio.run(work())


def test_request_in_flight_is_answered_while_the_crawler_closes(outlet: Outlet) -> None:
    asked = threading.Event()

    def slowly(request: BaseHTTPRequestHandler) -> None:
        asked.set()
        time.sleep(0.5)
        request.wfile.write(OK + LENGTH + b"\r\n" + FEED)

    async def work() -> FetchOutcome:
        fetching = Fetching(["127.0.0.1"], "watch@example.org")
        await fetching.open()
        source = Source("slow", outlet.act("/slow", slowly))
        poll = asyncio.create_task(fetching.poll(source, state_for(source, None, NOW), NOW))
        await asyncio.to_thread(asked.wait, PATIENCE)
        await fetching.close()
        return await poll

    assert asyncio.run(work()).name is OutcomeName.OK


def test_compression_bomb_is_refused_without_the_memory(outlet: Outlet) -> None:
    bomb = outlet.serve("/bomb", gzip.compress(b"\0" * 200_000_000), Content_Encoding="gzip")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert names(bomb) == ["too_large"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 128 * 1024


SPELLINGS = [
    "http://127.0.0.2:{port}/", "//127.0.0.2:{port}/", "http://0x7f000002:{port}/", "http://2130706434:{port}/",
    "http://127.2:{port}/", "http://[::ffff:127.0.0.2]:{port}/", "http://127.0.0.2\\@example.com:{port}/",
    "http://user@127.0.0.2:{port}/", "file:///etc/passwd", "data:text/plain,x", "ftp://127.0.0.2:{port}/",
]  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_redirect_to_a_private_address_reaches_nobody(outlet: Outlet, victim: Outlet, spelling: str) -> None:
    port = victim.base.rpartition(":")[2]
    url = outlet.serve("/r", b"", status=302, Location=spelling.format(port=port))
    (outcome,) = poll(url)
    assert outcome.name in {OutcomeName.BLOCKED_PRIVATE, OutcomeName.BAD_REDIRECT, OutcomeName.DNS_FAILED}
    assert victim.requests == []


def test_meta_refresh_is_not_followed(outlet: Outlet, victim: Outlet) -> None:
    """T01."""
    body = f'<html><head><meta http-equiv="refresh" content="0;url={victim.base}/"></head></html>'
    (outcome,) = poll(outlet.serve("/m", body.encode(), Refresh=f"0;url={victim.base}/"))
    assert (outcome.url, victim.requests) == (f"{outlet.base}/m", [])


def test_private_address_is_blocked_by_name(victim: Outlet) -> None:
    (outcome,) = poll(victim.base + "/x")
    assert (outcome.name.value, victim.requests) == ("blocked_private", [])
    assert "allow_private" in outcome.detail


def test_redirects_that_never_end_are_named(outlet: Outlet) -> None:
    url = outlet.serve("/loop", b"", status=302, Location="/loop")
    assert names(url) == ["bad_redirect"]


def test_throttled_is_asked_once_and_says_how_long(outlet: Outlet) -> None:
    url = outlet.serve("/t", b"no", status=429, Retry_After="120")
    date = outlet.serve("/d", b"no", status=503, Retry_After="Sun, 14 Jun 2026 12:05:00 GMT")
    odd = outlet.serve("/o", b"no", status=429, Retry_After="soon")
    far = outlet.serve("/f", b"no", status=429, Retry_After="100000000000")
    assert [(each.name.value, each.retry_after) for each in poll(url, date, odd, far)] == [
        ("throttled", 120.0),
        ("throttled", 300.0),
        ("throttled", None),
        ("throttled", 3600.0),
    ]
    assert len(outlet.asked("/t")) == 1


def test_request_says_who_asks_and_carries_nothing_else(outlet: Outlet) -> None:
    outlet.serve("/h", rss(), Set_Cookie="a=b")
    poll(outlet.base + "/h", outlet.base + "/h")
    for headers in outlet.asked("/h"):
        assert headers["User-Agent"] == "Watchfloor (+watch@example.org)"
        assert not {"Cookie", "Referer"} & set(headers)


def test_cookie_of_a_redirect_comes_back_within_its_chain_and_to_its_host_only(outlet: Outlet) -> None:
    def door(request: BaseHTTPRequestHandler) -> None:
        known = "seen=1" in request.headers.get("Cookie", "")
        where = b"/in" if known else b"/door"
        gift = b"" if known else b"Set-Cookie: seen=1; Path=/\r\n"
        request.wfile.write(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n%sLocation: %s\r\n\r\n" % (gift, where))

    other = Outlet()
    with closing_all(other):
        url = outlet.act("/door", door)
        outlet.serve("/in", b"", status=302, Location=f"{other.base}/away")
        other.serve("/away", b"", status=302, Location=f"{outlet.base}/feed")
        outlet.serve("/feed", FEED, Set_Cookie="later=1")
        assert names(url, url) == ["ok", "ok"]
        assert sum("Cookie" not in each for each in outlet.asked("/door")) == 2  # no poll knows of another
        assert [each.get("Cookie") for each in outlet.asked("/feed")] == ["seen=1", "seen=1"]
        assert not any("Cookie" in each for each in other.asked("/away"))


async def _parsed(body: bytes, deadline: float, read: Read = read_feed) -> tuple[FetchOutcome, Feed | None]:
    workers = Workers(processes=1, deadline=deadline)
    try:
        source = Source("a", "https://a.example/")
        outcome = FetchOutcome("a", OutcomeName.OK, NOW, body=body, body_sha256="h", url=source.url)
        return await parse(workers, outcome, state_for(source, None, NOW), read)
    finally:
        workers.close()


def test_parser_that_runs_for_ever_is_killed_and_named() -> None:
    outcome, feed = asyncio.run(_parsed(b"<rss/>", deadline=2.0, read=_forever))
    assert (outcome.name.value, feed) == ("parse_timeout", None)


@pytest.mark.parametrize("body", [b"/etc/passwd", b"https://127.0.0.1/feed.xml", b"file:///etc/hosts"])
def test_body_that_is_a_path_or_an_address_is_no_feed(body: bytes) -> None:
    outcome, feed = asyncio.run(_parsed(body, deadline=10.0))
    assert (outcome.name.value, feed) == ("not_a_feed", None)


async def _two() -> tuple[str, int]:
    workers = Workers(processes=2, deadline=2.0)
    try:
        hung = asyncio.create_task(workers.run(_forever))
        quick = await workers.run(len, "four")
        with pytest.raises(WorkerTimeout):
            await hung
        return await workers.run(str, "again"), quick
    finally:
        workers.close()


async def _waiting_and_working() -> tuple[str, str, int]:
    workers = Workers(processes=1, deadline=0.5)
    try:
        waited = await workers.run(_sleepy, 1.0)
        with pytest.raises(WorkerTimeout, match=r"0\.5 s of processor time"):
            await workers.run(_forever)
        return waited, await workers.run(str, "again"), workers.died
    finally:
        workers.close()


def test_deadline_is_of_processor_time_so_that_a_busy_machine_loses_no_feed() -> None:
    assert asyncio.run(_waiting_and_working()) == ("awake", "again", 0)


def _sleepy(seconds: float) -> str:
    time.sleep(seconds)  # what a child does that the machine has no time for
    return "awake"


def _forever(*_: object) -> Feed:
    while True:
        pass


def test_killed_child_costs_its_own_task_only() -> None:
    assert asyncio.run(_two()) == ("again", 4)
