"""Hostile servers: bombs within the memory, certificates that do not hold, addresses that change, credentials that stay."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import brotli
import pytest
from backports import zstd
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawler.fetch.fetching import Fetching
from crawler.sources.polling import state_for
from crawler.sources.source import FetchOutcome, Source
from tests.e2e.conftest import Desk
from tests.e2e.servers import Outlet, closing_all, rss, secure

NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


async def _poll(sources: list[Source], allowed: list[str]) -> list[FetchOutcome]:
    fetching = Fetching(allowed, timeout=3.0)
    await fetching.open()
    try:
        return [await fetching.poll(each, state_for(each, None, NOW), NOW) for each in sources]
    finally:
        await fetching.close()


def poll(*urls: str, allowed: tuple[str, ...] = ("127.0.0.1",)) -> list[FetchOutcome]:
    """Poll one after the other."""
    return asyncio.run(_poll([Source(str(n), url) for n, url in enumerate(urls)], list(allowed)))


def polled(timeout: float, *urls: str) -> Any:
    words = [sys.executable, "-m", "tests.e2e.polled", str(timeout), *urls]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


# -- T09, T10 ------------------------------------------------------------------------------------------------------------

PIECE = b"\0" * 1_000_000
MEGABYTES = 500


def zeros(compress: Callable[[bytes], bytes], end: Callable[[], bytes]) -> bytes:
    return b"".join([*(compress(PIECE) for _ in range(MEGABYTES)), end()])


def bomb(coding: str) -> bytes:
    if coding == "br":
        stream = brotli.Compressor(quality=1)
        return zeros(stream.process, stream.finish)
    if coding == "zstd":
        packer = zstd.ZstdCompressor()
        return zeros(packer.compress, packer.flush)
    packed = zlib.compressobj(6, zlib.DEFLATED, -15 if coding == "deflate" else 31)
    once = zeros(packed.compress, packed.flush)
    if coding != "gzip, gzip":
        return once
    again = zlib.compressobj(6, zlib.DEFLATED, 31)
    return again.compress(once) + again.flush()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
def test_bomb_of_half_a_gigabyte_is_refused_within_a_second_and_64_mebibytes(outlet: Outlet, coding: str) -> None:
    """T09."""
    small = outlet.serve("/small", rss({"title": "A", "guid": "1"}))
    done = polled(10.0, small, outlet.serve("/bomb", bomb(coding), Content_Encoding=coding))
    assert done["names"] == ["too_large"]
    assert done["grown"] <= 64
    assert done["took"] < 1.0


def test_endless_answers_end_in_time_by_name_and_within_the_memory(outlet: Outlet) -> None:
    """T10."""

    def endless(request: BaseHTTPRequestHandler, head: bytes, piece: bytes) -> None:
        with contextlib.suppress(OSError):
            request.wfile.write(b"HTTP/1.1 200 OK\r\n" + head)
            while not outlet.released.is_set():
                request.wfile.write(piece)

    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    body = outlet.act("/body", lambda each: endless(each, b"Transfer-Encoding: chunked\r\n\r\n", chunk))
    headers = outlet.act("/headers", lambda each: endless(each, b"", b"X-A: " + b"y" * 1000 + b"\r\n"))
    one = outlet.act("/one", lambda each: endless(each, b"X-A: ", b"y" * 100_000))
    small = outlet.serve("/small", rss({"title": "A", "guid": "1"}))
    done = polled(3.0, small, body, headers, one, outlet.hang("/hang"))
    assert done["names"][0] == "too_large"
    assert set(done["names"][1:3]) <= {"bad_answer", "timeout", "failed", "too_large"}
    assert done["names"][3] == "timeout"
    assert done["took"] <= 3.0 + 1.0
    assert done["grown"] <= 128


# -- T12 -----------------------------------------------------------------------------------------------------------------


class Authority:
    """Signs certificates for addresses; its own is what a client has to trust."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        self.pem = self._sign(self.name, self._key.public_key(), timedelta(days=1), ca=True)

    def issue(self, address: str, *, ends: timedelta) -> bytes:
        """Give a certificate with its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, address)])
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return self._sign(name, key.public_key(), ends, address=address) + secret

    def _sign(self, name: x509.Name, key: Any, ends: timedelta, *, address: str = "", ca: bool = False) -> bytes:
        now = datetime.now(UTC)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(self.name).public_key(key).serial_number(7)
        made = made.not_valid_before(now - timedelta(days=9)).not_valid_after(now + ends)
        made = made.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        if address:
            made = made.add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False
            )
        return made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


CERTIFICATES = [
    ("good", "127.0.0.1", timedelta(days=1), True, "ok"),
    ("expired", "127.0.0.1", timedelta(days=-1), True, "tls_failed"),
    ("of another name", "127.0.0.3", timedelta(days=1), True, "tls_failed"),
    ("of an authority nobody trusts", "127.0.0.1", timedelta(days=1), False, "tls_failed"),
]


@pytest.mark.parametrize(
    ("address", "ends", "trusted", "expected"), [row[1:] for row in CERTIFICATES], ids=[row[0] for row in CERTIFICATES]
)
def test_certificate_is_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, ends: timedelta, trusted: bool, expected: str
) -> None:
    authority = Authority()
    (tmp_path / "ca").write_bytes(authority.pem)
    (tmp_path / "pem").write_bytes(authority.issue(address, ends=ends))
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca"))
    with secure(tmp_path / "pem", rss({"title": "A", "guid": "1"})) as url:
        assert [each.name.value for each in poll(url)] == [expected]


# -- T03, T06, T08, T37 --------------------------------------------------------------------------------------------------


def test_name_that_turns_to_a_private_address_is_refused_at_connect(
    outlet: Outlet, victim: Outlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T03. The first answer is let through by address, the later ones are the victim's; no answer is kept."""
    asked, answers = socket.getaddrinfo, ["127.0.0.1"]

    def resolve(host: Any, *words: Any, **more: Any) -> Any:
        if host == "rebinding.example":
            host = answers.pop() if answers else "127.0.0.2"
        return asked(host, *words, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    port = outlet.base.rpartition(":")[2]
    with closing_all(twin := Outlet("127.0.0.2", int(port))):
        outlet.serve("/", rss({"title": "A", "guid": "1"}), Connection="close")
        url = f"http://rebinding.example:{port}/"

        async def run() -> list[str]:
            fetching = Fetching(["127.0.0.1"], timeout=3.0)
            await fetching.open()
            source = Source("a", url)
            first = await fetching.poll(source, state_for(source, None, NOW), NOW)
            handlers = fetching._crawler.engine.downloader.handlers
            handler: Any = handlers._get_handler("http")
            handler._session.connector.clear_dns_cache()  # it is kept for ten seconds
            second = await fetching.poll(source, state_for(source, None, NOW), NOW)
            await fetching.close()
            return [first.name.value, second.name.value]

        assert asyncio.run(run()) == ["ok", "blocked_private"]
        assert (len(outlet.requests), twin.requests, answers) == (1, [], [])


def test_nothing_secret_goes_along_with_a_redirect(outlet: Outlet) -> None:
    """T37, 25. A cookie that is set, another port, another name: the target sees the headers of a first request only."""
    with closing_all(other := Outlet()):
        away = outlet.serve("/", b"", status=302, Location=f"{other.base}/", Set_Cookie="session=secret; Path=/")
        other.serve("/", rss({"title": "A", "guid": "1"}), Set_Cookie="other=secret")
        assert [each.name.value for each in poll(away, away)] == ["ok", "ok"]
        for headers in (*(each for _, each in outlet.requests), *(each for _, each in other.requests)):
            assert set(headers) == {"Host", "User-Agent", "Accept", "Accept-Encoding"}
            assert headers["Accept-Encoding"] == "gzip, deflate, br, zstd"
        assert len(other.requests) == 2


def test_address_with_credentials_is_refused_in_the_rules_and_in_a_redirect(desk: Desk) -> None:
    """T37: there are none that could go along."""
    desk.write("/a.xml")
    desk.rules.write_text(desk.rules.read_text().replace("http://127", "http://user:secret@127", 1))
    done = desk.run("check", expect=1)
    assert re.search(r"rules\.yaml:\d+:\d+: .*user", done.stderr)
    away = desk.outlet.serve("/away", b"", status=302, Location=desk.outlet.base.replace("//", "//u:p@") + "/x")
    assert [each.name.value for each in poll(away)] == ["blocked_private"]
    assert desk.outlet.asked("/x") == []


def test_redirect_of_a_webhook_is_not_followed_with_the_alert(desk: Desk, victim: Outlet) -> None:
    """T06."""
    posts: list[str] = []

    class Away(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posts.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(307)
            self.send_header("Location", f"{victim.base}/stolen")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Away)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1", "date": "Sun, 14 Jun 2026 09:30:00 GMT"}))
    desk.write("/a.xml", admin="mail")
    desk.rules.write_text(desk.rules.read_text().replace(desk.hook.url, f"json://127.0.0.1:{server.server_port}/hook"))
    desk.rounds("2026-06-14T10:00:00Z")
    server.shutdown()
    server.server_close()
    thread.join()
    assert posts
    assert victim.requests == []
    assert desk.status()["ledger"]["sent"] == 0
