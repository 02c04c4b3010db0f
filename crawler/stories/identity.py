"""Decide whether an entry of a feed is an article we already have: new, known or revised. Pure.

The GUID (unique in its source) is tried before the canonical URL; an equal title alone never makes two entries one
article. Whether different articles report the same story is decided from their texts, in `verdict` and `placing`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz, utils

from crawler.article import Relation
from crawler.parse.normalise import Draft

SAME_HEADLINE = 60.0  # rapidfuzz token_sort_ratio, 0-100: below it a reused key names another story
COMPARED_CHARACTERS = 300  # of a headline


@dataclass(frozen=True, slots=True)
class Identified:
    """A stored article found by one of its keys.

    `said` is the content key of what `source` last sent under it, `content_key` that of the newest revision: they
    differ once the article has its page's text.
    """

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
    """What an entry is: new, known (nothing changed) or revised (headline or text changed).

    `article` is the id of the article it is, `revision` the number it then has; both are empty for a new one.
    """

    relation: Relation
    article: str = ""
    revision: int = 0


def identify(made: Draft, source: str, keys: tuple[str, ...], known: Iterable[Identified]) -> Identity:
    """Return which of the `known` articles an entry is, if any. `keys` are the entry's own, strongest first."""
    ranked = sorted(
        (each for each in known if each.key in keys and (each.source == source or each.key.startswith("u:"))),
        key=lambda each: (keys.index(each.key), each.source != source),
    )
    for each in ranked:
        if _is_same(made, each):
            return _compare(made, source, each)
    return Identity(Relation.NEW)


def _is_same(made: Draft, each: Identified) -> bool:
    """Return whether a matching key names the same article.

    Some outlets reuse a GUID or a URL for another story. Where only one of the two agrees, the headlines must be
    similar.
    """
    # equal content under a shared key is the same article, whichever key it was
    if made.content_key in {each.said, each.content_key}:
        return True
    guid, url = made.entry.guid, made.url
    agree_guid, agree_url = guid == each.guid, url == each.url
    if (agree_guid and agree_url) or (agree_url and guid is None) or (agree_guid and url is None):
        return True
    return similar_headlines(made.entry.title, each.title)


def similar_headlines(one: str, other: str) -> bool:
    """Return whether two headlines are at least SAME_HEADLINE alike, whatever the order of their words."""
    score = fuzz.token_sort_ratio(
        one[:COMPARED_CHARACTERS], other[:COMPARED_CHARACTERS], processor=utils.default_process
    )
    return score >= SAME_HEADLINE


def _compare(made: Draft, source: str, each: Identified) -> Identity:
    if made.content_key == each.content_key or (each.source == source and each.said == made.content_key):
        return Identity(Relation.KNOWN, each.article, each.revision)
    if each.source != source:  # another feed of the outlet words it differently: no change, a second wording
        return Identity(Relation.KNOWN, each.article, each.revision)
    return Identity(Relation.REVISED, each.article, each.revision + 1)
