"""An address and a desk go in; the board is served there. Beside door.py and answers.py nobody knows aiohttp's server.

Reading runs in threads, so that a slow page delays no other; at most READS_AT_ONCE read at a time.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from alerts.board import guard, writing
from alerts.board.answers import (
    HTML,
    JSON,
    SAID,
    back_of,
    back_to,
    said_once,
    sentences,
    static_answer,
    text_answer,
)
from alerts.board.brakes import Full, Listeners
from alerts.board.desk import Desk
from alerts.board.door import BY_PROXY, CAN_SIGN_IN, READER, Door, Refused, Unnamed
from alerts.board.live import Live
from alerts.board.openapi import openapi
from alerts.board.page import API, BadQuery, Document, NotFound, Order, Page, Query, Reader, Tool
from alerts.board.pages.trying import TRIALS
from alerts.board.records import dumped
from alerts.board.registry import DOCUMENTS, ORDERS, PAGES, TOOLS
from alerts.run.ask import ControlError
from crawler.config.problems import ConfigError
from crawler.store.errors import StoreError

log = logging.getLogger(__name__)
READS_AT_ONCE = 4
ORDERS_AT_ONCE = 4  # in threads of their own: orders that wait for the daemon hold up no page
LARGEST_FORM = 256 * 1024  # bytes: a rule of 20,000 characters, each as up to twelve
RENEWAL_KEPT = 1.0  # seconds that a page is kept for others who have it open
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
PROBLEMS: Mapping[type[Exception], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    BadQuery: HTTPStatus.BAD_REQUEST,
    ControlError: HTTPStatus.CONFLICT,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    ConfigError: HTTPStatus.SERVICE_UNAVAILABLE,
}


class Board:
    """Serves the board from `open` to `close`."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._live = desk, Live(desk)
        self._reads, self._door = asyncio.Semaphore(READS_AT_ONCE), Door(desk, self._frame)
        self._orders = ThreadPoolExecutor(ORDERS_AT_ONCE, "order")
        self._renewing, self._kept = asyncio.Lock(), dict[tuple[str, str, str], tuple[float, str]]()
        self._listeners, self._asked = Listeners(), time.monotonic()
        app = web.Application(middlewares=[self._guarded], client_max_size=LARGEST_FORM)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        router = app.router
        router.add_get("/", _to_stories)
        router.add_get("/static/{version}/{name}", static_answer)
        router.add_get("/live", self._tell)
        router.add_get("/sign-in", self._door.sign_in_page)
        router.add_post("/sign-in", self._door.sign_in)
        router.add_post("/sign-out", self._door.sign_out)
        router.add_get(f"{API}/openapi.json", _openapi)
        for page in PAGES:
            router.add_get(page.path, self._page(page))
            router.add_get(f"{API}{page.path}", self._json(page))
        for document in DOCUMENTS:
            router.add_get(document.path, self._document(document))
        for order in ORDERS:
            router.add_post(order.path, self._order(order))
            router.add_post(f"{API}{order.path}", self._order(order))
        for tool in TOOLS:
            router.add_post(tool.path, self._tool(tool))

    async def open(self, host: str, port: int) -> int:
        """Listen and return the port. Raises OSError where the address is taken."""
        if self._runner.server is None:
            await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        return int(self._runner.addresses[0][1])

    @property
    def idle(self) -> float:
        """The seconds since somebody asked for anything; 0 while a page is open that hears of news."""
        return 0.0 if self._listeners.number else time.monotonic() - self._asked

    async def close(self) -> None:
        """Stop serving."""
        await self._live.close()
        await asyncio.to_thread(TRIALS.close)
        self._orders.shutdown(wait=False, cancel_futures=True)
        await self._runner.cleanup()

    # -- what is read ------------------------------------------------------------------------------------------

    def _page(self, page: Page) -> Answer:
        async def answer(request: web.Request) -> web.StreamResponse:
            def work() -> str:
                record, asked = self._desk.read(page.read, _query(request), request.match_info, request[READER])
                return writing.render(page, asked, record, self._frame(request))

            if "X-Renew" in request.headers:
                return text_answer(
                    await self._renewed((request.path_qs, request[READER].name, self._live.now), work), HTML
                )
            return said_once(request, text_answer(await self._in_thread(work), HTML))

        return answer

    def _json(self, page: Page) -> Answer:
        async def answer(request: web.Request) -> web.StreamResponse:
            def work() -> str:
                record, _ = self._desk.read(page.read, _query(request), request.match_info, request[READER])
                return dumped(record)

            return text_answer(await self._in_thread(work), JSON)

        return answer

    def _document(self, document: Document) -> Answer:
        async def answer(request: web.Request) -> web.StreamResponse:
            def work() -> str:
                return self._desk.read(document.read, _query(request), request.match_info, request[READER])[0]

            return text_answer(await self._in_thread(work), document.content_type)

        return answer

    async def _renewed(self, page: tuple[str, str, str], work: Callable[[], str]) -> str:
        """Return a page that is renewed by itself, one at a time: all who have it open ask for it at the same news.

        It is kept for the news that were known when it was asked for: one from before them lacks them.
        """
        async with self._renewing:
            at, text = self._kept.get(page, (0.0, ""))
            if time.monotonic() - at > RENEWAL_KEPT:
                text = await self._in_thread(work)
                self._kept = {
                    each: kept for each, kept in self._kept.items() if time.monotonic() - kept[0] < RENEWAL_KEPT
                }
                self._kept[page] = (time.monotonic(), text)
            return text

    async def _in_thread(self, work: Callable[[], str]) -> str:
        async with self._reads:
            return await asyncio.to_thread(work)

    async def _tell(self, request: web.Request) -> web.StreamResponse:
        """Tell an open page of news until it is closed (server-sent events)."""
        try:
            with self._listeners.one_more(request.remote or "", proxy=request[BY_PROXY]):
                return await self._told(request)
        except Full:
            raise web.HTTPServiceUnavailable(reason="too many pages listen") from None

    async def _told(self, request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse(
            headers={**guard.HEADERS, "Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await stream.prepare(request)
        try:
            async for news in self._live.listen():
                await stream.write(f"data: {news}\n\n".encode())
        except ConnectionError:
            log.debug("a page was closed")
        return stream

    # -- what is changed ---------------------------------------------------------------------------------------

    def _order(self, order: Order) -> Answer:
        async def answer(request: web.Request) -> web.StreamResponse:
            if request.path.startswith(API) and not request[READER].writes:
                raise Unnamed("Send the token of this board: Authorization: Bearer TOKEN, and a name in X-Name.")
            form, reader = await self._door.form(request), request[READER]
            if not reader.writes:
                raise Refused("You may only read here. Sign in to acknowledge, silence, resend or poll.")
            asked = order.request(request.match_info, form, reader.name)
            loop, work = asyncio.get_running_loop(), partial(self._desk.order, asked, order.within)
            replied = await loop.run_in_executor(self._orders, work)
            said = order.done(replied)
            log.info("order path=%s by=%s", request.path, reader.name)
            if request.path.startswith(API) or JSON in request.headers.get("Accept", ""):
                return text_answer(dumped({"said": said, "answer": replied}), JSON)
            return back_to(form, said)

        return answer

    def _tool(self, tool: Tool) -> Answer:
        async def answer(request: web.Request) -> web.StreamResponse:
            form = await self._door.form(request)  # also of who may only read: no page of others may set it to work
            who = (_query(request), request.match_info, request[READER])
            to = await self._in_thread(lambda: self._desk.read(lambda asked: tool.run(asked, form), *who)[0])
            raise web.HTTPSeeOther(to)

        return answer

    # -- what stands round it, and what may go wrong -----------------------------------------------------------

    def _frame(self, request: web.Request) -> dict[str, Any]:
        """Return what stands round every page."""
        reader = request.get(READER, Reader())
        return {
            "menu": [each for each in PAGES if each.menu],
            "here": request.path,
            "address": request.path_qs,
            "watch": self._desk.watch(datetime.now(UTC)),
            "reader": reader,
            "key": self._door.key(reader),
            "can_sign_in": request.get(CAN_SIGN_IN, False),
            "said": unquote(request.cookies.get(SAID, "")),
        }

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Answer) -> web.StreamResponse:
        """Answer, with the headers that keep a browser from doing more than the page means; errors in words."""
        self._asked = time.monotonic()
        try:
            await self._door.recognise(request)
            answer = await handler(request)
        except web.HTTPException as error:
            fine = error.status < HTTPStatus.BAD_REQUEST
            answer = error if fine else await self._wrong(request, error.status, error.reason)
            answer.headers.extend({name: error.headers[name] for name in ("Allow",) if name in error.headers})
        except Refused as error:
            answer = await self._wrong(request, error.status, str(error))
            if error.status == HTTPStatus.UNAUTHORIZED:
                answer.headers["WWW-Authenticate"] = "Bearer"
        except tuple(PROBLEMS) as error:
            status = next(PROBLEMS[each] for each in PROBLEMS if isinstance(error, each))
            answer = await self._wrong(request, status, str(error))
        except Exception:  # the reader must learn it, and the next one must be answered
            log.exception("page failed path=%s", request.path)
            said = "The board could not make this page; its log says why."
            answer = await self._wrong(request, HTTPStatus.INTERNAL_SERVER_ERROR, said)
        if not answer.prepared:
            answer.headers.update(guard.HEADERS)
            answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    async def _wrong(self, request: web.Request, status: int, said: str) -> web.Response:
        if request.path.startswith(API) or JSON in request.headers.get("Accept", ""):
            return text_answer(dumped({"error": said}), JSON, status)
        frame = await asyncio.to_thread(self._frame, request) | {
            "title": HTTPStatus(status).phrase,
            "problem": sentences(said, status),
            "back": await back_of(request),
        }
        return text_answer(writing.render_plain("error.html", frame), HTML, status)


async def _to_stories(_: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/stories")


async def _openapi(_: web.Request) -> web.StreamResponse:
    return text_answer(dumped(openapi()), JSON)


def _query(request: web.Request) -> Query:
    return Query({name: request.query.getall(name) for name in request.query})
