"""What a send came to, as Apprise tells it: maybe sent or surely not, for good or not, how long to wait."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import requests
from requests.adapters import HTTPAdapter

from alerts import receivers
from alerts.alert import Message, SendResult
from alerts.receivers import answers, sending
from tests.unit.services import service, standing_in

Speak = Callable[[socket.socket], None]


@contextmanager
def server(speak: Speak) -> Iterator[int]:
    """Serve one connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                speak(connection)

        thread = threading.Thread(target=run)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def answer(status: str, *headers: str, body: str = "") -> Speak:
    length = f"Content-Length: {len(body)}"
    said = "\r\n".join([f"HTTP/1.1 {status}", length, "Connection: close", *headers, "", body])
    return lambda connection: connection.sendall(said.encode())


def drop(_: socket.socket) -> None:
    """Close without a word: the body was read."""


def post(port: int) -> SendResult:
    return receivers.send(receivers.parse("x", f"json://127.0.0.1:{port}/x?rto=0.5"), Message("title", "body"))


ANSWERS = [
    ("taken", answer("200 OK"), (True, False, False), None),
    ("no such hook", answer("404 Not Found"), (False, False, False), None),
    ("moved", answer("302 Found", "Location: /y"), (False, False, False), None),
    ("not acceptable", answer("406 Not Acceptable"), (False, False, False), None),
    ("another kind of content", answer("415 Unsupported"), (False, False, False), None),
    ("too early", answer("425 Too Early"), (False, True, False), None),
    ("broken", answer("500 Broken"), (False, True, True), None),
    ("back in a while", answer("503 Down", "Retry-After: 90"), (False, True, False), timedelta(seconds=90)),
    ("down, unsaid", answer("503 Down"), (False, True, False), None),
    ("lost behind a gateway", answer("503 Down", body="upstream: reset before headers"), (False, True, True), None),
    ("broken behind a gateway", answer("504 Late"), (False, True, True), None),
    ("slow down", answer("429 Slow", "Retry-After: 17"), (False, True, False), timedelta(seconds=17)),
    ("slow down, unsaid", answer("429 Slow"), (False, True, False), timedelta(seconds=60)),
    ("no answer after the body", drop, (False, True, True), None),
    ("no answer in time", lambda connection: connection.recv(1), (False, True, True), None),
]


@pytest.mark.parametrize(("name", "speak", "came", "wait"), ANSWERS, ids=[row[0] for row in ANSWERS])
def test_answer_of_a_webhook_is_understood(
    name: str, speak: Speak, came: tuple[bool, bool, bool], wait: timedelta | None
) -> None:
    with server(speak) as port:
        result = post(port)
    assert ((result.ok, result.retry, result.uncertain), result.wait) == (came, wait), f"{name}: {result}"


def test_what_never_left_is_surely_not_sent() -> None:
    refused = post(1)
    assert (refused.retry, refused.uncertain) == (True, False)
    assert "refused or unreachable" in refused.detail
    unknown = receivers.send(receivers.parse("x", "json://no-such-host.invalid/x"), Message("title", "body"))
    assert (unknown.retry, unknown.uncertain) == (True, False)
    assert "its name is unknown" in unknown.detail


def test_a_rest_asked_for_before_is_not_asked_for_again() -> None:
    with server(answer("429 Slow", "Retry-After: 17")) as port:
        post(port)
    assert post(1).wait is None


@pytest.mark.parametrize("text", ["desk@wire.example", "at 5 @ noon", "a < b"])
def test_text_that_mentions_nobody_stays_whole(text: str) -> None:
    assert sending._defused(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("@everyone", "@here", "@Channel now", "@sarah wake up", "(@room)", "@سارة", "<@U1>", "<!channel>"),
        "[here](https://evil.example)",
    ],
)
def test_mention_in_a_headline_is_dead_in_a_chat_service_and_whole_in_a_webhook(text: str) -> None:
    """T20, by the generic adapter: Mattermost reads markup in what it is sent."""
    got: list[bytes] = []

    def hear(connection: socket.socket) -> None:
        said = b""
        while not said.endswith(b"}"):
            said += connection.recv(65536)
        got.append(said)
        answer("200 OK")(connection)

    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            for _ in range(2):
                connection, _ = listening.accept()
                with connection:
                    hear(connection)

        thread = threading.Thread(target=run)
        thread.start()
        port = listening.getsockname()[1]
        for url in (f"mmost://127.0.0.1:{port}/3ccdd113474722377935511fc85d3dd4", f"json://127.0.0.1:{port}/x"):
            assert receivers.send(receivers.parse("x", url), Message(text, text)).ok
        thread.join()
    chat, hook = (each.decode() for each in got)
    assert json.dumps(text)[1:-1] not in chat
    assert json.dumps(text)[1:-1] in hook


def test_requests_of_anybody_else_are_not_watched() -> None:
    """A plugin's answers are seen; requests itself is not touched, and an answer to us is none to a plugin."""
    assert HTTPAdapter.build_response.__module__ == "requests.adapters"
    assert requests.Session().get_adapter("https://a.example/").__class__ is HTTPAdapter
    with server(answer("200 OK")) as port:
        assert post(port).ok
    with server(answer("429 Slow", "Retry-After: 17")) as port:
        assert requests.get(f"http://127.0.0.1:{port}/x", timeout=5).status_code == 429
    assert answers.asked_to_wait() is None


SAID = [
    ("no such channel", "slack", 200, b'{"ok":false,"error":"channel_not_found"}', (False, False)),
    ("no such chat", "slack", 400, b'{"ok":false,"description":"Bad Request: chat not found"}', (False, False)),
    ("of the moment", "slack", 200, b'{"ok":false,"error":"internal_error"}', (False, True)),
    ("rate limited", "slack", 200, b'{"ok":false,"error":"rate_limited"}', (False, True)),
    ("no such chat, in a 200", "telegram", 200, b'{"ok": false, "description": "Bad Request: chat not found"}', (False, False)),
    ("no such application", "pushover", 200, b'{"status":0,"errors":["application token is invalid"]}', (False, False)),
    ("of the moment, by a code", "pushover", 200, b'{"status":0,"errors":["internal"]}', (False, True)),
    ("taken, by a code", "pushover", 200, b'{"status":1}', (True, False)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "service", "status", "body", "came"), SAID, ids=[row[0] for row in SAID])
def test_error_that_a_service_names_in_the_body_is_read(
    name: str, service: str, status: int, body: bytes, came: tuple[bool, bool]
) -> None:
    with standing_in(service, lambda _: (status, body)) as (url, _):
        result = receivers.send(receivers.parse("x", url), Message("title", "body"))
    assert (result.ok, result.retry) == came, f"{name}: {result}"


WEBHOOK = [
    (b'{"ok": false, "error": "no such room"}', False),
    (b' {"success": false}', False),
    (b'{"ok": true}', True),
    (b'{"status": 0, "code": 7}', True),  # whose meaning nobody told us
    (b"", True),
    (b"{not json", True),
    (b'["ok", false]', True),
]


@pytest.mark.parametrize(("body", "ok"), WEBHOOK)
def test_webhook_that_says_no_in_a_200_has_not_taken_it(body: bytes, ok: bool) -> None:
    with service(lambda _: (200, body)) as served:
        result = receivers.send(receivers.parse("x", f"json://127.0.0.1:{served.port}/x"), Message("title", "body"))
    assert (result.ok, result.retry) == (ok, not ok), result


def test_slow_receiver_is_slow_and_not_down() -> None:
    answered = threading.Event()

    def late(connection: socket.socket) -> None:
        answered.wait(4.5)  # Apprise itself would have gone after four seconds
        answer("200 OK")(connection)

    with server(late) as port:
        assert receivers.send(receivers.parse("x", f"json://127.0.0.1:{port}/x"), Message("title", "body")).ok


def test_endless_answer_is_not_read_whole() -> None:
    sent = 0

    def pour(connection: socket.socket) -> None:
        nonlocal sent
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 300000000\r\n\r\n")
        with contextlib.suppress(OSError):
            for _ in range(300):
                connection.sendall(b"x" * 1_000_000)
                sent += 1

    with server(pour) as port:
        assert post(port).ok
    assert sent < 50


@pytest.mark.parametrize("schema", ["json", "xml", "form", "ntfy", "mmost", "gotify"])
def test_each_webhook_is_left_alone_as_long_as_it_asks(schema: str) -> None:
    """Plugins of one module and of several, with POST of every kind."""
    token = "/3ccdd113474722377935511fc85d3dd4"
    with server(answer("429 Slow", "Retry-After: 17")) as port:
        result = receivers.send(receivers.parse("x", f"{schema}://127.0.0.1:{port}{token}"), Message("title", "body"))
    assert (result.ok, result.retry, result.wait) == (False, True, timedelta(seconds=17))
