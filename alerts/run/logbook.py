"""What is done to the watch goes in: starts, stops, reloads with what they changed, orders; it is written to the store.

A start after a daemon that ended without a word is also told to the admin, in the commit that notes it: once.

`read_log` of alerts/run/log_entries.py gives it back (decision 148).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from alerts.line.notices import queue_all
from alerts.render.counting import counted
from alerts.render.redact import parts, redacted
from alerts.render.words import clocks, time
from alerts.rule import Config
from alerts.rules.changes import changes, difference
from alerts.rules.config import variables
from alerts.run.good_rules import GOOD, last_good
from alerts.run.life_sign import last_seen
from alerts.run.owner import login_of
from alerts.run.rules_file import Saving
from alerts.run.secrets_file import SecretsFile
from alerts.store import audit
from alerts.store.audit import KILLED, Entry, What
from crawler.sources.health import length
from crawler.store import leases
from crawler.store.errors import StoreError
from crawler.store.writer_lane import WriterLane

log = logging.getLogger(__name__)
STOP_WITHIN = 3.0  # seconds to write that we stop: a store that takes nothing must not hold up the end
LONG = timedelta(minutes=1)  # unwatched so long is told each time; the unit starts a killed daemon within 30 s
SIGNAL = "SIGHUP"
SAME = "the files were saved without a change"


class Logbook:
    """Writes entries. A diff never has the values of the secrets; their file is named where it was saved last."""

    def __init__(self, lane: WriterLane, state_dir: Path, rules: Path, secrets: SecretsFile) -> None:
        self._lane, self._state_dir, self._rules, self._secrets = lane, state_dir, rules, secrets

    async def started(self, config: Config, now: datetime, *, always: bool, refused: bool = False) -> None:
        """Write that the daemon started on these rules, and what changed in them while it did not run.

        A single round (not `always`) is no start: only what changed in the rules is written of it. With `refused` the
        rules on disk are not those of `config`, and what changed in them is written elsewhere.
        """
        diff = "" if refused else await asyncio.to_thread(self._difference, config.files)
        lines: tuple[str, ...] = ()
        if diff:
            old = await asyncio.to_thread(last_good, self._state_dir, self._rules, self._secrets.values)
            lines = ("the rules were changed while it did not run:", *(changes(old, config) if old else ()))
        who = saved_by(self._rules, config.files)[0] if diff else ""
        on = f"rules {config.version}: {counted(len(config.rules), 'rule')}, {counted(len(config.sources), 'source')}"
        if always:
            seen = await asyncio.to_thread(last_seen, self._state_dir)
            entry = self._clean(Entry(now, What.START, who, f"started on {on}", lines, diff))
            await self._lane.write(partial(_start, config=config, entry=entry, seen=seen))
        elif diff:
            await self.note(Entry(now, What.RULES, who, f"a single round on {on}", lines, diff))

    async def stopped(self) -> None:
        """Write that the daemon stops; where the store does not take that in time, it is only logged."""
        entry = Entry(datetime.now(UTC), What.STOP, "", "stopped when it was told to")
        try:
            async with asyncio.timeout(STOP_WITHIN):
                await self.note(entry)
        except (SQLAlchemyError, StoreError, TimeoutError) as error:
            log.warning("the stop is not in the log of the store: %r", error)

    async def reloaded(
        self,
        old: Config,
        new: Config,
        now: datetime,
        *,
        signalled: bool,
        saving: Saving | None = None,
        secrets: Iterable[str] = (),
        mended: bool = False,
    ) -> None:
        """Write who saved which rules, what changed, and the names of the secrets that did.

        Nothing where a file was only written anew (sed -i, touch), unless what was refused before is `mended` by it.

        Call it before the new rules are kept as the good ones. `saving` is known where they were saved by way of the
        daemon; else it is the owner of the file that counts.
        """
        diff = await asyncio.to_thread(self._difference, new.files)
        who, file = self._saved_by(new.files)
        who = "" if signalled and not diff else who  # who sent the signal the kernel does not tell us
        cause = _cause(file, signalled=signalled)
        who, cause = (saving.who, saving.what) if saving else (who, cause)
        title = f"rules {old.version} -> {new.version}, {cause}"
        changed = await asyncio.to_thread(changes, old, new)
        values = tuple(f"secret {name}: another value" for name in secrets)
        if not (diff or changed or values or signalled or saving or mended):
            return
        lines = (*changed, *values) or (SAME if not diff else "only comments or the layout",)
        await self.note(Entry(now, What.RULES, who, title, lines, diff))

    async def refused(
        self, config: Config, files: Iterable[str], problems: tuple[str, ...], now: datetime, *, signalled: bool
    ) -> None:
        """Write that rules were refused and why; those of `config` stay in force."""
        diff = await asyncio.to_thread(self._difference, tuple(files))
        who, file = self._saved_by(files)
        many = counted(len(problems), "error")
        title = f"REFUSED for {many}, {_cause(file, signalled=signalled)}; rules {config.version} stay in force"
        await self.note(Entry(now, What.REFUSED, who, title, problems[:20], diff))

    async def note(self, entry: Entry) -> None:
        """Write an entry."""
        await self._lane.write(partial(audit.record, entry=self._clean(entry)))

    def _saved_by(self, files: Iterable[str]) -> tuple[str, str]:
        return saved_by(self._rules, [*files, *([str(self._secrets.path)] if self._secrets.path else [])])

    def _clean(self, entry: Entry) -> Entry:
        return replace(entry, title=redacted(entry.title), lines=tuple(map(redacted, entry.lines)))

    def _difference(self, files: Iterable[str]) -> str:
        """Return what the files on disk have that those which were last in force have not, and the reverse."""
        root = self._rules.resolve().parent
        on_disk = _texts(root, (self._rules, *map(Path, files)))
        kept = self._state_dir / GOOD
        were = _texts(kept.resolve(), kept.rglob("*")) if kept.exists() else on_disk
        environ = self._secrets.values
        values = [environ.get(name, "") for name in variables(on_disk.get(self._rules.name, ""))]
        return difference(were, on_disk, parts(values))


def _start(connection: Connection, config: Config, entry: Entry, seen: datetime | None) -> None:
    """Store a start; where the daemon before ended without a word, say so in it and to the admin.

    `seen` is when a daemon of this state directory last showed life, None if none ever did.
    """
    what, last = audit.last_run(connection) or (None, entry.at)
    # one that started before us and lives did not end: it shares the store
    if leases.number_live(connection) > 1 or what not in {What.START, What.STOP}:
        audit.record(connection, entry)
        return
    if what is What.STOP:
        audit.record(connection, replace(entry, title=f"{entry.title}, {length(entry.at - last)} after the stop"))
        return
    audit.record(connection, replace(entry, lines=(*entry.lines, KILLED)))
    down = min(max(last, seen or last), entry.at)
    since, until = (time(each, config.timezone) for each in (down, entry.at))
    when = clocks(down, entry.at, config.timezone)
    title = f"the watch was down {length(entry.at - down)} ({when}): killed, or the machine went down; it runs again"
    body = (
        f"It was down from {since} to {until}. The daemon was not told to stop: it was killed, or the machine "
        "went down. What the feeds still show of that time is told now; what was being sent may come twice, marked. "
        "Its log may say more (journalctl -u watchfloor), or that of the machine, as where memory ran out "
        "(journalctl -k)."
    )
    log.warning("the daemon before ended without a word last_seen=%s", down)
    # what systemd mended at once is told once an hour: one that ends again and again must not fill the admin's mailbox
    which = entry.at.isoformat() if entry.at - down >= LONG else f"{entry.at:%Y-%m-%dT%H}"
    queue_all(connection, config, f"notice:killed:{which}", title, body, entry.at)


def _texts(root: Path, files: Iterable[Path]) -> dict[str, str]:
    """Return the texts of files by their path below `root`; those that cannot be read are left out."""
    found = {}
    for each in files:
        try:
            path = each.resolve()
            found[str(path.relative_to(root))] = path.read_text(encoding="utf-8", errors="replace")
        except (OSError, ValueError):  # a folder, a file that is gone, or one elsewhere: the problems name it
            continue
    return found


def saved_by(rules: Path, files: Iterable[str]) -> tuple[str, str]:
    """Return the owner of the file that was saved last, and its name. Who wrote into it the kernel does not say."""
    newest: tuple[float, str, str] = (0.0, "", rules.name)
    for each in (rules, *map(Path, files)):
        try:
            seen = each.stat()
        except OSError:
            continue
        newest = max(newest, (seen.st_mtime, login_of(seen.st_uid), each.name))
    return newest[1], newest[2]


def _cause(file: str, *, signalled: bool) -> str:
    return f"read again by {SIGNAL}" if signalled else f"{file} was saved"
