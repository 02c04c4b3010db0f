"""SQL for the chain of evidence: what alerted, and the raw bytes it was seen in, each record with the hash of the last.

Records are only added. A record says what its bytes were (SHA-256), when and from where they came; retention may later
drop the bytes, never the record, and says so in a record of its own, as a restore does. So a link taken out or changed
is found for as long as there is a store; that the newest ones were cut off is found by who has kept the head elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    RowMapping,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    select,
    update,
)

from crawler.store.articles import articles
from crawler.store.asked import parts
from crawler.store.db import UtcTime
from crawler.store.evidence import Kept, evidence, fetches, unpacked
from crawler.store.prepared import Prepared

ALERT = "alert"  # the kind of a record of what was told; those of raw bytes have the forms of evidence.Kept
DROPPED, RESTORED = "dropped", "restored"  # the kinds of records of what became of the chain itself
BEGINNING = "0" * 64  # what the first record has for the hash of the one before
AT_ONCE = 500  # records read together

# story, kind, subject, SHA-256, what else is said of it, the packed bytes
Record = tuple[str, str, str, str, dict[str, object], bytes | None]
metadata = MetaData()
seals = Table(
    "seals",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("story", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),  # STORY/REVISION of an alert, ARTICLE/FETCH of raw bytes
    Column("at", UtcTime, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("said", Text, nullable=False),  # JSON: of raw bytes the address, time, status and headers of the fetch
    Column("packed", LargeBinary),  # of raw bytes, until they are dropped
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("dropped", UtcTime),
    UniqueConstraint("kind", "subject"),
    Index("seals_by_story", "story"),
)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest record: its number and hash. Kept outside the store, it vouches for all before it."""

    n: int
    hash: str


def head(connection: Connection) -> Head:
    """Return the newest record; number 0 with the hash BEGINNING where there is none."""
    found = _HEAD.rows(connection)
    return Head(*found[0]) if found else Head(0, BEGINNING)


_HEAD = Prepared(select(seals.c.n, seals.c.hash).order_by(seals.c.n.desc()).limit(1))


def hash_at(connection: Connection, n: int) -> str | None:
    """Return the hash of a record, None if there is no such record."""
    found: str | None = connection.scalar(select(seals.c.hash).where(seals.c.n == n))
    return found


def seal_alert(connection: Connection, story: str, revision: int, content: str, now: datetime) -> None:
    """Add an alert revision, and what was fetched of the articles of its story; call it in the alert's commit."""
    digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
    _add(connection, [(story, ALERT, f"{story}/{revision}", digest, {}, None)], now)
    _add(connection, [_record(row) for row in _UNSEALED_OF.rows(connection, {"wanted": story})], now)


def seal_pieces(connection: Connection, names: Iterable[str], now: datetime) -> None:
    """Add what was just fetched of these articles, if their stories have alerted; call it in their commit.

    The records are in the order of their fetches among the articles that are asked for at once.
    """
    for part in parts(sorted(names)):
        _add(connection, [_record(row) for row in _UNSEALED_IN.rows(connection, {"wanted": part})], now)


# what was fetched and is not sealed; built once: each alert and each poll of a told story asks
_UNSEALED = (
    select(evidence, fetches, articles.c.story)
    .join(fetches, fetches.c.id == evidence.c.fetch)
    .join(articles, articles.c.id == evidence.c.article)
    .where(
        ~select(seals.c.n)
        .where(seals.c.kind == evidence.c.form, seals.c.subject == evidence.c.article + "/" + evidence.c.fetch)
        .exists()
    )
    .order_by(fetches.c.fetched, evidence.c.article, evidence.c.fetch)
)
_UNSEALED_OF = Prepared(
    _UNSEALED.where(evidence.c.article.in_(select(articles.c.id).where(articles.c.story == bindparam("wanted"))))
)
_UNSEALED_IN = Prepared(
    _UNSEALED.where(
        evidence.c.article.in_(bindparam("wanted", expanding=True)),
        select(seals.c.n).where(seals.c.story == articles.c.story).exists(),
    )
)


def _record(row: Any) -> Record:
    return row.story, row.form, f"{row.article}/{row.fetch}", row.sha256, _said(row), row.packed


def _said(row: Any) -> dict[str, object]:
    return {
        "source": row.source,
        "url": row.url,
        "fetched": row.fetched.isoformat(),
        "status": row.status,
        "headers": row.headers,
        "body_sha256": row.body_sha256,
    }


def seal_restore(connection: Connection, file: str, sha256: str, now: datetime) -> None:
    """Add that the store was restored from a file. What precedes the record is the last that the backup had."""
    _add_deed(connection, "", RESTORED, {"file": file, "sha256": sha256}, now)


@dataclass(frozen=True, slots=True)
class Restored:
    """A restore: number and hash of its record, when it was, the file and its SHA-256, and the head that this had."""

    n: int
    hash: str
    at: datetime
    file: str
    sha256: str
    head: Head


def restores(connection: Connection) -> list[Restored]:
    """Return what the chain says of restores, the oldest first."""
    rows = connection.execute(select(seals).where(seals.c.kind == RESTORED).order_by(seals.c.n)).mappings()
    made = [(row, json.loads(row["said"])) for row in rows]
    return [
        Restored(row["n"], row["hash"], row["at"], said["file"], said["sha256"], Head(row["n"] - 1, row["previous"]))
        for row, said in made
    ]


def _add_deed(connection: Connection, story: str, kind: str, said: dict[str, object], now: datetime) -> None:
    digest = hashlib.sha256(_written(said).encode()).hexdigest()
    _add(connection, [(story, kind, f"{story}/{head(connection).n + 1}", digest, said, None)], now)


def _written(said: dict[str, object]) -> str:
    return json.dumps(said, ensure_ascii=True, sort_keys=True)


def _add(
    connection: Connection,
    records: Sequence[Record],
    now: datetime,
) -> None:
    last = head(connection) if records else Head(0, "")
    rows = []
    for story, kind, subject, digest, said, packed in records:
        row: dict[str, object] = {
            "n": last.n + 1,
            "story": story,
            "kind": kind,
            "subject": subject,
            "at": now,
            "sha256": digest,
            "said": _written(said),
            "previous": last.hash,
        }
        last = Head(last.n + 1, _hash(row))
        rows.append({**row, "packed": packed, "hash": last.hash})
    _ADD.change_all(connection, rows)


_ADD = Prepared(seals.insert())  # built once: each alert asks


def _hash(row: RowMapping | dict[str, object]) -> str:
    at = row["at"]
    assert isinstance(at, datetime)
    fields = [row["n"], row["previous"], row["story"], row["kind"], row["subject"], at.isoformat(), row["sha256"]]
    return hashlib.sha256(json.dumps([*fields, row["said"]]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Broken:
    """The first record that is not as it was written, and in what."""

    n: int
    subject: str
    why: str


@dataclass(slots=True)
class Verified:
    """What was verified: how many records, how many of them still have their bytes, and the first broken one."""

    records: int = 0
    whole: int = 0
    dropped: int = 0
    broken: Broken | None = None


def verify(connection: Connection, alert: Callable[[str, int], str | None]) -> Verified:
    """Go through the chain from its beginning to the first broken record; `alert` gives the stored text of an alert.

    Every hash is computed anew, and raw bytes are compared with the SHA-256 that the record vouches for.
    """
    done, last = Verified(), Head(0, BEGINNING)
    dropped = _said_to_be_dropped(connection)
    for row in _records(connection):
        why = _fault(row, last) or _content_fault(row, alert, row["n"] in dropped) or _deed_fault(connection, row)
        if why:
            done.broken = Broken(row["n"], row["subject"], why)
            return done
        done.records += 1
        if row["dropped"]:
            done.dropped += 1
        else:
            done.whole += 1
        last = Head(row["n"], row["hash"])
    return done


def _records(connection: Connection) -> Iterator[RowMapping]:
    after = 0
    while (
        rows := connection.execute(select(seals).where(seals.c.n > after).order_by(seals.c.n).limit(AT_ONCE))
        .mappings()
        .all()
    ):
        yield from rows
        after = rows[-1]["n"]


def _fault(row: RowMapping, last: Head) -> str:
    if row["n"] != last.n + 1:
        gone = f"{last.n + 1} to {row['n'] - 1}" if row["n"] > last.n + 2 else str(last.n + 1)
        return f"record {gone} before it is not there"
    if row["previous"] != last.hash:
        return f"it does not follow record {last.n}: one of the two was replaced"
    return "" if _hash(row) == row["hash"] else "what the record says was changed"


def _said_to_be_dropped(connection: Connection) -> set[int]:
    said = connection.scalars(select(seals.c.said).where(seals.c.kind == DROPPED))
    return {int(n) for each in said for n in json.loads(each)["records"]}


def _deed_fault(connection: Connection, row: RowMapping) -> str:
    """Return what is wrong with a record of what was dropped: its story goes with it, in the same commit."""
    if row["kind"] != DROPPED or not row["story"]:
        return ""
    left = connection.scalar(select(articles.c.id).where(articles.c.story == row["story"]).limit(1))
    return f"it says that story {row['story']} was dropped, and the story is there" if left else ""


def _content_fault(row: RowMapping, alert: Callable[[str, int], str | None], was_dropped: bool) -> str:
    if row["dropped"]:
        return "" if was_dropped else "its content is marked as dropped, and no record says that it was"
    if row["kind"] in {DROPPED, RESTORED}:
        raw = row["said"].encode()
    elif row["kind"] == ALERT:
        story, _, revision = row["subject"].rpartition("/")
        content = alert(story, int(revision))
        if content is None:
            return "the alert it seals is not there"
        raw = content.encode("utf-8", "surrogatepass")
    elif row["packed"] is None:
        return "its raw bytes are not there"
    else:
        try:
            raw = unpacked(row["packed"])
        except zlib.error as error:
            return f"its raw bytes cannot be unpacked: {error}"
    return "" if hashlib.sha256(raw).hexdigest() == row["sha256"] else "its content is not what was sealed"


def drop(connection: Connection, stories: Sequence[str], now: datetime) -> None:
    """Drop the bytes that are sealed of some stories; the records stay, and one is added that names them."""
    mine = seals.c.story.in_(stories), seals.c.dropped.is_(None), seals.c.kind != DROPPED
    found = connection.execute(select(seals.c.n, seals.c.story).where(*mine).order_by(seals.c.n)).all()
    connection.execute(update(seals).where(*mine).values(packed=None, dropped=now))
    for story in dict.fromkeys(row.story for row in found):
        _add_deed(connection, story, DROPPED, {"records": [row.n for row in found if row.story == story]}, now)


def sealed(connection: Connection, article: str) -> list[Kept]:
    """Return the sealed evidence of an article whose bytes are kept, oldest first."""
    mine = (
        seals.c.kind != ALERT,
        seals.c.subject > f"{article}/",
        seals.c.subject < f"{article}0",
        seals.c.packed.is_not(None),
    )
    of_story = seals.c.story.in_(select(articles.c.story).where(articles.c.id == article))
    rows = connection.execute(select(seals).where(of_story, *mine).order_by(seals.c.n)).mappings()
    return [_kept(row, article) for row in rows]


def _kept(row: RowMapping, article: str) -> Kept:
    said = json.loads(row["said"])
    return Kept(
        article=article,
        form=row["kind"],
        fetched=datetime.fromisoformat(said["fetched"]),
        url=said["url"],
        status=said["status"],
        headers=said["headers"],
        body_sha256=said["body_sha256"],
        sha256=row["sha256"],
        raw=unpacked(row["packed"]),
    )


def size(connection: Connection) -> tuple[int, int]:
    """Return how many records there are, and the bytes of what they keep."""
    n, packed = connection.execute(
        select(func.count(), func.coalesce(func.sum(func.length(seals.c.packed)), 0)).select_from(seals)
    ).one()
    return n, packed
