"""The bundled feeds go in; an HTTP server on loopback serves them, with dates counted back from now."""

from __future__ import annotations

import hashlib
import re
import threading
from datetime import datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files

FEEDS = files("alerts.demo") / "newsroom"
# dates are counted back from now: fixed ones would soon be older than `backfill` and `freshness`, and alert nobody
_DATE = re.compile(r"\{(rfc822|rfc3339):(\d+)\}")


def feed(name: str, base: str, now: datetime) -> bytes:
    """Return a bundled feed: `{base}` becomes its address, `{rfc822:N}` and `{rfc3339:N}` N minutes before `now`."""

    def date(match: re.Match[str]) -> str:
        at = now - timedelta(minutes=int(match[2]))
        return format_datetime(at) if match[1] == "rfc822" else at.isoformat(timespec="seconds")

    template = (FEEDS / name).read_text(encoding="utf-8")
    return _DATE.sub(date, template).replace("{base}", base).encode()


class Newsroom:
    """The server, running from the start until `close`; `base` is its address. It answers If-None-Match with 304."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        newsroom = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                newsroom.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Keep the demo's output to what an officer reads."""

        # port 0: the system chooses a free one, so that two demos can run side by side
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Serve the feed that a request names, or 404."""
        # only names that are bundled: a path can lead nowhere else on the disk
        name = request.path.removeprefix("/")
        if name not in {each.name for each in FEEDS.iterdir() if each.name.endswith(".xml")}:
            request.send_error(404)
            return
        body = feed(name, self.base, self._now)
        # a second poll then gets 304
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        known = request.headers.get("If-None-Match") == etag
        request.send_response(304 if known else 200)
        request.send_header("ETag", etag)
        request.send_header("Content-Type", "application/xml; charset=utf-8")
        request.send_header("Content-Length", "0" if known else str(len(body)))
        request.end_headers()
        if not known:
            request.wfile.write(body)

    def close(self) -> None:
        """End the server and its thread."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
