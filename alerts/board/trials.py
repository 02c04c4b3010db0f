"""Rules that are tried: each trial runs in a process of its own, one at a time, and can be stopped; the last are kept.

They live in the board's process only: a board that is started anew knows none of the earlier ones.
"""

from __future__ import annotations

import json
import logging
import secrets
import subprocess
import sys
import tempfile
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import IO, Any

log = logging.getLogger(__name__)
COMMAND = (sys.executable, "-m", "alerts.run.trial")
KEPT = 20  # trials
AT_ONCE = 2  # that run
UNSIGNED_AT_ONCE = 1  # of them for those who have not signed in
LARGEST_LINE = 4_000_000  # characters of an answer


class Busy(Exception):
    """So many trials run that no further one is begun; the message says so to the reader."""


@dataclass(slots=True)
class Trial:
    """A rule that is tried: what was asked, how far it is, and what came of it.

    `state` is running, done, refused, stopped or failed; `problems` say why it was refused or failed.
    """

    id: str
    asked: Mapping[str, Any]
    signed: bool  # whoever asked had signed in
    state: str = "running"
    progress: tuple[int, int] = (0, 0)
    problems: tuple[str, ...] = ()
    result: Mapping[str, Any] | None = None
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def record(self) -> dict[str, Any]:
        """The trial as its page and JSON have it."""
        return {
            "trial": self.id,
            "state": self.state,
            "done": self.progress[0],
            "whole": self.progress[1],
            "problems": list(self.problems),
            "result": self.result,
        }


class Trials:
    """The trials of a board, until `close`. Every method may be called in any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[str, Trial] = OrderedDict()

    def begin(self, asked: Mapping[str, Any], shown: Mapping[str, Any], *, signed: bool) -> Trial:
        """Start a trial; `asked` is the request as alerts/run/trial.py takes it, `shown` the form. Raises Busy."""
        with self._lock:
            running = [each for each in self._kept.values() if each.state == "running"]
            unsigned = sum(not each.signed for each in running)
            if len(running) >= AT_ONCE or (not signed and unsigned >= UNSIGNED_AT_ONCE):
                raise Busy("Other rules are being tried now; wait for them, stop one, or sign in.")
            made = Trial(secrets.token_hex(8), shown, signed)
            made.process = subprocess.Popen(  # noqa: S603 - our own program
                COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            self._kept[made.id] = made
            while len(self._kept) > KEPT:
                self._drop_oldest()
        Thread(target=self._follow, args=(made, asked), name="trial", daemon=True).start()
        return made

    def _drop_oldest(self) -> None:
        oldest = next((name for name, each in self._kept.items() if each.state != "running"), None)
        if oldest is not None:
            del self._kept[oldest]

    def get(self, name: str) -> Trial | None:
        """Return a trial, None for an unknown one."""
        return self._kept.get(name)

    def stop(self, name: str) -> bool:
        """Stop a trial that runs; return whether there was one."""
        found = self._kept.get(name)
        if found is None or found.state != "running":
            return False
        found.state = "stopped"
        _kill(found)
        return True

    def close(self) -> None:
        """Stop all trials."""
        for each in list(self._kept):
            self.stop(each)

    def _follow(self, trial: Trial, asked: Mapping[str, Any]) -> None:
        with tempfile.TemporaryDirectory(prefix="watchfloor-trial-") as folder:
            self._hear(trial, json.dumps({**asked, "folder": folder}))

    def _hear(self, trial: Trial, asked: str) -> None:
        """Take what the process says until its end."""
        assert trial.process is not None
        said: list[str] = []
        with trial.process as process:  # its pipes are closed behind it
            assert process.stdin is not None
            assert process.stdout is not None
            ear = Thread(target=_listen, args=(process.stderr, said), daemon=True)
            ear.start()
            try:
                process.stdin.write(asked + "\n")
                process.stdin.close()
                while line := process.stdout.readline(LARGEST_LINE):
                    _take(trial, json.loads(line))
            except (OSError, ValueError) as error:
                log.warning("trial not read to its end: %s", error)
                _kill(trial)
            code = process.wait()
            ear.join(1.0)
        if trial.state == "running":
            log.error("trial failed code=%d: %s", code, "".join(said)[-2_000:])
            trial.problems = ("It took too much time or memory, or failed; the board's log says more.",)
            trial.state = "failed"


def _listen(stream: IO[str], said: list[str]) -> None:
    """Read what is written to standard error to its end, so that its pipe is never full; keep the last lines."""
    for line in stream:
        said.append(line)
        del said[:-50]


def _take(trial: Trial, said: Mapping[str, Any]) -> None:
    if trial.state != "running":
        return
    if "progress" in said:
        done, whole = said["progress"]
        trial.progress = (int(done), int(whole))
    elif "problems" in said:
        trial.problems, trial.state = tuple(map(str, said["problems"])), "refused"
    else:
        trial.result, trial.state = said["result"], "done"


def _kill(trial: Trial) -> None:
    if trial.process is not None:
        trial.process.kill()
