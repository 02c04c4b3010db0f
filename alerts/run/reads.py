"""The words of a command that only reads go in; what it prints and its exit code come out, from a child process.

The child is one command like any other, run as the daemon's user for somebody who asks the daemon. It is bounded in
time, memory and output, has a lower priority, and has no secret in its environment: it cannot stop the watch.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import subprocess
import sys
from asyncio import StreamReader
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)
COMMAND = (sys.executable, "-m", "alerts.cli.answer")  # started by name: this room imports nothing of the command line
READS_AT_ONCE = 2
WAITING_AT_MOST = 8
START_WITHIN = 20.0  # seconds until a command begins
READ_WITHIN = 40.0  # seconds, of which the first start takes one or two
LARGEST_ANSWER = 8_000_000  # bytes of what is printed
LARGEST_COMPLAINT = 100_000  # bytes of what is printed on standard error: a few errors of a rules file
# What a command may need that names no secret. WATCHFLOOR_SOCKET is not among it: a child must not ask in its turn.
KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "HOME")
SENDS = "test-receiver"  # the one command that needs the receivers' secrets


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


class Reads:
    """Answers the requests {"command": "read", "words": [...], "columns": 80, "color": true}, until `close`."""

    def __init__(self, rules: Path, state_dir: Path, environ: Mapping[str, str]) -> None:
        self._rules = str(rules.absolute())
        places = {"WATCHFLOOR_CONFIG": self._rules, "WATCHFLOOR_STATE_DIR": str(state_dir.absolute())}
        self._bare = {name: environ[name] for name in KEPT if name in environ} | places
        self._full = {name: text for name, text in environ.items() if name != "WATCHFLOOR_SOCKET"} | places
        self._free = asyncio.Semaphore(READS_AT_ONCE)
        self._waiting = 0
        self._answerer: Answerer | None = None  # kept from one command to the next: it has no secret
        self._running: set[Child] = set()

    async def answer(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return {"out", "err", "exit"} of a command that reads, or {"error"} where it is refused or takes too much."""
        words = request["words"]
        if not isinstance(words, list) or not words or not all(isinstance(each, str) for each in words):
            return {"error": 'a read has "words", a list of texts: the command and its options'}
        if request.get("rules", self._rules) != self._rules:
            return {"error": f"this daemon goes by {self._rules}"}
        if self._waiting >= WAITING_AT_MOST:
            return {"error": "too many commands wait for an answer already; try again in a moment"}
        self._waiting += 1
        try:
            async with self._free:
                answer = await self._read(words, self._environ(request, words[0]))
        finally:
            self._waiting -= 1
        log.info("read %s login=%s", words[0], request.get("login", "-"))
        return answer

    def close(self) -> None:
        """Kill the commands that run, and what answers them."""
        for each in self._running:
            each.kill()
        if self._answerer:
            self._answerer.close()

    def _environ(self, request: Mapping[str, Any], command: str) -> dict[str, str]:
        # folded to the caller's terminal, by alerts/cli/screen.py; anything odd counts as no terminal
        columns = request.get("columns")
        fits = isinstance(columns, int) and 20 <= columns <= 1000
        shown = {"WATCHFLOOR_COLUMNS": str(columns)} if fits else {}
        plain = {} if request.get("color") else {"NO_COLOR": "1"}
        return (self._full if command == SENDS else self._bare) | shown | plain

    async def _read(self, words: list[str], environ: Mapping[str, str]) -> Mapping[str, Any]:
        try:
            async with asyncio.timeout(READ_WITHIN):
                if words[0] != SENDS:
                    return await self._answered(words, environ)
                sender = Answerer(environ)  # with secrets, and for this command only
                try:
                    return await self._printed(await sender.ask(words, environ))
                finally:
                    sender.close()
        except TimeoutError:
            return {"error": f"stopped after {READ_WITHIN:.0f} s; ask for less (--since)"}
        except Gone as error:
            log.error("a command could not be started: %s", error)
            return {"error": "the daemon could not start the command; its log says why"}

    async def _answered(self, words: list[str], environ: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the answer of the process that is kept, or of a new one where that has ended. Raises Gone."""
        kept = self._answerer
        answerer = self._answerer = kept or Answerer(self._bare)
        try:
            child = await answerer.ask(words, environ)
        except Gone:
            answerer.close()
            if self._answerer is answerer:  # else another command has started the next one
                self._answerer = None
            if kept is None:
                raise
            return await self._answered(words, environ)
        return await self._printed(child)

    async def _printed(self, child: Child) -> Mapping[str, Any]:
        self._running.add(child)
        try:
            out, err = await asyncio.gather(
                _up_to(LARGEST_ANSWER, child.out, child), _up_to(LARGEST_COMPLAINT, child.err, child)
            )
            code = await child.exit_code()
        finally:
            # also where the daemon ends meanwhile: no child outlives the request it answers
            self._running.discard(child)
            child.close()
        if out is None or err is None:
            return {"error": f"over {LARGEST_ANSWER // 1_000_000} MB to print; ask for less (--since)"}
        if code is None:
            return {"error": "the command was killed: it took too much memory or time; ask for less (--since)"}
        return {"out": out.decode("utf-8", "replace"), "err": err.decode("utf-8", "replace"), "exit": code}


async def _up_to(most: int, stream: StreamReader, child: Child) -> bytes | None:
    """Return what a stream gives to its end; None where it is more than `most` bytes: the child is killed then."""
    parts, size = [], 0
    while part := await stream.read(65536):  # to its end in any case, so that its pipe is closed
        size += len(part)
        if size <= most:
            parts.append(part)
        else:
            child.kill()
    return b"".join(parts) if size <= most else None
