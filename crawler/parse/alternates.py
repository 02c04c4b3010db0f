"""Find the feeds that a site's page names: <link rel=alternate>, and links that look like a feed. Runs in a child."""

from __future__ import annotations

import re

from crawler.parse.decoding import decode_page
from crawler.parse.pages import base_of, parse_html
from crawler.text import urls

FEED_TYPE = re.compile(r"application/(rss|atom|rdf|feed)\+(xml|json)|application/json|text/xml", re.IGNORECASE)
FEED_LINK = re.compile(
    r"(\.rss|\.rdf|/rss(\.xml|/|$)|/feed(\.xml|\.json|/|$)|/atom(\.xml|/|$)|[?&]feed=)", re.IGNORECASE
)
VIDEOS = re.compile(r"/channel/UC[\w-]{22}$")
COMMENTS = re.compile(r"comments?(/|\b)", re.IGNORECASE)


def feeds_in(body: bytes, content_type: str | None, base_url: str) -> list[str]:
    """Return the addresses of feeds, each once: those of <link> first, those of links next, comment feeds last."""
    tree = parse_html(decode_page(body, content_type)) if body.strip() else None
    if tree is None:
        return []
    base = base_of(tree, base_url)
    named = [
        link.get("href")
        for link in tree.iter("link")
        if "alternate" in (link.get("rel") or "").lower().split() and FEED_TYPE.search(link.get("type") or "")
    ]
    # a channel's page under its handle names the address with its number, of which its feed is made
    channels = [link.get("href") for link in tree.iter("link") if VIDEOS.search(link.get("href") or "")]
    seen = [link.get("href") for link in tree.iter("a") if FEED_LINK.search(link.get("href") or "")]
    found = dict.fromkeys(url for href in (*named, *channels, *seen) if href and (url := urls.absolute(base, href)))
    return sorted(found, key=lambda url: bool(COMMENTS.search(url)))
