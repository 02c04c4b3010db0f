"""A headline goes to the language model in a child process; its vector comes back, or why there is none.

The child may die, hang or be killed: it is ended, and the next headline starts another one.
"""

from __future__ import annotations

import asyncio
import base64
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from typing import Any

# what a child that died, or that says what is no answer, brings about
BROKEN = (OSError, ValueError, KeyError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)
STARTED_WITHIN = 60.0  # seconds to load the model: one alone on the machine, a minute beside a storm
ANSWERED_WITHIN = 20.0  # seconds: a headline takes some 30 ms


class EncoderFault(Exception):
    """There is no vector; the message says why. `own` says that only this headline is at fault."""

    def __init__(self, words: str, *, own: bool = False) -> None:
        super().__init__(words)
        self.own = own


class Encoder:
    """The child process with the model: started with the first headline, ended by `close`."""

    def __init__(self) -> None:
        self._child: Process | None = None
        self._is_ready = False
        self._asked = 0
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """The number of the child, None while there is none."""
        return self._child.pid if self._child else None

    @property
    def is_ready(self) -> bool:
        """Whether the model is loaded, as far as is known: a headline is read at once."""
        return self._is_ready and self._child is not None and self._child.returncode is None

    async def encode(self, text: str) -> bytes:
        """Return the vector of a headline, one signed byte a dimension. Raise EncoderFault."""
        async with self._turn:
            try:
                child = await self._started()
                async with asyncio.timeout(ANSWERED_WITHIN):
                    return await self._answer(child, text)
            except TimeoutError:
                await self._end()
                raise EncoderFault(f"no answer within {ANSWERED_WITHIN:.0f} s: the process was ended") from None
            except BROKEN as error:
                raise EncoderFault(await self._death(error)) from error

    async def start(self) -> None:
        """Load the model ahead of the first headline. Raise EncoderFault."""
        async with self._turn:
            try:
                await self._started()
            except BROKEN as error:
                raise EncoderFault(await self._death(error)) from error

    async def close(self) -> None:
        """End the child."""
        async with self._turn:
            await self._end()

    async def _started(self) -> Process:
        if self._child and self._child.returncode is not None:
            raise ConnectionResetError
        if self._child is None:
            command = (sys.executable, "-m", "alerts.run.encoder_child")
            self._child = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, process_group=0)
        if not self._is_ready:
            try:
                async with asyncio.timeout(STARTED_WITHIN):
                    said = await _line(self._child)
            except TimeoutError:
                await self._end()
                raise EncoderFault(f"not ready within {STARTED_WITHIN:.0f} s: the process was ended") from None
            if "fault" in said:
                await self._end()
                raise EncoderFault(str(said["fault"]))
            self._is_ready = True
        return self._child

    async def _answer(self, child: Process, text: str) -> bytes:
        self._asked += 1
        assert child.stdin
        child.stdin.write(f"{json.dumps({'id': self._asked, 'text': text})}\n".encode())
        await child.stdin.drain()
        while (said := await _line(child)).get("id") != self._asked:
            pass  # the answer to whoever waited no longer
        if "fault" in said:
            raise EncoderFault(str(said["fault"]), own=True)
        return base64.b64decode(said["vector"])

    async def _death(self, error: Exception) -> str:
        """End the child, and return in words how it ended by itself."""
        code = await self._end()
        if code is None:
            return f"the process was not started: {error}"
        if code == -signal.SIGKILL:
            return "the process was killed (SIGKILL): most often the machine is short of memory"
        if code < 0:
            return f"the process was ended by {signal.Signals(-code).name}"
        return f"the process ended with exit code {code}"

    async def _end(self) -> int | None:
        """End the child if it runs; return its exit code, None if there was no child."""
        child, self._child, self._is_ready = self._child, None, False
        if child is None:
            return None
        if child.stdin:
            child.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(0.2):  # whoever is ending by itself says how
                return await child.wait()
        with suppress(ProcessLookupError):
            child.kill()
        return await child.wait()


async def _line(child: Process) -> dict[str, Any]:
    """Return the next line that the child says. Raise IncompleteReadError where it has ended."""
    assert child.stdout
    said: dict[str, Any] = json.loads(await child.stdout.readuntil(b"\n"))
    return said
