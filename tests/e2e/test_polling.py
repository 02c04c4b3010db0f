"""The poller against servers of every kind, as the issue numbers its behaviours; who is told, and when it is over."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawler.collect.collecting import Collecting
from crawler.fetch.fetching import Fetching
from crawler.fetch.hosts import Hosts
from crawler.fetch.reading import parse
from crawler.fetch.workers import Workers
from crawler.sources.polling import next_state, state_for
from crawler.sources.source import FetchOutcome, Source
from crawler.store.db import Database
from crawler.store.source_states import save_states
from crawler.store.writer_lane import WriterLane
from tests.e2e.conftest import Desk
from tests.e2e.servers import Outlet, closing_all, rss
from tests.e2e.servers import secure as served_securely

NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)
ITEMS = [{"title": f"Quiet item {n}", "guid": str(n)} for n in range(5)]


def at(hours: float) -> str:
    return (NOW + timedelta(hours=hours)).isoformat()


async def _poll(sources: list[Source], **words: Any) -> list[FetchOutcome]:
    crawler = Fetching(["127.0.0.1"], **{"timeout": 2.0, **words})
    await crawler.open()
    try:
        return await asyncio.gather(*(crawler.poll(each, state_for(each, None, NOW), NOW) for each in sources))
    finally:
        await crawler.close()


def poll(*urls: str, **words: Any) -> list[FetchOutcome]:
    return asyncio.run(_poll([Source(str(n), url) for n, url in enumerate(urls)], **words))


def sources_of(desk: Desk) -> dict[str, Any]:
    return {row["source"]: row for row in json.loads(desk.run("sources", "--json").stdout)}


# -- 1 to 4, 6, 11: what is asked, and where ---------------------------------------------------------------------------


def test_redirects_are_followed_and_permanent_ones_adopted_after_three_answers(desk: Desk) -> None:
    desk.outlet.serve("/new.xml", rss(*ITEMS))
    desk.outlet.serve("/a.xml", b"", status=308, Location="/new.xml")
    desk.outlet.serve("/b.xml", b"", status=302, Location="/new.xml")
    desk.write("/a.xml", "/b.xml")
    desk.rounds(*(at(hour) for hour in range(5)))
    assert (len(desk.outlet.asked("/a.xml")), len(desk.outlet.asked("/b.xml"))) == (3, 5)
    assert sources_of(desk)["s1"]["asked"] == f"{desk.outlet.base}/new.xml"
    assert desk.hook.titles() == ["WATCHFLOOR moved: s1"]
    assert f'url: "{desk.outlet.base}/new.xml"' in desk.hook.accepted[0]["message"]


def raw(request: BaseHTTPRequestHandler, status: str, body: bytes = b"", **headers: str) -> None:
    """Write an answer as it stands."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status}\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
    request.wfile.write(head.encode() + body)


def test_validators_of_every_answer_are_the_next_ones_sent(desk: Desk) -> None:
    """Of a 200, of a 304 that names new ones, of a 200 with the same body, and of a 304 that names none."""
    body = rss(*ITEMS)
    answers = [("200 OK", body, '"1"'), ("304 No", b"", '"2"'), ("200 OK", body, '"3"'), ("304 No", b"", "")]

    def answer(request: BaseHTTPRequestHandler) -> None:
        status, sent, etag = answers.pop(0) if answers else ("304 No", b"", "")
        raw(request, status, sent, **({"ETag": etag} if etag else {}))

    desk.outlet.act("/a.xml", answer)
    desk.write("/a.xml")
    for hour in range(5):  # a process each
        desk.rounds(at(hour))
    sent = [each.get("If-None-Match") for each in desk.outlet.asked("/a.xml")]
    assert sent == [None, '"1"', '"2"', '"3"', '"3"']


class Counting(Workers):
    """Counts the bodies that are parsed."""

    parsed = 0

    async def run(self, *args: Any, **kwargs: Any) -> Any:
        self.parsed += 1
        return await super().run(*args, **kwargs)


def test_nothing_new_costs_no_parse(outlet: Outlet) -> None:
    """A 304, and a body with the hash of the last one; another body is parsed."""

    async def run() -> list[tuple[str, int]]:
        workers, crawler, source = Counting(processes=1), Fetching(["127.0.0.1"]), Source("a", f"{outlet.base}/a.xml")
        await crawler.open()
        state, seen = state_for(source, None, NOW), []
        for body, headers in (
            (rss(*ITEMS), {"ETag": '"1"'}),
            (rss(*ITEMS), {"ETag": '"1"'}),
            (rss(*ITEMS), {}),
            (rss(*ITEMS[1:]), {}),
        ):
            outlet.serve("/a.xml", body)
            outlet.answers["/a.xml"].headers |= headers
            outcome, _ = await parse(workers, await crawler.poll(source, state, NOW), state)
            state = next_state(source, state, outcome, NOW)
            seen.append((outcome.name.value, workers.parsed))
        await crawler.close()
        workers.close()
        return seen

    assert asyncio.run(run()) == [("ok", 1), ("not_modified", 1), ("not_modified", 1), ("ok", 2)]


def test_server_that_says_304_for_ever_is_asked_without_validators_once_a_day(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss(*ITEMS), ETag='W/"odd ; \\" one"', Last_Modified="yesterday, or so")
    desk.write("/a.xml")
    desk.rounds(*(at(hour) for hour in (0, 1, 23, 25, 26)))
    sent = [(each.get("If-None-Match"), each.get("If-Modified-Since")) for each in desk.outlet.asked("/a.xml")]
    both = ('W/"odd ; \\" one"', "yesterday, or so")
    assert sent == [(None, None), both, both, (None, None), both]


PLAIN = rss(*ITEMS)
WISHES = [
    ("Cache-Control", {"Cache-Control": "public, max-age=999999999"}, b""),
    ("Expires", {"Expires": "Fri, 01 Jan 2038 00:00:00 GMT"}, b""),
    ("ttl", {}, b"<ttl>100000</ttl>"),
    ("sy", {}, b'<u:updatePeriod xmlns:u="http://purl.org/rss/1.0/modules/syndication/">yearly</u:updatePeriod>'),
]


@pytest.mark.parametrize(("headers", "channel"), [row[1:] for row in WISHES], ids=[row[0] for row in WISHES])
def test_wish_of_the_server_lengthens_to_the_ceiling(desk: Desk, headers: dict[str, str], channel: bytes) -> None:
    desk.outlet.serve("/a.xml", PLAIN.replace(b"<title>T</title>", b"<title>T</title>" + channel))
    desk.outlet.answers["/a.xml"].headers |= headers
    desk.write("/a.xml", every="10m")
    desk.rules.write_text(desk.rules.read_text().replace("every: 10m", "every: 10m, at_most: 1h"))
    polls = [done["polls"] for done in desk.rounds(at(0), at(0.5), at(0.99), at(1), at(1.5), at(2))]
    assert polls == [1, 0, 0, 1, 0, 1]


# -- 7, 8: sooner and later ---------------------------------------------------------------------------------------------


def test_feed_whose_window_turned_over_is_polled_sooner_and_says_so(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss(*ITEMS))
    desk.write("/a.xml", every="10m")
    desk.rounds(at(0))
    desk.outlet.serve("/a.xml", rss(*({"title": f"Later item {n}", "guid": f"l{n}"} for n in range(5))))
    polls = [done["polls"] for done in desk.rounds(*(at(minutes / 60) for minutes in (10, 14, 15, 16)))]
    assert polls == [1, 0, 1, 0]
    assert sources_of(desk)["s1"]["gap"] == "2026-06-14T12:10:00Z"


def test_source_that_fails_for_days_is_asked_ever_more_rarely_and_never_given_up(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", b"", status=500)
    desk.write("/a.xml", every="30m")
    polls = [done["polls"] for done in desk.rounds(*(at(n / 2) for n in range(2 * 24 * 2)))]
    when = [n for n, each in enumerate(polls) if each]
    pauses = [(later - earlier) / 2 for earlier, later in pairwise(when)]
    assert len(when) == len(desk.outlet.asked("/a.xml")), "one request a poll"
    assert pauses[0] == 0.5
    assert 5 < max(pauses) <= 6.5, "six hours and a round"
    assert 48 - when[-1] / 2 <= 6.5, "to the end"
    desk.outlet.serve("/a.xml", rss(*ITEMS))
    desk.rounds(at(55), at(56))
    assert sources_of(desk)["s1"]["state"] == "well"


# -- 9, 10, 12, 13: health, told once -------------------------------------------------------------------------------------

TROUBLES = [
    ("403", b"no", 403, "down", 3),
    ("challenge", b"<html><title>Just a moment...</title></html>", 200, "down", 3),
    ("410", b"gone", 410, "gone", 3),
    ("no entries", rss(), 200, "silent", 30),
    ("same body", rss(*ITEMS), 200, "silent", 30),
]


@pytest.mark.parametrize(("name", "body", "status", "kind", "hours"), TROUBLES, ids=[row[0] for row in TROUBLES])
def test_trouble_is_told_once_and_recovery_once(
    desk: Desk, name: str, body: bytes, status: int, kind: str, hours: int
) -> None:
    desk.outlet.serve("/a.xml", rss(*ITEMS))
    desk.outlet.serve("/b.xml", rss({"title": "Other", "guid": "o"}))
    desk.write("/a.xml")
    desk.rounds(at(0))
    desk.outlet.serve("/a.xml", body, status=status)
    desk.rounds(*(at(0.25 + n * hours / 20) for n in range(40)))
    assert desk.hook.titles() == [f"WATCHFLOOR {kind}: s1"], name
    assert sources_of(desk)["s1"]["state"] == kind
    desk.outlet.serve("/a.xml", rss({"title": "News", "guid": "n"}, *ITEMS))
    desk.rounds(at(2 * hours + 7), at(2 * hours + 8))
    assert desk.hook.titles()[1:] == ["WATCHFLOOR well again: s1"]
    assert sources_of(desk)["s1"]["state"] == "well"
    assert "\ns1  not modified; polled " in desk.run("sources").stdout


@contextmanager
def away(count: int) -> Iterator[list[Outlet]]:
    """Give outlets that can all be closed and opened again at their addresses: our network, down and up.

    The address is this process's own: a server of another test could take the port of a closed one, and answer.
    """
    outlets = [Outlet(f"127.1.{os.getpid() % 255}.1") for _ in range(count)]
    for each in outlets:
        each.serve("/", rss(*ITEMS))
    with closing_all(*outlets):
        yield outlets


def listed(desk: Desk, outlets: list[Outlet]) -> None:
    lines = [f'  - {{id: n{n}, url: "{each.base}/", every: 5m}}' for n, each in enumerate(outlets)]
    desk.write("/a.xml")
    text = desk.rules.read_text().replace('allow_private: ["127.0.0.1"]', "allow_private: [127.0.0.0/8]")
    start, end = text.index("  - {id: s1"), text.index("receivers:")
    desk.rules.write_text(text[:start] + "\n".join(lines) + "\n" + text[end:])


def test_all_hosts_failing_at_once_charge_no_source_and_give_one_notice(desk: Desk) -> None:
    with away(4) as outlets:
        listed(desk, outlets)
        desk.rounds(at(0))
        for each in outlets:
            each.stop()
        desk.rounds(at(1), at(1.1), at(1.2))
        assert {row["failures"] for row in sources_of(desk).values()} == {0}
        assert desk.hook.titles() == ["WATCHFLOOR down: our network"]
        for command in ("status", "sources"):
            assert "our network is down since 14 Jun 13:00 UTC" in desk.run(command).stdout
        assert desk.status()["network_down_since"] == "2026-06-14T13:00:00+00:00"
        desk.rounds(at(1.3))
        assert len(desk.hook.titles()) == 1, "a start while it is down is no recovery"
        outlets[0].start()
        desk.rounds(at(2))
        assert desk.hook.titles()[1:] == ["WATCHFLOOR well again: our network"]
        assert "our network" not in desk.run("status").stdout


def test_source_never_reached_is_not_called_well(desk: Desk) -> None:
    with away(4) as outlets:
        listed(desk, outlets)
        for each in outlets:
            each.stop()
        desk.rounds(at(0), at(0.1), at(0.2))
        assert {row["state"] for row in sources_of(desk).values()} == {"new"}
        assert "not charged: it is our own network, never reached yet" in desk.run("sources").stdout
        assert desk.status()["sources_by_state"] == {"new": 4}


# -- 5, 14: pace --------------------------------------------------------------------------------------------------------


def test_one_host_is_asked_so_many_at_once_and_so_far_apart() -> None:
    async def starts(at_once: int, apart: float, asked_ago: float | None) -> list[float]:
        hosts, begun = Hosts(at_once, lambda _: apart), time.monotonic()
        if asked_ago is not None:
            hosts.asked("a", asked_ago)
        seen: list[float] = []
        running = 0

        async def one() -> None:
            nonlocal running
            async with hosts.turn("a"):
                running += 1
                assert running <= at_once
                seen.append(time.monotonic() - begun)
                await asyncio.sleep(0)
                running -= 1

        await asyncio.gather(*(one() for _ in range(4)))
        return seen

    spaced = asyncio.run(starts(4, 0.1, None))
    # by the time since the first: one that was noted late would seem close to the next
    assert all(at > 0.09 * number for number, at in enumerate(spaced))
    assert asyncio.run(starts(1, 0.1, 0.0))[0] > 0.09, "the process before asked a moment ago"
    assert asyncio.run(starts(2, 0.0, None))[-1] < 2


def test_host_asked_a_moment_ago_by_the_process_before_is_not_asked_at_once(outlet: Outlet, tmp_path: Path) -> None:
    async def run() -> float:
        database = Database.at(tmp_path / "a.db")
        database.migrate("crawler")
        now, source = datetime.now(UTC), Source("a", outlet.serve("/", rss(*ITEMS)))
        with database.write() as connection:
            save_states(connection, [replace(state_for(source, None, now), polled=now)])
        lane, workers = WriterLane(database), Workers(processes=1)
        collecting = Collecting(database, lane, workers)
        await collecting.open(Fetching(["127.0.0.1"], apart=1.0), [source], now)
        begun = time.monotonic()
        await collecting.round(now)
        took = time.monotonic() - begun
        await collecting.close()
        workers.close()
        await asyncio.to_thread(lane.close)
        database.close()
        return took

    assert asyncio.run(run()) > 0.8


def test_sources_of_one_host_share_its_turns(outlet: Outlet) -> None:
    running, most = [0], [0]
    guard = threading.Lock()

    def slow(request: BaseHTTPRequestHandler) -> None:
        with guard:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.05)
        with guard:
            running[0] -= 1
        body = rss(*ITEMS)
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    urls = [outlet.act(f"/{n}", slow) for n in range(8)]
    assert {each.name.value for each in poll(*urls, at_once=2)} == {"ok"}
    assert most == [2]


# -- 16, 17, T17: hostile servers ----------------------------------------------------------------------------------------------


def test_slow_cut_and_endless_answers_end_in_time_by_name(outlet: Outlet) -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        with contextlib.suppress(OSError):
            while not outlet.released.wait(0.2):
                request.wfile.write(b"x")
                request.wfile.flush()

    def headers(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        with contextlib.suppress(OSError):
            for n in range(200_000):
                request.wfile.write(b"X-%d: %s\r\n" % (n, b"y" * 100))

    cut = outlet.serve("/cut", gzip.compress(rss(*ITEMS) * 100)[:-20], Content_Encoding="gzip")
    hops = outlet.act("/hops", _slow_hop)
    begun = time.monotonic()
    done = poll(outlet.act("/drip", drip), outlet.act("/headers", headers), cut, hops, at_once=8)
    assert time.monotonic() - begun < 15, "a timeout of two seconds for each, at once, on a busy machine"
    assert [each.name.value for each in done][::3] == ["timeout", "timeout"]
    assert done[1].name.value in {"bad_answer", "timeout", "failed"}
    assert done[2].name.value == "truncated"


def _slow_hop(request: BaseHTTPRequestHandler) -> None:
    time.sleep(0.9)
    request.wfile.write(b"HTTP/1.1 302 Found\r\nLocation: /hops\r\nContent-Length: 0\r\n\r\n")


def test_arabic_rule_matches_a_feed_with_a_bad_byte(desk: Desk) -> None:
    """T17."""
    title = "تحرك ميليشيا قرب القاعدة"
    body = rss({"title": title, "guid": "1", "date": "Sun, 14 Jun 2026 11:30:00 GMT", "text": "ليلا BAD"})
    desk.outlet.serve("/a.xml", body.replace(b"BAD", b"\xff\x00"))
    desk.write("/a.xml")
    desk.rounds(at(0))
    assert desk.hook.titles() == [f"PRIORITY Militias: \u2068{title}\u2069 | Outlet 1"]


def test_proxy_of_the_environment_is_ignored(outlet: Outlet, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert poll(outlet.serve("/", rss(*ITEMS)))[0].name.value == "ok"


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[str]:
    """An HTTPS server whose certificate nobody has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begin = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(begin - timedelta(days=1)).not_valid_after(begin + timedelta(days=1))
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "pem").write_bytes(pem + secret)
    with served_securely(tmp_path / "pem", rss(*ITEMS)) as url:
        yield url


def test_unverifiable_certificate_is_refused_unless_the_source_says_otherwise(secure: str, outlet: Outlet) -> None:
    away = outlet.serve("/away", b"", status=302, Location=secure)
    sources = [
        Source("a", secure),
        Source("b", secure, verify_tls=False),
        Source("c", away.replace("127.0.0.1", "localhost"), verify_tls=False),
    ]
    names = [each.name.value for each in asyncio.run(_poll(sources))]
    assert names[:2] == ["tls_failed", "ok"]
    assert names[2] != "ok", "the opt-out is for the source's own host, not for where it redirects"


# -- T43 -----------------------------------------------------------------------------------------------------------------


FLOORS = {"scrapy": (2, 14, 2), "urllib3": (2, 7), "aiohttp": (3, 14), "feedparser": (6, 0, 14)}


@pytest.mark.parametrize("package", FLOORS)
def test_dependency_is_not_below_its_safe_floor(package: str) -> None:
    found = tuple(int(part) for part in version(package).split(".")[:3])
    assert found >= FLOORS[package]
