"""Stories on Reuters 1987, through the real line: P, R, F1 and wrong suppressions, beside other methods."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from crawler.article import Entry, Placement, Relation
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store.db import Database
from crawler.store.members import placement_of
from tests.bench import stories_others
from tests.bench.reuters import CORPUS, SAME_STORY, Document, Pair, documents, pairs, scores
from tests.bench.shared import missing


def placed(corpus: Iterable[Document]) -> dict[int, Placement]:
    """Take every article through the real line, one poll each, into a store in memory."""
    database = Database("sqlite://")
    database.migrate("crawler")
    source = Source("reuters", "https://wire.example/rss", owner="reuters", lang="en")
    places: dict[int, Placement] = {}
    with database.write() as connection:
        for each in corpus:
            entry = Entry(each.title, guid=str(each.id), text=each.text, published=each.published)
            state = SourceState(source.id, source.url, each.published)
            stored = store_poll(connection, source, state, [entry], (), each.published)
            if stored.placed:
                places[each.id] = placement_of(connection, stored.placed[0][1])
    database.close()
    return places


def predicted(pair: Pair, places: Mapping[int, Placement]) -> str:
    """Give what the line made of a pair: duplicate, updated (one story), or other."""
    one, other = places.get(pair.earlier.id), places.get(pair.later.id)
    if one is None or other is None or one.story != other.story:
        return "other"
    return "duplicate" if other.relation is Relation.DUPLICATE else "updated"


def report(name: str, judge: Callable[[Pair], str], labelled: Iterable[Pair]) -> None:
    rows = [(judge(pair), pair.label) for pair in labelled]
    same = scores((said != "other", label in SAME_STORY) for said, label in rows)
    duplicate = scores((said == "duplicate", label == "duplicate") for said, label in rows)
    print(f"{name:34} same story {_figures(same)}   duplicate {_figures(duplicate)}")


def _figures(values: tuple[float, float, float]) -> str:
    return " ".join(f"{value:.3f}" for value in values)


def run() -> None:
    """Print the comparison."""
    if missing(CORPUS):
        return
    corpus = documents()
    labelled = pairs(corpus)
    start = time.perf_counter()
    places = placed(corpus)
    taken = time.perf_counter() - start
    relations = {name.value: sum(each.relation is name for each in places.values()) for name in Relation}
    print(f"{len(corpus)} articles in {taken:.1f} s, {len(corpus) / taken:.0f} articles/s; {relations}")
    for half in (0, 1):
        report(f"half {half}", lambda pair: predicted(pair, places), [pair for pair in labelled if pair.half == half])
    suppressed(labelled, places, len(corpus))
    held = [pair for pair in labelled if pair.half == 1]
    for name, likeness in stories_others.methods(corpus).items():
        report(name, stories_others.judge(likeness, labelled), held)


def suppressed(labelled: list[Pair], places: Mapping[int, Placement], articles: int) -> None:
    """Print the articles called duplicate though a labelled pair in their story says update or different."""
    good = {pair.later.id for pair in labelled if pair.label == "duplicate" and predicted(pair, places) == "duplicate"}
    wrong = [pair for pair in labelled if pair.label != "duplicate" and predicted(pair, places) == "duplicate"]
    wrong = [pair for pair in wrong if pair.later.id not in good]
    print(f"labelled wrong suppressions: {len(wrong)}, {1000 * len(wrong) / articles:.2f} per 1,000 articles")
    print("  ids:", ", ".join(f"{pair.earlier.id}/{pair.later.id} {pair.label}" for pair in wrong))
