"""Doubles on loopback of services that refuse what is too long, note what they were sent, and answer as they are told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Service:
    """An HTTP server that keeps each request's path, headers and body; `answer` gives status and body of its answers."""

    def __init__(self, answer: Callable[[bytes], tuple[int, bytes]] = lambda _: (200, b"{}")) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        service = self

        class Take(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                service.requests.append((self.path, dict(self.headers), body))
                status, said = answer(body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Take)
        self.port = self._server.server_port
        self.base = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def service(answer: Callable[[bytes], tuple[int, bytes]] = lambda _: (200, b"{}")) -> Iterator[Service]:
    made = Service(answer)
    try:
        yield made
    finally:
        made.close()
