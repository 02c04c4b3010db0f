"""An alert goes in; the part of its article to quote comes out, round the words that changed or that decided. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from alerts.alert import Alert
from alerts.render.why import deciding_words
from alerts.render.words import clean
from crawler.article import Article
from crawler.stories.casualties import counts
from crawler.text.folding import Folded, fold

RADIUS = 110  # characters of text shown before the words, and half of what is shown behind them
_TO = re.compile(r"-> (?P<to>(?:(?<=\d),(?=\d)|[^,;])+)")
_COUNT = re.compile(r"(?P<number>\d[\d,.]*)(?: .+)?")
Span = tuple[int, int]


def quote(alert: Alert) -> tuple[tuple[str, bool], ...]:
    """Return a part of the body in pieces: (words, whether they changed, decided or were a hit).

    It stands round the words that changed, else round those that decided, else round the first hit; where there are
    none it is the beginning.
    """
    body = alert.article.body
    told = [*_changed(alert), *_decided(alert)]
    hits = [(hit.start, hit.end) for cause in alert.causes for hit in cause.hits if hit.field == "body"]
    first, last = (told or sorted(hits) or [(0, 0)])[0]
    # the beginning, as far as it will do; else a third before the words and two thirds behind them, from word to word
    middle = 0 if last <= 2 * RADIUS else first
    start, end = max(0, middle - RADIUS), min(len(body), max(middle, RADIUS) + 2 * RADIUS)
    if start:
        start += body[start:middle].find(" ") + 1
    if end < len(body):
        end = max(body.rfind(" ", middle, end), middle + 1)
    if not body[start:end].strip() or fold(body) == fold(alert.article.title):
        return ()  # a summary that repeats the headline says nothing
    pieces: list[tuple[str, bool]] = [("… ", False)] if start else []
    at = start
    for first, last in sorted({*told, *hits}):
        # hits of several rules may overlap; of these the first is marked
        if first >= at and last <= end:
            pieces += [(body[at:first], False), (body[first:last], True)]
            at = last
    pieces += [(body[at:end], False), *([(" …", False)] if end < len(body) else [])]
    return tuple((clean(words), hit) for words, hit in pieces if words)


def tells(change: str, article: Article) -> bool:
    """Return whether an article has the new words of a change; True where a change names none ("new lead")."""
    new = list(_new(change))
    return not new or any(next(_places(each, text), None) for each in new for text in (article.title, article.body))


def _new(change: str) -> Iterator[str]:
    """Yield what a change comes to: "17 killed" of "14 -> 17 killed", "balad" of "taji -> balad"."""
    yield from (found["to"].strip() for found in _TO.finditer(change))


def _changed(alert: Alert) -> Iterator[Span]:
    """Yield where the body has the new words of what changed, the last change first: each the first time."""
    for change in reversed(alert.changes):
        for words in _new(change):
            yield from [place for place in [next(_places(words, alert.article.body), None)] if place]


def _places(words: str, text: str) -> Iterator[Span]:
    """Yield where a text has some folded words; of a number with what it counts, the number, also if it is spelled."""
    found = _COUNT.fullmatch(words)
    folded = Folded(text)
    looked = f" {fold(found['number'] if found else words).strip()} "
    at = folded.text.find(looked)
    if at >= 0:
        yield folded.span(at + 1, at + len(looked) - 1)
    elif found:
        yield from ((each.start, each.end) for each in counts(text) if str(each.number) == found["number"])


def _decided(alert: Alert) -> Iterator[Span]:
    """Yield where the words that decided stand in the body, the most telling first: each the first time."""
    for words in deciding_words(alert.causes):
        found = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", alert.article.body, re.IGNORECASE) if words else None
        if found:
            yield found.span()
