"""SQL on alerts, decisions, told-state, waits and marks. Every function takes the connection of its commit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Row,
    Table,
    Text,
    bindparam,
    cast,
    delete,
    func,
    select,
    text,
    update,
)

from alerts.alert import Alert, Reason, Severity
from alerts.decision import Decision, Told, Wait
from alerts.store import snapshot
from crawler.store import chain
from crawler.store.asked import parts
from crawler.store.db import UtcTime
from crawler.store.prepared import Prepared
from crawler.store.saving import save, save_once

HELD = text("silence IS NOT NULL")  # of decisions: what a silence held back
metadata = MetaData()  # of all tables of `alerts`: tests compare it with the migrated schema
alerts = Table(
    "alerts",
    metadata,
    Column("story", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("severity", Integer, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("content", Text, nullable=False),  # JSON of snapshot.py; severity and created are columns for queries
    Index("alerts_by_time", "created"),
)
decisions = Table(
    "decisions",
    metadata,
    Column("seq", Integer, primary_key=True),  # of the revision that caused the decision
    Column("target", Text, primary_key=True),
    Column("story", Text, primary_key=True),  # a revision may also release waits of other stories of its thread
    Column("at", UtcTime, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("queued", Boolean, nullable=False),
    Column("rules", Text, nullable=False),
    Column("waiting", Text, nullable=False),
    Column("silence", Text),  # the first one that held it back
    Index("decisions_by_story", "story"),
    Index("decisions_by_time", "target", "at"),
    # in PostgreSQL too (alerts_12); said here, it would load that dialect where no store is in it: 2 MB, .03 s
    Index("decisions_by_silence", "silence", sqlite_where=HELD),
)
told = Table(
    "told",
    metadata,
    Column("story", Text, primary_key=True),
    Column("target", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("rules", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("pinged", UtcTime),  # in the future while a ping waits
    Column("untold", Text, nullable=False),
    Column("origins", Integer, nullable=False),
    Index("told_by_pinged", "pinged"),  # at the start, those ahead of the clock
)
waits = Table(
    "waits",
    metadata,
    Column("story", Text, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("thread", Text, nullable=False),
    Column("seq", Integer, nullable=False),  # of the revision that matched
    Column("at", UtcTime, nullable=False),
    Column("match", Text, nullable=False),
    Index("waits_by_thread", "thread"),
)
counts = Table("alert_counts", metadata, Column("name", Text, primary_key=True), Column("n", Integer, nullable=False))
marks = Table("marks", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

WAITED_AT_MOST = timedelta(days=14)  # a thread takes in stories for four days, so nothing can end a wait by then


def get_mark(connection: Connection, name: str) -> str | None:
    """Return the value of a mark, such as the last revision triaged; None if it was never set."""
    value: str | None = _MARK.scalar(connection, {"wanted": name})
    return value


# built once: read for every batch of triage, at each tick
_MARK = Prepared(select(marks.c.value).where(marks.c.name == bindparam("wanted")))


def set_mark(connection: Connection, name: str, value: str) -> None:
    """Store the value of a mark."""
    save(connection, marks, {"name": name, "value": value}, "name")


def drop_mark(connection: Connection, name: str) -> None:
    """Delete a mark, if there is one."""
    connection.execute(delete(marks).where(marks.c.name == name))


def told_of(connection: Connection, story: str) -> dict[str, Told]:
    """Return what each target was told of a story, by target."""
    return {row.target: _told(row) for row in _TOLD.rows(connection, {"wanted": story})}


_TOLD = Prepared(select(told).where(told.c.story == bindparam("wanted")))


def told_of_stories(connection: Connection, stories: Iterable[str]) -> dict[str, dict[str, Told]]:
    """Return what each target was told of some stories, by target and story."""
    by_target: dict[str, dict[str, Told]] = {}
    for part in parts(stories):
        for row in _TOLD_OF.rows(connection, {"stories": part}):
            by_target.setdefault(row.target, {})[row.story] = _told(row)
    return by_target


_TOLD_OF = Prepared(select(told).where(told.c.story.in_(bindparam("stories", expanding=True))))


def _told(row: Row[Any]) -> Told:
    rules, untold = frozenset(_names(row.rules)), _names(row.untold)
    return Told(rules, Severity(row.severity), row.revision, row.pinged, untold, row.origins)


@lru_cache(maxsize=1024)  # an event in many stories asks for what each was told, mostly by the same few rules
def _names(listed: str) -> tuple[str, ...]:
    return tuple(json.loads(listed))


def save_told(connection: Connection, story: str, target: str, now: datetime, what: Told) -> None:
    """Store what a target knows of a story, in place of what it knew."""
    values = {
        "story": story,
        "target": target,
        "at": now,
        "rules": json.dumps(sorted(what.rules)),
        "severity": int(what.severity),
        "revision": what.revision,
        "pinged": what.pinged,
        "untold": json.dumps(what.untold, ensure_ascii=False),
        "origins": what.origins,
    }
    save(connection, told, values, "story", "target")


def forget_told(connection: Connection, story: str, target: str) -> None:
    """Delete what a target was told of a story, so that the next report of it alerts."""
    connection.execute(delete(told).where(told.c.story == story, told.c.target == target))


def add_decisions(
    connection: Connection, seq: int, story: str, now: datetime, made: Iterable[Decision], silence: str | None = None
) -> None:
    """Store decisions with their reasons, suppressed ones too: `explain` answers from them.

    `silence` is the id of the first silence that applied, None for none: it stands with what was held back.
    """
    rows = [_decision_row(seq, story, now, each) for each in made]
    for row in rows:
        row["silence"] = silence if row["reason"] == Reason.SILENCED.value else None
    _ADD_DECISIONS.change_all(connection, rows)


_ADD_DECISIONS = Prepared(decisions.insert())  # built once, as are those below: each match asks


def add_late_decision(connection: Connection, seq: int, story: str, now: datetime, made: Decision) -> None:
    """Store a decision made again on a revision; the first one for its target stays, as the record of that time."""
    save_once(connection, decisions, _decision_row(seq, story, now, made))


def _decision_row(seq: int, story: str, now: datetime, made: Decision) -> dict[str, Any]:
    return {
        "seq": seq,
        "target": made.target,
        "at": now,
        "story": story,
        "receiver": made.receiver,
        "kind": made.kind.value,
        "severity": int(made.severity),
        "reason": made.reason.value,
        "queued": made.queue,
        "rules": json.dumps(made.rules),
        "waiting": json.dumps(made.waiting),
    }


def save_wait(connection: Connection, wait: Wait, now: datetime) -> None:
    """Store a match until its rule's `when` is met; it replaces an older match of the same story and rule."""
    content = snapshot.dump_match(wait.match)
    values = {"story": wait.story, "rule": wait.match.rule, "thread": wait.thread, "seq": wait.seq, "at": now}
    save(connection, waits, values | {"match": content}, "story", "rule")


def waits_in(connection: Connection, thread: str) -> list[Wait]:
    """Return the matches that wait in a thread, oldest first."""
    rows = _WAITS.rows(connection, {"wanted": thread})
    return [Wait(row.story, row.thread, row.seq, snapshot.load_match(row.match)) for row in rows]


_WAITS = Prepared(select(waits).where(waits.c.thread == bindparam("wanted")).order_by(waits.c.seq, waits.c.rule))


def threads_that_wait(connection: Connection, threads: Iterable[str]) -> set[str]:
    """Return those of the threads in which a match waits."""
    return {name for part in parts(threads) for name in _THREADS_THAT_WAIT.scalars(connection, {"threads": part})}


_THREADS_THAT_WAIT = Prepared(select(waits.c.thread).where(waits.c.thread.in_(bindparam("threads", expanding=True))))


def join_threads(connection: Connection, moved: str, into: str) -> None:
    """Let what waits in a thread wait in another one, which its stories were moved into."""
    _MOVE_WAITS.change(connection, {"moved": moved, "into": into})


_MOVE_WAITS = Prepared(update(waits).where(waits.c.thread == bindparam("moved")).values(thread=bindparam("into")))


def end_wait(connection: Connection, story: str, rule: str) -> None:
    """Delete the wait of a rule on a story, if there is one."""
    connection.execute(delete(waits).where(waits.c.story == story, waits.c.rule == rule))


def expire_waits(connection: Connection, now: datetime) -> int:
    """Delete matches that waited longer than WAITED_AT_MOST; return how many."""
    return connection.execute(delete(waits).where(waits.c.at < now - WAITED_AT_MOST)).rowcount


def decided_since(connection: Connection, target: str, since: datetime) -> tuple[int, int]:
    """Return how many decisions were made for a target since then, and on how many stories."""
    found = select(func.count().label("n"), func.count(decisions.c.story.distinct()).label("stories")).where(
        decisions.c.target == target, decisions.c.at >= since
    )
    row = connection.execute(found).one()
    return row.n, row.stories


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision as it was stored."""

    receiver: str
    reason: str
    queued: bool
    rules: tuple[str, ...]
    waiting: tuple[str, ...] = ()
    at: datetime | None = None
    kind: str = ""


def decisions_on(connection: Connection, story: str) -> list[tuple[int, StoredDecision]]:
    """Return the decisions on a story in order, each with the `seq` of the revision that caused it."""
    found = select(decisions).where(decisions.c.story == story).order_by(decisions.c.seq, decisions.c.target)
    return [(row.seq, read_decision(row)) for row in connection.execute(found)]


def read_decision(row: Row[Any]) -> StoredDecision:
    """Return the decision in a row of `decisions`."""
    rules, waiting = (tuple(json.loads(each)) for each in (row.rules, row.waiting))
    return StoredDecision(row.receiver, row.reason, row.queued, rules, waiting, row.at, row.kind)


def decisions_by_revision(connection: Connection) -> dict[int, list[StoredDecision]]:
    """Return all decisions of the store by the `seq` of the revision that caused them."""
    by_revision: dict[int, list[StoredDecision]] = {}
    for row in connection.execute(select(decisions).order_by(decisions.c.seq, decisions.c.target)):
        by_revision.setdefault(row.seq, []).append(read_decision(row))
    return by_revision


def last_alert_revision(connection: Connection, story: str) -> int:
    """Return the number of a story's newest alert revision, 0 if it has none."""
    return _LAST_ALERT.scalar(connection, {"wanted": story}) or 0


_LAST_ALERT = Prepared(select(func.max(alerts.c.revision)).where(alerts.c.story == bindparam("wanted")))


def add_alert(connection: Connection, alert: Alert) -> None:
    """Store a new alert revision, and seal it in the chain of evidence."""
    content = snapshot.dump(alert)
    values = {"story": alert.story, "revision": alert.revision, "severity": int(alert.severity)}
    _ADD_ALERT.change(connection, {**values, "created": alert.created, "content": content})
    chain.seal_alert(connection, alert.story, alert.revision, content, alert.created)


_ADD_ALERT = Prepared(alerts.insert())


def alert_text(connection: Connection, story: str, revision: int) -> str | None:
    """Return an alert revision as it is stored, None if there is none."""
    found = select(alerts.c.content).where(alerts.c.story == story, alerts.c.revision == revision)
    text: str | None = connection.scalar(found)
    return text


def unsealed_alerts(connection: Connection) -> int:
    """Return how many alert revisions have no record in the chain of evidence, of those since its first record.

    Those from before the chain was made have none: so where it is empty, none is counted.
    """
    subject = alerts.c.story + "/" + cast(alerts.c.revision, Text)
    known = select(chain.seals.c.n).where(chain.seals.c.kind == chain.ALERT, chain.seals.c.subject == subject).exists()
    began = select(func.min(chain.seals.c.at)).scalar_subquery()
    counted = select(func.count()).select_from(alerts).where(~known, alerts.c.created >= began)
    return connection.scalar(counted) or 0


def load_alert(connection: Connection, story: str, revision: int) -> Alert:
    """Return an alert revision as it was decided. Raises NoResultFound if there is none."""
    return snapshot.load(_CONTENT.one(connection, {"of": story, "number": revision}).content)


# built once: each message that is composed asks
_CONTENT = Prepared(
    select(alerts.c.content).where(alerts.c.story == bindparam("of"), alerts.c.revision == bindparam("number"))
)


def last_alert(connection: Connection, story: str) -> Alert | None:
    """Return the newest alert revision of a story, None where there is none."""
    last = last_alert_revision(connection, story)
    return load_alert(connection, story, last) if last else None
