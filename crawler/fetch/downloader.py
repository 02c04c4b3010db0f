"""A request goes in and its response comes out: Scrapy's downloader without its queues and signals.

`hosts.py` keeps the turns of each host, `Fetching` the number at once and the deadline; our own lines count and log.
All of a request runs in the task that asked for it, so a deadline there ends the request with its connection.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from scrapy import Request
from scrapy.core.downloader import Downloader
from scrapy.crawler import Crawler
from scrapy.http import Response


class DirectDownloader(Downloader):
    """Takes a request through the middlewares to its handler; what a redirect makes of it goes the same way.

    The middlewares are those of scrapy_settings.py, which answer at once and catch no exception.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        methods = self.middleware.methods
        assert not methods["process_exception"]
        self._before = [each for each in methods["process_request"] if each]
        self._after = [each for each in methods["process_response"] if each]
        self._under_way = 0
        self._ended = asyncio.Event()

    async def download(self, request: Request) -> Response:
        """Return the response to a request, after its redirects. Raise what its handler or a middleware raises."""
        self._under_way += 1
        try:
            answer: Request | Response = request
            while isinstance(answer, Request):
                request, answer = answer, await self._answer(answer)
            answer.request = request
            return answer
        finally:
            self._under_way -= 1
            self._ended.set()

    async def _answer(self, request: Request) -> Request | Response:
        """Return the response to a request, or the request that follows from it."""
        for prepare in self._before:
            prepare(request=request)
        answer: Request | Response = await self._handled(request)
        for read in self._after:
            answer = read(request=request, response=answer)
            if isinstance(answer, Request):
                break
        return answer

    async def _handled(self, request: Request) -> Response:
        """Return the response of the handler for the request's scheme. Raise NotSupported where there is none."""
        # Scrapy would parse the address and keep its parts in a weak dictionary, for the scheme
        handler = self.handlers._get_handler(request.url.partition(":")[0])
        if handler is None:
            return await self.handlers.download_request_async(request)  # it says why
        return await handler.download_request(request)

    async def drain(self, seconds: float) -> None:
        """Wait until no request is under way, at most so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._under_way:
                    self._ended.clear()
                    await self._ended.wait()
