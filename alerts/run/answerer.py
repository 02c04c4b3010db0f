"""The process that answers commands for others: started here, given words and pipes, it forks a child for each.

What runs there is alerts/cli/answer.py, started by name: this room imports nothing of the command line.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from asyncio import StreamReader
from collections.abc import Mapping, Sequence
from contextlib import suppress

START_WITHIN = 20.0  # seconds, of which the imports take one or two
COMMAND = (sys.executable, "-m", "alerts.cli.answer")


class Gone(Exception):
    """The answering process ended, or its child did before it ran anything."""


class Child:
    """A command that runs: what it prints, and its end. `close` kills it if it still runs."""

    def __init__(self, pid: int, out: StreamReader, err: StreamReader, status: StreamReader) -> None:
        self.out, self.err, self._status = out, err, status
        try:
            self._handle = os.pidfd_open(pid)  # a number alone may be another process's by the time it is killed
        except ProcessLookupError:
            self._handle = -1  # it has ended already

    async def exit_code(self) -> int | None:
        """Return the exit code once the command has ended; None if it was killed."""
        line = await self._status.readline()
        return int(line) if line else None

    def kill(self) -> None:
        """Kill the command, if it runs."""
        if self._handle >= 0:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def close(self) -> None:
        """Kill the command, if it runs, and let go of it."""
        self.kill()
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


class Answerer:
    """The answering process, from here on until `close`, or until it ends because nobody asked."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [*COMMAND, str(theirs.fileno())],
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        ours.setblocking(False)  # the event loop asks
        self._line = ours

    async def ask(self, words: Sequence[str], environ: Mapping[str, str]) -> Child:
        """Start a command. Raises Gone."""
        pipes = [os.pipe() for _ in range(3)]
        request = json.dumps({"words": list(words), "environ": dict(environ)}).encode()
        try:
            socket.send_fds(self._line, [request], [end for _, end in pipes])
        except OSError as error:
            raise Gone(str(error)) from error
        finally:
            for _, end in pipes:
                os.close(end)
            # a reader of a pipe that nobody got ends at once
            out, err, status = [await _reader(start) for start, _ in pipes]
        try:
            async with asyncio.timeout(START_WITHIN):
                first = await status.readline()
        except TimeoutError as error:
            raise Gone(f"it began nothing within {START_WITHIN:.0f} s") from error
        if not first:
            raise Gone("it ended before the command began")
        return Child(int(first), out, err, status)

    def close(self) -> None:
        """End the process. Commands that run are their askers' to kill."""
        self._line.close()
        self._process.kill()
        self._process.wait()


async def _reader(start: int) -> StreamReader:
    reader = StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(start, "rb", buffering=0)
    )
    return reader
