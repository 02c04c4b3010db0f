"""Rename what stands in an item and describes something else (a photo, a related story), so that no parser takes it for
the item's own title, text or link.

feedparser goes by an element's name, wherever it stands: a caption in `media:description` becomes the item's text, and
the link of a related story the item's link.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

MEDIA = "search.yahoo.com/mrss"  # the namespace of Media RSS, with a slash at its end or without
RENAMED = "of-"  # before the name of an element that is not the item's own; feedparser knows no such name
_MEDIA_PREFIX = re.compile(rf"""xmlns:([\w.-]{{1,40}})\s*=\s*["']https?://{re.escape(MEDIA)}/?["']""", re.IGNORECASE)
# what feedparser reads of an item by this name alone, whatever the prefix
_OWN = frozenset({
    "title", "link", "description", "summary", "content", "encoded", "guid", "id", "pubdate", "published", "issued",
    "updated", "modified", "date", "created", "author", "creator", "abstract", "body", "fullitem",
})  # fmt: skip
# children that are texts, and so may hold any markup, and those whose own parts feedparser keeps apart
_WHOLE = frozenset({
    "title", "description", "summary", "content", "encoded", "subtitle", "body", "fullitem", "abstract", "source",
    "author", "contributor", "rights", "copyright", "info",
})  # fmt: skip
_TAG = re.compile(r"<!\[CDATA\[|<!--|<(?P<end>/?)(?P<name>[A-Za-z_][\w.:-]*)(?P<rest>[^<>]*)>")
_ENDS = {"<![CDATA[": "]]>", "<!--": "-->"}
_GEO = re.compile(
    r"<(/?)(?:georss|gml|geo):(?=\w)", re.IGNORECASE
)  # places, which feedparser raises on if they are odd


def own_fields(text: str, items: Iterable[tuple[int, int]]) -> str:
    """Return a feed's text in which only an item's own fields have the names that a parser reads.

    `items` are the places of its items and entries, in order.
    """
    media = {prefix.lower() for prefix in _MEDIA_PREFIX.findall(text)} | {"media"}
    made, at = [], 0
    for start, end in items:
        made += [text[at:start], _item(text[start:end], media)]
        at = end
    return _GEO.sub(rf"<\1{RENAMED}geo-", "".join([*made, text[at:]]))


def _item(item: str, media: set[str]) -> str:
    """Return an item with the names of what is not its own changed."""
    made, at = [], 0
    for start, end in _foreign(item, media):
        made += [item[at:start], _renamed(item[start:end])]
        at = end
    return "".join([*made, item[at:]])


def _foreign(item: str, media: set[str]) -> Iterator[tuple[int, int]]:
    """Yield the places of the parts of an item that describe something else: of media, or inside other elements."""
    at = item.find(">") + 1
    while tag := _TAG.search(item, at):
        at = tag.end()
        if tag[0] in _ENDS:
            at = (item.find(_ENDS[tag[0]], at) + 1) or len(item)
            continue
        if tag["end"] or tag["rest"].endswith("/"):
            continue
        close = re.compile(rf"</{re.escape(tag['name'])}\s*>").search(item, at)
        if close is None:
            return  # not well-formed: nobody can tell what is inside of what
        prefix, _, local = tag["name"].lower().rpartition(":")
        if prefix in media:
            yield tag.start(), close.end()
        elif local not in _WHOLE:
            yield at, close.start()
        at = close.end()


def _renamed(part: str) -> str:
    """Return a part of an item in which no element has the name of one of the item's own fields."""
    made, at = [], 0
    while tag := _TAG.search(part, at):
        if tag[0] in _ENDS:
            end = (part.find(_ENDS[tag[0]], tag.end()) + 1) or len(part)
            made.append(part[at:end])
        else:
            end = tag.end()
            _, _, local = tag["name"].lower().rpartition(":")
            new = f"{RENAMED}{local}" if local in _OWN else tag["name"]
            made.append(f"{part[at : tag.start()]}<{tag['end']}{new}{tag['rest']}>")
        at = end
    return "".join([*made, part[at:]])
