"""Parse the bytes of a feed into entries, with faults by name. Runs in a child; the only importer of feedparser.

feedparser gets BytesIO (a str could be a path or a URL), no sanitiser and no link resolution (both are slow, and
quadratic on hostile input), so text is cleaned here. Character references that make it raise are repaired first.
"""

from __future__ import annotations

import calendar
import codecs
import io
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import feedparser

from crawler.article import Entry, Named
from crawler.parse.decoding import LATIN, codec_named, high_bytes, reads_as_arabic
from crawler.parse.fields import RENAMED, own_fields
from crawler.parse.found import Feed
from crawler.parse.jsonfeed import items_of, json_feed
from crawler.parse.markup import clean
from crawler.parse.mending import mended
from crawler.text import urls
from crawler.text.dates import read_date
from crawler.text.folding import fold

TITLE_LIMIT = 1_000  # characters
TEXT_LIMIT = 200_000  # characters
GUID_LIMIT = 512  # characters
RAW_LIMIT = 500_000  # characters of an item kept as evidence
OLDEST_YEAR = 1969  # a year before is of another calendar, or a fault
FEW_WORDS = 3  # of a summary: fewer say nothing that the content lacks
TITLE_FROM_TEXT = 100  # characters of the text that stand for a missing headline
ITEMS_SALVAGED = 500  # each costs a parser run of its own
PERIODS = {"hourly": 3600.0, "daily": 86400.0, "weekly": 604800.0, "monthly": 2592000.0, "yearly": 31536000.0}
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["'][^>]{0,200}\?>""")
_ARABIC_RUN = re.compile(rb"[\xc0-\xed]{2,}(?![\x80-\xbf])")  # letters in cp1256; in UTF-8 such bytes begin characters
_ITEM_EDGE = re.compile(r"<(?:(item|entry)\b[^<>]*|/(item|entry)\s*)>", re.IGNORECASE)


def read_feed(body: bytes, content_type: str | None, base_url: str) -> Feed:
    """Return the feed in a body fetched from `base_url`.

    An item that cannot be read is named in `rejected` and costs no other. Raise what the parser raised only if no item
    can be told apart.
    """
    decoded = decode(body, content_type)
    own = json_feed(decoded)
    if own is not None:
        return _read(items_of(own), Feed(version="json11", lang=_lang(own.get("language"))), base_url)
    text = mended(decoded)
    items = _items(text)
    try:
        parsed = _parsed(own_fields(text, items))
    except Exception as error:  # noqa: BLE001 - feedparser raises what it likes; the good items are still there
        return _salvaged(text, base_url, error)
    version = parsed.get("version") or ""
    problem = str(parsed.get("bozo_exception") or "")[:200] if parsed.get("bozo") else ""
    if not version:
        return Feed(problem=problem or "no RSS, Atom or RDF in it")
    cut = [text[start:end] for start, end in items]
    # as evidence only where the cuts surely belong to the entries
    if len(cut) == len(parsed.entries):
        for item, raw in zip(parsed.entries, cut, strict=True):
            item["raw"] = raw
    whole = Feed((), (), version, _lang(parsed.feed.get("language")), problem, _ttl(parsed.feed))
    return _read(parsed.entries, whole, base_url)


def _read(items: Iterable[dict[str, Any]], whole: Feed, base_url: str) -> Feed:
    entries: list[Entry] = []
    rejected: list[str] = []
    for item in items:
        made = _read_entry(item, base_url, whole.lang)
        if isinstance(made, Entry):
            entries.append(made)
        else:
            rejected.append(made)
    return replace(whole, entries=tuple(entries), rejected=tuple(rejected))


def _parsed(text: str) -> Any:
    return feedparser.parse(io.BytesIO(text.encode("utf-8")), sanitize_html=False, resolve_relative_uris=False)


def _items(text: str) -> list[tuple[int, int]]:
    """Return where items and entries begin and end: each to the next end tag of its name. Linear."""
    found: list[tuple[int, int]] = []
    open_at, open_name = 0, ""
    for edge in _ITEM_EDGE.finditer(text):
        if not open_name and edge[1]:
            open_at, open_name = edge.start(), edge[1].lower()
        elif open_name and edge[2] and edge[2].lower() == open_name:
            found.append((open_at, edge.end()))
            open_name = ""
    return found


def _salvaged(text: str, base_url: str, error: Exception) -> Feed:
    """Return a feed parsed item by item after the parser raised `error` on the whole; raise it if there are none."""
    cuts = _items(text)[:ITEMS_SALVAGED]
    if not cuts:
        raise error
    head, tail = text[: cuts[0][0]], text[cuts[-1][1] :]
    entries: list[Entry] = []
    rejected: list[str] = []
    version = ""
    for start, end in cuts:
        try:
            part = head + text[start:end] + tail
            parsed = _parsed(own_fields(part, [(len(head), len(head) + end - start)]))
        except Exception:  # noqa: BLE001 - this is the item at fault; it is named and counted
            rejected.append("parser_raised")
            continue
        version = version or parsed.get("version") or ""
        lang = _lang(parsed.feed.get("language"))
        made = [_read_entry({**item, "raw": text[start:end]}, base_url, lang) for item in parsed.entries]
        entries += [each for each in made if isinstance(each, Entry)]
        rejected += [each for each in made if not isinstance(each, Entry)]
    return Feed(tuple(entries), tuple(rejected), version, None, f"{type(error).__name__}: {error}"[:200])


def _read_entry(item: dict[str, Any], base_url: str, feed_lang: str | None) -> Entry | str:
    try:
        return _entry(item, base_url, feed_lang)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError):
        return "unreadable"


def _ttl(feed: Mapping[str, Any]) -> float | None:
    """Return the seconds that `ttl` (minutes, RSS 2.0) or sy:updatePeriod and sy:updateFrequency state."""
    said = _text(feed.get("ttl")).strip()
    if re.fullmatch(r"[0-9]{1,9}", said):
        return float(said) * 60
    period = PERIODS.get(_text(feed.get("sy_updateperiod")).strip().lower())
    often = _text(feed.get("sy_updatefrequency")).strip() or "1"
    return period / max(int(often), 1) if period and re.fullmatch(r"[0-9]{1,6}", often) else None


def decode(body: bytes, content_type: str | None) -> str:
    """Return the text of a body: by byte order mark, else UTF-8 if valid, else as declared.

    Bad bytes cost one character each. If a Latin set is declared and most high bytes are in runs, or UTF-8 is declared
    and most bytes are not, it is cp1256, which Arabic sites mislabel.
    """
    for mark, name in (
        (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if body.startswith(mark):
            return body.decode(name, errors="replace")
    if b"\0" in body[:2]:
        width, order = 32 if b"\0\0" in body[:4] else 16, "be" if body[:1] == b"\0" else "le"
        return body.decode(f"utf-{width}-{order}", errors="replace")
    # text in another encoding is almost never valid UTF-8 by chance (decision 78)
    if not body.isascii():
        with suppress(UnicodeDecodeError):
            return body.decode("utf-8")
    name = _declared(body, content_type)
    if name in LATIN | {"iso8859-1", "iso8859-9"} and reads_as_arabic(body):
        return body.decode("cp1256", errors="replace")
    text = body.decode(name, errors="replace")
    if name == "utf-8" and text.count("\ufffd") > 3 and _is_mostly_broken(body, text):
        return body.decode("cp1256", errors="replace")
    return _ARABIC_RUN.sub(_reread, body).decode(name, errors="replace") if name == "utf-8" else text


def _reread(run: re.Match[bytes]) -> bytes:
    """Return a run of letters as UTF-8: of cp1256, where an item was copied into a feed of UTF-8 as it was."""
    try:
        run[0].decode("utf-8")
    except UnicodeDecodeError:
        return run[0].decode("cp1256").encode("utf-8")
    return run[0]


def _declared(body: bytes, content_type: str | None) -> str:
    match = _DECLARED.match(body[:1000])
    charset = re.search(r"charset=[\"']?([\w.-]{1,40})", content_type or "", re.IGNORECASE)
    for name in (match[1].decode("ascii") if match else "", charset[1] if charset else ""):
        known = codec_named(name)
        if known and not known.startswith("utf-16"):
            return known
    return "utf-8"


def _is_mostly_broken(body: bytes, text: str) -> bool:
    return text.count("\ufffd") * 2 > high_bytes(body)


def _entry(item: dict[str, Any], base_url: str, feed_lang: str | None) -> Entry | str:
    """Return the entry of an item, or the name of the reason why it is none."""
    lang = _lang(item.get("language")) or feed_lang
    title = clean(_text(item.get("title")))[:TITLE_LIMIT].replace("\n", " ")
    summary = clean(_text(item.get("summary")) or _of_video(item))[:TEXT_LIMIT]
    text = _whole(summary, clean(_longest(item.get("content") or ())))[:TEXT_LIMIT]
    if not title:
        title = (summary or text).replace("\n", " ")[:TITLE_FROM_TEXT]
    link = _link(_text(item.get("link")), base_url)
    if (
        not title and link and re.match(r"(https?:)?/", _text(item.get("link")).strip(), re.IGNORECASE)
    ):  # its address is all that names it
        title = urls.words(link) or re.sub(r"^https?://", "", unquote(link), flags=re.IGNORECASE)[:TITLE_FROM_TEXT]
    if not title:
        return "no_title_no_text"
    return Entry(
        title=title,
        guid=(_text(item.get("id")).strip() or None) and _text(item.get("id")).strip()[:GUID_LIMIT],
        url=link,
        summary=summary,
        text=text,
        author=clean(_text(item.get("author")))[:200] or None,
        published=_date(dict.get(item, "published_parsed"), _text(dict.get(item, "published")), lang),
        updated=_date(dict.get(item, "updated_parsed"), _text(dict.get(item, "updated")), lang),
        lang=_lang(item.get("language") or _title_lang(item)),
        raw=_text(item.get("raw"))[:RAW_LIMIT],
        publisher=_publisher(item.get("source")),
    )


def _publisher(source: object) -> Named | None:
    """Return what <source> says of the outlet that an item was taken from, None where there is none."""
    if not isinstance(source, Mapping):
        return None
    name = clean(_text(source.get("title")))[:TITLE_FROM_TEXT].replace("\n", " ")
    address = _text(source.get("href")) or _text(source.get("link"))
    return Named(name, address.strip()[: urls.LONGEST_LINK]) if name or address else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _whole(summary: str, text: str) -> str:
    """Return the full text of an item: its content, "" if that is the summary once more.

    A content that has little of the summary's words (a caption, an advertisement) stands behind the summary.
    """
    if text == summary:
        return ""
    words = set(fold(summary).split())
    if not text or len(words) < FEW_WORDS or len(words & set(fold(text).split())) * 2 >= len(words):
        return text
    return f"{summary}\n{text}"


def _of_video(item: Mapping[str, Any]) -> str:
    """Return the description of an item that is a video and has no other (YouTube); a photo's caption is none."""
    media = item.get(f"{RENAMED}content")
    kind = f"{media.get('medium', '')} {media.get('type', '')}" if isinstance(media, Mapping) else ""
    is_video = "video" in kind or "flash" in kind
    return _text(item.get(f"{RENAMED}description")) if is_video and not item.get("content") else ""


def _longest(contents: Iterable[Mapping[str, Any]]) -> str:
    return max((_text(each.get("value")) for each in contents), key=len, default="")


def _title_lang(item: Mapping[str, Any]) -> object:
    detail = item.get("title_detail")
    return detail.get("language") if isinstance(detail, Mapping) else None


def _lang(value: object) -> str | None:
    text = _text(value).strip().replace("_", "-")
    return text.split("-")[0].lower() if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", text) else None


def _link(value: str, base_url: str) -> str | None:
    link = urls.joined(base_url, value)
    return link if re.match(r"https?://", link, re.IGNORECASE) else None


def _date(parsed: object, written: str, lang: str | None) -> datetime | None:
    """Return a date as we read it, else as feedparser did.

    It drops "PM" and most zone names, takes 28-11-2026 for the year 2028, and 1405 for a year of our calendar.
    """
    if read := read_date(written, lang):
        return read
    if isinstance(parsed, tuple) and parsed[0] > OLDEST_YEAR:
        with suppress(ValueError, OverflowError, OSError):
            return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    return None
