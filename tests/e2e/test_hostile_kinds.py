"""Channels and lists in JSON against servers that misbehave: a named outcome each, and the good one is on time."""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler

import pytest

from crawler.fetch.fetching import Fetching, parse, reader
from crawler.fetch.workers import Workers
from crawler.sources.polling import state_for
from crawler.sources.source import Source
from tests.e2e.channel import page_of, twelve
from tests.e2e.servers import Outlet, closing_all

NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)
CONSENT = b"<html><title>Before you continue</title><body><form>We use cookies. Accept all?</form></body></html>"
LOGIN = b"<html><title>Log in</title><form><input type=password></form></html>"
KEYS = {"telegram": {}, "json": {"paths": (("items", "data"), ("title", "t"))}}
GOOD = {
    "telegram": page_of(twelve()),
    "json": json.dumps({"data": [{"t": f"A headline of number {n}"} for n in range(9)]}).encode(),
}


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    made = Outlet()
    with closing_all(made):
        yield made


def drip(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    with suppress(OSError):
        for _ in range(300):
            request.wfile.write(b"x")
            time.sleep(0.1)


def endless(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    with suppress(OSError):
        for _ in range(40):
            request.wfile.write(chunk)


def mutated(good: bytes, count: int) -> Iterator[bytes]:
    rand = random.Random(18)
    for _ in range(count):
        page = bytearray(good)
        for _ in range(25):
            at = rand.randrange(len(page))
            page[at : at + rand.randrange(40)] = rand.randbytes(rand.randrange(40))
        yield bytes(page)


async def polled(kind: str, urls: dict[str, str]) -> dict[str, tuple[str, str, float]]:
    """Poll and read all addresses at once; return outcome, detail and seconds of each, by name."""
    fetching, workers = Fetching(["127.0.0.1"], timeout=6.0, at_once=4), Workers()
    await fetching.open()
    read = reader(Source("first", "https://a.example/s/x", kind=kind, **KEYS[kind]))  # type: ignore[arg-type]
    await workers.run(read, GOOD[kind], None, "https://a.example/s/x")  # so that starting the children delays no poll

    async def one(name: str, url: str) -> tuple[str, tuple[str, str, float]]:
        begun, source = time.monotonic(), Source(name, url, kind=kind, **KEYS[kind])  # type: ignore[arg-type]
        state = state_for(source, None, NOW)
        outcome, _ = await parse(workers, await fetching.poll(source, state, NOW), state, reader(source))
        return name, (outcome.name.value, outcome.detail, time.monotonic() - begun)

    try:
        return dict(await asyncio.gather(*(one(name, url) for name, url in urls.items())))
    finally:
        await fetching.close()
        workers.close()


@pytest.mark.parametrize("kind", ["telegram", "json"])
def test_hostile_servers_are_named_and_the_good_one_is_on_time(outlet: Outlet, kind: str) -> None:
    good = GOOD[kind]
    odd = good.decode().encode("utf-16-le")[:-1]
    urls = {
        "good": outlet.serve("/s/good", good),
        "hang": outlet.hang("/s/hang"),
        "drip": outlet.act("/s/drip", drip),
        "endless": outlet.act("/s/endless", endless),
        "bomb": outlet.serve("/s/bomb", gzip.compress(b" " * 30_000_000), Content_Encoding="gzip"),
        "image": outlet.serve("/s/image", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, Content_Type="image/png"),
        "login": outlet.serve("/s/login", LOGIN),
        "consent": outlet.serve("/s/consent", CONSENT),
        "cut": outlet.serve("/s/cut", good[: len(good) // 2]),
        "utf16": outlet.serve("/s/utf16", odd, Content_Type="text/plain; charset=latin-1"),
        "latin": outlet.serve(
            "/s/latin", good.replace(b"number", b"n\xfc\xff\xfembr"), Content_Type="x; charset=undefined"
        ),
        "typed": outlet.serve("/s/typed", good, Content_Type="application/octet-stream"),
        **{f"m{n}": outlet.serve(f"/s/m{n}", body) for n, body in enumerate(mutated(good, 40))},
    }
    found = asyncio.run(polled(kind, urls))
    named = {name: outcome for name, (outcome, _, _) in found.items()}
    assert {name: named[name] for name in ("good", "hang", "drip", "endless", "bomb", "login", "consent", "image", "typed")} == {
        "good": "ok", "hang": "timeout", "drip": "timeout", "endless": "too_large", "bomb": "too_large",
        "login": "not_a_feed", "consent": "not_a_feed", "image": "not_a_feed", "typed": "ok",
    }  # fmt: skip
    assert (found["login"][1], found["consent"][1]) == ("a login page", "a consent page")
    # a broken encoding costs characters, a cut or mutated body what it hits: always by a name, never by a crash
    assert {named["utf16"], named["latin"]} <= {"ok", "not_a_feed"}
    assert set(named.values()) <= {"ok", "not_a_feed", "no_entries", "timeout", "too_large"}
    assert all(detail for outcome, detail, _ in found.values() if outcome == "not_a_feed")
    assert found["good"][2] < 6.0  # before the first of those that hang was given up
