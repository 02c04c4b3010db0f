"""What is deleted for its age, what is not because something needs it, and what is remembered of it."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from alerts.alert import Kind, Reason, Scope, Severity
from alerts.delivery import NewDelivery
from alerts.rule import Config
from alerts.run.stored import ledger_of
from alerts.store import decisions, outbox, outbox_counts, retention, silences
from crawler.article import Entry
from crawler.collect.ingest import store_poll
from crawler.collect.stored import Stored
from crawler.config.settings import Retention
from crawler.sources.source import FetchOutcome, OutcomeName, Source, SourceState
from crawler.store import chain, evidence, sizes, sketches
from crawler.store import retention as keys
from crawler.store.articles import last_seq, stories
from crawler.store.search import INDEX
from tests.migrated import new_store
from tests.stores.make import MINUTE, NOW, config_of, judge, send_next

DAY = timedelta(days=1)
KEPT = Retention()
QUIET, TOLD, YOUNG = "Rain falls on the hills of Duhok", "Militia seizes bridge at Hawija", "Market opens late in Mosul"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return config_of(tmp_path)


@pytest.fixture
def line(line: Connection, config: Config) -> Connection:
    """Give a store with a story that told nobody and one that was told and sent."""
    judge(line, config, "wire", {QUIET: "Roads stay open, officials said."}, NOW)
    judge(line, config, "wire", {TOLD: "Officials said the bridge is closed."}, NOW + MINUTE)
    assert send_next(line, config, NOW + 2 * MINUTE)
    sketches.expire(line, NOW + 20 * DAY)
    return line


def titles(line: Connection) -> set[str]:
    return set(line.scalars(text("SELECT title FROM articles")))


def swept(line: Connection, now: datetime, kept: Retention = KEPT) -> retention.Swept:
    """Go on until a sweep has ended; return the sums."""
    looked = gone = of = besides = 0
    for _ in range(20):
        each = retention.sweep(line, kept, now)
        looked, gone, of, besides = (
            looked + each.looked,
            gone + each.stories,
            of + each.articles,
            besides + each.messages,
        )
        if not each.looked:
            break
    return retention.Swept(looked, gone, of, besides)


def in_dialect(line: Connection, sql: str) -> str:
    """Return a statement with its bytes (x'ff') as the database writes them."""
    return sql if line.dialect.name == "sqlite" else re.sub(r"\bx'", r"'\\x", sql)


def whole(line: Connection) -> None:
    assert sketches.misplaced(line) == {}
    if line.dialect.name == "sqlite":  # PostgreSQL lets no such row be
        assert line.execute(text("PRAGMA foreign_key_check")).all() == []
    assert set(ledger_of(line).remainders().values()) == {0}


@pytest.mark.parametrize(
    ("age", "left"),
    [
        (399 * DAY, {QUIET, TOLD}),
        (400 * DAY, {QUIET, TOLD}),
        (400 * DAY + 2 * MINUTE, {TOLD}),
        (1826 * DAY, {TOLD}),
        (1826 * DAY + 2 * MINUTE, set()),
    ],
    ids=["within", "at its value", "what told nobody", "what alerted stays", "what alerted"],
)
def test_each_kind_is_kept_as_long_as_it_is_set(line: Connection, age: timedelta, left: set[str]) -> None:
    before = outbox_counts.delivered(line)
    swept(line, NOW + age)
    assert titles(line) == left
    assert outbox_counts.delivered(line) == before  # the books count what was sent, however long ago
    whole(line)


@pytest.mark.sqlite_only
def test_nothing_of_a_deleted_story_is_left_but_its_sums_keys_and_seals(line: Connection) -> None:
    swept(line, NOW + 1827 * DAY)
    rows = {
        name: line.scalar(text(f'SELECT count(*) FROM "{name}"'))
        for name in line.scalars(text("SELECT name FROM sqlite_schema WHERE type = 'table'"))
        if not name.startswith(INDEX)  # of FTS5: it keeps marks of what was taken out until it merges them
    }
    kept = {
        "audit",
        "counts",
        "alert_counts",
        "marks",
        "sources",
        "sentences",
        "former_keys",
        "seals",
        "buckets",
        "targets",
        "sqlite_sequence",
        "search_fill",
    }
    assert indexed(line) == 0
    assert {name for name, n in rows.items() if n} <= kept | {"crawler_version", "alerts_version"}
    assert rows["former_keys"] == 4  # GUID and headline of each
    assert line.scalars(text("SELECT DISTINCT kind FROM seals WHERE dropped IS NULL")).all() == ["dropped"]


def indexed(line: Connection) -> int:
    """Return how many words of articles the full-text index holds."""
    line.execute(text(f"CREATE VIRTUAL TABLE temp.held USING fts5vocab(main, {INDEX}, instance)"))
    return int(line.scalar(text("SELECT count(*) FROM temp.held")) or 0)


def polled(line: Connection, guid: str, title: str, now: datetime, published: datetime | None = NOW) -> Stored:
    source = Source("wire", "https://wire.example/rss.xml", name="Made-up Wire")
    entry = Entry(title, guid=guid, summary="Roads stay open, officials said.", published=published)
    return store_poll(line, source, SourceState("wire", source.url, now), [entry], (), now)


STILL_SHOWN = [
    ("as it was", f"wire/{QUIET}", QUIET, "known"),
    ("under another GUID, by headline and time", "wire/new-guid", QUIET, "known"),
    ("its GUID with other news", f"wire/{QUIET}", "Parliament of Baghdad votes on the budget", "new"),
]


@pytest.mark.parametrize(
    ("guid", "title", "expected"), [each[1:] for each in STILL_SHOWN], ids=[each[0] for each in STILL_SHOWN]
)
def test_what_a_feed_still_shows_is_not_new_again(line: Connection, guid: str, title: str, expected: str) -> None:
    swept(line, NOW + 401 * DAY)
    stored = polled(line, guid, title, NOW + 402 * DAY)
    assert {"new": stored.new, "known": stored.known}[expected] == 1
    assert stored.new + stored.known == stored.entries == 1
    whole(line)


def test_keys_are_forgotten_once_no_feed_has_shown_them_for_long(line: Connection) -> None:
    swept(line, NOW + 401 * DAY)
    polled(line, f"wire/{QUIET}", QUIET, NOW + 700 * DAY)  # notes that it is shown
    assert keys.expire_keys(line, NOW + 1_100 * DAY) == 0
    assert keys.expire_keys(line, NOW + 1_101 * DAY) == 2
    assert polled(line, f"wire/{QUIET}", QUIET, NOW + 1_102 * DAY).new == 1


def story_of(line: Connection, title: str) -> str:
    return str(line.scalar(text("SELECT story FROM articles WHERE title = :title"), {"title": title}))


def queue(line: Connection, state: str) -> None:
    story = story_of(line, QUIET)
    new = NewDelivery("console#1", "console", Kind.ALERT, Severity.ROUTINE, Reason.FIRST_ARTICLE, story)
    outbox.queue(line, new, NOW)
    line.execute(text("UPDATE deliveries SET state = :state WHERE subject = :story"), {"state": state, "story": story})
    for name in ("matched", "queued"):
        line.execute(text("UPDATE alert_counts SET n = n + 1 WHERE name = :name"), {"name": name})


def silence(scope: Scope, column: str) -> Callable[[Connection], None]:
    def add(line: Connection) -> None:
        query = f"SELECT {column} FROM stories WHERE id = :story"
        value = str(line.scalar(text(query), {"story": story_of(line, QUIET)}))
        silences.add_silence(line, scope, value, "Noor", "drill", NOW, NOW + 500 * DAY)

    return add


def say(sql: str) -> Callable[[Connection], None]:
    def change(line: Connection) -> None:
        line.execute(text(in_dialect(line, sql)), {"story": story_of(line, QUIET)})

    return change


ARTICLE = "(SELECT id FROM articles WHERE story = :story)"
NEEDED = [
    *((f"a message that is {state}", lambda line, state=state: queue(line, state)) for state in ("queued", "held", "unknown", "sending")),
    ("a match that waits", say("INSERT INTO waits SELECT :story, 'militia', 't', 1, '2026-06-14T12:00:00.000000Z', '{}'")),
    ("a silence on it", silence(Scope.STORY, "id")),
    ("a silence on its thread", silence(Scope.THREAD, "thread")),
    ("an edit of late", say(f"UPDATE revisions SET seen = '2027-07-01T00:00:00.000000Z' WHERE article = {ARTICLE}")),
    ("keys that are compared", say(f"INSERT INTO sketched SELECT 1, {ARTICLE}, '2026-06-14T12:00:00.000000Z', x''")),
    ("an article nobody judged", lambda line: decisions.set_mark(line, "triaged", "0")),
]  # fmt: skip


@pytest.mark.parametrize("need", [each[1] for each in NEEDED], ids=[each[0] for each in NEEDED])
def test_what_something_needs_is_not_deleted(line: Connection, need: Callable[[Connection], None]) -> None:
    need(line)
    swept(line, NOW + 401 * DAY)
    assert QUIET in titles(line)
    whole(line)


@pytest.mark.parametrize("state", ["sent", "dead", "cancelled", "folded"])
def test_a_message_that_has_ended_holds_nothing_back(line: Connection, state: str) -> None:
    queue(line, state)
    before = outbox_counts.delivered(line)
    swept(line, NOW + 401 * DAY)
    assert QUIET not in titles(line)
    assert outbox_counts.delivered(line) == before
    whole(line)


def test_a_thread_stays_while_one_of_its_stories_does(line: Connection) -> None:
    line.execute(text("UPDATE stories SET thread = (SELECT min(thread) FROM stories)"))
    line.execute(text("DELETE FROM threads WHERE id NOT IN (SELECT thread FROM stories)"))
    swept(line, NOW + 401 * DAY)
    assert line.scalar(text("SELECT count(*) FROM threads")) == 1
    whole(line)


def test_digests_and_notices_go_when_what_alerted_goes_and_what_waits_stays(line: Connection) -> None:
    for number, state in enumerate(("sent", "dead", "queued")):
        new = NewDelivery("console#1", "console", Kind.NOTICE, Severity.ROUTINE, Reason.SYSTEM, f"notice:{number}")
        outbox.queue(line, new, NOW)
        line.execute(text("UPDATE deliveries SET state = :s WHERE subject = :n"), {"s": state, "n": f"notice:{number}"})
    before = outbox_counts.delivered(line)
    assert swept(line, NOW + 1825 * DAY).messages == 0
    assert swept(line, NOW + 1827 * DAY).messages == 2
    assert list(line.scalars(text("SELECT subject FROM deliveries WHERE kind = 'notice'"))) == ["notice:2"]
    assert outbox_counts.delivered(line) == before


def test_a_sweep_goes_on_where_it_was_and_rests_at_its_end(line: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "STORIES", 1)
    now = NOW + 401 * DAY
    assert [retention.sweep(line, KEPT, now).stories for _ in range(3)] == [1, 0, 0]
    polled(line, "old", "Dust covers the road to Tikrit", NOW, None)
    decisions.set_mark(line, "triaged", str(last_seq(line)))
    sketches.expire(line, now)
    assert retention.sweep(line, KEPT, now + 5 * 60 * MINUTE).looked == 0  # it rests
    assert retention.sweep(line, KEPT, now + 6 * 60 * MINUTE).stories == 1


def test_evidence_of_what_alerted_outlives_the_rest(line: Connection) -> None:
    answer = FetchOutcome("wire", OutcomeName.OK, NOW, url="https://wire.example/rss.xml", status=200, body=b"<rss/>")
    names = {
        title: str(line.scalar(text("SELECT id FROM articles WHERE title = :t"), {"t": title}))
        for title in (QUIET, TOLD)
    }
    evidence.keep(line, answer, [(name, "entry", name.encode()) for name in names.values()])
    chain.seal_pieces(line, names.values(), NOW)
    evidence.expire(line, NOW + 8 * DAY, KEPT.evidence)
    assert [evidence.kept(line, names[title]) for title in (QUIET, TOLD)] == [[], []]
    assert chain.sealed(line, names[QUIET]) == []
    [piece] = chain.sealed(line, names[TOLD])
    assert (piece.raw, piece.url, piece.status, piece.fetched, piece.intact) == (
        names[TOLD].encode(),
        answer.url,
        200,
        NOW,
        True,
    )


# -- the chain -----------------------------------------------------------------------------------------------------


@pytest.fixture
def sealed(line: Connection, config: Config) -> Connection:
    """Give a store with a chain of four records: two alerts, and the entry of each."""
    answer = FetchOutcome("wire", OutcomeName.OK, NOW, url="https://wire.example/rss.xml", status=200, body=b"<rss/>")
    told = str(line.scalar(text("SELECT id FROM articles WHERE title = :t"), {"t": TOLD}))
    evidence.keep(line, answer, [(told, "entry", b"<item>the entry</item>")])
    chain.seal_pieces(line, [told], NOW)
    judge(line, config, "daily", {"Militia closes the mill of Kirkuk": "Nobody was hurt."}, NOW + DAY)
    judge(line, config, "daily", {"Militia shells the port of Umm Qasr": "Two ships burn."}, NOW + DAY)
    return line


def verified(line: Connection) -> chain.Verified:
    return chain.verify(line, lambda story, revision: decisions.alert_text(line, story, revision))


def test_a_whole_chain_is_verified(sealed: Connection) -> None:
    assert verified(sealed) == chain.Verified(records=4, whole=4)
    assert chain.head(sealed).n == 4


TAMPERED = [
    (
        "UPDATE seals SET packed = (SELECT packed FROM seals WHERE n = 2) WHERE n = 1",
        0,
        "",
    ),  # of an alert nothing is packed
    ("UPDATE seals SET packed = x'789c030000000001' WHERE n = 2", 2, "its content is not what was sealed"),
    ("UPDATE seals SET packed = x'ffff' WHERE n = 2", 2, "cannot be unpacked"),
    ("UPDATE seals SET packed = NULL WHERE n = 2", 2, "its raw bytes are not there"),
    ("UPDATE seals SET at = '2026-06-14T13:00:00.000000Z' WHERE n = 2", 2, "what the record says was changed"),
    ("UPDATE seals SET said = replace(said, 'wire.example', 'else.example') WHERE n = 2", 2, "was changed"),
    ("UPDATE seals SET sha256 = '0' WHERE n = 3", 3, "what the record says was changed"),
    ("UPDATE seals SET hash = '0' WHERE n = 1", 1, "what the record says was changed"),
    ("DELETE FROM seals WHERE n = 1", 2, "record 1 before it is not there"),
    ("DELETE FROM seals WHERE n IN (2, 3)", 4, "record 2 to 3 before it is not there"),
    ("UPDATE alerts SET content = replace(content, 'Hawija', 'Kifri')", 1, "its content is not what was sealed"),
    (
        "UPDATE seals SET dropped = '2026-06-14T13:00:00.000000Z', packed = NULL WHERE n = 2",
        2,
        "marked as dropped, and no record says that it was",
    ),
    ("DELETE FROM alerts", 1, "the alert it seals is not there"),
]


@pytest.mark.parametrize(("sql", "n", "why"), TAMPERED, ids=[each[0][:60] for each in TAMPERED])
def test_the_first_broken_link_is_named(sealed: Connection, sql: str, n: int, why: str) -> None:
    sealed.execute(text(in_dialect(sealed, sql)))
    broken = verified(sealed).broken
    assert (broken is None) == (n == 0)
    if broken:
        assert broken.n == n
        assert why in broken.why


def test_a_record_replaced_with_a_hash_of_its_own_does_not_fit_its_neighbour(sealed: Connection) -> None:
    row = dict(sealed.execute(text("SELECT * FROM seals WHERE n = 2")).mappings().one())
    sealed.execute(
        text("UPDATE seals SET hash = :hash WHERE n = 2"), {"hash": hashlib.sha256(str(row).encode()).hexdigest()}
    )
    assert verified(sealed).broken is not None
    sealed.execute(text("UPDATE seals SET hash = :hash, previous = :hash WHERE n = 2"), {"hash": row["hash"]})
    broken = verified(sealed).broken
    assert broken is not None
    assert broken.why == "it does not follow record 1: one of the two was replaced"


def test_bytes_dropped_for_their_age_leave_the_chain_whole(sealed: Connection) -> None:
    sketches.expire(sealed, NOW + 30 * DAY)
    sealed.execute(text("UPDATE deliveries SET state = 'sent'"))
    swept(sealed, NOW + 1828 * DAY)
    # a record of what was dropped for each of the three stories
    assert verified(sealed) == chain.Verified(records=7, whole=3, dropped=4)
    said = sealed.execute(text("SELECT said FROM seals WHERE kind = 'dropped' ORDER BY n")).scalars()
    assert [json.loads(each) for each in said] == [{"records": [1, 2]}, {"records": [3]}, {"records": [4]}]


def test_what_is_dropped_twice_is_said_once(sealed: Connection) -> None:
    story = str(sealed.scalar(text("SELECT story FROM seals WHERE n = 1")))
    for _ in range(2):
        chain.drop(sealed, [story], NOW)
    assert chain.head(sealed).n == 5
    assert sealed.scalars(text("SELECT n FROM seals WHERE dropped IS NOT NULL")).all() == [1, 2]


FORGED = [
    ("UPDATE seals SET said = replace(said, '[1, 2]', '[1]') WHERE n = 5", 2, "no record says that it was"),
    (
        "UPDATE seals SET said = replace(said, '[1, 2]', '[1, 2, 9]') WHERE n = 5",
        5,
        "what the record says was changed",
    ),
    ("DELETE FROM seals WHERE n = 6", 3, "no record says that it was"),
]


@pytest.mark.parametrize(("sql", "n", "why"), FORGED, ids=[each[0][:60] for each in FORGED])
def test_what_was_dropped_is_held_by_its_record(sealed: Connection, config: Config, sql: str, n: int, why: str) -> None:
    sketches.expire(sealed, NOW + 30 * DAY)
    sealed.execute(text("UPDATE deliveries SET state = 'sent'"))
    swept(sealed, NOW + 1828 * DAY)
    judge(sealed, config, "daily", {"Militia burns a depot in Samarra": ""}, NOW + 1828 * DAY)
    assert verified(sealed).broken is None
    sealed.execute(text(in_dialect(sealed, sql)))
    broken = verified(sealed).broken
    assert broken is not None
    assert (broken.n, why in broken.why) == (n, True)


def test_a_record_that_something_was_dropped_needs_its_story_to_be_gone(sealed: Connection) -> None:
    """Whoever can write the store can add a record as we do: then the story must go with it, which is seen."""
    story = str(sealed.scalar(text("UPDATE seals SET dropped = at, packed = NULL WHERE n = 2 RETURNING story")))
    chain._add_deed(sealed, story, chain.DROPPED, {"records": [2]}, NOW)
    assert verified(sealed).broken == chain.Broken(
        5, f"{story}/5", f"it says that story {story} was dropped, and the story is there"
    )


# -- a store in a file -----------------------------------------------------------------------------------------------


def test_above_its_size_the_oldest_go_first_and_space_is_given_back(tmp_path: Path, config: Config) -> None:
    database = new_store(tmp_path / "watchfloor.db")
    with database.write() as connection:
        for number in range(60):
            judge(connection, config, "wire", {f"Nothing of note number {number} in Duhok": ""}, NOW + number * DAY)
        connection.execute(text("UPDATE revisions SET text = hex(randomblob(40000))"))
        sketches.expire(connection, NOW + 100 * DAY)
    with database.write() as connection:
        small = Retention(most_gb=0.002)
        swept(connection, NOW + 61 * DAY, small)
        left = sorted(connection.scalars(stories.select().with_only_columns(stories.c.joined)))
        assert left[0] > NOW + 30 * DAY  # those that are older than 30 days went
        assert 29 <= len(left) <= 31  # and no younger one, although the store is still too large
        whole(connection)
    size = (tmp_path / "watchfloor.db").stat().st_size
    with database.write() as connection:
        assert sizes.give_back(connection) > 0
    database.close()
    assert (tmp_path / "watchfloor.db").stat().st_size < size * 0.7
    with closing(sqlite3.connect(tmp_path / "watchfloor.db")) as connection_:
        assert connection_.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_store_that_is_small_enough_keeps_the_young(line: Connection) -> None:
    swept(line, NOW + 100 * DAY, Retention(most_gb=0.0001))  # in memory: its size is not known
    assert titles(line) == {QUIET, TOLD}
