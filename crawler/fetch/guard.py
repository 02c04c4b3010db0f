"""Decide whether an address may be fetched. Every request passes here: feed, page, robots.txt and each redirect.

The URL is checked before the request and the IP address when the socket is made, so a name that resolves to another
address at the second look (DNS rebinding) is refused too. The turn of the request at its host is kept here as well, as
nothing is nearer to the moment when it is written.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import cache, lru_cache, partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientRequest
from aiohttp.connector import Connection
from scrapy import Request
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response

from crawler.fetch.hosts import Turn
from crawler.fetch.lenient import Lenient
from crawler.fetch.names import Names
from crawler.sources.addresses import Guard

OWN_SERVER = "own_server"  # the key of a request's meta: the one (address, port) of ours that it may reach
TURN = "turn"  # the key of a request's meta: its Turn at its host
# of the request in this task: the socket is made deep inside aiohttp, which passes on only the address
_host: ContextVar[tuple[str, int]] = ContextVar("host")
_own: ContextVar[tuple[str, int] | None] = ContextVar("own", default=None)
_turn: ContextVar[Turn | None] = ContextVar("turn", default=None)
_unverified: ContextVar[bool] = ContextVar("unverified", default=False)


@cache
def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@lru_cache(maxsize=4096)  # each poll asks
def _place(url: str) -> tuple[str | None, int, str]:
    """Return the host of an address, its port, and both as they are written."""
    parts = urlsplit(url)
    return parts.hostname, parts.port or (443 if parts.scheme == "https" else 80), parts.netloc.lower()


class _PlainRequest(ClientRequest):
    """A request without a body where Scrapy gives it one of no bytes: aiohttp would send that in a task of its own."""

    def update_body_from_data(self, body: Any, _stacklevel: int = 3) -> None:
        super().update_body_from_data(body or None, _stacklevel)


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
        self._session._request_class = _PlainRequest
        connect = self._session.connector.connect
        self._session.connector.connect = partial(self._connect, connect)  # type: ignore[method-assign]
        self._session.connector._factory = partial(Lenient, asyncio.get_running_loop())  # type: ignore[assignment]

    @asynccontextmanager
    async def _make_request(self, request: Request, timeout: float) -> AsyncIterator[_ClientResponse]:  # noqa: ASYNC109 - Scrapy's signature
        self._guard.judge_url(request.url)
        host, port, site = _place(request.url)
        _unverified.set(request.meta.get("unverified_host") == host)
        _own.set(request.meta.get(OWN_SERVER))
        _turn.set(turn := request.meta.get(TURN))
        if turn:
            await turn.go_to(site)
        _host.set((host or "", port))
        # the deadline of a poll is its turn's, which waits put off; aiohttp's own would count them
        async with super()._make_request(request, timeout if turn is None else None) as response:  # type: ignore[arg-type]
            yield response

    @staticmethod
    def _request_headers(request: Request) -> Headers:
        """Return the headers to send; no proxy is asked, so nothing is to be taken out of them."""
        return request.headers

    async def _read_response(self, response: _ClientResponse, request: Request) -> Response:
        """Return what was answered. A 304 has no body (RFC 9110, 15.4.5), so there is nothing to measure or guess."""
        if response.status == HTTPStatus.NOT_MODIFIED:
            return Response(request.url, response.status, list(response.headers.items()))
        return await super()._read_response(response, request)

    async def _connect(self, connect: Callable[..., Awaitable[Connection]], *given: Any, **named: Any) -> Connection:
        """Return a connection once the request may be written to it, which is what aiohttp does next."""
        turn = _turn.get()
        connection = await connect(*given, **named)
        while turn and (wait := turn.wait):
            connection.release()  # its server may close it meanwhile
            await turn.postpone(wait)
            connection = await connect(*given, **named)
        try:
            if turn:
                turn.leave()
        except Exception:
            connection.release()
            raise
        return connection

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
