"""Reports placed by a store of their own, or judged pair by pair, for the tests of what joins."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations

from crawler.article import Entry, Placement, Relation
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store.members import placement_of
from crawler.stories.verdict import Side, judge
from crawler.stories.wording import wording
from tests.migrated import new_store
from tests.unit.desk import NOW

JOINS = {Relation.DUPLICATE, Relation.UPDATED}
HOUR = timedelta(hours=1)


def placed(lang: str, reports: list[tuple[str, str]], *, apart: timedelta = 2 * HOUR) -> list[Placement]:
    """Poll reports from as many sources, one after the other, into a new store; return where each was placed."""
    database = new_store(None, "crawler")
    found = []
    for number, (title, text) in enumerate(reports):
        at = NOW + number * apart
        source = Source(f"s{number}", f"https://s{number}.example/", owner=f"s{number}", lang=lang)
        entry = Entry(title, guid=f"{number}", text=text)
        with database.write() as connection:
            stored = store_poll(connection, source, SourceState(source.id, source.url, at), [entry], (), at)
            found.append(placement_of(connection, stored.placed[0][1]))
    database.close()
    return found


def side(number: int, lang: str, title: str, text: str, at: timedelta) -> Side:
    name = f"s{number}"
    return Side(f"a{number}", name, name, name, lang, NOW + at, wording(title, text, name))


def swallowed(lang: str, reports: list[tuple[str, str]]) -> list[str]:
    """Judge each pair of reports, as on the first day of a store; return the evidence of those that join."""
    sides = [side(number, lang, *report, number * 2 * HOUR) for number, report in enumerate(reports)]
    verdicts = [judge(one, other) for one, other in combinations(sides, 2)]
    return [verdict.evidence for verdict in verdicts if verdict.relation in JOINS]
