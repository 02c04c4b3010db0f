"""The archive, searched by words in any spelling: the newest articles first, with what was found marked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from alerts.board.page import Asked, BadQuery, Page, Query, Record
from alerts.board.shapes import KNOWN, PIECES, SEVERITY, TEXT, TEXTS, TIME, WHOLE, each, keys, none_or
from alerts.render.title import headline_of
from alerts.rules.searching import HOW, Unsearchable, read_search
from alerts.run.foreign_headlines import NOTHING, Headline, known_headlines
from alerts.run.meant import meant_by
from alerts.store.severities import severities_of
from crawler.store.search import narrowed, unfilled
from crawler.store.searched import Searched, searched
from crawler.text.searching import Piece, Search, excerpt, marked

SHOWN = 30  # articles of a page
SPANS = {"all": None, "24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}
FILTERS = {
    "q": 'words, "phrases", -not, $names of rules.yaml',
    "in": f"how far back: {', '.join(SPANS)}",
    "before": "what `more` of the page before says: the next page",
}


def read(asked: Asked) -> Record:
    """Return the articles found, in pieces; nothing where no words are given."""
    words, span = asked.query.one("q"), asked.query.choice("in", tuple(SPANS), "all")
    record: dict[str, Any] = {"words": words, "within": span, "spans": list(SPANS), "how": HOW, "problem": ""}
    record |= {"found": None, "more": None, "left": 0, "unknown": []}
    if not words:
        return record
    try:
        whole = read_search(words, asked.config)
    except Unsearchable as error:
        return record | {"problem": str(error)}
    search = narrowed(asked.connection, whole)
    length = SPANS[span]
    since = asked.now - length if length else None
    found = searched(asked.connection, search, since, _before(asked.query), SHOWN + 1)
    page = found[:SHOWN]
    unknown = () if found else meant_by(asked.connection, whole, lambda: asked.config, since)
    known = known_headlines(asked.connection, asked.config.language, map(_headline, page))
    told = severities_of(asked.connection, [each.story for each in page])
    return record | {
        "found": [
            _record(each, search, told.get(each.story)) | known.get(_headline(each), NOTHING).record for each in page
        ],
        "more": page[-1].seq if len(found) > SHOWN else None,
        "left": unfilled(asked.connection),
        "unknown": [{"word": each.word, "near": list(each.near), "names": list(each.names)} for each in unknown],
    }


def _before(query: Query) -> int | None:
    given = query.one("before")
    if given and not (given.isascii() and given.isdigit() and len(given) <= 18 and int(given)):
        raise BadQuery(f'before is "{given}"; it is what "more" of the page before says')
    return int(given) if given else None


def _headline(each: Searched) -> Headline:
    return each.story, headline_of(each.article)


def _record(each: Searched, search: Search, severity: str | None) -> dict[str, Any]:
    article = each.article
    return {
        "seq": each.seq,
        "id": article.id,
        "story": each.story,
        "severity": severity,
        "headline": _pieces(marked(article.title, search)),
        "excerpt": _pieces(excerpt(article.body, search)) if article.body else [],
        "outlet": article.outlet,
        "source": article.source,
        "language": article.lang,
        "url": article.url,
        "published": article.published,
        "seen": article.first_seen,
    }


def _pieces(found: Sequence[Piece]) -> list[tuple[str, bool]]:
    return [(each.text, each.hit) for each in found]


FOUND = keys(
    "Article found",
    seq=WHOLE, id=TEXT, story=TEXT, severity=none_or(SEVERITY), headline=PIECES, excerpt=PIECES, outlet=TEXT,
    source=TEXT, language=none_or(TEXT), url=none_or(TEXT), published=none_or(TIME), seen=TIME,
    **KNOWN,
)  # fmt: skip
ANSWER = keys(
    words=TEXT, within=TEXT, spans=TEXTS, how=TEXT, problem=TEXT, found=none_or(each(FOUND)), more=none_or(WHOLE),
    left=WHOLE, unknown=each(keys("Word that no article has", word=TEXT, near=TEXTS, names=TEXTS)),
)  # fmt: skip
PAGE = Page("search", "/search", "Search", read, ANSWER, menu="Search", key="/", filters=FILTERS)
