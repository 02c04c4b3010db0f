"""Read JSON Feed 1.0 and 1.1 (jsonfeed.org) into items as the feed reader knows them; feedparser cannot."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from typing import Any

from crawler.text.surrogates import paired

MOST_ITEMS = 5_000  # items


def json_feed(text: str) -> Mapping[str, Any] | None:
    """Return the feed object of a text, None if it is not a JSON Feed."""
    if not text.lstrip("\ufeff \t\r\n").startswith("{"):
        return None
    try:
        read = json.loads(text.lstrip("\ufeff"), strict=False)
    except (ValueError, RecursionError):
        return None
    version = read.get("version") if isinstance(read, dict) else None
    return read if isinstance(version, str) and "jsonfeed.org/version" in version else None


def items_of(feed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the items of a feed object, with feedparser's names for their keys.

    What is no item becomes an empty one, which the feed reader rejects and counts.
    """
    items = feed.get("items")
    return [
        _item(each) if isinstance(each, dict) else {}
        for each in (items if isinstance(items, list) else ())[:MOST_ITEMS]
    ]


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    # plain texts are escaped, because the feed reader takes every text for HTML
    text = _text(item.get("content_html")) or html.escape(_text(item.get("content_text")), quote=False)
    return {
        "id": paired(str(item["id"])) if isinstance(item.get("id"), str | int | float) else "",
        "link": _text(item.get("url")) or _text(item.get("external_url")),
        "title": html.escape(_text(item.get("title")), quote=False),
        "summary": html.escape(_text(item.get("summary")), quote=False),
        "content": [{"value": text}] if text else [],
        "author": _author(item),
        "published": _text(item.get("date_published")),
        "updated": _text(item.get("date_modified")),
        "language": _text(item.get("language")),
        "raw": json.dumps(item, ensure_ascii=False),
    }


def _author(item: Mapping[str, Any]) -> str:
    authors = item.get("authors")
    given = [*(authors if isinstance(authors, list) else ()), item.get("author")]
    return ", ".join(_text(each.get("name")) for each in given if isinstance(each, dict) and each.get("name"))


def _text(value: object) -> str:
    return paired(value) if isinstance(value, str) else ""
