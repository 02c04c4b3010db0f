"""The control socket in the state directory: one JSON line in, one out. How commands reach the running daemon."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

SOCKET = "control.sock"
LONGEST = 100_000  # bytes of a request
PATIENCE = 60.0  # seconds a command waits for its answer

Answer = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


class ControlError(Exception):
    """The daemon did not answer, or refused; the message says why."""


async def serve(state_dir: Path, commands: Mapping[str, Answer]) -> asyncio.AbstractServer:
    """Answer requests until the server is closed. The socket is readable and writable by its owner only."""
    path = state_dir / SOCKET
    path.unlink(missing_ok=True)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            reply = await _reply(await reader.readline(), commands)
            writer.write(json.dumps(reply).encode() + b"\n")
            await writer.drain()
        except (OSError, ValueError) as error:  # a caller that went away or sent too much costs only itself
            writer.write(json.dumps({"error": str(error)}).encode() + b"\n")
        finally:
            writer.close()

    server = await asyncio.start_unix_server(answer, path, limit=LONGEST)
    path.chmod(0o600)
    return server


async def _reply(line: bytes, commands: Mapping[str, Answer]) -> Mapping[str, Any]:
    try:
        request = json.loads(line)
        command = commands[request["command"]]
    except (ValueError, KeyError, TypeError):
        return {"error": f"unknown request; known: {', '.join(commands)}"}
    return await command(request)


def ask(state_dir: Path, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Send a request to the daemon of a state directory and wait for its answer. Raises ControlError."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(PATIENCE)
            line.connect(str(state_dir / SOCKET))
            line.sendall(json.dumps(request).encode() + b"\n")
            reply: Mapping[str, Any] = json.loads(line.makefile().readline())
    except (OSError, ValueError) as error:
        raise ControlError(f"the daemon does not answer: {error}") from error
    if "error" in reply:
        raise ControlError(str(reply["error"]))
    return reply
