"""An address and a desk go in; the board is served there. The one file that knows aiohttp's server.

Reading runs in threads, so that a slow page delays no other; at most READS_AT_ONCE read at a time.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aiohttp import web

from alerts.board import writing
from alerts.board.desk import Desk
from alerts.board.page import BadQuery, Document, NotFound, Page, Query, Reader
from alerts.board.registry import DOCUMENTS, PAGES
from alerts.line.orders import stamp
from crawler.config.yamlfile import ConfigError
from crawler.store.errors import StoreError

log = logging.getLogger(__name__)
READS_AT_ONCE = 4
API = "/api/v1"
LARGEST_FORM = 64 * 1024  # bytes
STATIC_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "watchfloor",  # without a version
}
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Board:
    """Serves the board from `open` to `close`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._reads = asyncio.Semaphore(READS_AT_ONCE)
        self.app = web.Application(middlewares=[self._guarded], client_max_size=LARGEST_FORM)
        self._runner = web.AppRunner(self.app, access_log=None, handle_signals=False)
        router = self.app.router
        router.add_get("/", _to_stories)
        router.add_get("/static/{version}/{name}", _static)
        for page in PAGES:
            router.add_get(page.path, self._page(page))
            router.add_get(f"{API}{page.path}", self._json(page))
        for document in DOCUMENTS:
            router.add_get(document.path, self._document(document))

    async def open(self, host: str, port: int) -> int:
        """Listen and return the port. Raises OSError where the address is taken."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def close(self) -> None:
        """Stop serving."""
        await self._runner.cleanup()

    # -- what is read ------------------------------------------------------------------------------------------

    def _page(self, page: Page) -> Answer:
        async def answer(request: web.Request) -> web.StreamResponse:
            def work() -> str:
                query, reader = _query(request), Reader()
                record, asked = self._desk.read(page.read, query, request.match_info, reader)
                return writing.render(page, asked, record, self._frame(request, reader))

            return _html(await self._in_thread(work))

        return answer

    def _json(self, page: Page) -> Answer:
        async def answer(request: web.Request) -> web.StreamResponse:
            def work() -> str:
                record, _ = self._desk.read(page.read, _query(request), request.match_info, Reader())
                return json.dumps(record, ensure_ascii=False, default=_plain)

            return _text(await self._in_thread(work), "application/json")

        return answer

    def _document(self, document: Document) -> Answer:
        async def answer(request: web.Request) -> web.StreamResponse:
            def work() -> str:
                return self._desk.read(document.read, _query(request), request.match_info, Reader())[0]

            return _text(await self._in_thread(work), document.content_type)

        return answer

    async def _in_thread(self, work: Callable[[], str]) -> str:
        async with self._reads:
            return await asyncio.to_thread(work)

    def _frame(self, request: web.Request, reader: Reader) -> dict[str, Any]:
        """Return what stands round every page."""
        return {
            "menu": [each for each in PAGES if each.menu],
            "here": request.path,
            "address": request.rel_url,
            "watch": self._desk.watch(datetime.now(UTC)),
            "reader": reader,
        }

    # -- what may go wrong -------------------------------------------------------------------------------------

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Answer) -> web.StreamResponse:
        """Answer, with the headers that keep a browser from doing more than the page means; errors in words."""
        try:
            answer = await handler(request)
        except web.HTTPException as error:
            answer = (
                error if error.status < HTTPStatus.BAD_REQUEST else self._wrong(request, error.status, error.reason)
            )
        except NotFound as error:
            answer = self._wrong(request, HTTPStatus.NOT_FOUND, str(error))
        except BadQuery as error:
            answer = self._wrong(request, HTTPStatus.BAD_REQUEST, str(error))
        except (StoreError, ConfigError) as error:
            log.warning("page not made path=%s: %s", request.path, error)
            answer = self._wrong(request, HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        except Exception:  # the reader must learn it, and the next one must be answered
            log.exception("page failed path=%s", request.path)
            said = "The board could not make this page; its log says why."
            answer = self._wrong(request, HTTPStatus.INTERNAL_SERVER_ERROR, said)
        if not answer.prepared:
            answer.headers.update(HEADERS)
            if "Cache-Control" not in answer.headers:
                answer.headers["Cache-Control"] = "no-store"
        return answer

    def _wrong(self, request: web.Request, status: int, said: str) -> web.Response:
        if request.path.startswith(API):
            return _text(json.dumps({"error": said}, ensure_ascii=False), "application/json", status)
        title = HTTPStatus(status).phrase
        return _html(writing.render_error(title, said, self._frame(request, Reader())), status)


async def _to_stories(_: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/stories")


async def _static(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    known = {each.name: each for each in writing.STATIC.iterdir()}  # names only: nothing of a path is followed
    if name not in known or writing.static_path(name) != request.path:
        raise web.HTTPNotFound
    made = web.Response(body=known[name].read_bytes(), content_type=STATIC_TYPES[known[name].suffix], charset="utf-8")
    made.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    made.enable_compression()
    return made


def _query(request: web.Request) -> Query:
    return Query({name: request.query.getall(name) for name in request.query})


def _html(text: str, status: int = HTTPStatus.OK) -> web.Response:
    return _text(text, "text/html", status)


def _text(text: str, content_type: str, status: int = HTTPStatus.OK) -> web.Response:
    # a feed may hold lone surrogates, which UTF-8 has not
    body = text.encode("utf-8", "replace")
    made = web.Response(body=body, content_type=content_type, charset="utf-8", status=status)
    made.enable_compression()
    return made


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return stamp(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a page's record holds {type(value).__name__}, which JSON cannot")
