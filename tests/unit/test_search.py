"""Words as they are typed become a search; the archive is searched as it stands, in three scripts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from alerts.rules.config import load
from alerts.rules.searching import LONGEST, MOST_WORDS, Unsearchable, read_search
from crawler.article import Entry
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store import articles as archive
from crawler.store import retention, search
from crawler.store.searched import searched
from crawler.store.sketches import drop_sketch
from crawler.store.stored_words import stored_among, stored_beginning
from crawler.text.searching import Search, Sought, excerpt, hits, marked
from tests.migrated import new_store
from tests.unit.desk import NOW

HOUR = timedelta(hours=1)
SINCE = ("daemons", "leases", "asked_polls", "host_rests", "host_turns")  # tables that came after the index
HEADLINES = {
    "en": "Drones strike the base at Ain al-Asad, U.S. officers say",
    "ar": "طائرة مسيّرة تستهدف قاعدة عين الأسد غربي العراق وببغداد اجتماع",
    "fa": "حملهٔ پهپادی به پایگاه عین‌الاسد؛ نیروهای آمریکایی کشته‌ها را شمردند",
    "ckb": "هێرشی درۆن بۆ سەر بنکەی عەین ئەسەد لە هەولێر",
    "sport": "Iraq beat Iran at football in Basra",
}


class Archive:
    """A store in memory with one article a headline, an hour apart."""

    def __init__(self, *names: str) -> None:
        self.database = new_store(None, "crawler")
        for at, name in enumerate(names):
            self.poll(name, HEADLINES[name], at)

    def poll(self, name: str, title: str, at: int, body: str = "Told by a made-up outlet.") -> None:
        now = NOW + at * HOUR
        source = Source("wire", "https://wire.example/rss", name="Wire")
        entry = Entry(title, guid=name, summary=body)
        with self.database.write() as connection:
            store_poll(connection, source, SourceState("wire", source.url, now), [entry], (), now)

    def found(self, words: str, **how: object) -> list[str]:
        """Return the guids of what a search finds."""
        asked = {"since": None, "before": None, "most": 50} | how
        with self.database.read() as connection:
            return [str(each.article.guid) for each in searched(connection, read_search(words), **asked)]  # type: ignore[arg-type]


@pytest.fixture
def kept() -> Iterator[Archive]:
    made = Archive(*HEADLINES)
    yield made
    made.database.close()


def phrases(words: str) -> tuple[list[str], list[str]]:
    made = read_search(words)
    return [each.phrases[0] for each in made.wanted], [each.phrases[0] for each in made.unwanted]


@pytest.mark.parametrize(
    ("words", "wanted", "unwanted"),
    [
        ("drone base", ["drone", "base"], []),
        ('"Ain al-Asad" drone', ["ain al asad", "drone"], []),
        ("“Ain al-Asad” -football", ["ain al asad"], ["football"]),
        ('base -"beat Iran"', ["base"], ["beat iran"]),
        ("F-16 U.S. don't", ["f 16", "us", "dont"], []),
        ('drone "base at', ["drone", "base at"], []),
        ("حملهٔ «عین‌الاسد»", ["حمله", "عين الاسد"], []),
        ("drone - base", ["drone", "base"], []),
        ("NEAR(a b) OR c* AND ^d {col}:e", ["near a", "b", "or", "c", "and", "d", "col e"], []),
    ],
)
def test_words_are_read(words: str, wanted: list[str], unwanted: list[str]) -> None:
    assert phrases(words) == (wanted, unwanted)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "nothing to find"),
        ("-drone", "nothing to find"),
        ('"" ... *', "nothing to find"),
        ("a" * (LONGEST + 1), "at most 500 characters"),
        ("w " * (MOST_WORDS + 1), "at most 20 words"),
    ],
)
def test_what_is_no_search_is_refused_with_what_is(words: str, why: str) -> None:
    with pytest.raises(Unsearchable, match=why):
        read_search(words)
    assert read_search("a" * LONGEST)
    assert read_search("w " * MOST_WORDS)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("drone", ["en"]),  # "Drones"
        ('"drone"', []),
        ("us officer", ["en"]),
        ("الأسد", ["fa", "ar"]),
        ("بغداد", ["ar"]),  # wa-bi-Baghdad
        ("مسيره", ["ar"]),
        ("پهپادی", ["fa"]),
        ("کشته", ["fa"]),  # koshteha
        ("ئەسەد", ["ckb"]),
        ("iraq", ["sport"]),
        ("base -strike", []),
        ("iran", ["sport"]),
        ("at", ["sport", "en"]),  # the newest first
        ("at -football", ["en"]),
        ('"base at Ain"', ["en"]),
        ('"at base Ain"', []),
        ("outlet", ["sport", "ckb", "fa", "ar", "en"]),  # of the text
    ],
)
def test_the_archive_is_searched_in_every_script(words: str, found: list[str], kept: Archive) -> None:
    assert kept.found(words) == found


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("بغداد", [("وببغداد",)]),
        ("drone nowhere", [("drones",), ()]),
        ('"base at Ain" -football -cricket', [("base at ain",)]),
        ('"Ain at base"', [("ain at base",)]),
    ],
)
def test_spellings_that_no_article_has_are_left_out_of_a_large_search(
    words: str, left: list[tuple[str, ...]], kept: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read_search(words)
    with kept.database.read() as connection:
        assert search.narrowed(connection, whole) == whole, "a small one stays as it is"
        monkeypatch.setattr(search, "FEW", 1)
        made = search.narrowed(connection, whole)
        assert [each.phrases for each in made.wanted] == left
        assert [each.phrases for each in made.unwanted] == ([("football",)] if "-football" in words else [])
        found = [each.seq for each in searched(connection, whole, None, None, 50)]
        assert [each.seq for each in searched(connection, made, None, None, 50)] == found
        assert search.among(connection, made, found) == set(found)


def test_words_are_looked_up_as_they_are_stored(kept: Archive) -> None:
    asked = {"drones", "drone", "al", "asad", "zzz", "\U0010ffff", "0", "اسد", "الاسد", "football"}
    with kept.database.read() as connection:
        assert stored_among(connection, asked) == {"drones", "al", "asad", "الاسد", "football"}
        assert stored_beginning(connection, "a", 9) == ["a", "ain", "al", "asad", "at"]
        assert stored_beginning(connection, "a", 2) == ["a", "ain"]


def test_looking_words_up_leaves_a_connection_as_it_was(tmp_path: Path) -> None:
    database = new_store(tmp_path / "a.db")
    for opened, only in ((database.read, 1), (database.write, 0)):
        with opened() as connection:
            assert stored_among(connection, {"drone"}) == set()
            assert connection.scalar(text("PRAGMA query_only")) == only
    database.close()


def test_a_name_stands_for_all_that_is_one(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        'version: 1\nsettings: {admin: r}\nsources: [{id: w, url: "https://w.example/"}]\nreceivers: {r: {urls: ["json://127.0.0.1:9/"]}}\n'
        "entities:\n  asad: {is_a: base, aliases: [Ain al-Asad, عين الأسد]}\nlists: {play: [football]}\n"
        "rules: [{id: a, title: A, severity: routine, match: [$base, $play], notify: [r]}]\n"
    )
    config = load(rules, environ={})
    made = read_search("$base -$play", config)
    assert made.wanted[0].phrases[0] == "ain al asad"
    assert "بعين الاسد" in made.wanted[0].phrases
    assert made.unwanted[0].phrases == ("football", "footballs")
    with pytest.raises(Unsearchable, match='no list, entity or kind "bases"'):
        read_search("$bases", config)


def test_pages_follow_one_another_and_a_time_bounds_them(kept: Archive) -> None:
    with kept.database.read() as connection:
        first = searched(connection, read_search("outlet"), None, None, 2)
    assert [each.article.guid for each in first] == ["sport", "ckb"]
    assert kept.found("outlet", before=first[-1].seq) == ["fa", "ar", "en"]
    assert kept.found("outlet", since=NOW + 3 * HOUR) == ["sport", "ckb"]
    assert kept.found("outlet", since=NOW + 3 * HOUR + timedelta(microseconds=1)) == ["sport"]
    assert kept.found("outlet", since=NOW - HOUR) == ["sport", "ckb", "fa", "ar", "en"]
    assert kept.found("outlet", since=NOW + 5 * HOUR) == []


def test_an_edit_takes_the_place_of_what_stood_there(kept: Archive) -> None:
    kept.poll("en", "Drones strike the base at Taqaddum, U.S. officers say", 9)
    assert kept.found("taqaddum") == ["en"]
    assert kept.found("asad") == []
    assert kept.found("base") == ["en"]
    assert indexed(kept) == rebuilt(kept)


def test_what_is_deleted_is_found_no_more(kept: Archive) -> None:
    with kept.database.write() as connection:
        old = archive.revisions_after(connection, 0, 2)
        for each in old:
            drop_sketch(connection, each.article.id)
        gone = [each.placement.story for each in old]
        retention.delete_stories(connection, gone, NOW)
    assert kept.found("outlet") == ["sport", "ckb", "fa"]
    assert indexed(kept) == rebuilt(kept)


def indexed(kept: Archive) -> set[tuple[str, int, int]]:
    """Return every word of the index with its article and place."""
    with kept.database.write() as connection:
        connection.execute(text(f"CREATE VIRTUAL TABLE temp.held USING fts5vocab(main, {search.INDEX}, instance)"))
        found = {(row.term, row.doc, row.offset) for row in connection.execute(text("SELECT * FROM temp.held"))}
        connection.execute(text("DROP TABLE temp.held"))
    return found


def rebuilt(kept: Archive) -> set[tuple[str, int, int]]:
    """Return the same of an index made anew, by the way of an older store's."""
    with kept.database.write() as connection:
        connection.execute(text("UPDATE search_fill SET folding = 'other'"))
        while search.fill(connection):
            pass
    return indexed(kept)


def test_an_older_store_is_filled_a_slice_at_a_time_the_newest_first(
    kept: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_OLDER", search._OLDER.limit(2))
    with kept.database.write() as connection:
        for each in (search.INDEX, "search_fill", *SINCE):
            connection.execute(text(f"DROP TABLE {each}"))
        connection.execute(text("UPDATE crawler_version SET version_num = 'crawler_5'"))
    kept.database.migrate("crawler")
    slices = []
    kept.poll("new", "A new one is found at once", 7)
    kept.poll("sport", "Iraq beat Iran at chess in Basra", 8)  # edited before it was filled
    while True:
        with kept.database.read() as connection:
            left = search.unfilled(connection)
        slices.append((left, kept.found("outlet")))
        with kept.database.write() as connection:
            if not search.fill(connection):
                break
    assert slices == [
        (5, ["sport", "new"]),
        (2, ["sport", "new", "ckb", "fa"]),
        (0, ["sport", "new", "ckb", "fa", "ar", "en"]),
    ]
    assert kept.found("football") == []
    assert indexed(kept) == rebuilt(kept)


def test_what_is_not_in_the_index_yet_is_not_taken_out_of_it(kept: Archive) -> None:
    """An older store's first edit comes before its first slice: FTS5 calls it damage where there is nothing to take."""
    with kept.database.write() as connection:
        connection.execute(text(f"INSERT INTO {search.INDEX} ({search.INDEX}) VALUES ('delete-all')"))
        search.begin_anew(connection)
    kept.poll("en", "Drones strike the base at Taqaddum, U.S. officers say", 9)
    with kept.database.write() as connection:
        search.remove(connection, [each.article.id for each in archive.revisions_after(connection, 1, 3)])
    assert kept.found("taqaddum") == ["en"]
    assert indexed(kept) < rebuilt(kept)


def test_a_new_store_waits_for_nothing() -> None:
    made = Archive()
    with made.database.write() as connection:
        assert (search.fill(connection), search.unfilled(connection)) == (0, 0)
    made.poll("a", "One article", 0)
    with made.database.write() as connection:
        assert (search.fill(connection), search.unfilled(connection)) == (0, 0)
    assert made.found("article") == ["a"]
    made.database.close()


def test_what_was_found_is_marked_where_it_stands() -> None:
    text_ = "At Ain al‑Asad, U.S. officers spoke. ببغداد too; ain AL ASAD again."
    made = read_search('"ain al-asad" us بغداد')
    assert [text_[a:b] for a, b in hits(text_, made)] == ["Ain al‑Asad", "U.S.", "ببغداد", "ain AL ASAD"]
    assert "".join(each.text for each in marked(text_, made)) == text_
    long = "word " * 100 + "militia moved" + " more" * 100
    shown = excerpt(long, Search((Sought(("militia",)),)))
    assert [each.text for each in shown if each.hit] == ["militia"]
    assert (shown[0].text, shown[-1].text) == ("... ", " ...")
    assert sum(len(each.text) for each in shown) < 220
    assert [each.text for each in excerpt("Nothing of it.", made)] == ["Nothing of it."]
