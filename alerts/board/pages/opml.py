"""The feeds that are polled as an OPML list, for feed readers."""

from __future__ import annotations

from alerts.board.page import Asked, Document
from crawler.parse.opml import write_opml


def read(asked: Asked) -> str:
    """Return the sources that are feeds; no feed reader reads the others."""
    feeds = [(each.outlet, each.url, each.lang or "") for each in asked.config.sources if each.kind == "feed"]
    return write_opml("Watchfloor", feeds)


DOCUMENTS = (Document("/sources.opml", "The feeds that are polled, as OPML", "text/x-opml", read),)
