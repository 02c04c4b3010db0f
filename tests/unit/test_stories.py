"""Stories through the store: keys live and die with their article, boilerplate is learned, edits say what changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from crawler.article import Entry, Relation, Revision
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store import articles as archive
from crawler.store import sketches
from crawler.store.db import Database
from crawler.stories.sketch import pack, sketch
from crawler.stories.wording import wording
from tests.migrated import new_store
from tests.unit.desk import NOW
from tests.unit.reports import FRESH, MORE, TEXT, TITLE

HOUR = timedelta(hours=1)


@pytest.fixture
def database() -> Iterator[Database]:
    made = new_store(None, "crawler")
    yield made
    made.close()


def poll(database: Database, source: str, title: str, text: str = "", key: str = "", at: timedelta = 0 * HOUR) -> None:
    polled = Source(source, f"https://{source}.example/", name=source.title(), owner=source, lang="en")
    # what has a key was published once, whatever its headline becomes
    entry = Entry(title, guid=key or f"{source}/{title}", text=text, published=NOW if key else None)
    with database.write() as connection:
        store_poll(connection, polled, SourceState(source, polled.url, NOW + at), [entry], (), NOW + at)


def revisions(database: Database) -> list[Revision]:
    with database.read() as connection:
        assert sketches.misplaced(connection) == {}
        return archive.revisions_after(connection, 0, 1000)


def test_follow_up_opens_its_own_story_in_the_thread(database: Database) -> None:
    poll(database, "one", TITLE, TEXT)
    poll(database, "two", "Interior minister dismissed over mine blast", FRESH + MORE, at=HOUR)
    first, second = (each.placement for each in revisions(database))
    assert second.relation is Relation.RELATED
    assert (second.thread, second.story == first.story) == (first.thread, False)


def test_reprint_of_an_update_joins_the_same_story(database: Database) -> None:
    later = TITLE.replace("14", "17"), TEXT.replace("14", "17")
    poll(database, "one", TITLE, TEXT)
    poll(database, "two", *later, at=HOUR)
    poll(database, "three", *later, at=2 * HOUR)
    poll(database, "four", TITLE, TEXT, at=3 * HOUR)
    placed = [each.placement for each in revisions(database)]
    assert [each.relation.value for each in placed] == ["new", "updated", "duplicate", "duplicate"]
    assert len({each.story for each in placed}) == 1
    assert [each.change for each in placed] == ["", "14 -> 17 soldiers", "", ""]
    assert {each.origin for each in placed} == {"one"}


@pytest.mark.parametrize("careful", [False, True], ids=["together", "entry-by-entry"])
def test_entries_of_one_poll_join_the_stories_that_others_of_it_open(database: Database, careful: bool) -> None:
    later = TITLE.replace("14", "17"), TEXT.replace("14", "17")
    told = [
        ("Ferry timetable for the winter", "The islands get one boat a day from Monday, the harbour office said.", "1"),
        (TITLE, TEXT, "2"),
        (*later, "3"),
        ("Rain and storms expected", "A front from the west brings rain to the coast tonight.", "rain"),
        (TITLE, TEXT, "4"),
        ("Interior minister dismissed over mine blast", FRESH + MORE, "5"),
    ]
    poll(database, "one", "Rain expected", "A front from the west brings rain to the coast tonight.", key="rain")
    with database.write() as connection:
        source, at = Source("one", "https://one.example/", owner="one", lang="en"), NOW + HOUR
        entries = [Entry(title, guid=key, text=text) for title, text, key in reversed(told)]
        state = SourceState("one", source.url, at)
        stored = store_poll(connection, source, state, entries, (), at, careful=careful)
    assert (stored.new, stored.revised, stored.rejected.total()) == (5, 1, 0)
    placed = [each.placement for each in revisions(database)[1:]]
    assert [each.relation.value for each in placed] == ["new", "new", "updated", "revised", "duplicate", "related"]
    _, blast, update, _, reprint, related = placed
    assert blast.story == update.story == reprint.story
    assert (related.thread, related.story == blast.story) == (blast.thread, False)


def test_edit_says_what_changed_and_its_keys_replace_the_old(database: Database) -> None:
    poll(database, "one", TITLE, TEXT, key="1")
    poll(database, "one", "Parliament dismisses interior minister", FRESH, key="1", at=HOUR)
    poll(database, "two", TITLE, TEXT, at=2 * HOUR)
    poll(database, "three", "Parliament dismisses interior minister", FRESH, at=3 * HOUR)
    first, edited, old, fresh = revisions(database)
    assert (edited.placement.relation, edited.placement.change) == (Relation.REVISED, "new lead")
    assert (old.placement.relation, fresh.placement.relation) == (Relation.NEW, Relation.DUPLICATE)
    assert fresh.placement.story == first.placement.story


def test_edit_of_typography_changes_nothing(database: Database) -> None:
    poll(database, "one", TITLE, TEXT, key="1")
    poll(database, "one", TITLE, TEXT + " The road stays closed.", key="1", at=HOUR)
    assert [each.placement.change for each in revisions(database)] == ["", ""]


def test_keys_before_the_window_are_dropped_in_slices(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sketches, "ARTICLES_DROPPED", 2)
    for number, word in enumerate(("minister", "bridge", "drought")):
        poll(database, "one", f"The {word} and the {number + 4} days", at=number * HOUR)
    now = NOW + sketches.WINDOW + 2 * HOUR
    with database.write() as connection:
        assert [sketches.expire(connection, now) for _ in range(2)] == [2, 0]
        assert connection.scalar(select(func.count()).select_from(sketches.sketched)) == 1
        assert sketches.misplaced(connection) == {}


def test_what_lies_before_the_window_is_not_compared_though_still_stored(database: Database) -> None:
    poll(database, "one", TITLE, TEXT)
    poll(database, "two", TITLE, TEXT, at=sketches.WINDOW + HOUR)
    assert [each.placement.relation.value for each in revisions(database)] == ["new", "new"]


ADVERT = "Follow the channel of this paper for more news from the region. All its writers are in twelve cities. "
TOLD = {
    "Dam gates opened": "Engineers opened two gates of the dam.",
    "Bank lowers rate": "The central bank lowered its rate by a quarter point.",
    "School year begins": "Pupils went back to class on Sunday in the whole country.",
    "Court frees editor": "A court freed the editor after nine months.",
    "Ferry line resumes": "The ferry to the island runs again twice a day.",
}


def test_sentences_a_source_repeats_are_learned_and_do_not_join_its_articles(database: Database) -> None:
    for number, (title, body) in enumerate(TOLD.items()):
        poll(database, "one", title, f"{body} {ADVERT}", at=number * HOUR)
    placed = [each.placement.relation for each in revisions(database)]
    assert Relation.DUPLICATE not in placed
    assert Relation.UPDATED not in placed
    with database.read() as connection:
        known = sketches.repeated_among(connection, sketches.EVERYWHERE, wording("", ADVERT).numbers)
        assert known == wording("", ADVERT).numbers


def test_a_sentence_is_taken_off_its_source_once_that_repeats_it(database: Database) -> None:
    own = wording("", ADVERT).numbers
    with database.write() as connection:
        sketches.count_sentences(connection, "one", dict.fromkeys(own, sketches.REPEATED_FROM - 1), NOW)
    for repeated in (False, True):
        with database.write() as connection:
            read = sketches.Candidates(connection, NOW).read
            assert read("Dam", ADVERT, "one", "One").numbers.isdisjoint(own) == repeated
            assert read("Dam", ADVERT, "two", "Two").numbers == own
            sketches.count_sentences(connection, "one", dict.fromkeys(own, 1), NOW)


@pytest.mark.parametrize("careful", [False, True], ids=["together", "entry-by-entry"])
def test_what_a_poll_learns_is_taken_off_its_later_entries(database: Database, careful: bool) -> None:
    poll(database, "two", TITLE, TEXT)  # an empty store has no window to look into
    source = Source("one", "https://one.example/", owner="one", lang="en")
    entries = [Entry(title, guid=title, text=f"{body} {ADVERT}") for title, body in reversed(TOLD.items())]
    with database.write() as connection:
        state = SourceState("one", source.url, NOW)
        store_poll(connection, source, state, entries, (), NOW, careful=careful)
        kept = connection.scalars(select(sketches.sketched.c["keys"]).order_by(sketches.sketched.c.seq)).all()
    title, body = list(TOLD.items())[-1]
    assert kept[-1] == pack(sketch(wording(title, body)))  # the last is compared by its own words alone


def test_frames_of_an_entry_that_was_refused_are_not_kept(database: Database) -> None:
    with database.write() as connection:
        candidates = sketches.Candidates(connection, NOW)
        frames = wording("", ADVERT).numbers
        refused = connection.begin_nested()
        candidates.learn(frames)
        refused.rollback()
        text = " ".join((TOLD["Dam gates opened"], ADVERT))
        assert candidates.read("Dam", text, "one", "One").numbers.isdisjoint(frames)  # why ingest takes another object
        assert sketches.Candidates(connection, NOW).read("Dam", text, "one", "One").numbers >= frames


def test_evidence_of_a_new_story_names_the_closest_one(database: Database) -> None:
    poll(database, "one", "Mine blast hits border convoy", TEXT)
    poll(database, "two", "Mine blast debate hits border ministry", FRESH, at=HOUR)
    placed = revisions(database)[1].placement
    assert placed.relation is Relation.NEW
    assert "needs 55 %" in placed.evidence


@pytest.mark.parametrize("sources", [50])
def test_one_headline_of_fifty_sources_is_one_story(database: Database, sources: int) -> None:
    for number in range(sources):
        poll(database, f"s{number}", "Army says drone downed over northern base", at=timedelta(minutes=number))
    placed = [each.placement for each in revisions(database)]
    assert len({each.story for each in placed}) == 1
    assert {each.origin for each in placed} == {"s0"}


def test_rotated_guid_and_bumped_date_make_no_article(database: Database) -> None:
    polled = Source("one", "https://one.example/", lang="en")
    for number in range(3):
        at: datetime = NOW + number * HOUR
        entry = Entry(TITLE, guid=f"rotated-{number}", url="https://one.example/a", text=TEXT, published=at)
        with database.write() as connection:
            store_poll(connection, polled, SourceState("one", polled.url, at), [entry], (), at)
    assert len(revisions(database)) == 1
