"""The stage that tells of stages: what failed in a turn goes in, a notice of what fails again and again comes out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from alerts.line.direct_notice import tell_once
from alerts.line.notices import give_notice
from alerts.line.triage import Triage
from alerts.rule import Config
from alerts.run.stage import Stage, Turn
from alerts.run.stages import Send
from crawler.store.faults import in_words
from crawler.store.writer_lane import Lane

FAILING_OFTEN, FAILING_WITHIN = 3, timedelta(minutes=10)  # failures of a stage in this time: no passing fault
ARTICLES_NAMED = 20  # in one notice


class TellFailing(Stage):
    """Tell the admin of articles that could not be matched, and of stages that fail again and again.

    The last stage, so that `turn.failed` names all that failed before it. Its notice is stored and sent like any other,
    but past the store where sending itself is what fails; where the store takes nothing or is gone, the watch tells.
    """

    name = "tell failing"
    failing = "nothing is told of what fails"

    def __init__(
        self, config: Config, triage: Triage, lane: Lane, state_dir: Path, store_there: Callable[[], bool]
    ) -> None:
        super().__init__(config)
        self._store_there = store_there
        self._triage, self._lane, self._state_dir = triage, lane, state_dir
        self._failed: dict[str, list[datetime]] = {}  # by stage: its failures of the last FAILING_WITHIN
        self._told: set[str] = set()

    async def run(self, turn: Turn) -> None:
        if self._triage.failed:
            await self._tell_unmatched(turn.now)
        self._note(turn)
        if not self._store_there():  # the watch tells it, as the one reason for all that fails
            return
        for name, error in turn.failed.items():
            if len(self._failed[name]) >= FAILING_OFTEN and name not in self._told:
                words = f"It is tried again all the time, and what waits is kept; the log says more: {in_words(error)}"
                cause = f"failing:{name}:{turn.now.isoformat()}"
                if name == Send.name:
                    told = (self._state_dir, self.config, turn.stopped[name], words, turn.now)
                    await asyncio.to_thread(tell_once, *told)
                else:
                    await give_notice(self._lane, self.config, cause, turn.stopped[name], words, turn.now)
                self._told.add(name)

    def shift(self, step: timedelta) -> None:
        self._failed = {name: [at + step for at in times] for name, times in self._failed.items()}

    def _note(self, turn: Turn) -> None:
        """Add what failed in this turn, and forget what has not failed for FAILING_WITHIN: the next time it is told."""
        for name in turn.failed:
            self._failed.setdefault(name, []).append(turn.now)
        since = turn.now - FAILING_WITHIN
        # A stage that works once a minute fails in few of the turns: a turn without a failure is no recovery.
        recent = {name: [at for at in times if at > since][-FAILING_OFTEN:] for name, times in self._failed.items()}
        self._failed = {name: times for name, times in recent.items() if times}
        self._told &= self._failed.keys()

    async def _tell_unmatched(self, now: datetime) -> None:
        failed, self._triage.failed = self._triage.failed, []
        ids = ", ".join(revision.article.id for revision in failed[:ARTICLES_NAMED])
        words = f"The log says why. They are stored and were not judged: {ids}"
        title = f"{len(failed)} articles could not be matched"
        await give_notice(self._lane, self.config, f"unmatched:{failed[0].seq}", title, words, now)
