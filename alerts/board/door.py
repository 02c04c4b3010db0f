"""A request goes in; who asks and what they may do comes out, or Refused; whoever signs in or out is answered."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aiohttp import web

from alerts.board import guard, writing
from alerts.board.answers import HTML, back_to, form_of, is_secure, text_answer
from alerts.board.brakes import Guesses
from alerts.board.desk import Desk
from alerts.board.page import Query, Reader

READER, BY_TOKEN = web.RequestKey("reader", Reader), web.RequestKey("by_token", bool)
BY_PROXY, CAN_SIGN_IN = web.RequestKey("by_proxy", bool), web.RequestKey("can_sign_in", bool)


class Refused(Exception):
    """A request that may not be answered, or may not change anything; the message says why."""

    status = HTTPStatus.FORBIDDEN


class Unnamed(Refused):
    """An order of a program that does not say who it is."""

    status = HTTPStatus.UNAUTHORIZED


class Door:
    """Recognises who asks, and signs them in and out; `frame` returns what stands round every page."""

    def __init__(self, desk: Desk, frame: Callable[[web.Request], dict[str, Any]]) -> None:
        self._desk, self._frame, self._guesses = desk, frame, Guesses()
        self._secret = secrets.token_bytes(32)  # of the forms: those of a page that is older than this process are void

    async def recognise(self, request: web.Request) -> None:
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

    async def form(self, request: web.Request) -> Query:
        """Return the form of a request that may change something. Raises Refused where no page of ours sent it."""
        form = await form_of(request)
        caller = _caller(request)
        if request[BY_TOKEN]:
            return form
        key = self.key(request[READER])
        if not guard.is_from_us(caller) or not secrets.compare_digest(form.one("key").encode(), key.encode()):
            raise Refused("This form is not from this page, or the board was started anew since; load the page again.")
        return form

    def key(self, reader: Reader) -> str:
        """Return what the forms of a reader's pages carry."""
        return guard.form_key(reader.name, self._secret)

    async def sign_in_page(self, request: web.Request) -> web.StreamResponse:
        """Answer with the form to sign in."""
        back = guard.local_path(request.query.get("back", "/"))
        return await self._sign_in_form(request, back)

    async def _sign_in_form(
        self, request: web.Request, back: str, name: str = "", wrong: str = "", status: int = HTTPStatus.OK
    ) -> web.StreamResponse:
        """Return the form to sign in, with the name and what was wrong where it was sent before."""
        frame = await asyncio.to_thread(self._frame, request) | {"back": back, "name": name, "wrong": wrong}
        return text_answer(writing.render_plain("sign_in.html", frame), HTML, status)

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        """Answer with a cookie who gives the token, and others with the form and what was wrong."""
        form = await self.form(request)
        token = await asyncio.to_thread(lambda: self._desk.token(self._desk.config()))
        name, back = guard.name_of(form.one("name")), guard.local_path(form.one("back"))
        if not name:
            words = "Write your name: what you acknowledge or silence is signed with it."
            return await self._sign_in_form(request, back, wrong=words, status=HTTPStatus.BAD_REQUEST)
        if not token or not guard.is_token(form.one("token"), token):
            await self._guesses.wrong(request.remote)
            words = "That is not the token of this board (settings.board_token)."
            return await self._sign_in_form(request, back, name, words, HTTPStatus.FORBIDDEN)
        answer = back_to(form, f"Signed in as {name}.")
        cookie = guard.cookie_for(name, token, datetime.now(UTC))
        age = int(guard.SIGNED_FOR.total_seconds())
        answer.set_cookie(guard.COOKIE, cookie, max_age=age, httponly=True, samesite="Lax", secure=is_secure(request))
        return answer

    async def sign_out(self, request: web.Request) -> web.StreamResponse:
        """Answer with the cookie taken back."""
        answer = back_to(await self.form(request), "Signed out.")
        answer.del_cookie(guard.COOKIE)
        return answer


def _caller(request: web.Request) -> guard.Caller:
    headers = {name.lower(): text for name, text in request.headers.items()}
    return guard.Caller(request.remote or "", headers, request.cookies.get(guard.COOKIE, ""), request.method)
