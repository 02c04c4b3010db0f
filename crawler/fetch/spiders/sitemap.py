"""The kind `sitemap`: Google News sitemaps, plain ones, indexes of either. Polled as `feed` is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from crawler.fetch.spiders import feed
from crawler.parse.found import Feed
from crawler.parse.readers import read_sitemap
from crawler.sources.source import Source

ACCEPT = "application/xml, text/xml;q=0.9, application/gzip;q=0.9, */*;q=0.5"
request = partial(feed.request, accept=ACCEPT)


def reader(_: Source) -> Callable[[bytes, str | None, str], Feed]:
    """Return the function that reads a sitemap's body; it runs in a child."""
    return read_sitemap


class SitemapSpider(feed.FeedSpider):
    """Polls one sitemap, or the newest of an index: `scrapy crawl sitemap -a source=ID`."""

    name = "sitemap"
    request = staticmethod(request)
    reader = staticmethod(reader)
