"""Read a list in JSON, or JSON lines, into entries, by the paths that its source gives. Runs in a child process.

The body may be a .gz file. An item that a path does not fit is counted and costs no other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from crawler.article import Entry, Named
from crawler.parse.feeds import GUID_LIMIT, RAW_LIMIT, TEXT_LIMIT, TITLE_LIMIT, decode
from crawler.parse.found import Feed
from crawler.parse.markup import clean, first_words
from crawler.parse.unpacking import LARGEST_UNPACKED, unpacked
from crawler.text import urls
from crawler.text.dates import read_date
from crawler.text.hosts import host_of
from crawler.text.jsonpaths import PathError, message_in, value_at
from crawler.text.surrogates import paired

MOST_ITEMS = 5_000
PARTS = ("items", "id", "title", "url", "date", "text", "outlet", "lang", "next")  # what a path may be given for
SECONDS_UNTIL = 10**11  # a larger number is of milliseconds


def read_list(body: bytes, content_type: str | None, base_url: str, paths: Mapping[str, str]) -> Feed:
    """Return the items of a JSON body as a feed. `paths` are JMESPaths by the name of what they lead to (PARTS)."""
    plain = unpacked(body)
    if plain is None:
        return Feed(problem=f"gzip that is broken or unpacks beyond {LARGEST_UNPACKED} bytes", explained=True)
    whole, broken = _values(decode(plain, content_type).lstrip("\ufeff"))
    if whole is None:
        return Feed(problem="no JSON in it")
    where = paths.get("items", "@")
    try:
        items = value_at(where, whole)
    except PathError as error:
        return Feed(problem=f'no list at "{where}": {error}', explained=True)
    if isinstance(items, dict):  # one item instead of a list of one
        items = [items]
    if not isinstance(items, list):
        said = message_in(whole)
        return Feed(problem=f'no list at "{where}"{f": {said}" if said else ""}', explained=True)
    made = [_entry(each, base_url, paths) for each in items[:MOST_ITEMS]]
    entries = tuple(each for each in made if isinstance(each, Entry))
    rejected = (*(each for each in made if isinstance(each, str)), *("not_json" for _ in range(broken)))
    rejected += ("too_many",) * max(0, len(items) - MOST_ITEMS)
    # without a link to a next page nobody can tell how far a page reaches
    if "next" not in paths:
        return Feed(entries, rejected, "json")
    dates = [int(each.published.timestamp()) for each in entries if each.published]
    if dates == sorted(dates):  # a page with its oldest item first
        dates.reverse()
    older, why = _next(whole, base_url, paths["next"])
    return Feed(entries, rejected, "json", numbers=tuple(dates), dated=True, older=older, no_older=why)


def _values(text: str) -> tuple[Any, int]:
    """Return the JSON value of a text, or the list of its lines' values, and how many lines are none."""
    try:
        return json.loads(text, strict=False), 0
    except (ValueError, RecursionError):
        pass
    values, broken = [], 0
    for line in text.splitlines():
        if line.strip():
            try:
                values.append(json.loads(line, strict=False))
            except (ValueError, RecursionError):
                broken += 1
    # a page in HTML has lines that are JSON by chance ("1"); a list of lines has objects
    return (values, broken) if any(isinstance(each, dict) for each in values) else (None, broken)


def _entry(item: Any, base_url: str, paths: Mapping[str, str]) -> Entry | str:
    """Return the entry of an item, or the name of the reason why it is none."""
    try:
        said = {name: _text(value_at(paths[name], item)) for name in PARTS[1:-1] if name in paths and name != "date"}
        date = _date(value_at(paths["date"], item), said.get("lang")) if "date" in paths else None
    except PathError:
        return "path_does_not_fit"
    text = clean(said.get("text", ""))[:TEXT_LIMIT]
    title = clean(said.get("title", ""))[:TITLE_LIMIT].replace("\n", " ") or first_words(text)
    if not title:
        return "no_title_no_text"
    return Entry(
        title=title,
        guid=said.get("id", "").strip()[:GUID_LIMIT] or None,
        url=urls.absolute(base_url, said.get("url", "")),
        text="" if text == title else text,
        published=date,
        lang=_lang(said.get("lang", "")),
        raw=_raw(item),
        publisher=_publisher(said.get("outlet", "")),
    )


def _text(value: Any) -> str:
    """Return a value as text: of a list its texts, as of several outlets; "" for what is none."""
    if isinstance(value, str):
        return paired(value.replace("\0", ""))
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    return ", ".join(filter(None, map(_text, value[:10]))) if isinstance(value, list) else ""


def _date(value: Any, lang: str | None) -> datetime | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value / 1000 if abs(value) > SECONDS_UNTIL else value, UTC)
        except (ValueError, OverflowError, OSError):
            return None
    return read_date(value, lang) if isinstance(value, str) else None


def _lang(value: str) -> str | None:
    word = value.strip().replace("_", "-").split("-")[0].lower()
    return word if word.isascii() and word.isalpha() and 2 <= len(word) <= 3 else None


def _publisher(value: str) -> Named | None:
    """Return an outlet as an item names it: by its name, or by its host."""
    name = clean(value).replace("\n", " ").strip()[:100]
    if not name:
        return None
    return Named("", name) if host_of(name) else Named(name)


def _raw(item: Any) -> str:
    return json.dumps(item, ensure_ascii=False)[:RAW_LIMIT]


def _next(whole: Any, base_url: str, path: str) -> tuple[str, str]:
    """Return the address of the next page, "" where there is none that we may ask, and then why, in words."""
    try:
        link = urls.absolute(base_url, _text(value_at(path, whole)))
    except PathError:
        link = None
    if not link:
        return "", f'no next page at "{path}"'
    there, here = urlsplit(link), urlsplit(base_url)
    if there.netloc.lower() == here.netloc.lower():
        # behind a proxy that ends TLS a service takes itself for http: it is asked as it was asked before
        return urlunsplit(there._replace(scheme=here.scheme)), ""
    # headers with secrets would go along
    return "", f"the next page is on another server, {there.netloc[:80]}"
