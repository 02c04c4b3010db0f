"""Read and write lists of feeds as OPML (opml.org), as feed readers export them. Pure; reading runs in a child."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

import lxml.etree

from crawler.parse.feeds import decode
from crawler.parse.markup import clean
from crawler.parse.mending import mended, without_entities
from crawler.text import urls

MOST_FEEDS = 5_000
LONGEST_NAME = 80  # characters
MOST_FAULTS = 3  # named: after the first, a parser that goes on finds many that are none
_END = re.compile(r"</(?:\w+:)?opml\s*>|<(?:\w+:)?opml\b[^<>]*/>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listed:
    """A feed of a list: its name, its address, the folders it lies in, its language where the list says it."""

    name: str
    url: str
    folder: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class FeedList:
    """The feeds of a list, and one named reason for each line that is none. `problem` says why it is no whole list."""

    feeds: tuple[Listed, ...] = ()
    rejected: tuple[str, ...] = ()
    problem: str = ""


def read_opml(body: bytes) -> FeedList:
    """Return the feeds that a file lists. It never raises for what is in the file."""
    parser = lxml.etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True, remove_comments=True
    )
    text = decode(body, None)
    try:
        root = lxml.etree.fromstring(without_entities(mended(text)).encode("utf-8", "replace"), parser)
    except (lxml.etree.LxmlError, ValueError):
        root = None
    if root is None or not isinstance(root.tag, str) or root.tag.rpartition("}")[2].lower() != "opml":
        return FeedList(problem="it is no OPML: a file that a feed reader exports begins with <opml>")
    if not _END.search(text):
        line = text.rstrip().count("\n") + 1
        return FeedList(problem=f"it ends within line {line}, without </opml>: a part is missing; export it again")
    feeds: list[Listed] = []
    rejected = [
        f"line {fault.line}, column {fault.column}: {fault.message}; a feed there may be missing"
        for fault in list(parser.error_log)[:MOST_FAULTS]
    ]
    for each in root.iter():
        said = {str(name).lower(): str(value).strip() for name, value in each.attrib.items()}
        address = said.get("xmlurl", "")
        if not isinstance(each.tag, str) or each.tag.rpartition("}")[2].lower() != "outline" or not address:
            continue
        name = " ".join(clean(said.get("text") or said.get("title") or "").split())[:LONGEST_NAME]
        if len(feeds) >= MOST_FEEDS:
            rejected.append(f"{name or address}: more than {MOST_FEEDS} feeds")
        elif urls.usable(address) is None:
            rejected.append(f"{name or 'a feed'}: no http(s) address")
        else:
            lang = re.match(r"[a-z]{2,3}(?=$|[-_])", said.get("language", "").lower())
            feeds.append(Listed(name, address, _folder(each), lang[0] if lang else ""))
    return FeedList(tuple(feeds), tuple(rejected))


def _folder(outline: lxml.etree._Element) -> str:
    above = [each.get("text") or each.get("title") or "" for each in outline.iterancestors() if not each.get("xmlUrl")]
    return " / ".join(" ".join(clean(each).split())[:LONGEST_NAME] for each in above[::-1] if each)


def write_opml(title: str, feeds: Iterable[tuple[str, str, str]]) -> str:
    """Return a list of feeds, given as (name, address, language), as a file that feed readers import."""
    lines = [
        f"    <outline type={quoteattr('rss')} text={quoteattr(name)} title={quoteattr(name)} xmlUrl={quoteattr(url)}"
        f"{f' language={quoteattr(lang)}' if lang else ''}/>"
        for name, url, lang in feeds
    ]
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n  <head><title>{clean(title)}</title></head>'
    return "\n".join([head, "  <body>", *lines, "  </body>", "</opml>", ""])
