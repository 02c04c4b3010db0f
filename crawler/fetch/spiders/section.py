"""The kind `section`: a page that lists articles. It is polled as `feed` is; only the body is read differently."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from crawler.fetch.spiders import feed
from crawler.parse.found import Feed
from crawler.parse.readers import read_section
from crawler.sources.source import Source

ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"
request = partial(feed.request, accept=ACCEPT)


def reader(source: Source) -> Callable[[bytes, str | None, str], Feed]:
    """Return the function that reads the links of this source's page; it runs in a child."""
    return partial(read_section, select=source.select)


class SectionSpider(feed.FeedSpider):
    """Polls one section page: `scrapy crawl section -a source=ID`."""

    name = "section"
    request = staticmethod(request)
    reader = staticmethod(reader)
