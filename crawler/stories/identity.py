"""Which article an entry is. Pure: what is known by its keys goes in, new, known or revised comes out.

The GUID in its source is asked first, then the canonical URL; equal titles never make identity. What a new
article is to other articles is judged by its text, in `verdict` and `placing`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz, utils

from crawler.article import Relation
from crawler.parse.normalise import Draft

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
