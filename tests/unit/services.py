"""Doubles on loopback of services that refuse what is too long, note what they were sent, and answer as they are told."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from apprise.plugins import discord, jira, opsgenie, pagerduty, pushover, slack, telegram, twilio

Answer = Callable[[bytes], tuple[int, bytes]]
KEY = "3ccdd113474722377935511fc85d3dd4"
PUSHOVER_KEY = KEY[:30]


class Service:
    """An HTTP server that keeps each request's path, headers and body; `answer` gives status and body of its answers.

    `refused` holds what it answered with 4xx or 5xx.
    """

    def __init__(self, answer: Answer = lambda _: (200, b"{}")) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.refused: list[bytes] = []
        service = self

        class Take(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                service.requests.append((self.path, dict(self.headers), body))
                status, said = answer(body)
                if status >= 400:
                    service.refused.append(said)
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Take)
        self.port = self._server.server_port
        self.base = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def service(answer: Answer = lambda _: (200, b"{}")) -> Iterator[Service]:
    made = Service(answer)
    try:
        yield made
    finally:
        made.close()


@dataclass(frozen=True)
class Fixed:
    """A service at an address of its own, which its plugin of Apprise knows: a URL of it, and how its requests are led here.

    `texts` reads the texts of a request; one with more than `limit` characters is refused by `refusal`.
    """

    url: str
    lead: Callable[[pytest.MonkeyPatch, str], None]
    texts: Callable[[bytes], list[str]] = lambda _: []
    limit: int = 1_000_000
    refusal: bytes = b"{}"
    taken: tuple[int, bytes] = (200, b"{}")

    def answer(self, body: bytes) -> tuple[int, bytes]:
        """Answer as the service does."""
        return (400, self.refusal) if any(len(each) > self.limit for each in self.texts(body)) else self.taken


def _set(owner: Any, name: str, more: str = "") -> Callable[[pytest.MonkeyPatch, str], None]:
    return lambda moved, base: moved.setattr(owner, name, f"{base}{more}")


def _put(table: Mapping[Any, str], key: object) -> Callable[[pytest.MonkeyPatch, str], None]:
    return lambda moved, base: moved.setitem(table, key, base)


def _discord(body: bytes) -> list[str]:
    said = json.loads(body)
    return [said.get("content") or "", *(each.get("description") or "" for each in said.get("embeds") or ())]


FIXED: Mapping[str, Fixed] = {
    "discord": Fixed(
        "discord://123456789012345678/abcdefghijklmnopqrstuvwxyz0123456789",
        _set(discord.NotifyDiscord, "notify_url"),
        _discord,
        2_000,
        b'{"code": 50035, "message": "Invalid Form Body"}',
        (204, b""),
    ),
    "telegram": Fixed(
        "tgram://123456789:abcdefg_hijklmnop/12315544",
        _set(telegram.NotifyTelegram, "notify_url", "/bot"),
        lambda body: [unescape(re.sub("<[^>]+>", "", json.loads(body).get("text") or ""))],  # as its reader sees it
        4_096,
        b'{"ok": false, "error_code": 400, "description": "Bad Request: message is too long"}',
        (200, b'{"ok": true, "result": {"message_id": 1}}'),
    ),
    "pagerduty": Fixed(
        f"pagerduty://{KEY}@{KEY}",
        _put(pagerduty.PAGERDUTY_API_LOOKUP, pagerduty.PagerDutyRegion.US),
        lambda body: [json.loads(body)["payload"]["summary"]],
        1_024,
        b'{"status": "invalid event", "errors": ["summary is too long"]}',
        (202, b'{"status": "success"}'),
    ),
    "twilio": Fixed(
        f"twilio://AC{'a' * 32}:{'b' * 32}@15551233456/15557654321",
        _set(twilio.NotifyTwilio, "notify_sms_url", "/{sid}"),
        lambda body: parse_qs(body.decode())["Body"],
        1_600,
        b'{"code": 21617, "message": "The message body exceeds the 1600 character limit."}',
        (201, b"{}"),
    ),
    "pushover": Fixed(
        f"pover://{PUSHOVER_KEY}@{PUSHOVER_KEY}",
        _set(pushover.NotifyPushover, "notify_url"),
        lambda body: parse_qs(body.decode())["message"],
        1_024,
        b'{"status": 0, "errors": ["message is too long"]}',
        (200, b'{"status": 1}'),
    ),
    "opsgenie": Fixed(
        f"opsgenie://{KEY}/%23team",
        _put(opsgenie.OPSGENIE_API_LOOKUP, opsgenie.OpsgenieRegion.US),
        lambda body: [json.loads(body)["description"]],
        15_000,
        taken=(202, b'{"requestId": "1"}'),
    ),
    "jira": Fixed(
        f"jira://{KEY}/%23team",
        _put(jira.JIRA_API_LOOKUP, jira.JiraRegion.US),
        taken=(202, b'{"requestId": "1"}'),
    ),
    "slack": Fixed(
        "slack://xoxb-1234567890-1234567890-4ddcca0e46e5b5a7a7a7a7a7/C0123456789",
        _set(slack.NotifySlack, "api_url", "/{}"),
        taken=(200, b'{"ok": true}'),
    ),
}


@contextmanager
def standing_in(name: str, answer: Answer | None = None) -> Iterator[tuple[str, Service]]:
    """Stand in for a service of FIXED: yield a URL of it, and the double that its requests come to."""
    fixed = FIXED[name]
    with service(answer or fixed.answer) as served, pytest.MonkeyPatch.context() as moved:
        fixed.lead(moved, served.base)
        yield fixed.url, served
