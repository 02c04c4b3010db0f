"""Messages go in over SMTP and HTTP on loopback; they are kept in lists. Used by the demo and by tests."""

from __future__ import annotations

import asyncio
import json
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller


class _AnyPort(Controller):
    """A controller on a port that the system chooses (0): it must be known before the base class connects to it."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class MailSink:
    """An SMTP server that accepts every message and keeps it, parsed, in `messages`; it runs until `close`."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self._controller = _AnyPort(self, hostname="127.0.0.1", port=0)
        self._controller.start()
        self.port: int = self._controller.port

    # aiosmtpd calls this in its own thread; appending to a list is safe, and readers look after the round
    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 accepted"

    @property
    def url(self) -> str:
        """Return the receiver URL for rules.yaml that leads here."""
        # no TLS: the sink is on loopback, and a certificate would have to be made and trusted for it
        watch, officer = "watch@watchfloor.example", "officer@watchfloor.example"
        return f"watchmail://127.0.0.1:{self.port}/{officer}?from={watch}&tls=none"

    def close(self) -> None:
        """End the server and its thread."""
        self._controller.stop()


class WebhookSink:
    """An HTTP server that accepts JSON by POST and keeps it in `bodies`; it runs until `close`."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        sink = self

        class Accept(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                # a body that is not JSON raises: the sender gets no answer and counts a failure
                sink.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Keep the demo's output to what an officer reads."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Accept)
        self.url = f"json://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the server and its thread."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
