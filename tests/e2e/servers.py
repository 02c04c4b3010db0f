"""Real servers on loopback for the tests: an outlet that answers as it is told, a webhook that fails on order."""

from __future__ import annotations

import base64
import json
import socket
import ssl
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PATIENCE = 120.0  # seconds to wait for what must come: on a busy machine all takes many times as long as alone
RSS = '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>T</title>{items}</channel></rss>'
ITEM = (
    "<item><title>{title}</title><guid>{guid}</guid><link>{link}</link>{date}<description>{text}</description></item>"
)


def until(true: Callable[[], object], seconds: float = PATIENCE, tell: Callable[[], object] = str) -> float:
    """Wait until something is true, and return how long that took; fail after so many seconds, with what `tell` says."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, tell() or f"not within {seconds} s"
        time.sleep(0.1)
    return time.monotonic() - began


def rss(*items: dict[str, str]) -> bytes:
    """Write a feed of items with title, guid, link, date and text."""
    written = [
        ITEM.format(
            title=item["title"],
            guid=item.get("guid", item["title"]),
            link=item.get("link", f"https://outlet.example/{item.get('guid', item['title']).replace(' ', '-')}"),
            date=f"<pubDate>{item['date']}</pubDate>" if "date" in item else "",
            text=item.get("text", ""),
        )
        for item in items
    ]
    return RSS.format(items="".join(written)).encode()


@dataclass
class Answer:
    """What a path answers. `etag` makes it answer 304; `act` takes over the connection for stranger things."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    act: Callable[[BaseHTTPRequestHandler], None] | None = None


class Patient(ThreadingHTTPServer):
    """Keeps quiet about clients that are gone: tests kill them."""

    daemon_threads = True

    def serve_forever(self, poll_interval: float = 0.05) -> None:  # `shutdown` waits as long: by default half a second
        super().serve_forever(poll_interval)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError | ValueError):  # ValueError: written to a closed connection
            super().handle_error(request, client_address)


class Outlet:
    """An HTTP server whose answers are set path by path; remembers every request."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.answers: dict[str, Answer] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.released = threading.Event()
        self.changed = threading.Condition()
        outlet = self

        class Speak(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                with outlet.changed:
                    outlet.requests.append((self.path, dict(self.headers)))
                    outlet.changed.notify_all()
                _answer(self, outlet.answers.get(self.path, Answer(status=404)))

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.do_GET()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._where, self._speak = (host, port), Speak
        self._server: ThreadingHTTPServer | None = None
        self._kept: socket.socket | None = None
        self.start()
        self.base = f"http://{host}:{self._where[1]}"

    def start(self) -> None:
        """Listen, after `stop` at the address of before."""
        self._server = Patient(self._where, self._speak)
        self._let_go()
        self._where = (self._where[0], self._server.server_port)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Refuse connections from now on; the port stays ours, so that no server of another test answers there."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._server = None
            self._kept = socket.socket()
            self._kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does that takes it again
            self._kept.bind(self._where)

    def _let_go(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def serve(self, path: str, body: bytes, *, status: int = 200, **headers: str) -> str:
        self.answers[path] = Answer(body, status, {name.replace("_", "-"): value for name, value in headers.items()})
        return self.base + path

    def act(self, path: str, act: Callable[[BaseHTTPRequestHandler], None]) -> str:
        self.answers[path] = Answer(act=act)
        return self.base + path

    def hang(self, path: str) -> str:
        """Answer nothing until the server is closed."""

        def wait(_: BaseHTTPRequestHandler) -> None:
            self.released.wait(60)

        return self.act(path, wait)

    def wait_for(self, path: str, timeout: float = PATIENCE) -> bool:
        """Wait until a path was asked for."""
        with self.changed:
            return self.changed.wait_for(lambda: bool(self.asked(path)), timeout)

    def asked(self, path: str) -> list[dict[str, str]]:
        return [headers for asked, headers in self.requests if asked == path]

    def close(self) -> None:
        self.released.set()
        self.stop()
        self._let_go()


def _answer(request: BaseHTTPRequestHandler, answer: Answer) -> None:
    if answer.act:
        request.close_connection = True
        answer.act(request)
        return
    etag = answer.headers.get("ETag")
    known = etag is not None and request.headers.get("If-None-Match") == etag
    request.send_response(304 if known else answer.status)
    for name, value in answer.headers.items():
        request.send_header(name, value)
    body = b"" if known else answer.body
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


class Hook:
    """A webhook that accepts JSON; `script` holds the status of each of the next answers, 200 after them.

    Status 0 accepts and gives no answer. `headers` go with every answer that is not 2xx. `choose` gives the status of
    the answers that are not scripted; what has `poison` in its title is answered with 500 all the same. `keep` gets what
    is accepted before it is acknowledged. Where a `password` is set, who gives another is answered with 401.
    """

    def __init__(self) -> None:
        self.password = ""
        self.accepted: list[dict[str, Any]] = []
        self.script: list[int] = []
        self.headers: dict[str, str] = {}
        self.choose: Callable[[], int] = lambda: 200
        self.keep: Callable[[dict[str, Any]], object] = self.accepted.append
        self.poison = ""
        self.seen = 0
        self.changed = threading.Condition()
        hook = self

        class Accept(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with hook.changed:
                    hook.seen += 1
                    status = hook.script.pop(0) if hook.script else hook.choose()
                    given = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic "))
                    if hook.password and given.partition(b":")[2] != hook.password.encode():
                        status = 401
                    if hook.poison and hook.poison in json.loads(body)["title"]:
                        status = 500
                    if status < 300:
                        hook.keep(json.loads(body))
                    hook.changed.notify_all()
                if not status:
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in hook.headers.items() if status >= 300 else ():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = Patient(("127.0.0.1", 0), Accept)
        self.url = f"json://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def titles(self) -> list[str]:
        return [str(body["title"]) for body in self.accepted]

    def times(self) -> dict[str, int]:
        counted: dict[str, int] = defaultdict(int)
        for title in self.titles():
            counted[title] += 1
        return dict(counted)

    def wait_for(self, accepted: int, timeout: float = PATIENCE) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: len(self.accepted) >= accepted, timeout)

    def wait_for_title(self, words: str, timeout: float = PATIENCE) -> bool:
        """Wait until a message was accepted whose title holds these words."""
        with self.changed:
            return self.changed.wait_for(lambda: any(words in title for title in self.titles()), timeout)

    def wait_for_words(self, *words: str, timeout: float = PATIENCE) -> bool:
        """Wait until a message was accepted whose text holds all of these."""
        with self.changed:
            return self.changed.wait_for(
                lambda: any(all(each in str(body["message"]) for each in words) for body in self.accepted), timeout
            )

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def closing_all(*things: Any) -> Iterator[None]:
    try:
        yield
    finally:
        for thing in things:
            thing.close()


@contextmanager
def secure(certificate: Path, body: bytes) -> Iterator[str]:
    """Serve a body over HTTPS with a certificate and its key; give the address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    class Speak(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Quiet(HTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A refused handshake is what we test."""

    server = Quiet(("127.0.0.1", 0), Speak)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()
