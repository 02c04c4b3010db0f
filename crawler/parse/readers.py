"""The readers by name, for children to run: each imports its parser when it is called, so that the daemon loads none.

trafilatura, feedparser and what they bring are 20 MB, which only children need.
"""

# ruff: noqa: PLC0415 - imports in functions are what this file is for
from __future__ import annotations

from collections.abc import Mapping

from crawler.parse.found import Feed, Page


def read_feed(body: bytes, content_type: str | None, base_url: str) -> Feed:
    """Return the feed in a body (feeds.py)."""
    from crawler.parse import feeds

    return feeds.read_feed(body, content_type, base_url)


def read_sitemap(body: bytes, content_type: str | None, base_url: str) -> Feed:
    """Return the entries of a sitemap (sitemaps.py)."""
    from crawler.parse import sitemaps

    return sitemaps.read_sitemap(body, content_type, base_url)


def read_section(body: bytes, content_type: str | None, base_url: str, select: str = "") -> Feed:
    """Return the articles that a section page links (sections.py)."""
    from crawler.parse import sections

    return sections.read_section(body, content_type, base_url, select)


def read_channel(body: bytes, content_type: str | None, base_url: str) -> Feed:
    """Return the posts on the public page of a channel (channels.py)."""
    from crawler.parse import channels

    return channels.read_channel(body, content_type, base_url)


def read_list(body: bytes, content_type: str | None, base_url: str, paths: Mapping[str, str]) -> Feed:
    """Return the items of a JSON list (jsonlists.py)."""
    from crawler.parse import jsonlists

    return jsonlists.read_list(body, content_type, base_url, paths)


def read_page(body: bytes, content_type: str | None, url: str) -> Page:
    """Return what an article page says (pages.py)."""
    from crawler.parse import pages

    return pages.read_page(body, content_type, url)


def feeds_in(body: bytes, content_type: str | None, base_url: str) -> list[str]:
    """Return the addresses of feeds that a page names (alternates.py)."""
    from crawler.parse import alternates

    return alternates.feeds_in(body, content_type, base_url)
