"""Remember the last HTTP answer of a thread: Apprise does not pass on how long a service asks for a pause.

Apprise's plugins call `requests.post` and the like, each in a session that nobody else can reach. So a plugin's module
gets a `requests` whose sessions have an adapter that looks at each answer. `requests` itself, and everybody else who
uses it, is unchanged.
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
    """An adapter that remembers what was answered."""

    def build_response(self, request: Any, answer: Any) -> requests.Response:
        _seen.answer = (int(answer.status), answer.headers.get("Retry-After"))
        return super().build_response(request, answer)


def _request(method: str, url: str, **more: Any) -> requests.Response:
    """Send a request as `requests.request` does, in a session whose adapter is ours."""
    with requests.Session() as session:
        for scheme in ("https://", "http://"):
            session.mount(scheme, _Watching())
        return session.request(method, url, **more)


class _Requests(ModuleType):
    """The module `requests` as a plugin sees it: its calls go through our adapter, all else is its own."""

    def __init__(self) -> None:
        super().__init__("requests")
        self.request = _request
        for method in METHODS:
            setattr(self, method, partial(_request, method))

    def __getattr__(self, name: str) -> Any:
        return getattr(requests, name)


_WATCHED = _Requests()


def watch(service: object) -> None:
    """Begin a send through a plugin: forget the last answer of this thread, and remember those that follow.

    Call it in the thread that sends. It replaces `requests` in the modules of the plugin and of its base classes.
    """
    # the bases too: a plugin may inherit the method that sends
    for each in type(service).__mro__:
        module = sys.modules[each.__module__]
        if getattr(module, "requests", None) is requests:
            module.requests = _WATCHED  # type: ignore[attr-defined]
    _seen.answer = None


def asked_to_wait(now: datetime | None = None) -> timedelta | None:
    """Return how long the service asked us to wait in its last answer to this thread; None if it did not (no 429)."""
    answer: tuple[int, str | None] | None = getattr(_seen, "answer", None)
    if answer is None or answer[0] != TOO_MANY:
        return None
    said = retry_after(answer[1], now or datetime.now(UTC))
    return UNSAID if said is None else said
