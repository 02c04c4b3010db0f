"""A poll that is stored in parts becomes what it would in one commit, and is polled only with its last part."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Connection

from crawler.article import Entry
from crawler.collect.drafting import drafts_of, in_parts
from crawler.collect.ingest import store_part, store_poll
from crawler.collect.stored import Stored
from crawler.sources.source import Source, SourceState
from crawler.store import articles as archive
from crawler.store.source_states import load_states
from tests.migrated import new_store
from tests.unit.desk import NOW

SOURCE = Source("one", "https://o.example/")
STATE = SourceState("one", SOURCE.url, NOW, etag='"2"')
WORDS = ["".join(random.Random(n).choices("abdegiklmnoprstu", k=6)) for n in range(2_000)]


def entries(many: int) -> list[Entry]:
    """Return entries of which some are reprints of each other, some the same entry twice, and some share a link."""
    rand = random.Random(7)
    texts = [" ".join(rand.choices(WORDS, k=30)) for _ in range(many // 2)]
    made = []
    for n in range(many):
        link = f"https://o.example/{n}" if n % 9 else "https://o.example/"
        text = rand.choice(texts)
        title = text.rpartition(" ")[0] if n % 2 else f"Report on the {rand.choice(WORDS)}"
        made.append(Entry(title, url=link, summary=text))
    return [*made, *made[:: many // 4]]


def stored_in_parts(connection: Connection, given: list[Entry], most: int, rejected: tuple[str, ...] = ()) -> Stored:
    *parts, last = in_parts(drafts_of(SOURCE, given, NOW), most)
    earlier = Stored()
    for part in parts:
        earlier += store_part(connection, SOURCE, part, NOW, earlier)
    return store_poll(connection, SOURCE, STATE, given, rejected, NOW, drafts=last, earlier=earlier)


def held(connection: Connection) -> tuple[object, ...]:
    """Return the store's articles by headline and relation, its totals, ledger and state."""
    seen = [(each.article.title, each.placement.relation) for each in archive.revisions_after(connection, 0, 1_000)]
    return (
        seen,
        archive.totals(connection),
        archive.load_counts(connection, archive.counts),
        load_states(connection),
    )


@pytest.mark.parametrize("most", [1, 7, 50, 10_000])
def test_parts_become_what_one_commit_does(line: Connection, most: int) -> None:
    given = entries(60)
    whole = new_store(None, "crawler")
    with whole.write() as connection:
        once = store_poll(connection, SOURCE, STATE, given, ("no_title",), NOW)
        expected = held(connection)
    whole.close()
    made = stored_in_parts(line, given, most, ("no_title",))
    assert held(line) == expected
    assert made.amounts() == once.amounts()
    assert made.state == once.state
    assert [relation for relation, _ in made.placed] == [relation for relation, _ in once.placed]


def test_a_source_is_not_polled_before_its_last_part(line: Connection) -> None:
    given = entries(40)
    first, *_ = in_parts(drafts_of(SOURCE, given, NOW), 30)
    stored = store_part(line, SOURCE, first, NOW, Stored())
    assert (stored.entries, stored.new + stored.known + stored.revised) == (30, 30)
    assert load_states(line) == {}
    again = stored_in_parts(line, given, 30)  # after a crash
    assert again.new + stored.new == archive.totals(line)["articles"]
    assert load_states(line)["one"].etag == '"2"'
    with_one = new_store(None, "crawler")
    with with_one.write() as connection:
        store_poll(connection, SOURCE, STATE, given, (), NOW)
        assert archive.totals(connection)["articles"] == archive.totals(line)["articles"]
    with_one.close()


def test_parts_keep_the_order_and_the_dates_of_the_whole_poll() -> None:
    given = [Entry(f"Report {n}", guid=str(n), published=NOW - timedelta(minutes=n)) for n in range(9)]
    given.append(Entry("Misprint", guid="x", published=NOW - timedelta(days=40_000)))
    parts = in_parts(drafts_of(SOURCE, given, NOW), 4)
    assert [len(each) for each in parts] == [4, 4, 2]
    whole = [made for part in parts for _, made in part]
    assert whole[0].entry.title == "Misprint"
    assert whole[0].published is None, "judged beside the whole poll"
    assert all(
        one.published < other.published for one, other in pairwise(whole[1:]) if one.published and other.published
    )
    assert in_parts([]) == [()]


def test_one_headline_twice_is_no_edit_of_an_earlier_part(line: Connection) -> None:
    given = [
        Entry("Convoy leaves the base", "g2", "https://o.example/2", "It was seen at dawn.", published=NOW),
        Entry("Convoy leaves the base", "g1", "https://o.example/1", "It left in the night.", published=NOW),
    ]
    made = stored_in_parts(line, given, 1)
    assert (made.new, made.known, made.revised) == (1, 1, 0)
