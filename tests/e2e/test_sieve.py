"""A source that keeps only what a rule matches: the rest is counted and remembered by number, and nothing is lost."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

from tests.e2e.conftest import Desk
from tests.e2e.rounds import T0, T1, T2, T3, balanced, item
from tests.e2e.servers import rss

KEYS = "full_text: never, keep: matched"


def rows(desk: Desk, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(desk.place / "var" / "watchfloor.db")) as connection:
        return connection.execute(query).fetchall()


def world(first: int, last: int) -> list[dict[str, str]]:
    return [item(f"w{n}", f"Harvest report of number {n} from the plains") for n in range(first, last)]


def test_matched_item_is_stored_with_everything_and_others_by_number_only(desk: Desk) -> None:
    desk.outlet.serve("/world.xml", rss(*world(0, 30), item("m", "A militia convoy left the plains")))
    desk.write("/world.xml", keys=KEYS)
    assert desk.rounds(T0)[0]["deliveries"] == 1
    ledger = desk.status()["ledger"]
    assert (ledger["entries"], ledger["new"], ledger["passed"]) == (31, 1, 30)
    assert rows(desk, "SELECT title FROM articles") == [("A militia convoy left the plains",)]
    assert rows(desk, "SELECT count(*) FROM passed_keys") == [(30,)]
    assert rows(desk, "SELECT count(*) FROM evidence") == [(1,)]
    assert "30 matched by no rule and not kept" in desk.run("status").stdout
    assert balanced(desk)


def test_item_that_is_shown_again_is_known_and_one_that_changed_is_looked_at_again(desk: Desk) -> None:
    desk.outlet.serve("/world.xml", rss(*world(0, 5)))
    desk.write("/world.xml", keys=KEYS)
    desk.rounds(T0)
    desk.outlet.serve("/world.xml", rss(*world(0, 6)))
    assert desk.rounds(T1)[0]["deliveries"] == 0
    ledger = desk.status()["ledger"]
    assert (ledger["entries"], ledger["known"], ledger["passed"]) == (11, 5, 6)
    changed = item("w2", "Harvest report of number 2 from the plains", "A militia then took it.")
    desk.outlet.serve("/world.xml", rss(*world(0, 2), changed, *world(3, 6)))
    assert desk.rounds(T2)[0]["deliveries"] == 1
    assert balanced(desk)


def test_kept_article_stays_one_whatever_becomes_of_its_words(desk: Desk) -> None:
    desk.outlet.serve("/world.xml", rss(item("m", "A militia convoy left the plains at dawn today")))
    desk.write("/world.xml", keys=KEYS)
    desk.rounds(T0)
    desk.outlet.serve("/world.xml", rss(item("m", "An armed convoy left the plains at dawn today")))
    desk.rounds(T1)
    ledger = desk.status()["ledger"]
    assert (ledger["new"], ledger["revised"], ledger["passed"]) == (1, 1, 0)
    assert balanced(desk)


def test_new_rule_holds_for_what_comes_and_backtest_says_what_it_cannot_see(desk: Desk) -> None:
    desk.outlet.serve("/world.xml", rss(*world(0, 8)))
    desk.write("/world.xml", keys=KEYS)
    desk.rounds(T0)
    more = "  - {id: harvest, title: Harvest, match: [harvest], severity: priority, notify: [hook]}\n"
    desk.rules.write_text(desk.rules.read_text() + more)
    desk.outlet.serve("/world.xml", rss(*world(0, 9)))
    assert desk.rounds(T1)[0]["deliveries"] == 1
    said = desk.run("backtest", "--since", "2026-06-01").stdout
    assert "not counted: 8 items of s1 that no rule matched when they came (keep: matched)" in said
    unseen = json.loads(desk.run("backtest", "--since", "2026-06-01", "--json").stdout)["unseen"]
    assert (unseen["items"], unseen["sources"]) == (8, ["s1"])


def test_daily_upkeep_forgets_what_is_no_longer_shown_and_nothing_that_is(desk: Desk) -> None:
    desk.outlet.serve("/world.xml", rss(*world(0, 8)))
    desk.write("/world.xml", keys=KEYS)
    desk.rounds(T0)
    for day in range(15, 20):
        desk.outlet.serve("/world.xml", rss(*world(0, 2), *world(100 + day, 101 + day)))
        desk.rounds(f"2026-06-{day}T06:00:00Z", f"2026-06-{day}T18:00:00Z")
    # the two that are still shown, and the one of each of the last days; five were forgotten, none came anew
    assert rows(desk, "SELECT count(*) FROM passed_keys WHERE day < 739783") == [(0,)]
    assert rows(desk, "SELECT count(*) FROM passed_keys") == [(6,)]
    assert desk.status()["ledger"]["passed"] == 13
    assert balanced(desk)


def test_what_one_source_passed_is_looked_at_anew_where_another_brings_it(desk: Desk) -> None:
    """The same item of a source of which a rule asks less: what was passed is passed for its own source only."""
    desk.outlet.serve("/world.xml", rss(*world(0, 3)))
    desk.outlet.serve("/a.xml", rss({"title": "Quiet day", "guid": "0"}))
    desk.write("/a.xml", "/world.xml", keys=KEYS)
    only = "  - {id: plains, title: Plains, match: {all: [plains, {source: s1}]}, severity: priority, notify: [hook]}\n"
    desk.rules.write_text(desk.rules.read_text() + only)
    assert desk.rounds(T0)[0]["deliveries"] == 0
    assert desk.status()["ledger"]["passed"] == 4
    desk.outlet.serve("/a.xml", rss(*world(0, 1)))
    assert desk.rounds(T1)[0]["deliveries"] == 1
    assert desk.status()["ledger"]["new"] == 1
    assert balanced(desk)


def test_other_sources_keep_all_and_share_stories_with_it(desk: Desk) -> None:
    shared = item("m", "A militia convoy left the plains at dawn today")
    desk.outlet.serve("/world.xml", rss(*world(0, 3), shared))
    desk.outlet.serve("/a.xml", rss({**shared, "guid": "own"}, *world(50, 53)))
    desk.write("/a.xml", "/world.xml", keys="full_text: never")
    rules = desk.rules.read_text().replace('/world.xml", every: 5m', '/world.xml", every: 5m, keep: matched')
    desk.rules.write_text(rules)
    assert desk.rounds(T0, T3)[0]["deliveries"] == 1
    ledger = desk.status()["ledger"]
    assert (ledger["passed"], ledger["new"]) == (3, 4)
    assert balanced(desk)
