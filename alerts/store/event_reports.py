"""SQL on the reports of events: what each matching revision tells, and by which evidence it joined a thread."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    CompoundSelect,
    Connection,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Select,
    Table,
    Text,
    bindparam,
    delete,
    or_,
    select,
    union,
    update,
)

from alerts.event import Act, EventMention, Link, Report
from crawler.store.asked import parts
from crawler.store.db import UtcTime
from crawler.store.prepared import Prepared

LINKS_AT_MOST = 64  # of a story to other languages that are read for an alert
metadata = MetaData()
event_reports = Table(
    "event_reports",
    metadata,
    Column("seq", Integer, primary_key=True),  # of the revision that tells it
    Column("story", Text, nullable=False),
    Column("thread", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("source", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("mention", Text, nullable=False),  # JSON
    Column("evidence", Text, nullable=False),  # why it joined the thread of another story, "" where it did not
    Column("lang", Text, nullable=False, server_default=""),
    # the report in another language that tells the same event: its seq, what both tell, how much they have in common
    Column("other", Integer),
    Column("other_both", Text, nullable=False, server_default=""),
    Column("other_share", Float),
    Column("wording", LargeBinary),  # the vector of its headline, one signed byte a dimension
    Index("event_reports_by_story", "story"),
    Index("event_reports_by_thread", "thread"),
    Index("event_reports_by_time", "at"),
    Index("event_reports_by_other", "other"),
)


def add_report(connection: Connection, report: Report, evidence: str, link: Link | None) -> None:
    """Store what a revision tells, why it joined a thread that had other stories, and its link to another language."""
    values = {
        "seq": report.seq,
        "story": report.story,
        "thread": report.thread,
        "at": report.at,
        "source": report.source,
        "title": report.title,
        "mention": dump_mention(report.mention),
        "evidence": evidence,
        "lang": report.lang,
        "other": link and link.seq,
        "other_both": link.both if link else "",
        "other_share": link and link.share,
        "wording": report.wording,
    }
    _ADD.change(connection, values)


_ADD = Prepared(event_reports.insert())


def unworded_since(connection: Connection, since: datetime, most: int) -> list[Report]:
    """Return the newest reports since then whose headline has no vector, at most so many, newest first."""
    rows = connection.execute(_UNWORDED, {"since": since, "most": most})
    return [_report(row) for row in rows]


_UNWORDED = (
    select(event_reports)
    .where(event_reports.c.at >= bindparam("since"), event_reports.c.wording.is_(None))
    .order_by(event_reports.c.at.desc())
    .limit(bindparam("most"))
)


def save_wording(connection: Connection, seq: int, wording: bytes) -> None:
    """Store the vector of a report's headline; b"" where there is none to come."""
    connection.execute(update(event_reports).where(event_reports.c.seq == seq).values(wording=wording))


def save_link(connection: Connection, seq: int, link: Link) -> bool:
    """Store a report's link to another language, unless it has one; return whether that is new."""
    wanted = (event_reports.c.seq == seq, event_reports.c.other.is_(None))
    values = {"other": link.seq, "other_both": link.both, "other_share": link.share}
    return bool(connection.execute(update(event_reports).where(*wanted).values(values)).rowcount)


def reports_after(connection: Connection, seq: int, since: datetime, most: int) -> Iterator[Report]:
    """Yield the newest reports after `seq` and since then, at most so many, in the order of `seq`."""
    rows = _AFTER.rows(connection, {"after": seq, "since": since, "most": most})
    yield from (_report(row) for row in reversed(rows))


_AFTER = Prepared(
    select(event_reports)
    .where(event_reports.c.seq > bindparam("after"), event_reports.c.at >= bindparam("since"))
    .order_by(event_reports.c.seq.desc())
    .limit(bindparam("most"))
)


def evidence_of(connection: Connection, thread: str, story: str) -> str:
    """Return why a story joined its thread, "" where it joined none by the event it tells."""
    return _EVIDENCE_OF.scalar(connection, {"thread": thread, "story": story}) or ""


# built once: each alert asks
_EVIDENCE_OF = Prepared(
    select(event_reports.c.evidence)
    .where(
        event_reports.c.story == bindparam("story"),
        event_reports.c.thread == bindparam("thread"),
        event_reports.c.evidence != "",
    )
    .order_by(event_reports.c.seq)
    .limit(1)
)


def evidence_in(connection: Connection, names: Sequence[str]) -> dict[str, str]:
    """Return by story what `evidence_of` returns, for all stories of these threads that have it."""
    return {row.story: row.evidence for row in _EVIDENCE_IN.rows(connection, {"names": list(names)})}


_EVIDENCE_IN = Prepared(
    select(event_reports.c.story, event_reports.c.evidence)
    .where(event_reports.c.thread.in_(bindparam("names", expanding=True)), event_reports.c.evidence != "")
    .order_by(event_reports.c.seq.desc())
)


def links_of(connection: Connection, story: str) -> list[tuple[Report, Report, Link]]:
    """Return the newest links of a story to other languages: its report, the other one, what both tell.

    At most LINKS_AT_MOST, newest first: a report that is edited all day has one for each edit.
    """
    rows = _LINKS_OF.rows(connection, {"ours": story})
    if not rows:
        return []  # of most stories; each alert asks
    seqs = {seq for row in rows for seq in (row.seq, row.other)}
    read = {row.seq: _report(row) for row in _BY_SEQ.rows(connection, {"seqs": sorted(seqs)})}
    pairs = [(row, read[row.seq], read.get(row.other)) for row in rows]  # the older one may have expired
    return [
        (*((one, other) if one.story == story else (other, one)), Link(row.other, row.other_both, row.other_share))
        for row, one, other in pairs
        if other is not None
    ]


def _links_query() -> Select[Any]:
    links = select(event_reports.c.seq, event_reports.c.other, event_reports.c.other_both, event_reports.c.other_share)
    ours = select(event_reports.c.seq).where(event_reports.c.story == bindparam("ours"))
    linked = or_(event_reports.c.seq.in_(ours), event_reports.c.other.in_(ours))
    found = links.where(event_reports.c.other.is_not(None), linked)
    return found.order_by(event_reports.c.seq.desc()).limit(LINKS_AT_MOST)


_LINKS_OF = Prepared(_links_query())
_BY_SEQ = Prepared(select(event_reports).where(event_reports.c.seq.in_(bindparam("seqs", expanding=True))))


def linked_threads(connection: Connection, threads: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return by thread, of these, the other threads whose reports its own are linked to in another language."""
    found: dict[str, set[str]] = {}
    for part in parts(threads):
        for row in _LINKED_THREADS.rows(connection, {"names": part}):
            found.setdefault(row.ours, set()).add(row.theirs)
    return {thread: frozenset(others) for thread, others in found.items()}


def _linked_query() -> CompoundSelect[Any]:
    linked = event_reports.alias("linked")
    names: BindParameter[Any] = bindparam("names", expanding=True)
    pairs = (event_reports.c.thread, linked.c.thread), (linked.c.thread, event_reports.c.thread)
    return union(
        *(
            select(ours.label("ours"), theirs.label("theirs"))
            .select_from(event_reports.join(linked, event_reports.c.other == linked.c.seq))
            .where(ours.in_(names), ours != theirs)
            for ours, theirs in pairs
        )
    )


_LINKED_THREADS = Prepared(_linked_query())


def mentions_in(connection: Connection, names: Sequence[str]) -> dict[str, EventMention]:
    """Return by story what its newest report tells, for all stories of these threads that have one."""
    rows = _MENTIONS_IN.rows(connection, {"names": list(names)})
    return {row.story: load_mention(json.loads(row.mention)) for row in rows}


_MENTIONS_IN = Prepared(
    select(event_reports.c.story, event_reports.c.mention)
    .where(event_reports.c.thread.in_(bindparam("names", expanding=True)))
    .order_by(event_reports.c.seq)
)


def mention_of(connection: Connection, story: str) -> EventMention | None:
    """Return what the newest report of a story tells, None if it has none."""
    text = _MENTION_OF.scalar(connection, {"ours": story})
    return None if text is None else load_mention(json.loads(text))


_MENTION_OF = Prepared(
    select(event_reports.c.mention)
    .where(event_reports.c.story == bindparam("ours"))
    .order_by(event_reports.c.seq.desc())
    .limit(1)
)


Known = Callable[[int], Report | None]  # the `seq` of a report goes in; the report comes out if it is at hand


def nothing_known(_: int) -> None:
    """Return None, whatever is asked for: no report is at hand."""


def reports_in(connection: Connection, thread: str, known: Known = nothing_known) -> list[Report]:
    """Return the reports of a thread, oldest first.

    A report that is `known` to the caller is not read again but returned itself, with what was worked out of it.
    """
    wanted = {"wanted": thread}
    found = {seq: known(seq) for seq in _SEQS_IN.scalars(connection, wanted)}
    if None in found.values():
        found |= {row.seq: found[row.seq] or _report(row) for row in _REPORTS_IN.rows(connection, wanted)}
    return [report for report in found.values() if report]


_OF_THREAD = event_reports.c.thread == bindparam("wanted")
_SEQS_IN = Prepared(select(event_reports.c.seq).where(_OF_THREAD).order_by(event_reports.c.seq))
_REPORTS_IN = Prepared(select(event_reports).where(_OF_THREAD).order_by(event_reports.c.seq))


KEPT = timedelta(days=30)  # so that `explain` and `stories` say why a story joined its thread


def expire(connection: Connection, now: datetime) -> int:
    """Delete the reports older than KEPT; return how many."""
    return connection.execute(delete(event_reports).where(event_reports.c.at < now - KEPT)).rowcount


def dump_mention(mention: EventMention) -> str:
    """Return a mention as JSON."""
    return json.dumps(asdict(mention), ensure_ascii=False)


def load_mention(raw: dict[str, Any]) -> EventMention:
    """Return the mention in what `dump_mention` wrote, as read from JSON."""
    acts = tuple(Act(**{**each, "by": tuple(each["by"]), "on": tuple(each["on"])}) for each in raw["acts"])
    lists: dict[str, Any] = {name: tuple(raw[name]) for name in ("names", "places", "things", "words")}
    lists |= {
        name: tuple(raw.get(name, ())) for name in ("located", "apart", "headed", "lead", "lead_places", "topics")
    }  # a report of an older version lacks them
    return EventMention(acts, **lists, casualties=raw.get("casualties", {}), from_lead=raw.get("from_lead", False))


def _report(row: Row[Any]) -> Report:
    mention = load_mention(json.loads(row.mention))
    return Report(row.seq, row.story, row.thread, row.source, row.title, row.at, mention, row.lang, row.wording)
