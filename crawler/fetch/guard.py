"""Decide whether an address may be fetched. Every request passes here: feed, page, robots.txt and each redirect.

The URL is checked before the request and the IP address when the socket is made, so a name that resolves to another
address at the second look (DNS rebinding) is refused too.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import cache, partial
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.crawler import Crawler

from crawler.fetch.lenient import Lenient
from crawler.fetch.names import Names
from crawler.sources.addresses import Guard

OWN_SERVER = "own_server"  # the key of a request's meta: the one (address, port) of ours that it may reach
# of the request in this task: the socket is made deep inside aiohttp, which passes on only the address
_host: ContextVar[tuple[str, int]] = ContextVar("host")
_own: ContextVar[tuple[str, int] | None] = ContextVar("own", default=None)
_unverified: ContextVar[bool] = ContextVar("unverified", default=False)


@cache
def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class GuardedDownloadHandler(AiohttpDownloadHandler):
    """Scrapy's aiohttp handler with the guard in front of every request and in every socket it makes.

    Scrapy calls its aiohttp handler experimental; decision 1 says why it is ours all the same.
    """

    experimental = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._guard = Guard(crawler.settings.getlist("WATCHFLOOR_ALLOW_PRIVATE"))
        assert self._session.connector is not None
        self._session.connector._socket_factory = self._socket  # type: ignore[attr-defined]
        self._session.connector._resolver = Names()  # type: ignore[attr-defined]
        self._session.connector._factory = partial(Lenient, asyncio.get_running_loop())  # type: ignore[assignment]

    @asynccontextmanager
    async def _make_request(self, request: Request, timeout: float) -> AsyncIterator[_ClientResponse]:  # noqa: ASYNC109 - Scrapy's signature
        self._guard.judge_url(request.url)
        parts = urlsplit(request.url)
        _unverified.set(request.meta.get("unverified_host") == parts.hostname)
        _own.set(request.meta.get(OWN_SERVER))
        _host.set((parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)))
        async with super()._make_request(request, timeout) as response:
            yield response

    @property
    def _ssl_context(self) -> ssl.SSLContext:
        """The TLS context of this request: it verifies the certificate, unless the source has `verify_tls: false`."""
        return _trusting() if _unverified.get() else self._verifying

    @_ssl_context.setter
    def _ssl_context(self, context: ssl.SSLContext) -> None:
        self._verifying = context

    def _socket(self, address: Any) -> socket.socket:
        family, kind, protocol, _, where = address
        # the server of the canary, by address and port of the socket itself: no name leads there, no redirect farther
        if (where[0], where[1]) != _own.get():
            self._guard.judge_address(*_host.get(), where[0])
        return socket.socket(family=family, type=kind, proto=protocol)
