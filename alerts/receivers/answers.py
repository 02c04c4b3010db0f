"""Remember the last HTTP answer of a thread: Apprise passes on neither that there was one, nor what it said.

Apprise's plugins call `requests.post` and the like, each in a session that nobody else can reach. So a plugin's module
gets a `requests` whose sessions have an adapter that looks at each answer. `requests` itself, and everybody else who
uses it, is unchanged.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from types import ModuleType
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from crawler.text.dates import retry_after

TOO_MANY, UNAVAILABLE = 429, 503  # RFC 6585; RFC 9110 15.6.4: with a Retry-After it asks for a rest too
LARGEST_ANSWER = 1_000_000  # bytes: what a service says beyond that is not read
UNSAID = timedelta(seconds=60)  # where a service asks for a rest and does not say how long
# by schema of the URL: the member of an answer that is another than this where the service refused what it was sent
_TAKEN: Mapping[str, tuple[str, int]] = {
    **dict.fromkeys(("pover", "pushover"), ("status", 1)),
    **dict.fromkeys(("dingtalk", "wecombot", "wework"), ("errcode", 0)),
    **dict.fromkeys(("feishu", "lark"), ("code", 0)),
}
METHODS = ("get", "options", "head", "post", "put", "patch", "delete")
_seen = threading.local()


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: its status, what it asks for in Retry-After, and the beginning of its body."""

    status: int
    retry_after: str | None
    body: str = ""


class _Watching(HTTPAdapter):
    """An adapter that remembers what was answered, and reads no more of it than LARGEST_ANSWER."""

    def send(self, request: Any, **how: Any) -> requests.Response:  # type: ignore[override]
        answer = super().send(request, **{**how, "stream": True})
        body = b""
        for chunk in answer.iter_content(65_536):
            body += chunk
            if len(body) >= LARGEST_ANSWER:
                break
        answer._content = body
        answer.close()
        _seen.answer = Answer(answer.status_code, answer.headers.get("Retry-After"), body.decode("utf-8", "replace"))
        return answer


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


def watch(service: object) -> bool:
    """Begin a send through a plugin: forget the last answer of this thread, and remember those that follow.

    Call it in the thread that sends. It replaces `requests` in the modules of the plugin and of its base classes.
    Return whether the plugin sends by `requests`, so that its answers will be seen.
    """
    watched = False
    # the bases too: a plugin may inherit the method that sends
    for each in type(service).__mro__:
        module = sys.modules[each.__module__]
        if getattr(module, "requests", None) is requests:
            module.requests = _WATCHED  # type: ignore[attr-defined]
        watched |= getattr(module, "requests", None) is _WATCHED
    _seen.answer = None
    return watched


def last() -> Answer | None:
    """Return the last answer to this thread since `watch`; None if no request was answered."""
    answer: Answer | None = getattr(_seen, "answer", None)
    return answer


def refusal(schema: str, body: str) -> str:
    """Return the answer of a service, on one line, if it names an error though its status is a success; else "".

    Any service refuses by `"ok": false` or `"success": false`; those of _TAKEN have a code of their own.
    """
    if len(body) >= LARGEST_ANSWER or not body.lstrip().startswith("{"):
        return ""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):  # a text of its own, or nested without end: no error that we know
        return ""
    name, taken = _TAKEN.get(schema, ("", 0))
    bad = said.get("ok") is False or said.get("success") is False or (name in said and said[name] != taken)
    return " ".join(body.split()) if bad else ""


def asked_to_wait(now: datetime | None = None) -> timedelta | None:
    """Return how long the service asked us to wait in its last answer to this thread; None if it did not."""
    answer = last()
    if answer is None or answer.status not in {TOO_MANY, UNAVAILABLE}:
        return None
    said = retry_after(answer.retry_after, now or datetime.now(UTC))
    return UNSAID if said is None and answer.status == TOO_MANY else said
