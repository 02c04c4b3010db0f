"""What an entry becomes in the store: new, known, revised, duplicate; and that nothing is swallowed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, text

from crawler.article import Entry, Relation
from crawler.collect.ingest import store_poll
from crawler.collect.stored import Stored
from crawler.parse.normalise import draft
from crawler.sources.source import Source, SourceState
from crawler.store import articles
from crawler.store.identities import identified
from tests.migrated import new_store
from tests.unit.desk import NOW

HOUR = timedelta(hours=1)
TEXT = "The convoy left the base at dawn, a witness said."


class Archive:
    """A store in memory that is polled by hand."""

    def __init__(self) -> None:
        self.database = new_store(None, "crawler")

    def poll(self, source: str, *entries: Entry, at: datetime = NOW, rejected: tuple[str, ...] = ()) -> Stored:
        with self.database.write() as connection:
            polled = Source(source, "https://o.example/"), SourceState(source, "https://o.example/", at)
            return store_poll(connection, *polled, entries, rejected, at)

    def relations(self) -> list[str]:
        with self.database.read() as connection:
            return [each.placement.relation.value for each in articles.revisions_after(connection, 0, 100)]

    def totals(self) -> dict[str, int]:
        with self.database.read() as connection:
            return articles.totals(connection)


@pytest.fixture
def archive() -> Iterator[Archive]:
    made = Archive()
    yield made
    made.database.close()


def entry(title: str, key: str = "", text: str = "", **words: str) -> Entry:
    return Entry(title, guid=key or None, url=f"https://o.example/{key}" if key else None, summary=text, **words)  # type: ignore[arg-type]


def test_same_entry_again_is_known_and_writes_nothing(archive: Archive) -> None:
    archive.poll("a", entry("One", "1"), entry("Two", "2"))
    again = archive.poll("a", entry("One", "1"), entry("Two", "2"), at=NOW + HOUR)
    assert (again.entries, again.new, again.known, again.revised) == (2, 0, 2, 0)
    assert archive.totals() == {"articles": 2, "revisions": 2, "stories": 2, "threads": 2}


@pytest.mark.parametrize(
    ("title", "text", "said", "stored"),
    [
        ("Persian under English", "پهپادها به مقر حزب در نزدیکی شهر اصابت کرد و چند نفر زخمی شدند", "en", "fa"),
        ("حمله به شهر", "Five people were hurt when a drone fell on a market in the centre of the town.", "en", "en"),
        ("", "سقوط صواريخ على قاعدة أخرى", "en-GB", "ar"),
    ],
)
def test_article_is_in_the_language_of_its_text(
    archive: Archive, title: str, text: str, said: str, stored: str
) -> None:
    archive.poll("a", entry(title, "1", text, lang=said))
    with archive.database.read() as connection:
        (revision,) = articles.revisions_after(connection, 0, 10)
    assert revision.article.lang == stored


def test_changed_headline_or_text_is_a_revision_and_a_bumped_date_is_none(archive: Archive) -> None:
    archive.poll("a", entry("One", "1", "text"))
    assert archive.poll("a", entry("One, updated", "1", "text")).revised == 1
    assert archive.poll("a", entry("One, updated", "1", "other text")).revised == 1
    bumped = Entry("One, updated", "1", "https://o.example/1", "other text", published=NOW)
    assert archive.poll("a", bumped).known == 1


def test_rotated_guid_is_known_by_its_link(archive: Archive) -> None:
    archive.poll("a", entry("One", "1"))
    assert archive.poll("a", Entry("One", guid="rotated", url="http://www.o.example/1/?utm_source=x")).known == 1


def test_link_that_lost_its_guid_is_the_same_article_under_another_headline(archive: Archive) -> None:
    archive.poll("a", entry("Convoy leaves at dawn", "1"))
    assert archive.poll("a", Entry("Three held in oil town raid", url="https://o.example/1")).revised == 1


def test_guid_under_another_link_is_the_same_article_where_the_headline_is_alike(archive: Archive) -> None:
    archive.poll("a", entry("Convoy leaves base at dawn", "1"))
    moved = Entry("Convoy leaves the base at dawn", guid="1", url="https://o.example/moved")
    assert archive.poll("a", moved).revised == 1


def test_reused_guid_is_another_article(archive: Archive) -> None:
    archive.poll("a", entry("Convoy leaves at dawn", "1"))
    other = Entry("Parliament passes oil law", guid="1", url="https://o.example/9")
    assert archive.poll("a", other).new == 1
    assert archive.poll("a", other).known == 1


BANNER, POST = "https://o.example/breaking", "https://o.example/convoy-leaves-the-base"
EARLIER = "The convoy left the base at dawn and took the road to the border, said two witnesses."
WHOLLY_OTHER = [
    ("a slot dated anew", BANNER, HOUR, "Members voted on the oil law by night.", "new"),
    ("a slot dated anew, at the address of a page", POST, HOUR, "Members voted on the oil law by night.", "new"),
    ("a slot without texts", BANNER, HOUR, "", "new"),
    ("a slot without dates", BANNER, None, "", "new"),
    ("an edit that keeps its date", BANNER, timedelta(0), "Members voted on the oil law by night.", "revised"),
    ("an edit that keeps its text", BANNER, HOUR, EARLIER + " Nobody was hurt.", "revised"),
    ("the page of an article without dates", POST, None, "", "revised"),
]


@pytest.mark.parametrize(
    ("name", "url", "later", "text", "expected"), WHOLLY_OTHER, ids=[row[0] for row in WHOLLY_OTHER]
)
@pytest.mark.parametrize("guid", ["slot", None])
def test_wholly_other_headline_under_the_same_keys(
    archive: Archive, guid: str | None, name: str, url: str, later: timedelta | None, text: str, expected: str
) -> None:
    dates = (NOW, NOW + later) if later is not None else (None, None)
    archive.poll("a", Entry("Convoy leaves at dawn", guid, url, EARLIER, published=dates[0]))
    done = archive.poll("a", Entry("Parliament passes oil law", guid, url, text, published=dates[1]), at=NOW + HOUR)
    assert (done.new, done.revised) == ((1, 0) if expected == "new" else (0, 1)), name


def test_same_headline_and_time_of_an_outlet_is_the_same_article_whatever_its_link(archive: Archive) -> None:
    links = ["https://o.example/world/8123", "https://o.example/region/9456"]
    first, second = (Entry("Convoy leaves the base", f"g{n}", link, published=NOW) for n, link in enumerate(links))
    assert archive.poll("a", first).new == 1
    assert archive.poll("a", second).known == 1
    both = archive.poll("a", second, first)
    assert (both.known, both.revised) == (2, 0)


FIRED = "Rockets fell beside the runway on Saturday and nobody was hurt."


@pytest.mark.parametrize(
    ("before", "after", "text", "minutes", "is_one"),
    [
        ("Militia fires rokets at the air base", "Militia fires rockets at the air base", FIRED, 0, True),
        ("الفصائل تقصف قاعدة التاجي فجرا", "الفصائل تقصف قاعده التاجى فجرا", FIRED, 0, True),
        ("Militia fires rokcets at the air base", "Militia fires rockets at the air base", FIRED, 0, True),
        ("Militia fires rokets at the air base", "Militia fires rockets at the air base", FIRED, 2, False),
        ("Militia fires rokets at the air base", "Militia fires rockets at the air base", "Watch the video", 0, False),
        ("Militia fires 3 rockets at the base", "Militia fires 5 rockets at the base", FIRED, 0, False),
        ("Rockets from Iran hit the air base", "Rockets from Iraq hit the air base", FIRED, 0, False),
        ("Militia fires rockets at Basra airport", "Militia fires rockets at Mosul airport", FIRED, 0, False),
        ("Militia fires rokets at air baes again", "Militia fires rockets at air base again", FIRED, 0, False),
    ],
)
def test_slip_mended_in_headline_and_link_at_once_is_a_revision(
    archive: Archive, before: str, after: str, text: str, minutes: int, is_one: bool
) -> None:
    published = "2026-06-14T11:00:00+00:00"
    moved = f"2026-06-14T11:{minutes:02}:00+00:00"
    first = Entry(
        before, guid="one", url="https://o.example/n/one", summary=text, published=datetime.fromisoformat(published)
    )
    second = Entry(
        after, guid="two", url="https://o.example/n/two", summary=text, published=datetime.fromisoformat(moved)
    )
    archive.poll("a", first)
    later = archive.poll("a", second, at=NOW + HOUR)
    assert (later.new, later.known + later.revised) == ((0, 1) if is_one else (1, 0))
    again = archive.poll("a", second, at=NOW + 2 * HOUR)
    assert (again.new, again.revised) == (0, 0)


def test_second_wording_under_a_second_link_is_not_revised_at_every_poll(archive: Archive) -> None:
    first = Entry("Convoy leaves the base", "g1", "https://o.example/8123", "Two witnesses saw it.", published=NOW)
    second = Entry("Convoy leaves the base", "g2", "https://o.example/9456", "It was seen at dawn.", published=NOW)
    archive.poll("a", first, second)
    again = [archive.poll("a", first, second, at=NOW + HOUR) for _ in range(3)]
    assert [(each.known, each.revised) for each in again] == [(2, 0)] * 3
    assert archive.totals()["articles"] == 1


@pytest.mark.parametrize(("title", "later"), [("Convoy leaves the base", HOUR), ("Live", timedelta(0))])
def test_next_of_a_series_and_a_headline_that_says_nothing_are_other_articles(
    archive: Archive, title: str, later: timedelta
) -> None:
    archive.poll("a", Entry(title, "g1", "https://o.example/8123", published=NOW))
    assert (
        archive.poll("a", Entry(title, "g2", "https://o.example/9456", published=NOW + later), at=NOW + HOUR).new == 1
    )


def test_guid_is_unique_in_its_source_only(archive: Archive) -> None:
    archive.poll("a", Entry("Convoy leaves", guid="1", url="https://a.example/1"))
    assert archive.poll("b", Entry("Oil law passes", guid="1", url="https://b.example/1")).new == 1


def test_one_page_in_two_feeds_of_an_outlet_is_one_article(archive: Archive) -> None:
    archive.poll("world", entry("Convoy leaves base", "1"))
    assert archive.poll("region", entry("A convoy leaves the base", "1")).known == 1
    assert archive.poll("world", entry("Convoy leaves base", "1")).known == 1
    assert archive.poll("region", entry("A convoy leaves the base", "1")).known == 1


def test_home_page_as_link_of_every_item_swallows_nothing(archive: Archive) -> None:
    items = [Entry(title, url="https://o.example/") for title in ("One thing", "Another thing", "A third")]
    assert archive.poll("a", *items).new == 3
    assert archive.poll("a", *items).known == 3


def test_one_guid_for_every_item_swallows_nothing(archive: Archive) -> None:
    items = [Entry(title, guid="same") for title in ("One thing", "Another thing", "A third")]
    assert archive.poll("a", *items).new == 3
    assert archive.poll("a", *items).known == 3


DUPLICATES = [
    ("reprint with equal text", "a", "b", "Convoy leaves", TEXT, HOUR, Relation.DUPLICATE),
    ("typography does not count", "a", "b", "Convoy\u00a0LEAVES", TEXT, HOUR, Relation.DUPLICATE),
    ("same source under a new link", "a", "a", "Convoy leaves", TEXT, HOUR, Relation.DUPLICATE),
    ("equal headline, other text", "a", "b", "Convoy leaves", "Another text.", HOUR, Relation.NEW),
    ("after the window", "a", "b", "Convoy leaves", TEXT, 100 * HOUR, Relation.NEW),
]


@pytest.mark.parametrize(("name", "one", "other", "title", "text", "later", "expected"), DUPLICATES)
def test_equal_text(
    archive: Archive, name: str, one: str, other: str, title: str, text: str, later: timedelta, expected: Relation
) -> None:
    archive.poll(one, entry("Convoy leaves", "1", TEXT))
    archive.poll(other, entry(title, "2", text), at=NOW + later)
    assert archive.relations() == ["new", expected.value], name


@pytest.mark.parametrize(
    ("name", "other", "title", "later", "expected"),
    [
        ("another source within the window", "b", "Rocket attack in Anbar kills 3", HOUR, "duplicate"),
        ("another number", "b", "Rocket attack in Anbar kills 4", HOUR, "updated"),
        ("a series of one source", "a", "Rocket attack in Anbar kills 3", HOUR, "new"),
        ("another day", "b", "Rocket attack in Anbar kills 3", 13 * HOUR, "related"),
    ],
)
def test_equal_headline_without_text(
    archive: Archive, name: str, other: str, title: str, later: timedelta, expected: str
) -> None:
    archive.poll("a", entry("Rocket attack in Anbar kills 3", "1"))
    archive.poll(other, entry(title, "2"), at=NOW + later)
    assert archive.relations() == ["new", expected], name


def test_newest_first_feed_is_stored_oldest_first(archive: Archive) -> None:
    archive.poll("a", entry("Newest", "2"), entry("Oldest", "1"))
    with archive.database.read() as connection:
        assert [each.article.title for each in articles.revisions_after(connection, 0, 9)] == ["Oldest", "Newest"]


def test_every_entry_is_counted(archive: Archive) -> None:
    archive.poll("a", entry("One", "1"), rejected=("no_title_no_text",))
    archive.poll("a", entry("One, changed", "1"), entry("Two", "2"))
    with archive.database.read() as connection:
        counts = articles.load_counts(connection, articles.counts)
    assert counts == {"entries": 4, "new": 2, "revised": 1, "rejected:no_title_no_text": 1}


def test_failed_commit_stores_nothing_of_a_poll(archive: Archive) -> None:
    class Killed(Exception):
        pass

    def half() -> None:
        with archive.database.write() as connection:
            source = Source("a", "https://o.example/")
            store_poll(connection, source, SourceState("a", source.url, NOW), [entry("One", "1")], (), NOW)
            raise Killed

    with pytest.raises(Killed):
        half()
    assert archive.totals() == {"articles": 0, "revisions": 0, "stories": 0, "threads": 0}


def test_entry_the_store_refuses_costs_no_other(archive: Archive) -> None:
    source = Source("a", "https://o.example/")
    bad = entry("half a pair \ud800", "2")
    with archive.database.write() as connection:
        state = SourceState("a", source.url, NOW)
        stored = store_poll(
            connection, source, state, [entry("One", "1"), bad, entry("Three", "3")], (), NOW, careful=True
        )
    assert (stored.new, dict(stored.rejected)) == (2, {"unstorable": 1})
    assert archive.totals()["articles"] == 2


def test_refused_entry_is_forgotten_so_that_a_later_one_by_its_key_is_stored(archive: Archive) -> None:
    """The store takes its GUID and refuses its address: nothing of the half may be remembered."""
    source = Source("a", "https://o.example/")
    bad = Entry("Convoy leaves at dawn", guid="1", url="https://o.example/bad")
    good = Entry("Convoy leaves at dawn", guid="1", url="https://o.example/good")
    refused = draft(bad, NOW).url_key
    with archive.database.write() as connection:
        when = f"WHEN NEW.key = '{refused}' BEGIN SELECT RAISE(ABORT, 'refused'); END"
        connection.execute(text(f"CREATE TRIGGER refuse BEFORE INSERT ON identities {when}"))
        state = SourceState("a", source.url, NOW)
        stored = store_poll(connection, source, state, [good, bad], (), NOW, careful=True)
    assert (stored.new, stored.known, dict(stored.rejected)) == (1, 0, {"unstorable": 1})
    assert len(stored.placed) == 1
    assert archive.totals()["articles"] == 1
    assert archive.poll("a", good).known == 1


def test_key_says_what_its_source_last_sent_and_of_which_article(archive: Archive) -> None:
    words = "The convoy left the base at dawn, a witness said."
    for told, revision in ((words, 1), (f"{words} It came back at noon.", 2)):
        archive.poll("a", Entry("Convoy leaves the base", "1", text=told))
        with archive.database.read() as connection:
            [found] = identified(connection, ["g:1"])
        assert (found.revision, found.said) == (revision, found.content_key)
    archive.poll("a", Entry("Minister resigns over the budget", "1", text="He told the cabinet on Monday."))
    with archive.database.read() as connection:
        [found] = identified(connection, ["g:1"])
    assert (found.title, found.said) == ("Minister resigns over the budget", found.content_key)


def test_date_of_decades_ago_beside_fresh_ones_is_no_date() -> None:
    archive = Archive()
    old, older = NOW - timedelta(days=8_000), NOW - timedelta(days=300)
    entries = [Entry(f"News number {n}", f"g{n}", published=at) for n, at in enumerate((NOW - HOUR, old, older))]
    archive.poll("a", *entries)
    with archive.database.read() as connection:
        dates = {each.article.guid: each.article.published for each in articles.revisions_after(connection, 0, 9)}
    assert dates == {"g0": NOW - HOUR, "g1": None, "g2": older}


def test_old_dates_alone_are_believed() -> None:
    archive = Archive()
    old = NOW - timedelta(days=8_000)
    archive.poll("a", Entry("From the archive", "g1", published=old), Entry("Later", "g2", published=old + 9 * HOUR))
    with archive.database.read() as connection:
        assert all(each.article.published for each in articles.revisions_after(connection, 0, 9))


def test_a_poll_that_brings_nothing_new_asks_for_no_candidates(archive: Archive) -> None:
    entry, statements = Entry("Convoy leaves the base", guid="1", text=TEXT, published=NOW), list[str]()
    archive.poll("one", entry)
    event.listen(archive.database.writing, "before_cursor_execute", lambda *each: statements.append(each[2]))
    archive.poll("one", entry, at=NOW + HOUR)
    assert statements
    assert not [each for each in statements if "sketched" in each]
