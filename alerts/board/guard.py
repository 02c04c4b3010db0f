"""A request's headers go in; who it is, and whether it may be answered or may change anything, comes out. Pure.

Reading needs nothing but a Host that is ours: a page of a stranger's site that names itself ours (DNS rebinding) is
refused. Writing needs a name: of a cookie that the token's file signed, of a header that a named proxy set, or of a
program that sends the token. A form of ours proves itself by Origin and by a key that only our pages carry.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from alerts.board.page import Reader
from alerts.render.words import plain
from alerts.run.host_header import bare, is_address
from crawler.config.settings import BoardSettings

COOKIE = "watchfloor"
SIGNED_FOR = timedelta(days=7)
LONGEST_NAME = 60  # characters, as alerts/line/orders.py keeps of one
SHORTEST_TOKEN = 16  # characters
LOCAL_NAMES = frozenset({"localhost", "ip6-localhost"})
# of every answer: they keep a browser from doing more than the page means
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


@dataclass(frozen=True, slots=True)
class Caller:
    """What a request says of who sends it. Names of headers are in lower case."""

    remote: str
    headers: Mapping[str, str]
    cookie: str = ""
    method: str = "POST"


def is_ours(caller: Caller, settings: BoardSettings) -> bool:
    """Return whether Host names us: by an address, as localhost, or as settings.board_url does."""
    host = bare(caller.headers.get("host", ""))
    known = urlsplit(settings.url).hostname if settings.url else None
    return host in LOCAL_NAMES or is_address(host) or (known is not None and host == known.lower())


def reader_of(caller: Caller, settings: BoardSettings, token: bytes, now: datetime) -> Reader:
    """Return who reads; without a name where nothing says who it is."""
    if _names_user(caller, settings):
        return Reader(name_of(caller.headers.get(settings.user_header.lower(), "")))
    if not token:
        return Reader()
    if carries_token(caller, settings, token):
        return Reader(name_of(caller.headers.get("x-name", "")) or "a program")
    return Reader(_signed(caller.cookie, token, now))


def carries_token(caller: Caller, settings: BoardSettings, token: bytes) -> bool:
    """Return whether the token itself says who sends a request: no browser sends it, so no key of a form is needed.

    A proxy may set Authorization for every request, so that only the token counts, and never beside a proxy's name.
    """
    given = _bearer(caller)
    return bool(given and token) and is_token(given, token) and not _names_user(caller, settings)


def guesses(caller: Caller, settings: BoardSettings, token: bytes, now: datetime) -> bool:
    """Return whether a request without any other name sends a token that is not ours."""
    given = _bearer(caller)
    return bool(given and token) and not is_token(given, token) and not reader_of(caller, settings, token, now).writes


def is_token(given: str, token: bytes) -> bool:
    """Return whether a token that was given is the one in the file, in a time that tells nothing of it."""
    return hmac.compare_digest(given.strip().encode("utf-8", "replace"), token)


def name_of(text: str) -> str:
    """Return a name as it may sign an order: cleaned, and not too long."""
    return plain(text)[:LONGEST_NAME].strip()


def cookie_for(name: str, token: bytes, now: datetime) -> str:
    """Return the cookie of somebody who gave a name and the token."""
    said = f"{base64.urlsafe_b64encode(name.encode()).decode()}.{int((now + SIGNED_FOR).timestamp())}"
    return f"{said}.{_seal(token, f'cookie {said}')}"


def form_key(name: str, secret: bytes) -> str:
    """Return what a form of ours carries for a reader: no other site can know it."""
    return _seal(secret, f"form {name}")


def is_from_us(caller: Caller) -> bool:
    """Return whether a form was sent from a page of ours, as far as the browser says: Origin, else Sec-Fetch-Site."""
    if origin := caller.headers.get("origin", ""):
        return _netloc(origin).lower() == caller.headers.get("host", "").lower()
    return caller.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}


def local_path(text: str) -> str:
    """Return a path on this board to go back to, "/" for what is none: no form sends a reader elsewhere."""
    safe = text.startswith("/") and not text.startswith("//") and "\\" not in text
    return text if safe and text.isprintable() else "/"


def is_proxy(caller: Caller, settings: BoardSettings) -> bool:
    """Return whether a request comes from the address of a proxy, which asks for many people."""
    return _is_among(caller.remote, settings.proxies)


def _bearer(caller: Caller) -> str:
    """Return the token that an order carries; reading needs none, so a GET cannot tell a right one from a wrong one."""
    scheme, _, given = caller.headers.get("authorization", "").partition(" ")
    return given.strip() if scheme == "Bearer" and caller.method == "POST" else ""


def _names_user(caller: Caller, settings: BoardSettings) -> bool:
    """Return whether it is the proxy that says who sends a request, be it nobody. Others may share its address."""
    given = bool(settings.user_header) and settings.user_header.lower() in caller.headers
    return given and is_proxy(caller, settings)


def _signed(cookie: str, token: bytes, now: datetime) -> str:
    """Return the name in a cookie of ours that has not run out, else ""."""
    said, _, seal = cookie.rpartition(".")
    name, _, until = said.partition(".")
    if not said or not hmac.compare_digest(seal.encode("utf-8", "replace"), _seal(token, f"cookie {said}").encode()):
        return ""
    return name_of(base64.urlsafe_b64decode(name).decode()) if int(until) > now.timestamp() else ""


def _seal(secret: bytes, text: str) -> str:
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def _netloc(url: str) -> str:
    """Return host and port of a URL, "" where it is none."""
    try:
        return urlsplit(url).netloc
    except ValueError:  # as of "http://["
        return ""


def _is_among(remote: str, networks: tuple[str, ...]) -> bool:
    return is_address(remote) and any(ip_address(remote) in ip_network(each) for each in networks)
