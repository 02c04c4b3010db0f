"""Look up host names in threads of their own, so that nothing else ever waits behind a name that hangs.

`getaddrinfo` cannot be interrupted: it blocks its thread until the system's resolver gives up, which may take a minute.
In the event loop's own thread pool a few dozen such names delay everything else that runs there.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import Future
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

AT_ONCE = 256  # as many as there are polls in flight, so that names that hang keep no healthy one waiting
_NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV


class Names(AbstractResolver):
    """The crawler's resolver. aiohttp caches answers for ten seconds and never asks twice at a time for one name."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a host. Raise OSError (socket.gaierror) if it has none."""
        async with self._turns:
            infos = await asyncio.wrap_future(_looked_up(host, port, family))
        return [
            ResolveResult(hostname=host, host=where[0], port=where[1], family=version, proto=protocol, flags=_NUMERIC)
            for version, _, protocol, _, where in infos
        ]

    async def close(self) -> None:
        """Do nothing: threads that still wait for an answer end with it, or with the process."""


def _looked_up(host: str, port: int, family: int) -> Future[Any]:
    """Look up a name in a daemon thread, which does not keep the process from ending."""
    answer: Future[Any] = Future()
    threading.Thread(target=_look_up, args=(answer, host, port, family), name=f"name {host}", daemon=True).start()
    return answer


def _look_up(answer: Future[Any], host: str, port: int, family: int) -> None:
    if not answer.set_running_or_notify_cancel():
        return
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family, flags=socket.AI_ADDRCONFIG)
    except Exception as error:  # noqa: BLE001 - whatever it raises (gaierror, UnicodeError) is raised to who asked
        answer.set_exception(error)
    else:
        answer.set_result(found)
