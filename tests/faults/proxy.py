"""A line between a daemon and its database on one machine that can be cut, or hang without a word."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

CHUNK = 65_536  # bytes


class Proxy:
    """Hands on what comes at `port` to another port of loopback, or to a socket by its path, in a thread of its own."""

    def __init__(self, to: int | str) -> None:
        self._to = to
        self._last_words = b""  # which the line is cut at, once, and those who say them hear nothing
        self._loop = asyncio.new_event_loop()
        self._open = asyncio.Event()  # whether bytes pass
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._thread.start()
        self._call(self._listen())

    def cut(self) -> None:
        """End all connections, and refuse new ones."""
        self._call(self._cut())

    def cut_at(self, words: bytes) -> None:
        """End all connections once, when these bytes are sent by who connected; new ones are taken at once."""
        self._last_words = words

    @property
    def was_cut(self) -> bool:
        """Whether the bytes of the last `cut_at` came."""
        return not self._last_words

    def hang(self) -> None:
        """Take connections and bytes, and hand on none of them."""
        self._loop.call_soon_threadsafe(self._open.clear)

    def heal(self) -> None:
        """Hand on again, also what came meanwhile."""
        self._call(self._listen())

    def close(self) -> None:
        """Cut the line for good."""
        self._call(self._cut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, work: object) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(20)  # type: ignore[arg-type]

    async def _listen(self) -> None:
        self._open.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._take, "127.0.0.1", self.port, limit=CHUNK)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        self._abort()

    def _abort(self) -> None:
        for each in list(self._writers):
            each.transport.abort()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await self._open.wait()
            with suppress(OSError):
                there, back = await self._connected()
                self._writers.add(back)
                pumps = [asyncio.create_task(self._pump(*each)) for each in ((reader, back), (there, writer))]
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
                for each in pumps:
                    each.cancel()
                self._writers.discard(back)
                back.transport.abort()
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._to, str):
            return await asyncio.open_unix_connection(self._to, limit=CHUNK)
        return await asyncio.open_connection("127.0.0.1", self._to, limit=CHUNK)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._open.wait()
                if self._last_words and self._last_words in data:
                    self._last_words = b""
                    self._abort()
                    return
                writer.write(data)
                await writer.drain()
