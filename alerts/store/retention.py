"""SQL that deletes old stories with all that was decided and sent on them; the ledger keeps their sums.

The unit is the story: an explanation without its article, or a message without its decision, would say nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, func, select

from alerts.alert import Kind, Scope
from alerts.decide.deletions import Deleted, words_of
from alerts.decide.steady import Steady, read_clock
from alerts.store import audit
from alerts.store import silences as silence_store
from alerts.store.decisions import alerts, counts, decisions, get_mark, set_mark, told, waits
from alerts.store.digests import digest_items
from alerts.store.event_reports import event_reports
from alerts.store.feedback import feedback
from alerts.store.given_acks import acks
from alerts.store.outbox import IN_FLIGHT_OR_WAITING, deliveries, former_ids
from alerts.store.outbox_counts import GONE
from crawler.article import mint
from crawler.config.settings import Retention
from crawler.config.upkeep import SHORTEST
from crawler.store import chain, passed, retention, sizes
from crawler.store.articles import stories
from crawler.store.saving import add_up

STEADY_MARK = "clock"  # since when it has run without a leap, and when it was last read
MARK = "retention"  # how far the sweep under way has come, and when the last one ended
STORIES = 50  # looked at in one commit: some 20 ms
MESSAGES = 200  # digests and notices in one commit
SWEEP = timedelta(hours=6)  # from the end of a sweep to the next
TRIAGED = "triaged"  # the mark of alerts/line/judging_order.py
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
BESIDES = (Kind.DIGEST.value, Kind.NOTICE.value)  # messages that are on no story


@dataclass(frozen=True, slots=True)
class Swept:
    """What one slice did: stories looked at, stories and articles deleted, messages deleted that are on no story.

    `ended` is what the whole sweep deleted, in the slice that ends one that deleted something, `left` how many stories
    the store has then.
    """

    looked: int = 0
    stories: int = 0
    articles: int = 0
    messages: int = 0
    ended: Deleted | None = None
    left: int = 0


def sweep(connection: Connection, kept: Retention, now: datetime) -> Swept:
    """Delete a slice of what is older than it is kept; what the next call goes on from is stored.

    Above `kept.most_gb` stories that did not alert go from SHORTEST on, the oldest first, until the store is below.
    """
    at, name, rests, before = _progress(connection)
    if now < rests <= now + SWEEP:  # a later time was stored by a clock that was ahead
        return Swept()
    size = sizes.measure(connection, now)
    # a database of PostgreSQL does not shrink by what is deleted: its size would call for ever more
    young = SHORTEST if size and size.free >= 0 and size.used > kept.most_gb * 1e9 else kept.articles
    old = retention.oldest(connection, (at, name), now - min(young, kept.alerted), STORIES)
    if not old:
        _keep_progress(connection, BEGINNING, "", now + SWEEP, Deleted())
        messages = _sweep_messages(connection, now - kept.alerted)
        if not before.stories:
            return Swept(messages=messages)
        audit.record(connection, audit.Entry(now, audit.What.DELETION, "", words_of(before)))
        left = connection.scalar(select(func.count()).select_from(stories)) or 0
        return Swept(messages=messages, ended=before, left=left)
    last = old[-1]
    alerted = _alerted(connection, [each.id for each in old])
    due = [each for each in old if each.joined < now - (kept.alerted if each.id in alerted else young)]
    names = _unneeded(connection, due, now)
    gone = _delete(connection, names, now) if names else 0
    in_time = now - kept.articles
    early = sum(each.joined >= in_time for each in due if each.id in names and each.id not in alerted)
    done = Deleted(before.stories + len(names), before.articles + gone, before.early + early)
    _keep_progress(connection, last.joined, last.id, BEGINNING, done)
    return Swept(len(old), len(names), gone)


def read_steady(connection: Connection, now: datetime) -> Steady:
    """Store that the clock reads `now`, and return since when it has run without a leap."""
    stored = get_mark(connection, STEADY_MARK)
    since, read = map(datetime.fromisoformat, json.loads(stored)) if stored else (None, None)
    before = Steady(since, read) if since and read else None
    found = read_clock(before, now)
    set_mark(connection, STEADY_MARK, json.dumps([found.since.isoformat(), found.read.isoformat()]))
    return found


def keep_up(connection: Connection, kept: Retention, now: datetime) -> Swept:
    """Make a slice of all upkeep: delete what is old, and give back what that left free."""
    done = sweep(connection, kept, now)
    retention.expire_keys(connection, now)
    passed.expire(connection, now)
    sizes.give_back(connection)
    return done


def _progress(connection: Connection) -> tuple[datetime, str, datetime, Deleted]:
    """Return up to which story the sweep has come, until when none is begun, and what it has deleted so far."""
    stored = get_mark(connection, MARK)
    if stored is None:
        return BEGINNING, "", BEGINNING, Deleted()
    at, name, rests, *done = json.loads(stored)
    return datetime.fromisoformat(at), name, datetime.fromisoformat(rests), Deleted(*done)


def _keep_progress(connection: Connection, at: datetime, name: str, rests: datetime, done: Deleted) -> None:
    sums = [done.stories, done.articles, done.early]
    set_mark(connection, MARK, json.dumps([at.isoformat(), name, rests.isoformat(), *sums]))


def _alerted(connection: Connection, names: Sequence[str]) -> set[str]:
    return set(connection.scalars(select(alerts.c.story).where(alerts.c.story.in_(names)).distinct()))


def _unneeded(connection: Connection, old: Sequence[retention.Old], now: datetime) -> list[str]:
    """Return the ids of those stories that nothing needs any more.

    Needed is what has a message on its way, a match that waits, a silence in force on it or its thread, an edit of
    late, or an article that is compared with new ones or not decided yet.
    """
    names = [each.id for each in old]
    if not names:
        return []
    on_its_way = select(deliveries.c.subject).where(
        deliveries.c.subject.in_(names), deliveries.c.state.in_(IN_FLIGHT_OR_WAITING)
    )
    needed = {
        *connection.scalars(on_its_way),
        *connection.scalars(select(waits.c.story).where(waits.c.story.in_(names))),
    }
    undecided = int(get_mark(connection, TRIAGED) or 0)
    needed |= retention.in_use(connection, names, now - SHORTEST, undecided)
    silent = silence_store.silences_in_force(connection, now)
    held = {each.value for each in silent if each.scope in {Scope.STORY, Scope.THREAD}}
    return [each.id for each in old if each.id not in needed and not held & {each.id, each.thread}]


def _delete(connection: Connection, names: Sequence[str], now: datetime) -> int:
    """Delete stories with all that is stored of them; return how many articles they had."""
    _delete_messages(
        connection, list(connection.scalars(select(deliveries.c.id).where(deliveries.c.subject.in_(names))))
    )
    for table in (decisions, alerts, told, acks, event_reports, feedback):
        connection.execute(delete(table).where(table.c.story.in_(names)))
    chain.drop(connection, names, now)
    return retention.delete_stories(connection, names, now)


def _sweep_messages(connection: Connection, before: datetime) -> int:
    """Delete a slice of old digests and notices, with what they list; return how many."""
    # ids begin with their time, so the primary key finds the old ones
    old = select(deliveries.c.id).where(
        deliveries.c.id < mint("d", before),
        deliveries.c.kind.in_(BESIDES),
        deliveries.c.state.not_in(IN_FLIGHT_OR_WAITING),
    )
    gone = list(connection.scalars(old.order_by(deliveries.c.id).limit(MESSAGES)))
    mine = connection.execute(select(deliveries.c.subject, deliveries.c.target).where(deliveries.c.id.in_(gone))).all()
    for row in mine:
        connection.execute(
            delete(digest_items).where(digest_items.c.subject == row.subject, digest_items.c.target == row.target)
        )
    _delete_messages(connection, gone)
    return len(gone)


def _delete_messages(connection: Connection, gone: Sequence[str]) -> None:
    """Delete deliveries; the ledger goes on counting them by kind and state."""
    if not gone:
        return
    summed = (
        select(deliveries.c.kind, deliveries.c.state, func.count().label("n"))
        .where(deliveries.c.id.in_(gone))
        .group_by(deliveries.c.kind, deliveries.c.state)
    )
    rows = [{"name": f"{GONE}{row.kind}:{row.state}", "n": row.n} for row in connection.execute(summed)]
    add_up(connection, counts, rows, "name")
    connection.execute(delete(former_ids).where(former_ids.c.delivery.in_(gone)))
    connection.execute(delete(deliveries).where(deliveries.c.id.in_(gone)))
