"""Servers that misbehave, for each kind of source: what they answer, and what polling all of them at once comes to."""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

from crawler.fetch.fetching import Fetching
from crawler.fetch.reading import parse, reader
from crawler.fetch.workers import Workers
from crawler.sources.polling import state_for
from crawler.sources.source import Source
from tests.e2e.channel import page_of, twelve
from tests.e2e.servers import Outlet, rss

NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)
TIMEOUT = 6.0  # seconds of a poll
MUTATED, OTHERS = 40, 5  # pages; well sources of the same kind beside them
LOGIN = b"<html><title>Log in</title><form><input type=password></form></html>"
CONSENT = b"<html><title>Before you continue</title><body><form>We use cookies. Accept all?</form></body></html>"
CHALLENGE = (
    b"<html><title>Just a moment...</title><body><script src=/cdn-cgi/challenge-platform/x></script></body></html>"
)
_TITLES = [f"A convoy of number {n} left the base at dawn" for n in range(9)]
KEYS: dict[str, dict[str, Any]] = {"json": {"paths": (("items", "data"), ("title", "t"))}}
GOOD = {
    "feed": rss(*({"title": each, "guid": str(n)} for n, each in enumerate(_TITLES))),
    "sitemap": (
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
        + "".join(
            f"<url><loc>https://paper.example/{n}</loc><news:news><news:title>{each}</news:title></news:news></url>"
            for n, each in enumerate(_TITLES)
        )
        + "</urlset>"
    ).encode(),
    "section": (
        "<html><body><main>"
        + "".join(f'<h2><a href="/news/{n}00000">{each}</a></h2>' for n, each in enumerate(_TITLES))
        + "</main></body></html>"
    ).encode(),
    "telegram": page_of(twelve()),
    "json": json.dumps({"data": [{"t": each} for each in _TITLES]}).encode(),
}


@dataclass(frozen=True, slots=True)
class Ended:
    """How the poll of a source ended: the outcome's name, its detail, and after how many seconds."""

    outcome: str
    detail: str
    seconds: float


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


def misbehaving(outlet: Outlet, kind: str) -> dict[str, str]:
    """Serve what each hostile server of this kind answers, and OTHERS well ones; return the addresses by name."""
    good = GOOD[kind]
    odd = good.decode().encode("utf-16-le")[:-1]
    scratched = good.replace(b"o", b"n\xfc\xff\xfeo")
    return {
        **{f"other{n}": outlet.serve(f"/s/other{n}", good) for n in range(OTHERS)},
        "hang": outlet.hang("/s/hang"),
        "drip": outlet.act("/s/drip", drip),
        "endless": outlet.act("/s/endless", endless),
        "bomb": outlet.serve("/s/bomb", gzip.compress(b" " * 30_000_000), Content_Encoding="gzip"),
        "image": outlet.serve("/s/image", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, Content_Type="image/png"),
        "login": outlet.serve("/s/login", LOGIN),
        "consent": outlet.serve("/s/consent", CONSENT),
        "challenge": outlet.serve("/s/challenge", CHALLENGE),
        "empty": outlet.serve("/s/empty", b""),
        "cut": outlet.serve("/s/cut", good[: len(good) // 2]),
        "utf16": outlet.serve("/s/utf16", odd, Content_Type="text/plain; charset=latin-1"),
        "latin": outlet.serve("/s/latin", scratched, Content_Type="x; charset=undefined"),
        "typed": outlet.serve("/s/typed", good, Content_Type="application/octet-stream"),
        **{f"m{n}": outlet.serve(f"/s/m{n}", body) for n, body in enumerate(mutated(good, MUTATED))},
    }


def polled(kind: str, urls: dict[str, str]) -> dict[str, Ended]:
    """Poll and read all addresses at once, as sources of this kind; return how each ended, by name."""
    return asyncio.run(_polled(kind, urls))


async def _polled(kind: str, urls: dict[str, str]) -> dict[str, Ended]:
    fetching, workers = Fetching(["127.0.0.1"], timeout=TIMEOUT, at_once=4), Workers()
    await fetching.open()
    keys = KEYS.get(kind, {})
    read = reader(Source("first", "https://a.example/s/x", kind=kind, **keys))
    await workers.run(read, GOOD[kind], None, "https://a.example/s/x")  # so that starting the children delays no poll

    async def one(name: str, url: str) -> tuple[str, Ended]:
        begun, source = time.monotonic(), Source(name, url, kind=kind, **keys)
        state = state_for(source, None, NOW)
        outcome, _ = await parse(workers, await fetching.poll(source, state, NOW), state, reader(source))
        return name, Ended(outcome.name.value, outcome.detail, time.monotonic() - begun)

    try:
        return dict(await asyncio.gather(*(one(name, url) for name, url in urls.items())))
    finally:
        await fetching.close()
        workers.close()
