"""The words of a command that only reads go in; what it prints and its exit code come out, from a child process.

The child is one command like any other, run as the daemon's user for somebody who may not read the store. It is bounded
in time, memory and output, has a lower priority, and has no secret in its environment: it cannot stop the watch.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)
COMMAND = (sys.executable, "-m", "alerts.cli.answer")  # started by name: this room imports nothing of the command line
READS_AT_ONCE = 2
WAITING_AT_MOST = 8
READ_WITHIN = 40.0  # seconds, of which the start of Python takes one or two
LARGEST_ANSWER = 8_000_000  # bytes of what is printed
LARGEST_COMPLAINT = 100_000  # bytes of what is printed on standard error: a few errors of a rules file
# What a command may need that names no secret. WATCHFLOOR_SOCKET is not among it: a child must not ask in its turn.
KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "HOME")
SENDS = "test-receiver"  # the one command that needs the receivers' secrets


class Reads:
    """Answers the requests {"command": "read", "words": [...], "columns": 80, "color": true}, until `close`."""

    def __init__(self, rules: Path, state_dir: Path, environ: Mapping[str, str]) -> None:
        places = {"WATCHFLOOR_CONFIG": str(rules.absolute()), "WATCHFLOOR_STATE_DIR": str(state_dir.absolute())}
        self._bare = {name: environ[name] for name in KEPT if name in environ} | places
        self._full = {name: text for name, text in environ.items() if name != "WATCHFLOOR_SOCKET"} | places
        self._free = asyncio.Semaphore(READS_AT_ONCE)
        self._waiting = 0
        self._running: set[Process] = set()

    async def answer(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return {"out", "err", "exit"} of a command that reads, or {"error"} where it is refused or takes too much."""
        words = request["words"]
        if not isinstance(words, list) or not words or not all(isinstance(each, str) for each in words):
            return {"error": 'a read has "words", a list of texts: the command and its options'}
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
        """Kill the commands that run."""
        for each in self._running:
            with suppress(ProcessLookupError):
                each.kill()

    def _environ(self, request: Mapping[str, Any], command: str) -> dict[str, str]:
        # folded to the caller's terminal, by alerts/cli/screen.py; anything odd counts as no terminal
        columns = request.get("columns")
        fits = isinstance(columns, int) and 20 <= columns <= 1000
        shown = {"WATCHFLOOR_COLUMNS": str(columns)} if fits else {}
        plain = {} if request.get("color") else {"NO_COLOR": "1"}
        return (self._full if command == SENDS else self._bare) | shown | plain

    async def _read(self, words: list[str], environ: Mapping[str, str]) -> Mapping[str, Any]:
        child = await asyncio.create_subprocess_exec(*COMMAND, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environ)
        self._running.add(child)
        try:
            async with asyncio.timeout(READ_WITHIN):
                return await _printed(child, words)
        except TimeoutError:
            return {"error": f"stopped after {READ_WITHIN:.0f} s; ask for less (--since)"}
        finally:
            # also where the daemon ends meanwhile: no child outlives the request it answers
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()
            self._running.discard(child)


async def _printed(child: Process, words: list[str]) -> Mapping[str, Any]:
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    with suppress(BrokenPipeError, ConnectionResetError):  # it ended before it read its words: its complaint says why
        child.stdin.write(json.dumps(words).encode())
        await child.stdin.drain()
    child.stdin.close()
    try:
        out, err = await asyncio.gather(_up_to(child.stdout, LARGEST_ANSWER), _up_to(child.stderr, LARGEST_COMPLAINT))
    except OverflowError:
        return {"error": f"over {LARGEST_ANSWER // 1_000_000} MB to print; ask for less (--since)"}
    return {"out": out.decode("utf-8", "replace"), "err": err.decode("utf-8", "replace"), "exit": await child.wait()}


async def _up_to(stream: asyncio.StreamReader, most: int) -> bytes:
    """Return what a stream gives to its end. Raises OverflowError as soon as it is more than `most` bytes."""
    parts, size = [], 0
    while part := await stream.read(65536):
        parts.append(part)
        size += len(part)
        if size > most:
            raise OverflowError
    return b"".join(parts)
