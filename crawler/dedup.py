"""Which article an entry is, and which story an article belongs to. Pure: candidates in, a verdict out.

Identity comes first: the GUID in its source, then the canonical URL. Text comes second: equal folded text
makes a duplicate. An equal headline alone makes one only across sources and within 12 hours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from rapidfuzz import fuzz, utils

from crawler.article import Placement, Relation
from crawler.normalise import Draft

TEXT_WINDOW = timedelta(hours=72)
HEADLINE_WINDOW = timedelta(hours=12)
SAME_HEADLINE = 60.0  # rapidfuzz token_sort_ratio, 0-100: below it a reused key names another story
COMPARED = 300  # characters of a headline compared


@dataclass(frozen=True, slots=True)
class Identified:
    """An article known by a key: what it says now, and what this source said last under the key (`said`)."""

    key: str
    source: str
    article: str
    said: str
    title: str
    url: str | None
    guid: str | None
    content_key: str
    revision: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article with the same folded text."""

    id: str
    story: str
    thread: str
    source: str
    outlet: str
    owner: str
    origin: str
    headline_only: bool
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """What an entry is: `new`, `known` (nothing changed) or `revised` (headline or text changed)."""

    relation: Relation
    article: str = ""
    revision: int = 0


def identify(made: Draft, source: str, keys: tuple[str, ...], known: Iterable[Identified]) -> Identity:
    """Say which known article an entry is, if any. `keys` are its own, the strongest first."""
    ranked = sorted(
        (each for each in known if each.key in keys and (each.source == source or each.key.startswith("u:"))),
        key=lambda each: (keys.index(each.key), each.source != source),
    )
    for each in ranked:
        if _is_same(made, each):
            return _compare(made, source, each)
    return Identity(Relation.NEW)


def _is_same(made: Draft, each: Identified) -> bool:
    """One key alone may have been reused for another story; then the headline has the last word."""
    if made.content_key in {each.said, each.content_key}:
        return True
    guid, url = made.entry.guid, made.url
    agree_guid, agree_url = guid == each.guid, url == each.url
    if (agree_guid and agree_url) or (agree_url and guid is None) or (agree_guid and url is None):
        return True
    return similar_headlines(made.entry.title, each.title)


def similar_headlines(one: str, other: str) -> bool:
    score = fuzz.token_sort_ratio(one[:COMPARED], other[:COMPARED], processor=utils.default_process)
    return score >= SAME_HEADLINE


def _compare(made: Draft, source: str, each: Identified) -> Identity:
    if made.content_key == each.content_key or (each.source == source and each.said == made.content_key):
        return Identity(Relation.KNOWN, each.article, each.revision)
    if each.source != source:  # another feed of the outlet words it differently: no change, a second wording
        return Identity(Relation.KNOWN, each.article, each.revision)
    return Identity(Relation.REVISED, each.article, each.revision + 1)


def place(made: Draft, source: str, now: datetime, fresh: Placement, candidates: Iterable[Candidate]) -> Placement:
    """Give a new article its story: that of the first article with the same text, else `fresh`."""
    for each in candidates:
        evidence = _evidence(made, source, now, each)
        if evidence:
            return Placement(Relation.DUPLICATE, each.story, each.thread, evidence, origin=each.origin)
    return fresh


def _evidence(made: Draft, source: str, now: datetime, each: Candidate) -> str:
    age = now - each.first_seen
    if made.headline_only != each.headline_only:
        return ""
    if not made.headline_only:
        return f"same headline and text as {each.id} ({each.outlet})" if age <= TEXT_WINDOW else ""
    if each.source == source or age > HEADLINE_WINDOW:
        return ""
    return f"same headline as {each.id} ({each.outlet}), {round(age.total_seconds() / 60)} min before"
