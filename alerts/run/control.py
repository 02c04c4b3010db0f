"""A command's request goes in as a line of JSON, the daemon's answer comes out: a socket in the state directory."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

SOCKET = "control.sock"
LARGEST_REQUEST = 100_000  # bytes of a request
ANSWER_WITHIN = 60.0  # seconds a command waits for its answer

Command = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


class ControlError(Exception):
    """The daemon could not be reached or answered with an error; the message is for the user."""


class Control:
    """Answers requests on the control socket, from `open` to `close`. Only our own user may connect to it."""

    def __init__(self, state_dir: Path, commands: Mapping[str, Command]) -> None:
        self._path, self._commands = state_dir / SOCKET, commands
        self._server: asyncio.AbstractServer | None = None

    async def open(self) -> None:
        """Listen. A socket file that a killed daemon left is replaced: we have the lock, so nobody listens on it."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._answer, self._path, limit=LARGEST_REQUEST)
        self._path.chmod(0o600)

    def close(self) -> None:
        """Take no more requests; those being answered go on."""
        if self._server:
            self._server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            reply = await _reply(await reader.readline(), self._commands)
            writer.write(json.dumps(reply).encode() + b"\n")
            await writer.drain()
        except (OSError, ValueError) as error:  # a caller that went away or sent too much costs only itself
            writer.write(json.dumps({"error": str(error)}).encode() + b"\n")
        finally:
            writer.close()


async def _reply(line: bytes, commands: Mapping[str, Command]) -> Mapping[str, Any]:
    """Return the answer of the command that a request names, or that there is none such."""
    try:
        request = json.loads(line)
        command = commands[request["command"]]
    except (ValueError, KeyError, TypeError):
        return {"error": f"unknown request; known: {', '.join(commands)}"}
    return await command(request)


def ask(state_dir: Path, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Send a request to the daemon of a state directory; return its answer. Raises ControlError."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(ANSWER_WITHIN)
            line.connect(str(state_dir / SOCKET))
            line.sendall(json.dumps(request).encode() + b"\n")
            reply: Mapping[str, Any] = json.loads(line.makefile().readline())
    except (OSError, ValueError) as error:
        raise ControlError(f"the daemon does not answer: {error}") from error
    if "error" in reply:
        raise ControlError(str(reply["error"]))
    return reply
