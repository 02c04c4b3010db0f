"""The rules on disk are read again: what follows them is given the new ones, and whoever must know is told.

Where they have errors, the rules in force stay.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from alerts.line.notices import give_notice
from alerts.render.counting import counted
from alerts.rule import Config
from alerts.rules.lint import never_holding
from alerts.rules.match import Matcher
from alerts.run.commands import Commands
from alerts.run.good_rules import keep
from alerts.run.health import unset_lines, unset_words
from alerts.run.heap import give_back
from alerts.run.logbook import Logbook
from alerts.run.rules_file import RulesFile, in_force_words, refused_words
from alerts.run.sharing import Sharing
from alerts.run.stage import Stage, use_in_stages
from alerts.run.stored import note_reload
from alerts.store.opening import VARIABLE
from crawler.config.problems import ConfigError
from crawler.store.writer_lane import Lane

log = logging.getLogger(__name__)
LOOKED_BACK = timedelta(hours=24)  # over which a reload counts what the new rules would have told


class Reloading:
    """Takes the rules on disk into force. `matcher` returns that of the rules in force."""

    def __init__(
        self,
        rules: RulesFile,
        lane: Lane,
        logbook: Logbook,
        state_dir: Path,
        stages: Sequence[Stage],
        commands: Commands,
        matcher: Callable[[], Matcher],
        sharing: Sharing | None,
    ) -> None:
        self._rules, self._lane, self._logbook, self._state_dir = rules, lane, logbook, state_dir
        self._stages, self._commands, self._matcher, self._sharing = stages, commands, matcher, sharing
        self._reloading = asyncio.Lock()
        self._is_refused = False  # the rules on disk, and the admin was told

    @property
    def config(self) -> Config:
        """Return the rules in force."""
        return self._rules.config

    async def begin(self, now: datetime, *, always: bool) -> None:
        """Note and tell by which rules a start goes on; `always` notes it also where nothing has changed."""
        if self._rules.problems:  # we run by the rules that were last in force
            await self._refuse(self._rules.problems, now)
            await self._logbook.started(self.config, now, always=always, refused=True)
        else:
            # where daemons share a store, it was perhaps another's rules that were refused
            was_refused = await self._note_reload(now, "start", unset_lines(self.config)) and self._sharing is None
            await self._tell_mended(now, was_refused=was_refused)
            await self._logbook.started(self.config, now, always=always)
            await asyncio.to_thread(keep, self._state_dir, self.config)
        await self._tell_unset(now)

    async def reload(self, now: datetime) -> bool:
        """Read rules.yaml again. Return False where it has errors: the rules in force stay, and the admin is told.

        Raises StageError where a stage could not follow; the others have.
        """
        async with self._reloading:
            applied = await self._reload(now)
        give_back()
        return applied

    async def _reload(self, now: datetime) -> bool:
        before = self.config
        try:
            loaded = await self._rules.load()
        except ConfigError as error:
            await self._tell_secrets(now)
            await self._refuse(tuple(str(problem) for problem in error.problems), now)
            return False
        await self._tell_secrets(now)
        await use_in_stages(self._stages, loaded, now)
        if self._sharing:
            self._sharing.use(loaded)
        if loaded.store != before.store or VARIABLE in self._rules.changed:
            log.warning("settings.store was changed: the store stays the one that was opened until the next start")
        if self._rules.changed:
            log.info("secrets read again changed=%s", ",".join(self._rules.changed))
        log.info(
            "rules reloaded version=%s rules=%d sources=%d",
            loaded.version,
            len(loaded.rules),
            len(loaded.sources),
            extra={"is_counted": False},  # the last such line names the rules in force
        )
        await self._note_reload(now, "applied", unset_lines(loaded))
        mended = self._is_refused
        await self._tell_mended(now, was_refused=mended)
        if set(unset_lines(loaded)) - set(unset_lines(before)):  # the others the admin was told of
            await self._tell_unset(now)
        read = self._rules
        await self._logbook.reloaded(
            before, loaded, now, signalled=read.signalled, saving=read.saving, secrets=read.changed, mended=mended
        )
        await asyncio.to_thread(keep, self._state_dir, loaded)
        for each in await asyncio.to_thread(never_holding, loaded):
            log.warning("in the rules in force: %s", each)
        caught = await asyncio.to_thread(self._commands.missed, loaded, self._matcher(), now - LOOKED_BACK)
        stories = len({each.revision.placement.story for each in caught})
        more = f"{counted(stories, 'story')} more"
        log.info("of the last 24 h the rules would have told %s: watchfloor rematch sends what was not told", more)
        return True

    async def _tell_unset(self, now: datetime) -> None:
        """Tell the admin what does not run as a secret is not set: sources, translation. All else runs."""
        if unset_lines(self.config):
            title, body = unset_words(self.config)
            await give_notice(self._lane, self.config, f"unset:{now.isoformat()}", title, body, now)

    async def _tell_secrets(self, now: datetime) -> None:
        """Log and tell why secrets on disk are not used; those in force stay."""
        if faults := [str(each) for each in self._rules.secrets.faults]:
            for each in faults:
                log.error("secrets not taken, the old ones stay in force: %s", each)
            title = f"{Path(self._rules.secrets.path or '').name} is not taken; the old secrets stay in force"
            await give_notice(self._lane, self.config, f"secrets:{now.isoformat()}", title, "\n".join(faults), now)

    async def _refuse(self, problems: tuple[str, ...], now: datetime) -> None:
        """Log, note and tell the admin why the rules on disk are not used."""
        for each in problems:
            log.error("rules not reloaded, the old ones stay in force: %s", each)
        await self._note_reload(now, "refused", problems)
        kept = self._rules
        await self._logbook.refused(self.config, kept.files, problems, now, signalled=kept.signalled)
        self._is_refused = True
        title, body = refused_words(kept.path, self.config.version, problems)
        await give_notice(self._lane, self.config, f"reload:{now.isoformat()}", title, body, now)

    async def _tell_mended(self, now: datetime, *, was_refused: bool) -> None:
        """Give the admin the all-clear where the rules that are in force now were refused before."""
        if was_refused:
            title, body = in_force_words(self._rules.path, self.config.version)
            await give_notice(self._lane, self.config, f"mended:{now.isoformat()}", title, body, now)
        self._is_refused = False

    async def _note_reload(self, now: datetime, result: str, problems: tuple[str, ...]) -> bool:
        """Store what `status` and `handover` say of the last reload; return whether the one before was refused."""
        note = partial(note_reload, now=now, result=result, version=self.config.version, problems=problems)
        return await self._lane.write(note)
