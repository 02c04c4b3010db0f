"""Outlets on many addresses of loopback, one host each; every request is noted with its host and its moment.

They are a process of their own: beside those who read the daemons' logs a request would be seen, and noted, late. One
thread serves all of them, so that the moments are of one clock and in order.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

from aiohttp import web

from tests.bench.timeline import free_port

BEAT = 0.02  # seconds
STOOD_STILL = 0.1  # seconds without a beat
URGENT = -10  # who serves is to run before who asks; only root may have it so
_SPAWNED = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Request:
    """One request as the outlet saw it; `at` is of the monotonic clock.

    It may have come up to `late` seconds before: so long the outlets had stood still.
    """

    host: str
    path: str
    at: float
    late: float = 0.0


class Wires:
    """HTTP servers on 127.0.1.1, 127.0.1.2 and so on, at one port; a feed is served under its host and path."""

    def __init__(self, hosts: int) -> None:
        self.hosts = [f"127.0.{1 + n // 250}.{1 + n % 250}" for n in range(hosts)]
        self.port = free_port()
        self.requests: list[Request] = []
        self._orders, theirs = _SPAWNED.Pipe()
        self._lock = threading.Lock()  # of `_orders`
        seen, written = _SPAWNED.Pipe(duplex=False)
        self._process = _SPAWNED.Process(target=_serve, args=(self.hosts, self.port, theirs, written), daemon=True)
        self._process.start()
        theirs.close()
        written.close()
        self._thread = threading.Thread(target=self._note, args=(seen,), name="wires", daemon=True)
        self._thread.start()
        if not self._orders.poll(60):
            raise TimeoutError("the outlets do not listen")
        self._orders.recv()

    def serve(self, host: str, path: str, body: bytes) -> None:
        """Serve a body at an address from now on, with an ETag of its own."""
        with self._lock:
            self._orders.send((host, path, body))
            self._orders.recv()

    def url(self, host: str, path: str) -> str:
        """Return the address of a feed."""
        return f"http://{host}:{self.port}{path}"

    def since(self, index: int) -> list[Request]:
        """Return the requests after the first `index`."""
        return self.requests[index:]

    def close(self) -> None:
        """Stop listening."""
        self._orders.close()
        self._process.join(10)
        self._process.kill()
        self._thread.join()

    def _note(self, seen: Connection) -> None:
        with suppress(EOFError):
            while True:
                self.requests += seen.recv()


def _serve(hosts: list[str], port: int, orders: Connection, seen: Connection) -> None:
    with suppress(PermissionError):
        os.nice(URGENT)
    asyncio.run(_Outlets(seen).run(hosts, port, orders))


class _Outlets:
    """What the process of the outlets does: it serves, and notes who asked."""

    def __init__(self, seen: Connection) -> None:
        self._bodies: dict[tuple[str, str], tuple[bytes, int]] = {}  # and the version, its ETag
        self._seen, self._unsent = seen, list[Request]()
        self._some = threading.Condition()
        self._beaten = time.monotonic()
        self._stood = (0.0, 0.0)  # from when to when it stood still last
        self._over = asyncio.Event()

    async def run(self, hosts: list[str], port: int, orders: Connection) -> None:
        """Serve until whoever gives the orders closes them."""
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        for host in hosts:
            await web.TCPSite(runner, host, port).start()
        threading.Thread(target=self._send, daemon=True).start()
        asyncio.get_running_loop().add_reader(orders.fileno(), self._order, orders)
        orders.send("listening")
        beating = asyncio.create_task(self._beat())
        await self._over.wait()
        beating.cancel()
        await runner.cleanup()

    def _order(self, orders: Connection) -> None:
        try:
            host, path, body = orders.recv()
        except EOFError:
            asyncio.get_running_loop().remove_reader(orders.fileno())
            self._over.set()
            return
        self._bodies[host, path] = (body, self._bodies.get((host, path), (b"", 0))[1] + 1)
        orders.send("served")

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            self._note_stop(time.monotonic())
            self._beaten = time.monotonic()

    def _note_stop(self, now: float) -> None:
        if now - self._beaten > STOOD_STILL:
            self._stood = (self._beaten, now)

    async def _answer(self, request: web.Request) -> web.Response:
        assert request.transport is not None
        host = request.transport.get_extra_info("sockname")[0]  # what was reached, whatever its Host header says
        now = time.monotonic()
        self._note_stop(now)  # of what is ready at once, the beat is not the first
        began, ended = self._stood
        with self._some:
            # what came while it stood still is read soon after
            self._unsent.append(Request(host, request.path, now, now - began if now - ended < STOOD_STILL else 0.0))
            self._some.notify()
        body, version = self._bodies.get((host, request.path), (b"", 0))
        if not version:
            return web.Response(status=404)
        etag = f'"{version}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(body=body, content_type="application/rss+xml", headers={"ETag": etag})

    def _send(self) -> None:
        """Send what was seen, in a thread: the pipe may be full."""
        with suppress(BrokenPipeError):
            while True:
                with self._some:
                    self._some.wait_for(lambda: self._unsent)
                    found, self._unsent = self._unsent, []
                self._seen.send(found)
