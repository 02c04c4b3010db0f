"""A request's form comes out of it; a text, or the name of a file, goes in and the answer over HTTP comes out."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote

from aiohttp import web

from alerts.board import guard, writing
from alerts.board.page import BadQuery, Query

SAID = "said"  # the cookie that carries what came of an order to the next page
HTML, JSON, FORM = "text/html", "application/json", "application/x-www-form-urlencoded"
STATIC_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


# why not, where nothing said more than the number
PLAINLY = {
    HTTPStatus.NOT_FOUND: "There is no such page.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This page is not asked in that way.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "This form is larger than any of ours.",
}


def sentences(said: str, status: int) -> tuple[str, ...]:
    """Return why a request was refused in sentences, one a line of what was said, each with its full stop."""
    known = HTTPStatus(status)
    said = PLAINLY.get(known, said) if said == known.phrase else said
    lines = (each.strip() for each in said.splitlines())
    return tuple(each if each.endswith((".", "?", "!")) else f"{each}." for each in lines if each)


async def form_of(request: web.Request) -> Query:
    """Return the form that a request sends. Raises BadQuery, and HTTPException for what is none or too large."""
    if request.can_read_body and request.content_type != FORM:
        raise web.HTTPUnsupportedMediaType(reason=f"A form is sent as {FORM}")
    try:
        given = await request.post()
    except (ValueError, LookupError) as error:
        raise BadQuery("This form is no text in UTF-8.") from error
    return Query({name: [each for each in given.getall(name) if isinstance(each, str)] for name in given})


async def static_answer(request: web.Request) -> web.StreamResponse:
    """Return a script, a style or a picture of ours, to be kept for good: its address changes with it."""
    name = request.match_info["name"]
    known = {each.name: each for each in writing.STATIC.iterdir()}  # names only: nothing of a path is followed
    if name not in known or writing.static_path(name) != request.path:
        raise web.HTTPNotFound
    made = text_answer(known[name].read_text(encoding="utf-8"), STATIC_TYPES[known[name].suffix])
    made.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return made


def back_to(form: Query, said: str) -> web.Response:
    """Return the way back to the page that a form stood on, which then says what came of it."""
    answer = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": guard.local_path(form.one("back", "/"))})
    answer.set_cookie(SAID, quote(said[:500]), max_age=30, httponly=True, samesite="Lax")
    return answer


async def back_of(request: web.Request) -> str:
    """Return the page that a form stood on, "" where the request sends none that can be read."""
    try:
        back = (await form_of(request)).one("back") if request.method == "POST" else ""
    except (BadQuery, web.HTTPException):  # which is what the reader is told of
        return ""
    return guard.local_path(back) if back else ""


def said_once(request: web.Request, answer: web.Response) -> web.Response:
    """Forget what came of an order once a page has said it; a page that only renews itself does not say it."""
    if SAID in request.cookies:
        answer.del_cookie(SAID)
    return answer


def is_secure(request: web.Request) -> bool:
    """Return whether a browser asks through a proxy that encrypts."""
    return request.headers.get("Origin", "").startswith("https://")


def text_answer(text: str, content_type: str, status: int = HTTPStatus.OK) -> web.Response:
    """Return a text, packed where the caller unpacks."""
    # a feed may hold lone surrogates, which UTF-8 has not
    body = text.encode("utf-8", "replace")
    made = web.Response(body=body, content_type=content_type, charset="utf-8", status=status)
    made.enable_compression()
    return made
