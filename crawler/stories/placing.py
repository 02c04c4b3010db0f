"""Place a new article, compared with its candidates: story, thread, relation and the evidence in words. Pure.

Only the best match decides, and matches are never chained: an article that matches a later member of a story must also
be near the story's first text, or it opens its own story next to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from crawler.article import Placement, Relation
from crawler.stories.threads import thread_of
from crawler.stories.verdict import Side, Verdict, judge

RANKS = {Relation.DUPLICATE: 3, Relation.UPDATED: 2, Relation.RELATED: 1, Relation.NEW: 0}
JOINS = frozenset({Relation.DUPLICATE, Relation.UPDATED})
CERTAIN = 1.0  # closeness of a duplicate beyond which no better match is looked for


@dataclass(frozen=True, slots=True)
class Candidate:
    """An earlier article that shares keys with the new one, and its place. `opens`: it is the first of its story."""

    side: Side
    story: str
    thread: str
    thread_opened: datetime
    origin: str
    opens: bool


def place(later: Side, candidates: Iterable[Candidate], fresh: Placement) -> tuple[Placement, frozenset[int]]:
    """Return the place of a new article, and the sentences found to be frames around different news.

    `fresh` is the placement (own story, own thread) that it gets where it joins none.
    """
    judged: list[tuple[Verdict, Candidate]] = list(_judged(later, tuple(candidates)))
    return _place(later, judged, fresh), frozenset(number for verdict, _ in judged for number in verdict.frames)


def _place(later: Side, judged: list[tuple[Verdict, Candidate]], fresh: Placement) -> Placement:
    if not judged:
        return fresh
    verdict, best = max(judged, key=_rank)
    if verdict.relation is Relation.NEW:
        return _opening(fresh, Relation.NEW, fresh.thread, verdict.evidence)
    if verdict.relation in JOINS:
        # A resembles B and B resembles C does not make C part of A's story (decision 46): the story's first text
        # decides.
        first = next((each for each in judged if each[1].opens and each[1].story == best.story), None)
        if first is None or first[0].relation is not Relation.NEW:
            return _joining(later, verdict, best, first, fresh.origin)
        verdict = Verdict(
            Relation.RELATED, f"{verdict.evidence}; but the story's first text is no match: {first[0].evidence}"
        )
    thread = thread_of(best.thread, best.thread_opened, fresh.thread, later.seen)
    relation = Relation.RELATED if thread == best.thread else Relation.NEW
    return _opening(fresh, relation, thread, verdict.evidence)


def _judged(later: Side, candidates: tuple[Candidate, ...]) -> Iterator[tuple[Verdict, Candidate]]:
    """Yield (verdict, candidate) for the candidates in their order, until the article is certainly a duplicate."""
    for each in candidates:
        verdict = judge(each.side, later)
        yield verdict, each
        # nothing can be closer than the whole text in the first article of a story
        if verdict.relation is Relation.DUPLICATE and each.opens and verdict.closeness >= CERTAIN:
            return


def _rank(judged: tuple[Verdict, Candidate]) -> tuple[int, float, bool, float]:
    """Return the sort key of a verdict: relation, closeness, first texts of a story before later members."""
    verdict, each = judged
    return RANKS[verdict.relation], verdict.closeness, each.opens, -each.side.seen.timestamp()


def _opening(fresh: Placement, relation: Relation, thread: str, evidence: str) -> Placement:
    return Placement(relation, fresh.story, thread, evidence, origin=fresh.origin)


def _joining(
    later: Side, verdict: Verdict, best: Candidate, first: tuple[Verdict, Candidate] | None, own: str
) -> Placement:
    evidence = verdict.evidence
    if first and first[1] is not best:
        evidence += f"; the story's first text: {first[0].evidence}"
    # a carried headline without a text shows that its outlet reports it, and not that it repeats another's report
    headlines = not later.wording.words or not best.side.wording.words
    origin = own if headlines and (later.carried or best.side.carried) else best.origin
    # an update that names its agency is that agency's report, even where it repeats another owner's text
    if verdict.relation is Relation.UPDATED and later.wording.agency:
        origin = later.wording.agency
    return Placement(verdict.relation, best.story, best.thread, evidence, verdict.change, origin)
