"""`settings.metrics` goes in; /metrics, /healthz and /readyz are served there, on loopback, by a thread of their own.

The thread has a loop of its own, so that it answers while the daemon's stands still. Whoever connects gets a few
seconds and a few kilobytes, a few callers at a time, and one page serves all who ask within PAGE_KEPT seconds: neither
a slow nor a busy caller costs the watch anything.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from http import HTTPStatus

from alerts.run.host_header import bare, is_address
from alerts.run.metrics import CONTENT_TYPE

log = logging.getLogger(__name__)
LOOKED = 0.5  # seconds between two looks whether the address has changed, or the thread is to end
AGAIN = 30.0  # seconds between two tries to listen at an address that is taken
MOST_CALLERS = 8
ASKED_WITHIN, TAKEN_WITHIN = 3.0, 5.0  # seconds for a whole request, and for reading the whole answer
LARGEST_REQUEST = 8192  # bytes
PAGE_KEPT = 5.0  # seconds
ENDS_WITHIN = 3.0  # seconds
PLAIN = "text/plain; charset=utf-8"
Answer = tuple[HTTPStatus, str, bytes]
Wrong = Callable[[], str]  # returns what is wrong, "" if nothing is


class SignsServer:
    """Serves from `start` to `close`, at whatever address `address` returns; "" for none."""

    def __init__(
        self,
        address: Callable[[], str],
        page: Callable[[], bytes],
        dead: Wrong,
        not_ready: Wrong,
        tell: Callable[[str, str], object],
    ) -> None:
        self._address, self._page, self._tell = address, page, tell
        self._signs = {"/healthz": dead, "/readyz": not_ready}
        self._kept: tuple[float, bytes] = (-PAGE_KEPT, b"")
        self._callers = 0
        self._ending = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="metrics", daemon=True)

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def close(self) -> None:
        """Stop serving; a page that is being made is left behind."""
        self._ending.set()
        if self._thread.ident:
            self._thread.join(ENDS_WITHIN)

    async def _run(self) -> None:
        self._making = asyncio.Lock()
        server: asyncio.AbstractServer | None = None
        bound, told, tried = "", "", 0.0
        while not self._ending.is_set():
            address = self._address()
            if address != bound or (address and server is None and time.monotonic() - tried > AGAIN):
                if server:
                    server.close()
                server, bound, tried = None, address, time.monotonic()
                try:
                    server = await self._open(address) if address else None
                except OSError as error:
                    log.error("metrics not served address=%s: %s", address, error.strerror)
                    if told != address:
                        told = address
                        self._tell("metrics are not served", f"settings.metrics: {address}: {error.strerror}")
            await asyncio.sleep(LOOKED)
        if server:
            server.close()

    async def _open(self, address: str) -> asyncio.AbstractServer:
        host, _, port = address.rpartition(":")
        made = await asyncio.start_server(self._serve, host.strip("[]"), int(port), limit=LARGEST_REQUEST)
        log.info("metrics served address=%s", address)
        return made

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._callers += 1
        try:
            if self._callers <= MOST_CALLERS:
                async with asyncio.timeout(ASKED_WITHIN):
                    head = await reader.readuntil(b"\r\n\r\n")
                status, kind, body = await self._answer(head)
                alone = head.startswith(b"HEAD ")
                lines = (
                    f"HTTP/1.1 {status.value} {status.phrase}",
                    f"Content-Type: {kind}",
                    f"Content-Length: {len(body)}",
                    "Connection: close",
                    "X-Content-Type-Options: nosniff",
                )
                writer.write("\r\n".join([*lines, "", ""]).encode() + (b"" if alone else body))
                async with asyncio.timeout(TAKEN_WITHIN):
                    await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            log.debug("a caller of the metrics asked for nothing, or did not wait")  # TimeoutError is an OSError
        finally:
            self._callers -= 1
            writer.transport.abort() if writer.transport.get_write_buffer_size() else writer.close()

    async def _answer(self, head: bytes) -> Answer:
        lines = head.decode("latin-1").split("\r\n")
        method, _, rest = lines[0].partition(" ")
        path = rest.partition(" ")[0].partition("?")[0]
        if method not in {"GET", "HEAD"}:
            return HTTPStatus.METHOD_NOT_ALLOWED, PLAIN, b"only GET\n"
        if not _is_ours(lines):
            return HTTPStatus.MISDIRECTED_REQUEST, PLAIN, b"ask by the address\n"
        if path in self._signs:
            wrong = self._signs[path]()
            status = HTTPStatus.SERVICE_UNAVAILABLE if wrong else HTTPStatus.OK
            return status, PLAIN, f"{wrong or 'ok'}\n".encode("utf-8", "replace")
        if path != "/metrics":
            return HTTPStatus.NOT_FOUND, PLAIN, b"/metrics, /healthz, /readyz\n"
        return HTTPStatus.OK, CONTENT_TYPE, await self._made()

    async def _made(self) -> bytes:
        """Return the page, made anew where the last one is older than PAGE_KEPT."""
        async with self._making:
            if time.monotonic() - self._kept[0] > PAGE_KEPT:
                page = await asyncio.to_thread(self._page)  # it reads the store, and the signs must not wait for that
                self._kept = (time.monotonic(), page)
            return self._kept[1]


def _is_ours(lines: list[str]) -> bool:
    """Return whether a request names us by an address: a page in a browser that names itself ours is refused."""
    for line in lines[1:]:
        name, _, value = line.partition(":")
        if name.strip().lower() == "host":
            host = bare(value.strip())
            return host == "localhost" or is_address(host)
    return True
