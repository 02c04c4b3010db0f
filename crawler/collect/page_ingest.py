"""Store what an article's page said: the next revision of the article, and the page as evidence, in one commit."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import Connection

from crawler.article import Entry
from crawler.parse.belonging import is_front_page, not_the_article
from crawler.parse.found import Page
from crawler.parse.normalise import draft, language
from crawler.sources.source import FetchOutcome, Source
from crawler.store import articles as archive
from crawler.store import chain, evidence
from crawler.store.pages_wanted import Wanted, complete, content_of, end
from crawler.store.sketches import Candidates, save_sketch
from crawler.stories.sketch import sketch

log = logging.getLogger(__name__)


def store_page(
    connection: Connection, source: Source, wanted_page: Wanted, answer: FetchOutcome, page: Page, now: datetime
) -> bool:
    """Store a fetched page as the next revision of its article; return whether a revision was stored.

    The source's headline, date and author stay (a section's link text gives way to the page's headline); the page fills
    in what was missing. A page that is not the article, or says no more than the source, changes nothing, but is kept
    as evidence.
    """
    name = wanted_page.article
    known = content_of(connection, name)
    current = next(iter(archive.articles_of(connection, name)), None)
    if known is None or current is None:
        end(connection, name, "no_article")
        return False
    evidence.keep(connection, answer, [(name, "page", answer.body)])
    chain.seal_pieces(connection, [name], now)
    foreign = not_the_article(current.title, current.summary, page.headline, page.text)
    if is_front_page(answer.url) and not is_front_page(current.url or wanted_page.url):
        foreign = "front_page"  # a page that is gone is often redirected there, and there its headline still stands
    if foreign:
        log.info("page is not the article article=%s url=%s reason=%s", name, answer.url, foreign)
        end(connection, name, foreign)
        return False
    # the text of a link in a section is often shortened, so the page's headline is better
    headline = page.headline if source.kind == "section" and page.headline else current.title
    entry = Entry(headline, current.guid, current.url, current.summary, page.text, published=page.published)
    made = draft(entry, now)
    if len(page.text) <= len(current.body) or made.content_key == known:
        end(connection, name, "no_gain")
        return False
    number = current.revision + 1
    # without a change to tell: these are more words on the same news
    seq = archive.revise_article(connection, name, made, number, now, "")
    text = Candidates(connection, now).read(made.title, made.text, source.id, current.outlet)
    save_sketch(connection, name, seq, now, sketch(text))
    filled = {"author": page.author, "lang": language(made, source.lang or page.lang), "published": made.published}
    complete(connection, name, number, filled)
    end(connection, name, "stored")
    return True
