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
from asyncio import ReadTransport, StreamReader
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

from alerts.run.pieces import ERR, pieces

log = logging.getLogger(__name__)
COMMAND = (sys.executable, "-m", "alerts.cli.answer")  # started by name: this room imports nothing of the command line
READS_AT_ONCE = 2  # of those that are asked often, and of the others, which may take long
LONG = frozenset({"backtest", "suggest", "doctor", "verify", "test-receiver"})
REFUSED = -2  # that of alerts/cli/answer.py
WAITING_AT_MOST = 8
LARGEST_WORDS = 50_000  # bytes of a command's words: what one line of the socket takes grows sixfold on the way
START_WITHIN = 20.0  # seconds until a command begins of a process that starts; it goes on starting for the next
READY_WITHIN = 5.0  # seconds until a command begins of a process that has answered before
KILLED_WITHIN = 0.5  # seconds
READ_WITHIN = 40.0  # seconds, of which the first start takes one or two
LARGEST_ANSWER = 8_000_000  # bytes of what is printed
LARGEST_COMPLAINT = 100_000  # bytes of what is written to standard error past Python: the words of a crash
# What a command may need that names no secret. WATCHFLOOR_SOCKET is not among it: a child must not ask in its turn.
KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "HOME")
Line = tuple[StreamReader, ReadTransport]
SENDS = "test-receiver"  # the one command that needs the receivers' secrets


class Gone(Exception):
    """The answering process ended, or its child did before it ran anything."""


class StillStarting(Exception):
    """The answering process has not answered yet, and goes on starting."""


class Child:
    """A command that runs: what it prints, in its order and past Python, and its end. `close` kills it if it runs."""

    def __init__(
        self,
        handle: int,
        printed: StreamReader,
        past: StreamReader,
        status: StreamReader,
        transports: Sequence[ReadTransport],
    ) -> None:
        self.printed, self.past, self._status, self._transports = printed, past, status, transports
        self._handle = handle  # of the process (pidfd): its number may be another's by the time it is killed

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
        """Kill the command, if it runs, and let go of it and of what it writes to."""
        self.kill()
        for each in self._transports:
            each.close()
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
                process_group=0,  # Ctrl-C in a terminal is for the daemon, which ends its own
            )
        ours.setblocking(False)  # the event loop asks
        self._line = ours
        self.ready = False  # it has answered once
        # it says nothing on this line: what comes is its end
        asyncio.get_running_loop().add_reader(ours, self.close)

    async def ask(self, words: Sequence[str], environ: Mapping[str, str]) -> Child:
        """Start a command. Raises Gone, and StillStarting."""
        request = json.dumps({"words": list(words), "environ": dict(environ)}).encode()
        pipes = [os.pipe() for _ in range(3)]  # what it prints, what is written past Python, its status
        waits, start = os.pipe()  # the one by which we start it
        theirs = [*(end for _, end in pipes), waits]
        try:
            socket.send_fds(self._line, [request], theirs)
        except OSError as error:
            for each in (*(end for end, _ in pipes), start):
                os.close(each)
            raise Gone(str(error)) from error
        finally:
            for each in theirs:
                os.close(each)
        lines: list[Line] = []
        try:
            lines += [await _line(each) for each, _ in pipes]
            (printed, _), (past, _), (status, _) = lines
            return Child(await self._begun(status, start), printed, past, status, [transport for _, transport in lines])
        except BaseException:
            for _, transport in lines:
                transport.close()
            raise
        finally:
            os.close(start)

    async def _begun(self, status: StreamReader, start: int) -> int:
        """Return a handle of the child that waits to be started, and start it."""
        try:
            async with asyncio.timeout(READY_WITHIN if self.ready else START_WITHIN):
                first = await status.readline()
        except TimeoutError:
            if self.ready:
                raise Gone(f"it began nothing within {READY_WITHIN:.0f} s") from None
            raise StillStarting from None
        if not first:
            raise Gone("it ended before the command began")
        self.ready = True
        handle = os.pidfd_open(int(first))
        os.write(start, b"1")
        return handle

    def close(self) -> None:
        """End the process. Commands that run are their askers' to kill."""
        if self._line.fileno() < 0:
            return
        asyncio.get_running_loop().remove_reader(self._line)
        self._line.close()
        self._process.kill()
        try:
            self._process.wait(KILLED_WITHIN)
        except subprocess.TimeoutExpired:  # it hangs in a system call: the loop does not wait for that, a thread does
            Thread(target=self._process.wait, name="reaper", daemon=True).start()


async def _line(start: int) -> Line:
    reader = StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(start, "rb", buffering=0)
    )
    return reader, transport


class Reads:
    """Answers the requests {"command": "read", "words": [...], "columns": 80, "color": true}, until `close`."""

    def __init__(self, rules: Path, state_dir: Path, environ: Callable[[], Mapping[str, str]]) -> None:
        self._given = environ  # with the secrets in force
        self._rules = str(rules.absolute())
        self._places = {"WATCHFLOOR_CONFIG": self._rules, "WATCHFLOOR_STATE_DIR": str(state_dir.absolute())}
        started = environ()
        self._bare = {name: started[name] for name in KEPT if name in started} | self._places
        self._free = {quick: asyncio.Semaphore(READS_AT_ONCE) for quick in (False, True)}
        self._closed = False
        self._waiting = 0
        self._answerer: Answerer | None = None  # kept from one command to the next: it has no secret
        self._running: set[Child] = set()

    async def answer(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return {"said", "exit"} of a command that reads, or {"error"} where it is refused or takes too much.

        What it said is a list of (stream, text), in the order in which it was printed.
        """
        words = request["words"]
        if not isinstance(words, list) or not words or not all(isinstance(each, str) for each in words):
            return {"error": 'a read has "words", a list of texts: the command and its options'}
        if request.get("rules", self._rules) != self._rules:
            return {"error": f"this daemon goes by {self._rules}"}
        if len(json.dumps(words)) > LARGEST_WORDS:
            return {"error": f"a command of over {LARGEST_WORDS // 1000} KB; write a file, and run it where it is"}
        if self._waiting >= WAITING_AT_MOST:
            return {"error": "too many commands wait for an answer already; try again in a moment"}
        self._waiting += 1
        try:
            async with self._free[words[0] not in LONG]:
                answer = await self._read(words, self._environ(request, words[0]))
        finally:
            self._waiting -= 1
        log.info("read %s login=%s", words[0], request.get("login", "-"))
        return answer

    def close(self) -> None:
        """Kill the commands that run, and what answers them; start no more."""
        self._closed = True
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
        return (self._full() if command == SENDS else self._bare) | shown | plain

    def _full(self) -> dict[str, str]:
        return {name: text for name, text in self._given().items() if name != "WATCHFLOOR_SOCKET"} | self._places

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
        except StillStarting:
            return {"error": "what answers commands is still starting; try again in a moment"}
        except TimeoutError:
            return {"error": f"stopped after {READ_WITHIN:.0f} s; ask for less (--since)"}
        except Gone as error:
            log.error("a command could not be started: %s", error)
            return {"error": "the daemon could not start the command; its log says why"}

    async def _answered(self, words: list[str], environ: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the answer of the process that is kept, or of a new one where that has ended. Raises Gone."""
        if self._closed:
            raise Gone("the daemon is ending")
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
            printed, past = await asyncio.gather(
                _up_to(LARGEST_ANSWER, child.printed, child), _up_to(LARGEST_COMPLAINT, child.past, child)
            )
            code = await child.exit_code()
        finally:
            # also where the daemon ends meanwhile: no child outlives the request it answers
            self._running.discard(child)
            child.close()
        if printed is None or past is None:
            return {"error": f"over {LARGEST_ANSWER // 1_000_000} MB to print; ask for less (--since)"}
        if code is None:
            return {"error": "the command was killed: it took too much memory or time; ask for less (--since)"}
        said = [*pieces(printed), *([(ERR, past.decode("utf-8", "replace"))] if past else [])]
        return {"said": said, "exit": 2, "refused": True} if code == REFUSED else {"said": said, "exit": code}


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
