"""`settings.board` goes in; the watch board is served there by a child process, started again whenever it ends.

The child has no secret, reads the store only, and gives orders over the control socket as commands do: neither a page
nor the end of the board touches the watch. Where its standard input ends, as when the daemon is killed, it goes on for
its readers until the next daemon is there (alerts/board/alone.py).
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from alerts.run import board_fault
from alerts.run.reads import KEPT
from crawler.config.served import OFF, VARIABLE
from crawler.config.settings import BoardSettings

log = logging.getLogger(__name__)
COMMAND = (sys.executable, "-m", "alerts", "board", "--under-daemon")  # by name: this room imports nothing of the board
TAKEN = 69  # exit code: EX_UNAVAILABLE of sysexits.h, the address is taken
NOT_STARTED = 71  # as an exit code: EX_OSERR of sysexits.h, the system gives us no process
LOOKED = 0.5  # seconds between two looks whether the settings have changed
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds before it is started again; the pause doubles
LASTING = 60.0  # seconds after which a start counts as well done, and the pauses begin anew
TOLD_AFTER = 3  # ends in a row
SERVED_AFTER = 10.0  # seconds after which a start is taken to serve: one whose address is taken ends before
ENDS_WITHIN = 5.0  # seconds
Tell = Callable[[str, str], object]


class BoardProcess:
    """Keeps the board running from `start` to `close`, at whatever address the settings name."""

    def __init__(
        self,
        settings: Callable[[], BoardSettings],
        rules: Path,
        state_dir: Path,
        environ: Mapping[str, str],
        tell: Tell,
    ) -> None:
        self._settings, self._tell, self._state_dir = settings, tell, state_dir
        self._faulty = False
        self._given = environ.get(VARIABLE, "")
        places = {"WATCHFLOOR_CONFIG": str(rules.absolute()), "WATCHFLOOR_STATE_DIR": str(state_dir.absolute())}
        passed = (*KEPT, "WATCHFLOOR_SOCKET")
        self._environ = {name: environ[name] for name in passed if name in environ} | places
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to keep it running."""
        board_fault.forget(self._state_dir)
        self._task = asyncio.create_task(self._keep(), name="board")

    async def close(self) -> None:
        """End it."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._well()

    def _address(self) -> str:
        given = self._given or self._settings().address
        return "" if given == OFF else given

    async def _keep(self) -> None:
        ends, told = 0, False
        while True:
            if not self._address():
                self._well()
                await asyncio.sleep(LOOKED)
                continue
            began = time.monotonic()
            try:
                code = await self._run()
            except OSError as error:  # of memory or processes there are too few
                log.error("board not started: %s", error)
                code = NOT_STARTED
            if code is None:  # the address changed
                ends, told = 0, False
                continue
            if time.monotonic() - began > LASTING:
                ends, told = 0, False
            ends += 1
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(ends - 1, 10))
            log.error("board ended code=%d times=%d again_in=%.0fs", code, ends, pause)
            if code == TAKEN or ends >= TOLD_AFTER:
                self._faulty = True
                board_fault.note(self._state_dir, os.getpid(), self._words(code, ends))
                if not told:
                    self._tell("the watch board is not served", self._words(code, ends))
                told = True
            await self._pause(pause)

    def _well(self) -> None:
        """Take back that it is not served."""
        if self._faulty:
            self._faulty = False
            board_fault.forget(self._state_dir)

    def _words(self, code: int, ends: int) -> str:
        if code == TAKEN:
            return f"settings.board: {self._address()} is taken; name another address, or off. The watch goes on."
        return f"It ended {ends} times in a row (exit code {code}); the daemon's log says why. The watch goes on."

    async def _run(self) -> int | None:
        """Run it until it ends; return its exit code, None where it was ended as it is to be served elsewhere.

        What else the settings say of the board it reads itself.
        """
        address = self._address()
        child = await asyncio.create_subprocess_exec(
            *COMMAND, "--at", address, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
            env=self._environ, process_group=0,  # Ctrl-C in a terminal is for the daemon, which ends its own
        )  # fmt: skip
        ending, served = asyncio.ensure_future(child.wait()), time.monotonic() + SERVED_AFTER
        try:
            while self._address() == address:
                done, _ = await asyncio.wait({ending}, timeout=LOOKED)
                if done:
                    return ending.result()
                if time.monotonic() > served:
                    self._well()
            return None
        finally:
            over = asyncio.ensure_future(_end(child))
            try:
                await asyncio.shield(over)
            except asyncio.CancelledError:  # we are to end while it ends: no process is left behind for that
                await over
                raise

    async def _pause(self, seconds: float) -> None:
        """Wait before the next start, but not for an address that is no longer in force."""
        address, until = self._address(), time.monotonic() + seconds
        while time.monotonic() < until and self._address() == address:  # noqa: ASYNC110 - a reload sets no event
            await asyncio.sleep(LOOKED)


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.stdin:
        child.stdin.close()
    if child.returncode is not None:
        return
    with suppress(ProcessLookupError):
        child.terminate()
    try:
        await asyncio.wait_for(child.wait(), ENDS_WITHIN)
    except TimeoutError:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
