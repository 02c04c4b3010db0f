"""A command's request goes in as a line of JSON, the daemon's answer comes out, over a Unix socket.

Whoever may connect may also send nonsense, nothing at all, or far too much: each such request is answered in a sentence
or dropped in time, and costs the watch nothing. Who asks is what the kernel says (SO_PEERCRED), not the request.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from alerts.run.owner import login_of

log = logging.getLogger(__name__)
LARGEST_REQUEST = 300_000  # bytes of a request: a rule of 20,000 characters, each as two \uXXXX
REQUEST_WITHIN = 5.0  # seconds in which a request must have arrived
TAKEN_WITHIN = 30.0  # seconds in which the caller must have read its answer
MOST_CALLERS = 32  # connections at a time; a command makes one
LOGIN = "login"  # the key of a request under which a command finds who asks
_CREDENTIALS = struct.Struct("3i")  # struct ucred: process, user, group

Command = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


class Control:
    """Answers requests on a control socket, from `open` to `close`.

    The socket in the state directory is our own user's. One elsewhere is also our group's, whose members may read
    everything and give every order.
    """

    def __init__(self, path: Path, commands: Mapping[str, Command], *, group: bool) -> None:
        self._path, self._commands, self._mode = path, commands, 0o660 if group else 0o600
        self._server: asyncio.AbstractServer | None = None
        self._callers = 0

    async def open(self) -> None:
        """Listen. A socket file that a killed daemon left is replaced: we have the lock, so nobody listens on it."""
        # under another name until its mode is right: whoever finds it may use it
        making = self._path.with_suffix(".new")
        making.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, making, limit=LARGEST_REQUEST)
        making.chmod(self._mode)
        making.rename(self._path)

    def close(self) -> None:
        """Take no more requests; those being answered go on. Nobody finds a socket that nobody serves."""
        if self._server:
            self._server.close()
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._callers += 1
        try:
            busy = self._callers > MOST_CALLERS
            words = f"{MOST_CALLERS} commands are being answered already; try again in a moment"
            reply = {"error": words} if busy else await self._answer(reader, writer)
            # in a thread: an answer may be megabytes
            writer.write(await asyncio.to_thread(_encoded, reply))
            async with asyncio.timeout(TAKEN_WITHIN):
                await writer.drain()
        except (OSError, TimeoutError):
            log.debug("a caller went away before it had its answer")  # which costs only itself
        finally:
            self._callers -= 1
            writer.transport.abort() if writer.transport.get_write_buffer_size() else writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Mapping[str, Any]:
        try:
            async with asyncio.timeout(REQUEST_WITHIN):
                line = await reader.readline()
        except TimeoutError:
            return {"error": f"no request within {REQUEST_WITHIN:.0f} s; one line of JSON is expected"}
        except ValueError:
            return {"error": f"a request is one line of JSON of at most {LARGEST_REQUEST // 1000} KB"}
        login = await asyncio.to_thread(caller, writer.get_extra_info("socket"))  # names may be looked up in a network
        return await _reply(line, self._commands, login)


def caller(line: socket.socket) -> str:
    """Return the login name of the process at the other end, "uid 1234" if the system has no name for it."""
    _, user, _ = _CREDENTIALS.unpack(line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
    return login_of(user)


def _encoded(reply: Mapping[str, Any]) -> bytes:
    # lone surrogates, which a request may bring and an error repeat, cannot be written as UTF-8
    return json.dumps(reply, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


async def _reply(line: bytes, commands: Mapping[str, Command], login: str) -> Mapping[str, Any]:
    """Return the answer of the command that a request names; an error in words for whatever cannot be answered."""
    try:
        request = json.loads(line)
        command = commands[request["command"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {"error": f"unknown request; known: {', '.join(commands)}"}
    try:
        return await command({**request, LOGIN: login})
    except KeyError as error:
        return {"error": f"the request lacks {error}"}
    except (ValueError, TypeError, ArithmeticError) as error:
        return {"error": f"a value in the request cannot be used: {error}"}
    except Exception:  # the caller must learn it, and the next one must be answered
        log.exception("request failed command=%s login=%s", request["command"], login)
        return {"error": "the daemon could not do it; its log says why"}
