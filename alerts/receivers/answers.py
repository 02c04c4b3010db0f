"""HTTP answers as this thread saw them last: Apprise does not hand on for how long a service asks to be left alone.

Apprise's plugins call `requests.post` and the like, each in a session of its own that nobody else can reach. So the
module of a plugin gets a `requests` whose sessions carry an adapter that looks at each answer; requests itself, and
whoever else uses it, stays as it is.
"""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from types import ModuleType
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from crawler.text.dates import retry_after

TOO_MANY = 429  # RFC 6585
UNSAID = timedelta(seconds=60)  # where a service asks for a rest and does not say how long
METHODS = ("get", "options", "head", "post", "put", "patch", "delete")
_seen = threading.local()


class _Watching(HTTPAdapter):
    """Notes what was answered."""

    def build_response(self, request: Any, answer: Any) -> requests.Response:
        _seen.answer = (int(answer.status), answer.headers.get("Retry-After"))
        return super().build_response(request, answer)


def _request(method: str, url: str, **more: Any) -> requests.Response:
    """Do what requests.request does, in a session that is watched."""
    with requests.Session() as session:
        for scheme in ("https://", "http://"):
            session.mount(scheme, _Watching())
        return session.request(method, url, **more)


class _Requests(ModuleType):
    """The module requests for a plugin: its calls are watched, all else is its own."""

    def __init__(self) -> None:
        super().__init__("requests")
        self.request = _request
        for method in METHODS:
            setattr(self, method, partial(_request, method))

    def __getattr__(self, name: str) -> Any:
        return getattr(requests, name)


_WATCHED = _Requests()


def watch(service: object) -> None:
    """Give the modules of a plugin their own requests, and begin a send: what was answered before does not count."""
    for each in type(service).__mro__:
        module = sys.modules[each.__module__]
        if getattr(module, "requests", None) is requests:
            module.requests = _WATCHED  # type: ignore[attr-defined]
    _seen.answer = None


def asked_to_wait(now: datetime | None = None) -> timedelta | None:
    """Return how long the last answer asks to be left alone; None where it was no 429."""
    answer: tuple[int, str | None] | None = getattr(_seen, "answer", None)
    if answer is None or answer[0] != TOO_MANY:
        return None
    said = retry_after(answer[1], now or datetime.now(UTC))
    return UNSAID if said is None else said
