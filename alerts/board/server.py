"""An address and a desk go in; the board is served there. The one file that knows aiohttp's server.

Reading runs in threads, so that a slow page delays no other; at most READS_AT_ONCE read at a time.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote

from aiohttp import web

from alerts.board import guard, writing
from alerts.board.brakes import Full, Guesses, Listeners
from alerts.board.desk import Desk
from alerts.board.live import Live
from alerts.board.openapi import openapi
from alerts.board.page import API, BadQuery, Document, NotFound, Order, Page, Query, Reader, Tool
from alerts.board.pages.trying import TRIALS
from alerts.board.records import dumped
from alerts.board.registry import DOCUMENTS, ORDERS, PAGES, TOOLS
from alerts.run.ask import ControlError
from crawler.config.yamlfile import ConfigError
from crawler.store.errors import StoreError

log = logging.getLogger(__name__)
READS_AT_ONCE = 4
ORDERS_AT_ONCE = 4  # in threads of their own: orders that wait for the daemon hold up no page
LARGEST_FORM = 64 * 1024  # bytes
RENEWAL_KEPT = 1.0  # seconds that a page is kept for others who have it open
SAID = "said"  # the cookie that carries what came of an order to the next page
HTML, JSON = "text/html", "application/json"
STATIC_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
READER, BY_TOKEN = web.RequestKey("reader", Reader), web.RequestKey("by_token", bool)
BY_PROXY, CAN_SIGN_IN = web.RequestKey("by_proxy", bool), web.RequestKey("can_sign_in", bool)
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
PROBLEMS: Mapping[type[Exception], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    BadQuery: HTTPStatus.BAD_REQUEST,
    ControlError: HTTPStatus.CONFLICT,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    ConfigError: HTTPStatus.SERVICE_UNAVAILABLE,
}


class Refused(Exception):
    """A request that may not be answered, or may not change anything; the message says why."""


class Board:
    """Serves the board from `open` to `close`."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._live = desk, Live(desk)
        self._reads, self._guesses = asyncio.Semaphore(READS_AT_ONCE), Guesses()
        self._orders = ThreadPoolExecutor(ORDERS_AT_ONCE, "order")
        self._renewing, self._kept = asyncio.Lock(), dict[tuple[str, str, str], tuple[float, str]]()
        self._secret = secrets.token_bytes(32)  # of the forms: those of a page that is older than this process are void
        self._listeners = Listeners()
        app = web.Application(middlewares=[self._guarded], client_max_size=LARGEST_FORM)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        router = app.router
        router.add_get("/", _to_stories)
        router.add_get("/static/{version}/{name}", _static)
        router.add_get("/live", self._tell)
        router.add_get("/sign-in", self._sign_in_page)
        router.add_post("/sign-in", self._sign_in)
        router.add_post("/sign-out", self._sign_out)
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
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        return int(self._runner.addresses[0][1])

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
                return _text(await self._renewed((request.path_qs, request[READER].name, self._live.now), work), HTML)
            return _seen(request, _text(await self._in_thread(work), HTML))

        return answer

    def _json(self, page: Page) -> Answer:
        async def answer(request: web.Request) -> web.StreamResponse:
            def work() -> str:
                record, _ = self._desk.read(page.read, _query(request), request.match_info, request[READER])
                return dumped(record)

            return _text(await self._in_thread(work), JSON)

        return answer

    def _document(self, document: Document) -> Answer:
        async def answer(request: web.Request) -> web.StreamResponse:
            def work() -> str:
                return self._desk.read(document.read, _query(request), request.match_info, request[READER])[0]

            return _text(await self._in_thread(work), document.content_type)

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
            form, reader = await self._form(request), request[READER]
            if not reader.writes:
                raise Refused("You may only read here. Sign in to acknowledge, silence, resend or poll.")
            asked = order.request(request.match_info, form, reader.name)
            replied = await asyncio.get_running_loop().run_in_executor(self._orders, self._desk.order, asked)
            said = order.done(replied)
            log.info("order path=%s by=%s", request.path, reader.name)
            if request.path.startswith(API) or JSON in request.headers.get("Accept", ""):
                return _text(dumped({"said": said, "answer": replied}), JSON)
            return _back(form, said)

        return answer

    def _tool(self, tool: Tool) -> Answer:
        async def answer(request: web.Request) -> web.StreamResponse:
            form = await self._form(request)  # also of who may only read: no page of others may set it to work
            who = (_query(request), request.match_info, request[READER])
            to = await self._in_thread(lambda: self._desk.read(lambda asked: tool.run(asked, form), *who)[0])
            raise web.HTTPSeeOther(to)

        return answer

    async def _form(self, request: web.Request) -> Query:
        """Return the form of a request that may change something. Raises Refused where no page of ours sent it."""
        given = await request.post()
        form = Query({name: [each for each in given.getall(name) if isinstance(each, str)] for name in given})
        caller = _caller(request)
        if request[BY_TOKEN]:
            return form
        key = guard.form_key(request[READER].name, self._secret)
        if not guard.is_from_us(caller) or not secrets.compare_digest(form.one("key").encode(), key.encode()):
            raise Refused("This form is not from this page, or the board was started anew since; load the page again.")
        return form

    async def _sign_in_page(self, request: web.Request) -> web.StreamResponse:
        back = guard.local_path(request.query.get("back", "/"))
        frame = await asyncio.to_thread(self._frame, request) | {"back": back}
        return _text(writing.render_plain("sign_in.html", frame), HTML)

    async def _sign_in(self, request: web.Request) -> web.StreamResponse:
        form = await self._form(request)
        token = await asyncio.to_thread(lambda: self._desk.token(self._desk.config()))
        name = guard.name_of(form.one("name"))
        if not name:
            raise BadQuery("Write your name: what you acknowledge or silence is signed with it.")
        if not token or not guard.is_token(form.one("token"), token):
            await self._guesses.wrong(request.remote)
            raise Refused("That is not the token of this board (settings.board_token).")
        answer = _back(form, f"Signed in as {name}.")
        cookie = guard.cookie_for(name, token, datetime.now(UTC))
        age = int(guard.SIGNED_FOR.total_seconds())
        answer.set_cookie(guard.COOKIE, cookie, max_age=age, httponly=True, samesite="Lax", secure=_is_secure(request))
        return answer

    async def _sign_out(self, request: web.Request) -> web.StreamResponse:
        answer = _back(await self._form(request), "Signed out.")
        answer.del_cookie(guard.COOKIE)
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
            "key": guard.form_key(reader.name, self._secret),
            "can_sign_in": request.get(CAN_SIGN_IN, False),
            "said": unquote(request.cookies.get(SAID, "")),
        }

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Answer) -> web.StreamResponse:
        """Answer, with the headers that keep a browser from doing more than the page means; errors in words."""
        try:
            await self._recognise(request)
            answer = await handler(request)
        except web.HTTPException as error:
            fine = error.status < HTTPStatus.BAD_REQUEST
            answer = error if fine else await self._wrong(request, error.status, error.reason)
        except Refused as error:
            answer = await self._wrong(request, HTTPStatus.FORBIDDEN, str(error))
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

    async def _recognise(self, request: web.Request) -> None:
        """Note who asks. Raises Refused where the request names another host than ours."""
        config = await asyncio.to_thread(self._desk.config)
        caller = _caller(request)
        if not guard.is_ours(caller, config.board):
            raise Refused("This board is asked by its address, or by the name in settings.board_url.")
        token = await asyncio.to_thread(self._desk.token, config)
        now = datetime.now(UTC)
        if guard.guesses(caller, config.board, token, now):
            await self._guesses.wrong(request.remote)
        request[READER] = guard.reader_of(caller, config.board, token, now)
        request[BY_TOKEN] = guard.carries_token(caller, config.board, token)
        request[BY_PROXY] = guard.is_proxy(caller, config.board)
        request[CAN_SIGN_IN] = bool(token)

    async def _wrong(self, request: web.Request, status: int, said: str) -> web.Response:
        if request.path.startswith(API) or JSON in request.headers.get("Accept", ""):
            return _text(dumped({"error": said}), JSON, status)
        frame = await asyncio.to_thread(self._frame, request) | {"title": HTTPStatus(status).phrase, "problem": said}
        return _text(writing.render_plain("error.html", frame), HTML, status)


async def _to_stories(_: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/stories")


async def _openapi(_: web.Request) -> web.StreamResponse:
    return _text(dumped(openapi()), JSON)


async def _static(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    known = {each.name: each for each in writing.STATIC.iterdir()}  # names only: nothing of a path is followed
    if name not in known or writing.static_path(name) != request.path:
        raise web.HTTPNotFound
    made = _text(known[name].read_text(encoding="utf-8"), STATIC_TYPES[known[name].suffix])
    made.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return made


def _caller(request: web.Request) -> guard.Caller:
    headers = {name.lower(): text for name, text in request.headers.items()}
    return guard.Caller(request.remote or "", headers, request.cookies.get(guard.COOKIE, ""), request.method)


def _query(request: web.Request) -> Query:
    return Query({name: request.query.getall(name) for name in request.query})


def _back(form: Query, said: str) -> web.Response:
    """Return the way back to the page that a form stood on, which then says what came of it."""
    answer = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": guard.local_path(form.one("back", "/"))})
    answer.set_cookie(SAID, quote(said[:500]), max_age=30, httponly=True, samesite="Lax")
    return answer


def _seen(request: web.Request, answer: web.Response) -> web.Response:
    """Forget what came of an order once a page has said it; a page that only renews itself does not say it."""
    if SAID in request.cookies:
        answer.del_cookie(SAID)
    return answer


def _is_secure(request: web.Request) -> bool:
    return request.headers.get("Origin", "").startswith("https://")


def _text(text: str, content_type: str, status: int = HTTPStatus.OK) -> web.Response:
    # a feed may hold lone surrogates, which UTF-8 has not
    body = text.encode("utf-8", "replace")
    made = web.Response(body=body, content_type=content_type, charset="utf-8", status=status)
    made.enable_compression()
    return made
