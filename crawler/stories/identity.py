"""Decide whether an entry of a feed is an article we already have: new, known or revised. Pure.

The GUID (unique in its source) is tried before the canonical URL, then the headline with its outlet and time of
publication, then the text with both where the headline differs by a slip; an equal title alone never makes two entries
one article. Whether different articles report the same story is decided from their texts, in `verdict` and `placing`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from rapidfuzz import fuzz, utils
from rapidfuzz.distance import OSA

from crawler.article import Identified as Identified
from crawler.article import Relation
from crawler.parse.normalise import Draft
from crawler.text import urls
from crawler.text.folding import fold

SAME_HEADLINE = 60.0  # rapidfuzz token_sort_ratio, 0-100: below it a reused key names another story
COMPARED_CHARACTERS = 300  # of a headline
FEW_WORDS = 5  # of a text: fewer do not tell whether it is the same
SLIP_FROM = 5  # letters of a word in which one that is wrong is a slip
SAME_WORDS = 0.6  # of a text's words that stand in the earlier one
AT_ONCE = timedelta(minutes=1)  # publication times closer than this are one


@dataclass(frozen=True, slots=True)
class Identity:
    """What an entry is: new, known (nothing changed) or revised (headline or text changed).

    `article` is the id of the article it is, `revision` the number it then has; both are empty for a new one.
    """

    relation: Relation
    article: str = ""
    revision: int = 0


def identify(
    made: Draft,
    source: str,
    keys: tuple[str, ...],
    known: Iterable[Identified],
    body_of: Callable[[str], str] = lambda _: "",
    seen: Collection[str] = (),
) -> Identity:
    """Return which of the `known` articles an entry is, if any. `keys` are the entry's own, strongest first.

    `body_of` gives the stored text of an article; `seen` are those that earlier entries of the poll were. What another
    source only carried is never an outlet's own article: that says more.
    """
    carried = made.credit is not None and bool(made.credit.carrier)
    ranked = sorted(
        (
            each
            for each in known
            if each.key in keys
            and (each.source == source or (each.key.startswith(("u:", "h:")) and (carried or not each.carrier)))
        ),
        key=lambda each: (keys.index(each.key), each.source != source),
    )
    for each in ranked:
        if _is_same(made, each, body_of):
            return _compare(made, source, each, seen)
    return Identity(Relation.NEW)


def _is_same(made: Draft, each: Identified, body_of: Callable[[str], str]) -> bool:
    """Return whether a matching key names the same article.

    Some outlets reuse a GUID, a URL or both for another story. Where the headlines are not similar, both must agree,
    and something besides (decision 140).
    """
    # equal content under a shared key is the same article, whichever key it was
    if made.content_key in {each.said, each.content_key} or each.key.startswith("h:"):
        return True
    if each.key.startswith("b:"):
        return is_mistyped(made.entry.title, each.title)
    if similar_headlines(made.entry.title, each.title):
        return True
    guid, url = made.entry.guid, made.url
    agree_guid, agree_url = guid == each.guid, url == each.url
    if not ((agree_guid and agree_url) or (agree_url and guid is None) or (agree_guid and url is None)):
        return False
    return _is_reworded(made, each, body_of)


def _is_reworded(made: Draft, each: Identified, body_of: Callable[[str], str]) -> bool:
    """Return whether an entry under the keys of an article, with another headline, is that article edited.

    It is if its time of publication is the same, or if its text is. Without either, the address must name a page of its
    own: a banner or a live page (/breaking, /live) has a new story under the same address.
    """
    if made.published and each.published:
        if abs(made.published - each.published) < AT_ONCE:
            return True
        return _same_words(made, body_of(each.article))
    return _same_words(made, body_of(each.article)) or (made.url is not None and urls.names_a_page(made.url))


def _same_words(made: Draft, earlier: str) -> bool:
    """Return whether most words of an entry's text stand in an earlier text."""
    words = set(fold(made.text or made.summary).split())
    return len(words) >= FEW_WORDS and len(words & set(fold(earlier).split())) >= SAME_WORDS * len(words)


def similar_headlines(one: str, other: str) -> bool:
    """Return whether two headlines are at least SAME_HEADLINE alike, whatever the order of their words."""
    score = fuzz.token_sort_ratio(
        one[:COMPARED_CHARACTERS], other[:COMPARED_CHARACTERS], processor=utils.default_process
    )
    return score >= SAME_HEADLINE


def is_mistyped(one: str, other: str) -> bool:
    """Return whether two headlines differ by a slip in one word: a letter left out, added, replaced or two swapped.

    Figures and short words are no slips: "3 killed" and "5 killed", "Iran" and "Iraq" are other news.
    """
    words, others = fold(one).split(), fold(other).split()
    if len(words) != len(others):
        return False
    differing = [pair for pair in zip(words, others, strict=True) if pair[0] != pair[1]]
    if not differing:
        return True
    if len(differing) > 1 or len(words) < FEW_WORDS:
        return False
    before, after = differing[0]
    if min(len(before), len(after)) < SLIP_FROM or not (before.isalpha() and after.isalpha()):
        return False
    return OSA.distance(before, after) == 1


def _compare(made: Draft, source: str, each: Identified, seen: Collection[str]) -> Identity:
    if made.content_key == each.content_key or (each.source == source and each.said == made.content_key):
        return Identity(Relation.KNOWN, each.article, each.revision)
    # another feed of the outlet, or the same feed under a second link, words it differently: no change
    if each.source != source or (each.key.startswith(("h:", "b:")) and each.article in seen):
        return Identity(Relation.KNOWN, each.article, each.revision)
    return Identity(Relation.REVISED, each.article, each.revision + 1)
