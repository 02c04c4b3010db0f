"""What is done to the watch goes in: starts, stops, reloads with what they changed, orders. `read_log` gives it back.

It is kept in the store (decision 148). Acks, silences and notices have tables of their own and are read from there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from alerts.alert import Ack
from alerts.decide.feedback import Judgement
from alerts.line.orders import stamp
from alerts.render.redact import parts, redacted
from alerts.rule import Config
from alerts.rules.changes import changes, difference
from alerts.rules.config import variables
from alerts.run.good_rules import GOOD, last_good
from alerts.run.owner import login_of
from alerts.store import acks, audit, feedback, notices, silences
from alerts.store.audit import Entry, What
from crawler.store.db import WriterLane

log = logging.getLogger(__name__)
STOP_WITHIN = 3.0  # seconds to write that we stop: a store that takes nothing must not hold up the end
SIGNAL = "SIGHUP"
KILLED = "the one before ended without a word: it was killed, or the machine went down"
SAME = "the files were saved without a change"


class Logbook:
    """Writes entries. `known` are the secrets that a diff must not have."""

    def __init__(self, lane: WriterLane, state_dir: Path, rules: Path, environ: Mapping[str, str]) -> None:
        self._lane, self._state_dir, self._rules, self._environ = lane, state_dir, rules, environ

    async def started(self, config: Config, now: datetime, *, always: bool) -> None:
        """Write that the daemon started on these rules, and what changed in them while it did not run.

        A single round is only written where the rules changed, unless `always`.
        """
        diff = await asyncio.to_thread(self._difference, config.files)
        lines: tuple[str, ...] = ()
        if diff:
            old = await asyncio.to_thread(last_good, self._state_dir, self._rules, self._environ)
            lines = ("the rules were changed while it did not run:", *(changes(old, config) if old else ()))
        if always or diff:
            title = f"started on rules {config.version}: {len(config.rules)} rules, {len(config.sources)} sources"
            who = saved_by(self._rules, config.files)[0] if diff else ""
            await self._lane.write(partial(_start, entry=Entry(now, What.START, who, title, lines, diff)))

    async def stopped(self) -> None:
        """Write that the daemon stops; where the store does not take that in time, it is only logged."""
        entry = Entry(datetime.now(UTC), What.STOP, "", "stopped when it was told to")
        try:
            async with asyncio.timeout(STOP_WITHIN):
                await self.note(entry)
        except (SQLAlchemyError, TimeoutError) as error:
            log.warning("the stop is not in the log of the store: %r", error)

    async def reloaded(self, old: Config, new: Config, now: datetime, *, signalled: bool) -> None:
        """Write who saved which rules, and what changed. Call it before the new rules are kept as the good ones."""
        diff = await asyncio.to_thread(self._difference, new.files)
        who, file = saved_by(self._rules, new.files)
        who = "" if signalled and not diff else who  # who sent the signal the kernel does not tell us
        title = f"rules {old.version} -> {new.version}, {_cause(file, signalled=signalled)}"
        changed = await asyncio.to_thread(changes, old, new)
        lines = changed or (SAME if not diff else "only comments or the layout",)
        await self.note(Entry(now, What.RULES, who, title, lines, diff))

    async def refused(
        self, config: Config, files: Iterable[str], problems: tuple[str, ...], now: datetime, *, signalled: bool
    ) -> None:
        """Write that rules were refused and why; those of `config` stay in force."""
        diff = await asyncio.to_thread(self._difference, tuple(files))
        who, file = saved_by(self._rules, files)
        many = f"{len(problems)} error{'s' * (len(problems) != 1)}"
        title = f"REFUSED for {many}, {_cause(file, signalled=signalled)}; rules {config.version} stay in force"
        await self.note(Entry(now, What.REFUSED, who, title, problems[:20], diff))

    async def note(self, entry: Entry) -> None:
        """Write an entry."""
        await self._lane.write(partial(audit.record, entry=self._clean(entry)))

    def _clean(self, entry: Entry) -> Entry:
        return replace(entry, title=redacted(entry.title), lines=tuple(map(redacted, entry.lines)))

    def _difference(self, files: Iterable[str]) -> str:
        """Return what the files on disk have that those which were last in force have not, and the reverse."""
        root = self._rules.resolve().parent
        on_disk = _texts(root, (self._rules, *map(Path, files)))
        kept = self._state_dir / GOOD
        were = _texts(kept.resolve(), kept.rglob("*")) if kept.exists() else on_disk
        values = [self._environ.get(name, "") for name in variables(on_disk.get(self._rules.name, ""))]
        return difference(were, on_disk, parts(values))


def _start(connection: Connection, entry: Entry) -> None:
    killed = audit.last_run(connection) is What.START
    audit.record(connection, replace(entry, lines=(*entry.lines, *([KILLED] if killed else []))))


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


def _through(ack: Ack) -> str:
    """Return by which service an ack came; nothing of an order, whose giver says whether it was on the board."""
    return "" if ack.via == acks.BY_COMMAND else f" by {ack.via}"


def read_log(connection: Connection, since: datetime) -> list[Entry]:
    """Return everything that was done since then, oldest first: with acks, silences and notices."""
    found = [*audit.entries_since(connection, since), *_notices(connection, since)]
    found += [
        Entry(each.at, What.ACK, each.by, f"{each.story} acknowledged{_through(each)}")
        for each in acks.acks_since(connection, since)
    ]
    found += [
        Entry(each.at, What.FEEDBACK, each.by, f"{each.story} {_verdict(each)}, by {each.via}: {each.title}")
        for each in feedback.judgements_given_since(connection, since)
    ]
    for each in silences.silences_since(connection, since):
        named = f"{each.id} on {each.scope.value} {each.value}"
        if each.begins >= since:
            found.append(Entry(each.begins, What.SILENCE, each.author, f"{named} begins: {each.reason}"))
        if each.ended_by and each.ends >= since:
            found.append(Entry(each.ends, What.SILENCE, each.ended_by, f"{named} ended"))
    return sorted(found, key=lambda entry: entry.at)


def _verdict(judgement: Judgement) -> str:
    reason = f" ({judgement.reason})" if judgement.reason else ""
    return f"{'relevant' if judgement.relevant else 'not relevant'}{reason}"


def _notices(connection: Connection, since: datetime) -> Iterable[Entry]:
    for each in notices.notices_since(connection, since):
        title = str((each.payload or {}).get("title", each.subject))
        yield Entry(each.queued, What.NOTICE, "", f"{title} ({each.receiver}: {each.state.value}, {each.id})")


def describe_entry(entry: Entry) -> dict[str, object]:
    """Return an entry as `--json` prints it."""
    plain_keys = {"what": entry.what.value, "who": entry.who, "title": entry.title}
    return {"at": stamp(entry.at), **plain_keys, "lines": list(entry.lines), "diff": entry.diff}
