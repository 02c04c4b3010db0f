"""The kind `telegram`: the public page of a channel. It is polled as `feed` is; only the body is read differently."""

from __future__ import annotations

from collections.abc import Callable

from crawler.fetch.spiders import feed, section
from crawler.parse.found import Feed
from crawler.parse.readers import read_channel
from crawler.sources.source import Source


def reader(_: Source) -> Callable[[bytes, str | None, str], Feed]:
    """Return the function that reads the posts of a channel's page; it runs in a child."""
    return read_channel


class TelegramSpider(feed.FeedSpider):
    """Polls the public page of one channel: `scrapy crawl telegram -a source=ID`."""

    name = "telegram"
    request = staticmethod(section.request)
    reader = staticmethod(reader)
